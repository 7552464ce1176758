"""`matebit translate` on pictures of one's own, and the same from Python."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiny_checkpoints import write_checkpoint
from typer.testing import CliRunner

import matebit
from command import environment
from matebit.cli.app import app
from matebit.data.conditions.lines import lines_and_distance
from matebit.errors import MatebitError
from matebit.io.arrays import read_arrays
from matebit.io.images import read_rgb, save_png, write_png
from matebit.io.tables import read_table
from matebit.translate.gallery import bundled, exemplars, paintings, sitters
from matebit.translate.structure import of_file
from tiny_experiment import Experiment


def run(*words: str | Path) -> str:
    """What the command prints; its errors are raised."""
    result = CliRunner().invoke(app, ["translate", *map(str, words)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def refusal(*words: str | Path) -> str:
    """The sentence of a command that refuses."""
    with pytest.raises(MatebitError) as caught:
        run(*words)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_photo_and_an_exemplar_make_a_picture(checkpoints, pictures: Path, tmp_path: Path) -> None:
    words = (
        "--checkpoint", checkpoints["xdog"], "--photo", pictures / "sitter.png",
        "--exemplar", pictures / "oil.png", "--out", tmp_path / "out.png", "--device", "cpu",
    )  # fmt: skip
    shown = run(*words, "--show", "matches,confidence,warp").splitlines()
    assert shown == [str(tmp_path / f"out{end}") for end in (
        ".png", "-matches.png", "-confidence.png", "-warp.png", "-matches.npz",
    )]  # fmt: skip
    assert Image.open(tmp_path / "out.png").size == (32, 32)
    numbers = read_arrays(tmp_path / "out-matches.npz")
    assert numbers["argmax"].shape == (2, 8, 8)
    assert Image.open(tmp_path / "out-warp.png").size == (32, 32)
    assert Image.open(tmp_path / "out-matches.png").size == (32 + 4 + 32, 32)
    first = (tmp_path / "out.png").read_bytes()
    run(*words)
    assert (tmp_path / "out.png").read_bytes() == first


def test_python_gives_the_same_picture(checkpoints, pictures: Path, tmp_path: Path) -> None:
    run("--checkpoint", checkpoints["canny"], "--photo", pictures / "sitter.png", "--exemplar",
        pictures / "oil.png", "--out", tmp_path / "out.png")  # fmt: skip
    translator = matebit.load(checkpoints["canny"])
    photo, exemplar = (Image.open(pictures / name) for name in ("sitter.png", "oil.png"))
    picture = translator.translate(photo, exemplar)
    assert isinstance(picture, Image.Image)
    np.testing.assert_array_equal(np.asarray(picture), read_rgb(tmp_path / "out.png"))
    assert np.asarray(translator.translate(photo, photo)).tolist() != np.asarray(picture).tolist()


@pytest.mark.parametrize(
    ("shape", "fit", "expected"),
    [
        ((96, 48), "pad", (32, 16)),
        ((48, 96), "crop", (32, 32)),
        ((7, 301), "pad", (1, 32)),
        ((1, 1), "pad", (32, 32)),
    ],
)  # fmt: skip
def test_any_shape_fits(checkpoints, pictures: Path, shape, fit, expected) -> None:
    photo = bundled("sitter-1").draw(301)[: shape[1], : shape[0]]
    translator = matebit.load(checkpoints["xdog"])
    assert translator.translate(photo, pictures / "oil.png", fit=fit).size == expected


def test_another_size(checkpoints, pictures: Path) -> None:
    translator = matebit.load(checkpoints["xdog"])
    photo, exemplar = pictures / "sitter.png", pictures / "oil.png"
    assert translator.translate(photo, exemplar, size=64).size == (64, 64)
    for size in (0, 36, 4096):
        with pytest.raises(MatebitError, match="multiple of 8"):
            translator.translate(photo, exemplar, size=size)


def test_many_sorts_of_files(checkpoints, pictures: Path, tmp_path: Path) -> None:
    upright = Image.fromarray(bundled("sitter-1").draw(64)[:, :40])
    turned = upright.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned clockwise
    turned.save(tmp_path / "turned.png", exif=exif)
    upright.save(tmp_path / "upright.png")
    upright.convert("CMYK").save(tmp_path / "cmyk.jpg")
    upright.quantize(32).save(tmp_path / "palette.gif")
    upright.convert("RGBA").save(tmp_path / "clear.webp")
    Image.fromarray(np.asarray(upright.convert("L")).astype(np.uint16) * 257).save(tmp_path / "deep.png")
    out = tmp_path / "out"
    run("--checkpoint", checkpoints["xdog"], "--photo", tmp_path, "--exemplar", pictures / "oil.png",
        "--out", out)  # fmt: skip
    found = {path.stem.partition("__")[0]: read_rgb(path) for path in out.iterdir()}
    assert sorted(found) == ["clear", "cmyk", "deep", "palette", "turned", "upright"]
    assert {pixels.shape for pixels in found.values()} == {(32, 20, 3)}
    np.testing.assert_array_equal(found["turned"], found["upright"])


def test_folders_become_a_folder_and_a_broken_picture_is_named(checkpoints, pictures, tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    for name in ("a.png", "b.jpg"):
        folder.mkdir(exist_ok=True)
        Image.open(pictures / "sitter.png").save(folder / name)
    (folder / "c.png").write_bytes((pictures / "sitter.png").read_bytes()[:900])
    words = ("--checkpoint", checkpoints["xdog"], "--photo", folder, "--exemplar", pictures, "--out", out)
    assert "1 of 5" in (said := refusal(*words))
    assert "c.png" in said
    assert sorted(path.name for path in out.iterdir()) == [
        "a__oil.png", "a__sitter.png", "b__oil.png", "b__sitter.png",
    ]  # fmt: skip


def test_several_to_a_file_make_a_sheet(checkpoints, pictures: Path, tmp_path: Path) -> None:
    run("--checkpoint", checkpoints["xdog"], "--photo", pictures / "sitter.png", "--photo",
        pictures / "oil.png", "--exemplar", pictures, "--out", tmp_path / "sheet.jpg")  # fmt: skip
    sheet = Image.open(tmp_path / "sheet.jpg")
    assert (sheet.format, sheet.size) == ("JPEG", (3 * 32 + 2 * 4, 3 * 32 + 2 * 4))


def test_a_stages_condition_and_a_drawing(checkpoints, pictures: Path, tmp_path: Path) -> None:
    translator = matebit.load(checkpoints["xdog"])
    lines = np.zeros((32, 32), np.uint8)
    lines[8:24, 15:17] = 255
    save_png(
        tmp_path / "stage.png",
        lines_and_distance(lines, translator.conditions.distance_reach).reshape(64, 32),
    )
    save_png(tmp_path / "white.png", lines)
    save_png(tmp_path / "black.png", 255 - lines)
    tall = np.full((64, 32), 255, np.uint8)  # the size of a stage's file, but a drawing
    tall[:, 10] = 0
    save_png(tmp_path / "tall.png", tall)
    found = {}
    for name in ("stage", "white", "black", "tall"):
        run("--checkpoint", checkpoints["xdog"], "--condition", tmp_path / f"{name}.png", "--exemplar",
            pictures / "oil.png", "--out", tmp_path / f"out-{name}.png")  # fmt: skip
        found[name] = read_rgb(tmp_path / f"out-{name}.png")
    np.testing.assert_array_equal(found["stage"], found["white"])
    np.testing.assert_array_equal(found["stage"], found["black"])
    assert found["tall"].shape == (32, 16, 3)


def test_a_thin_line_survives_being_made_small() -> None:
    from matebit.config.data import ConditionsConfig
    from matebit.translate.structure import of_drawing

    paper = np.full((900, 900), 255, np.uint8)
    paper[:, 450:453] = 0
    lines = of_drawing(paper, ConditionsConfig(kind="xdog"), 32, "pad").condition[0]
    assert (lines.max(axis=1) >= 128).all()


@pytest.mark.parametrize("kind", ["face_edges", "parsing"])
def test_masks_for_face_conditions(checkpoints, pictures: Path, tmp_path: Path, kind: str) -> None:
    words = (
        "--checkpoint",
        checkpoints[kind],
        "--photo",
        pictures / "sitter.png",
        "--exemplar",
        pictures / "oil.png",
    )
    said = refusal(*words, "--out", tmp_path / "no.png")
    assert all(word in said for word in (kind, "--masks", "--condition"))
    assert not (tmp_path / "no.png").exists()
    from matebit.contracts.faces import LABELS
    from matebit.drawn.portraits.drawing import geometry

    labels = geometry(bundled("sitter-1").shape, 96).labels
    write_png(tmp_path / "labels.png", labels)
    for label, part in enumerate(LABELS):
        if label and (labels == label).any():
            write_png(tmp_path / f"parts/sitter_{part}.png", (labels == label).astype(np.uint8) * 255)
    run(*words, "--out", tmp_path / "one.png", "--masks", tmp_path / "labels.png")
    run(*words, "--out", tmp_path / "two.png", "--masks", tmp_path / "parts")
    assert Image.open(tmp_path / "one.png").size == Image.open(tmp_path / "two.png").size == (32, 32)
    if kind == "parsing":
        assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
        run(*words[:2], "--condition", tmp_path / "labels.png", *words[4:], "--out", tmp_path / "three.png")
        assert (tmp_path / "three.png").read_bytes() == (tmp_path / "one.png").read_bytes()
    assert "no mask" in refusal(*words, "--out", tmp_path / "x.png", "--masks", pictures.parent)


@pytest.mark.parametrize(("kind", "largest"), [("parsing", 21), ("labels", 4)])
def test_label_maps_are_read_in_the_networks_own_labels(pictures, tmp_path: Path, kind, largest: int) -> None:
    """A body's labels, and classes of any meaning: the condition holds a channel for each."""
    path = write_checkpoint(tmp_path / "own.safetensors", kind, source="figures", classes=5)
    labels = np.arange(32 * 32, dtype=np.uint8).reshape(32, 32) % (largest + 1)
    write_png(tmp_path / "labels.png", labels)
    write_png(tmp_path / "beyond.png", labels + 1)
    write_png(tmp_path / "parts/sitter_skin.png", labels * 0 + 255)
    words = ("--checkpoint", path, "--exemplar", pictures / "oil.png", "--out", tmp_path / "o.png")
    photo = ("--photo", pictures / "sitter.png")
    run(*words, "--condition", tmp_path / "labels.png")
    given = (tmp_path / "o.png").read_bytes()
    run(*words, *photo, "--masks", tmp_path / "labels.png")
    assert (tmp_path / "o.png").read_bytes() == given
    translator = matebit.load(path)
    framed = of_file(tmp_path / "labels.png", translator.conditions, 32, "pad", translator.maps)
    np.testing.assert_array_equal(framed.condition.argmax(axis=0), labels)
    assert f"{largest + 1}" in refusal(*words, "--condition", tmp_path / "beyond.png")
    assert "give a label map" in refusal(*words, *photo, "--masks", tmp_path / "parts")


