"""Videos over HTTP: a trace of a clip, its frames, where and when, a mask carried through it."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from foveate.models.inputs.clip import Sampling
from foveate.models.inputs.video import read_clip
from tests.videos import sample_video, sound

CHOICE = {"frames": "8", "resolution": "224"}
CAR = {"row": 5, "column": 3}  # the light one, in frame 3


def upload(client: TestClient, data: bytes, **choice: str) -> Any:
    files = {"file": ("clip.webm", data)}
    return client.post("/api/v1/videos/traces", files=files, data=CHOICE | choice)


@pytest.fixture(scope="module")
def clip(client: TestClient) -> dict[str, Any]:
    answer = upload(client, sample_video())
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def get(client: TestClient, clip: dict[str, Any], path: str, **query: str) -> Any:
    answer = client.get(f"/api/v1/traces/{clip['id']}/{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer


def array(answer: Any) -> Any:
    return np.load(io.BytesIO(answer.content))


def test_a_trace_says_what_was_taken_of_the_video(client: TestClient, clip: dict[str, Any]) -> None:
    expected = read_clip(sample_video(), Sampling(8))
    assert [frame["time"] for frame in clip["frames"]] == [round(t, 4) for t in expected.times]
    assert clip["grid"] == {"rows": 9, "columns": 16, "patch_size": 14}
    assert clip["apart"] is True
    assert any("trained on single pictures" in note for note in clip["input"]["notes"])
    assert clip["sites"][-1]["name"] == "encoder.12.self"
    assert clip["sites"][-1]["key"]["frames"] == 8
    assert client.get(f"/api/v1/traces/{clip['id']}").json() == clip
    again = client.post("/api/v1/videos/traces", data=CHOICE | {"sample": "cars"}).json()
    assert again["id"] == clip["id"]
    other = client.post("/api/v1/videos/traces", data=CHOICE | {"sample": "cars", "end": "2"})
    assert other.json()["id"] != clip["id"]


def test_its_frames_are_those_that_were_sampled(client: TestClient, clip: dict[str, Any]) -> None:
    expected = read_clip(sample_video(), Sampling(8)).frames[5].image
    png = Image.open(io.BytesIO(get(client, clip, "frames/5.png").content))
    assert np.array_equal(np.asarray(png), np.asarray(expected))
    for format in ("jpg", "webp"):
        found = Image.open(io.BytesIO(get(client, clip, f"frames/5.{format}").content))
        assert found.size == (clip["frame_width"], clip["frame_height"])
        assert abs(np.asarray(found, float) - np.asarray(expected, float)).mean() < 4


def test_where_and_when_are_one_softmax_over_all_frames(
    client: TestClient, clip: dict[str, Any]
) -> None:
    choice = {"site": "encoder.12.self", "head": "2", "query": "3,3,2"}
    found = get(client, clip, "spacetime", **choice).json()
    weights = array(get(client, clip, "spacetime", format="npy", **choice))
    assert weights.shape == (8, 9, 16)
    assert np.allclose(found["weights"], weights, atol=1e-7)
    assert weights.sum() == pytest.approx(1, abs=1e-5)
    assert np.allclose(found["when"], weights.sum((1, 2)), atol=1e-6)
    query, key = array(get(client, clip, "qk", site="encoder.12.self", head="2"))[:, 0].astype(
        float
    )
    scores = query[3 * 144 + 3 * 16 + 2] @ key.T / 8
    softmax = np.exp(scores - scores.max())
    assert np.allclose(softmax / softmax.sum(), weights.ravel(), atol=1e-6)
    when = get(client, clip, "when", site="encoder.12.self", query="3,3,2").json()
    assert when["heads"] == [*map(str, range(6)), "mean"]
    assert np.allclose(when["when"][2], found["when"], atol=1e-6)
    assert np.allclose(np.mean(when["when"][:6], 0), when["when"][6], atol=1e-6)
    lines = get(client, clip, "spacetime", format="csv", **choice).text.splitlines()
    assert lines[0] == "step,time,row,column,weight"
    assert len(lines) == 1 + 8 * 144
    assert get(client, clip, "when", format="csv").text.count("\n") == 8


def test_a_car_is_found_again_in_other_frames(client: TestClient, clip: dict[str, Any]) -> None:
    """The light car is at the left in the middle of the clip, and gone at its end."""
    found = get(client, clip, "spacetime", query="3,3,2", head="1").json()
    left = np.array(found["weights"])[:, :, :6].sum((1, 2)) / np.array(found["when"])
    assert left[1:5].min() > 0.6
    assert found["when"][7] < min(found["when"][2:5])


def test_a_frame_is_drawn_under_its_map(client: TestClient, clip: dict[str, Any]) -> None:
    drawn = get(client, clip, "frames/3/overlay.png", query="3,3,2", lens="heat")
    picture = Image.open(io.BytesIO(drawn.content))
    assert picture.size == (clip["frame_width"], clip["frame_height"])
    assert "query 3,3,2, frame 3" in picture.text["Description"]
    other = get(client, clip, "frames/7/overlay.png", query="3,3,2", lens="heat")
    dark = np.asarray(Image.open(io.BytesIO(other.content)), float).mean()
    assert dark < np.asarray(picture, float).mean()  # colours are those of all frames


def carried(client: TestClient, clip: dict[str, Any], **asked: Any) -> Any:
    body = {"frame": 3, "click": CAR} | asked
    body = {name: value for name, value in body.items() if value is not None}
    return client.post(f"/api/v1/traces/{clip['id']}/propagation", json=body)


def test_a_click_is_carried_through_the_clip(client: TestClient, clip: dict[str, Any]) -> None:
    found = carried(client, clip).json()
    assert (found["by"], found["site"]) == ("keys", "encoder.12.self")
    shares = [frame["share"] for frame in found["frames"]]
    assert 0.05 < shares[3] < 0.2
    assert min(shares[1:6]) > 0.02
    soft = np.frombuffer(base64.b64decode(found["data"]), np.uint8).reshape(8, 9, 16)
    assert np.allclose(soft / 255, array(carried(client, clip, format="npy")), atol=0.003)
    assert (soft[3] > 127)[:, 8:].sum() == 0  # the red car is none of it


def test_what_is_carried_can_be_taken_away(client: TestClient, clip: dict[str, Any]) -> None:
    frames = carried(client, clip).json()["frames"]
    archive = zipfile.ZipFile(io.BytesIO(carried(client, clip, format="zip").content))
    assert archive.namelist() == [f"{number:05d}.png" for number in range(8)]
    for name, frame in zip(archive.namelist(), frames, strict=True):
        mask = np.asarray(Image.open(io.BytesIO(archive.read(name)))) > 0
        assert mask.shape == (270, 480)
        assert mask.mean() == pytest.approx(frame["share"])
    webp: Any = Image.open(io.BytesIO(carried(client, clip, format="webp").content))
    assert webp.n_frames == 8
    mp4 = read_clip(carried(client, clip, format="mp4").content, Sampling(8))
    assert np.allclose(mp4.times, [frame["time"] for frame in frames], atol=0.002)


def test_a_brushed_mask_is_carried_by_attention_too(
    client: TestClient, clip: dict[str, Any]
) -> None:
    brushed = ["0" * 16 if row in (0, 7, 8) else "0111" + "0" * 12 for row in range(9)]
    found = carried(client, clip, click=None, mask=brushed, by="attention").json()
    assert found["site"] == "encoder.12.self"
    assert found["frames"][3]["share"] > 0.05
    plain = carried(client, clip, by="features", site="encoder.3.self").json()
    assert (plain["by"], plain["site"]) == ("features", None)


REFUSED = {
    "neither": ({"click": None}, "give either click"),
    "both": ({"mask": ["1"]}, "give either click"),
    "uneven": ({"click": None, "mask": ["11", "1"]}, "not of one length"),
    "empty": ({"click": None, "mask": ["00", "00"]}, "has no 1"),
    "letters": ({"click": None, "mask": ["0a"]}, "mask"),
    "frame": ({"frame": 8}, "frame 8 is not in this clip: give a number from 0 to 7"),
    "place": ({"click": {"row": 9, "column": 0}}, "there is no patch 9,0"),
    "site": ({"by": "attention", "site": "encoder.13.self"}, "is not in this trace"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_mask_that_cannot_be_carried_gets_a_sentence(
    client: TestClient, clip: dict[str, Any], name: str
) -> None:
    asked, sentence = REFUSED[name]
    answer = carried(client, clip, **asked)
    assert answer.status_code == 422
    assert sentence in answer.json()["detail"]


UPLOADS = {
    "frames": ({"frames": "49"}, 422, "give 8 to 48"),
    "resolution": ({"resolution": "300"}, 422, "give 224, 336, 448 or 616"),
    "model": ({"model": "efficientnet-lite0"}, 422, ""),  # not fetched, or no transformer
    "text": ({"model": "minilm"}, 422, "is not in the catalog"),
    "start": ({"start": "60"}, 422, "its frames go from 0.00 to 3.08 seconds"),
    "words": ({"end": "soon"}, 422, "end"),
}


@pytest.mark.parametrize("name", UPLOADS)
def test_an_upload_that_cannot_be_met_gets_a_sentence(client: TestClient, name: str) -> None:
    choice, status, sentence = UPLOADS[name]
    answer = upload(client, sample_video(), **choice)
    assert answer.status_code == status
    assert sentence in answer.json()["detail"]


def test_what_is_no_video_gets_a_sentence(client: TestClient) -> None:
    assert upload(client, b"a text").status_code == 415
    assert "only sound" in upload(client, sound()).json()["detail"]
    neither = client.post("/api/v1/videos/traces", data=CHOICE)
    assert "send either file" in neither.json()["detail"]
    unknown = client.post("/api/v1/videos/traces", data=CHOICE | {"sample": "x"})
    assert "'x' is not one of cars, leaving" in unknown.json()["detail"]


OF_PHOTOS = ("photo", "overlay.png", "heatmaps?query=0,0,0", "rollout", "statistics", "saliency")


@pytest.mark.parametrize(
    "path", [*OF_PHOTOS, "steps?site=encoder.12.self&query=0,0,0", "frames/9.jpg"]
)
def test_what_a_clip_has_not_is_told(client: TestClient, clip: dict[str, Any], path: str) -> None:
    answer = client.get(f"/api/v1/traces/{clip['id']}/{path}")
    assert answer.status_code == 422, answer.text
    assert re.search("clip|decoder|every frame alone", answer.json()["detail"])


@pytest.mark.parametrize("path", ["spacetime", "when", "frames/0.jpg", "frames/0/overlay.png"])
def test_what_a_photo_has_not_is_told(client: TestClient, trace: dict[str, Any], path: str) -> None:
    answer = client.get(f"/api/v1/traces/{trace['id']}/{path}")
    assert answer.status_code == 422
    assert "is not of a clip" in answer.json()["detail"]


def test_samples_are_there_and_credited(client: TestClient) -> None:
    listed = client.get("/api/v1/samples/videos").json()
    assert [sample["name"] for sample in listed] == ["cars", "leaving", "dalmatian"]
    for sample in listed:
        assert sample["licence"] == "CC-BY-4.0"
        clip = read_clip(client.get(sample["url"]).content, Sampling(8))
        assert clip.size == (sample["width"], sample["height"])
        assert clip.duration == pytest.approx(sample["duration"], abs=0.02)


def test_the_examples_of_the_description_work_as_pasted(
    client: TestClient, clip: dict[str, Any]
) -> None:
    description = client.get("/openapi.json").json()
    tried = 0
    for path, methods in description["paths"].items():
        call = methods.get("get", {})
        if "videos" not in call.get("tags", ()):
            continue
        examples = {p["name"]: p["schema"].get("examples", [None])[0] for p in call["parameters"]}
        for option in call["parameters"]:
            for kind in option["schema"].get("anyOf", ()):  # of what may be left out
                examples[option["name"]] = (
                    examples[option["name"]] or kind.get("examples", [None])[0]
                )
        there = {name: value for name, value in examples.items() if value is not None}
        url = path.replace("{trace_id}", clip["id"])
        for name, value in there.items():
            url = url.replace(f"{{{name}}}", str(value))
        query = {name: value for name, value in there.items() if f"{{{name}}}" not in path}
        answer = client.get(url, params=query)
        assert answer.status_code == 200, (url, query, answer.text)
        tried += 1
    assert tried == 4
    asked = description["components"]["schemas"]["PropagationRequest"]["examples"][0]
    assert carried(client, clip, **asked).status_code == 200


def test_heads_over_time_say_what_is_there_and_which_frames_decide(client: TestClient) -> None:
    choice = {"sample": "dalmatian", "frames": "16", "resolution": "224"}
    made = client.post("/api/v1/videos/traces", data=choice | {"model": "when-additive"}).json()
    assert [site["name"] for site in made["sites"]] == ["pooler.1.cross"]
    assert sum(each["probability"] for each in made["verdict"]) == pytest.approx(1, abs=1e-4)
    found = get(client, made, "when", format="json").json()["when"]
    assert np.allclose(found[-1], get(client, made, "spacetime").json()["when"], atol=1e-6)
    path = f"/api/v1/traces/{made['id']}"
    heads = client.post(f"{path}/verdicts", json={}).json()["heads"]
    assert [head["model"].removeprefix("when-") for head in heads] == [
        *("average", "additive", "query", "query-placed")
    ]
    assert heads[0]["when"] is None
    assert heads[1]["when"] == pytest.approx(found[-1], abs=1e-6)
    assert heads[1]["verdict"] == made["verdict"]
    asked = {"models": "when-average,when-query", "intervention": {"frame": 11}}
    heads = client.post(f"{path}/verdicts", json=asked).json()["heads"]
    assert heads[1]["when"] == [float(frame == 11) for frame in range(16)]
    again = client.post(f"{path}/interventions", json={"attention": "off"}).json()
    assert again["intervention"]["attention"] == "off"
    assert get(client, again, "when").json()["when"][-1] == pytest.approx([1 / 16] * 16)
    for sent, sentence in (
        ({"models": "dinov2-small"}, "is no head over time"),
        ({"intervention": {"frame": 16}}, "frame 16 is not in this clip"),
        ({"intervention": {"pin": [0, 0]}}, "cannot be pinned to a place"),
    ):
        answer = client.post(f"{path}/verdicts", json=sent)
        assert (answer.status_code, sentence in answer.json()["detail"]) == (422, True)


def test_a_model_of_single_pictures_takes_no_intervention(
    client: TestClient, clip: dict[str, Any]
) -> None:
    answer = client.post(f"/api/v1/traces/{clip['id']}/interventions", json={"attention": "off"})
    assert answer.status_code == 422
    assert "cannot be switched off" in answer.json()["detail"]


def test_a_clip_is_taken_away_as_one_file(client: TestClient, clip: dict[str, Any]) -> None:
    asked = {"site": "encoder.6.self", "head": "2", "query": "3,5,3", "lens": "heat", "frame": 3}
    path = f"/api/v1/traces/{clip['id']}/view"
    answer = client.post(path, json=asked | {"thing": {"frame": 3, "click": CAR}})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert 'data-kept="qk encoder.6.self"' in answer.text
    assert 'data-kept="qk encoder.12.self"' not in answer.text
    wrong = client.post(path, json={"layers": [13]})
    assert wrong.status_code == 422
    assert "choose of [1, 2" in wrong.json()["detail"]
