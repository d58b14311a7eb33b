"""Ask a web service for JSON, keep what it said, notice when that was damaged."""

import time
from typing import Any
from urllib.parse import urlsplit

from hotspots.checks import InputError, require_installed
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
