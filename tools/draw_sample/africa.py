"""Pictures of Africa: ochre, terracotta and the blue of late evenings."""

from brushes import (
    Palette, at, birds, box, clouds, curve, disc, lifted, line, mist, oval, path, peaks, person, picture, polygon, ridge,
    stars, sun, sunpath, water,
)  # fmt: skip
from things import acacia, barge, palm, small_boat, town, wagon_train

P = Palette("#f0a458", "#fbdc9a", "#d98a52", "#b8562f", "#7a3424", "#2c1a2b", "#1f6f78", "#fff1c9")


def river_barges() -> str:
    crowd = person(150, 640, 1.15, P.accent, kind="robe") + person(196, 642, 0.72, "#e2b23c")
    return picture(
        P, sun(820, 250, 74, "#fff0bf"), clouds(120, "#fff1c9", 4), ridge(372, 60, 8, P.far), ridge(390, 34, 5, "#c06c41"),
        water(372, "#a4593a", "#ffe2a8", 2), sunpath(820, 376, 60, "#ffe9b5", 4),
        barge(940, 428, 0.62, "#4d7a44", "#f2cf8b", "#e7ddc4"), barge(640, 478, 0.85, "#2c5d86", "#f2cf8b", "#e7ddc4"),
        barge(330, 548, 1.15, "#d9a22e", "#f6d795", "#efe6cf"),
        lifted(path("M0,675 L0,610 Q160,590 330,640 Q420,664 560,675 Z", P.dark)), crowd,
        birds([(300, 150, 0.8), (360, 180, 0.6), (255, 195, 0.5)], P.near),
    )  # fmt: skip


def savannah_viaduct() -> str:
    arches = "".join(path(f"M{x},675 L{x},452 Q{x + 44},392 {x + 88},452 L{x + 88},675 Z", P.far) for x in range(-40, 1240, 116))
    stone = box(0, 356, 1200, 319, P.near) + arches + box(0, 350, 1200, 14, P.dark)
    valley = ridge(560, 60, 31, P.middle) + path("M0,675 L0,640 Q400,600 760,650 T1200,630 L1200,675 Z", P.dark)
    trees = acacia(130, 640, 1.25, P.dark, "#4b2a24") + acacia(1060, 640, 1.5, P.dark, "#4b2a24") + acacia(640, 650, 0.8, P.dark, "#5b3026")
    return picture(
        P, sun(420, 300, 128, "#fff0bf", 3), clouds(110, "#ffeec4", 9), ridge(400, 70, 3, "#e5a066"),
        lifted(stone), wagon_train(330, 352, 0.92, P.accent, "#c98b4a", P.dark, 11), valley, trees,
        birds([(860, 150, 0.9), (920, 180, 0.7), (800, 190, 0.6)], P.near),
    )  # fmt: skip


SCENES = {"river-barges": river_barges, "savannah-viaduct": savannah_viaduct}