def test_the_stages_own_condition_gives_the_stages_own_image(trained: Experiment, tmp_path: Path) -> None:
    experiment = trained
    experiment.run("translate", "matebit", 1)
    run_folders = experiment.layout.run("matebit", 1)
    from matebit.io.tables import read_table

    index = read_table(run_folders.translate / "index.csv", ["id", "exemplar", "image"])
    row = next(index.itertuples())
    run("--checkpoint", run_folders.checkpoint,
        "--condition", experiment.layout.conditions / f"condition/{row.id}.png",
        "--exemplar", experiment.layout.data / f"images/{row.exemplar}.png",
        "--out", tmp_path / "out.png")  # fmt: skip
    difference = read_rgb(tmp_path / "out.png").astype(int) - read_rgb(run_folders.translate / row.image)
    assert np.abs(difference).max() <= 1


def test_a_checkpoint_that_does_not_say_its_condition(pictures: Path, tmp_path: Path) -> None:
    path = write_checkpoint(tmp_path / "old.safetensors", "xdog", recorded=False)
    words = ("--checkpoint", path, "--photo", pictures / "sitter.png", "--exemplar", pictures / "oil.png",
             "--out", tmp_path / "out.png")  # fmt: skip
    assert "--kind" in refusal(*words)
    run(*words, "--kind", "xdog")
    assert "19" in refusal(*words, "--kind", "parsing")
    assert "none that this version knows" in refusal(*words, "--kind", "dreams")


