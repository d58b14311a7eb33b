"""Ask a web service for JSON, keep what it said, notice when that was damaged."""

import hashlib
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hotspots.checks import InputError, announce, require_installed
from hotspots.files.web_session import BUSY, PAUSE, TRIES


def get_json(session: Any, url: str, *, timeout: float, **parameters: Any) -> dict[str, Any]:
    """Get one JSON object; an answer cut short or not JSON is asked for again."""
    requests = require_installed("requests", extra="download")
    trouble = ""
    for attempt in range(TRIES):
        if attempt:
            time.sleep(PAUSE * 2 ** (attempt - 1))
        try:
            answer = session.get(url, params={"f": "json", **parameters}, timeout=timeout)
            trouble = f"HTTP {answer.status_code}"
            answer.raise_for_status()
            content = answer.json()
        except requests.exceptions.JSONDecodeError:
            trouble = f"not JSON, but {answer.text[:40]!r}"
        except requests.exceptions.ChunkedEncodingError:
            trouble = "an answer that was cut short"
        except requests.exceptions.HTTPError as error:
            raise _refused(url, trouble) from error
        except requests.exceptions.RequestException as error:
            raise _unreachable(url, error) from error
        else:
            # This kind of service also reports its errors inside an answer that claims to be fine.
            fault = content.get("error") if isinstance(content, dict) else {"message": "not an object"}
            if fault is None:
                return dict(content)
            trouble = f"{fault.get('code', '')} {fault.get('message', '')}".strip()
            if fault.get("code") not in (None, *BUSY):
                break
    raise _refused(url, trouble)


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


def _refused(url: str, trouble: str) -> InputError:
    return InputError(
        "The service did not give a usable answer",
        given=f"{urlsplit(url).netloc}: {trouble}",
        advice="try later, or download the file by hand and give it to read_areas",
    )


def _unreachable(url: str, error: Exception) -> InputError:
    return InputError(
        f"Cannot reach {urlsplit(url).netloc}",
        given=type(error).__name__,
        advice="check the connection (and HTTPS_PROXY), or give a file you have to read_areas",
    )
