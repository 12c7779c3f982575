"""Pictures of Asia and the Pacific: deep greens, jade and coral."""

from brushes import (
    Palette, at, birds, box, clouds, disc, lifted, line, mist, oval, path, picture, polygon, ridge, stars, sun, sunpath, water,
)  # fmt: skip
from things import boxes, bush, container_ship, crane, palm, pine, small_boat

P = Palette("#f28e6b", "#ffd9b3", "#4fa89a", "#23786f", "#12524f", "#08292e", "#e8543f", "#fff0d2")
NIGHT = Palette("#0b2f3a", "#2f8078", "#1c5f60", "#0f4a4d", "#0a3438", "#051c22", "#e8543f", "#ffe6a3")


def lantern_boats() -> str:
    n = NIGHT
    island = path("M720,372 Q800,318 910,330 Q1040,312 1200,366 L1200,380 L720,380 Z", n.near)
    other = path("M0,372 Q90,330 190,348 Q270,352 330,374 L0,380 Z", n.near)
    palms = "".join(palm(x, y, s, n.dark, n.dark, lean) for x, y, s, lean in
                    [(790, 348, 0.7, 16), (850, 336, 0.95, -12), (940, 336, 0.8, 18), (1080, 334, 1.05, -18), (90, 350, 0.9, 16), (150, 350, 0.65, -12)])  # fmt: skip
    return picture(
        n, stars(4, "#fff6d8", 110, 300), sun(560, 190, 92, "#fff3c4", 3.4), clouds(250, "#8fc7b3", 6, opacity=0.35),
        lifted(island, other), palms, water(374, "#12555a", "#9fd8c3", 7), sunpath(560, 380, 46, "#ffefb5", 9),
        small_boat(310, 452, 0.9, n.dark, "#123", "#ffdf85"), small_boat(760, 500, 1.25, n.dark, "#123", "#ffdf85"),
        small_boat(500, 420, 0.55, n.dark, "#123", "#ffdf85"), small_boat(1010, 436, 0.7, n.dark, "#123", "#ffdf85"),
        small_boat(220, 604, 1.7, n.dark, "#123", "#ffdf85"),
    )  # fmt: skip


def port_cranes() -> str:
    fills = ["#e8543f", "#f2b04d", "#2b8a83", "#f4e3c6", "#1c5f60", "#c93f3a"]
    quay = box(430, 505, 770, 34, P.near) + box(430, 539, 770, 30, P.dark)
    yard = boxes(760, 505, 9, 5, fills, 21, 46, 22) + boxes(500, 505, 5, 3, fills, 8, 46, 22)
    return picture(
        P, sun(300, 330, 86, "#fff3d6", 4), clouds(150, "#fff0dc", 12), ridge(400, 90, 14, "#8cc0ae"), ridge(440, 60, 22, P.far),
        water(452, "#2b8a83", "#ffe3c4", 5), sunpath(300, 458, 58, "#fff0d2", 6),
        lifted(yard), lifted(crane(620, 507, 1.25, P.accent), crane(860, 507, 1.25, "#c93f3a"), crane(1080, 507, 1.25, P.accent)),
        lifted(quay), container_ship(250, 580, 0.78, P.dark, fills, "#fbeedb", 11), birds([(420, 120, 0.8), (470, 150, 0.6)], P.near),
    )  # fmt: skip


def rare_earth_quarry() -> str:
    steps = []
    for n in range(7):
        y, cut = 300 + n * 52, 120 + n * 34
        tone = ["#d9a06b", "#c98655", "#b96f45", "#a65b39", "#8f4a31", "#78402d", "#5f3427"][n]
        steps.append(lifted(path(f"M{cut},{y} Q600,{y + 70 + n * 6} {1200 - cut * 0.8},{y - 12} L1200,{y + 60} L1200,675 L0,675 L0,{y + 60} Z", tone)))
    trucks = "".join(
        at(x, y, s, box(-26, -26, 34, 18, "#f5c542"), box(10, -22, 16, 14, "#f5c542"), disc(-16, -6, 7, P.dark), disc(14, -6, 7, P.dark))
        for x, y, s in [(420, 398, 0.7), (760, 442, 0.85), (520, 520, 1.1), (860, 566, 1.3), (330, 604, 1.5)]
    )
    pool = oval(640, 655, 230, 34, "#4fc0a8") + oval(620, 648, 150, 12, "#bfe9d6", 'opacity=".5"')
    woods = "".join(pine(40 + x * 37 % 150, 470 + x * 23 % 190, 0.9 + x % 3 * 0.15, P.near) for x in range(9))
    woods += "".join(pine(1070 + x * 41 % 140, 470 + x * 29 % 190, 0.9 + x % 3 * 0.15, P.near) for x in range(8))
    return picture(
        P, clouds(90, "#fff0dc", 3), ridge(260, 150, 5, "#8cc0ae", rough=0.4), mist(180, 120), ridge(310, 110, 11, P.far), mist(220, 130),
        *steps, pool, trucks, woods, clouds(252, "#fff4e2", 17, count=6, spread=40, opacity=0.7),
    )  # fmt: skip


SCENES = {"lantern-boats": lantern_boats, "port-cranes": port_cranes, "rare-earth-quarry": rare_earth_quarry}
