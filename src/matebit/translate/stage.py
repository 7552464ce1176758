"""The translate stage: a trained method's images, given ones, or those of the controls."""

from __future__ import annotations

from typing import Any

from matebit.config.controls import CONTROLS_RUN
from matebit.config.translate import GivenImages
from matebit.pipeline.layout import Layout


def run(params: Any, layout: Layout, method: str, seed: int) -> None:
    """Write results/NAME/translate/METHOD/seedS; for `controls` the images of all of them."""
    if method == CONTROLS_RUN[0]:
        from matebit.translate.controls import make_controls

        make_controls(params, layout)
    elif isinstance(params.methods[method], GivenImages):
        from matebit.translate.given import take_in

        take_in(params, layout, method, seed)
    else:
        from matebit.translate.network import translate_test_set

        translate_test_set(params, layout, method, seed)
