"""YAML 1.2: `1e-4` is a number, `on` a word, a key stands once; what is written YAML 1.1 reads the same."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, TypeAdapter
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode
from ruamel.yaml.resolver import implicit_resolvers

from matebit.errors import MatebitError


class Dumper(yaml.SafeDumper):
    """Writes what `parse_yaml` reads back the same; each value stands whole where it is, no anchors.

    Snakemake and DVC read YAML 1.1: a text that is a number or a switch in either version is quoted.
    """

    def ignore_aliases(self, data: Any) -> bool:
        """No anchors."""
        return True


for _versions, _tag, _pattern, _first in implicit_resolvers:
    if (1, 2) in _versions:
        Dumper.add_implicit_resolver(_tag, _pattern, _first)


def parse_yaml(text: str, where: str) -> Any:
    """Parse YAML; what is not YAML is a `MatebitError` that names `where` and the line.

    So is a key that stands twice: of two sections of one name one would be lost.
    """
    try:
        return _reader().load(text)
    except DuplicateKeyError as error:
        key, first, second = _doubled(_reader().compose(text), set()) or ("a key", "?", "?")
        raise MatebitError(
            f"{where} is not YAML: {key!r} stands at line {first} and again at line {second}; "
            "write one of them, or both as one section"
        ) from error
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" at line {mark.line + 1}" if mark else ""
        problem = (getattr(error, "problem", None) or "it cannot be parsed").splitlines()[0]
        raise MatebitError(f"{where} is not YAML{line}: {problem}") from error
    except RecursionError as error:
        raise MatebitError(f"{where} is not YAML that can be read: it is nested too deeply") from error
    except (ValueError, TypeError, ArithmeticError, LookupError, AttributeError) as error:
        # What a tag or a form promises (a date, a number) and the text is not.
        raise MatebitError(f"{where} is not YAML: {str(error).splitlines()[0]}") from error


def _reader() -> YAML:
    return YAML(typ="safe", pure=True)


def _doubled(node: Node | None, seen: set[int]) -> tuple[str, int, int] | None:
    """The first key that stands twice in a mapping, and both of its lines, from 1.

    `seen`: which nodes were looked at already; an anchor may hold itself.
    """
    children: list[Node] = []
    if id(node) in seen:
        return None
    seen.add(id(node))
    if isinstance(node, MappingNode):
        lines: dict[tuple[str, str], int] = {}
        for key, value in node.value:
            name, line = (str(key.tag), str(key.value)), key.start_mark.line + 1
            if name in lines:
                return str(key.value), lines[name], line
            lines[name] = line
            children.append(value)
    elif isinstance(node, SequenceNode):
        children = list(node.value)
    return next((found for child in children if (found := _doubled(child, seen))), None)


def yaml_text(value: Any, **options: Any) -> str:
    """The YAML of a value; `options` as PyYAML takes them."""
    return yaml.dump(value, Dumper=Dumper, allow_unicode=True, **options)


Row = TypeVar("Row", bound=BaseModel)


def read_named(path: Path, row: type[Row]) -> dict[str, Row]:
    """Every row of the table by its key `name`, in the table's order."""
    rows = TypeAdapter(list[row]).validate_python(parse_yaml(path.read_text("utf-8"), path.name))  # type: ignore[valid-type]
    return {one.name: one for one in rows}  # type: ignore[attr-defined]


def row_named(table: Mapping[str, Row], name: str, refusal: str) -> Row:
    """The row `name`; where there is none, a `MatebitError`: `refusal`, then the nearest name."""
    if name not in table:
        near = difflib.get_close_matches(name, table, n=1, cutoff=0.3)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(table)}"
        raise MatebitError(f"{refusal}; {hint}")
    return table[name]


def flat(value: Any, prefix: str = "") -> dict[str, str]:
    """Nested parameters as dotted keys: {"train": {"batch": 8}} as {"train.batch": "8"}."""
    if isinstance(value, dict):
        rows: dict[str, str] = {}
        for key, inner in value.items():
            rows |= flat(inner, f"{prefix}.{key}" if prefix else str(key))
        return rows
    return {prefix: str(value)}
