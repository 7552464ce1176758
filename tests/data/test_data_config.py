"""The sections of the params: what they refuse, and that they agree with the registries."""

from __future__ import annotations

import subprocess
import sys
from typing import get_args

import pytest
from pydantic import BaseModel, ValidationError

from matebit.config import data as config
from matebit.config.data import ConditionsConfig, DataConfig, LoaderConfig, PairsConfig
from matebit.contracts.condition_kinds import CONDITIONS
from matebit.data.choose_exemplars import METHODS
from matebit.data.conditions.registry import EXTRACTS
from matebit.data.sources.registry import SOURCES

MODELS = [DataConfig, LoaderConfig, ConditionsConfig, PairsConfig]


@pytest.mark.parametrize("model", MODELS)
def test_every_field_is_described_and_unknown_keys_are_refused(model: type[BaseModel]) -> None:
    assert all(field.description for field in model.model_fields.values())
    with pytest.raises(ValidationError):
        model(no_such_key=1)


@pytest.mark.parametrize(
    ("model", "values", "words"),
    [
        (DataConfig, {"load_size": 64, "crop_size": 128}, "larger than load_size"),
        (DataConfig, {"crop_size": 100}, "multiple of 16"),
        (DataConfig, {"source": "portrait"}, "'portraits'"),
        (ConditionsConfig, {"kind": "edges"}, "'face_edges'"),
        (PairsConfig, {"method": "list"}, "list_test"),
        (PairsConfig, {"rank": 11}, "beyond top"),
        (PairsConfig, {"hard_probability": 1.5}, "less than or equal to 1"),
    ],
)
def test_what_cannot_be_is_refused(model: type[BaseModel], values: dict, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        model(**values)


@pytest.mark.parametrize(
    ("names", "registry"),
    [
        (config.SourceName, SOURCES),
        (config.ConditionName, CONDITIONS),
        (config.ConditionName, EXTRACTS),
        (config.PairingName, METHODS),
    ],
)
def test_names_of_the_params_are_those_of_the_registries(names, registry) -> None:
    assert set(get_args(names)) == set(registry)


def test_sections_import_nothing_heavy() -> None:
    code = (
        "import sys, matebit.config.data, matebit.data.conditions.registry;"
        "print([m for m in ('numpy', 'torch', 'cv2', 'PIL', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_stages_up_to_pairs_do_without_torch() -> None:
    code = (
        "import sys, matebit.data.extract_conditions, matebit.data.choose_exemplars,"
        "matebit.drawn.portrait_source, matebit.data.sources.celebamask,"
        "matebit.data.conditions.face_edges, matebit.data.pairs.colors;"
        "print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
