"""The floors of the package as a picture, from its imports: `make floors` writes docs/images/floors.svg.

A room stands one floor above the highest of those that it imports; a line leads to each of them, but
not to those that one of the others leads to as well.
"""

from __future__ import annotations

from html import escape
from itertools import pairwise
from pathlib import Path

import grimp

PICTURE = Path(__file__).with_name("images") / "floors.svg"

# Pixels: between floors, of a room, between two places of a floor.
STEP, WIDTH, HEIGHT, PLACE = 56, 104, 28, 124
SWEEPS = 12

Needs = dict[str, set[str]]
Point = tuple[int, str, str]
"""A place on a floor: its number, and the room; or upper and lower room of a line that passes there."""


def needs_of_rooms() -> Needs:
    """The rooms of the package, and which other rooms each imports when it runs."""
    graph = grimp.build_graph("matebit", exclude_type_checking_imports=True, cache_dir=None)
    needs: Needs = {}
    for module in graph.modules - {"matebit", "matebit.__main__"}:
        room = module.split(".")[1]
        imported = graph.find_modules_directly_imported_by(module) - {"matebit"}
        needs.setdefault(room, set()).update({name.split(".")[1] for name in imported} - {room})
    return needs


def floors(needs: Needs) -> dict[str, int]:
    """The floor of each room, from 0."""
    found: dict[str, int] = {}
    while len(found) < len(needs):
        ready = {room for room in needs.keys() - found.keys() if needs[room] <= found.keys()}
        if not ready:
            raise ValueError(f"a circle of imports among {sorted(needs.keys() - found.keys())}")
        found |= {room: max((found[low] + 1 for low in needs[room]), default=0) for room in ready}
    return found


def lines(needs: Needs) -> list[tuple[str, str]]:
    """The imports that do not follow from others, upper room first."""

    def below(room: str) -> set[str]:
        return needs[room].union(*(below(low) for low in needs[room]))

    return [
        (room, low)
        for room in sorted(needs)
        for low in sorted(needs[room])
        if not any(low in below(other) for other in needs[room])
    ]


def _ways(needs: Needs) -> list[list[Point]]:
    """Each line as the places that it passes, from its upper room to its lower one."""
    floor = floors(needs)
    return [
        [
            (floor[upper], upper, ""),
            *((number, upper, lower) for number in range(floor[upper] - 1, floor[lower], -1)),
            (floor[lower], lower, ""),
        ]
        for upper, lower in lines(needs)
    ]


def _places(needs: Needs, ways: list[list[Point]]) -> dict[Point, float]:
    """How far right each place stands, so that lines are short: again and again between its neighbours."""
    floor = floors(needs)
    rows: dict[int, list[Point]] = {}
    for point in sorted({(floor[room], room, "") for room in needs}.union(*ways)):
        rows.setdefault(point[0], []).append(point)
    near: dict[Point, list[Point]] = {}
    for way in ways:
        for upper, lower in pairwise(way):
            near.setdefault(upper, []).append(lower)
            near.setdefault(lower, []).append(upper)
    at: dict[Point, float] = {}

    def spread(row: list[Point]) -> None:
        at.update({point: index - (len(row) - 1) / 2 for index, point in enumerate(row)})

    for row in rows.values():
        spread(row)
    for sweep in range(SWEEPS):
        for number in sorted(rows, reverse=sweep % 2 == 0):
            means = {
                point: sum(at[other] for other in near[point]) / len(near[point]) if near.get(point) else 0.0
                for point in rows[number]
            }
            rows[number].sort(key=lambda point: (round(means[point], 6), point))
            spread(rows[number])
    return at


def picture(needs: Needs) -> str:
    """The SVG: a box a room, the lowest floor at the bottom."""
    ways = _ways(needs)
    at = _places(needs, ways)
    top = max(floors(needs).values())
    wide = round((2 * max(map(abs, at.values())) + 1) * PLACE)
    high = (top + 1) * STEP

    def x(point: Point) -> int:
        return round(wide / 2 + at[point] * PLACE)

    def y(point: Point) -> int:
        return (top - point[0]) * STEP + STEP // 2

    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" '
        'font-family="sans-serif" font-size="13" text-anchor="middle">',
        "<title>The rooms of the package: each imports from below</title>",
        f'<rect width="{wide}" height="{high}" fill="#fffdf8"/>',
        '<g fill="none" stroke="#a08c78" stroke-width="1.2">',
    ]
    for way in ways:
        path = f"M{x(way[0])} {y(way[0])}"
        for upper, lower in pairwise(way):
            half = (y(upper) + y(lower)) // 2
            path += f" C{x(upper)} {half} {x(lower)} {half} {x(lower)} {y(lower)}"
        drawn.append(f'<path d="{path}"/>')
    drawn.append("</g>")
    floor = floors(needs)
    for room in sorted(needs, key=lambda room: (-floor[room], room)):
        point = (floor[room], room, "")
        left, upper = x(point) - WIDTH // 2, y(point) - HEIGHT // 2
        imported = ", ".join(sorted(needs[room])) or "nothing"
        drawn += [
            f"<g><title>{escape(room)} imports {escape(imported)}</title>",
            f'<rect x="{left}" y="{upper}" width="{WIDTH}" height="{HEIGHT}" rx="4" '
            'fill="#efe4d6" stroke="#6d4c41"/>',
            f'<text x="{x(point)}" y="{y(point) + 4}" fill="#2b1d16">{escape(room)}</text></g>',
        ]
    return "\n".join([*drawn, "</svg>", ""])


if __name__ == "__main__":
    PICTURE.write_text(picture(needs_of_rooms()), encoding="utf-8")
    print(PICTURE)