def test_a_network_that_reads_the_exemplars_condition_too(pictures: Path, tmp_path: Path) -> None:
    path = write_checkpoint(tmp_path / "both.safetensors", "xdog", condition_in_exemplar=True)
    assert matebit.load(path).translate(pictures / "sitter.png", pictures / "oil.png").size == (32, 32)


def test_a_network_without_blocks_has_no_matches(pictures: Path, tmp_path: Path) -> None:
    path = write_checkpoint(tmp_path / "plain.safetensors", "xdog", blocks=0)
    words = ("--checkpoint", path, "--photo", pictures / "sitter.png", "--exemplar", pictures / "oil.png",
             "--out", tmp_path / "out.png")  # fmt: skip
    assert "leave out --show" in refusal(*words, "--show", "warp")
    assert not (tmp_path / "out.png").exists()
    run(*words)


REFUSED = [
    (["--photo", "sitter.png", "--exemplar", "oil.png"], "--out"),
    (["--photo", "sitter.png", "--out", "o.png"], "--exemplar"),
    (["--exemplar", "oil.png", "--out", "o.png"], "--photo"),
    (
        ["--photo", "sitter.png", "--condition", "oil.png", "--exemplar", "oil.png", "--out", "o.png"],
        "not both",
    ),
    (["--photo", "none.png", "--exemplar", "oil.png", "--out", "o.png"], "none.png does not exist"),
    (["--photo", "sitter.png", "--exemplar", "empty", "--out", "o.png"], "holds no picture"),
    (["--photo", "sitter.png", "--exemplar", "oil.png", "--out", "o.txt"], "o.txt"),
    (["--photo", "sitter.png", "--exemplar", "oil.png", "--out", "oil.png"], "write over"),
    (["--photo", "sitter.png", "--exemplar", "oil.png", "--out", "o.png", "--show", "soul"], "'soul'"),
    (["--photo", ".", "--exemplar", "oil.png", "--out", "o.png", "--show", "warp"], "folder as --out"),
    (
        ["--photo", "sitter.png", "--photo", "sub/sitter.png", "--exemplar", "oil.png", "--out", "o"],
        "both become",
    ),
    (["--photo", "sitter.png", "--exemplar", "oil.png", "--out", "o.png", "--fit", "bend"], "'bend'"),
    (["--photo", "sitter.png", "--exemplar", "oil.png", "--out", "o.png", "--device", "abacus"], "'abacus'"),
    (["--photo", "text.png", "--exemplar", "oil.png", "--out", "o.png"], "cannot be read"),
    (["--condition", "oil.png", "--exemplar", "oil.png", "--out", "o.png", "--masks", "m"], "--masks"),
    (["params.yaml", "matebit", "--photo", "sitter.png"], "choose"),
    (["params.yaml"], "METHOD"),
    (["--seed", "1"], "METHOD"),
    ([], "PARAMS and METHOD"),
]


