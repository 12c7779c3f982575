"""Pictures of Latin America: leaf green, magenta dusk and gold."""

from brushes import (
    Palette, at, birds, box, clouds, curve, disc, lifted, line, mist, oval, path, peaks, person, picture, polygon, ridge, sun,
    water,
)  # fmt: skip
from things import bush, container_ship, house, palm, town

P = Palette("#6f5aa8", "#f7b7a3", "#a5628f", "#3f7f5a", "#1f5a44", "#142b33", "#f2b632", "#fff0cf")


def salt_flats() -> str:
    ponds = []
    tones = ["#58c7bd", "#f0c25a", "#e58fa0", "#8fdcc9", "#f4d98b", "#4aa7b0", "#ef9f7f"]
    for row in range(5):
        y, h = 398 + row * row * 13 + row * 6, 14 + row * 13
        for n in range(7):
            lean = (n - 3.5) * (0.5 + row * 0.16)
            xa, xb = 600 + lean * 250, 600 + (lean + 0.5 + row * 0.16) * 250
            grow = 1 + h / 330
            quad = [(xa + 6, y), (xb - 6, y), (600 + (xb - 600) * grow - 6, y + h), (600 + (xa - 600) * grow + 6, y + h)]
            ponds.append(polygon(quad, tones[(row * 3 + n * 5) % 7]) + polygon([quad[0], quad[1], ((quad[1][0] + quad[2][0]) / 2, y + h / 2)], "#fff", 'opacity=".22"'))
    truck = at(560, 620, 1.1, box(-40, -34, 56, 24, P.accent), box(18, -28, 22, 18, "#fff"), disc(-24, -8, 9, P.dark), disc(24, -8, 9, P.dark))
    return picture(
        P, sun(900, 190, 60, "#fff4d8", 5), clouds(110, "#ffd9cc", 5), peaks(380, [(240, 210, 260), (520, 150, 190)], "#7a5592", "#fdf1ea"),
        peaks(382, [(1010, 180, 240), (760, 110, 170)], "#8d5f96", "#fdf1ea"), ridge(386, 26, 4, "#5f467d"), box(0, 380, 1200, 295, "#f6efe4"), box(0, 380, 1200, 295, "url(#sheen)"),
        *ponds, truck, birds([(330, 330, 0.5), (370, 320, 0.4)], "#fff"),
    )  # fmt: skip


def cable_cars() -> str:
    bricks = ["#c8643f", "#b5532f", "#d98557", "#e2a06a", "#a64a36"]
    slope = [lifted(path(f"M0,{y - 40} Q300,{y - 70} 640,{y - 30} T1200,{y - 50} L1200,675 L0,675 Z", tone)) for y, tone in [(430, "#8a4a52"), (520, "#74404a"), (610, "#4f2f3d")]]
    rows = [town(-20, 1210, 440, 3, bricks, "#ffe19a", low=30, high=56), town(-30, 1210, 530, 9, bricks, "#ffe19a", low=40, high=70), town(-10, 1230, 640, 14, bricks, "#ffe19a", low=46, high=90)]

    def cabin(x: float, y: float, s: float, fill: str) -> str:
        return at(x, y, s, line(0, 0, 0, 40, P.dark, 4), f'<rect x="-40" y="38" width="80" height="66" rx="14" fill="{fill}"/>', box(-32, 50, 28, 26, "#ffeec2"), box(4, 50, 28, 26, "#ffeec2"),
                  '<rect x="8" y="38" width="32" height="66" rx="14" fill="#000" opacity=".14"/>')  # fmt: skip

    wires = line(0, 196, 1200, 96, P.dark, 3) + line(0, 330, 1200, 190, P.dark, 3.5)
    return picture(
        P, sun(220, 150, 52, "#fff4d8", 5), peaks(400, [(860, 300, 340), (560, 170, 220), (1120, 190, 200)], "#6c5396", "#fff6f0"), mist(240, 160), slope[0], rows[0], slope[1], rows[1], slope[2], rows[2],
        wires, cabin(300, 171, 0.72, "#d8433b"), cabin(720, 136, 0.72, P.accent), cabin(1060, 108, 0.72, "#d8433b"), cabin(170, 310, 1.2, P.accent), cabin(560, 265, 1.2, "#d8433b"), cabin(960, 218, 1.2, P.accent),
    )  # fmt: skip


def canal_locks() -> str:
    fills = ["#d8433b", P.accent, "#3f7f5a", "#f4e3c6", "#6f5aa8", "#58c7bd"]
    hills = ridge(330, 130, 6, "#5b9a72") + mist(220, 110) + ridge(380, 100, 13, P.middle) + "".join(bush(n * 84 + 20, 392 + (n * 31) % 30, 1.1, P.near) for n in range(15))
    walls = lifted(polygon([(0, 430), (360, 430), (180, 675), (0, 675)], "#cbb9a0"), polygon([(1200, 430), (840, 430), (1020, 675), (1200, 675)], "#cbb9a0"))
    courses = "".join(line(0, 460 + n * 42, 336 - n * 30, 460 + n * 42, "#a5947c", 3) + line(1200, 460 + n * 42, 864 + n * 30, 460 + n * 42, "#a5947c", 3) for n in range(5))
    gates = lifted(polygon([(196, 560), (600, 580), (600, 675), (120, 675)], "#2f5d6b"), polygon([(1004, 560), (600, 580), (600, 675), (1080, 675)], "#27505d"))
    ribs = "".join(line(220 + n * 62, 566 + n * 3, 176 + n * 70, 675, "#17323c", 4) + line(980 - n * 62, 566 + n * 3, 1024 - n * 70, 675, "#17323c", 4) for n in range(6))
    bow = at(600, 560, 1.15, boxes_ahead(fills), polygon([(-150, -110), (150, -110), (110, 0), (0, 26), (-110, 0)], "#7a2e3a"), polygon([(0, -110), (150, -110), (110, 0), (0, 26)], "#000", 'opacity=".2"'), box(-150, -118, 300, 10, "#fbeedb"))
    herons = "".join(at(x, y, s, curve("M0,0 L0,-26", "#e0a040", 3), oval(0, -36, 12, 10, "#fff"), curve("M8,-40 Q18,-52 10,-64", "#fff", 5), line(10, -64, 22, -62, "#e0a040", 3)) for x, y, s in [(90, 432, 0.9), (140, 432, 0.9), (1080, 432, 1.0)])
    return picture(P, clouds(90, "#ffe3d6", 7), sun(980, 120, 46, "#fff4d8", 5), hills, box(0, 428, 1200, 247, "#4aa7a0"), bow, walls, courses, gates, ribs, herons, birds([(300, 150, 0.7), (350, 170, 0.5)], P.dark))


def boxes_ahead(fills: list[str]) -> str:
    """A deck load seen from the bow."""
    cells = [box(-140 + c * 40, -138 - r * 24, 38, 22, fills[(c * 5 + r * 3) % 6]) for c in range(7) for r in range(5)]
    return box(-46, -292, 92, 62, "#fbeedb") + box(-40, -282, 80, 13, "#142b33") + "".join(cells)


SCENES = {"salt-flats": salt_flats, "cable-cars": cable_cars, "canal-locks": canal_locks}
