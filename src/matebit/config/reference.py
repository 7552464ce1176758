"""A params file's schema for editors, and docs/params.md from it: every key, its type, its meaning."""

from __future__ import annotations

import json
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from matebit.config.schema import KNOWN_METHODS, Params


def params_schema() -> dict[str, Any]:
    """The schema, draft 2020-12.

    What a validator adds to the types stands here too: a method by one word, a name that the file's own
    replaces.
    """
    schema = Params.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Params file of matebit"
    schema["required"] = [key for key in schema.get("required", []) if key != "name"]
    if not schema["required"]:
        del schema["required"]
    methods = schema["properties"]["methods"]
    methods["items"] = {"anyOf": [{"enum": list(KNOWN_METHODS)}, methods["items"]]}
    return schema


_INTRO = """\
# Parameters

Written from the schema by `matebit params > docs/params.md`. A params file holds any of these keys; what it
leaves out has the default. An unknown key is an error that names the nearest known one.

Change a key for one run: `snakemake --cores all --configfile params/NAME.yaml --config train='{images: 400}'`
or `matebit resolve params/NAME.yaml --set train.images=400`. Snakemake takes a section as a mapping; of
`--config train.images=400` it makes a traceback of its own, as of a HOME that it cannot write to (name
another place with XDG_CACHE_HOME). Files are YAML 1.2: `on` is a word, and a key that stands twice is an
error. Paths may begin with `~` and hold variables of the environment.

"""


def _sections_of(annotation: Any) -> type[BaseModel] | None:
    kinds = [annotation, *get_args(annotation)]
    return next((k for k in kinds if isinstance(k, type) and issubclass(k, BaseModel)), None)


def _type_name(annotation: Any) -> str:
    if get_origin(annotation) is list:
        return f"list of {_type_name(get_args(annotation)[0])}"
    if get_origin(annotation) is Annotated:
        return _type_name(get_args(annotation)[0])
    if get_origin(annotation) is Literal:
        return " or ".join(f"`{value}`" for value in get_args(annotation))
    if get_origin(annotation) in (Union, UnionType):
        return " or ".join(_type_name(kind) for kind in get_args(annotation))
    if annotation is NoneType:
        return "nothing"
    return "name or mapping" if issubclass(annotation, BaseModel) else annotation.__name__


def _default(field: Any) -> str:
    extra = field.json_schema_extra
    if isinstance(extra, dict) and "default_in_words" in extra:
        return str(extra["default_in_words"])
    if field.default is not PydanticUndefined:
        return f"`{json.dumps(field.default)}`"
    if field.default_factory is not None:
        value = field.default_factory()
        plain = [v.model_dump() if isinstance(v, BaseModel) else v for v in value]
        return f"`{json.dumps(plain)}`"
    return "required"


def _rows(model: type[BaseModel], prefix: str) -> list[str]:
    rows = []
    for name, field in model.model_fields.items():
        section = _sections_of(field.annotation)
        if section is not None and not str(field.annotation).startswith("list"):
            rows += _rows(section, f"{prefix}{name}.")
        else:
            meaning = (field.description or "").strip()
            rows.append(
                f"| `{prefix}{name}` | {_type_name(field.annotation)} | {_default(field)} | {meaning} |"
            )
    return rows


def reference() -> str:
    """The text of docs/params.md."""
    plain, sections = [], []
    for name, field in Params.model_fields.items():
        section = _sections_of(field.annotation)
        if section is None or str(field.annotation).startswith("list"):
            plain.append(
                f"| `{name}` | {_type_name(field.annotation)} | {_default(field)} | {field.description} |"
            )
        else:
            title = (section.__doc__ or "").strip().split("\n")[0]
            sections.append((name, title, _rows(section, f"{name}.")))
    head = "| key | type | default | meaning |\n|---|---|---|---|\n"
    text = _INTRO + head + "\n".join(plain) + "\n"
    for name, title, rows in sections:
        text += f"\n## {name}\n\n{title}\n\n{head}" + "\n".join(rows) + "\n"
    return text
