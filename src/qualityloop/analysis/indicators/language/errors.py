"""What is wrong with a formula, and at which character."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from qualityloop.analysis.messages import AnalysisError, Message, Place, message


class FormulaError(AnalysisError):
    """A formula or condition that is not understood.

    `position` counts characters from 0 and `length` how many of them are meant, so that
    `text[position : position + length]` is the culprit; `suggestion` is what could stand there instead.
    """

    def __init__(
        self, problem: Message, position: int, length: int, suggestion: str | None = None, place: Place | None = None
    ) -> None:
        self.problem = problem
        self.position = position
        self.length = length
        self.suggestion = suggestion
        if suggestion is None:
            text = message("{problem} (character {position})", problem=problem, position=position + 1)
        else:
            text = message(
                "{problem} (character {position}) Did you mean “{suggestion}”?",
                problem=problem,
                position=position + 1,
                suggestion=suggestion,
            )
        super().__init__(text, place)

    def at(self, place: Place) -> FormulaError:
        """The same error, told where in the user's file the formula stands."""
        return FormulaError(self.problem, self.position, self.length, self.suggestion, place)


def closest(name: str, known: Iterable[str]) -> str | None:
    """The known name that `name` was probably meant to be, or None."""
    found = get_close_matches(name.lower(), list(known), n=1, cutoff=0.6)
    return found[0] if found else None
