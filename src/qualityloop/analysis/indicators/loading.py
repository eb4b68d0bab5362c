"""Standards from the shelf or from a user's own file."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from qualityloop.analysis.indicators.checking import Fault, check_standard, faults
from qualityloop.analysis.indicators.draft import Draft, build, over
from qualityloop.analysis.indicators.language.errors import closest
from qualityloop.analysis.indicators.standard import Standard
from qualityloop.analysis.indicators.xlsx_file import MAX_BYTES, read_xlsx, standard_to_xlsx
from qualityloop.analysis.indicators.yaml_file import read_yaml, standard_to_yaml
from qualityloop.analysis.messages import AnalysisError, Place, message

__all__ = [
    "check_standard",
    "load_standard",
    "read_draft",
    "shipped_draft",
    "shipped_standards",
    "standard_to_xlsx",
    "standard_to_yaml",
]

MAX_EXTENSIONS = 5
_SHELF = resources.files("qualityloop.analysis.indicators") / "shipped"


def shipped_standards() -> tuple[str, ...]:
    """Keys of the standards that come with the product."""
    return tuple(sorted(p.name.removesuffix(".yaml") for p in _SHELF.iterdir() if p.name.endswith(".yaml")))


def load_standard(key_or_path: str | Path) -> Standard:
    """A shipped standard by its key, or one from a .yaml or .xlsx file; AnalysisError says what is wrong where."""
    draft = _draft(key_or_path, ())
    standard = build(draft)
    found = faults(standard)
    if found:
        raise _error(found[0], draft)
    return standard


def read_draft(name: str, data: bytes) -> Draft:
    """The entries of a file that somebody handed in as `name`; it may extend shipped standards only."""
    if not name.lower().endswith((".yaml", ".yml", ".xlsx")):
        raise AnalysisError(message("A standard is a .yaml or .xlsx file."), Place(name))
    draft = read_xlsx(data, name) if name.lower().endswith(".xlsx") else read_yaml(data, name)
    parent = draft.head.get("extends")
    if parent is None or not parent.text:
        return draft
    if parent.text not in shipped_standards():
        raise AnalysisError(
            message("Only a shipped standard can be extended here: {shipped}.", shipped=", ".join(shipped_standards())),
            parent.place,
        )
    return over(_draft(parent.text, (name,)), draft)


def shipped_draft(key: str) -> Draft:
    """The entries of a shipped standard."""
    return _draft(key, ())


def _draft(key_or_path: str | Path, waiting: tuple[str, ...]) -> Draft:
    """The entries of a standard, those of what it extends included."""
    name, data = _read(key_or_path)
    if name in waiting or len(waiting) >= MAX_EXTENSIONS:
        raise AnalysisError(message("These standards extend one another in a circle or too often."), Place(name))
    draft = read_xlsx(data, name) if name.lower().endswith(".xlsx") else read_yaml(data, name)
    parent = draft.head.get("extends")
    if parent is None or not parent.text:
        return draft
    target: str | Path = parent.text
    if parent.text not in shipped_standards():
        target = Path(name).parent / parent.text
    try:
        below = _draft(target, (*waiting, name))
    except AnalysisError as error:
        if error.place == Place(str(target)):  # it is the line that is wrong, not that file
            raise AnalysisError(error.text, parent.place) from None
        raise
    return over(below, draft)


def _read(key_or_path: str | Path) -> tuple[str, bytes]:
    if isinstance(key_or_path, str) and key_or_path in shipped_standards():
        return f"{key_or_path}.yaml", (_SHELF / f"{key_or_path}.yaml").read_bytes()
    path = Path(key_or_path)
    place = Place(str(key_or_path))
    if path.suffix.lower() not in (".yaml", ".yml", ".xlsx"):
        shipped = ", ".join(shipped_standards())
        meant = closest(str(key_or_path), shipped_standards())
        problem = message(
            "There is no standard “{name}”. Shipped are: {shipped}; a file ends in .yaml or .xlsx.",
            name=str(key_or_path),
            shipped=shipped,
        )
        if meant:
            problem = message("{problem} Did you mean “{suggestion}”?", problem=problem, suggestion=meant)
        raise AnalysisError(problem, place)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise AnalysisError(message("There is no such file."), place) from None
    except (OSError, ValueError):
        raise AnalysisError(message("The file cannot be read."), place) from None
    return str(path), data


def _error(fault: Fault, draft: Draft) -> AnalysisError:
    """The fault at the entry that it comes from."""
    place = draft.place
    if fault.indicator is not None:
        fields = draft.indicators[fault.indicator]
        row = draft.rows[fault.indicator]
        entry = fields.get(fault.field)
        place = entry.place if entry else Place(row.file, row.row, fault.field)
        if entry and entry.text and entry.block and fault.error and place.row:
            lines = entry.text.lstrip()[: fault.error.position].count("\n")
            place = Place(place.file, place.row + 1 + lines, place.column)
    elif fault.field == "headline" and draft.headline:
        wrong = {e.text for e in draft.headline} - set(draft.indicators)
        place = next(e.place for e in draft.headline if e.text in wrong)
    return fault.error.at(place) if fault.error else AnalysisError(fault.text, place)
