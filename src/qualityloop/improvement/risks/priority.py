"""How a risk is ordered: product of its ranks, and the action priority of the FMEA handbook of AIAG and VDA (2019)."""

from __future__ import annotations

from typing import Literal

Priority = Literal["high", "medium", "low"]
RANKS = range(1, 11)
_NAMES: dict[str, Priority] = {"H": "high", "M": "medium", "L": "low"}
# by severity from, likelihood from: the priority for detection from 7, 5, 2 and of 1
_TABLE: tuple[tuple[int, tuple[tuple[int, str], ...]], ...] = (
    (9, ((8, "HHHH"), (6, "HHHH"), (4, "HHHM"), (2, "HMLL"), (1, "LLLL"))),
    (7, ((8, "HHHH"), (6, "HHHM"), (4, "HMMM"), (2, "MMLL"), (1, "LLLL"))),
    (4, ((8, "HHMM"), (6, "MMML"), (4, "MLLL"), (2, "LLLL"), (1, "LLLL"))),
    (2, ((8, "MMLL"), (6, "LLLL"), (4, "LLLL"), (2, "LLLL"), (1, "LLLL"))),
    (1, ((1, "LLLL"),)),
)
_DETECTION = (7, 5, 2, 1)


def product(severity: int, likelihood: int, detection: int) -> int:
    """RPN, 1 to 1000: ranks have no unit, so it only puts risks in an order and no two differences are comparable."""
    return severity * likelihood * detection


def priority(severity: int, likelihood: int, detection: int) -> Priority:
    """What is to be done first: severity counts most, then likelihood, then how hard it is to detect. Ranks 1 to 10."""
    if not all(rank in RANKS for rank in (severity, likelihood, detection)):
        raise ValueError("ranks go from 1 to 10")
    rows = next(rows for least, rows in _TABLE if severity >= least)
    letters = next(letters for least, letters in rows if likelihood >= least)
    at = next(at for at, least in enumerate(_DETECTION) if detection >= least)
    return _NAMES[letters[at]]
