"""The switch, and every operation against the plain form that stands beside it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial

import pytest
import torch
from torch import Tensor

from matebit.bench.networks import Case, made_up_batch
from matebit.features.build import build_features
from matebit.ops import attention, distances, gram, norms, pixelwise, prelu, reflect, spectral, winograd
from matebit.ops.attention import Scoring
from matebit.ops.switch import PLAIN_FORMS, operation, plain_operations
from matebit.train.step import TrainingStep

Outputs = tuple[Tensor, ...]


def drawn(*shapes: tuple[int, ...], dtype: torch.dtype = torch.float64) -> list[Tensor]:
    rng = torch.Generator().manual_seed(7)
    return [torch.randn(shape, generator=rng, dtype=dtype).requires_grad_() for shape in shapes]


def channels_last(x: Tensor) -> Tensor:
    return x.detach().contiguous(memory_format=torch.channels_last).requires_grad_()


def attended(query: Tensor, key: Tensor, value: Tensor) -> Outputs:
    found = attention.tiled_attention(query, key, value, Scoring(3.0, True))
    return found.mixed, found.unmatched, found.similarity


def divided(weight: Tensor) -> Tensor:
    u, v = (part.detach() for part in drawn((5,), (27,)))
    rows = (
        weight.detach().flatten(1)
        if weight.is_contiguous()
        else weight.detach().permute(0, 2, 3, 1).flatten(1)
    )
    return spectral.divided_by_sigma(weight, u, v, torch.dot(u, torch.mv(rows, v)))


def filtered(x: Tensor) -> Tensor:
    weight, bias = (part.detach() for part in drawn((128, 64, 3, 3), (128,), dtype=torch.float32))
    return winograd.winograd_conv_relu(x, weight / 24, bias, winograd.evaluated(weight / 24, 4))


MAPS = (2, 6, 5, 4)
# Of each operation, what is called and with which inputs.
CASES: dict[str, tuple[Callable[..., Tensor | Outputs], list[Tensor]]] = {
    "l2_normalise": (norms.l2_normalise, drawn(MAPS)),
    "positional_norm": (norms.positional_norm, drawn(MAPS)),
    "instance_norm": (norms.instance_norm, drawn(MAPS, (2, 6), (2, 6))),
    "prelu": (prelu.prelu, [*drawn(MAPS), torch.full((1,), 0.25, dtype=torch.float64, requires_grad=True)]),
    "norm_prelu": (
        lambda x, shortcut, slope: prelu.norm_prelu(x, slope, shortcut),
        [*drawn(MAPS, MAPS), torch.full((1,), 0.25, dtype=torch.float64, requires_grad=True)],
    ),
    "reflect_conv2d": (partial(reflect.reflect_conv2d, border=1), drawn(MAPS, (3, 6, 3, 3), (3,))),
    "divided_by_sigma": (divided, drawn((5, 3, 3, 3))),
    "tiled_attention": (attended, drawn((2, 4, 9), (2, 4, 7), (2, 3, 7))),
    "winograd_conv_relu": (filtered, drawn((2, 64, 9, 10), dtype=torch.float32)),
    "gram_distance": (lambda x: gram.gram_distance(x, drawn(MAPS, MAPS)[1]), drawn(MAPS)),
    "sample_distances": (distances.sample_distances, drawn(MAPS, MAPS)),
    "pixelwise": (pixelwise.pixelwise, drawn(MAPS, (3, 6), (3,))),
}


def test_every_operation_has_a_case():
    assert set(CASES) == set(PLAIN_FORMS)


@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("name", sorted(CASES))
def test_values_and_gradients_are_those_of_the_plain_form(name: str, last: bool):
    work, inputs = CASES[name]
    inputs = [channels_last(x) if last and x.dim() == 4 else x for x in inputs]

    def worked() -> list[Tensor]:
        found = work(*inputs)
        found = found if isinstance(found, tuple) else (found,)
        return [*found, *torch.autograd.grad(sum(part.sin().sum() for part in found), inputs)]

    own = worked()
    with plain_operations(name):
        plain = worked()
    tolerance = 1e-4 if inputs[0].dtype == torch.float32 else 1e-9
    for mine, theirs in zip(own, plain, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=tolerance, atol=tolerance)


def test_the_switch_chooses_by_name_and_for_all_and_goes_back():
    @operation(lambda: "plain")
    def a_first() -> str:
        return "own"

    @operation(lambda: "plain")
    def a_second() -> str:
        return "own"

    try:
        assert (a_first(), a_second()) == ("own", "own")
        with plain_operations("a_first"):
            assert (a_first(), a_second()) == ("plain", "own")
            with plain_operations("a_second"):
                assert (a_first(), a_second()) == ("plain", "plain")
            assert (a_first(), a_second()) == ("plain", "own")
        with suppress(ZeroDivisionError), plain_operations():
            assert (a_first(), a_second()) == ("plain", "plain")
            raise ZeroDivisionError
        assert (a_first(), a_second()) == ("own", "own")
        with pytest.raises(KeyError, match="no operation is called a_third"), plain_operations("a_third"):
            pass
    finally:
        del PLAIN_FORMS["a_first"], PLAIN_FORMS["a_second"]


def test_a_training_step_in_plain_form_has_the_same_losses():
    case = Case(ngf=4, size=64, batch=2, precision="float32")
    params = case.sections()
    method = params.methods["matebit"]
    features = build_features(params.features.model_copy(update={"width": 0.2}))
    batch = made_up_batch(method.model.condition_channels, 64, 2, torch.device("cpu"))
    own, _ = TrainingStep(method, features, 1, torch.device("cpu"))(batch, 0, 0)
    with plain_operations():
        plain, _ = TrainingStep(method, features, 1, torch.device("cpu"))(batch, 0, 0)
    assert own == pytest.approx(plain, rel=1e-4)
    assert own != plain  # the plain forms round in another way: they were used
