"""The words of a text: Chinese by jieba, other scripts by letters; words that tell nothing are left out."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from pathlib import Path

WORD = re.compile(r"[a-z][a-z'’-]+|[\u3400-\u9fff]+")
HAN = re.compile(r"[\u3400-\u9fff]")
NOISE = re.compile(r"[\W_]+")
EMPTY = frozenset((Path(__file__).parent / "empty_words.txt").read_text(encoding="utf-8").split())


def words_of(text: str) -> list[str]:
    """The telling words of a text, lower case, each as often as it stands there."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    cut = _jieba()
    found: list[str] = []
    for piece in WORD.findall(text.lower()):
        if HAN.match(piece):
            found += [word for word in cut(piece) if len(word) > 1 and word not in EMPTY]
        elif len(piece) > 2 and piece not in ENGLISH_STOP_WORDS:
            found.append(piece)
    return found


def chinese(texts: Sequence[str]) -> bool:
    """Whether most of the letters of a few texts are Chinese characters."""
    some = "".join(texts[:: max(1, len(texts) // 500)])
    letters = sum(c.isalpha() for c in some)
    return len(HAN.findall(some)) > 0.3 * letters if letters else False


def plain(text: str) -> str:
    """Small letters, digits and characters alone; everything else is a gap."""
    return NOISE.sub(" ", text.lower()).strip()


def _jieba() -> Callable[[str], list[str]]:
    import jieba

    if not jieba.dt.initialized:
        jieba.setLogLevel(logging.WARNING)
    cut: Callable[[str], list[str]] = jieba.lcut
    return cut
