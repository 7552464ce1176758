"""Bundled figures: clothed bodies drawn by the package, with every annotation known exactly.

A figure is `render(stance, cut, style, size)`: `Stance` holds what a keypoint skeleton shows (build,
pose, camera), `Cut` the forms of clothes and hair, `Style` all colours. A person is a build, a cut
and a style; the true answer for the pose of A and the exemplar B is
`render(A.stance, B.cut, B.style, size)`.
"""
