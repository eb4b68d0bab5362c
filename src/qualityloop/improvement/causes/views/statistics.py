"""Which root causes recur, where, and when; the kinds of causes by which one counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.permissions import requires
from qualityloop.improvement.causes import taxonomy
from qualityloop.improvement.causes.forms import CategoryForm, TagForm
from qualityloop.improvement.causes.models import Category, CauseTag
from qualityloop.improvement.causes.permissions import CAUSES, TAXONOMY
from qualityloop.improvement.causes.queries import categories_counted, recurring, root_causes_for
from qualityloop.improvement.evidence.indicators import indicator_names

MONTHS = 12


@requires(CAUSES)
@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """Kinds of causes by how often they were the root; with `tag` the problems behind one."""
    months = _months(timezone.localdate())
    names = indicator_names()
    lines = [
        replace(line, indicators=tuple((names.get(key, key), n) for key, n in line.indicators))
        for line in recurring(request.user, months, timezone.get_current_timezone())
    ]
    most = max((line.count for line in lines), default=0)
    chosen = request.GET.get("tag", "")
    behind = []
    if chosen.isascii() and chosen.isdigit() and len(chosen) < 18:
        found = root_causes_for(request.user).filter(tag_id=int(chosen))
        behind = list(found.select_related("problem__department", "tag").order_by("-locked_at")[:200])
    context = {
        "lines": lines,
        "months": months,
        "most": most,
        "total": sum(line.count for line in lines),
        "behind": behind,
        "chosen": chosen,
        "may_keep": TAXONOMY.allows(request.user),
    }
    return render(request, "causes/statistics.html", context)


@requires(TAXONOMY)
@require_safe
def kinds(request: HttpRequest) -> HttpResponse:
    """The categories and kinds of causes."""
    context = {"categories": categories_counted(), "crumbs": _crumbs()}
    return render(request, "causes/kinds.html", context)


@requires(TAXONOMY)
@require_http_methods(["GET", "HEAD", "POST"])
def category(request: HttpRequest, number: int = 0) -> HttpResponse:
    """A new category, or another name for one."""
    taxonomy.taxonomy_start()
    one = Category.objects.filter(pk=number).first() if number else Category(sort=Category.objects.count())
    if one is None:
        raise Http404
    form = CategoryForm(request.POST or None, instance=one)
    if request.method == "POST" and form.is_valid():
        kept = Category.objects.get(pk=one.pk) if one.pk else Category()
        taxonomy.category_keep(
            actor=request.user, category=kept, address_of=address_of(request), **form.cleaned_data
        )  # fmt: skip
        return redirect("improvement_causes:kinds")
    return _form(request, form, _("Category of causes"))


@requires(TAXONOMY)
@require_http_methods(["GET", "HEAD", "POST"])
def tag(request: HttpRequest, number: int = 0) -> HttpResponse:
    """A new kind of cause, or another name for one."""
    taxonomy.taxonomy_start()
    one = CauseTag.objects.filter(pk=number).first() if number else CauseTag()
    if one is None:
        raise Http404
    form = TagForm(request.POST or None, instance=one)
    if request.method == "POST" and form.is_valid():
        kept = CauseTag.objects.get(pk=one.pk) if one.pk else CauseTag()
        try:
            taxonomy.tag_keep(actor=request.user, tag=kept, address_of=address_of(request), **form.cleaned_data)
            return redirect("improvement_causes:kinds")
        except ValidationError as error:
            form.add_error("name", error.messages)
    return _form(request, form, _("Kind of cause"))


def _months(today: date) -> list[str]:
    """The last twelve months, this one included, oldest first."""
    last = today.year * 12 + today.month - 1
    return [f"{n // 12}-{n % 12 + 1:02d}" for n in range(last - MONTHS + 1, last + 1)]


def _crumbs() -> list[tuple[str, str]]:
    return [(reverse("improvement_causes:statistics"), _("Root causes counted"))]


def _form(request: HttpRequest, form: Any, title: str) -> HttpResponse:
    back = reverse("improvement_causes:kinds")
    context = {"form": form, "title": title, "back": back, "crumbs": [*_crumbs(), (back, _("Kinds of causes"))]}
    return render(request, "foundation/form_page.html", context, status=422 if form.errors else 200)
