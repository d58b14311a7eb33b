"""Documents on a phone: nothing scrolls sideways, and every cell says what it is."""

from __future__ import annotations

import pytest
from browser_help import open_page, run_axe

from maps.documents.blocks import Cell, Document, Grid, Pictures
from maps.documents.to_html import render_html

HEADS = ("No.", "Arrive", "Leave", "Drive", "Hotspot", "Arrived", "Left", "What's \\ noted </style>")
ROW: tuple[Cell, ...] = ("1", "14:00", "14:15", "5 min", "Shopping Area near Boar Lane", "", "", "Nothing")


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 320])
def test_a_table_of_eight_columns_becomes_blocks_under_their_headings(browser, tmp_path, width):
    grid = Grid("Visits", HEADS, (ROW, ROW), (0.125,) * 8, (0,))
    other = Grid("Streets", ("Hotspot", "Streets"), (("A", "B"),), (0.5, 0.5))
    page = tmp_path / "card.html"
    page.write_text(render_html(Document("Card", "Cards", "", "", (grid, other, Pictures(())))), encoding="utf-8")
    says = "(i) => getComputedStyle(document.querySelectorAll('td')[i], '::before').content"
    with open_page(browser, page, width=width, height=740) as opened:
        assert opened.evaluate("document.documentElement.scrollWidth") <= width
        assert [opened.evaluate(says, i) for i in (1, 16)] == ['"Arrive: "', '"Hotspot: "']
        assert opened.evaluate(says, 7) == '"What\'s \\\\ noted </style>: "'
        assert run_axe(opened) == []
        opened.set_viewport_size({"width": 1000, "height": 740})
        assert opened.evaluate(says, 1) == "none"
