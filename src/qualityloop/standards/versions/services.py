"""Writing documents: begin, change, review, put in force, withdraw. Each in one transaction with its audit entry."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.messages import Message, Text, message
from qualityloop.foundation.audit.actions import Action, action
from qualityloop.foundation.audit.recording import record
from qualityloop.standards.versions.comparing import differences
from qualityloop.standards.versions.kinds import KINDS, ContentError
from qualityloop.standards.versions.models import OPEN, Content, Document, State, Version
from qualityloop.standards.versions.queries import in_force_at, timeline

BEGUN = action("standard.begun", _("Standard begun"))
CHANGED = action("standard.changed", _("Standard changed"))
VERSION_BEGUN = action("standard.version_begun", _("New version begun"))
VERSION_SAVED = action("standard.version_saved", _("Draft saved"))
REVIEWED = action("standard.reviewed", _("Version reviewed"))
REOPENED = action("standard.reopened", _("Given back for rework"))
RELEASED = action("standard.put_in_force", _("Version put in force"))
WITHDRAWN = action("standard.withdrawn", _("Version withdrawn"))

changed = Signal()
"""Sent inside the transaction, so that whoever tells people about it does so exactly when it happens:
`sender` Document, `version`, `action` (one of the above), `actor`."""

KEY = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
RESERVED = frozenset({"new"})  # words in addresses


class VersionError(Exception):
    """What was asked for cannot be done with this version; `text` says why, `field` where it was asked."""

    def __init__(self, text: Message, field: str = "") -> None:
        super().__init__(str(text))
        self.text = text
        self.field = field

    def in_language(self, language: str) -> str:
        """The reason in `language`."""
        return self.text.in_language(language)


def document_create(
    *,
    actor: Any,
    kind: str,
    key: str,
    content: Content,
    name: Text | None = None,
    scope: dict[str, str] | None = None,
    reason: str = "",
) -> Version:
    """A new document with its first draft. VersionError where the key is none or taken."""
    if kind not in KINDS:
        raise ValueError(f"there is no kind {kind}")
    if not KEY.fullmatch(key) or key in RESERVED:
        raise VersionError(
            message("“{key}” is no key: lower-case letters, digits, “-”, “_” and “.” are allowed.", key=key[:80]), "key"
        )
    called = name or KINDS[kind].name(content)
    with transaction.atomic():
        if Document.objects.filter(kind=kind, key=key).exists():
            raise VersionError(message("There is a document with the key “{key}” already.", key=key), "key")
        document = Document.objects.create(
            kind=kind, key=key, name_zh=called.zh[:200], name_en=called.en[:200], scope=scope or {}
        )
        version = _draft(actor, document, content, reason, number=1)
        _record(actor, BEGUN, version, None, _values(version, scope=document.scope), reason=reason)
    return version


def draft_create(
    *, actor: Any, document: Document, content: Content | None = None, based_on: Version | None = None, reason: str = ""
) -> Version:
    """A new draft: with `content`, else that of `based_on`, else that of the newest version.

    VersionError while another one is still being worked on.
    """
    with transaction.atomic():
        _lock(document)
        newest = document.versions.order_by("-number").first()
        if document.versions.filter(state__in=OPEN).exists():
            raise VersionError(message("Another version is still being worked on; finish or withdraw that one first."))
        basis = based_on or in_force_at(document, timezone.now()) or newest
        if content is None:
            content = basis.content if basis else {}
        version = _draft(actor, document, content, reason, number=newest.number + 1 if newest else 1)
        before, after = differences(basis.content if basis else {}, content)
        _record(actor, VERSION_BEGUN, version, before, {**_values(version), **after}, reason=reason)
    return version


def draft_save(
    *, actor: Any, version: Version, content: Content, reason: str | None = None, known_hash: str | None = None
) -> Version:
    """Change a draft; whoever does becomes its author. `known_hash`: VersionError where it was changed since then.

    A draft may be incomplete; the review insists on a content without faults.
    """
    with transaction.atomic():
        kept = _fresh(version)
        if kept.state != State.DRAFT:
            raise VersionError(message("Only a draft can be changed; begin a new version."))
        if known_hash is not None and known_hash != kept.content_hash:
            raise VersionError(message("Somebody else has changed this draft meanwhile; what you typed is kept below."))
        before, after = differences(kept.content, content)
        note = kept.reason if reason is None else reason
        before, after = {"reason": kept.reason, **before}, {"reason": note, **after}
        was = kept.content_hash
        kept.write(content)
        if kept.content_hash == was and note == kept.reason:
            return kept
        kept.reason, kept.author, kept.written_at = note, actor, timezone.now()
        kept.save()
        _record(
            actor, VERSION_SAVED, kept, {"number": kept.number, **before}, {"number": kept.number, **after}, reason=note
        )
    return kept


def review(*, actor: Any, version: Version, note: str = "") -> Version:
    """Say that a draft is right: its content has no fault, and somebody else than its author has looked at it."""
    with transaction.atomic():
        kept = _fresh(version)
        if kept.state != State.DRAFT:
            raise VersionError(message("Only a draft can be reviewed."))
        if settings.QUALITYLOOP_FOUR_EYES and kept.author_id == getattr(actor, "pk", None):
            raise VersionError(message("Four eyes: somebody else than its author reviews a version."))
        _faultless(kept)
        before = _values(kept)
        kept.state, kept.reviewer, kept.reviewed_at, kept.review_note = State.REVIEWED, actor, timezone.now(), note
        kept.save()
        _record(actor, REVIEWED, kept, before, {**_values(kept), "review_note": note}, reason=note)
    return kept


def reopen(*, actor: Any, version: Version, reason: str) -> Version:
    """Make a reviewed version a draft again; its review is void."""
    with transaction.atomic():
        kept = _fresh(version)
        if kept.state != State.REVIEWED:
            raise VersionError(message("Only a reviewed version can be given back for rework."))
        _said(reason)
        before = _values(kept)
        kept.state, kept.reviewer, kept.reviewed_at, kept.review_note = State.DRAFT, None, None, ""
        kept.save()
        _record(actor, REOPENED, kept, before, _values(kept), reason=reason)
    return kept


def put_in_force(*, actor: Any, version: Version, valid_from: datetime | None = None) -> Version:
    """Release a reviewed version from `valid_from` on (None: from now on); it takes effect by its date, without a job.

    Only the first one of a document may be dated back: the past is not written anew.
    """
    now = timezone.now()
    with transaction.atomic():
        kept = _fresh(version)
        if kept.state != State.REVIEWED:
            raise VersionError(message("Only a reviewed version can be put in force."))
        start = valid_from or now
        if start < now and timeline(kept.document).first is not None:
            raise VersionError(
                message("Only the first version of a document may be dated back; the past is not written anew."),
                "valid_from",
            )
        _faultless(kept)
        before = _values(kept)
        kept.state, kept.valid_from = State.RELEASED, start
        kept.save()
        _rename(kept)
        _record(actor, RELEASED, kept, before, _values(kept), reason=kept.reason)
    return kept


def withdraw(*, actor: Any, version: Version, reason: str) -> Version:
    """Give up a version: a draft for good, a released one from now on. The version before it does not come back."""
    now = timezone.now()
    with transaction.atomic():
        kept = _fresh(version)
        if kept.state == State.WITHDRAWN or kept.ended_at is not None:
            raise VersionError(message("This version is withdrawn already."))
        _said(reason)
        before = _values(kept)
        if kept.state == State.RELEASED:
            span = timeline(kept.document).span_of(kept)
            if span is None or (span.end is not None and span.end <= now):
                raise VersionError(message("This version was replaced already."))
        else:
            kept.state = State.WITHDRAWN
        kept.ended_at = now
        kept.save()
        _record(actor, WITHDRAWN, kept, before, _values(kept), reason=reason)
    return kept


def review_date_set(*, actor: Any, document: Document, day: date | None, reason: str = "") -> Document:
    """When the document is to be looked through again."""
    with transaction.atomic():
        kept = _lock(document)
        if kept.review_on == day:
            return kept
        before = {"review_on": kept.review_on}
        kept.review_on = day
        kept.save(update_fields=["review_on"])
        after = {"review_on": day}
        record(actor=actor, action=CHANGED, record=kept, before=before, after=after, reason=reason)
    return kept


def _draft(actor: Any, document: Document, content: Content, reason: str, *, number: int) -> Version:
    version = Version(document=document, number=number, reason=reason, author=actor)
    version.write(content)
    version.save(force_insert=True)
    return version


def _lock(document: Document) -> Document:
    return Document.objects.select_for_update().get(pk=document.pk)


def _fresh(version: Version) -> Version:
    """The version as it stands now, ours until the transaction ends."""
    document = _lock(version.document)
    kept = Version.objects.select_for_update().get(pk=version.pk)
    kept.document = document
    return kept


def _faultless(version: Version) -> None:
    faults = KINDS[version.document.kind].check(version.content)
    if faults:
        raise ContentError(faults)


def _said(reason: str) -> None:
    if not reason.strip():
        raise VersionError(message("Say why."), "reason")


def _rename(version: Version) -> None:
    """The document is called what its newest released version calls itself."""
    name = KINDS[version.document.kind].name(version.content)
    document = version.document
    if (name.zh or name.en) and name != document.name:
        document.name_zh, document.name_en = name.zh[:200], name.en[:200]
        document.save(update_fields=["name_zh", "name_en"])


def _values(version: Version, **more: Any) -> dict[str, Any]:
    return {
        "number": version.number,
        "state": version.state,
        "valid_from": version.valid_from,
        "content_hash": version.content_hash,
        **more,
    }


def _record(actor: Any, what: Action, version: Version, before: Any, after: Any, *, reason: str) -> None:
    """One entry in the history of the document, and a word to whoever listens."""
    record(actor=actor, action=what, record=version.document, before=before, after=after, reason=reason)
    changed.send(sender=Document, version=version, action=what, actor=actor)
