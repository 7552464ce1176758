"""How exemplars are chosen: by layout of colours, by style, by VGG features, from lists."""
