"""Two folders: the numbers of an experiment, those of the published packages' own commands, mistakes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import torch
from disc_world import DiscWorld, make_params

import matebit
from command import complaint, environment, matebit_here
from matebit.errors import MatebitError
from matebit.io.images import write_png
from matebit.metrics.scores import COLUMNS
from matebit.metrics.stage import run

SHARED = {
    "mae",
    "ssim",
    "psnr",
    "feature_distance",
    "semantic",
    "texture",
    "colour",
    "edge_f1",
    "swd",
    "chroma",
    "fd_lite0",
    "kid_lite0",
}
SETTINGS = {
    "threads": 1,
    "features": {"net": "vgg19", "weights": "random", "width": 0.125},
    "metrics": {"batch": 4, "swd": {"patches": 16, "directions": 16, "repeats": 2, "smallest": 16}},
}


@pytest.fixture
def folders(experiment, tmp_path):
    """What an author of another method has: the truth, results, exemplars, label maps, edges."""
    layout, world = experiment.layout, DiscWorld()
    pairs = pd.read_csv(layout.run("matebit", 1).translate / "index.csv")
    for row in pairs.itertuples():
        write_png(tmp_path / f"real/{row.id}.png", world.answer(row.id, row.exemplar, 32))
    shutil.copytree(layout.run("matebit", 1).translate / "images", tmp_path / "fake")
    shutil.copytree(layout.data / "images", tmp_path / "pictures")
    shutil.copytree(layout.conditions / "parsing", tmp_path / "labels")
    shutil.copytree(layout.conditions / "edges", tmp_path / "edges")
    return tmp_path


def _own(protocol: str) -> str:
    """A protocol without what says where the images come from."""
    return protocol.split("; PNG files of ")[0]


def test_numbers_and_protocols_are_those_of_an_experiment(experiment, folders, monkeypatch):
    # Here the truth is also the set that SWD is measured against: in two folders they are one.
    from matebit.metrics.files import StageFiles

    monkeypatch.setattr(StageFiles, "real", StageFiles.truth)
    run(make_params(batch=4), experiment.layout, "matebit", 1)
    table = pd.read_csv(experiment.layout.run("matebit", 1).metrics / "values.csv", dtype=str)
    expected = {
        row.metric: (row.value, row.n, row.features, _own(row.protocol))
        for row in table.itertuples()
        if row.metric.split("/")[0] in SHARED
    }
    assert {name.split("/")[0] for name in expected} == SHARED
    found = matebit.score(
        folders / "real", folders / "fake", exemplars=folders / "pictures", labels=folders / "labels",
        edges=folders / "edges", params=SETTINGS,
        pairs=experiment.layout.run("matebit", 1).translate / "index.csv",
    )  # fmt: skip
    found.write(folders / "scores.csv")
    scored = pd.read_csv(folders / "scores.csv", dtype=str)
    assert list(scored.columns) == COLUMNS
    assert {
        row.metric: (row.value, row.n, row.features, _own(row.protocol)) for row in scored.itertuples()
    } == expected
    images = pd.read_csv(experiment.layout.run("matebit", 1).metrics / "images.csv")
    for row in images.itertuples():
        if row.metric in SHARED:
            assert found.images[row.metric][row.id] == pytest.approx(row.value, rel=1e-8)


def test_the_command_writes_three_forms(folders):
    words = ("score", "real", "fake", "--metrics", "ssim,psnr,mae", "--out", "s.csv", "--out", "s.json")
    done = matebit_here(folders, *words, "--out", "s.md", "--images", "each.csv")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["s.csv", "s.json", "s.md"]
    document = json.loads((folders / "s.json").read_text())
    by_name = {row["metric"]: row for row in document["values"]}
    csv = pd.read_csv(folders / "s.csv").set_index("metric")["value"]
    assert csv.to_dict() == pytest.approx({name: row["value"] for name, row in by_name.items()}, rel=1e-8)
    assert "PNG files of 32 x 32 px; 6 images sha256 " in by_name["ssim"]["protocol"]
    line = next(line for line in (folders / "s.md").read_text().splitlines() if "SSIM ↑" in line)
    assert f" {by_name['ssim']['value']:.3f} " in line
    each = pd.read_csv(folders / "each.csv")
    assert each.groupby("metric")["value"].mean()["mae"] == pytest.approx(by_name["mae"]["value"], rel=1e-8)
    same = matebit.score(folders / "real", folders / "real", metrics=["psnr", "ssim"])
    assert (same["psnr"], same["ssim"]) == (np.inf, 1)
    assert '"value": "inf"' in same.json()


def test_what_the_folders_cannot_serve(folders, caplog):
    caplog.set_level("INFO", "matebit")
    found = matebit.score(folders / "real", folders / "fake", params=SETTINGS)
    assert {"ssim", "swd"} <= {value.metric for value in found.values}
    assert "left out: texture needs the label maps asked for, --labels" in caplog.text.replace(
        "the exemplars and their label maps, --exemplars with --labels or --exemplar-labels and ", ""
    )
    with pytest.raises(MatebitError, match="pck needs only an experiment has matches"):
        matebit.score(folders / "real", folders / "fake", metrics=["ssim", "pck"])


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ("missing", "fake has no image for 1 of .*real (test0)"),
        ("extra", "real has no image for 1 of .*fake (stranger)"),
        ("doubled", "holds two images called test0"),
        ("size", r"test0.png has 16 x 16 px, .*test0.png 32 x 32: nothing is resized"),
        ("broken", "test0.png cannot be read as an image"),
        ("empty", "holds no image"),
        ("absent", "is not a folder of images"),
    ],
)
def test_mistakes_are_one_sentence(folders, harm, said):
    fake = folders / "fake"
    if harm in ("missing", "doubled"):
        (fake / "test0.png").rename(fake / "test0.bmp") if harm == "missing" else None
        shutil.copy(fake / "test1.png", fake / "test0.bmp")
        if harm == "missing":
            (fake / "test0.bmp").unlink()
    elif harm in ("extra", "size"):
        name, side = {"extra": ("stranger", 32), "size": ("test0", 16)}[harm]
        write_png(fake / f"{name}.png", np.zeros((side, side, 3), np.uint8))
    elif harm == "broken":
        (fake / "test0.png").write_bytes(b"no image")
    elif harm == "empty":
        fake = folders / "empty"
        fake.mkdir()
    else:
        fake = folders / "nowhere"
    done = matebit_here(folders, "score", "real", fake, "--metrics", "ssim", "--out", "scores.csv")
    pattern = said.replace("(", r"\(").replace(")", r"\)")
    assert re.search(pattern, complaint(done)), complaint(done)
    assert not (folders / "scores.csv").exists()


def _command(module: str, stub: str, *words: object) -> str:
    """Run the package's own command with its download replaced, and read what it prints."""
    program = f"{stub}\nimport runpy, sys\nsys.argv = {[module, *map(str, words)]!r}\n"
    program += f"runpy.run_module({module!r}, run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_fid_is_what_pytorch_fids_own_command_prints(folders, weights_folder):
    """On stand-in weights: the network is theirs, and scipy's root gets the argument that scipy dropped."""
    printed = _command(
        "pytorch_fid.fid_score",
        f"""
import torch
from scipy import linalg
from pytorch_fid import inception
state = torch.load({str(weights_folder / 'pt_inception-2015-12-05-6726825d.pth')!r}, weights_only=True)
inception.load_state_dict_from_url = lambda *_, **__: state
root = linalg.sqrtm
linalg.sqrtm = lambda matrix, disp=True: (root(matrix), 0.0)
""",
        folders / "real", folders / "fake", "--device", "cpu", "--num-workers", "0", "--batch-size", "6",
    )  # fmt: skip
    found = matebit.score(folders / "real", folders / "fake", metrics=["fid"])
    assert found["fid@pytorch"] == pytest.approx(float(printed.split()[-1]), rel=1e-3)


