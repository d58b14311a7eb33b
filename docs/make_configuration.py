"""Fill docs/configuration.md from the code: which keys there are, and their defaults; words stay as written.

Beside it, docs/configuration.schema.json: the same as JSON Schema, for editors that complete and check.
Run it from the top of the repository: python docs/make_configuration.py
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from hotspots.files.typed_tables import Table, note_of, tables_in
from maps.config.settings import Settings

TOP = Path(__file__).resolve().parent
PAGE, SCHEMA = TOP / "configuration.md", TOP / "configuration.schema.json"
TABLES = {name: kind for name, kind in tables_in(Settings).items() if name != "map.layout"}  # said in its row
_KEY = re.compile(r"`(\w+)`")


def fill_page(text: str) -> str:
    """Text of the page with the defaults of today, and a row without words for a key that has none yet."""
    parts = re.split(r"(?m)^(?=## )", text)
    return "".join(_fill_section(part, TABLES[name]) if (name := _name(part)) in TABLES else part for part in parts)


def list_words(text: str) -> dict[str, dict[str, str]]:
    """Words of each key, by table."""
    return {
        name: {key: cells[-1] for line in part.splitlines() for cells in [_cells(line)] for key in _keys(cells)}
        for part in re.split(r"(?m)^(?=## )", text)
        if (name := _name(part)) in TABLES
    }


def make_schema(text: str) -> str:
    """JSON Schema of the configuration, with the words of the page."""
    schema, words = Settings.model_json_schema(), list_words(text)
    for name, kind in TABLES.items():
        fields = schema if kind is Settings else schema["$defs"][kind.__name__]
        for key, said in words[name].items():
            fields["properties"][key]["description"] = said
    return json.dumps(_plain(schema), indent=1, ensure_ascii=False) + "\n"


def _plain(schema: Any) -> Any:
    """Leave out titles that only repeat a name, and notes for the page."""
    if isinstance(schema, list):
        return [_plain(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    choices = [one for one in schema.get("anyOf", []) if one != {"type": "null"}]
    if "anyOf" in schema:  # TOML has no word for nothing
        rest = {key: value for key, value in schema.items() if key not in ("anyOf", "default")}
        default = {} if schema.get("default") is None else {"default": schema["default"]}
        schema = {**rest, **default, **(choices[0] if len(choices) == 1 else {"anyOf": choices})}
    named = "properties" in schema
    kept = {k: v for k, v in schema.items() if k not in ("title", "shown", "needed") or not isinstance(v, str)}
    return {k: _plain_properties(v) if named and k == "properties" else _plain(v) for k, v in kept.items()}


def _plain_properties(properties: dict[str, Any]) -> dict[str, Any]:
    return {name: _plain(one) for name, one in properties.items()}


def _name(part: str) -> str:
    """Name of the table that a section of the page is of; of the top, none."""
    heading = part.partition("\n")[0]
    found = re.search(r"`\[+([\w.<>]+)\]+`", heading)
    return re.sub(r"<\w+>", "*", found[1]) if found else "" if heading == "## At the top" else "no table"


def _fill_section(part: str, kind: type[Table]) -> str:
    lines, seen = part.split("\n"), set[str]()
    last = 0
    for number, line in enumerate(lines):
        cells = _cells(line)
        if keys := [key for key in _keys(cells) if key in kind.names()]:
            seen |= set(keys)
            if len(cells) == 3:
                last = number
                lines[number] = _row(kind, keys, cells[2])
    new = [key for key in kind.names() if key not in seen and not _is_table(kind, key)]
    return "\n".join(lines[: last + 1] + [_row(kind, [key], "") for key in new] + lines[last + 1 :])


def _row(kind: type[Table], keys: list[str], words: str) -> str:
    defaults = ", ".join(dict.fromkeys(_default(kind, key) for key in keys))
    return f"| {', '.join(f'`{key}`' for key in keys)} | {defaults} | {words} |"


def _default(kind: type[Table], key: str) -> str:
    value = kind.model_fields[kind.names()[key]].default
    if words := note_of(kind, key, "shown"):
        return words
    if isinstance(value, bool):
        return str(value).lower()
    return (
        "none" if value is None else f'`"{value}"`' if isinstance(value, str) and kind is not Settings else f"{value}"
    )


def _is_table(kind: type[Table], key: str) -> bool:
    return kind is Settings and isinstance(kind.model_fields[key].default, Table | dict | list)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split(" | ")] if line.startswith("| `") else []


def _keys(cells: list[str]) -> list[str]:
    return _KEY.findall(cells[0]) if cells else []


if __name__ == "__main__":
    PAGE.write_text(fill_page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    SCHEMA.write_text(make_schema(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
