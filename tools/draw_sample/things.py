"""Things that stand in the landscapes: trees, ships, houses, cranes, masts. Each is drawn with its foot at (x, y)."""

import math
from random import Random

from brushes import at, box, curve, disc, line, oval, path, polygon, wall, windows


def acacia(x: float, y: float, s: float, trunk: str, crown: str) -> str:
    return at(
        x, y, s,
        curve("M0,0 Q-2,-40 -18,-74 M0,-24 Q8,-50 28,-76", trunk, 6),
        oval(-22, -80, 52, 13, crown), oval(24, -88, 58, 15, crown), oval(0, -98, 44, 12, crown),
    )  # fmt: skip


def palm(x: float, y: float, s: float, trunk: str, leaf: str, lean: float = 14) -> str:
    fronds = []
    for angle in range(-200, 30, 28):
        dx, dy = 62 * math.cos(math.radians(angle)), 44 * math.sin(math.radians(angle))
        end = f"{lean + dx:.0f},{-120 + dy + 22:.0f}"
        fronds.append(path(f"M{lean},-120 Q{lean + dx * 0.6:.0f},{-132 + dy:.0f} {end} Q{lean + dx * 0.5:.0f},{-116 + dy:.0f} {lean},-120", leaf))
    return at(x, y, s, curve(f"M0,0 Q{-lean * 0.4},-70 {lean},-120", trunk, 7), *fronds)


def pine(x: float, y: float, s: float, fill: str) -> str:
    tiers = [polygon([(-30 + n * 7, -12 - n * 26), (0, -62 - n * 26), (30 - n * 7, -12 - n * 26)], fill) for n in range(3)]
    shade = [polygon([(0, -62 - n * 26), (30 - n * 7, -12 - n * 26), (0, -12 - n * 26)], "#000", 'opacity=".14"') for n in range(3)]
    return at(x, y, s, box(-4, -14, 8, 14, "#2a211d"), *tiers, *shade)


def bush(x: float, y: float, s: float, fill: str) -> str:
    return at(x, y, s, disc(-24, -14, 18, fill), disc(0, -24, 25, fill), disc(25, -13, 17, fill), box(-40, -12, 82, 12, fill))


