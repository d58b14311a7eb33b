"""Whole partnerships, whole years, at random: lived in through the command line, checked after every step.

    python benchmarks/worlds.py --worlds 500 --work DIR [--seed N] [--jobs 2]   fresh; goes on from there
    python benchmarks/worlds.py --fixed ci                                      those of world_seeds.toml
    python benchmarks/worlds.py --seeds 3 17 [--break NAME] [--tree PATH]
    python benchmarks/worlds.py --break NAME ... --within 50 [--seed N]         until each fault is found;
                                                        "all" for every fault, --fixed ci for those worlds

``--break`` puts a known fault back, ``--tree`` names the code to live in. Prints the
smallest configuration of every world in which something did not hold, and how often each event was drawn. The
exit code is 1 where anything did not hold; with ``--within`` where a fault was not found.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import sys
import tempfile
import time
import tomllib
import traceback
from collections import Counter
from collections.abc import Iterable
from multiprocessing import get_context
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SEEDS = HERE / "world_seeds.toml"
RARE = 20  # an event drawn more seldom in 500 worlds counts as untested


def main() -> int:
    options = read_options()
    tree = options.tree.resolve()
    sys.path[:0] = [str(HERE), str(HERE.parent / "tests" / "support"), str(tree)]
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ[name] = "1"  # a process that forks has one thread
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(tree), os.environ.get("PYTHONPATH", "")]))
    with tempfile.TemporaryDirectory(prefix="worlds-") as scratch:
        work = options.work or Path(scratch)
        work.mkdir(parents=True, exist_ok=True)
        if options.within:
            return hunt(options, work, tree)
        seeds = list(choose_seeds(options, work))
        begun = time.monotonic()
        found = live_all(seeds, options, work, tree)
        told = [*read_done(work), *found] if options.work is None else read_done(work)
        return tell(told, time.monotonic() - begun, quiet=options.quiet)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Whole partnerships, whole years, at random.")
    parser.add_argument("--worlds", type=int, default=0, metavar="N", help="so many worlds with fresh seeds")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="where fresh seeds begin; 0 draws one")
    parser.add_argument("--seeds", type=int, nargs="+", default=[], metavar="N", help="these worlds")
    parser.add_argument("--fixed", choices=("ci", "suite"), help="the worlds of world_seeds.toml")
    parser.add_argument("--work", type=Path, metavar="DIR", help="keeps what is done, and goes on there")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--tree", type=Path, default=HERE.parent, metavar="PATH", help="the code to live in")
    parser.add_argument("--break", dest="faults", nargs="+", default=[""], metavar="NAME", help="put known faults back")
    parser.add_argument("--within", type=int, default=0, metavar="N", help="find each fault in so many fresh worlds")
    parser.add_argument("--having", nargs="+", default=[], metavar="EVENT", help="only worlds that drew these")
    parser.add_argument("--no-shrink", action="store_true")
    parser.add_argument("--keep", action="store_true", help="leave the folders of worlds in --work")
    parser.add_argument("--quiet", action="store_true", help="no table of events")
    return parser.parse_args()


def choose_seeds(options: argparse.Namespace, work: Path) -> Iterable[int]:
    """Seeds that are still to be lived."""
    if options.fixed:
        return fixed_seeds(options.fixed)
    if options.seeds:
        return options.seeds
    kept = work / "first_seed"
    first = int(kept.read_text()) if kept.exists() else options.seed or int(time.time()) % 10**7 * 100
    kept.write_text(str(first))
    done = {line["seed"] for line in read_done(work)}
    from world_draw import draw_world
    from world_events import drawn_events

    fresh = (n for n in itertools.count(first) if {*options.having} <= {*drawn_events(draw_world(n))})
    return [seed for seed in itertools.islice(fresh, options.worlds) if seed not in done]


def fixed_seeds(which: str) -> list[int]:
    return list(tomllib.loads(SEEDS.read_text(encoding="utf-8"))[which].values())


def read_done(work: Path) -> list[dict[str, Any]]:
    path = work / "worlds.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def live_all(seeds: list[int], options: argparse.Namespace, work: Path, tree: Path) -> list[dict[str, Any]]:
    """Live the worlds, several at a time, and print each that complains as soon as it is made small."""
    context, found = get_context("spawn"), []
    asked = {"fault": options.faults[0], "shrink": not options.no_shrink, "keep": options.keep}
    tasks = [(seed, str(work), str(tree), asked) for seed in seeds]
    with context.Pool(min(options.jobs, max(len(seeds), 1)), initializer=begin, initargs=(sys.path[:3],)) as pool:
        for line in pool.imap_unordered(live_one, tasks):
            found.append(line)
            if options.work:
                with (work / "worlds.jsonl").open("a", encoding="utf-8") as stream:
                    stream.write(json.dumps(line) + "\n")
            say = f"world {line['seed']}: {line['commands']} commands, {line['seconds']:.1f} s"
            print(say + (f": {line['complaints'][0]}" if line["complaints"] else ""), flush=True)
            if line.get("smallest"):
                print("    the smallest world with that:", json.dumps(line["smallest"]), flush=True)
    return found


def hunt(options: argparse.Namespace, work: Path, tree: Path) -> int:
    """Put each fault back, and live in worlds that draw what it needs until one complains of it.

    Of ``within`` seeds (or of those that are given) only those are lived in that draw what the fault needs,
    the shortest lives first: no other can meet it. That is as good as living in all where enough draw it, so
    both numbers are printed.
    """
    from world_draw import draw_world
    from world_events import drawn_events
    from world_faults import FAULTS

    first, missed = options.seed or int(time.time()) % 10**7 * 100, []
    given = fixed_seeds(options.fixed) if options.fixed else options.seeds
    tried = {*(given or range(first, first + options.within))}
    worlds = {seed: draw_world(seed) for seed in tried | {*range(first, first + 500)}}
    events = {seed: {*drawn_events(world)} for seed, world in worlds.items()}
    asked = {"shrink": False, "keep": options.keep}
    with get_context("spawn").Pool(1, initializer=begin, initargs=(sys.path[:3],)) as pool:
        for name in [*FAULTS] if options.faults == ["all"] else options.faults:
            able = [seed for seed in worlds if events[seed] & {*FAULTS[name].needs}]
            near = [seed for seed in able if seed in tried]
            near.sort(key=lambda seed: len(worlds[seed]["steps"]) * (1 + bool(worlds[seed]["pictures"])))
            tasks = ((seed, str(work), str(tree), {**asked, "fault": name}) for seed in near)
            lived = 0
            for task in tasks:
                lived += 1
                line = pool.apply(live_one, (task,))
                if line["complaints"]:
                    print(f'"{name}" = {{seed = {line["seed"]}, said = "{line["complaints"][0][:200]}"}}')
                    break
            else:
                missed.append(name)
                print(f"{name}: not found")
            print(
                f"    {lived} lived in of {len(near)} of {len(tried)} that draw what it needs; "
                f"{len(able)} of {len(worlds)} do",
                flush=True,
            )
    return 1 if missed else 0


def begin(paths: list[str]) -> None:
    """Load all that commands need into a worker, which then forks them."""
    sys.path[:0] = paths
    from world_process import load_everything

    load_everything()


def live_one(task: tuple[int, str, str, dict[str, Any]]) -> dict[str, Any]:
    seed, work, tree, asked = task
    from world_draw import draw_world
    from world_faults import FAULTS
    from world_life import live
    from world_shrink import kind_of, make_small

    fault, keep = asked["fault"], asked["keep"]
    world, base = draw_world(seed), Path(work) / f"world-{seed if keep else os.getpid()}"
    options: dict[str, Any] = {"tree": Path(tree), "fault": FAULTS[fault].put if fault else None}
    begun, own = time.monotonic(), time.process_time()
    try:
        life = live(world, base, keep=keep, **options)
    except Exception:
        text = traceback.format_exc()
        return {
            "seed": seed,
            "commands": 0,
            "seconds": 0.0,
            "wall": 0.0,
            "lived": [],
            "drawn": [],
            "complaints": [f"the driver itself failed: {text[-900:]}"],
        }
    from world_events import drawn_events

    line = {
        "seed": seed,
        "commands": life.commands,
        "seconds": round(life.seconds + time.process_time() - own, 2),
        "wall": round(time.monotonic() - begun, 2),
        "lived": sorted(life.lived),
        "drawn": drawn_events(world),
        "complaints": life.complaints,
        "kinds": sorted({kind_of(text) for text in life.complaints}),
    }
    if life.complaints and asked["shrink"]:
        line["smallest"], line["small_complaints"] = make_small(world, life.complaints, base, **options)
    return line


def tell(lines: list[dict[str, Any]], seconds: float, *, quiet: bool = False) -> int:
    """Print how often each event was drawn, how long worlds took, and how many complained."""
    events = Counter(event for line in lines for event in [*line["drawn"], *line["lived"]])
    bad = [line for line in lines if line["complaints"]]
    if lines and not quiet:
        print(f"\n{'event':<60} worlds")
        for event, count in sorted(events.items()):
            print(f"{event:<60} {count:>6}{'  rare' if count * 500 < RARE * len(lines) else ''}")
        kinds = Counter(kind for line in bad for kind in line.get("kinds", ()))
        print("".join(f"\n{count:>5}  {kind}" for kind, count in kinds.most_common()))
    times = sorted(line["seconds"] for line in lines) or [0.0]
    commands = sum(line["commands"] for line in lines)
    print(
        f"\n{len(lines)} worlds, {commands} commands, {len(bad)} with complaints; {seconds:.0f} s in all; "
        f"processor time of a world: median {times[len(times) // 2]:.1f} s, longest {times[-1]:.1f} s"
    )
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
