"""A real browser for the tests: found on the machine, with the network cut."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "msedge", "microsoft-edge")
SWITCHES = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
# How many pixels of the ground's canvas, or of that of its names, have any colour.
INK = """(pane) => { const c = document.querySelector('.leaflet-sh-' + pane + '-pane canvas');
  const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let n = 0;
  for (let i = 3; i < d.length; i += 4) n += d[i] > 0; return n; }"""


def find_browser() -> str:
    """Path of a Chromium; whoever asks is skipped, with the reason, where there is none."""
    pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    found = os.environ.get("CHROMIUM_PATH") or next((p for n in NAMES if (p := shutil.which(n))), None)
    if not found:
        pytest.skip(f"no browser found (looked for CHROMIUM_PATH, {', '.join(NAMES)})")
    return found


@contextmanager
def open_browser() -> Iterator[Any]:
    path = find_browser()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=SWITCHES)
        yield browser
        browser.close()


class Seen:
    """Everything a page asked for or complained about."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.dialogs: list[str] = []

    def watch(self, page: Any) -> None:
        page.on("request", lambda r: self.requests.append(r.url))
        page.on("console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: self.complaints.append(str(e)))
        page.on("dialog", lambda d: (self.dialogs.append(d.message), d.dismiss()))


@contextmanager
def open_page(browser: Any, path: Path, *, width: int = 1366, height: int = 768, **options: Any) -> Iterator[Any]:
    """Page with the network cut, and what it asked for as ``page.seen``."""
    context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce", **options)
    context.set_offline(True)
    page = context.new_page()
    page.seen = Seen()
    page.seen.watch(page)
    page.goto(path.as_uri())
    if options.get("java_script_enabled", True):
        page.evaluate("document.querySelectorAll('.sh-fold').forEach((fold) => { fold.open = true; })")
    yield page
    context.close()


def run_axe(page: Any) -> list[str]:
    """Rules that axe-core finds broken, WCAG 2.2 AA and best practice, each with the first element."""
    source = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    page.evaluate(source)  # the page's own policy lets no script element in
    options = {"rules": {"target-size": {"enabled": True}}}
    result = page.evaluate("options => axe.run(document, options)", options)
    return [f"{v['id']}: {v['nodes'][0]['target']} ({len(v['nodes'])})" for v in result["violations"]]
