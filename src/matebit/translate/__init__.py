"""Translation: checkpoint, conditions and exemplars to images; and the images of the controls."""
