"""Find one list of hotspots for each problem that the configuration names."""

from dataclasses import replace

from maps.job.job import Job
from maps.job.main_list import finder_options
from maps.job.problem_lists import find_lists
from maps.job.stages.attach import attach_rules


def find_problems(job: Job) -> Job:
    """Add the lists, each found with the options and rules of the main one."""
    options = finder_options(job.config, study_area=job.study, ground=job.ground.shape, crs=job.incidents.crs)
    rules = attach_rules(job.config, job.areas)
    lists = find_lists(job.incidents, job.config.profiles, areas=job.areas, options=options, rules=rules)
    return replace(job, lists=lists)
