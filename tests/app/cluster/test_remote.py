"""A model that is elsewhere: what was lost with its node is asked of another."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from tests.clusters import TRANSLATOR, need

need("ray.serve")

import ray  # noqa: E402
from ray import serve  # noqa: E402
from ray.cluster_utils import Cluster  # noqa: E402

from foveate.app.cluster.application import QUIET  # noqa: E402
from foveate.app.cluster.calls import Answer, Call  # noqa: E402
from foveate.app.cluster.joining import Asked  # noqa: E402
from foveate.app.cluster.remote import RemoteModel  # noqa: E402
from foveate.app.cluster.replicas import ModelReplica  # noqa: E402
from foveate.app.runtime.job import Gone  # noqa: E402
from foveate.models.catalog.catalog import Catalog  # noqa: E402
from foveate.models.inputs.text import Text  # noqa: E402

pytestmark = [pytest.mark.slow, pytest.mark.alone]
MEBIBYTE = 1024 * 1024
ON_WORKER = {"num_cpus": 0.5, "resources": {"worker": 1}}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A head that runs no replica; the workers' nodes are added."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("RAY_worker_niceness", "0")
        patch.delenv("RAY_ADDRESS", raising=False)
        head = {"num_cpus": 2, "object_store_memory": 100 * MEBIBYTE}
        found = Cluster(initialize_head=True, head_node_args=head)
        ray.init(address=found.address, namespace="serve")
        serve.start(http_options={"location": "NoServer"})
        yield found
        serve.shutdown()
        ray.shutdown()
        found.shutdown()


def node_of(cluster: Cluster) -> Any:
    """A new one with a place for one replica."""
    resources = {"worker": 1}
    return cluster.add_node(num_cpus=1, resources=resources, object_store_memory=100 * MEBIBYTE)


class Losing:
    """A deployment's handle; `lose` is called once its first answer is finished, not fetched."""

    def __init__(self, handle: Any, lose: Callable[[], None]) -> None:
        self._handle, self._lose = handle, [lose]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._handle, name)

    @property
    def call(self) -> Losing:
        return self

    def remote(self, *given: Any) -> Any:
        response = self._handle.call.remote(*given)
        if self._lose:
            ray.wait([response._to_object_ref_sync()], fetch_local=False)
            self._lose.pop()()
        return response


class Observed(ModelReplica):
    """Tells how many calls and passes it has under way, and what became of each batch."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._calls, self._ended = 0, list[list[type[Exception] | None]]()

    async def call(self, call: Call) -> Answer:
        self._calls += 1
        try:
            return await super().call(call)
        finally:
            self._calls -= 1

    async def _together(self, asked: Sequence[Asked]) -> list[Answer]:
        answers = await super()._together(asked)
        self._ended.append([each.error for each in answers])
        return answers

    async def under_way(self) -> tuple[int, int]:
        return self._calls, len(self._running)

    async def ended(self) -> list[list[type[Exception] | None]]:
        return self._ended


def until(handle: Any, calls: int, passes: int) -> None:
    """So many are under way."""
    end = time.monotonic() + 60
    while (found := handle.under_way.remote().result()) != (calls, passes):
        assert time.monotonic() < end, f"{found} are under way, not {(calls, passes)}"
        time.sleep(0.01)


def test_a_batch_ends_once_all_have_left_and_no_sooner(cluster: Cluster) -> None:
    node = node_of(cluster)
    options = {"ray_actor_options": ON_WORKER, "max_ongoing_requests": 8, "logging_config": QUIET}
    given = Catalog()[TRANSLATOR], "float32", 1, 8
    bound = serve.deployment(name="observed", **options)(Observed).bind(*given)
    handle = serve.run(bound, name="left", route_prefix=None)
    model: Any = RemoteModel("A model", handle)
    text: Text = model.read("The cat sat on the mat and the dog ran home. " * 16)

    def batch() -> list[Any]:
        """Two calls under way together, which have waited behind another."""
        first = handle.call.remote(Call("translate", ([text] * 8,)))
        until(handle, 1, 1)
        both = [handle.call.remote(Call("translate", ([text] * 64,))) for _ in range(2)]
        until(handle, 3, 1)
        first.result()
        until(handle, 2, 1)
        return both

    one, other = batch()
    one.cancel()
    assert len(other.result().opened()) == 64
    for each in batch():
        each.cancel()
    until(handle, 0, 0)
    assert handle.ended.remote().result() == [[None], [None, None], [None], [Gone, Gone]]
    serve.delete("left")
    cluster.remove_node(node)


def test_an_answer_that_was_lost_with_its_node_is_asked_for_again(
    cluster: Cluster, caplog: pytest.LogCaptureFixture
) -> None:
    first = node_of(cluster)
    options = {"name": TRANSLATOR, "ray_actor_options": ON_WORKER}
    bound = serve.deployment(**options)(ModelReplica).bind(Catalog()[TRANSLATOR], "float32", 1, 8)
    handle = serve.run(bound, name="lost", route_prefix=None)
    node_of(cluster)

    def lose() -> None:
        cluster.remove_node(first, allow_graceful=False)

    reader: Any = RemoteModel("A model", handle)
    text: Text = reader.read("The cat sat on the mat.")
    model: Any = RemoteModel("A model", Losing(handle, lose))
    found = model.translate([text] * 64)  # over 100 kB: less travels with the message
    assert [each.source for each in found] == [text] * 64
    assert "a replica of A model was lost: Object" in caplog.text
