"""The one place where text becomes markup, and data becomes a script block."""

from typing import Any

from maps.disclosure.not_finite import known, strict_json

_ENTITIES = {ord(char): f"&#{ord(char)};" for char in "&<>\"'`\\${}"}
# Controls, direction overrides and zero-width marks: invisible, and able to disguise what a text says.
_DROPPED = [*range(0x20), *range(0x7F, 0xA0), 0x200B, *range(0x200E, 0x2010), *range(0x202A, 0x202F)]
_DROPPED += [0x2028, 0x2029, *range(0x2066, 0x206A), 0xFEFF, 0xFFFE, 0xFFFF, *range(0xD800, 0xE000)]
_CLEAN: dict[int, str | None] = {**dict.fromkeys(_DROPPED), 0x09: " ", 0x0A: " ", 0x0D: " "}


def clean(text: Any) -> str:
    r"""Text without controls, direction overrides or line breaks; what is not known or finite becomes ""."""
    text = known(text)
    return "" if text is None else str(text).translate(_CLEAN).strip()


def escape(text: object) -> str:
    """Text as HTML that shows exactly the same characters and can do nothing else.

    Folium writes popups and tooltips as JavaScript template literals, so a backtick, a backslash,
    ``$``, ``{`` and ``}`` become entities as well as ``& < > " '``.
    """
    return clean(text).translate(_ENTITIES)


def embed_json(data: Any) -> str:
    r"""JSON that cannot end the script block it stands in; the same bytes for the same data."""
    text = strict_json(data, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def mark_pages(marking: str) -> str:
    """Style that prints the marking at the top and bottom of every page."""
    if not marking:
        return ""
    # every character as its number: nothing in it can end the string or the style
    text = "".join(f"\\{ord(char):06x}" for char in marking)
    box = f'{{ content: "{text}"; font: 700 10pt Arial, sans-serif; }}'
    return f"@page {{ @top-center {box} @bottom-center {box} }}\n"
