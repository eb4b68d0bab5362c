"""Addresses of documents, and messages of the core, in templates."""

from __future__ import annotations

from django import template
from django.urls import reverse
from django.utils.translation import get_language

from qualityloop.analysis.messages import Message, Text
from qualityloop.standards.versions.kinds import Kind, Section
from qualityloop.standards.versions.models import Document

register = template.Library()


@register.simple_tag
def page_of(kind: Kind, document: Document | None = None, number: int | None = None) -> str:
    """Address of a kind's list, of a document, or of one of its versions."""
    if document is None:
        return reverse(f"standards:{kind.key}")
    if number is None:
        return reverse(f"standards:{kind.key}_document", args=[document.key])
    return reverse(f"standards:{kind.key}_version", args=[document.key, number])


@register.simple_tag
def action_of(kind: Kind, name: str, document: Document, number: int | None = None) -> str:
    """Address of an action on a document or on one of its versions."""
    arguments = [document.key] if number is None else [document.key, number]
    return reverse(f"standards:{kind.key}_{name}", args=arguments)


@register.simple_tag
def said(text: Message | Text) -> str:
    """A message of the core in the language of the page."""
    return text.in_language(get_language() or "zh")


@register.filter
def rows_of(section: Section) -> list[list[str]]:
    """The rows of a section of a content, cell by cell."""
    return [[cells.get(column, "") for column in section.columns] for _name, cells in section.rows.values()]


@register.simple_tag
def at(found: dict[str, str], key: str) -> str:
    """What stands under a key that has a point in it; nothing where there is none."""
    return found.get(key, "")
