"""Figures to draw in the tests."""

from matebit.drawn.drawing.style import Style
from matebit.drawn.figures.cut import Cut, sample_cut
from matebit.drawn.figures.drawing import Stance
from matebit.drawn.figures.pose import sample_build, sample_pose
from matebit.drawn.figures.sets import figure_style
from matebit.drawn.figures.skeleton import sample_view


def stance_of(*seed: int, attitude: str | None = None) -> Stance:
    """A body in a pose, seen from somewhere."""
    build, pose = sample_build(seed), sample_pose(seed, attitude)
    return Stance(build, pose, sample_view(seed, build, pose))


def figure_of(
    *seed: int, medium: str = "cartoon", attitude: str | None = None, outfit: str | None = None
) -> tuple[Stance, Cut, Style]:
    """All that a drawing follows from."""
    return stance_of(*seed, attitude=attitude), sample_cut(seed, outfit), figure_style(seed, medium)
