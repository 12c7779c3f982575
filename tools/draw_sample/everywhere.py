"""Pictures of no one region: violet, grey and lamplight."""

from brushes import Palette, at, box, curve, disc, lifted, line, oval, path, person, picture, polygon, stars, sun, water

P = Palette("#2b2740", "#8f7fa6", "#6d6390", "#4a4470", "#332f52", "#171528", "#f0a848", "#ffedc4")


def long_table() -> str:
    wood = polygon([(430, 250), (770, 250), (1180, 675), (20, 675)], "#8a5f45") + polygon([(460, 262), (740, 262), (1090, 675), (110, 675)], "#a4744f")
    parts = []
    for n in range(6):
        t = (n / 5) ** 1.5
        y, s = 280 + t * 330, 0.45 + t * 1.05
        for side in (-1, 1):
            edge = 600 + side * (176 + (y - 250) * 0.955)
            parts.append(at(edge + side * 34 * s, y + 6, s, f'<rect x="-34" y="-92" width="68" height="96" rx="16" fill="{P.near}"/>', f'<rect x="-26" y="-84" width="52" height="62" rx="12" fill="#c2503a"/>', line(-26, 4, -26, 52, P.dark, 6), line(26, 4, 26, 52, P.dark, 6)))
            inner = 600 + side * (110 + (y - 250) * 0.72)
            parts.append(at(inner, y + 10, s, polygon([(-30, 0), (30, 0), (24, -18), (-24, -18)], "#fbf3e2"), line(-16, -8, 16, -8, "#6b6459", 3), box(side * -52 - 7, -22, 14, 24, "#d9ecf0", 'opacity=".75"'), oval(side * -52, -22, 7, 2.5, "#fff")))
    lamps = "".join(line(x, 0, x, 96, P.dark, 3) + path(f"M{x - 46},122 Q{x},66 {x + 46},122 Z", P.accent) + polygon([(x - 44, 122), (x + 44, 122), (x + 190, 470), (x - 190, 470)], "#ffedc4", 'opacity=".12" filter="url(#soft)"') + oval(x, 122, 44, 7, "#fff4d6") for x in (420, 600, 780))
    pane = "".join(box(150 + n * 240, 40, 180, 190, "#5f5a8c") + box(150 + n * 240, 40, 180, 190, "url(#mist)") + line(240 + n * 240, 40, 240 + n * 240, 230, P.dark, 5) for n in range(4))
    return picture(P, box(0, 0, 1200, 675, "#3a3558"), pane, box(0, 250, 1200, 425, "#2a2645"), *parts[:4], lifted(wood), *parts, lamps)


SCENES = {"long-table": long_table}
