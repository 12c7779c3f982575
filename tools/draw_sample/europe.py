"""Pictures of Europe: slate, cream and brick."""

from brushes import (
    Palette, at, birds, box, clouds, curve, disc, lifted, line, mist, oval, path, person, picture, polygon, rain, ridge, sun,
    sunpath, water, windows,
)  # fmt: skip
from things import lighthouse, pine, town, turbine

P = Palette("#8fb0c4", "#f1e6d2", "#9fb3bd", "#5f7f94", "#35566d", "#16283a", "#c2503a", "#fff6df")


def frozen_harbour() -> str:
    skyline = town(680, 1200, 372, 6, ["#b65b43", "#d8b98f", "#8f9eaa", "#c98d6a"], "#ffe6a8", roof="#5a3a37", low=34, high=66)
    spire = polygon([(930, 330), (944, 190), (958, 330)], P.near) + box(926, 310, 36, 62, "#c9b48f")
    channel = path("M470,675 L590,470 L640,404 L656,376 L664,376 L668,404 L720,470 L900,675 Z", P.dark)
    floes = "".join(polygon([(x, y), (x + w * 0.5, y - 10), (x + w, y), (x + w * 0.8, y + 13), (x + w * 0.2, y + 11)], "#eef5f5")
                    for x, y, w in [(560, 600, 70), (690, 640, 90), (630, 520, 44), (760, 592, 60), (655, 470, 30)])  # fmt: skip
    cracks = "".join(curve(d, "#b7cdd6", 2.5) for d in
                     ["M0,430 L130,452 L210,440 L340,480", "M60,600 L180,560 L300,590 L420,560", "M860,470 L980,500 L1110,480 L1200,510", "M940,600 L1040,570 L1200,610"])  # fmt: skip
    ship = at(
        650, 560, 1.5, path("M-66,-64 L66,-64 L58,-6 Q0,18 -58,-6 Z", P.accent), path("M-62,-34 L62,-34 L58,-6 Q0,18 -58,-6 Z", "#000", 'opacity=".22"'), box(-34, -56, 68, 12, "#fbf3e2", 'opacity=".8"'),
        box(-46, -104, 92, 42, "#fbf3e2"), windows(-40, -98, 5, 1, P.dark, size=9, gap=17), box(-30, -134, 60, 32, "#fbf3e2"), windows(-26, -128, 4, 1, P.dark, size=9, gap=14),
        box(-12, -164, 26, 30, P.near), line(34, -134, 34, -200, P.dark, 4), line(22, -184, 46, -184, P.dark, 3), box(-66, -70, 132, 8, "#fbf3e2"),
    )  # fmt: skip
    smoke = "".join(oval(652 + n * 24, 300 - n * 20, 16 + n * 8, 10 + n * 5, "#fff", f'opacity="{0.4 - n * 0.05:.2f}"') for n in range(6))
    return picture(
        P, sun(250, 300, 44, "#fffaf0", 6), clouds(120, "#ffffff", 8, opacity=0.45), ridge(376, 40, 9, "#a9bcc6"), lifted(spire, skyline),
        box(0, 372, 1200, 303, "#e3edef"), box(0, 372, 1200, 303, "url(#sheen)"), cracks, channel, floes, smoke, lifted(ship), birds([(400, 200, 0.7), (440, 225, 0.5)], P.near),
    )  # fmt: skip