@pytest.mark.parametrize(
    ("words", "part"), REFUSED, ids=lambda value: value if isinstance(value, str) else ""
)
def test_refusals(checkpoints, pictures, tmp_path, monkeypatch, words: list[str], part: str) -> None:
    for name in ("sitter.png", "oil.png"):
        (tmp_path / name).write_bytes((pictures / name).read_bytes())
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "empty").mkdir()
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/sitter.png").write_bytes((pictures / "sitter.png").read_bytes())
    monkeypatch.chdir(tmp_path)
    before = sorted(path.name for path in tmp_path.iterdir())
    own = (
        ["--checkpoint", str(checkpoints["xdog"])]
        if "--photo" in words and "params.yaml" not in words
        else []
    )
    assert part in refusal(*words, *own)
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_bomb_is_refused_by_its_head(checkpoints, pictures: Path, tmp_path: Path) -> None:
    for width, part in ((12_000, "12000 x 10000"), (20_000, "more pixels")):
        Image.new("1", (width, 10_000)).save(tmp_path / "bomb.png")
        said = refusal("--checkpoint", checkpoints["xdog"], "--photo", tmp_path / "bomb.png", "--exemplar",
                       pictures / "oil.png", "--out", tmp_path / "o.png")  # fmt: skip
        assert part in said
        assert "shrink it" in said


def test_the_program_loads_nothing_heavy_but_torch(checkpoints, pictures: Path, tmp_path: Path) -> None:
    code = (
        "import json, sys; sys.argv[0] = 'matebit'\n"
        "from matebit.cli.app import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code\n"
        "print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, "translate", "--checkpoint", checkpoints["xdog"], "--photo",
         pictures / "sitter.png", "--exemplar", pictures / "oil.png", "--out", tmp_path / "o.png"],
        cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    loaded = set(json.loads(result.stderr.splitlines()[-1]))
    heavy = {"torchvision", "pandas", "mlflow", "skimage", "scipy", "matplotlib", "sympy", "torch._dynamo"}
    assert heavy & loaded == set()
    assert Image.open(tmp_path / "o.png").size == (32, 32)


def test_real_faces_go_through(checkpoints, shared_data: Path, pictures: Path, tmp_path: Path) -> None:
    faces = shared_data / "celebahq-sample"
    for kind, more in (("xdog", []), ("face_edges", ["--masks", faces / "CelebAMask-HQ-mask-anno"])):
        out = tmp_path / kind
        run("--checkpoint", checkpoints[kind], "--photo", faces / "CelebA-HQ-img", "--exemplar",
            pictures / "oil.png", "--out", out, *more)  # fmt: skip
        assert len(list(out.iterdir())) == 8


def test_the_gallery_is_its_own(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["gallery", "--out", str(tmp_path), "--size", "32"])
    assert result.exit_code == 0
    pictures = list(tmp_path.glob("*.png"))
    assert {path.stem for path in pictures} == {*exemplars(), *paintings(), *sitters()}
    credits = read_table(tmp_path / "credits.csv", ["file", "title", "credit", "link"])
    assert set(credits.file) == {f"{id}.png" for id in paintings()}
    assert {one.style.medium for one in sitters().values()} == {"photograph"}
    assert len({path.read_bytes() for path in pictures}) == len(pictures)
    with pytest.raises(MatebitError, match="oil-1"):
        bundled("mona-lisa")
