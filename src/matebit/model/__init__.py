"""Generator and discriminator, their parts, and checkpoints."""
