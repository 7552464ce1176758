import subprocess
import sys

import pytest
from pydantic import ValidationError

from matebit.config.sources import PortraitsConfig


def test_defaults_dress_every_style_four_times():
    config = PortraitsConfig()
    assert config.train >= 4 * config.styles_train
    assert config.test >= 4 * config.styles_test


def test_too_many_styles_is_one_clear_sentence():
    with pytest.raises(ValidationError, match="worn by at least 4 portraits: set train to 40"):
        PortraitsConfig(train=20, styles_train=10)


@pytest.mark.parametrize("wrong", [{"train": 0}, {"styles_test": 0}, {"trian": 8}])
def test_out_of_bounds_and_unknown_keys_are_refused(wrong):
    with pytest.raises(ValidationError):
        PortraitsConfig(**wrong)


def test_every_field_is_described():
    for field in PortraitsConfig.model_fields.values():
        assert field.description


def test_reading_the_config_imports_nothing_heavy():
    code = (
        "import sys; import matebit.config.sources;"
        "print([m for m in ('numpy', 'cv2', 'scipy', 'torch') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
