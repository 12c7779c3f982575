"""Brushes: small functions that each return a piece of SVG, in the manner of cut paper with light and grain on it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

W, H = 1200, 675


@dataclass(frozen=True, slots=True)
class Palette:
    """The few colours of one region, from the sky down to the darkest shape in front."""

    sky: str
    horizon: str
    far: str
    middle: str
    near: str
    dark: str
    accent: str
    light: str


def picture(palette: Palette, *layers: str, seed: int = 1) -> str:
    """All layers on one sheet, between a graded sky and a film of grain."""
    return f"""<svg xmlns="http://www.w3.org/2000/svg" width="{W}" height="{H}" viewBox="0 0 {W} {H}"><defs>
<linearGradient id="sky" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="{palette.sky}"/>
<stop offset=".8" stop-color="{palette.horizon}"/></linearGradient>
<radialGradient id="glow"><stop offset="0" stop-color="{palette.light}" stop-opacity=".85"/>
<stop offset="1" stop-color="{palette.light}" stop-opacity="0"/></radialGradient>
<radialGradient id="edge" cx=".5" cy=".45" r=".8"><stop offset=".55" stop-opacity="0"/>
<stop offset="1" stop-color="{palette.dark}" stop-opacity=".55"/></radialGradient>
<linearGradient id="mist" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="{palette.horizon}" stop-opacity="0"/>
<stop offset="1" stop-color="{palette.horizon}" stop-opacity=".55"/></linearGradient>
<linearGradient id="sheen" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="{palette.horizon}" stop-opacity=".45"/>
<stop offset=".55" stop-color="{palette.horizon}" stop-opacity="0"/></linearGradient>
<filter id="lift" x="-10%" y="-10%" width="120%" height="120%">
<feDropShadow dx="0" dy="-2" stdDeviation="5" flood-color="{palette.dark}" flood-opacity=".2"/></filter>
<filter id="soft"><feGaussianBlur stdDeviation="9"/></filter>
<filter id="grain"><feTurbulence type="fractalNoise" baseFrequency=".55" numOctaves="2" seed="{seed}"/>
<feColorMatrix values="0 0 0 0 .5  0 0 0 0 .5  0 0 0 0 .5  1.6 0 0 0 -.55"/></filter></defs>
<rect width="{W}" height="{H}" fill="url(#sky)"/>
{"".join(layers)}
<rect width="{W}" height="{H}" fill="url(#edge)"/>
<rect width="{W}" height="{H}" filter="url(#grain)" opacity=".16"/></svg>"""


def path(d: str, fill: str, extra: str = "") -> str:
    return f'<path d="{d}" fill="{fill}" {extra}/>'


def line(x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 3, extra: str = "") -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="{width}" '
        f'stroke-linecap="round" {extra}/>'
    )


def curve(d: str, colour: str, width: float = 3, extra: str = "") -> str:
    return f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-linecap="round" {extra}/>'


def box(x: float, y: float, w: float, h: float, fill: str, extra: str = "") -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}" fill="{fill}" {extra}/>'


def disc(x: float, y: float, r: float, fill: str, extra: str = "") -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" fill="{fill}" {extra}/>'


def oval(x: float, y: float, rx: float, ry: float, fill: str, extra: str = "") -> str:
    return f'<ellipse cx="{x:.1f}" cy="{y:.1f}" rx="{rx:.1f}" ry="{ry:.1f}" fill="{fill}" {extra}/>'


def polygon(points: Iterable[tuple[float, float]], fill: str, extra: str = "") -> str:
    return f'<polygon points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}" fill="{fill}" {extra}/>'


def at(x: float, y: float, scale: float, *parts: str, flip: bool = False) -> str:
    """Moves and sizes parts that were drawn around (0, 0)."""
    return f'<g transform="translate({x:.1f} {y:.1f}) scale({-scale if flip else scale} {scale})">{"".join(parts)}</g>'


def lifted(*parts: str) -> str:
    """Parts as one sheet of paper that throws a shadow on what lies behind."""
    return f'<g filter="url(#lift)">{"".join(parts)}</g>'


def sun(x: float, y: float, r: float, fill: str, glow: float = 4) -> str:
    return disc(x, y, r * glow, "url(#glow)") + disc(x, y, r, fill)


def ridge(y: float, height: float, seed: int, fill: str, *, waves: float = 2.2, rough: float = 0.25) -> str:
    """A range of hills across the sheet; `rough` turns downs into crags."""
    chance = Random(seed)  # noqa: S311 - pictures, not secrets
    phases = [chance.uniform(0, 6.3) for _ in range(4)]
    points = []
    for step in range(81):
        x = W * step / 80
        t = x / W * math.tau * waves
        rise = math.sin(t * 0.5 + phases[0]) + 0.5 * math.sin(t + phases[1]) + 0.3 * math.sin(t * 2.3 + phases[2])
        rise += rough * 1.6 * abs(math.sin(t * 3.1 + phases[3])) + rough * chance.uniform(-0.5, 0.5)
        points.append((x, y - height * (0.5 + rise / 3.4)))
    shape = [(0.0, float(H)), *points, (float(W), float(H))]
    return lifted(polygon(shape, fill), polygon(shape, "url(#mist)", 'opacity=".45"'))


def peaks(y: float, tops: Iterable[tuple[float, float, float]], fill: str, snow: str | None = None) -> str:
    """Mountains with a lit and a shaded side: (x, height, half width) each."""
    parts = []
    for x, height, half in tops:
        parts.append(polygon([(x - half, y), (x, y - height), (x + half, y)], fill))
        parts.append(polygon([(x, y - height), (x + half, y), (x + half * 0.15, y)], "#000", 'opacity=".16"'))
        if snow:
            cap = 0.3
            left, right = x - half * cap, x + half * cap
            low = y - height * (1 - cap)
            zigzag = [(right, low), (x + half * 0.12, low - 14), (x, low + 12), (x - half * 0.14, low - 10), (left, low)]
            parts.append(polygon([(x, y - height), *zigzag], snow))
    return lifted(*parts)


def mist(y: float, height: float, opacity: float = 0.7) -> str:
    return box(0, y, W, height, "url(#mist)", f'opacity="{opacity}"')


def water(y: float, fill: str, glint: str, seed: int, *, count: int = 60, until: float = H) -> str:
    """A plane of water with short strokes of light that grow longer towards us."""
    chance = Random(seed)  # noqa: S311
    parts = [box(0, y, W, until - y, fill), box(0, y, W, until - y, "url(#sheen)")]
    for _ in range(count):
        depth = chance.random() ** 1.5
        cy, length = y + 6 + depth * (until - y - 12), 10 + 90 * depth
        parts.append(
            line(cx := chance.uniform(-40, W), cy, cx + length, cy, glint, 1 + 3.4 * depth, f'opacity="{0.18 + depth * 0.3:.2f}"')
        )
    return "".join(parts)


def sunpath(x: float, y: float, width: float, colour: str, seed: int, until: float = H) -> str:
    """The light of a low sun lying on water."""
    chance = Random(seed)  # noqa: S311
    parts = []
    cy = y + 5
    while cy < until:
        half = width * (0.35 + 0.9 * (cy - y) / (until - y)) * chance.uniform(0.5, 1)
        cx = x + chance.uniform(-12, 12)
        parts.append(line(cx - half, cy, cx + half, cy, colour, 2.5 + 4 * (cy - y) / (until - y), 'opacity=".6"'))
        cy += 9 + 12 * (cy - y) / (until - y)
    return "".join(parts)


def clouds(y: float, colour: str, seed: int, *, count: int = 7, spread: float = 120, opacity: float = 0.5) -> str:
    """Long flat clouds, cut with round ends."""
    chance = Random(seed)  # noqa: S311
    parts = []
    for _ in range(count):
        x, cy, w = chance.uniform(-100, W), y + chance.uniform(-spread / 2, spread / 2), chance.uniform(120, 380)
        for n in range(3):
            shift, part = chance.uniform(-0.2, 0.5) * w, w * chance.uniform(0.4, 0.9)
            parts.append(box(x + shift, cy + n * 13, part, 13, colour, 'rx="6.5"'))
    return f'<g opacity="{opacity}">{"".join(parts)}</g>'


def stars(seed: int, colour: str, count: int = 90, until: float = 330) -> str:
    chance = Random(seed)  # noqa: S311
    dots = (disc(chance.uniform(0, W), chance.uniform(0, until), chance.uniform(0.8, 2.4), colour) for _ in range(count))
    return f'<g opacity=".8">{"".join(dots)}</g>'


def birds(places: Iterable[tuple[float, float, float]], colour: str) -> str:
    return "".join(
        at(x, y, s, curve("M-22,-6 Q-10,-14 0,0 Q10,-14 22,-6", colour, 3.5)) for x, y, s in places
    )


def rain(seed: int, colour: str, count: int = 130, slant: float = -16) -> str:
    chance = Random(seed)  # noqa: S311
    drops = []
    for _ in range(count):
        x, y, length = chance.uniform(0, W + 100), chance.uniform(-20, H), chance.uniform(16, 46)
        drops.append(line(x, y, x + slant * length / 46, y + length, colour, 1.6))
    return f'<g opacity=".35">{"".join(drops)}</g>'


def wall(x: float, y: float, w: float, h: float, fill: str, shade: float = 0.18) -> str:
    """A block of building whose right side lies in shadow; (x, y) is its lower left corner."""
    return box(x, y - h, w, h, fill) + box(x + w * 0.68, y - h, w * 0.32, h, "#000", f'opacity="{shade}"')


def windows(x: float, y: float, columns: int, rows: int, fill: str, *, size: float = 10, gap: float = 22) -> str:
    cells = (
        box(x + c * gap, y + r * gap * 1.2, size, size * 1.45, fill, f'opacity="{0.45 + 0.5 * ((c * 7 + r * 5) % 3) / 2}"')
        for c in range(columns)
        for r in range(rows)
    )
    return "".join(cells)


def person(x: float, y: float, s: float, fill: str, *, skin: str = "#3a2a26", kind: str = "coat") -> str:
    """A standing figure, feet at (x, y)."""
    body = {
        "coat": "M-15,0 L-12,-62 Q-10,-78 0,-78 Q10,-78 12,-62 L15,0 Z",
        "robe": "M-20,0 L-11,-64 Q-8,-78 0,-78 Q8,-78 11,-64 L20,0 Z",
        "seated": "M-17,0 L-17,-40 Q-14,-62 0,-62 Q14,-62 17,-40 L17,0 Z",
    }[kind]
    top = -72 if kind == "seated" else -89
    shade = path(body, "#000", 'opacity=".14" clip-path="inset(0 0 0 50%)"')
    return at(x, y, s, path(body, fill), shade, disc(0, top, 11.5, skin))
