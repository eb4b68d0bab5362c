"""What people do: take a record back, set it aside again, change a rule."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from qualityloop.analysis.messages import AnalysisError, message
from qualityloop.collection.cleaning import actions
from qualityloop.collection.cleaning.jobs import clean_soon
from qualityloop.collection.cleaning.models import Finding, FindingState, RuleSetting
from qualityloop.collection.cleaning.rules import setting_of
from qualityloop.collection.cleaning.subjects import SUBJECTS
from qualityloop.foundation.audit.actions import Action
from qualityloop.foundation.audit.recording import record
from qualityloop.foundation.models import User
from qualityloop.foundation.records.asides import put_aside, put_back


def finding_take_back(*, actor: User, finding: Finding, reason: str, address: str = "") -> Finding:
    """Let the record count again; the rule does not catch it any more. AnalysisError without a reason."""
    return _judge(actor, finding, FindingState.TAKEN_BACK, actions.TAKEN_BACK, reason, address)


def finding_set_aside(*, actor: User, finding: Finding, reason: str, address: str = "") -> Finding:
    """Undo a taking back: the record is left to the rule again. AnalysisError without a reason."""
    return _judge(actor, finding, FindingState.ASIDE, actions.SET_ASIDE, reason, address)


def _judge(  # noqa: PLR0917 (said in two places)
    actor: User, finding: Finding, state: FindingState, action: Action, reason: str, address: str
) -> Finding:
    reason = reason.strip()[:500]
    if not reason:
        raise AnalysisError(message("say why: the reason is kept in the history"))
    subject = SUBJECTS[finding.dataset]
    with transaction.atomic():
        found = Finding.objects.select_for_update().filter(pk=finding.pk).first()
        record_ = subject.rows.filter(pk=finding.record_id).first()
        if found is None or record_ is None:
            raise AnalysisError(message("the rules have let go of this record meanwhile"))
        if found.state == state:
            raise AnalysisError(message("that has been done already"))
        before, found.state, found.actor = {"state": found.state}, state, actor
        found.judged_at, found.reason = timezone.now(), reason
        found.save(update_fields=["state", "actor", "judged_at", "reason"])
        records = {record_.pk: record_.number}
        if state == FindingState.ASIDE:
            put_aside(subject.model, records, subject.published)
        elif not _is_aside_otherwise(found):
            put_back(subject.model, records, subject.published)
        subject.rows.filter(pk=record_.pk).update(changed_at=timezone.now())  # its copies are looked at again
        after = {"state": state.value}
        record(actor=actor, action=action, record=found, before=before, after=after, reason=reason, address=address)
        clean_soon(actor)
    return found


def _is_aside_otherwise(finding: Finding) -> bool:
    others = Finding.objects.filter(dataset=finding.dataset, record_id=finding.record_id, state=FindingState.ASIDE)
    return others.exclude(pk=finding.pk).exists()


def rule_save(*, actor: User, key: str, active: bool, options: dict[str, Any], address: str = "") -> RuleSetting:
    """Set a rule; all records are looked at anew under it."""
    with transaction.atomic():
        setting = setting_of(key)
        before = {"active": setting.active, **setting.options}
        setting.active, setting.options = active, options
        setting.save()
        after = {"active": active, **options}
        record(actor=actor, action=actions.RULE_SAVED, record=setting, before=before, after=after, address=address)
        clean_soon(actor, everything=True)
    return setting
