"""Test records: by their words, by their customer."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.cleaning import TrialRule
from qualityloop.analysis.cleaning.testing import AROUND, WORDS
from qualityloop.collection.cleaning.rules.contract import RuleForm, WordsField

KEY = "trial"
HELP = _(
    "Texts that say nothing but words of tests (“测试”, “test”, “asdf”), with words around them that say nothing"
    " either, or one character again and again; and everything from customers that exist for testing."
    " “测试环境无法登录” is no test: something else is said."
)


class Form(RuleForm):
    """Words and customers."""

    SHIPPED: ClassVar[dict[str, Any]] = {"words": list(WORDS), "around": list(AROUND), "customers": []}

    words = WordsField(label=_("Words of tests"), required=True)
    around = WordsField(label=_("Words that may stand around them"), required=False)
    customers = WordsField(
        label=_("Customers for testing"), required=False, help_text=_("Numbers or names, as they are registered.")
    )


def build(options: dict[str, Any], now: datetime) -> TrialRule:
    """The rule of the core."""
    return TrialRule(
        words=tuple(options["words"]), around=tuple(options["around"]), customers=tuple(options["customers"])
    )
