"""Perceptual networks by name."""
