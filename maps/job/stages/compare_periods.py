"""Say what changed, and all else that a run says of time."""

from dataclasses import replace

from maps.job.compare import add_changes, add_trends, choice_of
from maps.job.job import Job
from maps.job.periods import tell_periods
from maps.job.read_records import time_records
from maps.job.stages.weigh import weigh_all


def compare_periods(job: Job) -> Job:
    """Add the dated records, what changed at each hotspot and overall, and its trend."""
    config, timed, placed = job.config, job.history, job.read.large is None
    if not placed:
        timed = weigh_all(time_records(job.read, job.incidents, job.spots, job.areas), config)
    chosen_on = choice_of(config.hotspots, job.incidents if placed else timed, as_of=job.as_of)
    spots = add_changes(job.spots, timed, given=config.changes, selected_on=chosen_on, as_of=job.as_of)
    changed = [sentence for sentence in spots.attrs.pop("change", []) if sentence]
    told = {"ground": job.ground, "as_of": job.as_of, "placed": placed, "chosen_on": chosen_on}
    periods = tell_periods(config, timed, spots, job.areas, **told)
    spots = add_trends(spots, periods.spot_trends)
    return replace(job, timed=timed, spots=spots, changed=changed, periods=periods)
