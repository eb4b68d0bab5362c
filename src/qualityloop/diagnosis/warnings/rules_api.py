"""Operations on the rules of early warning and on watches, and trying both before they are saved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import Path, Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from qualityloop.analysis.warning.finding import Rule
from qualityloop.analysis.warning.registry import RULES as KNOWN
from qualityloop.diagnosis.warnings import permissions, services
from qualityloop.diagnosis.warnings.forms import indicators
from qualityloop.diagnosis.warnings.models import RuleSetting, Watch
from qualityloop.diagnosis.warnings.trying import Tried, try_rule, try_watch
from qualityloop.foundation.api import ApiError, Strict, allows, refused_as, register_router, spoken
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.wording import language

rules = Router(tags=[spoken(_("Early warnings"))])
watches = Router(tags=[spoken(_("Early warnings"))])

RuleKey = Annotated[str, Path(max_length=40, description=spoken(_("Key of the rule")))]
Figure = Annotated[float, Field(allow_inf_nan=False, ge=-1e9, le=1e9)]
Numbers = Annotated[dict[Annotated[str, Field(max_length=40)], Figure], Field(max_length=20)]


class ParameterAnswer(BaseModel):
    """A number that a rule may be tuned with."""

    key: str
    name: str
    value: float
    default: float
    least: float
    most: float


class RuleAnswer(BaseModel):
    """A rule of early warning."""

    key: str
    name: str
    about: str
    active: bool
    parameters: list[ParameterAnswer]


class RuleNumbers(Strict):
    """Numbers of a rule; what is left out has its default."""

    settings: Numbers = Field(default_factory=dict)


class RuleSet(RuleNumbers):
    """Whether a rule is on, and its numbers."""

    active: bool


class WatchAnswer(BaseModel):
    """An indicator that is watched."""

    id: int
    label: str
    indicator: str
    team: str | None
    side: str
    threshold: float
    active: bool
    own: bool = Field(description=spoken(_("False: watched for another part of the application, and changed there")))


class NewWatch(Strict):
    """Which indicator, of whom, past which value it warns."""

    label: str = Field(min_length=1, max_length=200)
    indicator: str = Field(min_length=1, max_length=100)
    team: str | None = Field(None, max_length=100, description=spoken(_("Name of a team; all together where left out")))
    side: Literal["above", "below"]
    threshold: Figure = Field(description=spoken(_("As the engine computes: 0.85 for 85 %")))
    active: bool = True


class WatchChange(Strict):
    """What is to be changed; what is left out stays."""

    label: str | None = Field(None, min_length=1, max_length=200)
    side: Literal["above", "below"] | None = None
    threshold: Figure | None = None
    active: bool | None = None


class TriedLine(BaseModel):
    """One time that it would have signalled."""

    at: date
    name: str
    said: str
    severity: str
    value: str
    limit: str


class TriedAnswer(BaseModel):
    """How often it would have warned in the last 26 weeks of data."""

    since: date
    until: date
    warnings: int = Field(description=spoken(_("New warnings: signals of neighbouring periods are one")))
    signals: int
    judged: int = Field(description=spoken(_("Series and periods that were looked at")))
    lines: list[TriedLine] = Field(description=spoken(_("The newest signals, at most 60")))


@rules.get(
    "", response=list[RuleAnswer], operation_id="warning_rules",
    **allows(permissions.RULES, _("Rules of early warning"), _("With their numbers, the strongest first.")),
)  # fmt: skip
def rules_listed(request: HttpRequest) -> list[dict[str, Any]]:
    """With their numbers, the strongest first."""
    return [_rule(one) for one in KNOWN.values()]


@rules.put(
    "/{key}", response=RuleAnswer, operation_id="warning_rules_set",
    **allows(permissions.RULES, _("Set a rule of early warning"), _("It counts from the next evaluation on.")),
)  # fmt: skip
def rule_set(request: HttpRequest, key: RuleKey, rule: RuleSet) -> dict[str, Any]:
    """It counts from the next evaluation on."""
    found = _numbers(key, rule)
    services.rule_set(
        actor=request.user, rule=key, active=rule.active, settings=rule.settings, address=address_of(request)
    )
    return _rule(found)


@rules.post(
    "/{key}/try", response=TriedAnswer, operation_id="warning_rules_try",
    **allows(permissions.RULES, _("Try a rule of early warning"), _("On the last 26 weeks; nothing is saved.")),
)  # fmt: skip
def rule_try(request: HttpRequest, key: RuleKey, numbers: RuleNumbers) -> dict[str, Any]:
    """On the last 26 weeks; nothing is saved."""
    found = _numbers(key, numbers)
    return _tried(lambda: try_rule(found, found.settings(numbers.settings)))


@watches.get(
    "", response=list[WatchAnswer], operation_id="watches_list",
    **allows(permissions.RULES, _("Watches"), _("One's own, and those for other parts of the application.")),
)  # fmt: skip
def watches_listed(request: HttpRequest) -> list[dict[str, Any]]:
    """One's own, and those for other parts of the application."""
    return [_watch(one) for one in Watch.objects.all()]


