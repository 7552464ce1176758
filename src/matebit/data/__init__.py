"""From pictures of any origin to training data: sources, conditions, exemplar pairs, loader."""
