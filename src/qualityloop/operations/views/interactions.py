"""Page 服务交互: transcript and recording side by side, and moments marked in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from qualityloop.analysis.messages import AnalysisError
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.panels import Fact, fact, record_page
from qualityloop.foundation.permissions import requires
from qualityloop.foundation.wording import value_word
from qualityloop.operations import services
from qualityloop.operations.forms import MarkForm, RecordingForm
from qualityloop.operations.models import Annotation, Interaction, Message
from qualityloop.operations.permissions import ANNOTATE, INTERACTIONS, RECORDING_ADD
from qualityloop.operations.queries import FIRST, annotations_of, interaction_whole

TIMES = ("started_at", "answered_at", "ended_at")
MEASURES = ("queue_seconds", "talk_seconds", "hold_seconds", "wrap_seconds", "abandoned", "transferred", "solved")
SIDES = {"agent": "agent", "customer": "customer", "bot": "agent", "system": "system"}


@dataclass
class Said:
    """A message with its place in the recording, and what was marked while it was said."""

    message: Message
    offset: float
    side: str
    who: str
    marks: list[Annotation] = field(default_factory=list)


@requires(INTERACTIONS)
@require_safe
def interaction(request: HttpRequest, pk: int) -> HttpResponse:
    """One call, chat or visit."""
    one = _found(request, pk)
    context = {
        "title": one.number,
        "subtitle": " · ".join(
            part
            for part in (value_word("channel", one.channel), value_word("direction", one.direction), one.category)
            if part
        ),
        "crumbs": [(reverse("operations:interactions"), _("Interactions"))],
        "may_add": RECORDING_ADD.allows(request.user),
        **_talk(request, one),
    }
    return record_page(request, one, "operations/interaction.html", facts=_facts(one), context=context)


@requires(ANNOTATE)
@require_POST
def mark_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a moment."""
    one = _found(request, pk)
    form = MarkForm(request.POST)
    if form.is_valid():
        services.moment_mark(actor=request.user, interaction=one, address=address_of(request), **form.cleaned_data)
    return _answer(request, one, form)


@requires(ANNOTATE)
@require_POST
def mark_change(request: HttpRequest, pk: int, mark: int) -> HttpResponse:
    """Change one's own mark, or take it away."""
    one = _found(request, pk)
    own = Annotation.objects.filter(interaction=one, pk=mark, author=request.user).select_related("interaction").first()
    if own is None:
        raise Http404
    if request.POST.get("do") == "remove":
        services.moment_remove(actor=request.user, mark=own, address=address_of(request))
        return _answer(request, one, None)
    text = str(request.POST.get("text", ""))[:2000]
    services.moment_change(
        actor=request.user, mark=own, text=text, offset_seconds=own.offset_seconds, address=address_of(request)
    )
    return _answer(request, one, None)


@requires(RECORDING_ADD)
@require_POST
def recording_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a recording beside the transcript."""
    one = _found(request, pk)
    form = RecordingForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["recording"]
        try:
            services.recording_add(
                actor=request.user, interaction=one, content=file, name=file.name, address=address_of(request)
            )
        except AnalysisError as error:
            messages.error(request, error.in_language(request.LANGUAGE_CODE))
    else:
        messages.error(request, _("Choose a file with the recording."))
    return redirect("operations:interaction", pk)


def _found(request: HttpRequest, pk: int) -> Interaction:
    one = interaction_whole(request.user, pk)
    if one is None:
        raise Http404
    return one


def _answer(request: HttpRequest, one: Interaction, form: MarkForm | None) -> HttpResponse:
    """The talk alone for htmx, else the page again."""
    if not request.headers.get("HX-Request"):
        return redirect("operations:interaction", one.pk)
    wrong = form is not None and bool(form.errors)
    context = {"record": one, "mark_error": wrong, **_talk(request, one)}
    return render(request, "operations/talk.html", context, status=422 if wrong else 200)


def _talk(request: HttpRequest, one: Interaction) -> dict[str, Any]:
    """Transcript and marks."""
    marks = list(annotations_of(one))
    return {
        "said": _said(one, marks),
        "marks": marks,
        "may_mark": ANNOTATE.allows(request.user),
        "kinds": Annotation.Kind.choices,
        "keys": {"first_response": "f", "resolution": "r", "remark": "c"},
    }


def _said(one: Interaction, marks: list[Annotation]) -> list[Said]:
    names = {"agent": _("Agent"), "customer": _("Customer"), "bot": _("Bot"), "system": _("System")}
    said = [
        Said(
            message, (message.at - one.started_at).total_seconds(), SIDES.get(message.author, "agent"),
            names.get(message.author, message.author),
        )
        for message in Message.objects.filter(interaction=one)[:FIRST]
    ]  # fmt: skip
    starts = [float("-inf"), *(line.offset for line in said[1:]), float("inf")]
    for place, line in enumerate(said):
        line.marks = [m for m in marks if starts[place] <= m.offset_seconds < starts[place + 1]]
    return said


def _facts(one: Interaction) -> list[Fact]:
    customer = reverse("customers:customer", args=[one.customer.pk]) if one.customer else ""
    ticket = reverse("operations:ticket", args=[one.ticket.pk]) if one.ticket else ""
    return [
        Fact(_("Customer"), str(one.customer) if one.customer else "", customer),
        Fact(_("Ticket"), str(one.ticket) if one.ticket else one.ticket_key, ticket),
        Fact(_("Agent"), str(one.agent) if one.agent else ""),
        Fact(_("Team"), str(one.team) if one.team else ""),
        *(fact(one, name) for name in (*TIMES, "shift", "product", "complexity", *MEASURES)),
        Fact(_("Source"), one.source),
        Fact(_("Came in with"), str(one.batch) if one.batch else ""),
    ]
