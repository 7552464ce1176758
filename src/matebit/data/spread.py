"""Items to be shown: taken evenly from a list, so that none is chosen by how it came out."""

from __future__ import annotations

import numpy as np


def spread(names: list[str], count: int) -> list[str]:
    """`count` of `names`, evenly from the first to the last; all where there are fewer."""
    places = np.linspace(0, len(names) - 1, min(count, len(names))).round().astype(int)
    return [names[place] for place in dict.fromkeys(places)]
