"""Filters of a list: read from an address, applied to the rows, offered in the page and in the REST API."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qualityloop.foundation.listing.fields import Model, field_at, label_at
from qualityloop.foundation.wording import value_word

Rows = models.QuerySet[Any]
LONGEST = 200  # characters of a word that is looked for
RECENT = 20_000  # newest rows whose values are offered; more would cost more than they tell
OFFERED = 100  # values in a list to choose from
KEPT = 300  # seconds that values to choose from are remembered
FIRST_YEAR, LAST_YEAR = 1900, 2200
LARGEST = 2**63  # whole numbers that a database keeps are smaller


class Given(Protocol):
    """The parameters of an address."""

    def get(self, key: str, /) -> Any: ...
    def getlist(self, key: str, /) -> Sequence[str]: ...


class Asked(Protocol):
    """For whom a filter is shown: the list, and who looks at it."""

    @property
    def listing(self) -> Any: ...
    @property
    def user(self) -> Any: ...


@dataclass(frozen=True)
class Input:
    """A field of the form; with `options` (value, label) one to choose from."""

    name: str
    label: str
    value: str = ""
    kind: str = "text"
    options: tuple[tuple[str, str], ...] | None = None
    opens: bool = False  # the first of a pair that stays together
    closes: bool = False


def shortened(text: str) -> str:
    """A piece of what somebody typed, fit to be said back."""
    printable = "".join(character if character.isprintable() else "�" for character in text[:41])
    return printable if len(printable) <= 40 else printable[:40] + "…"


class Filter(ABC):
    """One filter. `path` is the field it looks at, `parameters` what it is called in an address."""

    name: str
    path: str
    label: str | Promise | None

    @property
    def way(self) -> str:
        """The field that is looked at."""
        return self.path or self.name

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names in the address."""
        return (self.name,)

    def heading(self, model: Model) -> str:
        """What the filter is called."""
        return capfirst(str(self.label) if self.label is not None else label_at(model, self.way))

    @abstractmethod
    def read(self, given: Given) -> tuple[Any, list[str]]:
        """What is asked for (None: nothing), and what of it makes no sense, in words."""

    @abstractmethod
    def apply(self, rows: Rows, value: Any) -> Rows:
        """The rows that fit."""

    @abstractmethod
    def pairs(self, value: Any) -> list[tuple[str, str]]:
        """The value as parameters of an address."""

    @abstractmethod
    def inputs(self, asked: Asked, value: Any) -> list[Input]:
        """Fields of the form."""

    @abstractmethod
    def accepts(self, model: Model) -> dict[str, tuple[Any, str]]:
        """Parameters of the REST API: the type and a description of each."""

    @abstractmethod
    def from_api(self, given: Mapping[str, Any]) -> Any:
        """What checked parameters of the REST API ask for; None for nothing."""


class Words(Filter):
    """Rows in which every word occurs in one of the columns."""

    def __init__(self, *columns: str, name: str = "q", label: str | Promise | None = None) -> None:
        self.columns = columns
        self.name = name
        self.path = columns[0]
        self.label = label if label is not None else gettext_lazy("Search")

    def read(self, given: Given) -> tuple[Any, list[str]]:
        """What was typed, without what no column can hold."""
        return self.from_api({self.name: given.get(self.name)}), []

    def apply(self, rows: Rows, value: Any) -> Rows:
        """Every word in some column, whatever its case."""
        for word in value.split()[:10]:
            hit = models.Q()
            for column in self.columns:
                hit |= models.Q(**{f"{column}__icontains": word})
            rows = rows.filter(hit)
        return rows

    def pairs(self, value: Any) -> list[tuple[str, str]]:
        """As typed."""
        return [(self.name, value)]

    def inputs(self, asked: Asked, value: Any) -> list[Input]:
        """One field for text."""
        return [Input(self.name, self.heading(asked.listing.model), value or "", "search")]

    def accepts(self, model: Model) -> dict[str, tuple[Any, str]]:
        """One text."""
        where = ", ".join(label_at(model, column) for column in self.columns)
        return {self.name: (str, _("Every word must occur in one of: {columns}").format(columns=where))}

    def from_api(self, given: Mapping[str, Any]) -> Any:
        """The words."""
        text = str(given.get(self.name) or "").replace("\x00", "").strip()[:LONGEST]
        return text or None


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


