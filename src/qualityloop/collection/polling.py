"""Asking sources by the clock: new files become imports, silence becomes a notice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import ExitStack
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

from croniter import croniter
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.files.mapping_loading import parse_mapping
from qualityloop.analysis.messages import AnalysisError, Message, message
from qualityloop.collection.importing.headers import renamed
from qualityloop.collection.models import DataSource, ImportFile, ImportRun, SavedMapping, SeenFile, SourceRun
from qualityloop.collection.permissions import SOURCES as RIGHT
from qualityloop.collection.services import import_create, import_discard, import_look, import_map, import_start
from qualityloop.collection.sources.contract import Delivering, Fetched
from qualityloop.collection.sources.registry import SOURCES
from qualityloop.foundation.files.store import PIECE
from qualityloop.foundation.models import User
from qualityloop.foundation.notices import notice_kind, notify
from qualityloop.foundation.wording import kept

SILENT = notice_kind("collection.source_silent", _("A data source has gone silent"), right=RIGHT)
FAILED = notice_kind("collection.source_failed", _("A data source cannot be read"), right=RIGHT)
NEWS_LOOKED_AT = 20
RHYTHM = 3.0  # times the usual gap between news is silence
SHORTEST = timedelta(hours=1)
STRANGE = message("the file cannot be read, or its columns are not those of the mapping")


def poll_due(now: datetime | None = None) -> int:
    """Ask every active source whose time has come, and look for silent ones; how many were asked."""
    now = now or timezone.now()
    due = list(DataSource.objects.filter(active=True, next_at__lte=now).select_related("mapping", "actor"))
    for source in due:
        poll(source, now)
    for source in DataSource.objects.filter(active=True):
        alert_if_silent(source, now)
    return len(due)


def next_instant(source: DataSource, now: datetime) -> datetime | None:
    """When the source is asked next, by its cron expression on the organisation's clock."""
    if not source.cron or not source.active:
        return None
    return croniter(source.cron, timezone.localtime(now)).get_next(datetime)  # type: ignore[no-any-return]


def poll(source: DataSource, now: datetime | None = None) -> SourceRun:
    """Ask one source now."""
    now = now or timezone.now()
    asked = SourceRun.objects.create(source=source, at=now)
    try:
        way = SOURCES.get(source.kind)
        if isinstance(way, Delivering):
            asked.found, asked.known = way.deliver(source)
        else:
            new, asked.known = _new_files(source)
            asked.found = len(new)
            asked.run = bring(source, new) if new else None
    except AnalysisError as error:
        asked.error_json = kept(error.text)
        _tell_failure(source, error.text)
    with transaction.atomic():
        asked.ended_at = timezone.now()
        asked.save()
        source.last_at, source.next_at = now, next_instant(source, now)
        if asked.found:
            source.last_news_at, source.alerted_at = now, None
        source.save(update_fields=["last_at", "next_at", "last_news_at", "alerted_at"])
    return asked


def _new_files(source: DataSource) -> tuple[list[tuple[str, Fetched]], int]:
    """Files that the source has not brought before, with their hash; how many are known."""
    way = SOURCES.get(source.kind)
    if way is None:
        raise AnalysisError(message("this program knows no source “{key}” (any more)", key=source.kind))
    new: dict[str, Fetched] = {}
    known = 0
    for fetched in way.collect(source.options, source.last_at):
        digest = _digest(fetched)
        if source.seen.filter(sha256=digest).exists():
            known += 1
        else:
            new.setdefault(digest, fetched)
    return list(new.items()), known


def _digest(fetched: Fetched) -> str:
    whole = hashlib.sha256()
    stream: Any = fetched.open()
    with stream:
        while piece := stream.read(PIECE):
            whole.update(piece)
    return whole.hexdigest()


def bring(source: DataSource, new: list[tuple[str, Fetched]]) -> ImportRun | None:
    """Import the new files; those that cannot be taken are remembered with the reason, so that they hold up nothing."""
    problems: dict[int, Message] = {}
    with ExitStack() as stack:
        files = [(fetched.name, _entered(stack, fetched)) for _digest, fetched in new]
        try:
            run = import_create(
                actor=source.actor, files=files, look=False,
                unwanted=lambda place, error: problems.update({place: error.text}),
            )  # fmt: skip
        except AnalysisError:
            run = None
    for place, problem in problems.items():
        _remember(source, new[place], problem, None)
    if run is None:
        return None
    taken = [one for place, one in enumerate(new) if place not in problems]
    import_look(run=run)
    run.refresh_from_db()
    return _started(source, run, list(zip(taken, run.files.all(), strict=True)))


