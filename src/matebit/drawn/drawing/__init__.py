"""What the bundled sets share: layers, colours, patterns, light, and media that paint them."""
