"""What programs send about standards, and what they are answered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, Field

from qualityloop.foundation.api import Day, Instant, Strict, Whole, spoken

State = Literal["draft", "reviewed", "scheduled", "in_force", "replaced", "withdrawn"]
VersionNumber = Annotated[Whole, Field(ge=1, le=2**31 - 1)]
Title = Annotated[str, Field(max_length=200)]
Note = Annotated[str, Field(max_length=2000)]
ANY_CONTENT = spoken(_("As in a version of this kind; every value as it is typed on the page"))
ContentBody = Annotated[dict[str, Any], Field(description=ANY_CONTENT)]


class FaultAnswer(BaseModel):
    """Something that is wrong with a content."""

    field: str
    message: str


class VersionLine(BaseModel):
    """A version with what follows from its dates."""

    number: int
    state: State
    start: datetime | None = Field(description=spoken(_("In force from")))
    end: datetime | None = Field(
        description=spoken(_("In force until before this instant; null: until further notice"))
    )
    author: str | None
    reviewer: str | None
    written_at: datetime
    reason: str
    hash: str = Field(description=spoken(_("SHA-256 of the content")))


class DocumentAnswer(BaseModel):
    """A standard and its versions, the newest first."""

    kind: str
    key: str
    name_zh: str
    name_en: str
    review_on: date | None
    versions: list[VersionLine]


class VersionAnswer(VersionLine):
    """A version with its content."""

    kind: str
    key: str
    content: dict[str, Any]
    faults: list[FaultAnswer] = Field(description=spoken(_("What keeps it from being put in force")))


class NewDocument(Strict):
    """A document with its first draft."""

    key: Annotated[str, Field(min_length=1, max_length=64)]
    content: ContentBody
    name_zh: Title = Field("", description=spoken(_("Where the content does not name itself")))
    name_en: Title = ""
    reason: Note = ""


class NewVersion(Strict):
    """A new draft: with `content`, else that of `based_on`, else that of the version in force."""

    content: dict[str, Any] | None = Field(None, description=ANY_CONTENT)
    based_on: VersionNumber | None = None
    reason: Note = ""


class DraftChange(Strict):
    """A draft as it is to be; it may be incomplete."""

    content: ContentBody
    reason: Note | None = None
    known_hash: Annotated[str, Field(max_length=64)] | None = Field(
        None, description=spoken(_("Hash of the draft that was read: refused where somebody changed it since"))
    )


class Trial(Strict):
    """A content to look at; without one that of the version."""

    content: dict[str, Any] | None = Field(None, description=ANY_CONTENT)


class Review(Strict):
    """What the reviewer has to say."""

    note: Note = ""


class ReasonGiven(Strict):
    """Why it is done."""

    reason: Annotated[str, Field(min_length=1, max_length=2000)]


class Release(Strict):
    """From when on; null: at once."""

    valid_from: Instant | None = None


class ReviewDate(Strict):
    """When the document is to be looked through again; null: not planned."""

    day: Day | None


class CellAnswer(BaseModel):
    """A value before and after."""

    label: str
    before: str
    after: str


class RowAnswer(BaseModel):
    """A row that differs."""

    what: Literal["added", "removed", "changed"]
    key: str
    name: str
    cells: list[CellAnswer]


class SectionAnswer(BaseModel):
    """A part of the content in which something differs."""

    label: str
    same: int = Field(description=spoken(_("Rows that are as before")))
    moved: bool = Field(description=spoken(_("Whether the order of the rows is another")))
    rows: list[RowAnswer]


class CompareAsked(Strict):
    """Two versions."""

    old: VersionNumber
    new: VersionNumber


class FaultsAnswer(BaseModel):
    """What is wrong with a content; nothing is saved."""

    faults: list[FaultAnswer]


class PreviewAnswer(FaultsAnswer):
    """What a content would mean for the newest month of records; nothing is saved."""

    result: dict[str, Any] | None = Field(description=spoken(_("null where there are faults, or no records")))
