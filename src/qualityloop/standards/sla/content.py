"""An SLA policy as the content of a version, as it was typed; `policy_of` makes a policy of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qualityloop.analysis.calendar import WorkingCalendar
from qualityloop.analysis.messages import AnalysisError, Text, message
from qualityloop.standards.calendars.content import calendar_of
from qualityloop.standards.sla.policy import ALWAYS, CONDITIONS, Policy, Rule, listed, minutes
from qualityloop.standards.versions import queries
from qualityloop.standards.versions.kinds import ContentError, Fault, Section
from qualityloop.standards.versions.models import Content, Document, Version

FIELDS = ("key", *CONDITIONS, "response", "resolution")
LABELS = {
    "key": Text("规则", "Rule"),
    "priority": Text("优先级", "Priority"),
    "channel": Text("渠道", "Channel"),
    "tier": Text("客户等级", "Customer tier"),
    "response": Text("响应时限", "Response within"),
    "resolution": Text("解决时限", "Resolution within"),
}


def begun(name: Text) -> Content:
    """Three priorities and a rule for everything else."""
    rows = (
        ("urgent", "urgent, 紧急, P1", "15 min", "4 h"),
        ("high", "high, 高, P2", "30 min", "8 h"),
        ("others", "", "2 h", "24 h"),
    )
    return {
        "name": {"zh": name.zh, "en": name.en},
        "calendar": "",
        "pauses": "",
        "rules": [dict(zip(FIELDS, (k, p, "", "", first, last), strict=True)) for k, p, first, last in rows],
    }


def name_of(content: Content) -> Text:
    """What the policy calls itself."""
    name = content.get("name") or {}
    return Text(str(name.get("zh", "")), str(name.get("en", "")))


def check(content: Content) -> list[Fault]:
    """Everything that is wrong with a policy."""
    name, found = name_of(content), []
    if not name.zh and not name.en:
        found.append(Fault("name.zh", message("“{name}” is missing.", name="name"), Text("名称", "Name")))
    calendar = str(content.get("calendar", ""))
    if calendar and not Document.objects.filter(kind="calendars", key=calendar).exists():
        missing = message("There is no calendar “{key}”.", key=calendar)
        found.append(Fault("calendar", missing, Text("工时日历", "Calendar")))
    rules = content.get("rules", [])
    if not rules:
        found.append(Fault("rules", message("The policy has no rules.")))
    keys = Counter(str(row.get("key", "")) for row in rules)
    for place, row in enumerate(rules):
        found += _rule_faults(row, place, keys)
    return found + _reach_faults(rules)


def _rule_faults(row: dict[str, str], place: int, keys: Counter[str]) -> list[Fault]:
    key, found = str(row.get("key", "")), []
    label = Text(key or str(place + 1), key or str(place + 1))
    if not key:
        found.append(Fault(f"rules.{place}.key", message("“{name}” is missing.", name="key"), label))
    elif keys[key] > 1:
        found.append(Fault(f"rules.{place}.key", message("“{name}” is there twice.", name=key), label))
    times: dict[str, float | None] = {}
    for name in ("response", "resolution"):
        try:
            times[name] = minutes(str(row.get(name, "")))
        except AnalysisError as error:
            found.append(Fault(f"rules.{place}.{name}", error.text, label))
    first, last = times.get("response"), times.get("resolution")
    if len(times) == 2 and first is None and last is None:
        found.append(Fault(f"rules.{place}.response", message("A rule sets at least one target."), label))
    if first is not None and last is not None and first > last:
        problem = message("The response comes before the resolution, so its target is the shorter one.")
        found.append(Fault(f"rules.{place}.response", problem, label))
    return found


def _reach_faults(rules: Sequence[dict[str, str]]) -> list[Fault]:
    """A rule after one without conditions is never reached."""
    for place, row in enumerate(rules[:-1]):
        if not any(str(row.get(name, "")).strip() for name in CONDITIONS):
            problem = message("The rules after this one are never reached: it has no conditions.")
            return [Fault(f"rules.{place}.key", problem, Text(str(row.get("key", "")), str(row.get("key", ""))))]
    return []


def policy_from(content: Content) -> Policy:
    """The policy that a content describes; ContentError with everything that is wrong."""
    faults = check(content)
    if faults:
        raise ContentError(faults)
    return built(content)


def built(content: Content) -> Policy:
    """The policy of a content that was checked, as every released one was."""
    rules = tuple(
        Rule(
            str(row["key"]),
            {name: listed(str(row.get(name, ""))) for name in CONDITIONS},
            minutes(str(row.get("response", ""))),
            minutes(str(row.get("resolution", ""))),
        )
        for row in content["rules"]
    )
    return Policy(rules, listed(str(content.get("pauses", ""))))


def policy_of(version: Version) -> Policy:
    """The policy of a version."""
    return policy_from(version.content)


def calendar_for(content: Content, instant: datetime | None = None) -> WorkingCalendar:
    """The calendar of a policy as it holds at `instant` (now): its first version before that; none: the clock."""
    key = str(content.get("calendar", ""))
    document = Document.objects.filter(kind="calendars", key=key).first() if key else None
    if document is None:
        return ALWAYS
    times = queries.timeline(document)
    version = times.at(instant or timezone.now()) or times.first
    return calendar_of(version) if version else ALWAYS


def sections(content: Content) -> Sequence[Section]:
    """The content as tables in the active language."""
    language = get_language() or "zh"
    name, value = name_of(content), _("Value")
    head = {
        "name.zh": (_("Name (Chinese)"), {"value": name.zh}),
        "name.en": (_("Name (English)"), {"value": name.en}),
        "calendar": (_("Working calendar"), {"value": str(content.get("calendar", ""))}),
        "pauses": (_("The clock waits after"), {"value": str(content.get("pauses", ""))}),
    }
    rows = {str(row.get("key", "")): (str(row.get("key", "")), row) for row in content.get("rules", [])}
    columns = {key: LABELS[key].in_language(language) for key in FIELDS if key != "key"}
    return [Section("head", _("The policy"), {"value": value}, head), Section("rules", _("SLA rules"), columns, rows)]
