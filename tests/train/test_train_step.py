"""One step of training, held against plainer ways to do the same."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from steps import exact, random_batch, same_gradients, weights

from matebit.errors import MatebitError
from matebit.losses.step import Target, discriminator_loss, generator_loss
from matebit.model.build import build_discriminator, build_generator
from matebit.ops.spectral import spectral_layers, vectors_fixed
from matebit.train.step import NotFinite, TrainingStep, seeded


def train(step: TrainingStep, batches: list) -> list[dict[str, float]]:
    """The losses of a step on each batch."""
    losses, seen = [], 0
    for number, batch in enumerate(batches):
        losses.append(step(batch, seen, number)[0])
        seen += len(batch.ids)
    return losses


@pytest.mark.parametrize("self_ref", [[1, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0], [1, 1, 1, 1]])
@pytest.mark.parametrize("accumulate", [2, 3, 4])
def test_accumulated_parts_train_as_the_whole_batch(make_step, self_ref, accumulate):
    batch = random_batch(4, self_ref, known=True)
    whole, batch = exact(make_step(train={"ema_half_life": 0}), batch)
    split, _ = exact(make_step(train={"ema_half_life": 0, "accumulate": accumulate}), batch)
    [of_whole], [of_split] = train(whole, [batch]), train(split, [batch])
    assert bool(of_whole["known_match"]) == any(self_ref)
    assert of_split == pytest.approx(of_whole, rel=1e-6, abs=1e-9)
    # Nothing is normalised over the batch, so the parts' gradients are those of the whole.
    same_gradients(whole.generator, split.generator)
    same_gradients(whole.discriminator, split.discriminator)


def test_parts_fill_the_bank_of_early_generations_as_the_whole_does(make_step):
    changes = {"losses": {"style_contrast": {"bank_fraction": 0.5, "start_fraction": 0.5}}}
    whole, split = make_step(**changes), make_step(**changes, train={"accumulate": 2})
    batches = [random_batch(4, [1, 0, 1, 0], seed) for seed in range(2)]
    train(whole, batches)
    train(split, batches)
    images, others = (s.bank.state_dict()["images"].float() for s in (whole, split))
    assert len(images) == len(others) == 8
    assert (images - others).abs().max() <= 1


def test_one_pass_of_the_discriminator_trains_as_two_do(make_step, batch):
    changes = {"losses": {"style_contrast": {"weight": 0}}, "train": {"ema_half_life": 0}}
    step, batch = exact(make_step(**changes), batch)
    generator = build_generator(step.generator.config, seeded("G", 1)).double()
    discriminator = build_discriminator(step.generator.config, seeded("D", 1)).double()

    # The step as a book has it: the discriminator learns on the detached image, the generator
    # through a second pass; both from the weights of before, the spectral vectors advanced once.
    out = generator(batch.condition, batch.exemplar, truth=batch.truth)
    fake = discriminator(batch.condition, out.image.detach())
    with vectors_fixed(discriminator):
        real = discriminator(batch.condition, batch.truth)
        again = discriminator(batch.condition, out.image)
    target = Target(batch.truth, batch.exemplar, batch.self_ref)
    stages = {"fake_stages": again, "real_stages": real}
    losses = generator_loss(step.losses, out, target, features=step.features, **stages)
    own = discriminator_loss(step.losses, fake, real)
    for network, values in ((discriminator, own), (generator, losses)):
        parameters = list(network.parameters())
        total = torch.stack(list(values.values())).sum()
        grads = torch.autograd.grad(total, parameters, retain_graph=True, allow_unused=True)
        for parameter, grad in zip(parameters, grads, strict=True):
            parameter.grad = grad

    [values] = train(step, [batch])
    plain = {name: value.item() for name, value in {**losses, **own}.items()}
    assert values == pytest.approx(plain, rel=1e-6, abs=1e-9)
    for mine, theirs in ((step.generator, generator), (step.discriminator, discriminator)):
        same_gradients(mine, theirs)
        for a, b in zip(spectral_layers(mine), spectral_layers(theirs), strict=True):
            torch.testing.assert_close(a.weight_u, b.weight_u)


def test_recomputed_activations_change_no_byte(make_step):
    batches = [random_batch(4, [1, 0, 1, 0], seed) for seed in range(3)]
    kept, forgotten = make_step(), make_step(train={"checkpoint_activations": True})
    assert train(kept, batches) == train(forgotten, batches)
    others = dict(weights(forgotten))
    assert all(torch.equal(value, others[name]) for name, value in weights(kept))
    batch = batches[0]
    one, other = (s.averaged()(batch.condition, batch.exemplar).image for s in (kept, forgotten))
    assert torch.equal(one, other)


def test_recomputed_activations_are_refused_for_released(make_step):
    with pytest.raises(MatebitError, match=r"train\.checkpoint_activations needs model\.variant"):
        make_step(model={"variant": "released", "token_stride": 8}, train={"checkpoint_activations": True})


def test_the_state_goes_on_exactly(make_step):
    batches = [random_batch(4, [1, 0, 1, 0], seed) for seed in range(4)]
    straight, stopped, resumed = make_step(), make_step(), make_step(seed=9)
    expected = train(straight, batches)
    train(stopped, batches[:2])
    resumed.load_state_dict(stopped.state_dict())
    resumed.seed = 1
    got = [resumed(batches[k], 4 * k, k)[0] for k in (2, 3)]
    assert got == expected[2:]
    others = dict(weights(resumed))
    assert all(torch.equal(value, others[name]) for name, value in weights(straight))


def test_the_contrastive_loss_begins_when_the_bank_is_full(make_step):
    step = make_step()
    losses = train(step, [random_batch(4, [1, 0, 1, 0], seed) for seed in range(4)])
    assert ["style_contrast" in row for row in losses] == [False, True, True, True]
    assert all(row["style_contrast"] > 0 for row in losses[1:])
    assert step.contrast_began == 4


def test_a_loss_that_is_not_finite_touches_no_weight(make_step, batch):
    step = make_step()
    train(step, [batch])
    before = {name: value.clone() for name, value in weights(step)}
    bad = dataclasses.replace(batch, truth=torch.full_like(batch.truth, float("nan")))
    with pytest.raises(NotFinite) as caught:
        step(bad, 4, 1)
    assert caught.value.ids == batch.ids
    parameters = [f"generator.{name}" for name, _ in step.generator.named_parameters()]
    assert all(torch.equal(before[name], dict(weights(step))[name]) for name in parameters)


def test_the_average_has_spectral_vectors_of_its_own(make_step, batch):
    step = make_step()
    train(step, [batch] * 3)
    average = step.averaged()
    layers = list(spectral_layers(average))
    assert layers
    for layer in layers:
        matrix = layer.weight_orig.detach().flatten(1)
        largest = torch.linalg.matrix_norm(matrix, ord=2)
        sigma = layer.weight_u @ matrix @ layer.weight_v
        torch.testing.assert_close(sigma, largest, rtol=1e-5, atol=0)
    assert not average.training
    live = dict(step.generator.named_parameters())
    assert any(not torch.equal(value, live[name]) for name, value in average.named_parameters())


def test_without_an_average_it_is_the_last_weights(make_step, batch):
    step = make_step(train={"ema_half_life": 0})
    train(step, [batch])
    live = step.generator.state_dict()
    assert all(torch.equal(value, live[name]) for name, value in step.averaged().state_dict().items())
