"""Draws the sample magazine's photos: `python tools/draw_sample [NAME...]` writes data/sample/photos/NAME.webp.

Needs Playwright, Pillow and a Chromium (CHROMIUM names another than /usr/bin/chromium).
"""

import io
import os
import sys
from pathlib import Path

import africa
import asia_pacific
import europe
import everywhere
import latin_america
import middle_east
import north_america
from brushes import H, W
from PIL import Image
from playwright.sync_api import sync_playwright

PARTS = (africa, asia_pacific, europe, latin_america, middle_east, north_america, everywhere)
SCENES = {name: scene for part in PARTS for name, scene in part.SCENES.items()}
PHOTOS = Path(__file__).parents[2] / "data" / "sample" / "photos"
LARGEST = 38_000  # bytes


def main(names: list[str]) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"))
        page = browser.new_page(viewport={"width": W, "height": H})
        for name in names or sorted(SCENES):
            page.set_content(f"<style>*{{margin:0}}</style>{SCENES[name]()}")
            body = as_webp(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))
            (PHOTOS / f"{name}.webp").write_bytes(body)
            sys.stdout.write(f"{name} {len(body)}\n")
        browser.close()


def as_webp(image: Image.Image) -> bytes:
    """As good as fits."""
    for quality in range(84, 20, -4):
        out = io.BytesIO()
        image.save(out, "WEBP", quality=quality, method=6)
        if out.tell() <= LARGEST:
            break
    return out.getvalue()


if __name__ == "__main__":
    main(sys.argv[1:])
