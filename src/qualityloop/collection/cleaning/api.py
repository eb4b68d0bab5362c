"""Taking records back and setting the rules, for programs; the list of findings serves itself."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import Path, Router
from pydantic import BaseModel, Field

from qualityloop.analysis.messages import AnalysisError
from qualityloop.collection.cleaning import queries, services
from qualityloop.collection.cleaning.jobs import clean_soon
from qualityloop.collection.cleaning.models import Finding, FindingState, RuleSetting
from qualityloop.collection.cleaning.permissions import CLEANING, CLEANING_RULES
from qualityloop.collection.cleaning.queries import findings_for
from qualityloop.collection.cleaning.rules import KINDS, setting_of, settings_in_order
from qualityloop.foundation.api import ApiError, Strict, allows, register_router, spoken
from qualityloop.foundation.api.faults import Fault
from qualityloop.foundation.api.filling import filled_form
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.permissions import person
from qualityloop.foundation.preferences import language_of

cleaning = Router(tags=[spoken(_("Data cleaning"))])
rules = Router(tags=[spoken(_("Data cleaning"))])

Word = Annotated[str, Field(max_length=4000)]
Option = float | Word | Annotated[list[Word], Field(max_length=500)] | None
Options = Annotated[
    dict[Annotated[str, Field(min_length=1, max_length=100)], Option],
    Field(max_length=50, description=spoken(_("Settings of the rule; what is left out stays"))),
]
RuleName = Annotated[str, Path(max_length=20, description=spoken(_("Key of the rule, such as near")))]


class Judgement(Strict):
    """Why."""

    reason: str = Field(min_length=1, max_length=500, description=spoken(_("Why, for the history")))


class SetAsideAnswer(BaseModel):
    """A record that a rule caught."""

    id: int
    number: str
    dataset: str
    rule: str
    copy_of: str
    state: str
    reason: str


class RunAsked(BaseModel):
    """That a run was asked for."""

    asked: bool


class RuleOption(BaseModel):
    """A setting of a rule."""

    key: str
    label: str
    help: str
    value: float | str | list[str] | None


class CleaningRule(BaseModel):
    """A rule as it is set, and what it has caught."""

    key: str
    label: str
    help: str
    active: bool
    options: list[RuleOption]
    aside: int
    taken_back: int


class CleaningRuleChange(Strict):
    """What is to be changed; what is left out stays."""

    active: bool | None = None
    options: Options = Field(default_factory=dict)


def _found(request: HttpRequest, pk: int) -> Finding:
    found = findings_for(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _answer(found: Finding) -> dict[str, Any]:
    return {
        "id": found.pk, "number": found.number, "dataset": found.dataset, "rule": found.rule,
        "copy_of": found.other_number, "state": found.state, "reason": found.reason,
    }  # fmt: skip


@cleaning.post(
    "/{pk}/take-back",
    response=SetAsideAnswer,
    operation_id="set_aside_take_back",
    **allows(CLEANING, _("Take a record back"), _("It counts again; the rule does not catch it any more.")),
)
def take_back(request: HttpRequest, pk: Key, judgement: Judgement) -> dict[str, Any]:
    """Let a record count again."""
    return _judged(request, services.finding_take_back, _found(request, pk), judgement)


@cleaning.post(
    "/{pk}/set-aside",
    response=SetAsideAnswer,
    operation_id="set_aside_again",
    **allows(CLEANING, _("Set a record aside again"), _("Undoes a taking back.")),
)
def set_aside(request: HttpRequest, pk: Key, judgement: Judgement) -> dict[str, Any]:
    """Undo a taking back."""
    return _judged(request, services.finding_set_aside, _found(request, pk), judgement)


def _judged(request: HttpRequest, act: Any, found: Finding, judgement: Judgement) -> dict[str, Any]:
    try:
        done = act(actor=request.user, finding=found, reason=judgement.reason, address=address_of(request))
    except AnalysisError as error:
        raise ApiError(422, "refused", error.in_language(language_of(request))) from error
    return _answer(done)


@cleaning.post(
    "/run",
    response=RunAsked,
    operation_id="set_aside_run",
    **allows(
        CLEANING,
        _("Have all records looked at by the cleaning rules"),
        _("A background job does so; its findings are set aside as usual."),
    ),
)
def run(request: HttpRequest) -> dict[str, Any]:
    """Ask for a run over all records."""
    clean_soon(request.user, everything=True)  # type: ignore[arg-type]  # `allows` has seen to it
    return {"asked": True}


@rules.get(
    "",
    response=list[CleaningRule],
    operation_id="cleaning_rules_list",
    **allows(
        CLEANING_RULES, _("Rules of data cleaning"), _("In the order in which they are asked, with what they caught.")
    ),
)
def rules_list(request: HttpRequest) -> list[dict[str, Any]]:
    """In the order in which they are asked, with what they caught."""
    return _rules(settings_in_order())


@rules.get(
    "/{key}",
    response=CleaningRule,
    operation_id="cleaning_rules_one",
    **allows(CLEANING_RULES, _("One rule of data cleaning"), _("How it is set, and what it has caught.")),
)
def rule_one(request: HttpRequest, key: RuleName) -> dict[str, Any]:
    """How it is set, and what it has caught."""
    return _rules([_setting(key)])[0]


@rules.patch(
    "/{key}",
    response=CleaningRule,
    operation_id="cleaning_rules_change",
    **allows(
        CLEANING_RULES, _("Set a rule of data cleaning"), _("What is left out stays; all records are looked at anew.")
    ),
)
def rule_change(request: HttpRequest, key: RuleName, change: CleaningRuleChange) -> dict[str, Any]:
    """What is left out stays; all records are looked at anew."""
    found = _setting(key)
    known = KINDS[key].form.shipped()
    if unknown := [name for name in change.options if name not in known]:
        raise _invalid([Fault(where=f"body.options.{name}", message=gettext("is not known here")) for name in unknown])
    shown = {"active": found.active, **known, **found.options}
    sent = shown | change.options | ({} if change.active is None else {"active": change.active})
    make = partial(KINDS[key].form, initial=shown)
    try:
        form = filled_form(make, {name: _entered(value) for name, value in sent.items()})
    except ValidationError as error:
        texts = error.message_dict.items()
        raise _invalid([Fault(where=f"body.options.{name}", message=t) for name, some in texts for t in some]) from None
    done = services.rule_save(
        actor=person(request), key=key, active=form.cleaned_data["active"], options=form.options(),
        address=address_of(request),
    )  # fmt: skip
    return _rules([done])[0]


def _setting(key: str) -> RuleSetting:
    if key not in KINDS:
        raise Http404
    return setting_of(key)


def _entered(value: Any) -> Any:
    """A setting as it is written into the page's form."""
    if isinstance(value, list):
        return ", ".join(value)
    return "" if value is None else value if isinstance(value, bool) else str(value)


def _rules(settings: list[RuleSetting]) -> list[dict[str, Any]]:
    counts = queries.caught_by_rule()
    return [
        {
            "key": one.key, "label": str(one), "help": str(KINDS[one.key].help), "active": one.active,
            "options": _options(one),
            "aside": counts.get(one.key, {}).get(FindingState.ASIDE, 0),
            "taken_back": counts.get(one.key, {}).get(FindingState.TAKEN_BACK, 0),
        }
        for one in settings
    ]  # fmt: skip


def _options(one: RuleSetting) -> list[dict[str, Any]]:
    form = KINDS[one.key].form
    values = form.shipped() | one.options
    return [
        {"key": name, "label": str(field.label), "help": str(field.help_text), "value": values.get(name)}
        for name, field in form.base_fields.items()
        if name != "active"
    ]


def _invalid(faults: list[Fault]) -> ApiError:
    return ApiError(422, "invalid", gettext("The request does not make sense; “fields” says where."), fields=faults)


register_router("set-aside", cleaning)
register_router("cleaning-rules", rules)