def test_lpips_is_what_the_packages_own_network_says(folders, weights_folder):
    """On stand-in weights, image by image, through the package's own reading of files."""
    import lpips

    state = torch.load(weights_folder / "alexnet-owt-7be5be79.pth", weights_only=True)
    network = lpips.LPIPS(net="alex", pnet_rand=True, verbose=False).eval()
    own = network.net.state_dict()
    network.net.load_state_dict({key: state["features." + key.split(".", 1)[1]] for key in own})
    found = matebit.score(folders / "real", folders / "fake", metrics=["lpips"])
    for name, value in found.images["lpips"].items():
        pair = [
            lpips.im2tensor(lpips.load_image(str(folders / side / f"{name}.png")))
            for side in ("real", "fake")
        ]
        with torch.no_grad():
            assert value == pytest.approx(network(*pair).item(), rel=1e-5)


@pytest.fixture
def weights_folder(tmp_path, monkeypatch):
    """Stand-ins of both files, as torch writes them, where the program looks for them."""
    import lpips

    from matebit.metrics.inception import _build
    from matebit.weights.registry import weight_named

    folder = tmp_path / "weights"
    folder.mkdir()
    monkeypatch.setenv("MATEBIT_WEIGHTS", str(folder))
    torch.manual_seed(0)
    network = _build()
    for parameter in network.parameters():
        if parameter.dim() > 1:
            torch.nn.init.kaiming_normal_(parameter)
    torch.save(network.state_dict(), folder / weight_named("inception-fid").file)
    alex = lpips.LPIPS(net="alex", pnet_rand=True, verbose=False).net.state_dict()
    torch.save(
        {"features." + key.split(".", 1)[1]: value for key, value in alex.items()},
        folder / weight_named("alexnet").file,
    )
    return folder