def _entered(stack: ExitStack, fetched: Fetched) -> Any:
    stream: Any = fetched.open()
    return stack.enter_context(stream)


def _started(
    source: DataSource, run: ImportRun, files: list[tuple[tuple[str, Fetched], ImportFile]]
) -> ImportRun | None:
    """Map the files as the source says and start the import; what has no place in it is remembered as a problem."""
    text = _mapping_for(source, run)
    headers, known = run.found.get("headers", {}), _known(source)
    try:
        if text is None:
            raise AnalysisError(message("the columns are not those of the mapping"))
        origin = source.mapping.source if source.mapping else source.name
        import_map(actor=source.actor, run=run, text=text, source=origin)
        with transaction.atomic():
            for one, file in files:
                fits = file.name in headers and (known is None or headers[file.name] in known)
                _remember(source, one, None if fits else STRANGE, run)
            import_start(actor=source.actor, run=run)
    except AnalysisError as error:
        for one, _file in files:
            _remember(source, one, error.text, None)
        import_discard(actor=source.actor, run=run)
        return None
    return run


def _known(source: DataSource) -> set[str] | None:
    """Fingerprints of the files that the source's mapping is for; None where any will do."""
    return set(source.mapping.headers.values()) if source.mapping else None


def _mapping_for(source: DataSource, run: ImportRun) -> str | None:
    """The mapping for these files: the source's own, else what was recognised or proposed; None where none fits."""
    saved: SavedMapping | None = source.mapping
    if saved is None:
        return run.mapping or None
    headers = run.found.get("headers", {})
    known = {name: header for name, header in headers.items() if header in set(saved.headers.values())}
    if not known:
        return None
    return renamed(parse_mapping(saved.text, saved.name), saved.headers, known).to_yaml()


def _remember(source: DataSource, one: tuple[str, Fetched], problem: Message | None, run: ImportRun | None) -> None:
    digest, fetched = one
    text = kept(problem) if problem is not None else ""
    values = {"name": fetched.name[:255], "problem_json": text, "run": run, "at": timezone.now()}
    SeenFile.objects.update_or_create(source=source, sha256=digest, defaults=values)


def rhythm(source: DataSource) -> timedelta | None:
    """After how long without news the source counts as silent; None while nobody can tell."""
    if source.quiet_hours:
        return timedelta(hours=source.quiet_hours)
    news = list(source.runs.filter(found__gt=0).order_by("-at").values_list("at", flat=True)[:NEWS_LOOKED_AT])
    gaps = [(later - earlier).total_seconds() for later, earlier in pairwise(news)]
    if len(gaps) < 3:
        return None
    return max(SHORTEST, timedelta(seconds=RHYTHM * median(gaps)))


def alert_if_silent(source: DataSource, now: datetime) -> bool:
    """Tell those who look after sources, once per silence."""
    limit, last = rhythm(source), source.last_news_at or source.created_at
    if limit is None or source.alerted_at is not None or now - last <= limit:
        return False
    with transaction.atomic():
        if not DataSource.objects.filter(pk=source.pk, alerted_at=None).update(alerted_at=now):
            return False
        notify(
            to=keepers(),
            kind=SILENT,
            subject=message("Data source “{name}” has gone silent", name=source.name),
            text=message("Nothing new since {instant}.", instant=f"{timezone.localtime(last):%Y-%m-%d %H:%M}"),
            url=reverse("collection:source", args=[source.pk]),
        )
    return True


def _tell_failure(source: DataSource, problem: Message) -> None:
    """Tell once per failure, not at every attempt: the attempt before this one was fine, or there was none."""
    before = source.runs.exclude(ended_at=None).order_by("-at", "-pk").first()
    if before is not None and before.error_json:
        return
    with transaction.atomic():
        notify(
            to=keepers(),
            kind=FAILED,
            subject=message("Data source “{name}” cannot be read", name=source.name),
            text=problem,
            url=reverse("collection:source", args=[source.pk]),
        )


def keepers() -> Iterable[User]:
    """Who looks after sources."""
    return [user for user in User.objects.filter(is_active=True) if RIGHT.allows(user)]
