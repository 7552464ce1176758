"""The runs of an experiment: every method with every seed, images given by others, the controls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matebit.config.controls import CONTROLS_RUN, GIVEN_SEED
from matebit.config.translate import GivenImages

if TYPE_CHECKING:
    from matebit.config.stage_params import MethodsParams, RunsParams


def given_images(params: MethodsParams) -> dict[str, GivenImages]:
    """The methods of which only images are known."""
    return {name: known for name, known in params.methods.items() if isinstance(known, GivenImages)}


def seeds_of(params: RunsParams, method: str) -> list[int]:
    """The seeds of a method's runs: those of the file, or the one of what is not trained here."""
    if method == CONTROLS_RUN[0]:
        return [CONTROLS_RUN[1]]
    return [GIVEN_SEED] if method in given_images(params) else list(params.seeds)


def jobs(params: RunsParams) -> list[tuple[str, int]]:
    """Every (method, seed) that is trained, in the order of the file."""
    given = given_images(params)
    return [(name, seed) for name in params.methods if name not in given for seed in params.seeds]


def scored(params: RunsParams) -> list[tuple[str, int]]:
    """Every (method, seed) that is scored: trained, given, and the controls."""
    named = [(method, seed) for method in params.methods for seed in seeds_of(params, method)]
    return [*named, CONTROLS_RUN]
