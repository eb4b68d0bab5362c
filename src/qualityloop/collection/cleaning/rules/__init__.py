"""The rules as they are set: one file each, with its form and what the core makes of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise

from qualityloop.analysis.cleaning import Rules
from qualityloop.collection.cleaning.models import RuleSetting
from qualityloop.collection.cleaning.rules import exact, near, times, trial
from qualityloop.collection.cleaning.rules.contract import RuleForm


@dataclass(frozen=True, slots=True)
class Kind:
    """A rule: what it does in words, the form of its settings, how the core gets it."""

    key: str
    help: str | Promise
    form: type[RuleForm]
    build: Callable[[dict[str, Any], datetime], Any]


KINDS = {module.KEY: Kind(module.KEY, module.HELP, module.Form, module.build) for module in (times, trial, exact, near)}


def setting_of(key: str) -> RuleSetting:
    """How a rule is set; as shipped where nobody has changed it."""
    found = RuleSetting.objects.filter(key=key).first()
    return found or RuleSetting(key=key, options=KINDS[key].form.shipped())


def settings_in_order() -> list[RuleSetting]:
    """All rules in the order in which they are asked."""
    known = {one.key: one for one in RuleSetting.objects.all()}
    return [known.get(key) or RuleSetting(key=key, options=kind.form.shipped()) for key, kind in KINDS.items()]


def rules_in_force(now: datetime) -> tuple[Rules, str]:
    """The rules as the core wants them, and a digest that changes with them."""
    found = settings_in_order()
    built = {s.key: KINDS[s.key].build(KINDS[s.key].form.shipped() | s.options, now) for s in found if s.active}
    said = json.dumps([[s.key, s.active, s.options] for s in found], sort_keys=True, default=str)
    return Rules(**built), hashlib.sha256(said.encode()).hexdigest()
