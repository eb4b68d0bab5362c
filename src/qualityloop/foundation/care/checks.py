"""What is wrong with an installation, in plain sentences. Each check says nothing where all is well."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django_q.models import Schedule

from qualityloop.analysis.messages import AnalysisError, Message, message
from qualityloop.foundation.audit.chain import START
from qualityloop.foundation.audit.models import AuditEntry, AuditHead
from qualityloop.foundation.audit.verifying import verify
from qualityloop.foundation.care.backup import NOTE
from qualityloop.foundation.files.models import StoredFile
from qualityloop.foundation.files.store import path_of
from qualityloop.foundation.jobs.models import JobRun, State
from qualityloop.foundation.jobs.registry import SCHEDULES, label_of
from qualityloop.foundation.lake.facts import registered
from qualityloop.foundation.lake.queries import LATE
from qualityloop.foundation.lake.reading import current_lake, noted_failure
from qualityloop.foundation.lake.watermarks import state_of
from qualityloop.foundation.wording import shown

GIGABYTE = 1024**3
LITTLE, FAR_TOO_LITTLE = 2 * GIGABYTE, GIGABYTE // 4  # bytes that are free
SILENT = timedelta(minutes=15)  # that a job may wait for a worker
BACKUP_DAYS = 7
SKEW = timedelta(seconds=5)  # between the clocks of database and program


class Level(StrEnum):
    """How bad it is: an error keeps people from working or loses something, a warning will."""

    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong, and what to do about it."""

    check: str
    level: Level
    text: Message


@dataclass(frozen=True, slots=True)
class Check:
    """One check by its key and name; `deep` ones read everything and may take minutes."""

    key: str
    label: Message
    run: Callable[[], Iterator[tuple[Level, Message]]]
    deep: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """One check and what it found; nothing means that all is well."""

    check: Check
    findings: tuple[Finding, ...]


def checked(*, deep: bool = False) -> list[Checked]:
    """Run the checks. Where the database does not answer, those that need it are left out."""
    done: list[Checked] = []
    for check in CHECKS:
        if check.deep and not deep:
            continue
        try:
            found = tuple(Finding(check.key, level, text) for level, text in check.run())
        except (DatabaseError, OSError) as error:
            unknown = message("cannot be looked at: {reason}", reason=_reason(error))
            found = (Finding(check.key, Level.ERROR, unknown),)
        done.append(Checked(check, found))
        if check.key == "database" and any(f.level == Level.ERROR for f in found):
            break
    return done


def _reason(error: Exception) -> str:
    """The first line of what went wrong."""
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__


