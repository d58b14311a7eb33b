"""Make the picture of the map that opens the README, from the demo or any run's folder.

Usage: python docs/make_picture.py [FOLDER OF A RUN] [PICTURE]
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "msedge", "microsoft-edge")
TARGET = Path(__file__).parent / "images" / "map.png"
LARGEST = 200_000


def take_picture(page_file: Path) -> bytes:
    """Screenshot of a map as it opens."""
    from playwright.sync_api import sync_playwright

    browser = os.environ.get("CHROMIUM_PATH") or next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = opened.new_page(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
        page.goto(page_file.resolve().as_uri())
        page.wait_for_timeout(500)
        picture = page.screenshot()
        opened.close()
    return picture


def shrink(picture: bytes) -> bytes:
    """Reduce a picture to 128 colours."""
    from PIL import Image

    small = io.BytesIO()
    reduced = Image.open(io.BytesIO(picture)).convert("RGB").quantize(128, dither=Image.Dither.NONE)
    reduced.save(small, format="png", optimize=True)
    return small.getvalue()


def main() -> None:
    """Run the demo where no folder is given, open its map, and write the picture."""
    target = Path(sys.argv[2]) if len(sys.argv) > 2 else TARGET
    with tempfile.TemporaryDirectory() as folder:
        run = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder) / "demo"
        if len(sys.argv) < 2:
            subprocess.run([sys.executable, "-m", "maps.cli", "demo", "--out", str(run)], check=True)
        picture = shrink(take_picture(run / "map.html"))
    if len(picture) >= LARGEST:
        raise SystemExit(f"The picture is {len(picture):,} bytes, more than {LARGEST:,}")
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(picture)
    print(f"{target}: {len(picture):,} bytes")


if __name__ == "__main__":
    main()
