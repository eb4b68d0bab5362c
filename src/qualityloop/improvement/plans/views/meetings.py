"""Pages 周例会: agenda, minutes, decisions."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.panels import Fact, fact, record_page
from qualityloop.foundation.permissions import requires
from qualityloop.improvement.plans import permissions, queries
from qualityloop.improvement.plans.forms import MeetingForm, TaskForm
from qualityloop.improvement.plans.models import Meeting
from qualityloop.improvement.plans.services import meetings as services
from qualityloop.improvement.plans.views.finding import Crumbs, done, form_page, found, into_form


def page(meeting: Meeting) -> str:
    """The address of a meeting."""
    return reverse("improvement_plans:meeting", args=[meeting.pk])


def crumbs(meeting: Meeting | None = None) -> Crumbs:
    """The way to a meeting."""
    way = [(reverse("improvement_plans:meetings"), _("Weekly meetings"))]
    return way if meeting is None else [*way, (page(meeting), meeting.number)]


def part_words() -> dict[str, str]:
    """The parts of an agenda."""
    return {
        "reviews": _("48-hour reviews that run"), "late_measures": _("Measures past their day"),
        "late_tasks": _("Tasks past their day"), "checks": _("Checkpoints of the next seven days"),
        "due": _("Tasks of the next seven days"), "accept": _("Tasks to be accepted"),
        "done": _("Done since the last meeting"), "plans": _("Plans that changed since the last meeting"),
    }  # fmt: skip


@requires(permissions.MEETINGS)
@require_safe
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """One meeting."""
    one = found(queries.meetings_for(request.user), pk, "department", "author")
    words = part_words()
    context = {
        "title": one.title, "subtitle": one.number, "crumbs": crumbs(),
        "status_word": _("minutes closed") if one.closed_at else _("minutes open"),
        "status_tone": "met" if one.closed_at else "warning",
        "parts": [(words[part["key"]], part["lines"]) for part in one.agenda],
        "decisions": one.decisions.select_related("owner").order_by("due_on", "pk"),
    }  # fmt: skip
    facts = [
        Fact(_("Day"), f"{one.held_on:%Y-%m-%d}"), Fact(_("Department"), one.department or _("the whole house")),
        Fact(_("Author"), one.author or ""), fact(one, "present"), fact(one, "agenda_at"), fact(one, "closed_at"),
    ]  # fmt: skip
    return record_page(request, one, "plans/meeting.html", facts=facts, context=context)


@requires(permissions.MEETINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_new(request: HttpRequest) -> HttpResponse:
    """Call a meeting."""
    form = MeetingForm(request.POST or None, initial={"held_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        made = services.meeting_make(actor=request.user, address=address_of(request), **form.cleaned_data)
        return redirect(page(made))
    return form_page(request, form, _("Call a meeting"), reverse("improvement_plans:meetings"), crumbs())


@requires(permissions.MEETINGS)
@require_POST
def meeting_do(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the agenda anew, write the minutes, close them."""
    one = found(queries.meetings_for(request.user), pk)
    said: dict[str, Any] = {"actor": request.user, "meeting": one, "address": address_of(request)}
    do = request.POST.get("do", "")

    def work() -> None:
        if do == "agenda":
            services.meeting_refresh(**said)
            return
        services.meeting_write(
            minutes=request.POST.get("minutes", "")[:40_000], present=request.POST.get("present", "")[:1000], **said
        )
        if do == "close":
            services.meeting_close(**said)

    return done(request, work, page(one))


@requires(permissions.MEETINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """A decision becomes a task."""
    one = found(queries.meetings_for(request.user), pk)
    form = TaskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.meeting_decide(
                actor=request.user, meeting=one, address=address_of(request), **form.cleaned_data
            )  # fmt: skip
            return redirect(page(one))
        except ValidationError as error:
            into_form(form, error)
    return form_page(request, form, _("Decision"), page(one), crumbs(one), note=_("It becomes a task."))
