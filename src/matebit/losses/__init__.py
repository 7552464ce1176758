"""Every loss of a training step."""
