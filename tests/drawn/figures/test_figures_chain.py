"""The stages on a few figures, in this process: from drawing to scores."""

from __future__ import annotations

import copy
from pathlib import Path

import pandas as pd
import pytest

from matebit.contracts.bodies import LABELS, PALETTE
from matebit.io.images import read_plane
from tiny_experiment import TINY, Experiment, resolved_below


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Experiment:
    """All stages up to the metrics, two steps of training."""
    mapping = copy.deepcopy(TINY)
    mapping["data"] |= {
        "source": "figures",
        "figures": {"train": 8, "test": 8, "people_train": 2, "people_test": 2, "clothes_of": "condition"},
    }
    mapping["conditions"] = {"kind": "parsing"}
    mapping["train"] = {**TINY["train"], "images": 8}
    mapping["metrics"] = {"names": ["mae", "texture", "pck"]}
    experiment = resolved_below(tmp_path_factory.mktemp("figures"), mapping)
    for stage in ("data", "conditions", "pairs"):
        experiment.run(stage)
    experiment.run("train", "matebit", 1)
    experiment.run("translate", "matebit", 1)
    experiment.run("metrics", "matebit", 1)
    return experiment


def test_parsing_maps_hold_labels_of_bodies(chain: Experiment):
    maps = sorted((chain.layout.conditions / "parsing").glob("*.png"))
    assert len(maps) == 16
    assert max(int(read_plane(path).max()) for path in maps) > 12
    assert len(PALETTE) == 3 * len(LABELS)


def test_a_self_reference_is_the_same_person_and_a_retrieved_exemplar_is_not(chain: Experiment):
    pairs = pd.read_csv(chain.layout.pairs / "pairs.csv")
    group = pd.read_csv(chain.layout.data / "index.csv").set_index("id")["group"]
    same = group[pairs["item"]].to_numpy() == group[pairs["exemplar"]].to_numpy()
    assert (same == (pairs["self_ref"] == 1)).all()
    assert (pairs["item"] != pairs["exemplar"]).all()
    counts = pairs[pairs["self_ref"] == 1].groupby("item").size()
    assert len(counts) == 16
    assert (counts >= 3).all()


def test_true_answers_and_matches_are_scored(chain: Experiment):
    values = pd.read_csv(Path(chain.layout.run("matebit", 1).metrics) / "values.csv")
    assert values["metric"].str.startswith("mae").any()
    assert values["metric"].str.contains("pck").any()
    assert values["value"].notna().any()
