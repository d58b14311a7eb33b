"""Download recorded incidents from data.police.uk, one force and month at a time."""

import re
import time
from collections.abc import Iterable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hotspots.checks import InputError, Problems, announce, closest_name, require_installed
from hotspots.files.web_session import PAUSE, TRIES, cache_folder, keep_file, kept_note, open_session

#: The official service.
SERVICE = "https://data.police.uk"

# The list of files at the end of an archive of three years and all forces is about half a megabyte.
_LIST = 1 << 20


def download_incidents(
    *,
    force: str,
    months: str | Iterable[str],
    folder: str | Path | None = None,
    service: str = SERVICE,
    timeout: float = 60.0,
) -> list[Path]:
    """Download the street-level files of one force, or take them from where an earlier call kept them.

    Only the wanted files are taken out of the monthly archives (which hold every force and three years);
    they are as data.police.uk hands them out, rows without coordinates and all.

    Parameters
    ----------
    force : str
        Name or identifier of the force, e.g. "West Yorkshire Police" or "west-yorkshire".
    months : str or iterable of str
        Months as "2024-03".
    folder : str or Path, optional
        Where downloads are kept, each with its checksum; None takes the user's cache folder.
    service : str
        Address of the service, for a mirror or a proxy of the official one.
    timeout : float
        Seconds to wait for one answer.

    Returns
    -------
    list of Path
        One file per month, in order, for `read_incidents`.

    Raises
    ------
    InputError
        Not a month, unknown force, month not published, the service cannot be reached or goes on failing,
        the optional libraries of ``safer-hotspots[download]`` are not installed.

    Notes
    -----
    Contains public sector information, Open Government Licence v3.0: say so on what you publish.
    """
    wanted = sorted({months} if isinstance(months, str) else set(months))
    _check_months(wanted)
    root = cache_folder(folder) / "police.uk"
    name = re.sub(r"[^a-z]+", "-", force.casefold()).strip("-")
    for known in dict.fromkeys((name, name.removesuffix("-police").removesuffix("-constabulary"))):
        paths = [_path(root, month, known) for month in wanted]
        if all(kept_note(path) is not None for path in paths):
            return paths
    with _open_session() as session:
        code = _find_force(session, force, service, timeout)
        paths = [_path(root, month, code) for month in wanted]
        missing = [month for month, path in zip(wanted, paths, strict=True) if kept_note(path) is None]
        _take_all(session, service, code, missing, root, timeout)
    announce(f"Downloaded police.uk files of {code} are kept in {root}.")
    return paths


def _check_months(months: list[str]) -> None:
    problems = Problems("These months cannot be downloaded")
    for month in months:
        if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", month):
            problems.add(f"'{month}' is not a month", advice="2024-03")
    if not months:
        problems.add("no months were given", advice="months=['2024-03']")
    problems.raise_any()


def _path(root: Path, month: str, force: str) -> Path:
    return root / month / f"{month}-{force}-street.csv"


def _open_session() -> Any:
    session = open_session()
    # The archive reader leaves a refused answer open.
    session.hooks["response"].append(lambda answer, **_: None if answer.ok else answer.close())
    return session


def _find_force(session: Any, force: str, service: str, timeout: float) -> str:
    """Find the identifier of the force in the service's own list."""

    def ask() -> Any:
        answer = session.get(f"{service}/api/forces", timeout=timeout)
        answer.raise_for_status()
        return [(str(one["id"]), str(one["name"])) for one in answer.json()]

    forces = _try(ask)
    for code, name in forces:
        if force.casefold() in {code.casefold(), name.casefold()}:
            return str(code)
    near = closest_name(force, [word for pair in forces for word in pair])
    raise InputError(
        f"data.police.uk has no force '{force}'",
        given=f"force={force!r}",
        advice=f"'{near}'" if near else "a name from https://data.police.uk/api/forces",
    )


def _take_all(session: Any, service: str, force: str, months: list[str], root: Path, timeout: float) -> None:
    """Take every month out of as few archives as hold them."""
    progress = require_installed("rich.progress", extra="download")
    with progress.Progress(transient=True) as bar:
        task = bar.add_task("months", total=len(months))
        while months:
            # The archive of a month also holds the three years before it: the newest asked for comes first.
            take = partial(_take, session, service, months[-1], force, months, root, timeout)
            got = _try(take)
            months = [month for month in months if month not in got]
            bar.advance(task, len(got))


def _take(
    session: Any, service: str, month: str, force: str, missing: list[str], root: Path, timeout: float
) -> list[str]:
    """Take the wanted files out of the archive of ``month``; the months that were in it."""
    remotezip = require_installed("remotezip", extra="download")
    url = f"{service}/data/archive/{month}.zip"
    got = []
    archive = remotezip.RemoteZip(url, initial_buffer_size=_LIST, session=session, timeout=timeout)
    # Closing the archive does not close the connection it reads from.
    with closing(archive.fp), archive:
        held = {Path(name).name: name for name in archive.namelist()}
        for one in missing:
            path = _path(root, one, force)
            if path.name in held:
                keep_file(path, archive.read(held[path.name]), {})
                got.append(one)
    if month not in got:
        raise InputError(
            f"The archive of {month} has no street-level file of {force}",
            given=url,
            advice="some forces publish late or not at all: try another month",
        )
    return got


def _try(job: Any) -> Any:
    """Do it, again after a while if the answer was cut short or damaged, or say what went wrong."""
    requests = require_installed("requests", extra="download")
    faults = (requests.exceptions.RequestException, *_zip_faults(), KeyError, TypeError)
    for attempt in range(TRIES):
        try:
            return job()
        except faults as error:
            found = error if isinstance(error, requests.exceptions.RequestException) else error.__context__
            _raise_final(found, requests, last=attempt == TRIES - 1, error=error)
            time.sleep(PAUSE * 2**attempt)
    raise AssertionError("the last try returns or raises")  # pragma: no cover


def _zip_faults() -> tuple[type[Exception], ...]:
    import zipfile
    import zlib

    remotezip = require_installed("remotezip", extra="download")
    http = require_installed("urllib3", extra="download").exceptions.HTTPError
    return (remotezip.RemoteZipError, http, zipfile.BadZipFile, zlib.error, EOFError)


def _raise_final(found: Any, requests: Any, *, last: bool, error: Exception) -> None:
    """Raise what no further try would mend."""
    by_hand = "or download it by hand from https://data.police.uk/data/ and give the file to read_incidents"
    response = getattr(found, "response", None)
    if response is not None and response.status_code == 404:
        raise InputError(
            "data.police.uk has not published this month",
            given=response.url,
            advice="months appear about two months later and archives start in December 2013",
        ) from error
    cut = (requests.exceptions.ChunkedEncodingError, requests.exceptions.JSONDecodeError)
    if isinstance(found, requests.exceptions.ConnectionError | requests.exceptions.Timeout) and not isinstance(
        found, cut
    ):
        raise InputError(
            "Cannot reach data.police.uk",
            given=f"{urlsplit(found.request.url).netloc}: {type(found).__name__}",
            advice=f"check the connection (and HTTPS_PROXY), {by_hand}",
        ) from error
    if last:
        raise InputError(
            "data.police.uk did not give a usable answer",
            given=str(found or error)[:160],
            advice=f"try later, {by_hand}",
        ) from error
