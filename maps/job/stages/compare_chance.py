"""Say beside the concentration what chance alone would show, and try the choice."""

from dataclasses import replace

from maps.job.chance import tabulate_chance
from maps.job.job import Job
from maps.job.own_backtest import try_choice
from maps.job.problem_lists import EVERYTHING


def compare_chance(job: Job) -> Job:
    """Add the table of chance for every list, and the backtest where one is asked for."""
    problems = {EVERYTHING: job.incidents} | {one.title: one.incidents for one in job.lists}
    backtest = job.config.hotspots if job.read.large is None else {}
    return replace(
        job,
        chance=tabulate_chance(problems, job.ground, seed=job.config.seed),
        tested=try_choice(job.history, backtest, job.ground, seed=job.config.seed),
    )
