"""The kinds of causes with which an installation begins, and their keeping."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from qualityloop.foundation.audit.recording import record, values_of
from qualityloop.improvement.causes import actions
from qualityloop.improvement.causes.models import Category, CauseTag, Node

SHIPPED: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        gettext_noop("Manpower"),
        (gettext_noop("Skills are missing"), gettext_noop("Too little training"), gettext_noop("Too few people"),
         gettext_noop("Attitude"), gettext_noop("Unclear duties")),
    ),
    (
        gettext_noop("Systems and tools"),
        (gettext_noop("System failure"), gettext_noop("Tool is missing"), gettext_noop("System is awkward to use"),
         gettext_noop("Data are not in step")),
    ),
    (
        gettext_noop("Material and knowledge"),
        (gettext_noop("Spare parts are missing"), gettext_noop("Knowledge is missing or outdated"),
         gettext_noop("Wrong documents")),
    ),
    (
        gettext_noop("Methods and processes"),
        (gettext_noop("Gap in the process"), gettext_noop("Unclear standard"), gettext_noop("Too little authority"),
         gettext_noop("Hand-over without rules"), gettext_noop("Wrong incentives")),
    ),
    (
        gettext_noop("Environment"),
        (gettext_noop("Peak of demand"), gettext_noop("Outside partners"), gettext_noop("Weather and traffic"),
         gettext_noop("Change of policy")),
    ),
)  # fmt: skip


def taxonomy_start() -> None:
    """Make the shipped kinds where there are none, in the language of whoever is first."""
    if Category.objects.exists():
        return
    with transaction.atomic():
        for sort, (name, tags) in enumerate(SHIPPED):
            category, _made = Category.objects.get_or_create(name=_(name), defaults={"sort": sort})
            for tag in tags:
                CauseTag.objects.get_or_create(category=category, name=_(tag))


def category_keep(*, actor: Any, category: Category, address_of: str = "", **values: Any) -> Category:
    """Add a category, or change one: name, order, whether it is in use."""
    return _keep(actor, category, ("name", "sort", "active"), values, address_of)  # type: ignore[no-any-return]


def tag_keep(*, actor: Any, tag: CauseTag, address_of: str = "", **values: Any) -> CauseTag:
    """Add a kind of cause, or change one: name, category, whether it is in use."""
    if (
        tag.pk is None
        and CauseTag.objects.filter(category=values.get("category"), name=str(values.get("name", ""))).exists()
    ):
        raise ValidationError({"name": _("There is one of that name already.")})
    return _keep(actor, tag, ("name", "category_id", "active"), values, address_of)  # type: ignore[no-any-return]


def tags_in_use(node: Node | None = None) -> list[CauseTag]:
    """Kinds to choose from, and the one that `node` has."""
    tags = list(CauseTag.objects.filter(active=True, category__active=True).select_related("category"))
    if node is not None and node.tag_id and node.tag_id not in {tag.pk for tag in tags}:
        tags.append(CauseTag.objects.select_related("category").get(pk=node.tag_id))
    return tags


def _keep(actor: Any, kept: Any, columns: tuple[str, ...], values: dict[str, Any], address: str) -> Any:
    with transaction.atomic():
        before = values_of(kept, *columns) if kept.pk else None
        for name, value in values.items():
            setattr(kept, name, value)
        kept.full_clean()
        kept.save()
        if (after := values_of(kept, *columns)) != before:
            record(
                actor=actor, action=actions.TAXONOMY, record=kept, before=before, after=after, address=address
            )  # fmt: skip
    return kept
