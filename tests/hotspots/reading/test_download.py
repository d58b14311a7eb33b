"""The download clients against a real HTTP server on loopback that misbehaves as the real ones do."""

from __future__ import annotations

import io
import json
import logging
import socket
import subprocess
import sys
import threading
import time
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from shapely.geometry import box, mapping

import boundaries.web_requests
import hotspots.files.web_session
import hotspots.reading.download
from boundaries import download_areas
from hotspots.checks import InputError
from hotspots.reading.download import download_incidents

pytest.importorskip("requests", reason="the extra 'download' is not installed")
pytest.importorskip("remotezip", reason="the extra 'download' is not installed")
pytest.importorskip("platformdirs", reason="the extra 'download' is not installed")

WARDS = [
    {
        "type": "Feature",
        "properties": {"FID": i, "WD24CD": f"E{i}", "WD24NM": f"Ward {i}", "LAD24CD": "E08", "LAD24NM": "Leeds"},
        "geometry": mapping(box(430000 + 100 * i, 433000, 430100 + 100 * i, 433100)),
    }
    for i in range(7)
]
SERVICES = [
    "Wards_May_2024_Boundaries_UK_BFC",
    "Wards_December_2024_Boundaries_UK_BFC_V2",
    "Wards_December_2024_Boundaries_UK_BGC",
    "Wards_December_2018_Boundaries_UK_BFC",
    "Local_Authority_Districts_December_2018_Boundaries_UK_BFC",
    "Lower_layer_Super_Output_Areas_December_2021_Boundaries_EW_BFC_V10",
    "Middle_layer_Super_Output_Areas_December_2021_Boundaries_EW_BFC_V7",
    "WD24_LAD24_UK_LU",
]


