"""Everything that changes an import: hand in, map, rehearse, start, undo, discard."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from qualityloop.analysis.files.mapping import Mapping
from qualityloop.analysis.files.mapping_loading import parse_mapping
from qualityloop.analysis.messages import AnalysisError, message
from qualityloop.collection import actions
from qualityloop.collection.files import FILES, MOST_FILES
from qualityloop.collection.importing import looking
from qualityloop.collection.importing.headers import fingerprint_of_all, renamed
from qualityloop.collection.importing.workshop import opened
from qualityloop.collection.models import ImportFile, ImportRun, ImportState, SavedMapping
from qualityloop.foundation.audit.recording import record
from qualityloop.foundation.files.models import StoredFile
from qualityloop.foundation.files.store import Readable, file_forget, file_keep
from qualityloop.foundation.jobs import enqueue
from qualityloop.foundation.models import User
from qualityloop.foundation.records.models import Batch
from qualityloop.foundation.wording import kept

AT_ONCE = 4 << 20  # bytes that are looked at while the page waits; larger files are looked at by a job
SHOWN = 3  # names of files in the label of an import


def import_create(
    *,
    actor: User | None,
    files: Sequence[tuple[str, Readable | bytes]],
    source: str = "",
    address: str = "",
    unwanted: Callable[[int, AnalysisError], None] | None = None,
    look: bool = True,
) -> ImportRun:
    """Hand in files for one import. AnalysisError where one is not taken; then none is.

    With `unwanted`, which is told their places, those that are not taken are left out instead. Without `look` the
    caller looks at the files (`import_look`).
    """
    if not files:
        raise AnalysisError(message("choose at least one file"))
    if len(files) > MOST_FILES:
        raise AnalysisError(message("more than {count} files at once are not taken", count=MOST_FILES))
    stored = _kept(files, actor, unwanted)
    large = sum(file.size for file in stored) > AT_ONCE
    with transaction.atomic():
        run = ImportRun.objects.create(label=_label(stored), source=source or "files", actor=actor)
        names: set[str] = set()
        for position, file in enumerate(stored):
            ImportFile.objects.create(run=run, stored=file, name=_free_name(file.name, names), position=position)
        after = {"files": sorted(names), "sha256": [file.sha256 for file in stored]}
        record(actor=actor, action=actions.UPLOADED, record=run, before=None, after=after, address=address)
        if look and large:
            _queue(run, "collection.look", actor)
    if look and not large:
        import_look(run=run)
    return run


def _kept(
    files: Sequence[tuple[str, Readable | bytes]],
    actor: User | None,
    unwanted: Callable[[int, AnalysisError], None] | None,
) -> list[StoredFile]:
    stored: list[StoredFile] = []
    for place, (name, content) in enumerate(files):
        try:
            stored.append(file_keep(content, name=name, purpose=FILES.key, actor=actor))
        except AnalysisError as error:
            if unwanted is not None:
                unwanted(place, error)
                continue
            for file in stored:
                file_forget(file)
            raise
    if not stored:
        raise AnalysisError(message("none of the files can be taken"))
    return stored


def _label(stored: Sequence[StoredFile]) -> str:
    names = [file.name for file in stored]
    more = f" … ({len(names)})" if len(names) > SHOWN else ""
    return (", ".join(names[:SHOWN])[: 200 - len(more)]) + more


def _free_name(name: str, taken: set[str]) -> str:
    """`name`, or with a number before its ending where another file has it."""
    stem, dot, ending = name.partition(".")
    free, copy = name, 1
    while free in taken:
        copy += 1
        free = f"{stem} ({copy}){dot}{ending}"
    taken.add(free)
    return free


def _queue(run: ImportRun, key: str, actor: User | None, **more: Any) -> None:
    job = enqueue(key, actor=actor, once=f"import-{run.pk}", run_id=run.pk, **more)
    run.job_number = job.pk
    run.save(update_fields=["job_number"])


def import_look(*, run: ImportRun, progress: Any = None) -> None:
    """Look at the files; take a saved mapping that knows their columns, else propose one."""
    try:
        mapping, found = looking.look(run, progress)
    except AnalysisError as error:
        with transaction.atomic():
            run.state, run.error_json = ImportState.FAILED, kept(error.text)
            run.save(update_fields=["state", "error_json"])
        return
    saved = (
        SavedMapping.objects.filter(fingerprint=fingerprint_of_all(found["headers"])).order_by("-changed_at").first()
    )
    if saved is not None:
        mapping = renamed(parse_mapping(saved.text, saved.name), saved.headers, found["headers"])
        with opened(run) as shop:
            looking.add_samples(mapping, shop.files, found)
        run.saved_mapping, run.source = saved, saved.source
    run.mapping, run.found, run.error_json = mapping.to_yaml(), found, ""
    run.state = ImportState.MAPPED if saved is not None else ImportState.UPLOADED
    run.save(update_fields=["saved_mapping", "source", "mapping", "found", "error_json", "state"])


def import_map(
    *, actor: User | None, run: ImportRun, text: str, source: str = "", zone: str = "", address: str = ""
) -> Mapping:
    """Take a mapping, which may still be a draft; what was handed over before starts anew. AnalysisError if wrong."""
    refuse_unless_open(run)
    mapping = parse_mapping(text, looking.NAME, draft=True)
    try:
        parse_mapping(text, looking.NAME)
        state = ImportState.MAPPED
    except AnalysisError:
        state = ImportState.UPLOADED
    found = run.found
    with opened(run) as shop:
        looking.add_samples(mapping, shop.files, found)
    with transaction.atomic():
        old_text, old_source = run.mapping, run.source
        run.mapping, run.found, run.state = text, found, state
        run.source = source.strip()[:100] or run.source
        run.checked, run.delivered, run.read, run.counts, run.error_json = {}, {}, {}, {}, ""
        run.save()
        gone, new = _differing(old_text, run.mapping)
        if gone or new or old_source != run.source:
            before = {"mapping": gone, "source": old_source}
            after = {"mapping": new, "source": run.source}
            record(actor=actor, action=actions.MAPPED, record=run, before=before, after=after, address=address)
    return mapping


def _differing(before: str, after: str) -> tuple[str, str]:
    """The lines that only one of two texts has."""
    old, new = before.splitlines(), after.splitlines()
    gone = [line.strip() for line in old if line not in set(new)]
    return "\n".join(gone), "\n".join(line.strip() for line in new if line not in set(old))


def refuse_unless_open(run: ImportRun) -> None:
    """AnalysisError where the mapping may not be changed any more."""
    if not run.is_open:
        raise AnalysisError(message("this import is not open any more"))


def mapping_save(*, actor: User | None, run: ImportRun, name: str, address: str = "") -> SavedMapping:
    """Keep the mapping under a name; files with the same columns find it next time."""
    parse_mapping(run.mapping, looking.NAME)
    name = name.strip()[:100]
    if not name:
        raise AnalysisError(message("the mapping needs a name"))
    headers = run.found.get("headers", {})
    with transaction.atomic():
        before = SavedMapping.objects.filter(name=name).values("text", "source").first()
        values = {
            "source": run.source, "text": run.mapping, "headers": headers, "actor": actor,
            "fingerprint": fingerprint_of_all(headers), "changed_at": timezone.now(),
        }  # fmt: skip
        saved, _created = SavedMapping.objects.update_or_create(name=name, defaults=values)
        after = {"text": saved.text, "source": saved.source}
        record(actor=actor, action=actions.MAPPING_SAVED, record=saved, before=before, after=after, address=address)
        run.saved_mapping = saved
        run.save(update_fields=["saved_mapping"])
    return saved


def import_check(*, actor: User | None, run: ImportRun) -> None:
    """Ask for the dry run."""
    refuse_unless_open(run)
    parse_mapping(run.mapping, looking.NAME)
    with transaction.atomic():
        run.state, run.checked, run.error_json = ImportState.CHECKING, {}, ""
        run.save(update_fields=["state", "checked", "error_json"])
        _queue(run, "collection.check", actor)


def import_start(*, actor: User | None, run: ImportRun, address: str = "", tell: bool = False) -> None:
    """Ask for the import itself; `tell` the actor when it has ended."""
    refuse_unless_open(run)
    parse_mapping(run.mapping, looking.NAME)
    with transaction.atomic():
        import_begin(actor=actor, run=run, address=address)
        _queue(run, "collection.import", actor, **({"tell": True} if tell else {}))


def import_begin(*, actor: User | None, run: ImportRun, address: str = "") -> None:
    """Mark the import as running, with the batch to which its rows will belong; the caller's transaction."""
    before = {"state": run.state}
    if run.batch is None:
        run.batch = Batch.objects.create(label=run.label, actor=actor)
    run.state, run.error_json = ImportState.RUNNING, ""
    run.started_at = run.started_at or timezone.now()
    run.save(update_fields=["state", "error_json", "batch", "started_at"])
    after = {"state": run.state, "source": run.source, "batch": run.batch_id}
    record(actor=actor, action=actions.STARTED, record=run, before=before, after=after, address=address)


