"""A Folium page turned into one file that needs nothing: libraries inlined, policy set, ids renumbered."""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

from branca.element import Element

from hotspots.checks import InputError
from maps.common.escape import escape

# Files of the installed XStatic-Leaflet 1.9.3.0, byte-identical to the leaflet 1.9.3 that Folium 0.20 pins.
_SUMS = {
    "leaflet.js": "5819285cec137b229c94e1ee5ad73e8b6b84345a4367d60f75fe477fe0fb7b03",
    "leaflet.css": "90b693d86392a4779c861b28cf307e7e59c3fb35328c4d8b95f58f814d38c722",
}
_KNOWN = {
    "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.js": "leaflet.js",
    "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.css": "leaflet.css",
}
# Folium links these into every page; nothing that a self-contained map may hold uses them.
_NOT_NEEDED = re.compile(
    r"^https://(code\.jquery\.com/jquery-|cdn\.jsdelivr\.net/npm/(bootstrap@|@fortawesome/fontawesome-free@)"
    r"|cdnjs\.cloudflare\.com/ajax/libs/Leaflet\.awesome-markers/|netdna\.bootstrapcdn\.com/bootstrap/"
    r"|cdn\.jsdelivr\.net/gh/python-visualization/folium/folium/templates/leaflet\.awesome\.rotate)"
)
_LINK = re.compile(
    r"<script\b[^>]*\bsrc=[\"']?([^\"'\s>]*)[\"']?[^>]*>\s*</script>"
    r"|<link\b[^>]*\bhref=[\"']?([^\"'\s>]*)[\"']?[^>]*>"
)
_LICENCE = """Leaflet 1.9.3, https://leafletjs.com. BSD 2-Clause Licence.
Copyright (c) 2010-2022, Volodymyr Agafonkin. Copyright (c) 2010-2011, CloudMade. All rights reserved.
Redistribution and use in source and binary forms, with or without modification, are permitted provided that
the following conditions are met: 1. Redistributions of source code must retain the above copyright notice,
this list of conditions and the following disclaimer. 2. Redistributions in binary form must reproduce the
above copyright notice, this list of conditions and the following disclaimer in the documentation and/or
other materials provided with the distribution. THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND
CONTRIBUTORS "AS IS" AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED
WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE
COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR
CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF
USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN
CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF
THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE."""
# A folium.Popup asks jQuery only to make an element from its HTML.
_SHIM = (
    "window.$ = window.jQuery = window.$ || function (html) {"
    " const t = document.createElement('template'); t.innerHTML = String(html).trim();"
    " return [t.content.firstElementChild]; };"
)


def leaflet_head() -> str:
    """Leaflet's style and script, inlined from the installed library, with its licence."""
    return f"<style>\n{_leaflet_style()}</style>\n<script>\n{_leaflet_script()}</script>\n"


def standalone(page: str, *, root: Element, title: str, marking: str = "", summary: str = "") -> str:
    """Page that makes no request to anywhere."""
    page = page.replace("\r\n", "\n")
    page = _LINK.sub(_inline, page)
    page = _renumber(page, root)
    page = re.sub(r"<meta name=\"viewport\".*?/>", "", page, flags=re.S)
    page = re.sub(r"<meta http-equiv=\"content-type\"[^>]*>", "", page)
    page = re.sub(r"<title>.*?</title>", "", page, count=1, flags=re.S)
    page = page.replace("</body>\n<script>", "<script>", 1).replace("</script>\n</html>", "</script>\n</body>\n</html>")
    head = (
        '<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(page)}">\n'
        f"<title>{escape(f'{marking}: ' * bool(marking) + title)}</title>\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f'<meta name="description" content="{escape(summary)}">\n'
        + (f'<meta name="protective-marking" content="{escape(marking)}">\n' if marking else "")
    )
    return re.sub(r"<html>\s*<head>", lambda _: head, page, count=1)


def _inline(match: re.Match[str]) -> str:
    address = match.group(1) or match.group(2) or ""
    if _KNOWN.get(address) == "leaflet.js":
        return f"<script>\n{_leaflet_script()}</script>"
    if _KNOWN.get(address) == "leaflet.css":
        return f"<style>\n{_leaflet_style()}</style>"
    if _NOT_NEEDED.match(address):
        return ""
    raise InputError(
        "The map links to an address of which there is no local copy, so it would not open without internet",
        given=address,
        advice="take away the Folium plugin or layer that needs it",
    )


def _renumber(page: str, root: Element) -> str:
    """Folium's random ids become 1, 2, 3 ... in order of appearance."""
    numbers: dict[str, str] = {}
    pattern = re.compile("|".join(sorted(_ids(root, set()))))
    return pattern.sub(lambda m: numbers.setdefault(m.group(), str(len(numbers) + 1)), page)


def _ids(element: Element, found: set[str]) -> set[str]:
    if element._id in found:
        return found
    found.add(element._id)
    for child in (*element._children.values(), *(getattr(element, n, None) for n in ("header", "html", "script"))):
        if isinstance(child, Element):
            _ids(child, found)
    return found


def _policy(page: str) -> str:
    """Content-Security-Policy that lets exactly this page's scripts run, and nothing load."""
    scripts = re.findall(r"<script>(.*?)</script>", page, flags=re.S)
    sums = dict.fromkeys(
        "'sha256-" + base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() + "'" for s in scripts
    )
    return (
        f"default-src 'none'; script-src {' '.join(sums) or chr(39) + 'none' + chr(39)}; "
        "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    )


@cache
def _leaflet_script() -> str:
    text = _asset("leaflet.js").replace("</script", "<\\/script")
    text = re.sub(r"//# sourceMappingURL=.*", "", text)
    listed = ",".join(f'{key}:"{_picture(name)}"' for key, name in _ICONS.items())
    icon_js = f"delete L.Icon.Default.prototype._getIconUrl; L.Icon.Default.mergeOptions({{{listed}}});"
    return f"/* {_LICENCE} */\n{text}\n{icon_js}\n{_SHIM}\n"


_ICONS = {"iconUrl": "marker-icon.png", "iconRetinaUrl": "marker-icon-2x.png", "shadowUrl": "marker-shadow.png"}


@cache
def _leaflet_style() -> str:
    text = _asset("leaflet.css").replace("behavior: url(#default#VML);", "")
    return re.sub(r"url\((images/[\w.-]+)\)", lambda m: f"url({_picture(Path(m.group(1)).name)})", text)


def _asset(name: str) -> str:
    data = (_folder() / name).read_bytes()
    if hashlib.sha256(data).hexdigest() != _SUMS[name]:
        raise InputError(
            "The installed Leaflet is not the one that maps are made with",
            given=f"{name} of another version",
            advice="python -m pip install --force-reinstall XStatic-Leaflet==1.9.3.0",
        )
    return data.decode("utf-8").replace("\r\n", "\n")


def _picture(name: str) -> str:
    return "data:image/png;base64," + base64.b64encode((_folder() / "images" / name).read_bytes()).decode()


def _folder() -> Path:
    from xstatic.pkg import leaflet

    return Path(leaflet.BASE_DIR)
