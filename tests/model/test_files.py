"""Checkpoints: ours, and the authors' in both directions."""

from __future__ import annotations

import os

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from matebit.config.model import ModelConfig
from matebit.errors import MatebitError
from matebit.model import checkpoint
from matebit.model.build import build_generator
from matebit.model.checkpoint import load, read_metadata, save_generator
from matebit.model.released import export_checkpoint, import_checkpoint, read_state_dict

RELEASED = {
    "small": {"ngf": 4, "crop_size": 32, "condition_channels": 3},
    "15 channels": {
        "ngf": 8,
        "crop_size": 32,
        "condition_channels": 15,
        "spectral_attention": False,
    },
    "2 blocks, no attention": {
        "ngf": 4,
        "crop_size": 128,
        "condition_channels": 3,
        "blocks": 2,
        "use_attention": False,
        "prune_dim": 3,
        "pos_dim": 5,
    },
    "CelebA": {
        "ngf": 4,
        "crop_size": 32,
        "condition_channels": 15,
        "condition_in_exemplar": True,
        "memory": True,
    },
}


def small(variant: str = "matebit"):
    config = ModelConfig(variant=variant, ngf=4, crop_size=32, condition_channels=3)
    return config, build_generator(config).eval()


def test_one_metadata_key_and_the_same_bytes(tmp_path):
    config, generator = small()
    for name in ("a", "b"):
        save_generator(tmp_path / name, generator, config, {"step": 3, "seed": 0})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    with safe_open(tmp_path / "a", "pt") as stream:
        assert list(stream.metadata()) == ["matebit"]
    assert read_metadata(tmp_path / "a")["extra"] == {"step": 3, "seed": 0}
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["a", "b"]  # nothing half-written beside them
    assert load(tmp_path / "a", resize_position=False).config.resize_position is False


def test_metadata_are_read_without_a_tensor(tmp_path, monkeypatch):
    config = ModelConfig(ngf=4, crop_size=32, condition_channels=3)
    save_generator(tmp_path / "a", build_generator(config), config)
    tensors = []

    class Counting:
        """The file, which counts the tensors that are read of it."""

        def __init__(self, *place):
            self.file = safe_open(*place)

        def __enter__(self):
            self.stream = self.file.__enter__()
            return self

        def __exit__(self, *error):
            return self.file.__exit__(*error)

        def metadata(self):
            return self.stream.metadata()

        def keys(self):
            return self.stream.keys()

        def get_tensor(self, name):
            tensors.append(name)
            return self.stream.get_tensor(name)

    monkeypatch.setattr(checkpoint, "safe_open", Counting)
    assert read_metadata(tmp_path / "a")["config"]["ngf"] == 4
    assert tensors == []
    assert set(load(tmp_path / "a").state_dict()) == set(tensors)


def test_broken_checkpoints_are_refused_in_words(tmp_path):
    config, generator = small()
    whole = tmp_path / "whole.safetensors"
    save_generator(whole, generator, config)
    cut = tmp_path / "cut.safetensors"
    cut.write_bytes(whole.read_bytes()[:-100])
    with pytest.raises(MatebitError, match="not a whole safetensors file"):
        load(cut)
    with pytest.raises(MatebitError, match="there is no checkpoint"):
        load(tmp_path / "absent.safetensors")
    save_file({"x": torch.zeros(1)}, tmp_path / "foreign.safetensors")
    with pytest.raises(MatebitError, match="import-checkpoint"):
        load(tmp_path / "foreign.safetensors")
    other = config.model_copy(update={"blocks": 2})
    save_generator(tmp_path / "misfit.safetensors", generator, other)
    with pytest.raises(MatebitError, match=r"unexpected: blocks\.2"):
        load(tmp_path / "misfit.safetensors")


