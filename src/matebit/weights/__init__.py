"""Pretrained weights: which there are, where each lies, whose it is, what needs it."""
