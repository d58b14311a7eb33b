"""The whole job in memory: stage by stage, from a configuration to everything that is then written."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from hotspots.checks import announce
from maps.common.progress import Steps
from maps.config.settings import Config
from maps.job.job import YET, Job
from maps.job.patrols_and_cameras import check_deploy
from maps.job.problem_lists import read_profiles
from maps.job.stages.add_context import add_context
from maps.job.stages.attach import attach
from maps.job.stages.compare_chance import compare_chance
from maps.job.stages.compare_periods import compare_periods
from maps.job.stages.find import find
from maps.job.stages.find_problems import find_problems
from maps.job.stages.read import read
from maps.job.stages.send import send
from maps.job.stages.weigh import weigh

Stage = Callable[[Job], Job]
# what is said as each begins, and the stage
STAGES: dict[str, Stage] = {
    "Reading the records": read,
    "Weighing the records": weigh,
    "Attaching areas": attach,
    "Finding hotspots": find,
    "Finding the hotspots of each problem": find_problems,
    "Comparing with chance": compare_chance,
    "Comparing periods": compare_periods,
    "": add_context,
    "Choosing patrols and camera sites": send,  # along the streets that lie under the map
}


def do_job(
    config: Config,
    steps: Steps,
    *,
    spill: Path | None = None,
    wanted: Callable[[Stage, Job], bool] = lambda stage, job: True,
) -> Job:
    """Take the job through its stages; nothing is written."""
    job = Job(config, _as_of(config), spill)
    read_profiles(config.profiles)  # what is wrong with them is said before any work
    check_deploy(config.patrols, config.cameras)
    for title, stage in STAGES.items():
        if not wanted(stage, job):
            continue
        if title:
            steps.say(title)
        job = stage(job)
    return replace(job, read=YET)  # a large table is done with


def _as_of(config: Config) -> dt.date:
    if config.as_of:
        return config.as_of
    today = dt.datetime.now(tz=dt.UTC).date()
    announce(f"The configuration gives no as_of: the run stands for today, {today}.")
    return today
