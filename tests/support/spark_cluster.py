"""A real Spark cluster on this computer: one master and two workers, each a process of its own, on loopback.

``python tests/support/spark_cluster.py start FOLDER`` prints its address, ``stop FOLDER`` ends it; ``with
running_cluster() as cluster`` does both. Started with pyspark's own ``spark-class``: its wheel has no start
scripts. Everything it writes is in the folder.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

ADDRESS = "SAFER_HOTSPOTS_SPARK"  # the environment variable that tells the tests where the master is
LOOPBACK = "127.0.0.1"
PATIENCE = 90  # seconds for all of it to be ready, on a busy computer
QUICK_JAVA = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"
MASTER, WORKER = "org.apache.spark.deploy.master.Master", "org.apache.spark.deploy.worker.Worker"


def why_not() -> str:
    """Say what is missing for a cluster here; "" where nothing is."""
    if find_spec("pyspark") is None:
        return "pyspark is not installed (the extra 'spark')"
    if _java() is None:
        return "there is no Java on this computer"
    return ""


@dataclass
class Cluster:
    """One master and its workers: what runs, where, and how to end it."""

    folder: Path
    port: int = 0
    page: int = 0
    pids: dict[str, int] = field(default_factory=dict)
    started: int = 0
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list, repr=False)

    @property
    def master(self) -> str:
        """Address that a Spark session connects to."""
        return f"spark://{LOOPBACK}:{self.port}"

    def start(self, workers: int = 2) -> Cluster:
        """Start everything and wait until every worker is known to the master."""
        if why := why_not():
            raise RuntimeError(f"No Spark cluster here: {why}")
        (self.folder / "conf").mkdir(parents=True, exist_ok=True)
        defaults = "spark.master.rest.enabled false\nspark.worker.cleanup.enabled true\n"
        (self.folder / "conf" / "spark-defaults.conf").write_text(defaults, encoding="utf-8")
        try:
            self._start_master()
            for _ in range(workers):
                self.add_worker(wait=False)
            self.await_workers(workers)
        except BaseException:
            self.stop()
            raise
        return self

    def _start_master(self) -> None:
        self.port, self.page = _free_ports(2)
        where = ["--host", LOOPBACK, "--port", str(self.port), "--webui-port", str(self.page)]
        self._launch("master", MASTER, *where)
        self._await(lambda: self.state() is not None, "the master")

    def add_worker(self, *, wait: bool = True) -> str:
        """Start one more worker with one core and give its name."""
        name = f"worker-{self.started}"
        self.started += 1
        size = ["--cores", "1", "--memory", "1g", "--host", LOOPBACK, "--port", "0", "--webui-port", "0"]
        before = self.alive()
        self._launch(name, WORKER, *size, "--work-dir", str(self.folder / name), self.master)
        if wait:
            self.await_workers(before + 1)
        return name

    def workers(self) -> list[str]:
        """Names of the workers that were started and not killed."""
        return [name for name in self.pids if name != "master"]

    def state(self) -> dict[str, Any] | None:
        """Give what the master's own page says of the cluster, or None while it is not up."""
        nobody_between = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with nobody_between.open(f"http://{LOOPBACK}:{self.page}/json/", timeout=5) as page:
                return dict(json.load(page))
        except (OSError, ValueError):
            return None

    def alive(self) -> int:
        """How many workers the master knows to be alive."""
        return int((self.state() or {}).get("aliveworkers", 0))

    def await_workers(self, count: int) -> None:
        """Wait until the master knows exactly this many workers."""
        self._await(lambda: self.alive() == count, f"{count} workers")

    def kill_worker(self) -> str:
        """Kill a worker and its executor at once, as a power cut would (``kill -9``); give its name."""
        name = self.workers()[0]
        _end([self.pids.pop(name)], grace=0)
        self._take_leave()
        self._remember()
        return name

    def stop(self) -> None:
        """End every process; twice does no harm."""
        _end(list(self.pids.values()), grace=10)
        self.pids.clear()
        self._take_leave()
        (self.folder / "cluster.json").unlink(missing_ok=True)

    def _launch(self, name: str, java_class: str, *arguments: str) -> None:
        home = Path(str(find_spec("pyspark").submodule_search_locations[0]))
        log = (self.folder / f"{name}.log").open("ab")
        command = [str(home / "bin" / "spark-class"), java_class, *arguments]
        with log:
            process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=self._environment(home),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a group of its own, so that its executors go with it
            )
        self.processes.append(process)
        self.pids[name] = process.pid
        self._remember()

    def _take_leave(self) -> None:
        """Let go of what has ended, or Python warns of processes left behind."""
        self.processes = [process for process in self.processes if process.poll() is None]

    def _environment(self, home: Path) -> dict[str, str]:
        ours = {
            "SPARK_HOME": str(home),
            "SPARK_CONF_DIR": str(self.folder / "conf"),
            "SPARK_LOCAL_DIRS": str(self.folder / "local"),
            "SPARK_LOCAL_IP": LOOPBACK,
            "SPARK_DAEMON_MEMORY": "256m",
            "SPARK_DAEMON_JAVA_OPTS": QUICK_JAVA,
        }
        return {k: v for k, v in os.environ.items() if not k.startswith(("SPARK_", "PYSPARK_"))} | ours

    def _await(self, ready: Any, what: str) -> None:
        end = time.monotonic() + PATIENCE
        while not ready():
            ended = [name for name, pid in self.pids.items() if not _runs(pid)]
            if ended or time.monotonic() > end:
                why = f"{', '.join(ended)} ended" if ended else f"not within {PATIENCE} s"
                raise RuntimeError(f"The cluster lacks {what}: {why}\n{self._last_words(ended)}")
            time.sleep(0.1)

    def _last_words(self, names: list[str]) -> str:
        logs = [self.folder / f"{name}.log" for name in names or self.pids]
        return "\n".join(log.read_text(errors="replace")[-1500:] for log in logs if log.exists())

    def _remember(self) -> None:
        known = {"port": self.port, "page": self.page, "pids": self.pids, "started": self.started}
        (self.folder / "cluster.json").write_text(json.dumps(known), encoding="utf-8")

    @classmethod
    def remembered(cls, folder: Path) -> Cluster:
        """Find the cluster that an earlier process started in a folder."""
        file = folder / "cluster.json"
        known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        pids = {name: pid for name, pid in known.get("pids", {}).items() if _is_spark(pid)}
        return cls(folder, **known | {"pids": pids})


