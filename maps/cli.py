"""The command line. What a user can cause ends with exit 2 and one paragraph, never a traceback."""

import argparse
import gc
import logging
import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

from hotspots.checks import InputError
from maps.common.console import safe_console
from maps.common.memory import explain_limit
from maps.common.swap_folder import explain_os_error

SELDOM = 500_000  # new objects between two looks for rubbish
EXAMPLES = """examples:
  hotspots init our-folder                    a folder to start in
  hotspots demo --out leeds-demo              the whole job on the example data
  hotspots check 2018-07-force-street.csv     what would not be used, and why
  hotspots run partnership.toml --out july    the whole job on your own data
  hotspots months partnership.toml --from 2018-01 --to 2018-08 --out lists
  hotspots pack partnership.toml --area ward:Armley --out armley
  hotspots assess plans/SE30.toml --incidents later/*.csv --out judged
  hotspots delivered log.csv --patrols july --out ledger
  hotspots plans plans --check                what of the team's plans people must settle"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0, or 2 for anything the user can put right."""
    given = sys.argv[1:] if argv is None else argv
    with safe_console():
        if given:
            return _do(_build_parser().parse_args(given))
        _build_parser().print_help()
    return 0


def _do(options: argparse.Namespace) -> int:
    if short := explain_limit():
        return _fail(short)
    # points are no rubbish: to look for it among millions of them takes a tenth of a large run
    often = gc.get_threshold()
    gc.set_threshold(SELDOM, *often[1:])
    try:
        with _say_choices():
            _call(options)
    except InputError as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(str(explain_os_error(error, Path(getattr(options, "out", None) or "."))))
    except MemoryError:
        return _fail("There is not enough memory for this. Try: fewer months at once, or a smaller area.")
    except KeyboardInterrupt:
        print("Stopped: nothing was written.", file=sys.stderr)
        return 130
    finally:
        gc.set_threshold(*often)
    return 0


def _fail(paragraph: str) -> int:
    print("Error: " + " ".join(paragraph.split()), file=sys.stderr)
    return 2


class _Once(logging.Filter):
    """Let each message pass one time."""

    def __init__(self) -> None:
        super().__init__()
        self.said: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        new = message not in self.said
        self.said.add(message)
        return new


class _say_choices:  # noqa: N801  (used like a function)
    """Print choices made for the user, and what a library says of a file, each once, while a command runs."""

    def __enter__(self) -> None:
        self.warned, warnings.showwarning = warnings.showwarning, self._note
        self.log = logging.getLogger("safer_hotspots")
        self.handler = logging.StreamHandler()
        self.handler.setFormatter(logging.Formatter("Note: %(message)s"))
        self.handler.addFilter(_Once())
        self.log.addHandler(self.handler)
        self.before, self.log.propagate = self.log.propagate, False

    def _note(
        self, message: Warning | str, category: type[Warning], filename: str, lineno: int, *rest: Any, **more: Any
    ) -> None:
        if not issubclass(category, FutureWarning | DeprecationWarning):  # for programmers
            self.log.warning(str(message).partition("\n")[0])

    def __exit__(self, *error: object) -> None:
        warnings.showwarning = self.warned
        self.log.removeHandler(self.handler)
        self.log.propagate = self.before


Argument = tuple[tuple[str, ...], dict[str, Any]]


def _arg(name: str, metavar: str | None, words: str, **how: Any) -> Argument:
    return (name,), {"help": words} | ({"metavar": metavar} if metavar else {}) | how


