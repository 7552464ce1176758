"""One file a medium: `paint(sketch)` gives colours (n, n, 3) in [0, 1] on the sketch's grid."""
