"""To a Hub on loopback and back: what is sent, what is fetched, what is refused."""

from __future__ import annotations

import json

import pytest
import torch
from fake_hub import running_hub
from tiny_checkpoints import write_checkpoint

import matebit
from command import complaint, matebit_here
from matebit.contracts.measures import VALUE_COLUMNS
from matebit.errors import MatebitError
from matebit.io.files import read_json, sha256_of_file
from matebit.io.tables import write_table
from matebit.translate.translator import Translator


@pytest.fixture
def hub(monkeypatch, tmp_path):
    with running_hub() as (address, content):
        # The library reads these at its import; the program passes the address with every call.
        from huggingface_hub import constants

        monkeypatch.setenv("HF_ENDPOINT", address)
        monkeypatch.setenv("HF_TOKEN", "hf_test")
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
        monkeypatch.setattr(constants, "HF_HUB_DISABLE_TELEMETRY", True)
        yield content


def _files(hub, tmp_path, **extra: bytes) -> bytes:
    data = write_checkpoint(tmp_path / "model.safetensors", "canny").read_bytes()
    hub.repositories["me/edges"] = {"model.safetensors": data} | {
        key.replace("_json", ".json"): value for key, value in extra.items()
    }
    return data


def _same(one: Translator, other: Translator) -> bool:
    pairs = zip(one.generator.parameters(), other.generator.parameters(), strict=True)
    return all(torch.equal(*pair) for pair in pairs)


def test_fetched_once_and_found_again_without_the_hub(hub, tmp_path, monkeypatch):
    _files(hub, tmp_path)
    hub.repositories["me/edges"]["pytorch_model.bin"] = b"a pickle"
    found = matebit.load("hf://me/edges")
    assert _same(found, matebit.load(tmp_path / "model.safetensors"))
    assert found.source == "hf://me/edges"
    assert found.conditions.kind == "canny"
    assert not [path for path in hub.asked if path.endswith(".bin")]
    commit = hub.commit("me/edges")
    assert _same(matebit.load(f"hf://me/edges@{commit}"), found)
    assert _same(Translator.from_pretrained("me/edges", revision=commit), found)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert _same(matebit.load("hf://me/edges"), found)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("hf://me/none", "there is no such repository, or it is private"),
        ("hf://me/edges@other", "it has no such revision"),
        ("hf://me/empty", "it holds no model.safetensors"),
        ("hf://edges", "is not of the form hf://OWNER/NAME"),
        ("hf://me/../edges", "is not of the form"),
    ],
)
def test_what_is_not_there(hub, tmp_path, address, said):
    _files(hub, tmp_path)
    hub.repositories["me/empty"] = {"README.md": b"#"}
    with pytest.raises(MatebitError, match=said) as caught:
        matebit.load(address)
    assert "\n" not in str(caught.value)


def test_other_weights_than_the_provenance_names_are_refused(hub, tmp_path):
    _files(hub, tmp_path, provenance_json=json.dumps({"checkpoint_sha256": "0" * 64}).encode())
    with pytest.raises(MatebitError, match="SHA-256 differs"):
        matebit.load("hf://me/edges")


def test_a_run_goes_there_and_comes_back(hub, trained, tmp_path, request):
    run = trained.layout.run("matebit", 1)
    scores = run.metrics / "values.csv"
    rows = [
        {"method": "matebit", "seed": 1, "metric": "mae", "value": 12.5, "n": 4, "features": "pixels",
         "protocol": "PNG files"},
        {"method": "matebit", "seed": 1, "metric": "fid@clean", "value": None},
    ]  # fmt: skip
    words = ("push", "me/tiny", trained.layout.params, "matebit", "--seed", "1", "--private")
    assert "values.csv does not exist" in complaint(matebit_here(tmp_path, *words))
    assert hub.repositories == {}
    write_table(scores, rows, VALUE_COLUMNS)
    request.addfinalizer(scores.unlink)
    trained.run("translate", "matebit", 1)
    sent = matebit_here(tmp_path, *words)
    assert sent.returncode == 0, sent.stderr
    assert sent.stdout.strip().endswith("/commit/" + hub.commit("me/tiny"))
    assert "me/tiny" in hub.private
    files = hub.repositories["me/tiny"]
    assert set(files) == {"model.safetensors", "config.json", "provenance.json", "README.md", "sample.png"}
    card = files["README.md"].decode()
    for part in ("license: apache-2.0", "library_name: matebit", "value: 12.5", "| MAE ↓ | 12.50 | 4 |",
                 'matebit.load("hf://me/tiny")', "@inproceedings", "PNG files"):  # fmt: skip
        assert part in card
    back = matebit_here(tmp_path, "pull", "me/tiny", "--out", "pulled")
    assert back.returncode == 0, back.stderr
    assert (tmp_path / "pulled/model.safetensors").read_bytes() == run.checkpoint.read_bytes()
    assert read_json(tmp_path / "pulled/provenance.json")["checkpoint_sha256"] == sha256_of_file(
        run.checkpoint
    )
    assert _same(matebit.load(tmp_path / "pulled"), matebit.load(run.checkpoint))


def test_saved_and_read_again_as_the_field_does(tmp_path):
    made = matebit.load(write_checkpoint(tmp_path / "model.safetensors", "canny"))
    with torch.no_grad():
        next(made.generator.parameters()).add_(1)
    made.save_pretrained(tmp_path / "saved")
    again = Translator.from_pretrained(tmp_path / "saved")
    assert _same(made, again)
    assert again.conditions == made.conditions
    assert read_json(tmp_path / "saved/config.json")["conditions"]["kind"] == "canny"


def test_without_a_path_it_is_the_shipped_one():
    assert matebit.load().source.endswith("portraits-sketch.safetensors")
