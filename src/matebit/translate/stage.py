"""The translate stage: a trained method's images, given ones, or those of the controls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matebit.config.controls import CONTROLS_RUN
from matebit.config.translate import GivenImages
from matebit.pipeline.layout import Layout

if TYPE_CHECKING:
    from matebit.config.stage_params import TranslateParams


def run(params: TranslateParams, layout: Layout, method: str, seed: int) -> None:
    """Write results/NAME/translate/METHOD/seedS; for `controls` the images of all of them."""
    if method == CONTROLS_RUN[0]:
        from matebit.translate.controls import make_controls

        make_controls(params, layout)
        return
    sections = params.methods[method]
    if isinstance(sections, GivenImages):
        from matebit.translate.given import take_in

        take_in(params, sections, layout, method, seed)
    else:
        from matebit.translate.network import translate_test_set

        translate_test_set(params, sections.train, layout, method, seed)
