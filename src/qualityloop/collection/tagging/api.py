"""Tags of key problems and the rules that give them, for programs."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from qualityloop.analysis.problems.pareto import pareto
from qualityloop.collection.subjects import SUBJECTS
from qualityloop.collection.tagging import queries, services
from qualityloop.collection.tagging.forms import RuleForm, TagForm
from qualityloop.collection.tagging.models import Learning, Tag, TagRule
from qualityloop.collection.tagging.permissions import TAGS
from qualityloop.collection.tagging.trying import columns_known, trial
from qualityloop.collection.tagging.words import dataset_name
from qualityloop.foundation.api import ApiError, Strict, allows, register_router, spoken
from qualityloop.foundation.api.faults import Fault
from qualityloop.foundation.api.filling import filled_form
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.permissions import person
from qualityloop.foundation.wording import language

tags = Router(tags=[spoken(_("Key problem tags"))])
rules = Router(tags=[spoken(_("Key problem tags"))])

Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Line = Annotated[str, Field(min_length=1, max_length=50)]
Note = Annotated[str, Field(max_length=1000)]
Dataset = Annotated[str, Field(min_length=1, max_length=64, description=spoken(_("Kind of record, such as tickets")))]
Written = Annotated[
    str, Field(min_length=1, max_length=2000, description=spoken(_("In the language of the indicators")))
]


class NewTag(Strict):
    """A key problem."""

    name: Line
    description: Note = ""
    active: bool = True


class TagChange(Strict):
    """What is to be changed; what is left out stays."""

    name: Line | None = None
    description: Note | None = None
    active: bool | None = None


class NewTagRule(Strict):
    """Which tag, for which records, on what condition."""

    tag: Id
    dataset: Dataset
    condition: Written
    active: bool = True


class TagRuleChange(Strict):
    """What is to be changed; what is left out stays."""

    tag: Id | None = None
    dataset: Dataset | None = None
    condition: Written | None = None
    active: bool | None = None


class TagRuleTrial(Strict):
    """A condition that is not kept yet."""

    dataset: Dataset
    condition: Written


class TagRuleAnswer(BaseModel):
    """A rule."""

    id: int
    tag: int
    dataset: str
    condition: str
    active: bool


class TagAnswer(BaseModel):
    """A tag, its rules, and how many records have it and whence."""

    id: int
    name: str
    description: str
    active: bool
    rules: list[TagRuleAnswer]
    by_rule: int
    by_hand: int
    accepted: int
    measured: dict[str, str | int | float | None] | None = Field(
        description=spoken(_("What its suggestions are worth; null where nothing was learned"))
    )


class TagRuleColumn(BaseModel):
    """A column."""

    key: str
    label: str


class TagRuleColumns(BaseModel):
    """A kind of record with its columns."""

    dataset: str
    label: str
    columns: list[TagRuleColumn]


class TagRuleTried(BaseModel):
    """What a condition finds."""

    explained: str = Field(description=spoken(_("The condition in words")))
    count: int | None = Field(description=spoken(_("Records that meet it; null where there are no numbers yet")))
    total: int | None
    share: float | None
    columns: list[TagRuleColumn]
    rows: list[list[Any]] = Field(description=spoken(_("The newest records found, a value for each column")))


class TagsAsked(Strict):
    """Which records are counted."""

    dataset: Dataset | None = None


class TagCounted(BaseModel):
    """A tag with the records that have it."""

    id: int
    name: str
    by_month: list[int] = Field(description=spoken(_("One number for each of `months`")))
    records: int
    cumulative: float = Field(description=spoken(_("Share of all, this one and those before it together")))


class TagStatistics(BaseModel):
    """How often each tag was given, month by month."""

    months: list[str]
    tags: list[TagCounted]


@tags.get(
    "",
    response=list[TagAnswer],
    operation_id="tags_list",
    **allows(
        TAGS, _("Key problem tags"), _("The most used first, with their rules and what their suggestions are worth.")
    ),
)
def tags_list(request: HttpRequest) -> list[dict[str, Any]]:
    """The most used first, with their rules and what their suggestions are worth."""
    return [_tag(line) for line in queries.lines(Learning.objects.first())]


@tags.post(
    "",
    response={201: TagAnswer},
    operation_id="tags_add",
    **allows(TAGS, _("Add a tag"), _("People may give it from then on; rules give it by themselves.")),
)
def tag_add(request: HttpRequest, tag: NewTag) -> Status[dict[str, Any]]:
    """People may give it from then on; rules give it by themselves."""
    return Status(201, _tag_kept(request, Tag(), tag.model_dump()))


@tags.get(
    "/statistics",
    response=TagStatistics,
    operation_id="tags_statistics",
    **allows(
        TAGS,
        _("Tags by number of records"),
        _("The last twelve months in which anything was tagged; the most frequent first, with the share up to there."),
    ),
)
def tags_statistics(request: HttpRequest, query: Query[TagsAsked]) -> dict[str, Any]:
    """The last twelve months in which anything was tagged; the most frequent first, with the share up to there."""
    if query.dataset is not None and query.dataset not in SUBJECTS:
        raise Http404
    found = queries.statistics(query.dataset or "")
    cumulative = {item.name: item.cumulative for item in pareto([(tag.name, n) for tag, _by, n in found.rows])}
    return {
        "months": found.months,
        "tags": [
            {"id": tag.pk, "name": tag.name, "by_month": by, "records": n, "cumulative": cumulative[tag.name]}
            for tag, by, n in found.rows
        ],
    }


@tags.get(
    "/{pk}",
    response=TagAnswer,
    operation_id="tags_one",
    **allows(TAGS, _("One tag"), _("With its rules and what its suggestions are worth.")),
)
def tag_one(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """With its rules and what its suggestions are worth."""
    return _tag_of(pk)


@tags.patch(
    "/{pk}",
    response=TagAnswer,
    operation_id="tags_change",
    **allows(TAGS, _("Change a tag"), _("What is left out stays; one no longer in use loses what rules gave it.")),
)
def tag_change(request: HttpRequest, pk: Key, change: TagChange) -> dict[str, Any]:
    """What is left out stays; one no longer in use loses what rules gave it."""
    found = Tag.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    return _tag_kept(request, found, change.model_dump(exclude_none=True))


@rules.get(
    "",
    response=list[TagRuleAnswer],
    operation_id="tag_rules_list",
    **allows(TAGS, _("Tag rules"), _("By tag and kind of record.")),
)
def rules_list(request: HttpRequest) -> list[dict[str, Any]]:
    """By tag and kind of record."""
    return [_rule(one) for one in TagRule.objects.all()]


@rules.post(
    "",
    response={201: TagRuleAnswer},
    operation_id="tag_rules_add",
    **allows(TAGS, _("Add a tag rule"), _("Records that meet its condition are tagged by a background job.")),
)
def rule_add(request: HttpRequest, rule: NewTagRule) -> Status[dict[str, Any]]:
    """Records that meet its condition are tagged by a background job."""
    return Status(201, _rule_kept(request, TagRule(), rule.model_dump()))


@rules.get(
    "/columns",
    response=list[TagRuleColumns],
    operation_id="tag_rules_columns",
    **allows(TAGS, _("Columns for tag rules"), _("Kinds of records, and what a condition on them may name.")),
)
def rules_columns(request: HttpRequest) -> list[dict[str, Any]]:
    """Kinds of records, and what a condition on them may name."""
    return [
        {"dataset": name, "label": dataset_name(name), "columns": _columns(columns_known(name, language()))}
        for name in SUBJECTS
    ]


@rules.post(
    "/try",
    response=TagRuleTried,
    operation_id="tag_rules_try",
    **allows(TAGS, _("Try a tag rule"), _("What its condition finds in the numbers as they are; nothing is kept.")),
)
def rule_try(request: HttpRequest, body: TagRuleTrial) -> dict[str, Any]:
    """What its condition finds in the numbers as they are; nothing is kept."""
    if body.dataset not in SUBJECTS:
        raise _invalid("body.dataset", gettext("is not known here"))
    seen = trial(body.condition, body.dataset, language())
    if seen.fault:
        raise _invalid("body.condition", seen.fault)
    found = seen.found
    return {
        "explained": seen.explained, "share": seen.share,
        "count": found.count if found else None, "total": found.total if found else None,
        "columns": _columns(list(zip(found.columns, seen.heads, strict=True))) if found else [],
        "rows": [[_plain(value) for value in row] for row in found.rows] if found else [],
    }  # fmt: skip


@rules.get(
    "/{pk}",
    response=TagRuleAnswer,
    operation_id="tag_rules_one",
    **allows(TAGS, _("One tag rule"), _("Which tag it gives, for which records, on what condition.")),
)
def rule_one(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """Which tag it gives, for which records, on what condition."""
    return _rule(_rule_found(pk))


@rules.patch(
    "/{pk}",
    response=TagRuleAnswer,
    operation_id="tag_rules_change",
    **allows(TAGS, _("Change a tag rule"), _("What is left out stays; the records are tagged anew.")),
)
def rule_change(request: HttpRequest, pk: Key, change: TagRuleChange) -> dict[str, Any]:
    """What is left out stays; the records are tagged anew."""
    return _rule_kept(request, _rule_found(pk), change.model_dump(exclude_none=True))


@rules.delete(
    "/{pk}",
    response={204: None},
    operation_id="tag_rules_remove",
    **allows(TAGS, _("Remove a tag rule"), _("What it gave goes too, unless another rule gives it.")),
)
def rule_remove(request: HttpRequest, pk: Key) -> Status[None]:
    """What it gave goes too, unless another rule gives it."""
    services.rule_remove(actor=person(request), rule=_rule_found(pk), address=address_of(request))
    return Status(204, None)


def _tag_kept(request: HttpRequest, tag: Tag, values: dict[str, Any]) -> dict[str, Any]:
    """The tag as its page's form keeps it."""
    form = filled_form(partial(TagForm, instance=tag), values)
    kept = services.tag_save(actor=person(request), tag=form.save(commit=False), address=address_of(request))
    return _tag_of(kept.pk)


