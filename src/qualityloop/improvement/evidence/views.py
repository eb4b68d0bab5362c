"""Evidence: a page to give it, and to take it away."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from qualityloop.analysis.messages import AnalysisError
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.files.store import file_keep
from qualityloop.foundation.permissions import requires
from qualityloop.improvement.evidence import services
from qualityloop.improvement.evidence.files import PURPOSE
from qualityloop.improvement.evidence.forms import EvidenceForm, NumberForm
from qualityloop.improvement.evidence.measuring import measured
from qualityloop.improvement.evidence.models import Evidence
from qualityloop.improvement.evidence.permissions import EVIDENCE
from qualityloop.improvement.evidence.targets import Target, on


def _thing(request: HttpRequest, kind: str, pk: int) -> tuple[Target, Any]:
    found = on(request.user, kind, pk)
    if found is None or not found[0].may_change(request.user, found[1]):
        raise Http404
    return found


@requires(EVIDENCE)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Put evidence on a thing."""
    target, thing = _thing(request, kind, pk)
    form = EvidenceForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        values = {**form.cleaned_data}
        try:
            upload = values.pop("file")
            if values["kind"] == "file" and upload is not None:
                values["file"] = file_keep(upload, name=upload.name, purpose=PURPOSE, actor=request.user)  # type: ignore[arg-type]
            services.evidence_add(
                actor=request.user, target_kind=kind, thing=thing, address_of=address_of(request), **values
            )
            return redirect(target.page(thing))
        except AnalysisError as error:
            form.add_error("file", error.in_language("en" if get_language() == "en" else "zh"))
        except ValidationError as error:
            for name, texts in error.message_dict.items():
                form.add_error(name if name in form.fields else None, texts)
    return _form_page(request, form, _("Add evidence"), target, thing)


def _form_page(request: HttpRequest, form: Form, title: str, target: Target, thing: Any) -> HttpResponse:
    page = target.page(thing)
    context = {"form": form, "title": title, "note": str(thing), "back": page,
               "crumbs": [(page, str(target.record(thing)))]}  # fmt: skip
    return render(request, "foundation/form_page.html", context, status=422 if form.errors else 200)


@requires(EVIDENCE)
@require_http_methods(["GET", "HEAD", "POST"])
def number(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Put a number on a thing that is chosen from the data: indicator, segment, period."""
    target, thing = _thing(request, kind, pk)
    form = NumberForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            services.evidence_add(
                actor=request.user, target_kind=kind, thing=thing, address_of=address_of(request),
                note=form.cleaned_data["note"], **measured(request.user, form.wanted()),
            )  # fmt: skip
            return redirect(target.page(thing))
        except AnalysisError as error:
            form.add_error(None, error.in_language("en" if get_language() == "en" else "zh"))
        except ValidationError as error:
            for name, texts in error.message_dict.items():
                form.add_error(name if name in form.fields else None, texts)
    return _form_page(request, form, _("Add a number from the data"), target, thing)


@requires(EVIDENCE)
@require_POST
def remove(request: HttpRequest, number: int) -> HttpResponse:
    """Take evidence away."""
    one = Evidence.objects.select_related("file").filter(pk=number).first()
    if one is None:
        raise Http404
    target, thing = _thing(request, one.target_kind, one.target_id)
    services.evidence_remove(actor=request.user, evidence=one, thing=thing, address_of=address_of(request))
    return redirect(target.page(thing))
