"""Figures to draw in the tests."""

from matebit.drawn.drawing.style import Style
from matebit.drawn.figures import Stance, figure_style, sample_build, sample_cut, sample_pose, sample_view
from matebit.drawn.figures.cut import Cut


def stance_of(*seed: int, attitude: str | None = None) -> Stance:
    """A body in a pose, seen from somewhere."""
    build, pose = sample_build(seed), sample_pose(seed, attitude)
    return Stance(build, pose, sample_view(seed, build, pose))


def figure_of(
    *seed: int, medium: str = "cartoon", attitude: str | None = None, outfit: str | None = None
) -> tuple[Stance, Cut, Style]:
    """All that a drawing follows from."""
    return stance_of(*seed, attitude=attitude), sample_cut(seed, outfit), figure_style(seed, medium)
