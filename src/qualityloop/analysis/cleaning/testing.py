"""Test records: texts of which nothing is left when the words of tests are taken away, and customers for testing."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from qualityloop.analysis.cleaning.entry import Entry, Finding
from qualityloop.analysis.cleaning.wording import normalised

TRIAL = "trial"
WORDS = ("测试", "试一下", "test", "testing", "tests", "asdf", "asdfg", "asdfgh", "qwer", "qwerty", "dummy", "demo")
AROUND = (
    "工单", "投诉", "单子", "单", "数据", "提交", "系统", "用", "一下", "请忽略", "忽略", "请", "勿", "处理", "勿处理",
    "不要", "不用管", "这是", "这", "是", "一个", "一条", "个", "条", "的", "仅", "仅供", "仅为",
    "ticket", "tickets", "case", "complaint", "please", "pls", "ignore", "this", "is", "a", "an", "the", "only",
    "just", "my", "for", "do", "not", "reply", "data", "entry",
)  # fmt: skip
_PIECES = re.compile(r"[a-z]+|[^\W\d_a-z]+")
_MASHED = re.compile(r"(.)\1{3,}")  # one character, four times or more


@dataclass(frozen=True)
class TrialRule:
    """`words` make a record a test where nothing else is said but `around`; `customers` are numbers or names."""

    words: tuple[str, ...] = WORDS
    around: tuple[str, ...] = AROUND
    customers: tuple[str, ...] = ()

    def find(self, entry: Entry) -> Finding | None:
        """Why `entry` is a test, or None."""
        for name in entry.names:
            if normalised(name) in self._customers:
                return Finding(entry.pk, TRIAL, None, {"customer": name})
        said = self.said(" ".join(entry.texts))
        return Finding(entry.pk, TRIAL, None, {"words": said}) if said else None

    def said(self, text: str) -> str:
        """The words of tests in a text that says nothing else; empty for any other text."""
        plain = unicodedata.normalize("NFKC", text).casefold()
        letters = normalised(plain)
        if _MASHED.fullmatch(letters):
            return letters[:20]
        if not any(word in letters for word in self._words):  # most texts are done with here
            return ""
        found: list[str] = []
        for piece in _PIECES.findall(plain):
            some = self._latin(piece) if piece.isascii() else self._written_together(piece)
            if some is None:
                return ""
            found += some
        return ", ".join(dict.fromkeys(found))

    def _latin(self, word: str) -> list[str] | None:
        if word in self._words:
            return [word]
        return [] if word in self._around else None

    def _written_together(self, piece: str) -> list[str] | None:
        """The words of tests in a piece without blanks, where it can be cut into known words; the fewest words."""
        best: list[list[str] | None] = [None] * (len(piece) + 1)
        best[0] = []
        for end in range(1, len(piece) + 1):
            for start in range(max(0, end - self._longest), end):
                before, word = best[start], piece[start:end]
                if before is None or word not in self._known:
                    continue
                found = [*before, word] if word in self._words else before
                if best[end] is None or len(found) > len(best[end] or []):
                    best[end] = found
        return best[-1]

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(filter(None, map(normalised, self.words)))

    @cached_property
    def _around(self) -> frozenset[str]:
        return frozenset(filter(None, map(normalised, self.around)))

    @cached_property
    def _known(self) -> frozenset[str]:
        return self._words | self._around

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self._known), default=1)

    @cached_property
    def _customers(self) -> frozenset[str]:
        return frozenset(filter(None, map(normalised, self.customers)))
