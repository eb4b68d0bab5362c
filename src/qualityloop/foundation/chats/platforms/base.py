"""What every chat does: prove that a call is its own, say who said what, take an answer."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.conf import settings
from django.utils.crypto import constant_time_compare
from django.utils.functional import Promise

from qualityloop.analysis.messages import AnalysisError, message
from qualityloop.foundation import outward


class Refused(AnalysisError):  # noqa: N818 (an outcome)
    """The call is not one of this chat, or comes too late."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What was agreed with the chat: its secrets, as columns of ChatApp."""

    secret: str
    token: str = ""
    corp: str = ""
    api_secret: str = ""
    api_url: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A request of the chat. Names of headers are in lower case."""

    method: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    now: float  # seconds


@dataclass(frozen=True, slots=True)
class Proof:
    """The chat asks whether we are who it was told; this is the answer."""

    body: str
    content_type: str


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody has written to the robot. `back`: where an answer goes, for chats that take it by a call of ours."""

    message: str
    sender: str
    text: str
    name: str = ""
    back: str = ""
    more: Mapping[str, str] = field(default_factory=dict)


class Platform(ABC):
    """One chat. `needs` and `may`: columns of a connection that it uses, with what the chat calls them."""

    key: str
    label: str | Promise
    needs: ClassVar[dict[str, str | Promise]]
    may: ClassVar[dict[str, str | Promise]] = {}
    hosts: ClassVar[frozenset[str]]  # at which the vendor takes answers

    @abstractmethod
    def hear(self, setup: Setup, call: Call) -> Proof | Said | None:
        """What the call says; None for one that concerns nobody. Refused."""

    @abstractmethod
    def reply(self, setup: Setup, said: Said | None, text: str, now: float) -> tuple[str, str]:
        """Body and content type of our answer to the call itself."""

    def answer(self, setup: Setup, back: str, sender: str, text: str, key: str) -> str:
        """Send an answer by a call of ours, for chats that read none in ours to theirs; the chat's key of it."""
        return ""

    def check(self, setup: Setup) -> None:  # noqa: B027 (most have nothing to check)
        """Refused where what was agreed cannot be right."""

    def host(self, url: str) -> None:
        """Refused where an answer would go to somebody else."""
        parts = outward.checked(url)
        more = frozenset(settings.QUALITYLOOP_CHAT_HOSTS)
        if parts.hostname not in self.hosts | more or (parts.scheme != "https" and parts.hostname not in more):
            raise Refused(message("answers go to https://{host}/ only", host=min(self.hosts)))


def same(left: str, right: str) -> bool:
    """Compared so that the time it takes tells nothing; nothing is never the same."""
    return bool(left) and bool(right) and constant_time_compare(left, right)


def in_time(stamp: str, now: float, within: float) -> None:
    """Refused where `stamp` (seconds) is further from `now` than `within` seconds."""
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 16) or abs(now - int(stamp)) > within:
        raise Refused(message("the call is too old, or the clocks differ"))


def loaded(raw: bytes | str) -> dict[str, Any]:
    """A JSON object. Refused where it is none."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Refused(message("this is no message of the chat"))
    return found


def unlocked(key: bytes, vector: bytes, sealed: bytes, block: int) -> bytes:
    """AES-256-CBC with PKCS #7 to `block` bytes. Refused where it does not open."""
    if not sealed or len(sealed) % 16:
        raise Refused(message("the message cannot be decrypted"))
    opener = Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor()
    plain = opener.update(sealed) + opener.finalize()
    size = plain[-1]
    if not 1 <= size <= block or plain[-size:] != bytes([size]) * size:
        raise Refused(message("the message cannot be decrypted"))
    return plain[:-size]


def locked(key: bytes, vector: bytes, plain: bytes, block: int) -> bytes:
    """The other way round."""
    size = block - len(plain) % block
    sealer = Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor()
    return sealer.update(plain + bytes([size]) * size) + sealer.finalize()


def asked(url: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A JSON object posted, the JSON object that comes back. Outcomes of `outward`; Refused for another answer."""
    with outward.connected(url) as line:
        raw = json.dumps(body, ensure_ascii=False).encode()
        answer = line.post(raw, {"Content-Type": "application/json; charset=utf-8", **(headers or {})})
    if answer.status == 429 or answer.status >= 500:
        raise outward.NotSent(outward.said(answer))
    try:
        said = json.loads(answer.body)
    except ValueError:
        said = None
    code = said.get("errcode", said.get("code")) if isinstance(said, dict) else None
    if not isinstance(said, dict) or code != 0:
        raise Refused(outward.said(answer))
    return said
