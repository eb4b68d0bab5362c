"""What the robots of the work chats have in common: a JSON body, and an answer 200 that still may mean no."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext

from qualityloop.analysis.messages import message
from qualityloop.foundation import outward
from qualityloop.foundation.notices.transports.base import Letter, Refused, Send, To, Transport, TryAgain, Unsure


class Robot(Transport):
    """A robot in a group of a work chat, reached by the address that the chat gave it."""

    hosts: ClassVar[frozenset[str]]  # at which the vendor runs its robots
    too_often: ClassVar[frozenset[int]]  # codes that say: slow down
    busy: ClassVar[frozenset[int]] = frozenset({-1})  # codes that say: the system is busy, nothing was done
    pause: ClassVar[float]  # seconds to wait after having been too fast

    @abstractmethod
    def request(self, to: To, letter: Letter) -> tuple[str, dict[str, Any]]:
        """The address, signed now, and the body."""

    @abstractmethod
    def code(self, answer: dict[str, Any]) -> tuple[int | None, str]:
        """The code in an answer (0: done; None: there is none) and its words."""

    def check(self, address: str) -> None:
        """Refused where `address` is not that of such a robot."""
        parts = outward.checked(address)
        if parts.hostname not in self.hosts | frozenset(settings.QUALITYLOOP_CHAT_HOSTS):
            raise Refused(message("the address of a robot here begins with https://{host}/", host=min(self.hosts)))
        if parts.scheme != "https" and parts.hostname in self.hosts:
            raise Refused(message("the address must begin with https://"))

    @contextmanager
    def ready(self, to: To) -> Iterator[Send]:
        """Connected, with the certificate of the other side checked."""
        try:
            self.check(to.address)
            with outward.connected(to.address) as line:
                yield lambda letter: self._send(line, to, letter)
        except outward.Forbidden as error:
            raise Refused(error.text) from error
        except outward.NotSent as error:
            raise TryAgain(error.text) from error

    def _send(self, line: outward.Line, to: To, letter: Letter) -> str:
        url, body = self.request(to, letter)
        try:
            answer = line.post(json.dumps(body, ensure_ascii=False).encode(), {"Content-Type": "application/json"}, url)
        except outward.Unknown as error:
            raise Unsure(error.text) from error
        return self._judge(answer)

    def _judge(self, answer: outward.Answer) -> str:
        """For a yes the key of the message where one is told; TryAgain, Refused or Unsure for anything else."""
        if answer.status == 429 or answer.status >= 500:
            raise TryAgain(outward.said(answer), answer.retry_after or self.pause)
        try:
            said = json.loads(answer.body)
        except ValueError:
            said = None
        code, words = self.code(said) if isinstance(said, dict) else (None, answer.text[:200])
        if code == 0:
            data = said.get("data") if isinstance(said, dict) else None
            return str(data.get("message_id") or "") if isinstance(data, dict) else ""
        text = message("answered {status}, code {code}: {text}", status=answer.status, code=code, text=words[:300])
        if code in self.too_often or "too many request" in words.lower():
            raise TryAgain(text, self.pause)
        if code in self.busy:
            raise TryAgain(text)
        if code is None and answer.status == 200:
            raise Unsure(text)  # a yes in words that we do not know is not a no
        raise Refused(text)


def links_of(letter: Letter) -> list[tuple[str, str]]:
    """The pages that a letter leads to, with their words."""
    return ([(gettext("Open"), letter.url)] if letter.url else []) + list(letter.links)


def clip(text: str, most: int) -> str:
    """`text` in at most `most` bytes of UTF-8, with an ellipsis where it was cut."""
    raw = text.encode()
    return text if len(raw) <= most else raw[: most - 3].decode("utf-8", "ignore") + "…"


def with_query(address: str, query: str) -> str:
    """`address` with more in its query, as the request names it (path and query)."""
    parts = urlsplit(address)
    return f"{parts.path or '/'}?{'&'.join(part for part in (parts.query, query) if part)}"
