"""The commands: run a configuration into a folder, or check files and write nothing."""

from collections.abc import Sequence
from importlib.resources import as_file, files
from pathlib import Path

import pandas as pd

from hotspots import describe_records, read_incidents, tabulate_rejects
from hotspots.change.one_judgement import one_judgement
from hotspots.checks import SCHEME, InputError
from hotspots.common.sentence_rules import note_sentences
from hotspots.common.windows import read_day, read_window
from hotspots.common.wording import SMALL_BASE, say_count, say_percentage
from hotspots.reading.layout_fit import describe_fit, fit_layout
from hotspots.reading.rejects import sum_causes
from maps.common.progress import show_steps
from maps.common.swap_folder import clear_errors, replace_folder
from maps.config.other_faults import join_faults
from maps.config.read import read_config
from maps.config.settings import Config
from maps.job.do_job import do_job
from maps.job.job import Job
from maps.job.read_records import number_of
from maps.results.manifest import list_inputs_of, refuse_changed, refuse_overlap
from maps.results.write_job import say_sure, write_job

STEPS = 12


def run_job(config_path: str | Path, out: str | Path, *, as_of: str | None = None, window: str | None = None) -> Job:
    """Run the whole job and swap its results in for ``out``, for another day or other dates where asked."""
    config = stand_for(read_config(config_path), as_of=as_of, window=window)
    return run_config(config, Path(out))


def stand_for(config: Config, *, as_of: str | None, window: str | None) -> Config:
    """Let a configuration stand for another day, and list other dates."""
    if as_of is not None:
        config = config.changed(as_of=read_day(as_of, "--as-of").date())
    if window is not None:
        read_window(window, as_of=config.as_of or pd.Timestamp.now())
        config = config.changed(incidents=config.incidents.changed(without=("since", "until"), window=window))
    return config


@one_judgement()
@note_sentences()
def run_config(config: Config, out: Path) -> Job:
    """Run the whole job of a configuration that was read."""
    refuse_overlap(config, out)
    with show_steps(STEPS) as steps, replace_folder(out) as folder, clear_errors(out):
        before = list_inputs_of(config)
        try:
            job = do_job(config, steps, spill=folder)
        except InputError as error:
            raise join_faults(error, config) from error
        write_job(job, folder, before, steps, results=[config.hotspots.previous, out])
        refuse_changed(before, list_inputs_of(config))
    print(summarise_job(job, out))
    return job


def run_demo(out: str | Path) -> Job:
    """Run the job on the example data that comes with the package."""
    with as_file(files("maps") / "demo") as folder:
        return run_job(folder / "leeds.toml", out)


def summarise_job(job: Job, out: Path) -> str:
    """Say on the console what was read, where it lies and what was found."""
    used, lost = job.used or number_of(job.incidents), sum_causes(job.rejects)
    causes = ", ".join(f"{n:,} {cause}" for cause, n in lost.items())
    lines = [
        f"{say_count(used + lost.sum(), 'row')} read = {used:,} used + {lost.sum():,} not used"
        + (f" ({causes})" if causes else ""),
        *(
            f"{layer}: {row['accepted']:,} = {row['inside']:,} inside + {row['tie']:,} tie + "
            f"{row['nearest']:,} nearest + {row['outside']:,} outside"
            for layer, row in job.reconciliation.astype(int).to_dict(orient="index").items()
        ),
        *job.reconciliation.attrs.get("outside", []),
        say_held(job),
        *say_sure(job),
        f"Open {out / 'map.html'}",
    ]
    return "\n".join(lines)


def say_held(job: Job) -> str:
    """Say what share of the records, and of the harm by a named scheme, the hotspots hold."""
    hold = "hotspot holds" if len(job.spots) == 1 else "hotspots hold"
    held = [say_percentage(job.spots[c].sum(), decimals=1) for c in ("share_of_incidents", "share_of_harm")]
    if (total := number_of(job.incidents)) < SMALL_BASE:
        some = round(job.spots["incidents"].sum())
        return f"{len(job.spots):,} {hold} {some:,} of {say_count(total, 'record')}"
    said = f"{len(job.spots):,} {hold} {held[0]} of the records"
    if not job.spots["share_of_harm"].notna().any():
        return said
    scheme = job.incidents.attrs.get(SCHEME, "")
    return f"{said} and {held[1]} of the harm by {scheme}"


def check_inputs(files: Sequence[str], *, layout: str, grid: str | None = None) -> None:
    """Print what would not be used of these files, and why; write nothing."""
    for sentence in describe_fit(fit_layout(list(files), layout=layout)):
        print(sentence)
    incidents, rejects = read_incidents(list(files), layout=layout, crs=grid)
    table = tabulate_rejects(incidents, rejects)
    for file, rows in table.groupby("file", sort=False):
        first = rows.iloc[0]
        print(f"{file}: {first['rows']:,} rows, {first['accepted']:,} usable")
        for row in rows[rows["cause"].ne("")].itertuples():
            print(f"    {row.rejected:,} {row.cause} (for example {row.example})")
    print(f"In all {len(incidents) + len(rejects):,} rows = {len(incidents):,} usable + {len(rejects):,} not.")
    for sentence in describe_records(incidents, rejects):
        print(sentence)
    if incidents.empty:
        causes = "; ".join(f"{n:,} rows: {cause}" for cause, n in sum_causes(rejects).items())
        raise InputError(
            "No row of these files can be used",
            given=causes or "files without rows",
            advice="see the examples above, then mend the layout or the export",
        )
