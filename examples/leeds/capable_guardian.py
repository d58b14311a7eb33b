"""Four Capable Guardian officers, two marked vehicles, ten temporary cameras, six priority wards.

    python examples/leeds/capable_guardian.py --out FOLDER

Prints a week that a planner can hand out, and writes its cards, calendar, map and tables into FOLDER. It
works from the demo's data: Leeds, July 2016, 2017 and 2018 (police.uk, Open Government Licence v3.0). Those
have months only, no hours; the depot and the dates are examples. Priority wards and deprivation come from the
look-up "leeds-2024".
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

import maps
from boundaries import attach_areas, read_areas, read_lookup
from hotspots import (
    choose_patrols,
    find_hotspots,
    place_cameras,
    read_incidents,
    share_patrol_time,
    timetable_patrols,
    weigh_incidents,
)

DEMO = Path(maps.__file__).parent / "demo"
WARDS = read_lookup("leeds-2024").set_index("name")
PRIORITY = WARDS.index[WARDS["priority"]].tolist()
ASB = ["Anti-social behaviour"]
TEAM = {
    "officers": 4,
    "vehicles": 2,
    "shift": "14:00-22:00",
    "break_minutes": 30,
    "depot": (431_500, 433_900),
}
SEED = 2026


def load() -> tuple:
    """Read and weigh the incidents, find the hotspots, and attach both to the best-fit wards."""
    wards = read_areas(DEMO / "leeds_best_fit_wards.geojson", name="ward")
    incidents, _ = read_incidents(DEMO / "leeds_july_2016_2017_2018.zip")
    incidents["harm"] = weigh_incidents(incidents, scheme="cchi-2026-west-yorkshire")
    incidents, _ = attach_areas(incidents, {"ward": wards})
    spots = find_hotspots(incidents, count=92, by="harm")
    spots, _ = attach_areas(spots, {"ward": wards}, incidents=incidents)
    return incidents, spots, wards


def show(title: str, table: pd.DataFrame) -> None:
    """Print a table under its title; shares as percentages."""
    shares = [c for c in table.columns if "share" in str(c) or str(c).startswith(("of ", "foreseeable"))]
    table = table.round(3).assign(**{c: table[c].map("{:.1%}".format) for c in shares})
    print(f"\n{title}\n{'-' * len(title)}")
    print(table.to_string(index=False))


def compare_choices(spots, incidents) -> pd.DataFrame:
    """Say what a choice by harm and one by ASB each give up on the other."""
    ways = {"all harm": {"by": "harm"}, "ASB incidents": {"by": "incidents", "profile": ASB}}
    shares = {
        what: choose_patrols(spots, **TEAM, incidents=incidents, **way)[0] for what, way in ways.items()
    }
    rows = []
    for chosen, choice in shares.items():
        taken = choice["chosen"]
        rows.append(
            {
                "chosen by": chosen,
                "stops": int(taken.sum()),
                "of harm": shares["all harm"].loc[taken, "share_of_harm"].sum(),
                "of ASB incidents": shares["ASB incidents"].loc[taken, "share_of_incidents"].sum(),
            }
        )
    return pd.DataFrame(rows)


def main(out: Path) -> None:
    """Choose, timetable, place, and print."""
    incidents, spots, wards = load()
    choice, further = choose_patrols(
        spots,
        **TEAM,
        incidents=incidents,
        priority=PRIORITY,
        max_share_outside_priority=0.4,
        minimum_per_area={"Armley": 1},
    )
    chosen = choice[choice["chosen"]]
    show("Where the patrols go", chosen[["rank", "name", "ward_name", "share_of_harm", "why"]])
    covered = chosen["share_of_harm"].sum()
    print(f"\n{len(chosen)} of {len(choice)} places are patrolled: {covered:.1%} of all recorded harm.")
    for why, stops in choice.loc[~choice["chosen"], "why"].value_counts().items():
        print(f"{stops} are {why}.")
    show("What further officers would add", further.drop(columns="added"))
    show("What each choice gives up", compare_choices(spots, incidents))

    timetable, summary = timetable_patrols(choice, **TEAM, start="2026-11-23", seed=SEED)
    show("The rounds", summary)
    for (date, vehicle), day in timetable.groupby(["date", "vehicle"]):
        print(f"\n{date:%A} {date.day} {date:%B}, vehicle {vehicle} ({day['officers'].iloc[0]} officers)")
        for row in day.itertuples():
            print(f"  {row.arrive:%H:%M}-{row.leave:%H:%M}  {row.name or 'Break'}  {row.walk[:70]}")

    fair = share_patrol_time(timetable, choice, incidents)
    show(
        "Patrol time beside harm, by ward", fair[fair["minutes"] > 0].reset_index().drop(columns="difference")
    )
    by_decile = share_patrol_time(timetable, choice, incidents, deciles=WARDS["imd_decile"])
    show(
        "The same by deprivation (1 is the most deprived)", by_decile.reset_index().drop(columns="difference")
    )

    cameras = place_cameras(incidents, count=10, radius=100)
    asb = place_cameras(incidents, count=10, radius=100, by="incidents", profile=ASB)
    columns = ["name", "marginal_share_of_harm", "cumulative_share_of_harm", "cumulative_share_of_incidents"]
    show("Ten cameras, by harm", cameras[columns])
    show("Ten cameras, by ASB incidents", asb[["name", "cumulative_share_of_incidents"]])

    out.mkdir(parents=True, exist_ok=True)
    choice.drop(columns="geometry").to_csv(out / "patrols.csv")
    timetable.drop(columns="geometry").to_csv(out / "timetable.csv", index=False)
    cameras.drop(columns="geometry").to_csv(out / "cameras.csv")
    maps.write_cards(timetable, out, title="Capable Guardian, Leeds: an example", seed=SEED)
    maps.write_calendar(timetable, out / "patrols.ics", title="Capable Guardian")
    layers = {"Best-fit wards": wards, **maps.patrol_layers(timetable), "Cameras": cameras}
    maps.write_map(maps.draw_map(spots, layers=layers, profile="internal"), out / "patrols.html")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for cards, calendar, map and tables")
    main(parser.parse_args().out)
