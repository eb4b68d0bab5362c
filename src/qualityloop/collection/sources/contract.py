"""What a source is: settings, and a way to fetch what is new."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from django.utils.functional import Promise

from qualityloop.foundation.files.store import Readable

if TYPE_CHECKING:
    from qualityloop.collection.models import DataSource

Options = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Option:
    """One setting of a source. `secret` ones are never shown again; `choices` are (key, label) pairs."""

    key: str
    label: str | Promise
    help: str | Promise = ""
    required: bool = False
    initial: str = ""
    choices: tuple[tuple[str, str | Promise], ...] = ()
    several: bool = False
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that a source offers: its name, and how to read it. It is told from others by its content."""

    name: str
    open: Callable[[], Readable]  # a context manager too


class Source(Protocol):
    """A way by which files come in. A new one is one file here that registers it."""

    @property
    def key(self) -> str:
        """By which it is kept."""
        ...

    @property
    def label(self) -> str | Promise:
        """Its name."""
        ...

    @property
    def help(self) -> str | Promise:
        """What it does, in one sentence."""
        ...

    @property
    def options(self) -> tuple[Option, ...]:
        """Its settings."""
        ...

    def check(self, options: Options) -> None:
        """AnalysisError where the settings cannot work; called when they are saved."""
        ...

    def collect(self, options: Options, since: datetime | None) -> Iterator[Fetched]:
        """What there is, the oldest first; what was brought before may be offered again.

        `since` is when the source was last asked, None the first time. AnalysisError where it cannot be reached.
        """
        ...


@runtime_checkable
class Delivering(Protocol):
    """A source that brings no files but deals with each piece itself, such as mails."""

    def deliver(self, source: DataSource) -> tuple[int, int]:
        """Take what there is; how many pieces were new, how many known. AnalysisError where it cannot be reached."""
        ...


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file that can be read, by the endings of its names."""

    key: str
    label: str | Promise
    endings: tuple[str, ...]
