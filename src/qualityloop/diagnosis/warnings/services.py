"""Opening warnings from findings, taking, handing over and ending them; setting rules and watches."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from qualityloop.analysis.indicators.standard import Standard
from qualityloop.analysis.messages import AnalysisError, Message, message
from qualityloop.analysis.warning.finding import Finding
from qualityloop.analysis.warning.registry import RULES
from qualityloop.diagnosis.codec import plain
from qualityloop.diagnosis.warnings import actions, events
from qualityloop.diagnosis.warnings.models import (
    RANK,
    EarlyWarning,
    Ending,
    RuleSetting,
    Sighting,
    State,
    Watch,
)
from qualityloop.diagnosis.warnings.responsible import department_of, told_about
from qualityloop.diagnosis.warnings.wording import series_words
from qualityloop.foundation.audit.recording import record, values_of
from qualityloop.foundation.models import User
from qualityloop.foundation.notices import notify
from qualityloop.foundation.records.numbering import next_number
from qualityloop.foundation.wording import kept

CLOCK = timedelta(hours=48)
BACK = timedelta(days=90)  # a warning that comes back within this time after its end is opened again
PREFIX = "YJ"
FIELDS = ("state", "severity", "owner_id", "until", "due_at")


def findings_keep(
    *, actor: object, found: Sequence[tuple[Finding, Watch | None]], standard: Standard, snapshot: str
) -> list[EarlyWarning]:
    """Open what is new, add to what is open, reopen what came back; the warnings that are now new to people.

    The same findings a second time change nothing.
    """
    news = []
    with transaction.atomic():
        for finding, watch in found:
            department = department_of(finding, standard)
            evidence = _evidence(finding, standard, snapshot)
            warning = _kept(actor, finding, watch, department, evidence, standard)
            if warning is not None:
                news.append(warning)
        _tell(news)
    return news


def _evidence(finding: Finding, standard: Standard, snapshot: str) -> dict[str, Any]:
    names = ("value", "limit", "n", "low", "high", "p", "detail")
    indicator = next((i for i in standard.indicators if i.key == finding.subject), None)
    return {
        **{name: plain(getattr(finding, name)) for name in names},
        "from": finding.at.isoformat(), "to": finding.until.isoformat(), "snapshot": snapshot,
        "unit": indicator.unit if indicator else "count",
        "standard": {"key": standard.key, "version": standard.version} if indicator else None,
    }  # fmt: skip


def _kept(  # noqa: PLR0917
    actor: object, finding: Finding, watch: Watch | None, department: Any, evidence: dict[str, Any], standard: Standard
) -> EarlyWarning | None:
    """The warning where people should be told of it."""
    key = watch.key if watch else finding.subject
    group_key = kept(str([list(pair) for pair in finding.group])) if finding.group else ""
    until = finding.until.date() if isinstance(finding.until, datetime) else finding.until
    same = EarlyWarning.objects.select_for_update().filter(rule=finding.rule, series=key, group_key=group_key)
    known = same.order_by("-pk").first()
    if known is not None and until <= known.until and not _worse(known, finding):
        return None
    if known is not None and known.state != State.ENDED:
        _seen_again(actor, known, finding, until, evidence)
        return None
    if known is not None and known.ended_at and timezone.now() - known.ended_at < BACK:
        return _reopened(actor, known, finding, until, evidence)
    now = timezone.now()
    warning = EarlyWarning.objects.create(
        number=next_number(EarlyWarning, PREFIX), rule=finding.rule, series=key,
        name_kept=kept(series_words(finding, standard)), grouping=[list(pair) for pair in finding.group],
        group_key=group_key, severity=finding.severity, rank=RANK[finding.severity], said_kept=kept(finding.said),
        evidence=evidence, until=until, opened_at=now, due_at=now + CLOCK, department=department,
        source_label=watch.label if watch else "", source_url=watch.url if watch else "",
    )  # fmt: skip
    _sighted(warning)
    record(actor=actor, action=actions.OPENED, record=warning, before=None, after=values_of(warning, *FIELDS))
    events.told(events.OPENED.key, warning)
    return warning


def _worse(known: EarlyWarning, finding: Finding) -> bool:
    return known.state != State.ENDED and RANK[finding.severity] < known.rank


def _sighted(warning: EarlyWarning) -> None:
    Sighting.objects.create(
        warning=warning, until=warning.until, severity=warning.severity, said_kept=warning.said_kept,
        evidence=warning.evidence,
    )  # fmt: skip


def _renew(warning: EarlyWarning, finding: Finding, until: date, evidence: dict[str, Any]) -> None:
    """Take over what was found; a warning that is being handled becomes no milder by it."""
    warning.until, warning.evidence, warning.said_kept = max(until, warning.until), evidence, kept(finding.said)
    if warning.state == State.ENDED or RANK[finding.severity] < warning.rank:
        warning.severity, warning.rank = finding.severity, RANK[finding.severity]


def _seen_again(actor: object, warning: EarlyWarning, finding: Finding, until: date, evidence: dict[str, Any]) -> None:
    """Add to a warning that is being handled: muted, nobody is told anew."""
    before = values_of(warning, *FIELDS)
    _renew(warning, finding, until, evidence)
    warning.save()
    _sighted(warning)
    record(actor=actor, action=actions.WORSENED, record=warning, before=before, after=values_of(warning, *FIELDS))


def _reopened(
    actor: object, warning: EarlyWarning, finding: Finding, until: date, evidence: dict[str, Any]
) -> EarlyWarning:
    before, now = values_of(warning, *FIELDS), timezone.now()
    _renew(warning, finding, until, evidence)
    warning.state, warning.taken_at, warning.ended_at = State.OPEN, None, None
    warning.reopened, warning.opened_at, warning.due_at = warning.reopened + 1, now, now + CLOCK
    warning.save()
    _sighted(warning)
    record(actor=actor, action=actions.REOPENED, record=warning, before=before, after=values_of(warning, *FIELDS))
    events.told(events.OPENED.key, warning, reopened=True)
    return warning


def _tell(news: Sequence[EarlyWarning]) -> None:
    """One notice per person, however many warnings there are."""
    from django.urls import reverse

    if not news:
        return
    for person in told_about(w.department for w in news):
        leads = {w.department_id for w in news if w.department and w.department.leader}
        mine = [w for w in news if person.role == "director" or w.department_id in leads]
        if not mine:
            continue
        first = mine[0]
        subject: Message = (
            message("Early warning {number}: {name}", number=first.number, name=first.name("zh"))
            if len(mine) == 1
            else message("{n} new early warnings, the first: {name}", n=len(mine), name=first.name("zh"))
        )
        url = first.get_absolute_url() if len(mine) == 1 else reverse("diagnosis_warnings:warnings")
        once = "warning-" + ",".join(f"{w.pk}.{w.reopened}" for w in mine)[:100]
        notify(to=[person], kind=events.NEW, subject=subject, text=first.sentence("zh"), url=url, once=once)


def _person(actor: object) -> User:
    if not isinstance(actor, User):
        raise TypeError("only a person takes or ends a warning")
    return actor


def _locked(warning: EarlyWarning) -> EarlyWarning:
    fresh = EarlyWarning.objects.select_for_update().get(pk=warning.pk)
    if fresh.state == State.ENDED:
        raise AnalysisError(message("This warning has ended."))
    return fresh


def warning_take(*, actor: object, warning: EarlyWarning, address: str = "") -> EarlyWarning:
    """Take a warning: whoever takes it owns it."""
    return _given(actor, warning, _person(actor), actions.TAKEN, "", address)


def warning_hand(
    *, actor: object, warning: EarlyWarning, to: User, reason: str = "", address: str = ""
) -> EarlyWarning:
    """Hand a warning to somebody else, who is told."""
    with transaction.atomic():
        kept_one = _given(actor, warning, to, actions.HANDED, reason, address)
        if to != actor:
            subject = message(
                "Early warning {number} is yours: {name}", number=kept_one.number, name=kept_one.name("zh")
            )
            notify(to=[to], kind=events.MINE, subject=subject, text=reason, url=kept_one.get_absolute_url())
    return kept_one


def _given(  # noqa: PLR0917
    actor: object, warning: EarlyWarning, to: User, action: Any, reason: str, address: str
) -> EarlyWarning:
    with transaction.atomic():
        fresh = _locked(warning)
        if fresh.owner_id == to.pk and fresh.state == State.TAKEN:
            return fresh
        before = values_of(fresh, *FIELDS)
        fresh.owner, fresh.state = to, State.TAKEN
        fresh.taken_at = fresh.taken_at or timezone.now()
        fresh.save()
        after = values_of(fresh, *FIELDS)
        record(actor=actor, action=action, record=fresh, before=before, after=after, reason=reason, address=address)
    return fresh


def warning_end(
    *, actor: object, warning: EarlyWarning, cause: str, action: str, lesson: str, address: str = ""
) -> EarlyWarning:
    """End a warning with its cause, corrective action and lesson; none of them may be empty."""
    words = {"cause": cause.strip(), "action": action.strip(), "lesson": lesson.strip()}
    if not all(words.values()):
        raise AnalysisError(message("A warning ends with its cause, its corrective action and its lesson."))
    with transaction.atomic():
        fresh = _locked(warning)
        before = values_of(fresh, *FIELDS)
        fresh.state, fresh.ended_at = State.ENDED, timezone.now()
        fresh.owner = fresh.owner or _person(actor)
        fresh.save()
        Ending.objects.create(warning=fresh, actor=_person(actor), **words)
        after = values_of(fresh, *FIELDS) | words
        record(actor=actor, action=actions.ENDED, record=fresh, before=before, after=after, address=address)
        events.told(events.ENDED.key, fresh, **words)
    return fresh


def remind(*, now: datetime, ahead: timedelta = timedelta(hours=12)) -> int:
    """Tell the owner (or who should take it) of each warning whose clock ends soon, once; how many."""
    due = EarlyWarning.objects.exclude(state=State.ENDED).filter(due_at__lte=now + ahead)
    told = 0
    for warning in due.select_related("owner", "department__leader__user"):
        to = [warning.owner] if warning.owner else told_about([warning.department])
        subject = message("Early warning {number} is due: {name}", number=warning.number, name=warning.name("zh"))
        once = f"warning-due-{warning.pk}-{warning.reopened}"
        told += bool(notify(to=to, kind=events.DUE, subject=subject, url=warning.get_absolute_url(), once=once))
    return told


def rule_set(
    *, actor: object, rule: str, active: bool, settings: Mapping[str, float], address: str = ""
) -> RuleSetting:
    """Switch a rule on or off and set its numbers, within the bounds of each."""
    known = RULES[rule]
    values = {}
    for parameter in known.parameters:
        value = float(settings.get(parameter.key, parameter.default))
        if not parameter.least <= value <= parameter.most:
            text = message(
                "{name}: from {least} to {most}", name=parameter.name, least=parameter.least, most=parameter.most
            )
            raise AnalysisError(text)
        values[parameter.key] = value
    with transaction.atomic():
        one = RuleSetting.objects.select_for_update().filter(rule=rule).first()
        before = values_of(one, "active", "settings") if one else None
        one = one or RuleSetting(rule=rule)
        one.active, one.settings = active, values
        one.save()
        after = values_of(one, "active", "settings")
        if before != after:
            record(actor=actor, action=actions.RULE_SET, record=one, before=before, after=after, address=address)
    return one


def register_watch(
    *, actor: object, key: str, indicator: str, side: str, threshold: float, label: str, url: str = "",
    group: Iterable[tuple[str, str | None]] = (), active: bool = True, address: str = "",
) -> Watch:  # fmt: skip
    """Have an indicator watched for another room ("risk.12"): past `threshold` it warns; the same key replaces it."""
    with transaction.atomic():
        one = Watch.objects.select_for_update().filter(key=key).first()
        fields = ("indicator", "grouping", "side", "threshold", "label", "url", "active")
        before = values_of(one, *fields) if one else None
        one = one or Watch(key=key)
        one.indicator, one.grouping, one.side, one.threshold = indicator, [list(p) for p in group], side, threshold
        one.label, one.url, one.active = label, url, active
        one.save()
        after = values_of(one, *fields)
        if before != after:
            record(actor=actor, action=actions.WATCH_SET, record=one, before=before, after=after, address=address)
    return one


def watch_save(*, actor: object, watch: Watch | None, values: Mapping[str, Any], address: str = "") -> Watch:
    """Keep a watch of one's own (`watch` None: a new one). Those of other rooms are changed where they come from."""
    if watch is not None and not watch.is_own:
        raise AnalysisError(message("This is watched for another part of the application and changed there."))
    with transaction.atomic():
        key = watch.key if watch is not None else f"{Watch.OWN}{uuid.uuid4().hex[:12]}"
        return register_watch(actor=actor, key=key, address=address, **values)


def values_of_watch(watch: Watch) -> dict[str, Any]:
    """What `register_watch` was told of it."""
    names = ("indicator", "side", "threshold", "label", "url", "active")
    return {name: getattr(watch, name) for name in names} | {"group": [tuple(pair) for pair in watch.grouping]}
