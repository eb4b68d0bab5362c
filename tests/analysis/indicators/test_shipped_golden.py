"""Every shipped indicator against an answer counted by hand over the rows of `golden_rows`."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from tests.analysis.indicators.golden_rows import open_tables

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.indicators.language import parse_condition, parse_formula
from qualityloop.analysis.indicators.loading import load_standard, shipped_standards
from qualityloop.analysis.indicators.standard import Indicator

Components = dict[str, float]


def share(num: int, den: int) -> Components:
    return {"num": num, "den": den}


def count(n: int, per: int | None = None) -> Components:
    return {"n": n} if per is None else {"n": n, "per_n": per}


def mean(n: int, total: float, squares: float) -> Components:
    """Mean and variance from the hand-made sum and sum of squares, unlike the engine's way."""
    return {"n": n, "sum": total, "mean": total / n, "var": (squares - total * total / n) / (n - 1)}


AFTER_SALES: dict[str, Components] = {
    # phone: T1 15 and T3 3 within 15; T2 15.5 not; T4 unknown
    "first_response_phone": share(2, 3),
    # online: T5 5 and T7 2 within 5; T6 5.5 not; T8 unknown
    "first_response_online": share(2, 3),
    # resolved are T1 T2 T3 T5 T6 T7 T9 T10 T11 T12; T9 and T11 unknown; T1 T3 T5 T12 once and not reopened
    "first_contact_resolution": share(4, 8),
    # T2 and T6; T8 and T12 unknown
    "escalation_rate": share(2, 10),
    # resolved repairs are T1 T2 T12; T2 reopened
    "repeat_repair_rate": share(1, 3),
    # wording items: 1 full, 2 not, 3 full, 4 does not apply, 5 full (says nothing about applying), 10 without points
    "wording_compliance": share(3, 4),
    # T5 and T6; T4 unknown
    "process_deviation_rate": share(2, 11),
    # 100 100 80 80 60 20 – 100: sum 540; squares 10000×3 + 6400×2 + 3600 + 400
    "csat": mean(7, 540, 46800),
    # answers 10 9 8 7 6 0 10 –: promoters 10 9 10, detractors 6 0
    "nps": {"n": 7, "promoters": 3, "detractors": 2},
    # 5 complaints, 12 tickets
    "complaint_rate": count(5, per=12),
    # T1 48, T2 60, T12 24: 132; squares 2304 + 3600 + 576
    "resolution_hardware": mean(3, 132, 6480),
    # T5 24, T6 30, T7 1, T9 12: 67; squares 576 + 900 + 1 + 144
    "resolution_software": mean(4, 67, 1621),
    # 0 24 48 – 12: 84; squares 576 + 2304 + 144
    "parts_wait": mean(4, 84, 3024),
    "request_volume": count(12),
    # all but T4 and T8
    "completion_rate": share(10, 12),
    # in time T1 T3 T5 T9 T11 T12; late T2 T6 T10; unknown T4 T7 T8
    "on_time_completion": share(6, 9),
}
CONTACT_CENTRE: dict[str, Components] = {
    # 20/20, 15/20, 10/10, 8/10: points 53, squares 400 + 225 + 100 + 64; full 60, squares 400 + 400 + 100 + 100
    "attitude_score": {"a_n": 4, "a_sum": 53, "a_sumsq": 789, "b_n": 4, "b_sum": 60, "b_sumsq": 1000},
    # 10/10 and 12/15; one without points, one that does not apply
    "expertise_score": {"a_n": 2, "a_sum": 22, "a_sumsq": 244, "b_n": 2, "b_sum": 25, "b_sumsq": 325},
    # 95 80.5 0 – 100 90: 365.5; squares 9025 + 6480.25 + 0 + 10000 + 8100
    "quality_score": mean(5, 365.5, 33605.25),
    # Q3; Q5 unknown
    "critical_rate": share(1, 5),
    # phone and online: I1 30, I4, I7, I8 within; I2 31 and I5 45 not; I3 unknown
    "first_response_30s": share(4, 6),
    # I1, I3 60, I7, I8, I9 within; I2 61, I5 80 not; I4, I6 unknown
    "queue_1min": share(5, 7),
    # simple: I1, I2 (exactly 5) yes; I4 too long, I5 not solved; I3, I7 unknown
    "simple_solved_5min": share(2, 4),
    # I3; I6 unknown
    "abandonment_rate": share(1, 8),
    # 5 5 4 4 – 5 of seven
    "favourable_rate": share(5, 7),
    # 5, 4, 4.5 of five; 3.9 is not 4
    "review_favourable_rate": share(3, 5),
    "complaint_rate": count(5, per=9),
    "nps": {"n": 7, "promoters": 3, "detractors": 2},
    # 24, 1, 2 within; 24.5 not; C4 unknown
    "complaint_classified_24h": share(3, 4),
    "checked_share": count(6, per=9),
    "call_back_coverage": count(8, per=9),
}
SERVICE_LEVEL: dict[str, Components] = {
    # all but 721 of the nine known: 15 15.5 3 5 5.5 2 720 – 721 – 100
    "answered_12h": share(8, 9),
    # T3 0.5, T5 24, T7 1, T9 12, T12 24 of ten
    "handled_24h": share(5, 10),
    # resolved with known contacts: T1 T2 T3 T5 T6 T7 T9 T10 T12; once: T1 T3 T5 T7 T9 T12
    "first_contact_resolution": share(6, 9),
    "satisfied_share": share(5, 7),
    # 48, 12, 20 within; 49 not; C4 unknown
    "feedback_answered_48h": share(3, 4),
    # 1, 48, 2 within; 50, 72 not; R4 unknown
    "review_answered_48h": share(3, 5),
    "complaints": count(5),
}
TECHNICAL_SUPPORT: dict[str, Components] = {
    # 15 15.5 3 5 5.5 2 720 721 100: 1587; squares 225 + 240.25 + 9 + 25 + 30.25 + 4 + 518400 + 519841 + 10000
    "mean_first_response": mean(9, 1587, 1048774.5),
    # in order 2 3 5 5.5 15 15.5 100 720 721: place 0.9 × 8 = 7.2, a fifth of the way from 720 to 721
    "first_response_p90": {"n": 9, "value": 720.2},
    "first_contact_resolution": share(4, 8),
    # 48 60 0.5 24 30 1 12 72 36 24: 307.5; squares 2304 + 3600 + 0.25 + 576 + 900 + 1 + 144 + 5184 + 1296 + 576
    "mean_resolution": mean(10, 307.5, 14581.25),
    # in order 0.5 1 12 24 24 30 36 48 60 72: between the fifth and the sixth
    "median_resolution": {"n": 10, "value": 27},
    # 30 90 10 60 120 0 45 20 25: 400; squares 900 + 8100 + 100 + 3600 + 14400 + 0 + 2025 + 400 + 625
    "mean_queue": mean(9, 400, 30150),
    # 20 45 5 30 60 10 15 90 25 40: 340; squares 400 + 2025 + 25 + 900 + 3600 + 100 + 225 + 8100 + 625 + 1600
    "mean_handling": mean(10, 340, 17600),
    "steps_per_ticket": count(7, per=12),
    # resolved and known: T1 T2 T3 T5 T6 T7 T10 T11 T12; reopened T2 T6 T7
    "reopen_rate": share(3, 9),
    # T2 T6 T8 T11; T4 unknown
    "reassignment_rate": share(4, 11),
    "satisfied_share": share(5, 7),
    # 1 2 2 3 5 7 – 1: 21; squares 1 + 4 + 4 + 9 + 25 + 49 + 1
    "effort": mean(7, 21, 93),
    # yes yes no – yes
    "knowledge_helpful": share(3, 4),
    "request_volume": count(12),
    "completion_rate": share(10, 12),
}
GOLDEN = {
    "after-sales": AFTER_SALES,
    "contact-centre": CONTACT_CENTRE,
    "service-level": SERVICE_LEVEL,
    "technical-support": TECHNICAL_SUPPORT,
}


