"""The description of the API as the page /docs shows it: every call, its fields and an example."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]
FILES = {
    "/qk": "qk.npy",
    "/photo": "photo.jpg",
    "/overlay.{format}": "seen.png",
    "/heatmap": "seen.png",
    "/maps": "maps.npy",
    "/output.png": "output.png",
    "/{number}.{format}": "frame.jpg",
}
CLASSIFIERS = (
    *("/verdict", "/layers", "/cam", "/cams", "/cam.png", "/receptive", "/receptive.png"),
    "/cam/selection",
)
GATED = (
    *("/interventions", "/network", "/pictures", "/gates", "/gates/average", "/maps"),
    *("/output", "/output.png", "/difference"),
)
CHOSEN = {"/weights": "?layer=12&head=mean&query=cls"}  # where an example without would be large


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a field of a body; `default` is empty where there is none."""

    name: str
    kind: str
    default: str
    meaning: str
    deprecated: bool


@dataclass(frozen=True, slots=True)
class Answer:
    status: str
    meaning: str
    media: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """One method of one path, with a curl call to paste; `bodies` are fields by media type."""

    method: str
    path: str
    summary: str
    deprecated: bool
    example: str
    parameters: tuple[Field, ...]
    bodies: Mapping[str, tuple[Field, ...]]
    answers: tuple[Answer, ...]


def calls(openapi: Schema, origin: str) -> list[Call]:
    """Every call of an OpenAPI description, in its order; examples go to `origin`."""
    schemas = openapi["components"]["schemas"]
    return [
        _call(method, path, call, schemas, origin)
        for path, methods in openapi["paths"].items()
        for method, call in methods.items()
    ]


def _call(method: str, path: str, call: Schema, schemas: Schema, origin: str) -> Call:
    bodies = {media: _named(body, schemas) for media, body in _content(call).items()}
    return Call(
        method.upper(),
        path,
        call["summary"],
        call.get("deprecated", False),
        _example(path, call, bodies, origin),
        tuple(_field(p["name"], p["schema"], p) for p in call.get("parameters", ())),
        {media: _fields(schema["properties"]) for media, schema in bodies.items()},
        tuple(_answer(status, answer) for status, answer in call["responses"].items()),
    )


def _content(call: Schema) -> Schema:
    content: Schema = call.get("requestBody", {}).get("content", {})
    return content


def _named(body: Schema, schemas: Schema) -> Schema:
    schema: Schema = body["schema"]
    kinds = [schemas[_last(each["$ref"])] for each in schema.get("anyOf", [schema])]
    return kinds[0] if len(kinds) == 1 else _merged(kinds)


def _merged(kinds: Sequence[Schema]) -> Schema:
    """Of a body that is one of several kinds: all fields, each with the kinds that have it."""
    fields: dict[str, Schema] = {}
    owners: dict[str, list[str]] = {}
    for kind in kinds:
        for name, field in kind["properties"].items():
            fields.setdefault(name, field)
            owners.setdefault(name, []).append(kind["title"])
    told = {name: f"Of {', '.join(of)}. " for name, of in owners.items()}
    merged = {
        name: {**field, "description": told[name] + field.get("description", "")}
        for name, field in fields.items()
    }
    return {"properties": merged}


def _last(reference: str) -> str:
    return reference.split("/")[-1]


def _fields(properties: Schema) -> tuple[Field, ...]:
    return tuple(_field(name, schema, schema) for name, schema in properties.items())


def _field(name: str, schema: Schema, said: Schema) -> Field:
    meaning = said.get("description") or schema.get("description", "")
    return Field(name, kind(schema), _default(schema), meaning, said.get("deprecated", False))


def _default(schema: Schema) -> str:
    value = schema.get("default")
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def kind(schema: Schema) -> str:
    """A schema's type in words."""
    match schema:
        case {"$ref": reference}:
            return _last(reference)
        case {"anyOf": options}:
            return " or ".join(kind(o) for o in options if o.get("type") != "null")
        case {"contentMediaType": _}:
            return "file"
        case {"enum": values}:
            return " | ".join(map(str, values))
        case {"const": value}:
            return str(value)
        case {"type": "array", "items": items}:
            return f"list of {kind(items)}"
        case _:
            return str(schema.get("type", "any"))


def _answer(status: str, answer: Schema) -> Answer:
    meaning = answer["description"]
    said = "" if meaning == "Successful Response" else meaning.lower()
    return Answer(status, said, tuple(answer.get("content", ())))


def _example(path: str, call: Schema, bodies: Mapping[str, Schema], origin: str) -> str:
    parts = ["curl -s", *_options(path, bodies), f'"{origin}{_filled(path, call)}"']
    file = next((name for end, name in FILES.items() if path.endswith(end)), None)
    return " ".join([*parts, f"-o {file}"] if file else parts)


def _options(path: str, bodies: Mapping[str, Schema]) -> Iterable[str]:
    if path.endswith("/stream"):
        yield "-N"
    if "application/json" in bodies:
        body = json.dumps(_example_body(bodies["application/json"]), ensure_ascii=False)
        yield f"""-H "Content-Type: application/json" -d '{body}'"""
    elif bodies:
        (form,) = bodies.values()
        yield f"-F sample={form['properties']['sample']['examples'][0]}"


def _example_body(schema: Schema) -> Schema:
    """A body's own example, else its text alone, else the first field that has an example."""
    if "examples" in schema:
        whole: Schema = schema["examples"][0]
        return whole
    given = {
        name: field["examples"][0]
        for name, field in schema["properties"].items()
        if "examples" in field
    }
    name = "text" if "text" in given else next(iter(given))
    return {name: given[name]}


def _trace(path: str, call: Schema) -> str:
    """The variable of a shell with the trace that an example is of: most are of any photo's."""
    if "videos" in call.get("tags", ()):
        return "$CLIP_ID"
    if path.endswith(CLASSIFIERS):
        return "$CLASSIFIER_ID"
    if path.endswith("/segmentation"):
        return "$STREET_ID"
    return "$GATES_ID" if path.endswith(GATED) else "$ID"


def _filled(path: str, call: Schema) -> str:
    """The path with examples in place of its parameters, and those that are required after it."""
    filled = path.replace("{trace_id}", _trace(path, call))
    required = []
    for parameter in call.get("parameters", ()):
        examples = parameter["schema"].get("examples")
        if parameter["in"] == "path" and examples:
            filled = filled.replace(f"{{{parameter['name']}}}", str(examples[0]))
        elif parameter["in"] == "query" and examples and parameter.get("required"):
            required.append(f"{parameter['name']}={examples[0]}")
    chosen = next((query for end, query in CHOSEN.items() if path.endswith(end)), "")
    return filled + (chosen or (f"?{'&'.join(required)}" if required else ""))
