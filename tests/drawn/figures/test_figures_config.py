import subprocess
import sys

import pytest
from pydantic import ValidationError

from matebit.config.data import DataConfig
from matebit.config.sources import FiguresConfig
from matebit.contracts.condition_kinds import CONDITIONS
from matebit.contracts.label_sets import LABEL_SETS, labels_of
from matebit.engines.resolve import resolve
from matebit.errors import MatebitError


def test_defaults_show_everyone_four_times():
    config = FiguresConfig()
    assert config.train >= 4 * config.people_train
    assert config.test >= 4 * config.people_test


def test_too_many_people_is_one_clear_sentence():
    with pytest.raises(ValidationError, match="seen in at least 4 poses: set train to 40"):
        FiguresConfig(train=20, people_train=10)


@pytest.mark.parametrize("wrong", [{"train": 0}, {"people_test": 0}, {"trian": 8}, {"clothes_of": "both"}])
def test_out_of_bounds_and_unknown_keys_are_refused(wrong):
    with pytest.raises(ValidationError):
        FiguresConfig(**wrong)


def test_every_field_is_described():
    assert all(field.description for field in FiguresConfig.model_fields.values())


def test_reading_the_config_imports_nothing_heavy():
    code = (
        "import sys; import matebit.config.sources;"
        "print([m for m in ('numpy', 'cv2', 'scipy', 'torch') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def figures_with(kind: str, **figures):
    return {"name": "f", "data": {"source": "figures", "figures": figures}, "conditions": {"kind": kind}}


def test_a_condition_for_faces_is_refused_before_anything_is_drawn():
    with pytest.raises(
        MatebitError, match=r"conditions\.kind: face_edges does not fit data\.source: figures"
    ):
        resolve(figures_with("face_edges", clothes_of="condition"), "f")


def test_clothes_that_the_condition_shows_are_its_own():
    with pytest.raises(MatebitError, match=r"set clothes_of to condition"):
        resolve(figures_with("parsing", clothes_of="exemplar"), "f")


def test_the_network_takes_one_channel_for_each_label_of_a_body():
    params = resolve(figures_with("parsing", clothes_of="condition"), "f")
    assert params.methods["matebit"].model.condition_channels == 22


def test_label_sets_are_those_of_the_conditions():
    for name, channels in CONDITIONS["parsing"].channels.items():
        known = LABEL_SETS[name]
        assert channels == len(known.labels)
        assert len(known.palette) == 3 * channels
    assert labels_of(DataConfig(source="figures")).name == "body"
    assert labels_of(DataConfig()).name == "face"
