"""Open streets, taken from a service by range."""

from __future__ import annotations

import io
import json
import re
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import geopandas as gpd
import numpy as np
import pytest
from ground_examples import told
from shapely import LineString, box

from maps import read_ground
from maps.cli import main


class Survey(BaseHTTPRequestHandler):
    """Ordnance Survey's open downloads, as small as can be: a list, and one zip that is read by range."""

    def do_GET(self):
        if self.path.startswith("/downloads/"):
            url = f"http://{self.headers['Host']}/oproad.zip"
            body, code, head = (
                json.dumps([{"format": "GML", "url": "no"}, {"format": "ESRI® Shapefile", "url": url}]),
                200,
                {},
            )
            body = body.encode()
        else:
            start, end = self.headers["Range"].removeprefix("bytes=").split("-")
            whole = self.server.zip
            first = int(start) if start else max(len(whole) - int(end), 0)
            last = min(int(end), len(whole) - 1) if start and end else len(whole) - 1
            self.server.ranges.append((first, last))
            body, code = whole[first : last + 1], 206
            head = {"Content-Range": f"bytes {first}-{last}/{len(whole)}"}
        self.send_response(code)
        for name, value in {"Content-Length": str(len(body)), **head}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def survey(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("data/NC_RoadLink.shp", np.random.default_rng(0).bytes(6_000_000))
        for square, x in (("SE", 430000), ("SD", 390000)):
            road = LineString([(x, 433500), (x + 200, 433500)])
            one = gpd.GeoDataFrame(
                {"name1": [f"{square} Lane"], "function": ["Local Road"], "identifier": ["1"]},
                geometry=[road],
                crs=27700,
            )
            one.to_file(tmp_path / f"{square}_RoadLink.shp")
            for part in ("shp", "shx", "dbf", "prj", "cpg"):
                archive.write(tmp_path / f"{square}_RoadLink.{part}", f"data/{square}_RoadLink.{part}")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Survey)
    server.zip, server.ranges = packed.getvalue(), []
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def config_for(folder):
    folder.mkdir()
    gpd.GeoDataFrame({"name": ["Here"]}, geometry=[box(429000, 433000, 431000, 434000)], crs=27700).to_file(
        folder / "a.gpkg"
    )
    (folder / "rows.csv").write_text("Month\n")
    text = '[incidents]\nfiles = "rows.csv"\n\n[areas.ward]\nfile = "a.gpkg"\nname = "name"\n'
    (folder / "c.toml").write_text(text)
    return folder / "c.toml"


def test_open_streets_come_by_range_only_the_squares_needed_with_their_licence(survey, tmp_path, capsys):
    config = config_for(tmp_path / "team")
    address = f"http://127.0.0.1:{survey.server_port}"
    assert main(["download", "streets", str(config), "--service", address]) == 0
    streets = gpd.read_file(tmp_path / "team" / "streets.gpkg")
    assert streets["name1"].tolist() == ["SE Lane"]
    assert sum(last - first + 1 for first, last in survey.ranges) < 5_000_000  # of over 6 million
    assert "Crown copyright" in (tmp_path / "team" / "streets-licence.txt").read_text()
    assert re.search(r'\[map\]\nstreets = "streets.gpkg"', capsys.readouterr().out)
    assert told(read_ground({"streets": tmp_path / "team" / "streets.gpkg"})) == [("road", 2, "SE Lane")]


def test_a_service_that_is_not_there_is_said(tmp_path, capsys):
    config = config_for(tmp_path / "team")
    assert main(["download", "streets", str(config), "--service", "http://127.0.0.1:9"]) == 2
    assert "Cannot reach 127.0.0.1:9" in capsys.readouterr().err
    assert not (tmp_path / "team" / "streets.gpkg").exists()