class Service(ThreadingHTTPServer):
    """Answers as the two services do; ``faults`` are served first, one a request."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.faults, self.asked, self.page, self.lost = [], [], 3, 0
        self.archives = {}

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        self.server.asked.append(self.path)
        fault = self.server.faults.pop(0) if self.server.faults else None
        if isinstance(fault, int):
            return self.reply(b"busy", status=fault, headers={"Retry-After": "0"})
        if fault == "slow":
            time.sleep(0.6)
        if fault == "wrong JSON":
            return self.reply(b"<html>Sorry</html>")
        if fault == "error inside":
            return self.reply(json.dumps({"error": {"code": 500, "message": "Error performing query"}}).encode())
        if fault == "bad request":
            return self.reply(json.dumps({"error": {"code": 400, "message": "Invalid field"}}).encode())
        status, body, headers = self.answer()
        return self.reply(body, status=status, headers=headers, cut=fault == "truncated")

    def reply(self, body, *, status=200, headers=None, cut=False):
        try:
            self.send_response(status)
            for key, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if cut else body)
            self.close_connection = True
        except (BrokenPipeError, ConnectionResetError):
            pass

    def answer(self):
        url = urlsplit(self.path)
        query = {k: v[0] for k, v in parse_qs(url.query).items()}
        if url.path.startswith("/data/archive/"):
            return self.archive(url.path.rsplit("/", 1)[-1])
        if url.path == "/api/forces":
            return self.json([{"id": "west-yorkshire", "name": "West Yorkshire Police"}])
        if url.path == "/rest":
            return self.json({"services": [{"name": s, "type": "FeatureServer"} for s in SERVICES]})
        if url.path.endswith("/FeatureServer"):
            return self.json({"layers": [{"id": 0}]})
        return self.layer(url.path, query)

    def layer(self, path, query):
        old = "2018" in path
        wards = WARDS
        if "Local_Authority" in path:
            ground = mapping(box(430000, 433000, 430260, 433100))
            wards = [{"type": "Feature", "properties": {"LAD18CD": "E08", "LAD18NM": "Leeds"}, "geometry": ground}]
        elif old:
            wards = [
                w | {"properties": {"WD18CD": w["properties"]["WD24CD"], "WD18NM": w["properties"]["WD24NM"]}}
                for w in WARDS
            ]
        elif "Lower_layer" in path:
            wards = [
                w | {"properties": {"LSOA21CD": f"E01{i}", "LSOA21NM": f"Leeds 01{i}A"}} for i, w in enumerate(WARDS)
            ]
        elif "Middle_layer" in path:
            wards = [w | {"properties": {"code": "E02"}} for w in WARDS]
        if not path.endswith("/query"):
            fields = [{"name": name} for name in wards[0]["properties"]]
            return self.json({"fields": fields, "maxRecordCount": self.server.page, "objectIdField": "FID"})
        found = [] if "Leedz" in query["where"] else wards
        if query.get("returnCountOnly"):
            return self.json({"count": len(found)})
        start, size = int(query["resultOffset"]), int(query["resultRecordCount"])
        assert size <= self.server.page
        found = found[: len(found) - self.server.lost]
        more = start + size < len(found)
        return self.json(
            {"type": "FeatureCollection", "features": found[start : start + size], "exceededTransferLimit": more}
        )

    def archive(self, name):
        if name not in self.server.archives:
            return 404, b"not found", {}
        whole = self.server.archives[name]
        start, end = self.headers["Range"].removeprefix("bytes=").split("-")
        first = max(0, len(whole) - int(end)) if not start else int(start)
        last = len(whole) - 1 if not start or not end else min(int(end), len(whole) - 1)
        return 206, whole[first : last + 1], {"Content-Range": f"bytes {first}-{last}/{len(whole)}"}

    def json(self, content):
        return 200, json.dumps(content).encode(), {"Content-Type": "application/json"}


@pytest.fixture
def service(monkeypatch):
    for client in (boundaries.web_requests, hotspots.reading.download, hotspots.files.web_session):
        monkeypatch.setattr(client, "PAUSE", 0.01)
    server = Service()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def wards_from(service, folder, **options):
    given = {"within": "Leeds", "year": 2024, "timeout": 5} | options
    return download_areas("wards", service=f"{service.address}/rest", folder=folder, **given)


def test_areas_come_page_by_page_from_the_latest_service(service, tmp_path):
    wards = wards_from(service, tmp_path)
    assert wards["code"].tolist() == [f"E{i}" for i in range(7)]
    assert wards["name"].tolist()[:2] == ["Ward 0", "Ward 1"]
    assert (wards["vintage"] == 2024).all()
    assert wards.area.round(3).tolist() == [10000.0] * 7
    pages = [path for path in service.asked if "resultOffset" in path]
    assert len(pages) == 3
    assert all("Wards_December_2024_Boundaries_UK_BFC_V2" in path for path in pages)
    assert "where=LAD24CD%3D%27Leeds%27+OR+LAD24NM%3D%27Leeds%27" in pages[0]


def test_a_whole_country_is_asked_for_without_a_district(service, tmp_path):
    assert len(wards_from(service, tmp_path, within=None)) == 7
    assert all("where=1%3D1" in path for path in service.asked if "/query" in path)


def test_the_second_time_nothing_is_asked(service, tmp_path):
    first = wards_from(service, tmp_path)
    asked = len(service.asked)
    assert wards_from(service, tmp_path).equals(first)
    assert len(service.asked) == asked


def test_a_damaged_download_is_noticed_and_fetched_again(service, tmp_path, caplog):
    wards_from(service, tmp_path)
    file = tmp_path / "areas" / "wards-leeds-2024-bfc.geojson"
    note = json.loads((tmp_path / "areas" / "wards-leeds-2024-bfc.geojson.json").read_text())
    assert note["rows"] == 7
    assert note["source"].startswith(service.address)
    note_file = file.with_name(file.name + ".json")
    note_file.write_text("{")
    assert len(wards_from(service, tmp_path)) == 7
    file.write_text(file.read_text()[:200])
    with caplog.at_level(logging.WARNING):
        assert len(wards_from(service, tmp_path)) == 7
    assert "has changed since it was downloaded" in caplog.text
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.parametrize("fault", [429, 500, 503, "slow", "truncated", "wrong JSON", "error inside"])
@pytest.mark.parametrize("when", [0, 3, 5])
def test_areas_survive_a_passing_fault(service, tmp_path, fault, when):
    service.faults = [None] * when + [fault] * 2
    assert len(wards_from(service, tmp_path, timeout=0.3 if fault == "slow" else 5)) == 7


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (500, "did not give a usable answer. Given: 127.0.0.1:.*HTTP 500"),
        (404, "HTTP 404"),
        ("truncated", "an answer that was cut short"),
        ("wrong JSON", "not JSON, but '<html>Sorry</html>'"),
        ("error inside", "500 Error performing query"),
        ("bad request", "400 Invalid field"),
    ],
)
def test_areas_lasting_fault_is_one_clear_error(service, tmp_path, fault, message):
    service.faults = [fault] * 50
    with pytest.raises(InputError, match=message):
        wards_from(service, tmp_path)
    assert not list(tmp_path.rglob("*.geojson"))


def test_a_service_that_loses_areas_is_caught(service, tmp_path):
    service.lost = 2
    with pytest.raises(InputError, match=r"fewer areas than it counted. Given: 5 of 7"):
        wards_from(service, tmp_path)


def test_areas_wrong_wishes_are_named(service, tmp_path):
    with pytest.raises(InputError, match=r"No such kind of area 'ward'.*Try: 'wards'"):
        download_areas("ward", year=2024)
    with pytest.raises(InputError, match=r"no wards of 2023 .*Given: years there: 2018, 2024"):
        wards_from(service, tmp_path, year=2023)
    with pytest.raises(InputError, match="knows no wards in 'Leedz'"):
        wards_from(service, tmp_path, within="Leedz")


def test_super_output_areas_are_chosen_by_name(service, tmp_path):
    options = {"year": 2021, "within": "Leeds", "service": f"{service.address}/rest", "folder": tmp_path}
    lsoas = download_areas("lsoa", **options)
    assert lsoas["code"].tolist()[0] == "E010"
    assert any("LSOA21NM+LIKE+%27Leeds+%25%27" in path for path in service.asked)
    with pytest.raises(InputError, match="no field like MSOA24CD"):
        download_areas("msoa", **options)


def test_downloads_go_to_the_users_cache_folder(police, tmp_path, monkeypatch):
    import platformdirs

    monkeypatch.setattr(platformdirs, "user_cache_path", lambda name: tmp_path / name)
    wards_from(police, None)
    assert (tmp_path / "safer-hotspots" / "areas" / "wards-leeds-2024-bfc.geojson").is_file()
    paths = incidents_from(police, None)
    assert paths[0].is_relative_to(tmp_path / "safer-hotspots" / "police.uk")


def test_wards_that_do_not_name_their_district_are_cut_by_its_ground(service, tmp_path):
    # The district covers wards 0 and 1 and six tenths of ward 2.
    wards = wards_from(service, tmp_path, year=2018)
    assert wards["name"].tolist() == ["Ward 0", "Ward 1", "Ward 2"]


def closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_offline_is_one_clear_error(service, tmp_path):
    address = f"http://127.0.0.1:{closed_port()}"
    with pytest.raises(InputError, match=r"Cannot reach 127.0.0.1.*give a file you have to read_areas"):
        download_areas("wards", year=2024, service=f"{address}/rest", folder=tmp_path)
    with pytest.raises(InputError, match=r"Cannot reach data.police.uk.*give the file to read_incidents"):
        download_incidents(force="west-yorkshire", months="2024-03", service=address, folder=tmp_path)


def zipped(*months, force="west-yorkshire"):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for month in months:
            archive.writestr(f"{month}/{month}-{force}-street.csv", f"Crime ID,Month\n,{month}\n" * 500)
            archive.writestr(f"{month}/{month}-kent-street.csv", "not wanted")
    return held.getvalue()


def incidents_from(service, folder, **options):
    given = {"force": "West Yorkshire Police", "months": ["2024-03", "2023-12"], "timeout": 5} | options
    return download_incidents(service=service.address, folder=folder, **given)


@pytest.fixture
def police(service):
    service.archives = {"2024-03.zip": zipped("2023-12", "2024-03"), "2023-12.zip": zipped("2023-12")}
    return service


def test_incidents_of_one_force_come_out_of_one_archive(police, tmp_path):
    paths = incidents_from(police, tmp_path)
    assert [path.name for path in paths] == ["2023-12-west-yorkshire-street.csv", "2024-03-west-yorkshire-street.csv"]
    assert paths[1].read_text() == "Crime ID,Month\n,2024-03\n" * 500
    assert not any("2023-12.zip" in path for path in police.asked)
    asked = len(police.asked)
    assert incidents_from(police, tmp_path) == paths
    assert len(police.asked) == asked


def test_older_months_come_from_older_archives(police, tmp_path):
    police.archives["2024-03.zip"] = zipped("2024-03")
    assert len(incidents_from(police, tmp_path)) == 2


def test_damaged_incidents_are_fetched_again(police, tmp_path, caplog):
    path = incidents_from(police, tmp_path)[0]
    path.write_text("spoilt")
    with caplog.at_level(logging.WARNING):
        assert incidents_from(police, tmp_path)[0].read_text() != "spoilt"
    assert "has changed since it was downloaded" in caplog.text


@pytest.mark.parametrize("fault", [429, 500, "slow", "truncated", "wrong JSON"])
@pytest.mark.parametrize("when", [0, 1, 2])
def test_incidents_survive_a_passing_fault(police, tmp_path, fault, when):
    police.faults = [None] * when + [fault]
    paths = incidents_from(police, tmp_path, timeout=0.3 if fault == "slow" else 5)
    assert all(path.read_text().startswith("Crime ID") for path in paths)


@pytest.mark.parametrize("fault", [500, "truncated", "wrong JSON"])
@pytest.mark.parametrize("when", [0, 1])
def test_incidents_lasting_fault_is_one_clear_error(police, tmp_path, fault, when):
    police.faults = [None] * when + [fault] * 50
    with pytest.raises(InputError, match=r"did not give a usable answer.*read_incidents"):
        incidents_from(police, tmp_path)
    assert not list(tmp_path.rglob("*.csv"))


def test_incidents_wrong_wishes_are_named(police, tmp_path):
    with pytest.raises(InputError, match=r"no force 'West Yorkshir'.*Try: 'west-yorkshire'"):
        incidents_from(police, tmp_path, force="West Yorkshir")
    with pytest.raises(InputError, match=r"'2024-13' is not a month .*'March' is not a month"):
        incidents_from(police, tmp_path, months=["2024-13", "March"])
    with pytest.raises(InputError, match="no months were given"):
        incidents_from(police, tmp_path, months=[])
    with pytest.raises(InputError, match="has not published this month"):
        incidents_from(police, tmp_path, months="2030-01")
    police.archives["2024-03.zip"] = zipped("2024-03", force="gwent")
    with pytest.raises(InputError, match="archive of 2024-03 has no street-level file of west-yorkshire"):
        incidents_from(police, tmp_path, months="2024-03")


def test_importing_fetches_nothing_and_needs_no_client():
    check = (
        "import sys, boundaries, hotspots.reading.download;"
        "print([m for m in ('requests', 'urllib3', 'remotezip', 'platformdirs') if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
