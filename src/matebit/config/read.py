"""Reading params files, before and after resolving: YAML, overrides, checks with one clear sentence each."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from matebit.config.schema import ResolvedParams
from matebit.config.yaml_text import parse_yaml
from matebit.errors import MatebitError


def read_mapping(path: Path) -> dict[str, Any]:
    """Read the mapping of a params file; `name` is filled with the file's stem where it is absent."""
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise MatebitError(f"the params file {path} does not exist") from error
    except IsADirectoryError as error:
        raise MatebitError(f"{path} is a folder, not a params file") from error
    except UnicodeDecodeError as error:
        raise MatebitError(f"{path} is not YAML: it is not UTF-8 text") from error
    value = parse_yaml(text, str(path))
    if not isinstance(value, dict):
        raise MatebitError(f"{path} is not a params file: it must be a mapping of sections")
    return {"name": path.stem, **value}


def merged(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """`base` with `changes` laid over it, mapping by mapping; lists and values are replaced."""
    result = dict(base)
    for key, value in changes.items():
        if isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merged(result[key], value)
        else:
            result[key] = value
    return result


def parse_override(text: str) -> dict[str, Any]:
    """`train.images=400` as {"train": {"images": 400}}; the value is YAML."""
    key, sign, value = text.partition("=")
    if not sign or not key.strip():
        raise MatebitError(f"--set {text!r} is not of the form SECTION.KEY=VALUE")
    result: Any = parse_yaml(value, f"--set {key}")
    for part in reversed(key.strip().split(".")):
        result = {part: result}
    return result


def _section_at(model: type[BaseModel], location: tuple) -> type[BaseModel] | None:
    """The schema class whose key stands at the end of `location`."""
    section: Any = model
    for part in location[:-1]:
        if isinstance(part, int):
            continue
        field = section.model_fields.get(part) if hasattr(section, "model_fields") else None
        if field is None:
            return None
        kinds = [field.annotation, *get_args(field.annotation)]
        section = next((kind for kind in kinds if hasattr(kind, "model_fields")), None)
        if section is None:
            return None
    return section


def _sentence(error: ErrorDetails, model: type[BaseModel], where: str) -> str:
    location = error["loc"]
    key = ".".join(str(part) for part in location) or "the file"
    if error["type"] == "extra_forbidden":
        section = _section_at(model, location)
        known = list(section.model_fields) if section else []
        near = difflib.get_close_matches(str(location[-1]), known, n=1, cutoff=0.4)
        hint = f"did you mean {near[0]!r}?" if near else f"known keys: {', '.join(known)}"
        return f"{where}: {key!r} is not a parameter; {hint}"
    problem = error["msg"].removeprefix("Value error, ")
    given = repr(error.get("input"))
    if error["type"] == "missing":
        return f"{where}: {key!r} is missing"
    if error["type"] == "value_error" or len(given) > 80:
        return f"{where}: {key}: {problem}"
    return f"{where}: {key} is {given}, but {problem[0].lower()}{problem[1:]}"


_MOST_SAID = 20


def validated(model: type[BaseModel], value: Any, where: str) -> Any:
    """`value` as an instance of `model`; its mistakes become one `MatebitError`, a line each.

    What holds between keys is looked at only where every single key is in order.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        said = (_sentence(each, model, where) for each in error.errors())
        raise MatebitError(all_said(said, where)) from error


def all_said(sentences: Iterable[str], where: str) -> str:
    """Sentences as the lines of one message, each once; of very many the first ones."""
    lines = list(dict.fromkeys(sentences))
    more = len(lines) - _MOST_SAID
    return "\n".join(
        [*lines[:_MOST_SAID], *([f"{where}: {more} more mistakes like these"] if more > 0 else [])]
    )


def read_with_overrides(path: Path, overrides: list[str] | None = None) -> dict[str, Any]:
    """The mapping of a params file with `SECTION.KEY=VALUE` overrides laid over it, not yet checked."""
    mapping = read_mapping(path)
    for text in overrides or []:
        mapping = merged(mapping, parse_override(text))
    return mapping


def read_resolved(path: Path) -> ResolvedParams:
    """Read `results/NAME/params.yaml` back."""
    if not Path(path).exists():
        raise MatebitError(f"{path} does not exist; `matebit resolve params/NAME.yaml` writes it")
    value: Any = parse_yaml(Path(path).read_text(encoding="utf-8"), str(path))
    return validated(ResolvedParams, value, str(path))
