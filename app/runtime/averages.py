"""What the gates of a model are on average over the samples: worked out when first asked for."""

from __future__ import annotations

from collections import OrderedDict

import torch

from foveate.app.runtime import costs
from foveate.app.runtime.admission import Admission
from foveate.app.runtime.images import Images
from foveate.app.runtime.samples import samples
from foveate.app.runtime.store import Stored
from foveate.app.wire.gates import GateAverage, GateAverages
from foveate.models.analysis.gates import GateView, check_gated, gate_views

KEPT = 64  # averages in memory: a few KB each


class Averages:
    """By model and resolution; a place's gate differs by the photo's shape and has no average."""

    def __init__(self, images: Images, admission: Admission) -> None:
        self._images, self._admission = images, admission
        self._found: OrderedDict[tuple[str, int], GateAverages] = OrderedDict()

    async def of(self, stored: Stored) -> GateAverages:
        """Of the model of a trace. Raises InputError for one without gates, Problem 503."""
        check_gated(stored.trace)
        key = stored.trace.model, stored.image.resolution
        if key not in self._found:
            self._found[key] = await self._made(*key)
            if len(self._found) > KEPT:
                self._found.popitem(last=False)
        return self._found[key]

    async def _made(self, model: str, resolution: int) -> GateAverages:
        names = list(samples())
        # One after the other: a visitor's own photo goes between them.
        traces = [(await self._images.sample(name, model, resolution)).trace for name in names]
        values = sum(site.key.size for trace in traces for site in trace.sites)

        def work() -> GateAverages:
            views = zip(*map(gate_views, traces), strict=True)
            gates = [_average(each) for each in views if each[0].of != "place"]
            return GateAverages(model=model, samples=names, gates=gates)

        return await self._admission.run("average", costs.working_out(values), work)


def _average(views: tuple[GateView, ...]) -> GateAverage:
    values = torch.stack([view.values for view in views]).mean(0)
    return GateAverage(site=views[0].site, values=values, mean=float(values.mean()))