def archive_shelves() -> str:
    x0, y0 = 600, 300  # where all lines meet
    parts = [box(0, 0, 1200, 675, "#22313f"), polygon([(0, 675), (1200, 675), (x0 + 70, y0 + 60), (x0 - 70, y0 + 60)], "#4a4038")]
    greys = ["#8d99a1", "#a7adab", "#76868f", "#b5b2a4", "#98a3a6"]
    for side in (-1, 1):
        for c in range(9):
            near, far = 0.78**c, 0.78 ** (c + 1)
            xa, xb = x0 + side * (70 + 560 * near), x0 + side * (70 + 560 * far)
            for r in range(6):
                top, low = -330 + r * 130, -330 + r * 130 + 112
                quad = [(xa, y0 + top * near * 1.0), (xb, y0 + top * far), (xb, y0 + low * far), (xa, y0 + low * near)]
                parts.append(polygon(quad, greys[(c * 3 + r * 2 + (side > 0)) % 5]))
                parts.append(polygon(quad, "#16202b", f'opacity="{0.08 + 0.07 * c:.2f}"'))
                mid = [((quad[0][0] * 2 + quad[1][0]) / 3, y0 + (top + 40) * near * 0.93), ((quad[0][0] + quad[1][0] * 2) / 3, y0 + (top + 40) * far * 1.07),
                       ((quad[0][0] + quad[1][0] * 2) / 3, y0 + (top + 66) * far * 1.07), ((quad[0][0] * 2 + quad[1][0]) / 3, y0 + (top + 66) * near * 0.93)]  # fmt: skip
                parts.append(polygon(mid, "#f1e6cf", f'opacity="{0.85 - c * 0.07:.2f}"'))
    lamp = polygon([(600, 200), (500, 420), (700, 420)], "#ffe7a6", 'opacity=".35" filter="url(#soft)"') + line(600, 0, 600, 182, "#0d151d", 3) + path("M576,200 Q600,164 624,200 Z", P.accent)
    desk = box(520, 402, 160, 12, "#6b4a34") + box(534, 414, 10, 60, "#503726") + box(656, 414, 10, 60, "#503726") + box(610, 390, 46, 12, "#b5b2a4") + box(548, 394, 40, 8, "#fbf3e2")
    reader = person(600, 424, 1.0, "#7b3b34", skin="#d8a98a", kind="seated")
    return picture(P, *parts, disc(600, 330, 190, "url(#glow)", 'opacity=".6"'), lamp, reader, lifted(desk))


def wind_hub() -> str:
    far = "".join(turbine(90 + n * 128, 404, 0.62, "#dfe7e8", 14 + n * 31) for n in range(9))
    near = turbine(240, 480, 1.35, "#f7f6ef", 20) + turbine(620, 452, 1.05, "#f7f6ef", 66) + turbine(1010, 486, 1.45, "#f7f6ef", 100)
    waves = [(430, "#6f93a6", 3, 26), (476, "#52788f", 6, 34), (520, "#3d637c", 9, 46)]
    sea = [lifted(box(0, 404, 1200, 40, "#86a7b7"))]
    for y, tone, seed, height in waves:
        sea.append(ridge(y + 20, height, seed, tone, waves=5, rough=0.12))
    boat = at(690, 560, 1.25, '<g transform="rotate(-13)">', path("M-96,-30 L104,-34 L70,6 L-84,6 Z", P.accent), box(-56, -74, 62, 42, "#fbf3e2"), box(-48, -66, 46, 14, P.dark),
              line(-24, -74, -24, -112, P.dark, 3), box(20, -46, 40, 14, "#f0b44c"), "</g>")  # fmt: skip
    spray = "".join(disc(792 + (n * n * 7) % 97, 556 - (n * n * 13 + n * 5) % 88, 2 + n % 5, "#fff", 'opacity=".75"') for n in range(32))
    return picture(
        P, clouds(120, "#ffffff", 15, count=12, opacity=0.5), clouds(220, "#6d8798", 10, count=8, opacity=0.3), far, sea[0], sea[1], near, sea[2], sea[3], lifted(boat), spray,
        ridge(640, 60, 17, P.dark, waves=4, rough=0.1), birds([(420, 150, 0.8), (470, 130, 0.6), (860, 190, 0.7)], P.dark), rain(4, "#fff", 50, -40),
    )  # fmt: skip


SCENES = {"frozen-harbour": frozen_harbour, "archive-shelves": archive_shelves, "wind-hub": wind_hub}