_CONFIG = _arg("config_path", "CONFIG.toml", "the configuration")
_OUT = _arg("--out", "DIR", "folder to write (replaced whole)", required=True)
_OUT_ONCE = _arg("--out", "DIR", "folder to write", required=True)
_LAYOUT = _arg("--layout", "L", "how the columns are named", default="police.uk")
_SEVERAL: dict[str, Any] = {"nargs": "+", "required": True}
_LATER = "records of the response and of the months it is compared with"
_DRAW = (_CONFIG, _arg("--results", "RESULTS", "the run whose first hotspots are tried", required=True), _OUT_ONCE)
_JUDGE = (
    _arg("record", "TRIAL.toml", "the trial that was drawn"),
    _arg("--incidents", "FILE", "records of its days", dest="files", **_SEVERAL),
    _LAYOUT,
    _arg("--profile", "P", "who the page is for: open, internal, partner, public"),
    _arg("--visits", "LOG.csv", "log of patrol visits: what was delivered"),
    _arg("--columns", "L.toml", "names of that log's columns"),
    _OUT_ONCE,
)
_AIM = "what would be success; more: after a campaign; else as the plan's target says"
_WEEKS = "results of the runs that timetabled these visits, one a week; with --visits"
_OVERLAP = "go on although the months before the response chose the place; the result says so"
_ASSESS = (
    _arg("record", "PLAN.toml", "an open plan, from the folder of plans"),
    _arg("--incidents", "FILE", _LATER, dest="files", **_SEVERAL),
    _arg("--scheme", "S", "harm scheme", default="cchi-2026"),
    _arg("--start", "DATE", "first day of the response, where the plan does not say"),
    _arg("--end", "DATE", "last day of the response"),
    _arg("--as-of", "DATE", "day of the assessment"),
    _arg("--baseline", "WINDOW", "months before, as 2018-04..2018-06; else the same a year earlier"),
    _arg("--direction", None, _AIM, choices=("fewer", "more", "either")),
    _arg("--calendar", "FILE", "what else happened, as CSV or .ics", nargs="+", default=[]),
    _arg("--visits", "LOG.csv", "log of patrol visits: what was delivered opens the assessment"),
    _arg("--patrols", "RESULTS", _WEEKS, nargs="+", default=[]),
    _arg("--allow-overlap", None, _OVERLAP, action="store_true"),
    _OUT,
    _LAYOUT,
)
_STRETCHES = "results of the runs that timetabled these visits, one for each stretch of days"
_PERIODS = ("month", "quarter", "year", "week", "day", "all")
_DELIVERED = (
    _arg("log", "LOG.csv", "log of visits, or of GPS points"),
    _arg("--patrols", "RESULTS", _STRETCHES, dest="results", **_SEVERAL),
    _arg("--columns", "L.toml", "names of the log's and the return's columns", dest="layout"),
    _arg("--every", None, "period of a row", default="month", choices=_PERIODS),
    _arg("--profile", None, "for whom it is", default="internal", choices=("internal", "partner")),
    _OUT,
)
_ACTION = "close, reopen or open one; else the register is printed"
_PLACE = "which: a reference, a file or words of its title; to open one, what drafts may hold"
_PLANS = (
    _arg("folder", "FOLDER", "the folder of plans, or its CONFIG.toml"),
    _arg("action", "ACTION", _ACTION, nargs="?", choices=("close", "reopen", "open")),
    _arg("place", "PLACE", _PLACE, nargs="?"),
    _arg("--check", None, "print only what people must settle", action="store_true"),
    _arg("--as-of", "DATE", "the day; else today"),
    _arg("--verdict", "WORDS", "of a closing: continue, adjust or stop"),
    _arg("--reason", "WORDS", "why it is closed, or open again"),
    _arg("--lessons", "WORDS", "what the next plan should know"),
    _arg("--signed-off", "ROLE", "who agreed to close it, by role"),
    _arg("--reviewed-by", "ROLE", "the supervisor who reviewed it, by role"),
)
_STREETS = (
    _arg("what", "WHAT", "streets", choices=("streets",)),
    _arg("config", "CONFIG.toml", "says where"),
    _arg("--service", "URL", "another address than Ordnance Survey's"),
)
_FILES = _arg("files", "FILE", "records: files, folders or zips", nargs="+")
_GRID = _arg("--grid", "EPSG:CODE", "the grid in metres; else the British one")
_CHECK = (_FILES, _GRID, _LAYOUT)
_AREA = _arg("--area", "LAYER:NAME", "such as ward:Armley", required=True)
_FOLDER = _arg("folder", "DIR", "the new folder")
_RUN = (
    _CONFIG,
    _arg("--as-of", "DATE", "the day it stands for; else the configuration's"),
    _arg("--window", "W", "dates the list is made of, such as 'last 12 months'"),
    _OUT,
)
_MONTHS = (
    _CONFIG,
    _arg("--from", "MONTH", "such as 2018-01", dest="first", required=True),
    _arg("--to", "MONTH", "the last one", dest="last", required=True),
    _OUT,
)
Commands = dict[str, tuple[str, str, Sequence[Argument]]]
# each: what it is for, the function in `maps.commands` that does it, and its parameters as they are typed
COMMANDS: Commands = {
    "run": ("the whole job, from a configuration", "run:run_job", _RUN),
    "months": ("one list a month, each with the references of the last", "months:run_months", _MONTHS),
    "demo": ("the same, on the example data (Leeds, three Julys)", "run:run_demo", (_OUT,)),
    "check": ("what would not be used, and why; writes nothing", "run:check_inputs", _CHECK),
    "assess": ("did it work? fill a plan's Assessment from later data", "assess:assess_job", _ASSESS),
    "delivered": ("the ledger of patrols: by agency, place and shift", "delivered:account_delivery", _DELIVERED),
    "pack": ("the pack for one group's meeting", "pack:pack_job", (_CONFIG, _AREA, _OUT)),
    "plans": ("the register of plans; close, reopen or open one", "plans:plans_job", _PLANS),
    "trial": ("days with and without patrols, drawn and judged", "", ()),
    "init": ("a folder to start in, with a commented configuration", "init:start_folder", (_FOLDER,)),
    "download": ("open streets for the ground under the map", "download:download_streets", _STREETS),
}
STEPS: Commands = {
    "draw": ("before the first day: draw the days of [trial] and fix them", "trial:draw_job", _DRAW),
    "judge": ("when it is over: what the days on and off show", "trial:judge_job", _JUDGE),
}


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hotspots",
        description="Crime and anti-social behaviour hotspots: found, scored, mapped and planned for.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"safer-hotspots {version('safer-hotspots')}")
    made = _add_all(parser.add_subparsers(title="commands", required=True, metavar="COMMAND"), COMMANDS)
    trial = made["trial"].add_subparsers(title="steps", required=True, metavar="STEP", help="draw or judge")
    _add_all(trial, STEPS)
    return parser


def _add_all(commands: Any, table: Commands) -> dict[str, Any]:
    made = {name: commands.add_parser(name, help=purpose) for name, (purpose, *_) in table.items()}
    for name, (_, does, arguments) in table.items():
        made[name].set_defaults(command=does)
        for names, how in arguments:
            made[name].add_argument(*names, **how)
    return made


def _call(options: argparse.Namespace) -> None:
    given = {name: value for name, value in vars(options).items() if name not in ("command", "what")}
    module, _, name = options.command.partition(":")
    getattr(import_module(f"maps.commands.{module}"), name)(**given)


if __name__ == "__main__":
    sys.exit(main())
