"""Which methods are one network with different numbers of blocks."""

from __future__ import annotations

import json
from typing import Any

Series = dict[str, dict[int, str]]  # the series' name -> number of blocks -> method


def block_series(methods: dict[str, Any], order: list[str]) -> Series:
    """Methods that differ in `model.blocks` alone, in series of at least two numbers of blocks.

    `methods`: the resolved sections of each. A series is called after its first method in `order`.
    Methods without a network of their own (images from elsewhere) belong to none.
    """
    found: dict[str, dict[int, str]] = {}
    for name in order:
        content = methods[name].model_dump(mode="json")
        model = content.get("model")
        if not model or "blocks" not in model:
            continue
        blocks = model.pop("blocks")
        found.setdefault(json.dumps(content, sort_keys=True), {}).setdefault(blocks, name)
    return {
        next(name for name in order if name in series.values()): dict(sorted(series.items()))
        for series in found.values()
        if len(series) > 1
    }
