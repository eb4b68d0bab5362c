"""What every transport does."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise

from qualityloop.analysis.messages import AnalysisError, Message

if TYPE_CHECKING:
    from qualityloop.foundation.models import User
    from qualityloop.foundation.notices.models import Wishes


class Refused(AnalysisError):  # noqa: N818 (an outcome)
    """The other side has said no, and would say so again."""


class TryAgain(AnalysisError):  # noqa: N818 (an outcome)
    """Nothing has arrived; it may be tried again, in `seconds` at the earliest where the other side says when."""

    def __init__(self, text: Message, seconds: float = 0) -> None:
        super().__init__(text)
        self.seconds = seconds


class Unsure(AnalysisError):  # noqa: N818 (an outcome)
    """It went out, and nobody can tell whether it has arrived."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent: plain text; `url` is a whole address or empty; `key` is the same whenever it is sent."""

    subject: str
    text: str
    url: str
    key: str
    links: tuple[tuple[str, str], ...] = ()  # words, and a whole address


@dataclass(frozen=True, slots=True)
class To:
    """Where it is sent: an e-mail address, or the address of a robot with its secret."""

    address: str
    secret: str = ""
    name: str = ""


Send = Callable[[Letter], str]  # the key that the other side gave it; empty where it gives none


class Transport(ABC):
    """One way. `sends` is False for the page, on which a notice is by being written."""

    key: str
    label: str | Promise
    sends: bool = True

    @abstractmethod
    def to(self, user: User, wishes: Wishes) -> To | None:
        """Where `user` is reached; None where not."""

    @abstractmethod
    def ready(self, to: To) -> AbstractContextManager[Send]:
        """A connection that stands, and what sends a letter through it.

        What fails before the letter goes out raises TryAgain or Refused; what fails after it, Unsure.
        """
