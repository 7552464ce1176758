"""Bundled portraits: drawn by the package, with every annotation known exactly.

A portrait is `render(shape, style, size)`: `Shape` holds all geometry and no colour, `Style` all
colour and no geometry, so the true answer for the condition of A and the exemplar B is
`render(A.shape, B.style, size)`.
"""
