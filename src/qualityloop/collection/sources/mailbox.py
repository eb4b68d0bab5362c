"""A mailbox (IMAP, RFC 3501): every new mail is kept as it came, then read into a ticket."""

from __future__ import annotations

import contextlib
import imaplib
import re
import ssl
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.messages import AnalysisError, message
from qualityloop.collection.sources.contract import Fetched, Option, Options
from qualityloop.collection.sources.registry import register_source

if TYPE_CHECKING:
    from qualityloop.collection.models import DataSource

PATIENCE_SECONDS = 30
MOST_AT_ONCE = 500  # mails; the others come the next time
LARGEST = 50 << 20  # bytes; of a larger mail the beginning is kept, and it says so
BEGINNING = 1 << 20
TLS, STARTTLS, PLAIN = "tls", "starttls", "plain"
PORTS = {TLS: 993, STARTTLS: 143, PLAIN: 143}


class Mailbox:
    """Fetches what was not fetched before, by the running numbers of the mailbox; leaves everything in it unread."""

    key = "mailbox"
    label = _("Mailbox (IMAP)")
    help = _("Every mail becomes a ticket, or part of the ticket that it answers; the mail itself is kept as it came.")
    options = (
        Option("host", _("Server"), required=True),
        Option("port", _("Port"), _("Empty: 993 with TLS, else 143.")),
        Option(
            "security", _("Encryption"), required=True, initial=TLS,
            choices=((TLS, "TLS"), (STARTTLS, "STARTTLS"), (PLAIN, _("none (only within one's own network)"))),
        ),
        Option("user", _("User name"), required=True),
        Option("password", _("Password"), required=True, secret=True),
        Option("folder", _("Folder"), initial="INBOX"),
    )  # fmt: skip

    def check(self, options: Options) -> None:
        """The port is a number; the folder can be said in one line."""
        _port(options)
        if re.search(r'[\r\n"\\]', str(options.get("folder") or "")):
            raise AnalysisError(message("this cannot be the name of a folder"))

    def collect(self, options: Options, since: datetime | None) -> Iterator[Fetched]:
        """No files: mails are taken one by one (`deliver`)."""
        yield from ()

    def deliver(self, source: DataSource) -> tuple[int, int]:
        """Fetch, keep and read; how many mails were new, how many known."""
        from qualityloop.collection.mail.taking import mail_keep, mail_take
        from qualityloop.collection.models import MailState

        new = known = 0
        with _opened(source.options) as server:
            validity = _validity(server)
            last = _last(source, validity)
            for uid in _uids(server, last)[:MOST_AT_ONCE]:
                raw = _fetch(server, uid)
                if raw is None:
                    continue
                item, fresh = mail_keep(source=source, raw=raw, place=f"{validity}:{uid}")
                new, known = new + fresh, known + (not fresh)
        for item in source.mails.filter(state=MailState.KEPT).order_by("pk"):
            mail_take(item=item)
        return new, known


def _port(options: Options) -> int:
    given = str(options.get("port") or "").strip()
    if not given:
        return PORTS.get(str(options.get("security")), PORTS[TLS])
    if not given.isdecimal() or not 0 < int(given) < 65536:
        raise AnalysisError(message("a port is a number from 1 to 65535"))
    return int(given)


@contextlib.contextmanager
def _opened(options: Options) -> Iterator[imaplib.IMAP4]:
    """The folder, opened for reading only. AnalysisError in words where that is not possible."""
    server: imaplib.IMAP4 | None = None
    try:
        server = _connected(options)
        server.login(str(options.get("user")), str(options.get("password")))
        folder = str(options.get("folder") or "INBOX")
        status, _said = server.select(f'"{folder}"', readonly=True)
        if status != "OK":
            raise AnalysisError(message("the mailbox has no folder “{name}”", name=folder))
        yield server
    except imaplib.IMAP4.error as error:
        raise AnalysisError(message("the mail server refuses: {reason}", reason=str(error)[:300])) from error
    except (OSError, ssl.SSLError, EOFError) as error:
        raise AnalysisError(message("the mail server cannot be reached: {reason}", reason=str(error)[:300])) from error
    finally:
        if server is not None:
            with contextlib.suppress(Exception):
                server.logout()


def _connected(options: Options) -> imaplib.IMAP4:
    host, port = str(options.get("host")), _port(options)
    if options.get("security", TLS) == TLS:
        return imaplib.IMAP4_SSL(host, port, ssl_context=ssl.create_default_context(), timeout=PATIENCE_SECONDS)
    server = imaplib.IMAP4(host, port, timeout=PATIENCE_SECONDS)
    if options.get("security") == STARTTLS:
        server.starttls(ssl.create_default_context())
    return server


def _validity(server: imaplib.IMAP4) -> str:
    """Changes when the mailbox numbers its mails anew (RFC 3501, 2.3.1.1)."""
    _code, said = server.response("UIDVALIDITY")
    first = said[0] if said else None
    return first.decode("ascii", "replace")[:20] if isinstance(first, bytes) else "0"


def _last(source: DataSource, validity: str) -> int:
    """The highest number that was fetched under this numbering."""
    places = source.mails.filter(place__startswith=f"{validity}:").values_list("place", flat=True)
    return max((int(place.rpartition(":")[2]) for place in places.iterator()), default=0)


def _uids(server: imaplib.IMAP4, last: int) -> list[int]:
    _status, said = server.uid("SEARCH", f"UID {last + 1}:*")
    first: Any = said[0] if said else b""
    found = sorted(int(part) for part in (first or b"").split() if part.isdigit())
    return [uid for uid in found if uid > last]  # `n:*` always answers the last mail, even when it is older


def _fetch(server: imaplib.IMAP4, uid: int) -> bytes | None:
    """The mail byte for byte, without marking it as read; None where it has gone meanwhile."""
    _status, said = server.uid("FETCH", str(uid), "(RFC822.SIZE)")
    size = re.search(rb"RFC822\.SIZE (\d+)", b" ".join(part for part in said if isinstance(part, bytes)))
    part = "BODY.PEEK[]" if size is None or int(size.group(1)) <= LARGEST else f"BODY.PEEK[]<0.{BEGINNING}>"
    _status, said = server.uid("FETCH", str(uid), f"({part})")
    return next((one[1] for one in said if isinstance(one, tuple) and isinstance(one[1], bytes)), None)


register_source(Mailbox())
