"""The command line. What a user can cause ends with exit 2 and one paragraph, never a traceback."""

from __future__ import annotations

import argparse
import gc
import logging
import sys
import warnings
from collections.abc import Sequence
from importlib.metadata import version
from importlib.resources import as_file, files
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
            options.command(options)
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
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        *rest: Any,
        **more: Any,
    ) -> None:
        if not issubclass(category, FutureWarning | DeprecationWarning):  # for programmers
            self.log.warning(str(message).partition("\n")[0])

    def __exit__(self, *error: object) -> None:
        warnings.showwarning = self.warned
        self.log.removeHandler(self.handler)
        self.log.propagate = self.before


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hotspots",
        description="Crime and anti-social behaviour hotspots: found, scored, mapped and planned for.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"safer-hotspots {version('safer-hotspots')}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="the whole job, from a configuration")
    run.add_argument("config", metavar="CONFIG.toml", type=Path, help="the configuration")
    run.set_defaults(command=_run)

    run.add_argument("--as-of", metavar="DATE", help="the day it stands for; else the configuration's")
    run.add_argument("--window", metavar="W", help="dates the list is made of, such as 'last 12 months'")

    months = commands.add_parser("months", help="one list a month, each with the references of the last")
    months.add_argument("config", metavar="CONFIG.toml", type=Path, help="the configuration")
    months.add_argument("--from", dest="first", metavar="MONTH", required=True, help="such as 2018-01")
    months.add_argument("--to", dest="last", metavar="MONTH", required=True, help="the last one")
    months.set_defaults(command=_months)

    demo = commands.add_parser("demo", help="the same, on the example data (Leeds, three Julys)")
    demo.set_defaults(command=_demo)

    check = commands.add_parser("check", help="what would not be used, and why; writes nothing")
    check.add_argument("files", metavar="FILE", nargs="+", help="records: files, folders or zips")
    check.set_defaults(command=_check)

    assess = commands.add_parser("assess", help="did it work? fill a plan's Assessment from later data")
    _add_assess(assess)
    assess.set_defaults(command=_assess)

    delivered = commands.add_parser("delivered", help="the ledger of patrols: by agency, place and shift")
    _add_delivered(delivered)
    delivered.set_defaults(command=_delivered)

    pack = commands.add_parser("pack", help="the pack for one group's meeting")
    pack.add_argument("config", metavar="CONFIG.toml", type=Path, help="the configuration")
    pack.add_argument("--area", metavar="LAYER:NAME", required=True, help="such as ward:Armley")
    pack.set_defaults(command=_pack)

    plans = commands.add_parser("plans", help="the register of plans; close, reopen or open one")
    _add_plans(plans)
    plans.set_defaults(command=_plans)

    _add_trial(commands.add_parser("trial", help="days with and without patrols, drawn and judged"))

    init = commands.add_parser("init", help="a folder to start in, with a commented configuration")
    init.add_argument("folder", metavar="DIR", type=Path, help="the new folder")
    init.set_defaults(command=_init)

    download = commands.add_parser("download", help="open streets for the ground under the map")
    download.add_argument("what", metavar="WHAT", choices=("streets",), help="streets")
    download.add_argument("config", metavar="CONFIG.toml", type=Path, help="says where")
    download.add_argument("--service", metavar="URL", help="another address than Ordnance Survey's")
    download.set_defaults(command=_download)

    for command in (run, months, demo, assess, delivered, pack):
        folder = "folder to write (replaced whole)"
        command.add_argument("--out", metavar="DIR", type=Path, required=True, help=folder)
    check.add_argument("--grid", metavar="EPSG:CODE", help="the grid in metres; else the British one")
    for command in (check, assess):
        command.add_argument("--layout", metavar="L", default="police.uk", help="how the columns are named")
    return parser


def _add_assess(assess: argparse.ArgumentParser) -> None:
    assess.add_argument("plan", metavar="PLAN.toml", type=Path, help="an open plan, from the folder of plans")
    records = "records of the response and of the months it is compared with"
    assess.add_argument("--incidents", metavar="FILE", nargs="+", required=True, help=records)
    assess.add_argument("--scheme", metavar="S", default="cchi-2026", help="harm scheme")
    assess.add_argument(
        "--start", metavar="DATE", help="first day of the response, where the plan does not say"
    )
    assess.add_argument("--end", metavar="DATE", help="last day of the response")
    assess.add_argument("--as-of", metavar="DATE", help="day of the assessment")
    assess.add_argument(
        "--baseline",
        metavar="WINDOW",
        help="months before, as 2018-04..2018-06; else the same a year earlier",
    )
    assess.add_argument(
        "--direction",
        choices=("fewer", "more", "either"),
        help="what would be success; more: after a campaign; else as the plan's target says",
    )
    assess.add_argument(
        "--calendar", metavar="FILE", nargs="+", default=[], help="what else happened, as CSV or .ics"
    )
    log = "log of patrol visits: what was delivered opens the assessment"
    assess.add_argument("--visits", metavar="LOG.csv", help=log)
    results = "results of the runs that timetabled these visits, one a week; with --visits"
    assess.add_argument("--patrols", metavar="RESULTS", nargs="+", default=[], help=results)
    assess.add_argument(
        "--allow-overlap",
        action="store_true",
        help="go on although the months before the response chose the place; the result says so",
    )


