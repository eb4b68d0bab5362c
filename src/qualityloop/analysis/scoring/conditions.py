"""Conditions over facts of a case, as people write them: `channel = phone, online; tier != vip`."""

from __future__ import annotations

import re

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.files.yaml_nodes import unknown_word
from qualityloop.analysis.messages import AnalysisError, Place, Text, message
from qualityloop.analysis.scoring.sheet import Condition, Term

FACTS = (
    "channel", "kind", "category", "product", "product_kind", "priority", "complexity", "team", "region", "tier",
    "shift",
)  # fmt: skip
_TERM = re.compile(r"([^=!<>]*?)\s*(!=|=|≠|＝)\s*(.*)", re.DOTALL)
_COMMA = re.compile(r"[,，、]")
_SEMICOLON = re.compile(r"[;；\n]")


def fact_label(fact: str) -> Text:
    """The fact in words: the name of its column."""
    return next(c.label for name in ("tickets", "interactions") if (c := DATASETS[name].column(fact)) is not None)


def parse_condition(text: str) -> Condition:
    """The condition that `text` says; AnalysisError with what cannot be understood."""
    terms = []
    for part in _SEMICOLON.split(text):
        if not part.strip():
            continue
        match = _TERM.fullmatch(part.strip())
        if match is None:
            raise AnalysisError(
                message(
                    "“{part}” is no condition; write for example “channel = phone, online”.", part=part.strip()[:60]
                ),
                Place(),
            )
        fact, sign, values = match[1].strip(), match[2], match[3]
        if fact not in FACTS:
            raise AnalysisError(unknown_word(fact[:60], FACTS))
        named = tuple(value.strip() for value in _COMMA.split(values) if value.strip())
        if not named:
            raise AnalysisError(message("“{fact}” is compared with nothing.", fact=fact))
        terms.append(Term(fact, named, sign in ("!=", "≠")))
    return Condition(tuple(terms))
