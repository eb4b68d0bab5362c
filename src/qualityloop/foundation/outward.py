"""Asking addresses that people have typed in, without lending anybody our place in the network.

An address may name the machine itself, the cloud's metadata service or a printer next door. So its host is resolved
once, every answer is checked, and the connection goes to exactly the number that was checked: a name that answers
differently a moment later (DNS rebinding) gains nothing. Redirects are not followed, proxies of the environment not
used. Networks of one's own are allowed by QUALITYLOOP_OUTWARD.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from qualityloop.analysis.messages import AnalysisError, Message, message

CONNECT = 10.0  # seconds
ANSWER = 20.0  # seconds, from the request to the last byte of the answer
TRIED = 3  # numbers of a name
MOST = 64 * 1024  # bytes of an answer that are read
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
# IPv6 numbers that carry an IPv4 number in them, behind which anything may be: translators and tunnels.
CARRIERS = tuple(
    ipaddress.IPv6Network(n) for n in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")
)


class Forbidden(AnalysisError):  # noqa: N818 (an outcome)
    """The address may not be asked, now or later."""


class NotSent(AnalysisError):  # noqa: N818 (an outcome)
    """Nothing has arrived there: not found, not reachable, or not who it should be. It may be tried again."""


class Unknown(AnalysisError):  # noqa: N818 (an outcome)
    """The request went out and no whole answer came back: it may have arrived or not."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes
    milliseconds: int
    retry_after: float | None  # seconds

    @property
    def text(self) -> str:
        """The body as text, for people."""
        return self.body.decode("utf-8", "replace")


class Line:
    """A connection that stands; nothing has been asked yet."""

    def __init__(self, connection: http.client.HTTPConnection, target: str) -> None:
        self._connection = connection
        self._target = target

    def post(self, body: bytes, headers: Mapping[str, str], target: str = "") -> Answer:
        """Send `body` to `target` (path and query; that of the address where empty). Unknown where no answer comes."""
        begin = time.monotonic()
        try:
            self._connection.request("POST", target or self._target, body, {"User-Agent": "QualityLoop", **headers})
            response = self._connection.getresponse()
            content = self._read(response, begin + ANSWER)
        except (OSError, http.client.HTTPException) as error:
            raise Unknown(message("no answer came back: {reason}", reason=_reason(error))) from error
        waited = int((time.monotonic() - begin) * 1000)
        return Answer(response.status, content, waited, _seconds(response.headers.get("Retry-After", "")))

    def _read(self, response: http.client.HTTPResponse, end: float) -> bytes:
        """The first bytes of the answer; one that comes in drops is cut off at the end of our patience."""
        parts, size = [], 0
        while size < MOST:
            if time.monotonic() > end:
                raise TimeoutError("timed out")
            part = response.read1(MOST - size)
            if not part:
                break
            parts.append(part)
            size += len(part)
        return b"".join(parts)


@contextmanager
def connected(url: str) -> Iterator[Line]:
    """A connection to where `url` points. Forbidden, or NotSent."""
    parts = checked(url)
    host, port = str(parts.hostname), parts.port or (443 if parts.scheme == "https" else 80)
    numbers = _resolved(host, port)
    connection = http.client.HTTPConnection(host, port, timeout=ANSWER)
    try:
        raw = _opened(numbers, port)
        secure = parts.scheme == "https"
        connection.sock = ssl.create_default_context().wrap_socket(raw, server_hostname=host) if secure else raw
    except (OSError, ssl.SSLError) as error:
        connection.close()
        raise NotSent(message("{host} cannot be reached: {reason}", host=host, reason=_reason(error))) from error
    try:
        yield Line(connection, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
    finally:
        connection.close()


def checked(url: str) -> SplitResult:
    """The parts of an address that may be asked, as far as one can tell without resolving it. Forbidden."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Forbidden(message("this is no address")) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise Forbidden(message("the address must begin with https:// or http:// and name a host"))
    if parts.username is not None or parts.password is not None:
        raise Forbidden(message("the address may hold no user name or password"))
    if any(ord(character) <= 32 or ord(character) > 126 for character in url):
        raise Forbidden(message("the address may hold no spaces or special characters; write them as %20 and the like"))
    with contextlib.suppress(ValueError):  # a name, which is looked at when it is resolved
        _check(ipaddress.ip_address(parts.hostname), parts.hostname)
    return parts


def _opened(numbers: list[Address], port: int) -> socket.socket:
    """A connection to the first of these numbers that answers. Nothing is resolved here."""
    problem: OSError = OSError("no number")
    for number in numbers[:TRIED]:
        raw = socket.socket(socket.AF_INET if number.version == 4 else socket.AF_INET6, socket.SOCK_STREAM)
        try:
            raw.settimeout(CONNECT)
            raw.connect((str(number), port))
        except OSError as error:
            raw.close()
            problem = error
        else:
            raw.settimeout(ANSWER)
            return raw
    raise problem


def _resolved(host: str, port: int) -> list[Address]:
    """The numbers to connect to; Forbidden where any that the name has may not be asked."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotSent(message("there is no host {host}: {reason}", host=host, reason=_reason(error))) from error
    numbers = [ipaddress.ip_address(str(entry[4][0]).split("%")[0]) for entry in found]
    for number in numbers:
        _check(number, host)
    return numbers


def _check(number: Address, host: str) -> None:
    plain = number.ipv4_mapped if isinstance(number, ipaddress.IPv6Address) and number.ipv4_mapped else number
    if any(plain in network for network in allowed_networks()):
        return
    carried = isinstance(plain, ipaddress.IPv6Address) and any(plain in network for network in CARRIERS)
    if carried or not plain.is_global or plain.is_multicast:
        raise Forbidden(
            message(
                "{host} lies in this machine's own network, which may not be asked (QUALITYLOOP_OUTWARD allows it)",
                host=host,
            )
        )


def allowed_networks() -> tuple[Network, ...]:
    """Networks of one's own that may be asked."""
    return tuple(ipaddress.ip_network(text, strict=False) for text in settings.QUALITYLOOP_OUTWARD)


def _reason(error: Exception) -> str:
    return (str(getattr(error, "strerror", None) or error) or type(error).__name__)[:200]


def _seconds(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdigit() and len(text) < 7 else None


def said(answer: Answer) -> Message:
    """An answer that was no yes, in words."""
    return message("answered {status}: {text}", status=answer.status, text=answer.text[:300])
