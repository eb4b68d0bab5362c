"""Operations on the categories and kinds of causes by which one counts."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from django.db.models import Model
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from qualityloop.foundation.api import Strict, allows, register_router, spoken
from qualityloop.foundation.api.filling import filled
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.improvement.causes import taxonomy
from qualityloop.improvement.causes.forms import CategoryForm, TagForm
from qualityloop.improvement.causes.models import Category, CauseTag
from qualityloop.improvement.causes.permissions import CAUSES, TAXONOMY
from qualityloop.improvement.causes.queries import categories_counted

categories = Router(tags=[spoken(_("Root causes"))])
kinds = Router(tags=[spoken(_("Root causes"))])

Number = Annotated[int, Field(ge=1, le=2**63 - 1)]
Place = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]
Name = Annotated[str, Field(min_length=1, max_length=50)]


class NewCauseCategory(Strict):
    """A category of causes to add."""

    name: Name
    sort: Place | None = Field(None, description=spoken(_("Its place among the others; left out: the last")))
    active: bool = True


class CauseCategoryChange(Strict):
    """What is to be changed; what is left out stays."""

    name: Name | None = None
    sort: Place | None = None
    active: bool | None = None


class NewCauseKind(Strict):
    """A kind of cause to add."""

    category: Number = Field(description=spoken(_("Id of a category of causes")))
    name: Name
    active: bool = True


class CauseKindChange(Strict):
    """What is to be changed; what is left out stays."""

    category: Number | None = None
    name: Name | None = None
    active: bool | None = None


class CauseKindAnswer(BaseModel):
    """A kind of cause."""

    id: int
    category: int
    name: str
    active: bool
    used: int = Field(description=spoken(_("How often it was the root")))


class CauseCategoryAnswer(BaseModel):
    """A category of causes with its kinds."""

    id: int
    name: str
    sort: int
    active: bool
    kinds: list[CauseKindAnswer]


@categories.get(
    "",
    response=list[CauseCategoryAnswer],
    operation_id="cause_categories_list",
    **allows(CAUSES, _("Categories and kinds of causes"), _("In their order, each with how often it was the root.")),
)
def listed(request: HttpRequest) -> list[dict[str, Any]]:
    """In their order, each with how often it was the root."""
    return [_category(category, tags) for category, tags in categories_counted()]


@categories.post(
    "",
    response={201: CauseCategoryAnswer},
    operation_id="cause_categories_add",
    **allows(TAXONOMY, _("Add a category of causes"), _("New fishbones begin with the categories in use.")),
)
def category_add(request: HttpRequest, new: NewCauseCategory) -> Status[dict[str, Any]]:
    """New fishbones begin with the categories in use."""
    taxonomy.taxonomy_start()
    one = Category(sort=Category.objects.count())
    return Status(201, _category_kept(request, one, Category(), new))


@categories.patch(
    "/{pk}",
    response=CauseCategoryAnswer,
    operation_id="cause_categories_change",
    **allows(TAXONOMY, _("Change a category of causes"), _("Fishbones that have begun stay as they are.")),
)
def category_change(request: HttpRequest, pk: Key, change: CauseCategoryChange) -> dict[str, Any]:
    """Fishbones that have begun stay as they are."""
    return _category_kept(request, _found(Category, pk), _found(Category, pk), change)


@kinds.post(
    "",
    response={201: CauseKindAnswer},
    operation_id="cause_kinds_add",
    **allows(TAXONOMY, _("Add a kind of cause"), _("Each name once in its category.")),
)
def kind_add(request: HttpRequest, new: NewCauseKind) -> Status[dict[str, Any]]:
    """Each name once in its category."""
    taxonomy.taxonomy_start()
    return Status(201, _kind_kept(request, CauseTag(), CauseTag(), new))


@kinds.patch(
    "/{pk}",
    response=CauseKindAnswer,
    operation_id="cause_kinds_change",
    **allows(TAXONOMY, _("Change a kind of cause"), _("Root causes of this kind go by its new name.")),
)
def kind_change(request: HttpRequest, pk: Key, change: CauseKindChange) -> dict[str, Any]:
    """Root causes of this kind go by its new name."""
    return _kind_kept(request, _found(CauseTag, pk), _found(CauseTag, pk), change)


def _category_kept(request: HttpRequest, shown: Category, kept: Category, given: Strict) -> dict[str, Any]:
    """What the form of the page makes of it; `shown` is the form's own copy, which it writes into."""
    values = filled(partial(CategoryForm, instance=shown), given.model_dump(exclude_none=True))
    one = taxonomy.category_keep(actor=request.user, category=kept, address_of=address_of(request), **values)
    return next(_category(category, tags) for category, tags in categories_counted() if category.pk == one.pk)


def _kind_kept(request: HttpRequest, shown: CauseTag, kept: CauseTag, given: Strict) -> dict[str, Any]:
    values = filled(partial(TagForm, instance=shown), given.model_dump(exclude_none=True))
    one = taxonomy.tag_keep(actor=request.user, tag=kept, address_of=address_of(request), **values)
    return next(_kind(tag, used) for _category, tags in categories_counted() for tag, used in tags if tag.pk == one.pk)


def _found(model: type[Model], pk: int) -> Any:
    one = model._default_manager.filter(pk=pk).first()
    if one is None:
        raise Http404
    return one


def _category(one: Category, tags: list[tuple[CauseTag, int]]) -> dict[str, Any]:
    listed = [_kind(tag, used) for tag, used in tags]
    return {"id": one.pk, "name": one.name, "sort": one.sort, "active": one.active, "kinds": listed}


def _kind(one: CauseTag, used: int) -> dict[str, Any]:
    return {"id": one.pk, "category": one.category_id, "name": one.name, "active": one.active, "used": used}


register_router("cause-categories", categories)
register_router("cause-kinds", kinds)
