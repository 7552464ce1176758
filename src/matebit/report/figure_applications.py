"""Applications: a plain photo, the condition extracted from it, an exemplar, the portrait made of both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matebit.data.spread import spread
from matebit.report.experiment import Experiment
from matebit.report.image_grid import picture_grid
from matebit.report.style import PAGE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTION = (
    "Applications. A test image, the condition extracted from it, the exemplar, and the result of the first "
    "method (first seed): the photo's structure painted as the exemplar is. Where the data say which images "
    "are photographs, only these are shown; items evenly from the test set."
)
_ACROSS = 2  # fours in a line


def available(experiment: Experiment) -> bool:
    """Whether there is a test item."""
    return bool(experiment.tests)


def photographs(experiment: Experiment) -> list[str]:
    """Test items in the medium `photograph` (the first word of a bundled style), else all of them."""
    found = [item for item in experiment.tests if experiment.medium(item) == "photograph"]
    return found or experiment.tests


def draw(experiment: Experiment) -> tuple[Figure, dict[str, Any]]:
    """The sheet, and the ids it shows."""
    items = spread(photographs(experiment), experiment.params.report.application_items)
    choice = experiment.shown(experiment.methods[0])
    fours = [
        [
            experiment.picture(item, experiment.side(item)),
            experiment.condition(item),
            experiment.exemplar(item),
            experiment.image(choice, item),
        ]
        for item in items
    ]
    rows = [
        [picture for four in fours[start : start + _ACROSS] for picture in four]
        for start in range(0, len(fours), _ACROSS)
    ]
    across = min(_ACROSS, len(fours))
    headings = ["Photo", "Condition", "Exemplar", "Result"] * across
    figure = picture_grid(rows, headings, PAGE, column_breaks=range(0, 4 * across, 4))
    return figure, {"items": items, "method": choice.method}