def _home() -> Iterator[tuple[Level, Message]]:
    home = Path(settings.QUALITYLOOP_HOME)
    try:
        with tempfile.TemporaryFile(dir=home):
            pass
    except OSError:
        yield Level.ERROR, message("{folder} cannot be written to; give it to the user that runs this", folder=home)
        return
    free = shutil.disk_usage(home).free
    if free < LITTLE:
        level = Level.ERROR if free < FAR_TOO_LITTLE else Level.WARNING
        yield level, message("only {size} MB are free on the disk of {folder}", size=free // 2**20, folder=home)
    key = home / "secret.key"
    if key.exists() and key.stat().st_mode & 0o077:
        yield Level.WARNING, message("others on this machine may read {file}; chmod 600 ends that", file=key)


def _database() -> Iterator[tuple[Level, Message]]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        yield Level.ERROR, message("the database cannot be reached: {reason}", reason=_reason(error))
        return
    if waiting:
        yield (
            Level.ERROR,
            message(
                "the database is {n} steps behind this program; qualityloop serve brings it up to date", n=len(waiting)
            ),
        )
    if connection.vendor == "sqlite":
        yield from _sqlite()
    else:
        yield from _clock()


def _sqlite() -> Iterator[tuple[Level, Message]]:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        mode = cursor.fetchone()[0]
    if mode not in ("wal", "memory"):
        yield (
            Level.WARNING,
            message("SQLite does not write ahead (journal mode {mode}); is the disk a network drive?", mode=mode),
        )


def _clock() -> Iterator[tuple[Level, Message]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        apart = abs(cursor.fetchone()[0] - timezone.now())
    if apart > SKEW:
        yield (
            Level.WARNING,
            message("the clocks of database and program are {n} seconds apart", n=round(apart.total_seconds())),
        )


def _lake() -> Iterator[tuple[Level, Message]]:
    try:
        lake = current_lake()
    except AnalysisError as error:
        yield Level.ERROR, message("{what}; qualityloop refresh --rebuild does so", what=error.text)
        return
    if reason := noted_failure():
        yield Level.ERROR, message("the last refresh of the numbers failed: {reason}", reason=shown(reason))
    state = state_of(lake.source) if lake else None
    if state is not None and timezone.now() - state.taken_at > LATE:
        at = state.taken_at.astimezone(ZoneInfo(settings.TIME_ZONE))
        yield Level.WARNING, message("the numbers are those of {at}; no refresh since", at=f"{at:%Y-%m-%d %H:%M}")
    if lake is None and any(facts.query().exists() for facts in registered().values()):
        yield Level.WARNING, message("there are records, but no numbers yet; qualityloop refresh computes them")


def _work() -> Iterator[tuple[Level, Message]]:
    now = timezone.now()
    waiting = JobRun.objects.filter(state=State.QUEUED, due_at__lt=now - SILENT).count()
    if waiting:
        yield (
            Level.ERROR,
            message("{n} jobs wait for a worker; start qualityloop serve or qualityloop work", n=waiting),
        )
    late = Schedule.objects.filter(name__in=SCHEDULES, next_run__lt=now - SILENT).order_by("next_run")
    names = [label_of(one.name) for one in late[:3]]
    if names:
        yield Level.ERROR, message("what runs by the clock is late: {names}", names=", ".join(names))
    elif not Schedule.objects.filter(name__in=SCHEDULES).exists():
        yield Level.WARNING, message("no worker has ever run here; qualityloop serve starts one")
    failed = JobRun.objects.filter(state=State.FAILED, ended_at__gt=now - timedelta(days=1)).count()
    if failed:
        yield Level.WARNING, message("{n} jobs failed in the last 24 hours; see the page of background jobs", n=failed)


def _audit() -> Iterator[tuple[Level, Message]]:
    head = AuditHead.objects.filter(pk=AuditHead.ONLY).first()
    last = AuditEntry.objects.order_by("-sequence").first()
    ends = [(end.sequence, end.hash) if end else (0, START) for end in (head, last)]
    if ends[0] != ends[1]:
        yield Level.ERROR, message("the end of the audit log is not as it was written; see qualityloop verify")


def _audit_whole() -> Iterator[tuple[Level, Message]]:
    fault = verify().fault
    if fault:
        yield Level.ERROR, message("the audit log is not as it was written: {fault}.", fault=fault)


def _pages() -> Iterator[tuple[Level, Message]]:
    dist = Path(__file__).resolve().parents[2] / "static" / "dist"
    if not (dist / "app.js").is_file():
        yield Level.ERROR, message("the front end is not built yet; run: make setup")
    if settings.DEBUG:
        yield (
            Level.ERROR,
            message("QUALITYLOOP_DEBUG is on: pages of errors show the inside of the program to everybody"),
        )
    outside = set(settings.ALLOWED_HOSTS) - {"127.0.0.1", "localhost", "[::1]", "testserver"}
    if outside and not settings.HTTPS:
        yield (
            Level.WARNING,
            message("others reach this installation without HTTPS; put a proxy in front and set QUALITYLOOP_HTTPS=1"),
        )


def _mail() -> Iterator[tuple[Level, Message]]:
    if not settings.QUALITYLOOP_EMAIL_READY:
        yield Level.WARNING, message("no mail is sent; QUALITYLOOP_EMAIL names the server that does")


def _zone() -> Iterator[tuple[Level, Message]]:
    if abs(datetime.now(ZoneInfo(settings.TIME_ZONE)) - timezone.now()) > SKEW:
        yield Level.ERROR, message("the time zone {zone} is not known here", zone=settings.TIME_ZONE)
    if timezone.now().year < 2024:
        yield Level.ERROR, message("the clock of this machine is wrong: {at}", at=f"{timezone.now():%Y-%m-%d %H:%M}")


def _backup() -> Iterator[tuple[Level, Message]]:
    if not AuditHead.objects.exists():  # nothing to lose yet
        return
    try:
        at = datetime.fromisoformat(json.loads((Path(settings.QUALITYLOOP_HOME) / NOTE).read_text("utf-8"))["at"])
    except (OSError, ValueError, KeyError):
        yield Level.WARNING, message("no backup has been made yet; see qualityloop backup")
        return
    days = (timezone.now() - at).days
    if days >= BACKUP_DAYS:
        yield Level.WARNING, message("the last backup is {n} days old", n=days)


def _contents() -> Iterator[tuple[Level, Message]]:
    missing = [f.name for f in StoredFile.objects.iterator() if not os.path.exists(path_of(f.sha256))]
    if missing:
        yield (
            Level.ERROR,
            message("the content of {n} files is missing, such as {file}", n=len(missing), file=missing[0]),
        )
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            said = cursor.fetchone()[0]
        if said != "ok":
            yield Level.ERROR, message("the database is damaged: {reason}", reason=said)


CHECKS = (
    Check("home", message("Home folder and disk"), _home),
    Check("database", message("Database"), _database),
    Check("lake", message("Numbers"), _lake),
    Check("work", message("Background work"), _work),
    Check("audit", message("Audit log"), _audit),
    Check("pages", message("Pages"), _pages),
    Check("mail", message("E-mail"), _mail),
    Check("zone", message("Clock and time zone"), _zone),
    Check("backup", message("Backup"), _backup),
    Check("contents", message("Stored files and whole database"), _contents, deep=True),
    Check("audit_whole", message("Audit log, every entry"), _audit_whole, deep=True),
)