@pytest.mark.parametrize("case", RELEASED)
@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_export_and_import_again(case, suffix, tmp_path):
    config = ModelConfig(variant="released", **RELEASED[case])
    generator = build_generator(config).eval()
    ours, theirs, back = (tmp_path / n for n in ("o.safetensors", f"t{suffix}", "b.safetensors"))
    save_generator(ours, generator, config)
    export_checkpoint(ours, theirs)
    import_checkpoint(theirs, back, use_attention=config.use_attention)
    again = load(back)
    assert again.config == config
    for name, value in generator.state_dict().items():
        assert torch.equal(again.state_dict()[name], value), name
    side = config.crop_size
    rng = torch.Generator().manual_seed(0)
    condition = torch.rand(1, config.condition_channels, side, side, generator=rng)
    exemplar = torch.rand(1, 3, side, side, generator=rng) * 2 - 1
    with torch.no_grad():
        first = generator(condition, exemplar, condition, matches=True)
        second = again(condition, exemplar, condition, matches=True)
    assert torch.equal(first.image, second.image)
    stored = read_state_dict(theirs)
    assert "attn.gamma" in stored
    assert "embed_q4.norm_0.coord.bn1.running_var" in stored
    assert torch.equal(stored["layer5.1.relu.weight"], stored["layer5.1.model.2.weight"])


def authors_file(tmp_path):
    config, generator = small("released")
    save_generator(tmp_path / "o.safetensors", generator, config)
    export_checkpoint(tmp_path / "o.safetensors", tmp_path / "t.pth")
    return torch.load(tmp_path / "t.pth", weights_only=True)


def test_all_misfits_are_named_at_once(tmp_path):
    tensors = authors_file(tmp_path)
    del tensors["style2.0.0.weight_u"]
    tensors["extra.weight"] = torch.zeros(2)
    tensors["final.weight"] = torch.zeros(3, 5, 3, 3)
    torch.save(tensors, tmp_path / "bad.pth")
    with pytest.raises(MatebitError) as error:
        import_checkpoint(tmp_path / "bad.pth", tmp_path / "out.safetensors")
    for name in ("style2.0.0.weight_u", "extra.weight", "final.weight (3, 5, 3, 3)"):
        assert name in str(error.value)
    assert not (tmp_path / "out.safetensors").exists()


def test_every_single_tensor_missing_or_misshaped_is_named(tmp_path):
    tensors = authors_file(tmp_path)
    dead = ("coord.", "fast_path", "model.2.weight", "relu.weight")
    for name in [*[n for n in tensors if not any(part in n for part in dead)][::7], "pos_embed"]:
        changed = {k: v for k, v in tensors.items() if k != name}
        save_file({k: v.contiguous() for k, v in changed.items()}, tmp_path / "bad.safetensors")
        with pytest.raises(MatebitError, match=name.replace(".", r"\.")):
            import_checkpoint(tmp_path / "bad.safetensors", tmp_path / "out.safetensors")


def test_either_name_of_a_slope_is_enough(tmp_path):
    tensors = authors_file(tmp_path)
    del tensors["layer5.1.relu.weight"], tensors["style1.1.model.2.weight"]
    torch.save(tensors, tmp_path / "t2.pth")
    import_checkpoint(tmp_path / "t2.pth", tmp_path / "out.safetensors")


class Trap:
    """A pickle that would leave a file behind if it ran."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self):
        return (os.mkdir, (self.path,))


def test_a_pickle_that_would_run_code_does_not(tmp_path):
    torch.save({"final.weight": Trap(str(tmp_path / "ran"))}, tmp_path / "evil.pth")
    with pytest.raises(MatebitError, match="nothing in it was executed"):
        import_checkpoint(tmp_path / "evil.pth", tmp_path / "out.safetensors")
    assert not (tmp_path / "ran").exists()


def test_files_that_are_no_checkpoint(tmp_path):
    with pytest.raises(MatebitError, match="there is no file"):
        import_checkpoint(tmp_path / "absent.pth", tmp_path / "out.safetensors")
    torch.save([1, 2], tmp_path / "list.pth")
    with pytest.raises(MatebitError, match="is no state dict"):
        import_checkpoint(tmp_path / "list.pth", tmp_path / "out.safetensors")
    torch.save({"weight": torch.zeros(3)}, tmp_path / "other.pth")
    with pytest.raises(MatebitError, match="not the authors' generator"):
        import_checkpoint(tmp_path / "other.pth", tmp_path / "out.safetensors")
    config, generator = small()
    save_generator(tmp_path / "m.safetensors", generator, config)
    with pytest.raises(MatebitError, match="only the variant 'released'"):
        export_checkpoint(tmp_path / "m.safetensors", tmp_path / "out.pth")
