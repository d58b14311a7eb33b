"""The configuration: one documented TOML file, every mistake in it named at once."""

import datetime as dt
from pathlib import Path

from hotspots.checks import InputError, Problems, read_text
from hotspots.files.own_toml import parse_toml
from hotspots.files.toml_lines import line_at, locate_keys
from hotspots.files.typed_tables import read_table
from hotspots.reading.problem_profiles import load_profile
from maps.config.kinds import Context, expand_names
from maps.config.other_faults import list_faults
from maps.config.settings import Config, Plans, Settings


def read_config(path: str | Path) -> Config:
    """Read and check a configuration file."""
    path = Path(path)
    if path.is_dir():
        inside = [*path.glob("partnership.toml"), *sorted(path.glob("*.toml")), path / "NAME.toml"]
        raise InputError("The configuration is a file, and this is a folder", given=str(path), advice=str(inside[0]))
    text = read_text(path, what="The configuration")
    advice = "compare that line with the example that `hotspots demo` uses"
    raw = parse_toml(text, name=path.name, what="The configuration", advice=advice)
    problems = Problems(f"The configuration {path.name} has problems")
    folder, as_of = path.parent.resolve(), raw.get("as_of") or dt.datetime.now(tz=dt.UTC).date()
    settings = read_table(Settings, raw, problems, text=text, context=Context(folder, as_of))
    for name, profile in settings.profiles.items():
        try:
            load_profile(profile, name=name)
        except InputError as error:
            problems.add(f"line {line_at(locate_keys(text), ('profiles', name))}: {error}")
    named = [settings.incidents.files, *(source.files for source in settings.sources.values())]
    files = list(dict.fromkeys(file for names in named for file in expand_names(names, folder)))
    planning = settings.plans if isinstance(settings.plans, Plans) else Plans.holding({"folder": settings.plans})
    held = {**dict(settings), "plans": planning.folder, "planning": planning, "path": path.resolve(), "files": files}
    config = Config.holding(held)
    if problems.found:  # then all at once, those of the files too
        for fault in list_faults(config):
            problems.add(fault)
    problems.raise_any()
    return config
