"""Apache Spark: the same queries over the same lake files, for those who outgrow one machine.

Needs `pip install qualityloop[spark]`, Java 17, and files that every worker can read under the same path.
"""

from __future__ import annotations

import re
import socket
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

import pyarrow as pa

from qualityloop.analysis.engine import Dialect
from qualityloop.analysis.messages import AnalysisError, message

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Result = TypeVar("Result")

CONNECT_SECONDS = 5.0
WORKERS_SECONDS = 60.0
SETTINGS = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
    "spark.sql.parquet.mergeSchema": "true",  # union by name
    "spark.sql.caseSensitive": "false",
    "spark.sql.mapKeyDedupPolicy": "EXCEPTION",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.adaptive.enabled": "true",
}
# What Spark has to say reaches people as an AnalysisError; its log stays silent.
LOG4J = """rootLogger.level = off
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = %p %c: %m%n
"""


class SparkEngine:
    """The Engine on a Spark cluster ("spark://host:7077") or on this machine's cores ("local[2]")."""

    dialect: Dialect = "spark"

    def __init__(self, url: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="qualityloop-spark-")
        try:
            self._session = _session(url, Path(self._folder.name))
        except BaseException:
            self._folder.cleanup()
            raise

    def attach(self, name: str, files: Sequence[Path]) -> None:
        """Make the Parquet `files` readable as table `name`."""
        if not files:
            raise ValueError(f"no files for table {name}")
        paths = [Path(file).resolve().as_uri() for file in files]
        from pyspark.errors import AnalysisException

        try:
            self._guarded(lambda: self._session.read.parquet(*paths).createOrReplaceTempView(name))
        except AnalysisException as error:  # such as a file that is gone
            raise _failure(error) from error

    def query(self, sql: str) -> pa.Table:
        """Run one SELECT; AnalysisError where the cluster or a file fails."""
        with _quietly():
            return self._guarded(lambda: self._session.sql(sql).toArrow())

    def _guarded(self, work: Callable[[], Result]) -> Result:
        from py4j.protocol import Py4JJavaError  # type: ignore[import-not-found]
        from pyspark.errors import AnalysisException, ParseException, PySparkException

        try:
            return work()
        except (AnalysisException, ParseException):
            raise  # the SQL is wrong: ours to mend, not the user's
        except (PySparkException, Py4JJavaError) as error:
            raise _failure(error) from error

    def close(self) -> None:
        """Give the cluster's cores back."""
        self._session.stop()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@contextmanager
def _quietly() -> Iterator[None]:
    """Without pyspark's warning about pandas 3, which is not used here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        yield


def _failure(error: Exception) -> AnalysisError:
    return AnalysisError(message("Spark could not do it: {reason}", reason=_first_line(str(error))))


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), text)[:300]


def _session(url: str, folder: Path) -> SparkSession:
    """Open a session whose answers agree with DuckDB's: instants without zone shifts, errors instead of NULLs."""
    try:
        from pyspark import SparkConf, SparkContext
        from pyspark.java_gateway import launch_gateway
        from pyspark.sql import SparkSession
    except ImportError:
        raise AnalysisError(
            message("the engine “{url}” needs Spark: pip install qualityloop[spark]", url=url)
        ) from None
    _check_master(url)
    configuration = SparkConf().setMaster(url).setAppName("QualityLoop").setAll(list(_settings(url, folder).items()))
    said = folder / "stderr.txt"
    try:
        with said.open("wb") as stderr, _quietly():
            # The JVM outlives a session; only the first one of a process starts it.
            gateway = SparkContext._gateway or launch_gateway(configuration, popen_kwargs={"stderr": stderr})
            session = SparkSession(SparkContext(conf=configuration, gateway=gateway))
    except Exception as error:  # whatever Java, py4j or pyspark throw: the user needs the reason, not the traceback
        reason = _first_line(said.read_text(encoding="utf-8", errors="replace")) or _first_line(str(error))
        raise AnalysisError(message("Spark could not be started, it needs Java 17: {reason}", reason=reason)) from error
    if url.startswith("spark://"):
        _wait_for_workers(session, url)
    # Spark's 200 pieces suit a hundred cores; each costs time even when it is empty.
    session.conf.set("spark.sql.shuffle.partitions", str(max(4, 3 * session.sparkContext.defaultParallelism)))
    return session


def _settings(url: str, folder: Path) -> dict[str, str]:
    log4j = folder / "log4j2.properties"
    log4j.write_text(LOG4J, encoding="utf-8")
    settings = SETTINGS | {
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={log4j.as_uri()}",
        "spark.sql.warehouse.dir": (folder / "warehouse").as_uri(),
    }
    if re.match(r"spark://(127\.|localhost|\[::1\])", url):
        settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    return settings


def _check_master(url: str) -> None:
    """AnalysisError at once where nothing listens; Spark itself would try for minutes."""
    if not url.startswith("spark://"):
        return
    reached = False
    for address in url.removeprefix("spark://").split(","):
        host, _, port = address.rpartition(":")
        try:
            with socket.create_connection((host.strip("[]"), int(port)), timeout=CONNECT_SECONDS):
                reached = True
        except (OSError, ValueError, OverflowError):
            continue
    if not reached:
        raise AnalysisError(message("no Spark master answers at {url}", url=url))


def _wait_for_workers(session: SparkSession, url: str) -> None:
    """AnalysisError where the master has no worker to give; a query would wait for ever."""
    context = session.sparkContext._jsc.sc()
    until = time.monotonic() + WORKERS_SECONDS
    while context.getExecutorMemoryStatus().size() < 2:  # the driver counts as one
        if time.monotonic() > until:
            session.stop()
            raise AnalysisError(message("the Spark master at {url} has no free worker", url=url))
        time.sleep(0.1)
