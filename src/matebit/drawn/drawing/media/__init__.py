"""One file a medium: `paint(sketch)` gives colours (3, n, n) in [0, 1] on the sketch's grid."""
