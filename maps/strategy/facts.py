"""What is said of all the records together: each sentence of the run as a row, cut into short ones."""

import re
from typing import Any

import pandas as pd

from hotspots.common.plan_words import start_sentence
from hotspots.common.wording import say_count, say_date
from maps.disclosure.gate import MERGED, Profile
from maps.job.chance import SELECTED, say_chance, say_cover, share_covered
from maps.job.job import Job
from maps.job.problem_lists import EVERYTHING
from maps.job.read_records import number_of
from maps.results.write_job import say_gaps, say_harm, say_left_out, say_off_areas
from maps.strategy.count import windows_of
from maps.strategy.figures import Sheet
from maps.strategy.outline import WORDS, Outline

FACTS = "All the records"
MOST_WORDS = 25
_ASIDE = re.compile(r" \((by itself[^)]*|a true [^)]*|counts as small[^)]*)\)")


def collect_facts(job: Job, outline: Outline, who: Profile, words: dict[str, Any]) -> Sheet:
    """Gather what the run says of all the records, and the outline's own sentences."""
    warned = [said for table in job.periods.changes.values() for said in table.attrs.get("warnings", ())]
    total, windows = number_of(job.incidents), windows_of(job)
    facts = {
        "title": f"{outline.title}: {job.config.place or job.config.title}",
        "drafted": f"Drafted on the records as they stood on {say_date(job.as_of)}.",
        "records": f"It rests on {say_count(total, 'record')} of {words['period']}.",
        "sources": f"They come from {words['source']}.",
        "periods": "" if windows is None else f"Before is {windows[0]}, and after is {windows[1]}.",
        "change": next((said for said in job.changed if said.startswith("All the records")), ""),
        "chance": say_chance(job.chance, EVERYTHING, job.ground),
        "cover": say_cover(job.spots, job.ground),
        "selected": SELECTED if len(job.spots) else "",
        "left out": say_left_out(job),
        "gaps": say_gaps(job),
        "off areas": say_off_areas(job),
        "harm": "" if who.threshold else say_harm(job, who),
        "ground": job.ground.said,
        "credit": words["attribution"],
    }
    facts |= {f"further change, {n}": said for n, said in enumerate(job.changed) if said != facts["change"]}
    facts |= {f"warning, {n}": said for n, said in enumerate(dict.fromkeys(warned)) if said not in job.changed}
    if job.incidents["category"].eq(MERGED).any():
        facts["merged"] = WORDS["limits"]["merged"]
    for part in outline.parts:
        facts |= {f"{part.name}: title": part.title, f"{part.name}: about": part.about}
        facts |= {f"{part.name}: not known, {n}": said for n, said in enumerate(part.not_known)}
    table = pd.DataFrame({"said": pd.Series(facts, dtype="str")})
    table = table[table["said"].ne("")]
    table.loc["records", "incidents"] = total
    if facts["cover"]:
        table.loc["cover", "share"] = share_covered(job.spots, job.ground)
    table.insert(0, "what", table.index)
    return Sheet(table, "What the run says of all the records used.")


def cut_short(text: str) -> list[str]:
    """Cut sentences of the run into ones of at most 25 words, where they let themselves be cut."""
    asides = [found[1] for found in _ASIDE.finditer(text)]
    sentences = re.split(r"(?<=[.!?]) (?=[A-Z0-9])", _ASIDE.sub("", text).strip())
    found: list[str] = []
    for sentence in [*sentences, *asides]:
        short = [sentence]
        for mark in ("; ", ": ", " (", ", which ", ", and "):
            short = [part for one in short for part in (one.split(mark) if len(one.split()) > MOST_WORDS else [one])]
        found += [_close(part) for part in short if part.strip()]
    return found


def _close(part: str) -> str:
    part = part.strip()
    if part.count(")") > part.count("("):
        part = part.replace(")", "", 1)
    return start_sentence(part if part.endswith((".", "!", "?")) else f"{part}.")
