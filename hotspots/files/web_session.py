"""Ask a web service politely: wait and try again when it is busy, slow or briefly away."""

from pathlib import Path
from typing import Any

from hotspots.checks import require_installed

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
