"""The events of a world by name, so that it can be counted how often each was drawn."""

from __future__ import annotations

from collections.abc import Iterator

from world_draw import World


def drawn_events(world: World) -> list[str]:
    """Name everything that was drawn for a world."""
    return sorted(set(_events(world)))


def _events(world: World) -> Iterator[str]:
    sources = world["sources"].values()
    yield f"sources: {len(sources)}"
    rows = sum(source["rows"] for source in sources)
    yield "records: " + ("none" if rows == 0 else "one" if rows == 1 else "thousands" if rows > 999 else "up to 999")
    yield "months: " + ("2" if world["months"] == 2 else "3 to 12" if world["months"] < 13 else "13 to 36")
    yield f"months that pass: {world['passes'] if world['passes'] < 4 else '4 and more'}"
    yield f"layers: {len(world['layers'])}"
    for source in sources:
        yield f"layout: {source['layout']}"
        yield f"form: {source['form']}"
        yield from (f"records: {mess}" for mess in source["mess"])
        yield from (f"months: {what}" for what in ("missing", "empty") if source[what])
        yield from (f"a kind {what}" for kind in source["kinds"] for what in kind if what != "name")
    for layer in world["layers"].values():
        yield f"areas: {layer['shape']}"
        if layer["shape"] not in ("nested", "centre"):
            yield f"areas as {layer['form']}"
            yield from (f"areas: {mess}" for mess in layer["mess"])
    yield from _of_config(world["config"])
    if "changes" in world["config"] and any("begins" in k for s in sources for k in s["kinds"]):
        yield "[changes] of a kind that begins"
    for step in world["steps"]:
        yield f"stopped by: {step['what']}" if "what" in step else f"step: {step.get('act', step['do'])}"
        if step.get("beside"):
            yield "step: two runs at once"
        if step.get("strike"):
            yield f"step: {step['do']} struck at the {step['strike']['below']}"


def _of_config(config: dict) -> Iterator[str]:
    yield f"method: {config['hotspots']['method']}"
    yield f"disclosure: {config['output'].get('profile', 'not given')}"
    if config["hotspots"].get("backtest"):
        yield "backtest"
    if isinstance(config["output"]["drafts"], list):
        yield f"plan asked for: {config['output']['drafts'][0]}"
    for name in (
        "profiles",
        "calendar",
        "boards",
        "patrols",
        "cameras",
        "premises",
        "nearby",
        "near_repeats",
        "times",
        "trends",
        "changes",
        "harm",
        "study_area",
        "agreed",
    ):
        if name in config:
            yield f"[{name}]"
    if "patrols" in config:
        vehicles = config["patrols"]["vehicles"]
        yield f"vehicles: {vehicles if vehicles < 3 else '3 to 5' if vehicles < 6 else '8 and more'}"
        if "start" in config["patrols"]:
            yield "a dated timetable"
