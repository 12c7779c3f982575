"""Pictures of North America: navy, rust and pine."""

from brushes import (
    Palette, at, birds, box, clouds, curve, disc, lifted, line, mist, oval, path, peaks, person, picture, polygon, ridge, stars,
    sun, sunpath, water, windows,
)  # fmt: skip
from things import bush, freighter, house, lighthouse, pine, pylon, wagon_train

P = Palette("#4d7ba6", "#f3d9b1", "#8aa3b5", "#c46a38", "#2d5a52", "#12233b", "#d8452f", "#fff3d8")


def lake_freighter() -> str:
    autumn = ["#c46a38", "#d98c3a", "#a94a2e", "#2d5a52"]
    shore = ridge(376, 70, 5, "#7d93a4") + ridge(394, 46, 11, "#a9694a")
    woods = "".join(pine(n * 34 - 10, 402 + (n * 13) % 10, 0.62 + n % 4 * 0.12, autumn[(n * 7) % 4]) for n in range(38))
    rock = lifted(path("M840,675 Q880,560 980,540 Q1090,520 1200,560 L1200,675 Z", P.dark))
    return picture(
        P, sun(300, 240, 58, "#fff8e6", 5), clouds(130, "#ffffff", 10, opacity=0.55), shore, woods, water(404, "#28547f", "#e8eef0", 8), sunpath(300, 410, 44, "#ffeccb", 3),
        lifted(freighter(480, 520, 1.28, "#8e2f26", "#fbf3e2", "#e8b04a")), rock, lighthouse(1020, 546, 1.7, "#fbf3e2", P.accent, "#ffe9a0"),
        house(1066, 548, 92, 54, "#fbf3e2", P.accent, "#ffd87a"), birds([(620, 220, 0.9), (680, 250, 0.7), (580, 260, 0.5)], "#ffffff"),
    )  # fmt: skip


SCENES = {"lake-freighter": lake_freighter}
