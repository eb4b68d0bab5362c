"""What the pages of plans share: a row that the person may see, what went wrong in words, one form as a page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language

from qualityloop.analysis.messages import AnalysisError

Crumbs = list[tuple[str, str]]


def found(rows: QuerySet[Any], pk: int, *related: str) -> Any:
    """One of the rows, or 404."""
    one = rows.select_related(*related).filter(pk=pk).first() if related else rows.filter(pk=pk).first()
    if one is None:
        raise Http404
    return one


def words_of(error: ValidationError | AnalysisError) -> str:
    """Why something cannot be done, in the language of the page."""
    if isinstance(error, AnalysisError):
        return error.in_language(get_language() or "zh")
    return " ".join(error.messages)


def done(request: HttpRequest, work: Callable[[], Any], back: str, said: str = "") -> HttpResponse:
    """Do something and go back; where it cannot be done, say why there."""
    try:
        work()
    except (ValidationError, AnalysisError) as error:
        messages.error(request, words_of(error))
    else:
        if said:
            messages.success(request, said)
    return redirect(back)


def into_form(form: Any, error: ValidationError | AnalysisError) -> None:
    """Errors of a service at their fields."""
    if isinstance(error, ValidationError) and hasattr(error, "error_dict"):
        for name, texts in error.message_dict.items():
            form.add_error(name if name in form.fields else None, texts)
    else:
        form.add_error(None, words_of(error))


def form_page(
    request: HttpRequest, form: Any, title: str, back: str, crumbs: Crumbs, *, note: str = ""
) -> HttpResponse:
    """One form as a page."""
    context = {"form": form, "title": title, "back": back, "crumbs": crumbs, "note": note}
    return render(request, "foundation/form_page.html", context, status=422 if form.errors else 200)
