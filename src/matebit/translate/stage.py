"""The translate stage: a trained method's images, or those of the controls."""

from __future__ import annotations

from typing import Any

from matebit.pipeline.layout import CONTROLS_RUN, Layout


def run(params: Any, layout: Layout, method: str, seed: int) -> None:
    """Write results/NAME/translate/METHOD/seedS; for `controls` the images of all of them."""
    if method == CONTROLS_RUN[0]:
        from matebit.translate.controls import make_controls

        make_controls(params, layout)
    else:
        from matebit.translate.network import translate_test_set

        translate_test_set(params, layout, method, seed)
