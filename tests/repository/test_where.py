"""The page that says where code lives names what there is."""

from __future__ import annotations

import ast
import re

import pytest

from command import REPOSITORY

PAGE = (REPOSITORY / "docs/where.md").read_text()
PLACES = sorted(set(re.findall(r"`([\w/]+(?:/|\.py|\.yaml)(?::[\w.]+)?)`", PAGE)))


def defined(body: list[ast.stmt]) -> dict[str, list[ast.stmt]]:
    """The names that a module or a class defines, each with its own body."""
    found: dict[str, list[ast.stmt]] = {}
    for node in body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            found[node.name] = node.body
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id: [] for target in targets if isinstance(target, ast.Name)}
    return found


def test_names_are_found_on_the_page():
    assert {"io/", "weights/weights.yaml", "model/generator.py:Generator.forward"} <= set(PLACES)


@pytest.mark.parametrize("place", PLACES)
def test_a_place_that_is_named_is_there(place: str):
    path, _, names = place.partition(":")
    found = [root / path for root in (REPOSITORY / "src/matebit", REPOSITORY) if (root / path).exists()]
    assert found, path
    if names:
        body = ast.parse(found[0].read_text()).body
        for name in names.split("."):
            inside = defined(body)
            assert name in inside, place
            body = inside[name]
