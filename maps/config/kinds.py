"""What a value of the configuration may be: files, dates, periods, numbers above 0."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from annotated_types import Ge, Gt, Le
from pydantic import AfterValidator, BeforeValidator, ValidationInfo

from hotspots.checks import InputError
from hotspots.common.windows import read_window, read_windows
from hotspots.files.named_files import expand, has_magic

NO_COUNTS = "no counts"  # what "agreed_on" says where counts had no part in the choice
FROM_HERE = "paths start at the configuration's folder"


@dataclass(frozen=True)
class Context:
    """Where a configuration stands, and the day it stands for."""

    folder: Path
    as_of: Any


def _of(info: ValidationInfo) -> Context:
    context: Any = info.context
    assert isinstance(context, Context)
    return context


def _located(name: str, info: ValidationInfo) -> Path:
    return Path(_of(info).folder / name)


def _there(name: str, info: ValidationInfo) -> Path:
    path = _located(name, info)
    if not path.exists():
        raise InputError("{key} names no such file or folder", given=name, advice=FROM_HERE)
    return path


def _own(name: str, info: ValidationInfo) -> str | Path:
    """Path of a file of the user's, or the name of something that comes with the tool."""
    return _there(name, info) if name.endswith((".csv", ".toml")) else name


def _all_there(names: str | list[str], info: ValidationInfo) -> list[Path]:
    return [_there(name, info) for name in ([names] if isinstance(names, str) else names)]


def expand_names(names: str | list[str] | None, folder: Path) -> list[Path]:
    """Files that names and patterns stand for, in a fixed order."""
    listed = [names] if isinstance(names, str) else names or []
    return [path.resolve() for name in listed for path in expand(folder / name)]


def _found(names: str | list[str], info: ValidationInfo) -> str | list[str]:
    """Check that names and patterns of records stand for something; they stay as they are written."""
    lost = [name for name in ([names] if isinstance(names, str) else names) if not _finds(name, info)]
    if lost:
        raise InputError("{key} names no such file or folder", given=", ".join(lost), advice=FROM_HERE)
    return names


def _finds(name: str, info: ValidationInfo) -> bool:
    target = _located(name, info)
    return bool(expand(target)) if has_magic(name) else target.exists()


def _day(value: dt.date | str) -> dt.date:
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError as error:
        raise InputError("{key} is not a date", given=repr(value), advice="2018-07-31") from error


def _without_time(value: Any) -> Any:
    return value.date() if isinstance(value, dt.datetime) else value


def _period(value: str, info: ValidationInfo) -> str:
    read_window(value, as_of=_of(info).as_of)
    return value


def _periods(value: Any, info: ValidationInfo) -> Any:
    try:
        if value != NO_COUNTS:
            read_windows(value, as_of=_of(info).as_of)
    except InputError as error:
        advice = f'{error.advice}, or "{NO_COUNTS}"'
        raise InputError(error.problem, given=error.given, advice=advice) from error
    return value


def _pair(value: Any, info: ValidationInfo) -> Any:
    """Check a pair of periods, each a window or a list of them."""
    if not isinstance(value, list) or len(value) != 2:
        advice = '[["2016-07", "2017-07"]]'
        raise InputError("{key} must hold pairs of periods", given=repr(value), advice=advice)
    for windows in value:
        read_windows(windows, as_of=_of(info).as_of)
    return value


def _dated(value: Any) -> Any:
    """Check when an entry of a calendar was: a date, a month, a span, or a list of them."""
    wrong: list[InputError] = []
    for one in value if isinstance(value, list) else [value]:
        try:
            read_window(str(one) if isinstance(one, dt.date) else one)
        except InputError as error:
            wrong.append(error)
    if wrong:
        given = ", ".join(error.given for error in wrong)
        raise InputError(f"{{key}}: {wrong[0].problem}", given=given, advice=wrong[0].advice)
    return value


MOST = 1_000_000_000  # what is more is no number of anything here
Number = Annotated[int, Ge(-MOST), Le(MOST)] | Annotated[float, Ge(-MOST), Le(MOST)]
Positive = Annotated[int, Gt(0), Le(MOST)] | Annotated[float, Gt(0), Le(MOST)]  # whole numbers stay whole
NotNegative = Annotated[int, Ge(0), Le(MOST)] | Annotated[float, Ge(0), Le(MOST)]
AtLeastOne = Annotated[int, Ge(1), Le(MOST)] | Annotated[float, Ge(1), Le(MOST)]
Share = Annotated[int, Ge(0), Le(1)] | Annotated[float, Ge(0), Le(1)]
Whole = Annotated[int, Gt(0), Le(MOST)]
Count = Annotated[int, Ge(0), Le(MOST)]

# on the left what a program is given, on the right what may be written
if TYPE_CHECKING:
    File: TypeAlias = Path
    Folder: TypeAlias = Path
    Own = str | Path
    Files = list[Path]
    Names = str | list[str]
    Day = dt.date
    Period = str
    Periods = str | list[str]
    Pairs = list[list[str]]
    Entries = dict[str, Any]
else:
    File = Annotated[str, AfterValidator(_there)]
    Folder = Annotated[str, AfterValidator(_located)]
    Own = Annotated[str, AfterValidator(_own)]
    Files = Annotated[str | list[str], AfterValidator(_all_there)]
    Names = Annotated[str | list[str], AfterValidator(_found)]
    Day = Annotated[dt.date | str, BeforeValidator(_without_time), AfterValidator(_day)]
    Period = Annotated[str, AfterValidator(_period)]
    Periods = Annotated[str | list, AfterValidator(_periods)]
    Pairs = list[Annotated[Any, AfterValidator(_pair)]]
    Entries = dict[str, Annotated[Any, AfterValidator(_dated)]]
