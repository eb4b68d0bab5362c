"""E-mail, by whatever QUALITYLOOP_EMAIL names."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.messages import message
from qualityloop.foundation.notices.transports.base import Letter, Refused, Send, To, Transport, TryAgain, Unsure

if TYPE_CHECKING:
    from qualityloop.foundation.models import User
    from qualityloop.foundation.notices.models import Wishes


class Email(Transport):
    """An e-mail. Its Message-ID is the same whenever the same letter is sent."""

    key = "email"
    label = _("E-mail")

    def to(self, user: User, wishes: Wishes) -> To | None:
        """The address of the account, where mail can be sent at all."""
        return To(user.email, name=str(user)) if user.email and settings.QUALITYLOOP_EMAIL_READY else None

    @contextmanager
    def ready(self, to: To) -> Iterator[Send]:
        """Connected and signed in."""
        connection = get_connection()
        try:
            connection.open()
        except smtplib.SMTPAuthenticationError as error:
            raise Refused(message("the mail server does not let us in: {reason}", reason=_said(error))) from error
        except (OSError, smtplib.SMTPException) as error:
            raise TryAgain(message("the mail server cannot be reached: {reason}", reason=_said(error))) from error

        def send(letter: Letter) -> str:
            links = "".join(f"\n{words}: {url}" for words, url in letter.links)
            mail = EmailMessage(
                letter.subject,
                f"{letter.text}\n\n{letter.url}{links}".strip() + "\n",
                to=[to.address],
                headers={"Message-ID": f"<{letter.key}@{_domain()}>", "Auto-Submitted": "auto-generated"},
                connection=connection,
            )
            _send(mail)
            return ""

        try:
            yield send
        finally:
            connection.close()


def _send(mail: EmailMessage) -> None:
    """An answer of the server is an answer; a line that breaks is none."""
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        code = max((code for code, _text in error.recipients.values()), default=550)
        raise _no(code, message("the mail server does not take the address: {reason}", reason=_said(error))) from error
    except smtplib.SMTPResponseException as error:
        raise _no(error.smtp_code, message("the mail server says no: {reason}", reason=_said(error))) from error
    except (OSError, smtplib.SMTPException) as error:
        raise Unsure(message("no answer came back: {reason}", reason=_said(error))) from error


def _no(code: int, text: object) -> Exception:
    """4xx: later perhaps; 5xx: never (RFC 5321, 4.2.1)."""
    return TryAgain(text) if 400 <= code < 500 else Refused(text)  # type: ignore[arg-type]


def _said(error: Exception) -> str:
    return str(error)[:200] or type(error).__name__


def _domain() -> str:
    return str(settings.DEFAULT_FROM_EMAIL).rpartition("@")[2].strip("<> ") or "localhost"
