"""A folder to start in: a commented configuration, places for the data, and a page for the team."""

import shutil
from importlib.resources import as_file, files
from pathlib import Path

from hotspots.checks import InputError

FOLDERS = ("incidents", "areas", "plans")


def start_folder(folder: str | Path) -> Path:
    """Write a folder in which ``hotspots run partnership.toml`` works at once, on the example data."""
    folder = Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError("The folder to start in is not empty", given=str(folder), advice="hotspots init a-new-folder")
    for name in FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    with as_file(files("maps")) as room:
        for source in sorted((room / "commands" / "start").iterdir()):
            shutil.copyfile(source, folder / source.name)
        shutil.copyfile(room / "demo" / "leeds_july_2016_2017_2018.zip", folder / "incidents" / "example.zip")
        wards = "leeds_best_fit_wards.geojson"
        shutil.copyfile(room / "demo" / wards, folder / "areas" / wards)
    config = folder / "partnership.toml"
    print(f'Written: {config}\nNext: hotspots run "{config}" --out "{folder / "results"}"')
    return config
