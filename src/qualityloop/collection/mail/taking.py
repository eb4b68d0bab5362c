"""From a mail to a ticket: kept first, then read; read again as often as it takes."""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.messages import AnalysisError, Message, message
from qualityloop.collection.actions import MAIL_READ
from qualityloop.collection.files import MAIL
from qualityloop.collection.mail.parsing import ParsedMail, parse
from qualityloop.collection.mail.threading import candidates
from qualityloop.collection.models import DataSource, MailItem, MailState
from qualityloop.customers.models import ContactWay, Customer
from qualityloop.customers.services import customer_add
from qualityloop.foundation.audit.recording import record
from qualityloop.foundation.files.store import file_keep, file_open
from qualityloop.foundation.wording import kept
from qualityloop.operations.models import Interaction, Ticket
from qualityloop.operations.models import Message as Said
from qualityloop.operations.services.tickets import ticket_register
from qualityloop.operations.words import in_house

log = logging.getLogger(__name__)

CHANNEL = "email"
MOST_AN_HOUR = 30  # from one sender; more is a loop of two machines that answer each other
OLDEST, YOUNGEST = timedelta(days=3650), timedelta(days=1)  # dates of mails that are believed
MOST_AGAIN = 500  # mails that are read again at once
NO_SUBJECT = _("Mail without a subject")


def mail_keep(*, source: DataSource, raw: bytes, place: str = "") -> tuple[MailItem, bool]:
    """The mail as it came, kept; and whether it is new. Nothing about it is understood yet."""
    digest = hashlib.sha256(raw).hexdigest()
    known = MailItem.objects.filter(source=source, sha256=digest).first()
    if known is not None:
        if place and place != known.place:  # lies in the mailbox a second time
            MailItem.objects.filter(pk=known.pk).update(place=place[:80])
        return known, False
    stored = file_keep(raw or b"\r\n", name=f"{digest[:16]}.eml", purpose=MAIL.key, actor=None)
    return MailItem.objects.get_or_create(source=source, sha256=digest, defaults={"raw": stored, "place": place[:80]})


def mail_take(*, item: MailItem, actor: Any = None) -> MailItem:
    """Read a mail that is kept, and bring it where it belongs. What goes wrong is noted, and can be tried again."""
    if item.state == MailState.TAKEN:
        return item
    try:
        with file_open(item.raw) as file:
            mail = parse(file.read())
        with transaction.atomic():
            item = MailItem.objects.select_for_update().get(pk=item.pk)
            if item.state != MailState.TAKEN:
                _take(item, mail, actor)
    except Exception as error:  # whatever it is: the mail stays, visible, to be read again
        log.exception("mail %s could not be read", item.pk)
        reason = error.text if isinstance(error, AnalysisError) else message(
            "a fault of this program: {summary}", summary=repr(error)[:500]
        )  # fmt: skip
        MailItem.objects.filter(pk=item.pk).update(
            state=MailState.FAILED, reason_json=kept(reason), attempts=F("attempts") + 1
        )
    item.refresh_from_db()
    return item


def _take(item: MailItem, mail: ParsedMail, actor: Any) -> None:
    before = {"state": item.state}
    item.attempts += 1
    item.message_id, item.subject = mail.message_id[:510], mail.subject
    item.sender, item.sent_at = mail.sender[:320], _believed(mail.at, item.at)
    if reason := mail.automatic or _why_not(item, mail):
        item.state, item.reason_json = MailState.IGNORED, kept(reason)
    else:
        _into_ticket(item, mail, actor)
        item.state, item.reason_json = MailState.TAKEN, ""
    item.save()
    after = {"state": item.state, "ticket": item.ticket.number if item.ticket else None}
    record(actor=actor, action=MAIL_READ, record=item, before=before, after=after)


