"""Choose where officers and cameras go."""

from dataclasses import replace

from maps.job.job import Job
from maps.job.patrols_and_cameras import along_streets, plan_patrols, site_cameras


def send(job: Job) -> Job:
    """Add the stops of patrols, what more officers would add, the week's rounds and the camera sites."""
    config = job.config
    asked = along_streets(config.patrols, job.streets)
    patrols, further, week = plan_patrols(job.spots, job.incidents, job.timed, asked, seed=config.seed)
    cameras = site_cameras(job.incidents, config.cameras, as_of=job.as_of)
    return replace(job, patrols=patrols, further_officers=further, week=week, cameras=cameras)
