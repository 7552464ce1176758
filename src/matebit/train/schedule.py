"""Learning rates over the course of training."""

from __future__ import annotations

from matebit.config.train import TrainConfig


def learning_rates(images: int, config: TrainConfig) -> tuple[float, float]:
    """The rates of generator and discriminator after `images` images.

    Their ratio stays (two-time-scale updates), unless `shared_rate` asks for what the released code does:
    from the end of the first epoch on, one rate for both.
    """
    factor = rate_factor(images, config)
    if config.shared_rate is not None and images >= config.shared_rate_from:
        return factor * config.shared_rate, factor * config.shared_rate
    return factor * config.lr_g, factor * config.lr_d


def rate_factor(images: int, config: TrainConfig) -> float:
    """What both learning rates are multiplied with after `images` images.

    A linear rise over the warm-up, 1 until the constant share of training is over, then linear to 0 at
    the end.
    """
    rise = min(1.0, (images + config.batch) / config.warmup_images) if config.warmup_images else 1.0
    turn = config.constant_fraction * config.images
    if images < turn:
        return rise
    return rise * max(0.0, (config.images - images) / max(config.images - turn, 1))
