"""What a plan says at its start, as text with a fingerprint; and the triggers that keep it so."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from qualityloop.foundation.guards import dropped, guard, refusals
from qualityloop.improvement.plans.models import Measure, Plan
from qualityloop.improvement.plans.models.plans import PREDICTED

PLANS, MEASURES = "improvement_plans_plan", "improvement_plans_measure"
REFUSED = "a plan that has begun is never changed"
KEPT = ("problem_id", "version", "number", "goal", "frozen_json", "frozen_hash", "frozen_at", "frozen_by_id")


def content_of(plan: Plan, measures: list[Measure]) -> str:
    """The whole content as JSON with sorted keys: the same for the same plan."""
    whole = {
        "problem": plan.problem_id,
        "number": plan.number,
        "version": plan.version,
        "goal": plan.goal,
        "measures": [_measure(one) for one in measures],
    }
    return json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _measure(one: Measure) -> dict[str, Any]:
    values = {name: getattr(one, name) for name in PREDICTED if name != "plan_id"}
    plain = {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in values.items()}
    return {"id": one.pk, "owner": str(one.owner) if one.owner else "", **plain}


def fingerprint(content: str) -> str:
    """SHA-256 of the content."""
    return hashlib.sha256(content.encode()).hexdigest()


def is_intact(plan: Plan) -> bool:
    """Whether the frozen content is what it was, and the measures still say it."""
    if not plan.is_frozen:
        return True
    measures = list(Measure.objects.filter(plan=plan).select_related("owner"))
    return fingerprint(plan.frozen_json) == plan.frozen_hash and _frozen(measures) == _kept(plan)


def _frozen(measures: list[Measure]) -> list[dict[str, Any]]:
    said = [json.loads(json.dumps(_measure(one), ensure_ascii=False)) for one in measures]
    return sorted(({k: v for k, v in one.items() if k != "owner"} for one in said), key=lambda one: one["id"])


def _kept(plan: Plan) -> list[dict[str, Any]]:
    said = json.loads(plan.frozen_json)["measures"]
    return sorted(({k: v for k, v in one.items() if k != "owner"} for one in said), key=lambda one: one["id"])


def _differs(columns: tuple[str, ...], vendor: str) -> str:
    is_not = "IS NOT" if vendor == "sqlite" else "IS DISTINCT FROM"
    return " OR ".join(f'OLD."{name}" {is_not} NEW."{name}"' for name in columns)


def _rules(vendor: str) -> dict[str, tuple[str, str, str]]:
    """Trigger → what is tried, on which table, and when that is refused."""
    begun = f"EXISTS (SELECT 1 FROM {PLANS} WHERE id = OLD.plan_id AND frozen_hash <> '')"
    return {
        "plan_frozen": ("UPDATE", PLANS, f"OLD.frozen_hash <> '' AND ({_differs(KEPT, vendor)})"),
        "plan_kept": ("DELETE", PLANS, "OLD.frozen_hash <> ''"),
        "measure_frozen": ("UPDATE", MEASURES, f"({_differs(PREDICTED, vendor)}) AND {begun}"),
        "measure_kept": ("DELETE", MEASURES, begun),
    }


def create_statements(vendor: str) -> list[str]:
    """SQL that puts the triggers in place."""
    rules = _rules(vendor)
    if vendor == "sqlite":
        return refusals({name: f"BEFORE {what} ON {table} WHEN {rule}" for name, (what, table, rule) in rules.items()},
                        REFUSED)  # fmt: skip
    made = []
    for name, (what, table, rule) in rules.items():
        row = "OLD" if what == "DELETE" else "NEW"
        made.append(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {rule} THEN "
            f"RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'integrity_constraint_violation'; "
            f"END IF; RETURN {row}; END $$"
        )
        made.append(f"CREATE TRIGGER {name} BEFORE {what} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
    return made


def drop_statements(vendor: str) -> list[str]:
    """SQL that takes them away."""
    tables = {name: table for name, (_what, table, _rule) in _rules(vendor).items()}
    return dropped(vendor, tables, tuple(tables))


GUARD = guard(create_statements, drop_statements)
create, drop = GUARD.create, GUARD.drop
