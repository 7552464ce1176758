"""Endings of image files, by what they do to pixels."""

LOSSLESS = (".png", ".bmp", ".tif", ".tiff")
LOSSY = (".jpg", ".jpeg", ".webp")