@dataclass(frozen=True)
class Days(Filter):
    """Rows whose instant or day lies in a range of days of the organisation's calendar, both ends included."""

    name: str
    path: str = ""
    label: str | Promise | None = None

    @property
    def parameters(self) -> tuple[str, ...]:
        """The first and the last day."""
        return (f"{self.name}_from", f"{self.name}_to")

    def read(self, given: Given) -> tuple[Any, list[str]]:
        """Days such as 2026-01-31."""
        notes, found = [], {}
        for name in self.parameters:
            text = str(given.get(name) or "").strip()
            found[name] = _day(text) if text else None
            if text and found[name] is None:
                said = _("“{text}” is not a date; write it like 2026-01-31")
                notes.append(said.format(text=shortened(text)))
        value = self.from_api(found)
        if value is not None and None not in value and value[0] > value[1]:
            return None, [*notes, _("The first day lies after the last; all days are shown.")]
        return value, notes

    def apply(self, rows: Rows, value: Any) -> Rows:
        """From the midnight before the first day to the one after the last, where the organisation is."""
        start, end = value
        instant = isinstance(field_at(rows.model, self.way), models.DateTimeField)
        if start is not None:
            rows = rows.filter(**{f"{self.way}__gte": _midnight(start) if instant else start})
        if end is not None:
            after = end + timedelta(days=1)
            rows = rows.filter(**{f"{self.way}__lt": _midnight(after) if instant else after})
        return rows

    def pairs(self, value: Any) -> list[tuple[str, str]]:
        """Days that are given."""
        return [(name, day.isoformat()) for name, day in zip(self.parameters, value, strict=True) if day]

    def inputs(self, asked: Asked, value: Any) -> list[Input]:
        """Two fields for days."""
        what = self.heading(asked.listing.model)
        labels = (_("{what} from").format(what=what), _("to"))
        start, end = value or (None, None)
        texts = [day.isoformat() if day else "" for day in (start, end)]
        first, last = zip(self.parameters, labels, texts, strict=True)
        return [Input(*first, kind="date", opens=True), Input(*last, kind="date", closes=True)]

    def accepts(self, model: Model) -> dict[str, tuple[Any, str]]:
        """Two days."""
        what = self.heading(model)
        first, last = self.parameters
        texts = (_("{what}: the first day, in the organisation's zone"), _("{what}: the last day, included"))
        return {first: (date, texts[0].format(what=what)), last: (date, texts[1].format(what=what))}

    def from_api(self, given: Mapping[str, Any]) -> Any:
        """First and last day."""
        start, end = (given.get(name) for name in self.parameters)
        usable = [d if d is None or FIRST_YEAR <= d.year <= LAST_YEAR else None for d in (start, end)]
        return None if usable == [None, None] else tuple(usable)


def _as_kept(model: Model, path: str, text: str) -> Any:
    """A value as the column keeps it; None where it is none."""
    found = field_at(model, path)
    if found is None:
        return text
    try:
        value = found.to_python(text)
    except (ValidationError, ValueError, TypeError, OverflowError):
        return None
    if isinstance(value, int | float) and not -LARGEST < value < LARGEST:  # nor what is no number
        return None
    return value


@dataclass(frozen=True)
class Choice(Filter):
    """Rows with one of the values that occur; several may be asked for."""

    name: str
    path: str = ""
    label: str | Promise | None = None

    def read(self, given: Given) -> tuple[Any, list[str]]:
        """Any values: one that does not occur finds nothing. Of fixed values another makes no sense."""
        return self.from_api({self.name: given.getlist(self.name)}), []

    def apply(self, rows: Rows, value: Any) -> Rows:
        """One of the values; what a number cannot be finds nothing."""
        known = [one for text in value if (one := _as_kept(rows.model, self.way, text)) is not None]
        if not known:
            return rows.none()
        return rows.filter(**{f"{self.way}__in": known}) if len(known) > 1 else rows.filter(**{self.way: known[0]})

    def pairs(self, value: Any) -> list[tuple[str, str]]:
        """One parameter for each."""
        return [(self.name, item) for item in value]

    def inputs(self, asked: Asked, value: Any) -> list[Input]:
        """A list to choose from for each value that is asked for, or one."""
        offered = self._options(asked)
        known = {key for key, _label in offered}
        heading = self.heading(asked.listing.model)
        inputs = []
        for item in value or ("",):
            options = offered if not item or item in known else ((item, item), *offered)
            inputs.append(Input(self.name, heading, item, "choice", options))
        return inputs

    def _options(self, asked: Asked) -> tuple[tuple[str, str], ...]:
        found = field_at(asked.listing.model, self.way)
        if found is not None and found.choices:
            return tuple((str(key), str(label)) for key, label in found.flatchoices)
        return tuple((value, value_word(self.name, value)) for value in self._occurring(asked))

    def _occurring(self, asked: Asked) -> list[str]:
        """Values among the newest rows that the person may see."""
        key = f"listing:{asked.listing.key}:{self.name}:{asked.user.pk}"
        found: list[str] | None = cache.get(key)
        if found is None:
            recent = asked.listing.query(asked.user).order_by("-pk").values_list(self.way, flat=True)[:RECENT]
            values = {str(value) for value in recent if value not in (None, "")}
            cache.set(key, found := sorted(values)[:OFFERED], KEPT)
        return found

    def accepts(self, model: Model) -> dict[str, tuple[Any, str]]:
        """Any number of values."""
        text = _("{what}: one of these values; may be given several times")
        kind = list[int] if isinstance(field_at(model, self.way), models.IntegerField) else list[str]
        return {self.name: (kind, text.format(what=self.heading(model)))}

    def from_api(self, given: Mapping[str, Any]) -> Any:
        """The values."""
        values = (str(one).replace("\x00", "")[:LONGEST] for one in given.get(self.name) or ())
        return tuple(dict.fromkeys(value for value in values if value))[:50] or None