def _why_not(item: MailItem, mail: ParsedMail) -> Message | None:
    if not mail.sender:
        return message("the mail names no sender")
    if mail.message_id and _others(item).filter(message_id=item.message_id, state=MailState.TAKEN).exists():
        return message("the same mail came before, by another way")
    hour = item.at - timedelta(hours=1)
    recent = _others(item).filter(sender=mail.sender, at__gte=hour, state=MailState.TAKEN).count()
    if recent >= MOST_AN_HOUR:
        return message("more than {count} mails within an hour from one sender", count=MOST_AN_HOUR)
    return None


def _others(item: MailItem) -> Any:
    return MailItem.objects.exclude(pk=item.pk)


def _into_ticket(item: MailItem, mail: ParsedMail, actor: Any) -> None:
    at = item.sent_at or item.at
    ticket = _ticket_of(mail)
    customer = ticket.customer if ticket is not None and ticket.customer else _customer(mail, actor)
    if ticket is None:
        subject = mail.subject or in_house(NO_SUBJECT)
        ticket = ticket_register(
            actor=actor, created_at=at, subject=subject, description=mail.text, channel=CHANNEL,
            customer=customer, origin=item.source.name,
        )  # fmt: skip
    item.ticket = ticket
    item.interaction = Interaction.objects.create(
        number=f"M-{item.sha256[:24]}", source=item.source.name, external_id=mail.message_id[:200] or item.sha256,
        ticket=ticket, customer=customer, channel=CHANNEL, direction="inbound", started_at=at,
        team=ticket.team, agent=ticket.agent, category=ticket.category, product=ticket.product,
    )  # fmt: skip
    Said.objects.create(interaction=item.interaction, seq=1, at=at, author="customer", text=_said(mail))


def _said(mail: ParsedMail) -> str:
    names = ", ".join(file.name for file in mail.attachments[:50])
    return f"{mail.text}\n\n[{names}]".strip() if names else mail.text


def _ticket_of(mail: ParsedMail) -> Ticket | None:
    """The ticket that the mail answers: by the mails before it, else by a number that it names.

    A number can be guessed: it counts only from somebody who has to do with the ticket.
    """
    if mail.references:
        before = MailItem.objects.filter(message_id__in=mail.references).exclude(ticket=None).order_by("-pk").first()
        if before is not None:
            return before.ticket  # type: ignore[no-any-return]
    for number in candidates(mail.subject, mail.text):
        ticket = Ticket.objects.select_related("customer", "customer__tier").filter(number=number).first()
        if ticket is not None and _has_to_do_with(mail.sender, ticket):
            return ticket
    return None


def _has_to_do_with(sender: str, ticket: Ticket) -> bool:
    if ticket.customer is not None and ticket.customer.email.lower() == sender:
        return True
    if ticket.customer is not None and ticket.customer.contacts.filter(email__iexact=sender).exists():
        return True
    return MailItem.objects.filter(ticket=ticket, sender=sender).exists()


def _customer(mail: ParsedMail, actor: Any) -> Customer:
    """Whose address it is, else somebody new."""
    found = Customer.objects.filter(email__iexact=mail.sender).order_by("pk").first()
    if found is None:
        found = Customer.objects.filter(contacts__email__iexact=mail.sender).order_by("pk").first()
    if found is not None:
        return found
    name = (mail.sender_name or mail.sender)[:200]
    return customer_add(actor=actor, name=name, email=mail.sender[:254], preferred_way=ContactWay.EMAIL.value)


def _believed(said: datetime | None, fetched: datetime) -> datetime | None:
    """The date of a mail, unless its clock is far from ours."""
    if said is None or not fetched - OLDEST < said < fetched + YOUNGEST:
        return None
    return min(said, timezone.now())


def mails_again(*, actor: Any, number: int | None = None) -> tuple[int, int]:
    """Read one mail once more, or all that wait or could not be read; how many that were, how many were good."""
    waiting = MailItem.objects.filter(state__in=(MailState.FAILED, MailState.KEPT)).order_by("pk")
    if number is not None:
        waiting = MailItem.objects.filter(pk=number).exclude(state=MailState.TAKEN)
    done = [mail_take(item=item, actor=actor) for item in waiting[:MOST_AGAIN]]
    return len(done), sum(item.state != MailState.FAILED for item in done)