def _add_plans(plans: argparse.ArgumentParser) -> None:
    plans.add_argument("folder", metavar="FOLDER", type=Path, help="the folder of plans, or its CONFIG.toml")
    action = "close, reopen or open one; else the register is printed"
    plans.add_argument(
        "action", nargs="?", choices=("close", "reopen", "open"), metavar="ACTION", help=action
    )
    place = "which: a reference, a file or words of its title; to open one, what drafts may hold"
    plans.add_argument("place", nargs="?", metavar="PLACE", help=place)
    plans.add_argument("--check", action="store_true", help="print only what people must settle")
    plans.add_argument("--as-of", metavar="DATE", help="the day; else today")
    plans.add_argument("--verdict", metavar="WORDS", help="of a closing: continue, adjust or stop")
    plans.add_argument("--reason", metavar="WORDS", help="why it is closed, or open again")
    plans.add_argument("--lessons", metavar="WORDS", help="what the next plan should know")
    plans.add_argument("--signed-off", metavar="ROLE", help="who agreed to close it, by role")
    plans.add_argument("--reviewed-by", metavar="ROLE", help="the supervisor who reviewed it, by role")


def _add_delivered(delivered: argparse.ArgumentParser) -> None:
    delivered.add_argument("log", metavar="LOG.csv", help="log of visits, or of GPS points")
    results = "results of the runs that timetabled these visits, one for each stretch of days"
    delivered.add_argument("--patrols", metavar="RESULTS", nargs="+", required=True, help=results)
    delivered.add_argument("--columns", metavar="L.toml", help="names of the log's and the return's columns")
    periods = ("month", "quarter", "year", "week", "day", "all")
    delivered.add_argument("--every", default="month", choices=periods, help="period of a row")
    readers = ("internal", "partner")
    delivered.add_argument("--profile", default="internal", choices=readers, help="for whom it is")


def _delivered(options: argparse.Namespace) -> None:
    from maps.commands.delivered import account_delivery

    account_delivery(
        options.log,
        options.patrols,
        options.out,
        layout=options.columns,
        every=options.every,
        profile=options.profile,
    )


def _add_trial(trial: argparse.ArgumentParser) -> None:
    steps = trial.add_subparsers(title="steps", required=True, metavar="STEP", help="draw or judge")
    draw = steps.add_parser("draw", help="before the first day: draw the days of [trial] and fix them")
    draw.add_argument("config", metavar="CONFIG.toml", type=Path, help="the configuration")
    places = "the run whose first hotspots are tried"
    draw.add_argument("--results", metavar="RESULTS", type=Path, required=True, help=places)
    draw.set_defaults(command=_draw_trial)
    judge = steps.add_parser("judge", help="when it is over: what the days on and off show")
    judge.add_argument("trial", metavar="TRIAL.toml", type=Path, help="the trial that was drawn")
    judge.add_argument("--incidents", metavar="FILE", nargs="+", required=True, help="records of its days")
    judge.add_argument("--layout", metavar="L", default="police.uk", help="how the columns are named")
    judge.add_argument("--profile", metavar="P", help="who the page is for: open, internal, partner, public")
    judge.add_argument("--visits", metavar="LOG.csv", help="log of patrol visits: what was delivered")
    judge.set_defaults(command=_judge_trial)
    for step in (draw, judge):
        step.add_argument("--out", metavar="DIR", type=Path, required=True, help="folder to write")


def _draw_trial(options: argparse.Namespace) -> None:
    from maps.commands.trial import draw_job

    draw_job(options.config, options.results, options.out)


def _judge_trial(options: argparse.Namespace) -> None:
    from maps.commands.trial import judge_job

    given = {"layout": options.layout, "profile": options.profile, "visits": options.visits}
    judge_job(options.trial, options.incidents, options.out, **given)


def _run(options: argparse.Namespace) -> None:
    from maps.commands.run import run_job

    run_job(options.config, options.out, as_of=options.as_of, window=options.window)


def _months(options: argparse.Namespace) -> None:
    from maps.commands.months import run_months

    run_months(options.config, options.out, first=options.first, last=options.last)


def _demo(options: argparse.Namespace) -> None:
    from maps.commands.run import run_job

    with as_file(files("maps") / "demo") as folder:
        run_job(folder / "leeds.toml", options.out)


def _check(options: argparse.Namespace) -> None:
    from maps.commands.run import check_inputs

    check_inputs(options.files, layout=options.layout, grid=options.grid)


def _assess(options: argparse.Namespace) -> None:
    from maps.commands.assess import assess_job

    assess_job(
        options.plan,
        options.incidents,
        options.out,
        layout=options.layout,
        scheme=options.scheme,
        start=options.start,
        end=options.end,
        as_of=options.as_of,
        baseline=options.baseline,
        direction=options.direction,
        calendar=options.calendar,
        visits=options.visits,
        patrols=options.patrols,
        allow_overlap=options.allow_overlap,
    )


def _pack(options: argparse.Namespace) -> None:
    from maps.commands.pack import pack_job

    pack_job(options.config, options.out, area=options.area)


def _plans(options: argparse.Namespace) -> None:
    from maps.commands.plans import plans_job

    named = ("verdict", "reason", "lessons", "signed_off", "reviewed_by")
    words = {name: getattr(options, name) or "" for name in named}
    given = {"check": options.check, "as_of": options.as_of, "words": words}
    plans_job(options.folder, options.action, options.place, **given)


def _download(options: argparse.Namespace) -> None:
    from maps.commands.download import SERVICE, download_streets

    download_streets(options.config, service=options.service or SERVICE)


def _init(options: argparse.Namespace) -> None:
    from maps.commands.init import start_folder

    config = start_folder(options.folder)
    print(f'Written: {config}\nNext: hotspots run "{config}" --out "{config.parent / "results"}"')


if __name__ == "__main__":
    sys.exit(main())