@contextlib.contextmanager
def running_cluster(workers: int = 2) -> Iterator[Cluster]:
    """Give a cluster in a temporary folder; both are gone afterwards, whatever happened in between."""
    with tempfile.TemporaryDirectory(prefix="spark-", ignore_cleanup_errors=True) as folder:
        cluster = Cluster(Path(folder))
        try:
            yield cluster.start(workers)
        finally:
            cluster.stop()


@contextlib.contextmanager
def session(master: str, **options: Any) -> Iterator[Any]:
    """Give a Spark session on the cluster that writes nothing where it stands; it ends with the block."""
    from pyspark.sql import SparkSession

    folder = tempfile.mkdtemp(prefix="spark-session-")
    settings = {
        "spark.driver.host": LOOPBACK,
        "spark.driver.bindAddress": LOOPBACK,
        "spark.driver.memory": "768m",
        "spark.driver.extraJavaOptions": f"{QUICK_JAVA} -Dderby.system.home={folder}",
        "spark.executor.memory": "640m",
        "spark.executor.cores": "1",
        "spark.executor.extraJavaOptions": QUICK_JAVA,
        "spark.sql.shuffle.partitions": "4",
        "spark.default.parallelism": "4",
        "spark.sql.warehouse.dir": f"{folder}/warehouse",
        "spark.local.dir": folder,
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
    }
    builder = SparkSession.builder.master(master).appName("safer-hotspots")
    for key, value in (settings | options).items():
        builder = builder.config(key, str(value))
    os.environ.setdefault("SPARK_LOCAL_IP", LOOPBACK)
    spark = builder.getOrCreate()
    try:
        yield spark
    finally:
        with contextlib.suppress(Exception):  # a cluster that was killed cannot say goodbye
            spark.stop()
        shutil.rmtree(folder, ignore_errors=True)


