"""Commands of a world: each in a child of a process that has imported everything, or in one of its own."""

from __future__ import annotations

import contextlib
import gc
import io
import logging
import os
import pkgutil
import resource
import signal
import subprocess
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

MOST_SECONDS = 120  # of the processor's time, after which a command counts as silent for minutes
MOST_BYTES = 6 << 30  # of address space: what unpacks without a limit must not bring the computer down
# what a run imports only when it needs it
LATE = (
    *("docx", "docx.oxml.ns", "xlsxwriter", "openpyxl", "folium", "branca.element", "matplotlib.pyplot"),
    *("matplotlib.backends.backend_agg", "pyogrio", "pyproj", "scipy.optimize", "scipy.sparse.csgraph"),
    *("scipy.ndimage", "scipy.stats", "sklearn.cluster", "PIL.PngImagePlugin", "tomlkit", "icalendar", "rich"),
)
RUN = "import sys; from maps.cli import main; sys.exit(main(sys.argv[1:]))"


@dataclass(frozen=True)
class Done:
    """How a command ended: exit code (below 0: a signal), what it said, seconds, whether it was struck."""

    code: int
    said: str
    seconds: float
    struck: bool = False
    memory: int = 0


@dataclass(frozen=True)
class Strike:
    """Kill (or refuse the disk to) a command at its n-th change to files below a folder.

    ``writes`` more calls that write are let through after it, so that a file may be cut in the middle.
    """

    below: str
    number: int
    writes: int = 0
    full: bool = False


def load_everything() -> None:
    """Import all that a command may need: its children start with it."""
    for room in ("hotspots", "boundaries", "maps"):
        package = import_module(room)
        for module in pkgutil.walk_packages(package.__path__, f"{room}."):
            if not module.name.endswith("__"):
                with contextlib.suppress(ImportError):  # an extra that is not installed
                    import_module(module.name)
    for name in LATE:
        with contextlib.suppress(ImportError):
            import_module(name)
    from matplotlib import font_manager

    font_manager.findfont("DejaVu Sans")
    with contextlib.suppress(ImportError):  # an older tree
        coordinates = import_module("hotspots.reading.coordinates")
        coordinates.make_points([-1.5], [53.8], crs="EPSG:4326")  # the grid's shifts are read once
    gc.collect()
    gc.freeze()


def leave_unpainted() -> None:
    """Save each picture as a blank one: it is made, but painting takes as long as the rest of a small run."""
    from matplotlib.figure import Figure
    from PIL import Image

    stream = io.BytesIO()
    Image.new("RGB", (240, 160), "white").save(stream, "png")

    def savefig(_: Any, to: Any, **__: Any) -> None:
        to.write(stream.getvalue()) if hasattr(to, "write") else Path(to).write_bytes(stream.getvalue())

    Figure.savefig = savefig  # type: ignore[method-assign, assignment]


def surroundings(home: Path) -> dict[str, str]:
    """Folders of its own for what a command keeps outside its results."""
    for name in ("tmp", "home"):
        (home / name).mkdir(parents=True, exist_ok=True)
    fonts = os.environ.get("MPLCONFIGDIR", str(Path.home() / ".cache" / "matplotlib"))
    return {"TMPDIR": str(home / "tmp"), "HOME": str(home / "home"), "MPLCONFIGDIR": fonts}


def call(
    words: Sequence[str],
    *,
    folder: Path,
    home: Path,
    strike: Strike | None = None,
    fault: Callable[[], None] | None = None,
    memory: int = MOST_BYTES,
) -> Done:
    """Run ``hotspots`` with these words in a forked child, and wait for it."""
    return start(words, folder=folder, home=home, strike=strike, fault=fault, memory=memory)()


