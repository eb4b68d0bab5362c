"""Pages of long tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

SIZE = 50
LAST = 100_000


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a table is shown; `more` says whether another follows, `of` how many rows there are if known."""

    number: int
    size: int = SIZE
    more: bool = False
    of: int | None = None

    @property
    def offset(self) -> int:
        """Rows before the first shown."""
        return (self.number - 1) * self.size

    @property
    def before(self) -> int | None:
        """Number of the page before, None on the first."""
        return self.number - 1 if self.number > 1 else None

    @property
    def after(self) -> int | None:
        """Number of the page after, None on the last."""
        return self.number + 1 if self.more else None

    @property
    def first(self) -> int:
        """Number of the first row shown, from 1."""
        return self.offset + 1

    def among(self, *, more: bool, of: int | None = None) -> Page:
        """The page, knowing what follows."""
        return replace(self, more=more, of=of)


def page_asked(asked: Mapping[str, str]) -> Page:
    """The page that the address names; the first where it names none that makes sense."""
    text = asked.get("page", "1")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1
    return Page(min(max(number, 1), LAST))
