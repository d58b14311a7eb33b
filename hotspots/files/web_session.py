"""Ask a web service politely, and keep what it gave: waiting when it is busy, noticing what was damaged."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hotspots.checks import announce, require_installed

#: Tries in all, and seconds before the second one; each further wait is twice as long.
TRIES, PAUSE = 5, 1.0
BUSY = (429, 500, 502, 503, 504)


def cache_folder(folder: str | Path | None) -> Path:
    """Folder to keep downloads in: the one given, or the user's own cache folder."""
    if folder is not None:
        return Path(folder)
    return Path(require_installed("platformdirs", extra="download").user_cache_path("safer-hotspots"))


def open_session() -> Any:
    """Open a session that waits and tries again when the service is busy, slow or briefly away."""
    requests = require_installed("requests", extra="download")
    retry = require_installed("urllib3", extra="download").Retry(
        total=TRIES - 1, connect=1, backoff_factor=PAUSE, status_forcelist=BUSY, raise_on_status=False
    )
    session = requests.Session()
    for scheme in ("https://", "http://"):
        session.mount(scheme, requests.adapters.HTTPAdapter(max_retries=retry))
    return session


def keep_file(path: Path, content: bytes, note: Mapping[str, Any]) -> None:
    """Write a download and, beside it, its checksum and where it came from; never half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for target, data in (
        (path, content),
        (_note_of(path), json.dumps({"sha256": hashlib.sha256(content).hexdigest(), **note}).encode()),
    ):
        part = target.with_name(target.name + ".part")
        part.write_bytes(data)
        part.replace(target)


def kept_note(path: Path) -> dict[str, Any] | None:
    """Note beside an earlier download that is still as it was, else None."""
    if not (path.is_file() and _note_of(path).is_file()):
        return None
    try:
        note = dict(json.loads(_note_of(path).read_text(encoding="utf-8")))
    except ValueError:
        note = {}
    if note.get("sha256") == hashlib.sha256(path.read_bytes()).hexdigest():
        return note
    announce(f"{path.name} in the download folder has changed since it was downloaded: downloading it again.")
    return None


def _note_of(path: Path) -> Path:
    return path.with_name(path.name + ".json")