JOB_OF = {
    ImportState.CHECKING: "collection.check",
    ImportState.RUNNING: "collection.import",
}


def import_resume(*, actor: User | None, run: ImportRun, address: str = "") -> None:
    """Ask once more for what was broken off, or for an import that failed half way; what was written stays."""
    if run.state == ImportState.FAILED and run.batch is not None:
        import_start(actor=actor, run=run, address=address, tell=True)
        return
    key = JOB_OF.get(ImportState(run.state))
    if key is None:
        raise AnalysisError(message("there is nothing to go on with"))
    with transaction.atomic():
        _queue(run, key, actor, **({"tell": True} if run.state == ImportState.RUNNING else {}))


def import_undo(*, actor: User | None, run: ImportRun, reason: str, address: str = "") -> None:
    """Ask for the import to be taken back. AnalysisError at once where something depends on its rows."""
    from qualityloop.foundation.records.receiving import UNDOS

    if run.batch is None or run.is_busy or run.state == ImportState.UNDONE:
        raise AnalysisError(message("there is nothing to undo"))
    if not reason.strip():
        raise AnalysisError(message("say why the import is undone"))
    for way in UNDOS.values():
        way.check(run.batch)
    with transaction.atomic():
        before = {"state": run.state}
        run.state = ImportState.UNDOING
        run.save(update_fields=["state"])
        record(actor=actor, action=actions.UNDONE, record=run, before=before, after={"state": ImportState.UNDONE.value},
               reason=reason.strip(), address=address)  # fmt: skip
        job = enqueue("collection.undo", actor=actor, once=f"import-{run.pk}", run_id=run.pk, reason=reason.strip())
        run.job_number = job.pk
        run.save(update_fields=["job_number"])


def import_discard(*, actor: User | None, run: ImportRun, address: str = "") -> None:
    """Drop an import of which nothing was written."""
    if run.batch is not None or run.is_busy:
        raise AnalysisError(message("records were written already; undo the import instead"))
    with transaction.atomic():
        before = {"files": [file.name for file in run.files.all()], "state": run.state}
        record(actor=actor, action=actions.DISCARDED, record=run, before=before, after=None, address=address)
        stored = [file.stored for file in run.files.select_related("stored")]
        run.delete()
        for file in stored:
            file_forget(file)


def twins(run: ImportRun) -> list[ImportRun]:
    """Earlier imports of a file with the same content that still stand."""
    hashes: Iterable[str] = run.files.values_list("stored__sha256", flat=True)
    earlier = ImportRun.objects.filter(files__stored__sha256__in=list(hashes), state=ImportState.DONE)
    return list(earlier.exclude(pk=run.pk).order_by("-pk").distinct()[:5])