def _rule_kept(request: HttpRequest, rule: TagRule, values: dict[str, Any]) -> dict[str, Any]:
    """The rule as its page's form keeps it."""
    form = filled_form(partial(RuleForm, instance=rule), values)
    return _rule(services.rule_save(actor=person(request), rule=form.save(commit=False), address=address_of(request)))


def _tag_of(pk: int) -> dict[str, Any]:
    line = next((line for line in queries.lines(Learning.objects.first()) if line.tag.pk == pk), None)
    if line is None:
        raise Http404
    return _tag(line)


def _tag(line: queries.Line) -> dict[str, Any]:
    tag = line.tag
    return {
        "id": tag.pk, "name": tag.name, "description": tag.description, "active": tag.active,
        "rules": [_rule(one) for one in line.rules], "by_rule": line.by_rule, "by_hand": line.by_hand,
        "accepted": line.accepted, "measured": line.measured,
    }  # fmt: skip


def _rule_found(pk: int) -> TagRule:
    found = TagRule.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _rule(one: TagRule) -> dict[str, Any]:
    return {
        "id": one.pk, "tag": one.tag_id, "dataset": one.dataset, "condition": one.condition, "active": one.active,
    }  # fmt: skip


def _columns(known: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"key": key, "label": label} for key, label in known]


def _plain(value: Any) -> Any:
    """A value of the lake, which keeps instants in UTC without saying so."""
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value


def _invalid(where: str, text: str) -> ApiError:
    fields = [Fault(where=where, message=text)]
    return ApiError(422, "invalid", gettext("The request does not make sense; “fields” says where."), fields=fields)


register_router("tags", tags)
register_router("tag-rules", rules)
