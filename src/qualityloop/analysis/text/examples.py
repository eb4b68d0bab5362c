"""Texts that people have tagged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Examples:
    """`texts`, and for each tag by name what people said of each text: 1 it has it, 0 it has it not, -1 unknown."""

    texts: Sequence[str]
    said: Mapping[str, NDArray[np.int8]]

    def known(self, tag: str) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
        """Which texts were judged for `tag`, and how."""
        places = np.flatnonzero(self.said[tag] >= 0)
        return places, self.said[tag][places]