@pytest.fixture(scope="module")
def tables() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_tables() as connection:
        yield connection


def computed(tables: duckdb.DuckDBPyConnection, dataset: str, formula: str, where: str | None) -> Components:
    table = DATASETS[dataset]
    condition = parse_condition(where, table) if where else None
    parts = parse_formula(formula, table).components("duckdb", condition)
    columns = ", ".join(f"{sql} AS {name}" for name, sql in parts.items())
    row = tables.execute(f"SELECT {columns} FROM {dataset}").fetchone()
    assert row is not None
    return dict(zip(parts, row, strict=True))


def answer(tables: duckdb.DuckDBPyConnection, indicator: Indicator) -> Components:
    found = computed(tables, indicator.dataset, indicator.formula, indicator.where)
    if indicator.per is not None:
        below = computed(tables, indicator.per.dataset, indicator.per.formula, indicator.per.where)
        found |= {f"per_{name}": value for name, value in below.items()}
    return found


@pytest.mark.parametrize(("standard", "key"), [(s, key) for s, cases in GOLDEN.items() for key in cases])
def test_golden(tables: duckdb.DuckDBPyConnection, standard: str, key: str) -> None:
    found = answer(tables, load_standard(standard).indicator(key))
    assert found == pytest.approx(GOLDEN[standard][key], rel=1e-12)


def test_no_shipped_indicator_is_without_a_golden_case() -> None:
    shipped = {(s, i.key) for s in shipped_standards() for i in load_standard(s).indicators}
    assert shipped == {(s, key) for s, cases in GOLDEN.items() for key in cases}


@pytest.mark.parametrize("standard", sorted(GOLDEN))
def test_nothing_counted_is_no_answer(standard: str) -> None:
    """Over no rows at all counts are 0 and everything else is NULL, never a silent zero."""
    with open_tables() as empty:
        for name in [row[0] for row in empty.execute("SHOW TABLES").fetchall()]:
            empty.execute(f"DELETE FROM {name}")
        for indicator in load_standard(standard).indicators:
            for name, value in answer(empty, indicator).items():
                counts = name.split("_")[-1] in ("n", "num", "den", "promoters", "detractors")
                assert value == (0 if counts else None), (indicator.key, name)