def start(
    words: Sequence[str],
    *,
    folder: Path,
    home: Path,
    strike: Strike | None = None,
    fault: Callable[[], None] | None = None,
    memory: int = MOST_BYTES,
) -> Callable[[], Done]:
    """Start it; the function that is given waits for its end."""
    env = surroundings(home)
    number = time.monotonic_ns()
    said, mark = home / f"said-{number}.txt", home / f"struck-{number}"

    def inside() -> int:
        _become(folder, env, said, memory)
        if fault:
            fault()
        if strike:
            sys.addaudithook(_striker(strike, mark))
        return import_module("maps.cli").main(list(words))

    child = _fork(inside)

    def wait() -> Done:
        code, seconds, peak = _wait(child)
        text = said.read_text(encoding="utf-8", errors="replace") if said.exists() else ""
        return Done(code, text, seconds, mark.exists(), peak)

    return wait


def call_apart(words: Sequence[str], *, folder: Path, home: Path, tree: Path, **limits: Any) -> Done:
    """Run it in a real process of its own, as a person's console does."""
    memory = limits.get("memory", MOST_BYTES)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS + 5))

    env = {**os.environ, **surroundings(home), "PYTHONPATH": str(tree), "OPENBLAS_NUM_THREADS": "1"}
    begun = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", RUN, *words],
        cwd=folder, env=env, capture_output=True, check=False, preexec_fn=limit,
    )  # fmt: skip
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    return Done(done.returncode, said, ended.ru_utime + ended.ru_stime - begun.ru_utime - begun.ru_stime)


def in_child(work: Callable[[], None], home: Path) -> None:
    """Do something with a library in a child, so that this process stays as it was loaded."""
    said = home / "work.txt"

    def inside() -> int:
        _become(home, surroundings(home), said, MOST_BYTES)
        work()
        return 0

    code = _wait(_fork(inside))[0]
    if code:
        raise RuntimeError(f"the world could not be made: {said.read_text(errors='replace')[-2000:]}")


def _fork(inside: Callable[[], int]) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        code = inside()
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):
                stream.flush()
        os._exit(int(code or 0))


def _wait(child: int) -> tuple[int, float, int]:
    _, status, used = os.wait4(child, 0)
    return os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss << 10


def _become(folder: Path, env: Mapping[str, str], said: Path, memory: int) -> None:
    """Make this child what a process of its own would be."""
    os.environ.update(env)
    os.chdir(folder)
    handle = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    sys.stdout = io.TextIOWrapper(io.FileIO(1, "w", closefd=False), encoding="utf-8", write_through=True)
    sys.stderr = io.TextIOWrapper(io.FileIO(2, "w", closefd=False), encoding="utf-8", write_through=True)
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    gc.set_threshold(100_000, 50, 50)  # what was imported is frozen, and a small run leaves little behind
    logging.disable(logging.NOTSET)
    warnings.resetwarnings()
    for kind in (DeprecationWarning, PendingDeprecationWarning, ResourceWarning, ImportWarning):
        warnings.simplefilter("ignore", kind)  # as Python itself begins


def _striker(strike: Strike, mark: Path) -> Callable[[str, tuple[Any, ...]], None]:
    seen = 0

    def end() -> None:
        os.close(os.open(mark, os.O_CREAT))
        os.kill(os.getpid(), signal.SIGKILL)

    def count_writes(_: Any, event: str, what: Any) -> None:
        nonlocal left
        if event == "c_call" and what.__name__ in ("write", "flush", "fsync", "replace", "rename", "sendfile"):
            left -= 1
            if left < 0:
                end()

    left = strike.writes

    def watch(event: str, given: tuple[Any, ...]) -> None:
        nonlocal seen
        if event == "open":
            path, _, flags = given
            if not isinstance(flags, int) or not flags & (os.O_WRONLY | os.O_RDWR):
                return
        elif event in ("os.rename", "os.mkdir") or (event in ("os.remove", "os.rmdir") and not strike.full):
            path = given[0]
        else:
            return
        if not isinstance(path, str) or strike.below not in path or path == str(mark):
            return
        seen += 1
        if seen != strike.number:
            return
        if strike.full:
            os.close(os.open(mark, os.O_CREAT))
            raise OSError(28, "No space left on device", path)
        if not strike.writes:
            end()
        sys.setprofile(count_writes)

    return watch
