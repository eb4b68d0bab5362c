"""`qualityloop import`: bring files into the database of this installation, as the pages do."""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qualityloop.analysis.messages import AnalysisError, message
from qualityloop.cli.arguments import Parser
from qualityloop.cli.terminal import Report, Terminal

if TYPE_CHECKING:
    from qualityloop.collection.models import ImportRun

REASONS_SHOWN = 5
LOOK_SECONDS = 0.5


def add(commands: argparse._SubParsersAction[Parser], shared: Parser, language: str) -> None:
    """The arguments of `import`."""
    text = message("bring records from files into the database of this installation").in_language(language)
    parser = commands.add_parser("import", parents=[shared], help=text, description=text)
    parser.add_argument("files", nargs="+", metavar="FILE", help=message("files or folders").in_language(language))
    parser.add_argument(
        "--map",
        metavar=message("FILE").in_language(language),
        help=message(
            "mapping of the files (default: a saved one that knows the columns, else the proposal)"
        ).in_language(language),
    )
    parser.add_argument(
        "--source",
        metavar=message("NAME").in_language(language),
        help=message("where the records come from; the same name finds them again (default: files)").in_language(
            language
        ),
    )
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help=message("say what would be new, changed, unchanged and rejected; write nothing").in_language(language),
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Counts per data set on stdout: created, updated, unchanged, rejected."""
    from qualityloop.analysis.files.formats import table_files
    from qualityloop.analysis.files.mapping_loading import read_mapping_text
    from qualityloop.analysis.files.shipped import shipped_mapping
    from qualityloop.cli.records import is_shipped
    from qualityloop.config.prepare import set_up

    paths = table_files([Path(name) for name in options.files])
    mapping = None
    if options.map:
        known = is_shipped(options.map)
        mapping = shipped_mapping(options.map, paths).to_yaml() if known else read_mapping_text(Path(options.map))
    set_up()
    _migrate(terminal)
    from qualityloop.collection.services import import_discard

    with terminal.stage(message("Looking at files")):
        opened = _handed_in(paths, options.source or "")
    try:
        counts, reasons = _done(opened, mapping, options, terminal)
    except BaseException:
        opened.refresh_from_db()
        if opened.batch_id is None and not opened.is_busy:
            import_discard(actor=None, run=opened)
        raise
    if options.dry_run:
        import_discard(actor=None, run=opened)
    _tell(opened, counts, reasons, options, terminal)
    return 0


def _migrate(terminal: Terminal) -> None:
    from django.conf import settings
    from django.core.management import call_command

    settings.QUALITYLOOP_HOME.mkdir(parents=True, exist_ok=True)
    settings.QUALITYLOOP_JOBS = "now"  # here, in this process; a worker takes over if it is killed
    with terminal.stage(message("Preparing the database")):
        call_command("migrate", interactive=False, verbosity=0)


def _handed_in(paths: list[Path], source: str) -> ImportRun:
    from qualityloop.collection.services import import_create

    with ExitStack() as stack:
        files = [(path.name, stack.enter_context(path.open("rb"))) for path in paths]
        made = import_create(actor=None, files=files, source=source)
    made.refresh_from_db()
    return made


def _done(
    opened: ImportRun, mapping: str | None, options: argparse.Namespace, terminal: Terminal
) -> tuple[dict[str, dict[str, int]], list[tuple[int, str, str, str]]]:
    """Map, and import or rehearse; what came of it."""
    from qualityloop.collection import services
    from qualityloop.collection.importing.looking import NAME
    from qualityloop.collection.models import ImportState

    if opened.state == ImportState.FAILED:
        raise AnalysisError(message("{reason}", reason=opened.error))
    if mapping is not None or options.source:
        text = mapping or opened.mapping
        services.import_map(actor=None, run=opened, text=text, source=options.source or "")
    for file, columns in opened.found.get("incomplete", {}).items() if mapping is None else ():
        if opened.saved_mapping_id is None:
            raise AnalysisError(
                message("{file}: cannot tell which column is {columns}; write a mapping (qualityloop inspect makes "
                        "a draft)", file=file, columns=", ".join(columns))
            )  # fmt: skip
    title = message("Dry run") if options.dry_run else message("Importing")
    with terminal.stage(title) as report, _watched(opened, report):
        if options.dry_run:
            services.import_check(actor=None, run=opened)
        else:
            services.import_start(actor=None, run=opened)
    opened.refresh_from_db()
    if opened.state == ImportState.FAILED or opened.is_busy:
        raise AnalysisError(message("{reason}", reason=opened.error or NAME))
    return _outcome(opened, terminal)


def _outcome(
    opened: ImportRun, terminal: Terminal
) -> tuple[dict[str, dict[str, int]], list[tuple[int, str, str, str]]]:
    from qualityloop.collection.queries import reject_reasons
    from qualityloop.foundation.wording import shown

    said = terminal.language
    if opened.checked and not opened.counts:
        found = [(n, file, column, shown(text, said)) for file, _d, column, text, n in opened.checked["reasons"]]
        return opened.checked["counts"], found
    rows = reject_reasons(opened, REASONS_SHOWN)
    return opened.counts, [(row.count, row.file, row.column, shown(row.reason_json, said)) for row in rows]


@contextmanager
def _watched(opened: ImportRun, report: Report) -> Iterator[None]:
    """Show how far the job of the import is while this process works at it."""
    over = threading.Event()
    watcher = threading.Thread(target=_watch, args=(opened.pk, over, report), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _watch(number: int, over: threading.Event, report: Callable[[int, int], None]) -> None:
    from django.db import connection

    from qualityloop.foundation.jobs.models import JobRun

    try:
        while not over.wait(LOOK_SECONDS):
            job: Any = JobRun.objects.filter(once=f"import-{number}").order_by("-pk").first()
            if job is not None and job.total:
                report(job.done, job.total)
    finally:
        connection.close()


def _tell(
    opened: ImportRun,
    counts: dict[str, dict[str, int]],
    reasons: list[tuple[int, str, str, str]],
    options: argparse.Namespace,
    terminal: Terminal,
) -> None:
    for dataset, of in counts.items():
        print(dataset, *(f"{kind}={of[kind]}" for kind in ("created", "updated", "unchanged", "rejected")))  # noqa: T201
    sys.stdout.flush()
    if not any(of["created"] or of["updated"] for of in counts.values()):
        terminal.note(message("Old data, no change."))
    rejected = sum(of["rejected"] for of in counts.values())
    if rejected:
        terminal.warn(message("{rows} rows cannot be used", rows=rejected))
        for count, file, column, reason in reasons[:REASONS_SHOWN]:
            terminal.note(
                message("  {count} × {file} {column}: {reason}", count=count, file=file, column=column, reason=reason)
            )
        if not options.dry_run:
            terminal.note(
                message("They are kept and can be repaired on the page of import {number}.", number=opened.pk)
            )
