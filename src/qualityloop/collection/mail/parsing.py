"""Reading a mail: bytes in, whatever can be known about it out. Never raises: what is broken is noted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import Message as Mail
from email.utils import getaddresses, parsedate_to_datetime

from qualityloop.analysis.messages import Message, message
from qualityloop.collection.mail.decoding import header_text, text_of
from qualityloop.collection.mail.plain import LONGEST, MOST_LINKS, html_text, tidy

MOST_PARTS = 500
MOST_REFERENCES = 100
ID = re.compile(r"<[^<>\s]{1,500}>")
ADDRESS = re.compile(r"[^\s<>()\[\],;:\"@]{1,64}@[^\s<>()\[\],;:\"@]{1,255}")
MACHINES = re.compile(
    r"^(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?|auto-?reply|notification)s?(?:[+\-.].*)?@", re.I
)
AWAY = re.compile(
    r"^(?:(?:自动(?:回复|答复))|(?:auto(?:matic)?[ -]?(?:reply|response))|(?:out of (?:the )?office)|"
    r"(?:(?:不在|外出)办公室)|(?:自動回覆))",
    re.I,
)
REPORT_SUBJECT = re.compile(r"^(?:undeliver|delivery status|returned mail|退信|系统退信|mail delivery failed)", re.I)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a mail."""

    name: str
    media_type: str
    content: bytes


@dataclass(slots=True)
class ParsedMail:
    """What a mail says. Addresses in small letters; `at` is the sender's claim, UTC; `notes` say what was broken."""

    message_id: str = ""
    sender: str = ""
    sender_name: str = ""
    to: tuple[str, ...] = ()
    reply_to: str = ""
    subject: str = ""
    at: datetime | None = None
    references: tuple[str, ...] = ()
    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    automatic: Message | None = None  # why no person wrote it
    notes: tuple[Message, ...] = ()
    own: str = ""  # our own mark, where it is one of our notices that came back
    _noted: list[Message] = field(default_factory=list, repr=False)


OWN_HEADER = "X-QualityLoop"


def parse(raw: bytes) -> ParsedMail:
    """Read a mail."""
    found = ParsedMail()
    mail = message_from_bytes(raw, policy=policy.compat32)
    if mail.defects:
        found._noted.append(message("the mail is not well formed; it was read as far as possible"))
    _envelope(mail, found)
    _body(mail, found)
    found.automatic = _why_automatic(mail, found)
    found.notes = tuple(found._noted)
    return found


def _envelope(mail: Mail, found: ParsedMail) -> None:
    found.message_id = next(iter(_ids(mail, "Message-ID")), "")
    found.references = tuple(dict.fromkeys((*_ids(mail, "In-Reply-To"), *reversed(_ids(mail, "References")))))[
        :MOST_REFERENCES
    ]
    found.subject = _header(mail, "Subject")[:500]
    found.sender_name, found.sender = _first_address(mail, "From", "Sender", "Return-Path")
    _name, found.reply_to = _first_address(mail, "Reply-To")
    found.to = tuple(dict.fromkeys(address for _n, address in (*_addresses(mail, "To"), *_addresses(mail, "Cc"))))
    found.own = _header(mail, OWN_HEADER)[:100]
    found.at = _instant(mail, found)
    if not found.sender:
        found._noted.append(message("the mail names no sender"))


def _header(mail: Mail, name: str) -> str:
    return header_text(_raw_header(mail, name))


def _raw_header(mail: Mail, name: str) -> str:
    """The header's own characters; bytes beyond ASCII are kept as surrogates. The first of several counts."""
    for key, value in mail.raw_items():
        if key.lower() == name.lower():
            return str(value)
    return ""


def _ids(mail: Mail, name: str) -> list[str]:
    return ID.findall(re.sub(r"\s*\r?\n\s+", " ", _raw_header(mail, name)))


def _addresses(mail: Mail, name: str) -> list[tuple[str, str]]:
    raw = _raw_header(mail, name)
    # Encoded words are read after the splitting: a name may hold a comma once it is read.
    pairs = [(header_text(n), a) for n, a in getaddresses([re.sub(r"[\r\n]+\s*", " ", raw)]) if a]
    good = [(n, a.lower()) for n, a in pairs if ADDRESS.fullmatch(a)]
    if good or not raw.strip():
        return good
    return [("", a.lower()) for a in ADDRESS.findall(header_text(raw))]


def _first_address(mail: Mail, *names: str) -> tuple[str, str]:
    for name in names:
        for pair in _addresses(mail, name):
            return pair
    return ("", "")


def _instant(mail: Mail, found: ParsedMail) -> datetime | None:
    raw = _header(mail, "Date")
    if not raw:
        return None
    try:
        when = parsedate_to_datetime(raw)
        when = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        found._noted.append(message("the date “{text}” cannot be read", text=raw[:80]))
        return None
    return when