def house(x: float, y: float, w: float, h: float, fill: str, roof: str, light: str) -> str:
    """A gabled house; (x, y) is its lower left corner."""
    gable = polygon([(x - 5, y - h), (x + w / 2, y - h - w * 0.42), (x + w + 5, y - h)], roof)
    return wall(x, y, w, h, fill) + gable + windows(x + w * 0.18, y - h * 0.78, max(1, int(w // 26)), max(1, int(h // 34)), light, size=8)


def flat_house(x: float, y: float, w: float, h: float, fill: str, light: str) -> str:
    edge = box(x - 3, y - h - 5, w + 6, 7, fill) + box(x - 3, y - h - 5, w + 6, 7, "#000", 'opacity=".22"')
    return wall(x, y, w, h, fill) + edge + windows(x + w * 0.16, y - h * 0.8, max(1, int(w // 28)), max(1, int(h // 36)), light, size=8)


def town(x0: float, x1: float, y: float, seed: int, fills: list[str], light: str, *, roof: str | None = None,
         low: float = 40, high: float = 110) -> str:  # fmt: skip
    """A row of houses, close together."""
    chance = Random(seed)  # noqa: S311
    parts, x = [], x0
    while x < x1:
        w, h = chance.uniform(44, 86), chance.uniform(low, high)
        fill = chance.choice(fills)
        parts.append(house(x, y, w, h, fill, roof, light) if roof else flat_house(x, y, w, h, fill, light))
        x += w + chance.uniform(-8, 6)
    return "".join(parts)


def lighthouse(x: float, y: float, s: float, tower: str, band: str, lamp: str) -> str:
    return at(
        x, y, s,
        polygon([(-20, 0), (-12, -150), (12, -150), (20, 0)], tower),
        polygon([(-17.5, -46), (-15.6, -82), (15.6, -82), (17.5, -46)], band),
        polygon([(4, 0), (3, -150), (12, -150), (20, 0)], "#000", 'opacity=".16"'),
        box(-17, -156, 34, 7, band), box(-9, -178, 18, 22, lamp), path("M-14,-178 Q0,-200 14,-178 Z", band),
    )  # fmt: skip


def turbine(x: float, y: float, s: float, fill: str, turn: float) -> str:
    blades = "".join(f'<path d="M-3,0 Q-7,-38 0,-92 Q5,-38 3,0 Z" fill="{fill}" transform="translate(0 -170) rotate({turn + n * 120})"/>' for n in range(3))
    return at(x, y, s, polygon([(-5, 0), (-2.4, -170), (2.4, -170), (5, 0)], fill), blades, disc(0, -170, 5, fill))


def pylon(x: float, y: float, s: float, colour: str) -> str:
    legs = line(-26, 0, -5, -190, colour, 4) + line(26, 0, 5, -190, colour, 4)
    laces = "".join(line(-26 + n * 4.2, -n * 38, 26 - (n + 1) * 4.2, -(n + 1) * 38, colour, 2) + line(26 - n * 4.2, -n * 38, -26 + (n + 1) * 4.2, -(n + 1) * 38, colour, 2) for n in range(5))
    arms = "".join(line(-46, -y_, 46, -y_, colour, 4) for y_ in (130, 160, 188))
    return at(x, y, s, legs, laces, arms)


def crane(x: float, y: float, s: float, colour: str, boom: float = 0) -> str:
    """A gantry crane of a container port, its boom out over the water on the left."""
    return at(
        x, y, s,
        line(-34, 0, -26, -230, colour, 8), line(44, 0, 36, -230, colour, 8), line(-31, -80, 42, -80, colour, 6),
        f'<g transform="rotate({boom} -20 -170)">', box(-210, -178, 330, 12, colour), line(-200, -172, 4, -256, colour, 3), "</g>",
        line(110, -172, 4, -256, colour, 3), polygon([(-12, -172), (4, -262), (20, -172)], colour), box(52, -166, 44, 26, colour),
        line(-120, -168, -120, -96, colour, 2), box(-138, -98, 36, 16, colour),
    )  # fmt: skip


def boxes(x: float, y: float, columns: int, rows: int, fills: list[str], seed: int, w: float = 44, h: float = 20) -> str:
    """Stacked containers."""
    chance = Random(seed)  # noqa: S311
    parts = []
    for c in range(columns):
        for r in range(rows - chance.randint(0, 1 if rows > 1 else 0)):
            left, top = x + c * (w + 2), y - (r + 1) * (h + 1)
            parts.append(box(left, top, w, h, chance.choice(fills)) + box(left, top + h * 0.72, w, h * 0.28, "#000", 'opacity=".18"'))
    return "".join(parts)


def container_ship(x: float, y: float, s: float, hull: str, fills: list[str], white: str, seed: int = 3) -> str:
    return at(
        x, y, s,
        boxes(-205, -38, 8, 4, fills, seed),
        box(176, -150, 54, 112, white), windows(184, -142, 2, 3, hull, size=9, gap=20), box(188, -176, 18, 28, hull),
        path("M-250,-42 L262,-42 L236,0 L-216,0 Q-240,-16 -250,-42 Z", hull), box(-236, -16, 478, 5, white, 'opacity=".35"'),
    )  # fmt: skip


def tanker(x: float, y: float, s: float, hull: str, deck: str, white: str, *, flip: bool = False) -> str:
    return at(
        x, y, s,
        box(-210, -50, 400, 12, deck), *[line(n, -52, n, -70, deck, 5) for n in range(-170, 130, 60)], line(-190, -60, 140, -60, deck, 5),
        box(150, -120, 50, 80, white), windows(157, -112, 2, 2, hull, size=9, gap=19), box(166, -142, 16, 24, hull),
        path("M-255,-44 L240,-44 L222,0 L-222,0 Q-248,-14 -255,-44 Z", hull),
        path("M-244,-18 L232,-18 L222,0 L-222,0 Q-236,-6 -244,-18 Z", "#000", 'opacity=".25"'), flip=flip,
    )  # fmt: skip


def barge(x: float, y: float, s: float, hull: str, sack: str, cabin: str) -> str:
    heap = [oval(-110 + c * 34 + (r % 2) * 17, -34 - r * 15, 21, 11, sack) + oval(-106 + c * 34 + (r % 2) * 17, -31 - r * 15, 17, 7, "#000", 'opacity=".1"')
            for r in range(3) for c in range(6 - r)]  # fmt: skip
    return at(
        x, y, s, *heap, box(100, -72, 46, 48, cabin), box(94, -78, 58, 8, hull), box(108, -62, 12, 14, hull), box(126, -62, 12, 14, hull),
        path("M-160,-28 L170,-28 L150,0 L-138,0 Z", hull), path("M-150,-12 L160,-12 L150,0 L-138,0 Z", "#000", 'opacity=".25"'),
    )  # fmt: skip


def small_boat(x: float, y: float, s: float, hull: str, mast: str, lamp: str | None = None) -> str:
    light = (disc(0, -74, 46, "url(#glow)") + disc(0, -74, 9, lamp)) if lamp else ""
    return at(
        x, y, s, line(0, -20, 0, -92, mast, 4), curve("M0,-90 L56,-22 M0,-90 L-50,-22", mast, 1.6),
        path("M-62,-24 Q0,-8 62,-26 Q50,2 32,2 L-34,2 Q-54,0 -62,-24 Z", hull), box(-20, -40, 34, 22, hull), light,
    )  # fmt: skip


def freighter(x: float, y: float, s: float, hull: str, white: str, accent: str) -> str:
    """A lake freighter: very long, houses at both ends."""
    hatches = "".join(box(-210 + n * 44, -50, 34, 8, accent) for n in range(9))
    return at(
        x, y, s, hatches, box(-292, -92, 56, 52, white), box(-286, -110, 40, 20, white), windows(-284, -104, 2, 1, hull, size=8, gap=18),
        box(226, -104, 64, 64, white), windows(234, -96, 3, 1, hull, size=8, gap=18), box(244, -140, 22, 40, accent), box(244, -140, 22, 10, hull),
        path("M-318,-44 L304,-44 L296,0 L-292,0 Q-312,-12 -318,-44 Z", hull), box(-300, -14, 600, 6, accent, 'opacity=".6"'),
    )  # fmt: skip


def wagon_train(x: float, y: float, s: float, engine: str, wagon: str, dark: str, wagons: int = 9) -> str:
    cars = "".join(polygon([(62 + n * 66, -34), (120 + n * 66, -34), (112 + n * 66, -8), (70 + n * 66, -8)], wagon) + disc(78 + n * 66, -5, 6, dark) + disc(104 + n * 66, -5, 6, dark) for n in range(wagons))
    return at(
        x, y, s, cars, line(50, -9, 62 + 66 * wagons, -9, dark, 3),
        path("M-50,-8 L-50,-36 Q-48,-44 -38,-44 L-10,-44 L-10,-52 L40,-52 L50,-44 L50,-8 Z", engine), box(-40, -38, 16, 12, "#fff3", ""),
        *[disc(n, -5, 7, dark) for n in (-34, -12, 14, 36)],
    )  # fmt: skip
