"""Which weight files an experiment needs, so that absent ones are named before it begins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from matebit.errors import MatebitError
from matebit.weights.location import how_to_get, path_of, problem_of
from matebit.weights.registry import Weight, weight_named

if TYPE_CHECKING:
    from matebit.config.conditions import ExtractorsConfig
    from matebit.config.metrics import MetricsConfig
    from matebit.config.schema import ResolvedParams


@dataclass(frozen=True)
class Need:
    """A weight file that the parameters ask for, by the keys `asked_by`."""

    weight: Weight
    path: Path
    asked_by: str

    @property
    def problem(self) -> str | None:
        """What is wrong with the file, None if nothing is."""
        return problem_of(self.weight, self.path)


def _need(name: str, asked_by: str) -> Need:
    weight = weight_named(name)
    return Need(weight, path_of(weight), asked_by)


def _metrics(config: MetricsConfig) -> Iterator[Need]:
    if "lpips" in config.names:
        yield _need("alexnet", "metrics.names: lpips")
        yield _need("lpips-alex", "metrics.names: lpips")
    sets = sorted({"fd_lite0", "kid_lite0"} & set(config.names))
    if sets:
        yield _need("efficientnet-lite0", f"metrics.names: {', '.join(sets)}")
    scores = sorted({"fid", "kid", "inception_score"} & set(config.names))
    if scores:
        yield _need("inception-fid", f"metrics.names: {', '.join(scores)}")


def _extractors(config: ExtractorsConfig) -> Iterator[Need]:
    if config.parsing:
        yield _need("face-parsing", f"conditions.extractors.parsing: {config.parsing}")
    if config.pose:
        yield _need("keypoint-rcnn", f"conditions.extractors.pose: {config.pose}")
    if config.landmarks == "face_alignment":  # the files of dlib68 come with its packages
        yield from _face_landmarks(f"conditions.extractors.landmarks: {config.landmarks}")


def _face_landmarks(asked_by: str) -> Iterator[Need]:
    yield _need("face-detector", asked_by)
    yield _need("face-landmarks", asked_by)


def needed(params: ResolvedParams) -> list[Need]:
    """Every weight file that some stage of the experiment reads."""
    features = params.features
    found = [_need(features.weight_file, f"features.net: {features.net}")] if features.weight_file else []
    if params.data.align == "face_alignment":
        found += _face_landmarks(f"data.align: {params.data.align}")
    if params.conditions.kind == "hed":
        found.append(_need("hed", "conditions.kind: hed"))
    found += [*_extractors(params.conditions.extractors), *_metrics(params.metrics)]
    return list({need.weight.name: need for need in reversed(found)}.values())[::-1]  # the first to ask


def absent_weights(params: ResolvedParams) -> str | None:
    """One sentence naming all weight files that are absent or cut short, and what to do; or None."""
    lacking = [(need, problem) for need in needed(params) if (problem := need.problem)]
    if not lacking:
        return None
    named = "; ".join(
        f"{need.path} ({problem}: {need.weight.what}; {need.asked_by})" for need, problem in lacking
    )
    names = " ".join(need.weight.name for need, _ in lacking if need.weight.url)
    ways = [f"fetch them with `matebit weights fetch {names}`"] if names else []
    if any(need.weight.package is None for need, _ in lacking):
        ways.append("put them there by hand (MATEBIT_WEIGHTS names another folder)")
    ways += [how_to_get(need.weight) for need, _ in lacking if need.weight.package]
    if any(need.weight.name == "vgg19" for need, _ in lacking):
        ways.append("choose features.net: efficientnet_lite0, whose weights are installed")
    if any(need.asked_by.startswith("metrics.names") for need, _ in lacking):
        ways.append("leave out the metrics that need them")
    return f"{params.name} needs weight files that are not there: {named}; {', or '.join(ways)}"


def check_weights(params: ResolvedParams) -> None:
    """Raise a `MatebitError` that names every absent weight file of the experiment."""
    sentence = absent_weights(params)
    if sentence:
        raise MatebitError(sentence)