def table_of(spark: Any, source: Path, *, parts: int = 0, seed: int = 0) -> Any:
    """Read a folder of Parquet or CSV files as an Ibis table that lies on the cluster.

    ``parts`` deals the rows out anew, in an order of the seed's.
    """
    import ibis
    from pyspark.sql import functions

    files = sorted(str(p) for p in source.rglob("*") if p.suffix in (".parquet", ".csv"))
    parquet = files[0].endswith(".parquet")
    read = spark.read.parquet(*files) if parquet else spark.read.csv(files, header=True, escape='"')
    if parts:
        read = read.orderBy(functions.rand(seed)).repartition(parts)
    name = f"rows_{seed}_{parts}"
    read.createOrReplaceTempView(name)
    return ibis.pyspark.connect(spark).table(name)


def same_answer(one: tuple[gpd.GeoDataFrame, pd.DataFrame], other: tuple[gpd.GeoDataFrame, pd.DataFrame]) -> bool:
    """Whether two answers of `aggregate_incidents` are the same to the last bit, order and types included."""
    for a, b in zip(one, other, strict=True):
        a, b = pd.DataFrame(a), pd.DataFrame(b)
        if list(a.columns) != list(b.columns) or len(a) != len(b) or list(a.dtypes) != list(b.dtypes):
            return False
        if "geometry" in a:
            a, b = (f.assign(geometry=gpd.GeoSeries(f["geometry"]).to_wkb()) for f in (a, b))
        if not a.equals(b):
            return False
    return True


@dataclass
class Outcome:
    """What came of a run whose worker was killed."""

    answer: str  # "same", "refused" (one plain paragraph) or "WRONG"
    seconds: float
    killed_after: float | None  # None: the run was over before
    said: str = ""


def count_while_a_worker_dies(
    cluster: Cluster, source: Path, expected: tuple[gpd.GeoDataFrame, pd.DataFrame], *, after: float, **how: Any
) -> Outcome:
    """Count a folder on the cluster, kill one worker ``after`` so many seconds, and judge the answer.

    ``how`` goes to `aggregate_incidents`. The cluster has its full number of workers again afterwards.
    """
    from hotspots import aggregate_incidents
    from hotspots.checks import InputError

    killed: list[float] = []
    with session(cluster.master) as spark:
        table = table_of(spark, source, parts=8)
        start = time.monotonic()

        def kill() -> None:
            cluster.kill_worker()
            killed.append(time.monotonic() - start)

        timer = threading.Timer(after, kill)
        timer.start()
        said = ""
        try:
            answer = "same" if same_answer(aggregate_incidents(table, **how), expected) else "WRONG"
        except InputError as error:
            answer, said = "refused", str(error)
        seconds = time.monotonic() - start
        timer.cancel()
        timer.join()
    if killed:
        cluster.add_worker()
    during = killed[0] if killed and killed[0] <= seconds else None
    return Outcome(answer, seconds, during, said)


def _java() -> str | None:
    home = os.environ.get("JAVA_HOME")
    own = shutil.which("java", path=str(Path(home) / "bin")) if home else None
    return own or shutil.which("java")


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind((LOOPBACK, 0))
        return [int(one.getsockname()[1]) for one in sockets]


def _runs(pid: int) -> bool:
    """Whether any process of a group is left; what has ended is taken off the system's list."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        os.killpg(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _end(pids: list[int], *, grace: float) -> None:
    """End whole process groups, asked first where there is grace (in seconds), and wait for it."""
    for sign, seconds in ((signal.SIGTERM, grace),) * (grace > 0) + ((signal.SIGKILL, 10.0),):
        for pid in filter(_runs, pids):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, sign)
        end = time.monotonic() + seconds
        while sum(map(_runs, pids)) and time.monotonic() < end:
            time.sleep(0.05)


def _is_spark(pid: int) -> bool:
    """Whether a process noted long ago is still ours: the system gives numbers out again."""
    shown = subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return "org.apache.spark.deploy" in shown.stdout


def main(arguments: list[str]) -> int:
    """Start a cluster in a folder, or stop the one that is there."""
    if len(arguments) != 2 or arguments[0] not in ("start", "stop"):
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(arguments[1]).resolve()
    if arguments[0] == "start":
        folder.mkdir(parents=True, exist_ok=True)
        Cluster.remembered(folder).stop()
        print(Cluster(folder).start().master)
    else:
        Cluster.remembered(folder).stop()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
