"""Keeping tags and rules, tagging by hand, judging what was suggested."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model

from qualityloop.collection.subjects import SUBJECTS, subject_of
from qualityloop.collection.tagging import actions
from qualityloop.collection.tagging.models import Origin, Suggestion, Tag, Tagging, TagRefusal, TagRule
from qualityloop.foundation.audit.recording import record, values_of
from qualityloop.foundation.models import User

TAG_FIELDS = ("name", "description", "active")
RULE_FIELDS = ("tag_id", "dataset", "condition", "active")
SAID = "tagging.tagging.tag"  # how the history of the record calls it
FEW = ("dataset", "record_id", "tag")


def tag_save(*, actor: User, tag: Tag, address: str = "") -> Tag:
    """Keep a tag; one that is no longer in use loses what rules gave it, at the next run."""
    from qualityloop.collection.tagging.jobs import apply_soon

    with transaction.atomic():
        known = Tag.objects.filter(pk=tag.pk).first() if tag.pk else None
        before = values_of(known, *TAG_FIELDS) if known else None
        tag.save()
        after = values_of(tag, *TAG_FIELDS)
        record(actor=actor, action=actions.TAG_SAVED, record=tag, before=before, after=after, address=address)
        apply_soon(actor)
    return tag


def rule_save(*, actor: User, rule: TagRule, address: str = "") -> TagRule:
    """Keep a rule, and apply it soon."""
    from qualityloop.collection.tagging.jobs import apply_soon

    with transaction.atomic():
        known = TagRule.objects.filter(pk=rule.pk).first() if rule.pk else None
        before = values_of(known, *RULE_FIELDS) if known else None
        rule.save()
        after = values_of(rule, *RULE_FIELDS)
        record(actor=actor, action=actions.RULE_SAVED, record=rule, before=before, after=after, address=address)
        apply_soon(actor)
    return rule


def rule_remove(*, actor: User, rule: TagRule, address: str = "") -> None:
    """Forget a rule; what it gave goes at the next run, unless another rule gives it too."""
    from qualityloop.collection.tagging.jobs import apply_soon

    with transaction.atomic():
        before = values_of(rule, *RULE_FIELDS)
        record(actor=actor, action=actions.RULE_REMOVED, record=rule, before=before, after=None, address=address)
        rule.delete()
        apply_soon(actor)


def tag_toggle(*, actor: User, subject: Model, tag: Tag, address: str = "") -> bool:
    """Give a record a tag, or take it away and remember that a person said no; whether it has it now."""
    with transaction.atomic():
        wanted = not Tagging.objects.filter(**_of(subject, tag)).exists()
        tag_set(actor=actor, subject=subject, tag=tag, wanted=wanted, address=address)
    return wanted


def tag_set(*, actor: User, subject: Model, tag: Tag, wanted: bool, address: str = "") -> None:
    """See to it that a record has a tag, or that it has it no more; nothing happens where that is so already."""
    of = _of(subject, tag)
    with transaction.atomic():
        had = Tagging.objects.select_for_update().filter(**of).first()
        if had is not None and not wanted:
            had.delete()
            TagRefusal.objects.get_or_create(**of, defaults={"actor": actor})
            Suggestion.objects.filter(**of).delete()
            _said(actor, actions.UNTAGGED, subject, tag.name, "", address)
        elif had is None and wanted:
            suggested = Suggestion.objects.filter(**of).delete()[0] > 0
            _give(actor, subject, tag, Origin.ACCEPTED if suggested else Origin.HAND, address)


def _of(subject: Model, tag: Tag) -> dict[str, Any]:
    return {"dataset": subject_of(subject).dataset, "record_id": subject.pk, "tag": tag}


def suggestion_judge(*, actor: User, suggestion: Suggestion, accept: bool, address: str = "") -> None:
    """Take a suggestion up, or say no to it for good."""
    subject = SUBJECTS[suggestion.dataset].model._default_manager.get(pk=suggestion.record_id)
    of = {name: getattr(suggestion, name) for name in FEW}
    with transaction.atomic():
        suggestion.delete()
        if accept:
            _give(actor, subject, suggestion.tag, Origin.ACCEPTED, address)
        else:
            TagRefusal.objects.get_or_create(**of, defaults={"actor": actor})
            record(
                actor=actor, action=actions.REJECTED, record=subject, before=None,
                after={SAID: suggestion.tag.name}, address=address,
            )  # fmt: skip


def _give(actor: User, subject: Model, tag: Tag, origin: Origin, address: str) -> None:
    about = subject_of(subject)
    of = _of(subject, tag)
    TagRefusal.objects.filter(**of).delete()
    values = {
        "origin": origin, "actor": actor, "number": getattr(subject, "number", ""), "month": about.month_of(subject),
        "rule": None,
    }  # fmt: skip
    try:
        with transaction.atomic():
            Tagging.objects.create(**of, **values)
    except IntegrityError:  # a rule, or somebody else, was faster: a person's word stands
        Tagging.objects.filter(**of).update(**values)
    action = actions.ACCEPTED if origin == Origin.ACCEPTED else actions.TAGGED
    _said(actor, action, subject, "", tag.name, address)


def _said(  # noqa: PLR0917 (said in two places)
    actor: User, action: Any, subject: Model, before: str, after: str, address: str
) -> None:
    record(
        actor=actor, action=action, record=subject, before={SAID: before} if before else None,
        after={SAID: after} if after else None, address=address,
    )  # fmt: skip