@watches.post(
    "", response={201: WatchAnswer}, operation_id="watches_add",
    **allows(permissions.RULES, _("Add a watch"), _("It counts from the next evaluation on.")),
)  # fmt: skip
def watch_add(request: HttpRequest, watch: NewWatch) -> Status[dict[str, Any]]:
    """It counts from the next evaluation on."""
    values = _values(watch)
    made = services.watch_save(actor=request.user, watch=None, values=values, address=address_of(request))
    return Status(201, _watch(made))


@watches.post(
    "/try", response=TriedAnswer, operation_id="watches_try",
    **allows(permissions.RULES, _("Try a watch"), _("On the last 26 weeks; nothing is saved.")),
)  # fmt: skip
def watch_try(request: HttpRequest, watch: NewWatch) -> dict[str, Any]:
    """On the last 26 weeks; nothing is saved."""
    values = _values(watch)
    group = values.pop("group")
    return _tried(lambda: try_watch(Watch(key="try", grouping=[list(pair) for pair in group], **values)))


@watches.patch(
    "/{pk}", response=WatchAnswer, operation_id="watches_change",
    **allows(permissions.RULES, _("Change a watch"), _("One's own; those of others are refused.")),
)  # fmt: skip
def watch_change(request: HttpRequest, pk: Key, change: WatchChange) -> dict[str, Any]:
    """One's own; those of others are refused."""
    found = Watch.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    values = services.values_of_watch(found) | change.model_dump(exclude_none=True)
    with refused_as(409):
        kept = services.watch_save(actor=request.user, watch=found, values=values, address=address_of(request))
    return _watch(kept)


def _numbers(key: str, given: RuleNumbers) -> Rule:
    """The rule, for numbers that it has and within their bounds."""
    rule = KNOWN.get(key)
    if rule is None:
        raise Http404
    bounds = {p.key: p for p in rule.parameters}
    for name, value in given.settings.items():
        if name not in bounds:
            raise ApiError(422, "refused", gettext("The rule has no number “{name}”.").format(name=name))
        one = bounds[name]
        if not one.least <= value <= one.most:
            text = gettext("{name}: from {least} to {most}")
            words = one.name.in_language(language())
            raise ApiError(422, "refused", text.format(name=words, least=f"{one.least:g}", most=f"{one.most:g}"))
    return rule


def _values(watch: NewWatch) -> dict[str, Any]:
    if watch.indicator not in indicators():
        raise ApiError(422, "refused", gettext("The standard has no such indicator."))
    values = watch.model_dump()
    team = values.pop("team")
    return values | {"group": [("team", team)] if team else []}


def _tried(work: Callable[[], Tried]) -> dict[str, Any]:
    with refused_as(409, "no_data"):
        return asdict(work())


def _rule(rule: Rule) -> dict[str, Any]:
    setting = RuleSetting.objects.filter(rule=rule.key).first()
    values, words = rule.settings(setting.settings if setting else None), language()
    return {
        "key": rule.key, "name": rule.name.in_language(words), "about": rule.about.in_language(words),
        "active": setting is None or setting.active,
        "parameters": [
            {"key": p.key, "name": p.name.in_language(words), "value": values[p.key], "default": p.default,
             "least": p.least, "most": p.most}
            for p in rule.parameters
        ],
    }  # fmt: skip


def _watch(one: Watch) -> dict[str, Any]:
    names = ("label", "indicator", "side", "threshold", "active")
    said = {name: getattr(one, name) for name in names}
    team = dict(map(tuple, one.grouping)).get("team")
    return {"id": one.pk, "team": team, "own": one.is_own, **said}


register_router("warning-rules", rules)
register_router("watches", watches)
