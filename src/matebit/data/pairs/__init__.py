"""How exemplars are chosen: by layout of colours, by style, by perceptual features, from lists."""
