"""The command line. What a user can cause ends with exit 2 and one paragraph, never a traceback."""

import argparse
import gc
import logging
import sys
import tomllib
import warnings
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from hotspots.checks import InputError
from maps.common.console import safe_console
from maps.common.memory import explain_limit
from maps.common.swap_folder import explain_os_error

SELDOM = 500_000  # new objects between two looks for rubbish
TYPED = tomllib.loads((files("maps.commands") / "commands.toml").read_text(encoding="utf-8"))


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


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hotspots",
        description="Crime and anti-social behaviour hotspots: found, scored, mapped and planned for.",
        epilog=TYPED["examples"],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"safer-hotspots {version('safer-hotspots')}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_all(commands, TYPED["commands"], TYPED["shared"])
    return parser


def _add_all(commands: Any, table: dict[str, Any], shared: dict[str, Any]) -> None:
    for name, given in table.items():
        made = commands.add_parser(name, help=given["purpose"])
        made.set_defaults(command=given.get("does", ""))
        for one in given.get("arguments", ()):
            how = dict(shared[one] if isinstance(one, str) else one)
            made.add_argument(how.pop("name"), **how)
        if "steps" in given:
            words = " or ".join(given["steps"])
            _add_all(
                made.add_subparsers(title="steps", required=True, metavar="STEP", help=words), given["steps"], shared
            )


def _call(options: argparse.Namespace) -> None:
    given = {name: value for name, value in vars(options).items() if name not in ("command", "what")}
    module, _, name = options.command.partition(":")
    getattr(import_module(f"maps.commands.{module}"), name)(**given)


if __name__ == "__main__":
    sys.exit(main())
