"""Which methods are one network with different numbers of blocks, and what the figures make of it."""

from __future__ import annotations

import json

from matebit.config.schema import MethodSections
from matebit.report.drawing import block_series


def _methods(**models: dict) -> dict[str, MethodSections]:
    sections = {"losses": {}, "train": {}}
    return {
        name: MethodSections.model_validate({"model": model, **sections}) for name, model in models.items()
    }


def test_only_methods_that_differ_in_nothing_else_are_a_series():
    methods = _methods(
        ours={"blocks": 3},
        none={"blocks": 0},
        unmasked={"blocks": 1, "mask": False},
        one={"blocks": 1},
        wide={"blocks": 2, "ngf": 32},
    )
    assert block_series(methods, list(methods)) == {"ours": {0: "none", 1: "one", 3: "ours"}}
    assert list(block_series(methods, list(methods))["ours"]) == [0, 1, 3]


def test_none_belongs_to_those_whose_decoder_sees_a_warp_that_none_cannot_have():
    methods = _methods(
        ours={"blocks": 3, "warp_in_decoder": True, "warp_detail": 4},
        none={"blocks": 0},
        one={"blocks": 1, "warp_in_decoder": True, "warp_detail": 4},
        unseen={"blocks": 3},
        coarse={"blocks": 3, "warp_in_decoder": True},
        other={"blocks": 0, "style_code": False},
    )
    assert block_series(methods, list(methods)) == {
        "ours": {0: "none", 1: "one", 3: "ours"},
        "unseen": {0: "none", 3: "unseen"},
    }


def test_the_order_of_the_file_names_the_series():
    methods = _methods(a={"blocks": 1}, b={"blocks": 2}, c={"blocks": 2})
    assert block_series(methods, ["b", "a", "c"]) == {"b": {1: "a", 2: "b"}}


def test_one_number_of_blocks_is_no_series():
    methods = _methods(a={"blocks": 2}, b={"blocks": 2, "mask": False})
    assert block_series(methods, list(methods)) == {}


def test_the_figures_say_which_methods_they_compare(report):
    folder = report.layout.reports / "figures"
    blocks = json.loads((folder / "blocks.json").read_text())["shows"]
    assert blocks["series"] == {"matebit": {"1": "vanilla", "2": "matebit"}}
    assert {"mae", "swd", "pck@0.1"} <= set(blocks["metrics"])
    assert "training_images" not in blocks["metrics"], "equal for all"
    impact = json.loads((folder / "impact.json").read_text())["shows"]
    assert impact["methods"] == {"1": "vanilla", "2": "matebit"}
