"""How figures look and are written: paper widths, embedded fonts, the same bytes each time."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matebit.io.files import write_bytes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Width of a two-column page (CVPR), in inches.
PAGE = 6.875

# Okabe and Ito (2008): told apart with every kind of colour blindness.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))

_RC: dict[str, Any] = {
    "pdf.fonttype": 42,  # TrueType, embedded: publishers refuse Type 3
    "ps.fonttype": 42,
    "svg.hashsalt": "matebit",
    "font.family": "DejaVu Sans",  # comes with matplotlib, so it is the same everywhere
    "font.size": 7,
    "axes.titlesize": 7,
    "axes.labelsize": 7,
    "xtick.labelsize": 6,
    "ytick.labelsize": 6,
    "legend.fontsize": 6.5,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "lines.linewidth": 1.2,
    "axes.grid": True,
    "grid.color": "#e4e4e4",
    "grid.linewidth": 0.5,
    "axes.axisbelow": True,
    "figure.dpi": 100,
    "image.interpolation": "nearest",
}


@contextmanager
def paper_style() -> Iterator[None]:
    """Draw in the paper's style, whatever the user's settings say; no display is needed."""
    import matplotlib

    matplotlib.use("Agg")
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        settings: Any = matplotlib.rcParams  # typed key by key, which a table is not
        settings.update(_RC)
        yield


def save(figure: Figure, stem: Path, dpi: int) -> list[Path]:
    """Write `stem.png` and `stem.pdf`, without dates or versions in them, and close the figure."""
    import matplotlib.pyplot as plt

    written = []
    for ending, metadata in (
        ("png", {"Software": None}),
        ("pdf", {"CreationDate": None, "ModDate": None, "Producer": None, "Creator": None}),
    ):
        buffer = io.BytesIO()
        figure.savefig(buffer, format=ending, dpi=dpi, metadata=metadata)
        target = stem.with_name(f"{stem.name}.{ending}")
        write_bytes(target, buffer.getvalue())
        written.append(target)
    plt.close(figure)
    return written
