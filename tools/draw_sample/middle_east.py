"""Pictures of the Middle East: sand, turquoise and plum."""

from brushes import (
    Palette, at, birds, box, clouds, curve, disc, lifted, line, mist, oval, path, picture, polygon, ridge, stars, sun, sunpath,
    water,
)  # fmt: skip
from things import flat_house, palm, pylon, tanker, town

P = Palette("#5aa3a8", "#f6dfb0", "#dcb27a", "#c08a56", "#8a5a44", "#3a2340", "#e0703c", "#fff4d4")


def strait_tankers() -> str:
    def cliff(points: list[tuple[float, float]], fill: str) -> str:
        folds = "".join(
            curve(f"M{points[0][0]},{y} Q{(points[0][0] + points[-1][0]) / 2},{y - 60} {points[-1][0]},{y + 30}", "#000", 7, 'opacity=".09"') for y in range(260, 640, 38)
        )
        name = f"c{int(points[1][0])}"
        shape = " ".join(f"{x},{y}" for x, y in points)
        return lifted(f'<clipPath id="{name}"><polygon points="{shape}"/></clipPath>', polygon(points, fill), f'<g clip-path="url(#{name})">{folds}</g>')

    left_far = cliff([(0, 400), (0, 230), (110, 180), (210, 240), (300, 226), (380, 320), (470, 400)], "#d3a26c")
    right_far = cliff([(1200, 400), (1200, 190), (1080, 150), (980, 220), (900, 214), (800, 330), (730, 400)], "#d9ad78")
    left = cliff([(0, 675), (0, 300), (90, 270), (170, 350), (250, 380), (300, 520), (330, 675)], "#b57f50")
    right = cliff([(1200, 675), (1200, 250), (1130, 230), (1060, 330), (1000, 350), (960, 500), (900, 675)], "#a87149")
    tower = at(1128, 232, 1.0, polygon([(-24, 0), (-19, -86), (19, -86), (24, 0)], "#e6c793"), polygon([(5, 0), (5, -86), (19, -86), (24, 0)], "#000", 'opacity=".18"'), box(-24, -98, 48, 14, "#d9b57d"), box(-5, -66, 10, 22, P.dark), line(0, -98, 0, -140, P.dark, 3), path("M0,-140 L34,-130 L0,-120 Z", P.accent))
    return picture(
        P, sun(600, 250, 54, "#fff8e4", 6), clouds(110, "#ffffff", 19, opacity=0.4), ridge(396, 44, 23, "#e6c795"), left_far, right_far, water(398, "#2e8f97", "#d7f3ea", 3), sunpath(600, 402, 40, "#fff4d4", 5),
        tanker(500, 456, 0.5, "#5b2f3f", P.accent, "#fbf0da"), tanker(690, 560, 0.92, P.dark, "#2a6f76", "#fbf0da", flip=True), left, right, tower,
    )  # fmt: skip


def desert_well() -> str:
    bands = []
    for y, tone, seed in [(318, "#e7bf83", 2), (372, "#d59f64", 7), (430, "#bd7f50", 12), (500, "#99603f", 18), (585, "#6d4136", 25)]:
        bands.append(ridge(y, 26, seed, tone, waves=1.6, rough=0.05))
    stones = "".join(oval((n * 137) % 1200, 400 + (n * 71) % 190, 8 + n % 4 * 5, 5 + n % 3 * 3, "#fff" if n % 2 else "#000", 'opacity=".1"') for n in range(50))
    aquifer = lifted(path("M0,675 L0,600 Q220,566 420,590 T820,584 T1200,596 L1200,675 Z", "#2f8f9c"), curve("M60,632 Q200,618 330,634 M460,626 Q620,612 760,630 M860,640 Q980,626 1120,640", "#bfe8e2", 4, 'opacity=".6"'))
    shaft = box(590, 306, 20, 292, "#23404d") + box(597, 306, 6, 300, "#74cfd0")
    pump = flat_house(540, 312, 120, 84, "#f6ead2", "#2f8f9c") + box(586, 262, 30, 50, "#2a6f76") + box(660, 286, 90, 10, "#2a6f76") + box(742, 286, 10, 26, "#2a6f76") + path("M744,312 Q770,302 800,314 L744,314 Z", "#74cfd0")
    palms = "".join(palm(x, y, s, "#5a3a2c", "#2f6b4f", lean) for x, y, s, lean in [(360, 312, 1.2, 16), (420, 316, 0.9, -14), (840, 308, 1.3, -18), (910, 306, 1.0, 14), (300, 310, 0.8, -10), (980, 304, 0.75, 10)])
    return picture(P, sun(180, 130, 56, "#fff8e4", 5), clouds(120, "#fff", 22, opacity=0.35), ridge(300, 60, 31, "#eccb96"), palms, bands[0], pump, *bands[1:], stones, aquifer, shaft, birds([(640, 140, 0.7), (690, 160, 0.5)], P.dark))


SCENES = {"strait-tankers": strait_tankers, "desert-well": desert_well}
