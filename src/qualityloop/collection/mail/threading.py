"""To which ticket a mail belongs: by the mails that it answers, else by the number in its subject, else in its text."""

from __future__ import annotations

import re
from collections.abc import Iterable

# A number as it is given out: letters, year, serial. At word borders, so that no part of a longer number is taken.
NUMBER = re.compile(r"(?<![A-Za-z0-9-])([A-Z]{1,5}-\d{4}-\d{4,8})(?![A-Za-z0-9-])")
LOOKED_AT = 20_000  # characters of the text


def numbers_in(text: str) -> list[str]:
    """Ticket numbers that occur in `text`, each once, in their order."""
    return list(dict.fromkeys(found.upper() for found in NUMBER.findall(text)))


def candidates(subject: str, text: str) -> Iterable[str]:
    """Numbers worth looking up: those of the subject before those of the text."""
    return dict.fromkeys((*numbers_in(subject), *numbers_in(text[:LOOKED_AT])))