@dataclass(frozen=True)
class YesNo(Filter):
    """Rows where something is so, or is not."""

    name: str
    path: str = ""
    label: str | Promise | None = None

    def read(self, given: Given) -> tuple[Any, list[str]]:
        """yes or no."""
        text = str(given.get(self.name) or "")
        if text in ("", "yes", "no"):
            return {"yes": True, "no": False}.get(text), []
        said = _("“{text}” is neither yes nor no; all rows are shown.")
        return None, [said.format(text=shortened(text))]

    def apply(self, rows: Rows, value: Any) -> Rows:
        """What is not known is neither."""
        return rows.filter(**{self.way: value})

    def pairs(self, value: Any) -> list[tuple[str, str]]:
        """yes or no."""
        return [(self.name, "yes" if value else "no")]

    def inputs(self, asked: Asked, value: Any) -> list[Input]:
        """A list of two."""
        options = (("yes", _("yes")), ("no", _("no")))
        chosen = "" if value is None else "yes" if value else "no"
        return [Input(self.name, self.heading(asked.listing.model), chosen, "choice", options)]

    def accepts(self, model: Model) -> dict[str, tuple[Any, str]]:
        """True or false."""
        return {self.name: (bool, self.heading(model))}

    def from_api(self, given: Mapping[str, Any]) -> Any:
        """As it is."""
        return given.get(self.name)


@dataclass(frozen=True)
class Related(Filter):
    """Rows that belong to a record of another, short table; `options` answers the records that a person may choose.

    For a long table use `Words("customer__name", name="customer", label=…)`.
    """

    name: str
    path: str = ""
    label: str | Promise | None = None
    options: Callable[[Any], Rows] | None = field(default=None, compare=False)

    def read(self, given: Given) -> tuple[Any, list[str]]:
        """Keys."""
        notes, found = [], []
        for text in given.getlist(self.name):
            if text.isascii() and text.isdigit() and len(text) < 19:
                found.append(int(text))
            elif text:
                said = _("There is no “{text}” to choose; the filter is left out.")
                notes.append(said.format(text=shortened(text)))
        return self.from_api({self.name: found}), notes

    def apply(self, rows: Rows, value: Any) -> Rows:
        """Of one of the records."""
        return rows.filter(**{f"{self.way}__in": value}) if len(value) > 1 else rows.filter(**{self.way: value[0]})

    def pairs(self, value: Any) -> list[tuple[str, str]]:
        """One parameter for each."""
        return [(self.name, str(item)) for item in value]

    def inputs(self, asked: Asked, value: Any) -> list[Input]:
        """A list of the records, by their names."""
        found = field_at(asked.listing.model, self.way)
        related = found.related_model if found is not None else None
        if related is None:
            raise ValueError(f"{asked.listing.key}: {self.way} leads to no other table")
        rows = self.options(asked.user) if self.options else related._default_manager.all()
        options = tuple((str(row.pk), str(row)) for row in rows[: 2 * OFFERED])
        heading = self.heading(asked.listing.model)
        return [Input(self.name, heading, str(item), "choice", options) for item in value or ("",)]

    def accepts(self, model: Model) -> dict[str, tuple[Any, str]]:
        """Any number of keys."""
        text = _("{what}: the id of one; may be given several times")
        return {self.name: (list[int], text.format(what=self.heading(model)))}

    def from_api(self, given: Mapping[str, Any]) -> Any:
        """The keys."""
        return tuple(dict.fromkeys(given.get(self.name) or ()))[:50] or None
