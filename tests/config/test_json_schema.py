"""The JSON Schema of the params: what is shipped fits it, wrong types, keys and names do not."""

from __future__ import annotations

import json

import pytest
import yaml
from jsonschema import Draft202012Validator

from command import REPOSITORY, matebit_here
from matebit.config.reference import params_schema

VALIDATOR = Draft202012Validator(params_schema())


@pytest.mark.parametrize("path", sorted((REPOSITORY / "params").glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_params_fit(path):
    assert [error.message for error in VALIDATOR.iter_errors(yaml.safe_load(path.read_text()))] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"trian": {}},
        {"train": {"images": "many"}},
        {"methods": ["no such method"]},
        {"data": {"source": "moon"}},
        {"metrics": {"names": []}},
    ],
    ids=str,
)
def test_mistakes_do_not_fit(wrong):
    assert list(VALIDATOR.iter_errors(wrong))


def test_the_command_prints_it(tmp_path):
    printed = matebit_here(tmp_path, "schema")
    assert json.loads(printed.stdout) == params_schema()
    assert VALIDATOR.is_valid({}), "a file may be empty: name is the file's"
