"""邮件: every mail that was fetched, what became of it and why; those that could not be read, read again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from qualityloop.collection.mail.parsing import parse
from qualityloop.collection.mail.taking import mails_again
from qualityloop.collection.models import DataSource, MailItem, MailState
from qualityloop.collection.permissions import SOURCES as RIGHT
from qualityloop.foundation.audit.presentation import history_panel
from qualityloop.foundation.files.store import file_open
from qualityloop.foundation.listing import Choice, Column, Days, Listing, Related, Words
from qualityloop.foundation.permissions import person, requires

TONES: dict[str, Any] = {
    MailState.KEPT.value: "warning",
    MailState.TAKEN.value: "met",
    MailState.IGNORED.value: "insufficient",
    MailState.FAILED.value: "missed",
}


def mails_for(user: Any) -> QuerySet[MailItem]:
    """All mails: who may set up sources sees them all."""
    return MailItem.objects.all()


def mailboxes(user: Any) -> QuerySet[DataSource]:
    """The mailboxes there are."""
    return DataSource.objects.filter(kind="mailbox")


MAILS = Listing(
    key="collection.mails",
    of=MailItem,
    title=gettext_lazy("Mails"),
    note=gettext_lazy("Every mail as it came, and what became of it"),
    right=RIGHT,
    query=mails_for,
    order="-at",
    columns=(
        Column("subject", link=True),
        Column("at"),
        Column("sender"),
        Column("source", path="source__name"),
        Column("state", tone=TONES),
        Column("ticket", path="ticket__number"),
        Column("reason", label=gettext_lazy("Reason"), sort=False, type=str),
        Column("attempts", shown=False),
    ),
    filters=(
        Words("subject", "sender", "message_id"),
        Days("at"),
        Choice("state"),
        Related("source", path="source", options=mailboxes),
    ),
    empty=gettext_lazy("No mail has been fetched yet. Set up a mailbox under “Data sources”."),
    record=lambda one: reverse("collection:mail", args=[one.pk]),
)


@requires(RIGHT)
@require_safe
def mail(request: HttpRequest, number: int) -> HttpResponse:
    """One mail: what it says as far as it can be read, what became of it, and the mail itself."""
    item = get_object_or_404(MailItem.objects.select_related("source", "raw", "ticket"), pk=number)
    with file_open(item.raw) as file:
        read = parse(file.read())
    context = {"item": item, "read": read, "tone": TONES.get(item.state, ""), **history_panel(item)}
    return render(request, "collection/mail.html", context)


@requires(RIGHT)
@require_POST
def again(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """Read a mail that could not be read once more, or all of them."""
    if number is not None:
        get_object_or_404(MailItem, pk=number)
    read, good = mails_again(actor=person(request), number=number)
    text = ngettext("{good} of {n} mail could be read.", "{good} of {n} mails could be read.", read)
    messages.success(request, text.format(good=good, n=read))
    if number is not None:
        return redirect("collection:mail", number)
    return redirect(f"{reverse('collection:mails')}?state={MailState.FAILED.value}")
