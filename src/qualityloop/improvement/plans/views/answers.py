"""The page behind a link in a message: a task, and one's answer."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.permissions import requires
from qualityloop.improvement.plans import permissions
from qualityloop.improvement.plans.services import answers as services
from qualityloop.improvement.plans.views.finding import words_of
from qualityloop.improvement.plans.views.tasks import page


@requires(permissions.TASKS)
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """For whom the link was made, and for nobody else; opening it alone does nothing."""
    link = services.link_of(token, request.user)
    if link is None:
        raise Http404
    text, fault = request.POST.get("text", "")[:2000], ""
    if request.method == "POST":
        try:
            services.link_answer(link=link, text=text, address=address_of(request))
        except ValidationError as error:
            fault = words_of(error)
        else:
            messages.success(request, _("Noted. Thank you."))
            return redirect(page(link.task))
        link = services.link_of(token, request.user) or link
    context = {
        "link": link, "task": link.task, "spent": services.spent(link), "text": text, "fault": fault,
        "late": link.task.is_late(timezone.localdate()), "back": page(link.task),
    }  # fmt: skip
    return render(request, "plans/answer.html", context, status=422 if fault else 200)