def _leaves(mail: Mail) -> Iterator[Mail]:
    """The parts that hold something; a mail inside a mail is one part. Deep and endless nestings are cut off."""
    stack, seen = [mail], 0
    while stack and seen < MOST_PARTS:
        part = stack.pop()
        seen += 1
        inner = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inner, list):
            stack.extend(reversed([p for p in inner if isinstance(p, Mail)]))
        else:
            yield part


def _body(mail: Mail, found: ParsedMail) -> None:
    plain: list[str] = []
    html: list[str] = []
    files: list[Attachment] = []
    for part in _leaves(mail):
        kind = part.get_content_type()
        if _is_file(part, kind):
            files.append(_attachment(part, kind, len(files) + 1))
        elif kind == "text/html":
            html.append(_text(part, found))
        elif part.get_content_maintype() == "text":
            plain.append(_text(part, found))
    text = tidy("\n\n".join(piece for piece in plain if piece.strip()))
    if not text and html:
        source = "\n".join(html)
        text = html_text(source)
        if len(re.findall(r"<a\s", source, re.I)) > MOST_LINKS:
            found._noted.append(message("the mail holds more than {count} links", count=MOST_LINKS))
    if len(text) >= LONGEST:
        found._noted.append(
            message("the text was cut after {count} characters; the mail itself is kept whole", count=LONGEST)
        )
    found.text = text[:LONGEST]
    found.attachments = tuple(files)


def _is_file(part: Mail, kind: str) -> bool:
    if part.get_content_disposition() == "attachment" or kind.startswith(
        ("image/", "audio/", "video/", "application/")
    ):
        return True
    return kind == "message/rfc822" or (bool(_file_name(part)) and kind not in ("text/plain", "text/html"))


def _text(part: Mail, found: ParsedMail) -> str:
    raw = _payload(part, found)
    try:
        label = part.get_content_charset()
    except (LookupError, ValueError, UnicodeError):
        label = None
    return text_of(raw, label)


def _payload(part: Mail, found: ParsedMail) -> bytes:
    """The bytes of a part, its transfer encoding undone; as they are where that is broken."""
    try:
        raw = part.get_payload(decode=True)
    except (ValueError, LookupError, UnicodeError):
        raw = None
    if isinstance(raw, bytes):
        return raw
    found._noted.append(message("a part of the mail is damaged"))
    inner = part.get_payload()
    return inner.encode("utf-8", "surrogateescape") if isinstance(inner, str) else b""


def _file_name(part: Mail) -> str:
    """The name of a file: RFC 2231 parameters, encoded words where they should not be, raw bytes."""
    try:
        given = part.get_filename()
    except (LookupError, ValueError, TypeError, UnicodeError):
        given = None
    if given and "\ufffd" in given:  # raw bytes: the library has replaced them already
        lines = _raw_header(part, "Content-Disposition") + ";" + _raw_header(part, "Content-Type")
        raw = re.search(r"name\s*=\s*\"?([^\";\r\n]+)", lines, re.I)
        given = raw.group(1).strip() if raw else given
    return header_text(given) if given else ""


def _attachment(part: Mail, kind: str, number: int) -> Attachment:
    if kind == "message/rfc822":
        inner = part.get_payload()
        inside = inner[0] if isinstance(inner, list) and inner else inner
        content = inside.as_bytes() if isinstance(inside, Mail) else str(inside).encode("utf-8", "surrogateescape")
        return Attachment(_file_name(part) or f"mail-{number}.eml", kind, content)
    return Attachment(_file_name(part) or f"attachment-{number}", kind, _payload(part, ParsedMail()))


def _why_automatic(mail: Mail, found: ParsedMail) -> Message | None:
    """Why a mail must never open a ticket nor be answered (RFC 3834); None where a person seems to have written it."""
    submitted = _header(mail, "Auto-Submitted").split(";")[0].strip().lower()
    marked = any(_raw_header(mail, name) for name in ("X-Autoreply", "X-Autorespond"))
    circular = _header(mail, "Precedence").lower() in ("bulk", "junk", "list", "auto_reply")
    report = mail.get_content_type() == "multipart/report" or REPORT_SUBJECT.match(found.subject)
    answer = marked or AWAY.match(found.subject) or submitted not in ("", "no")
    reasons = (
        (found.own, message("one of our own notices came back")),
        (report, message("a report that a mail could not be delivered")),
        (_raw_header(mail, "Return-Path").strip() == "<>", message("a mail without a return address")),
        (answer, message("an automatic answer")),
        (circular or _raw_header(mail, "List-Id"), message("a circular or a mailing list")),
        (MACHINES.match(found.sender), message("sent by a machine: {address}", address=found.sender)),
    )
    return next((reason for holds, reason in reasons if holds), None)
