"""Made-up records of three datasets in a zone with summer time, as tables for a lake and as frames for pandas."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.indicators.standard import Indicator, Per, Standard
from qualityloop.analysis.lake import ARROW_TYPES, Lake, LakeWriter
from qualityloop.analysis.messages import Text

ZONE = "Europe/Berlin"
FIRST, DAYS = "2025-02-03", 560


def _instants(rng: np.random.Generator, n: int) -> pd.Series:
    """Instants of UTC, many of them shortly before or after local midnight."""
    seconds = rng.integers(0, DAYS * 86400, n)
    seconds[::3] = seconds[::3] // 86400 * 86400 - 2 * 3600 + rng.integers(-3600, 3600, len(seconds[::3]))
    return pd.Series(pd.Timestamp(FIRST) + pd.to_timedelta(np.maximum(seconds, 0), unit="s"))


def _some(rng: np.random.Generator, values: list[object], n: int, missing: float) -> pd.Series:
    chosen = pd.Series([values[i] for i in rng.integers(0, len(values), n)], dtype=object)
    return chosen.where(rng.random(n) >= missing, None)


def tickets(n: int = 3000, seed: int = 7) -> pd.DataFrame:
    """Tickets; some lack a response, a resolution, a team or a number."""
    rng = np.random.default_rng(seed)
    created = _instants(rng, n)
    waited = pd.to_timedelta(rng.exponential(6, n) * 60e6 // 1, unit="us")
    solved = pd.to_timedelta(rng.exponential(30, n) * 3600e6 // 1, unit="us")
    return pd.DataFrame(
        {
            "ticket_id": [f"T{i}" for i in range(n)],
            "created_at": created,
            "first_response_at": (created + waited).where(rng.random(n) > 0.1),
            "resolved_at": (created + solved).where(rng.random(n) > 0.15),
            "channel": _some(rng, ["online", "phone", "it's"], n, 0.0),
            "team": _some(rng, ["白班", "夜班", "x\\y"], n, 0.08),
            "escalated": _some(rng, [True, False, False], n, 0.1),
            "reopened": _some(rng, [0, 0, 1, 2], n, 0.1),
            "contacts": _some(rng, [1, 1, 1, 2, 3, 5], n, 0.05),
            "handling_minutes": pd.Series(rng.gamma(2, 9, n)).where(rng.random(n) > 0.2),
        }
    )


def complaints(n: int = 260, seed: int = 8) -> pd.DataFrame:
    """Complaints, few enough for months without any in a group."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "complaint_id": [f"C{i}" for i in range(n)],
            "received_at": _instants(rng, n),
            "channel": _some(rng, ["online", "phone"], n, 0.0),
            "team": _some(rng, ["白班", "夜班"], n, 0.1),
            "severity": _some(rng, ["high", "low"], n, 0.0),
        }
    )


def survey_responses(n: int = 900, seed: int = 9) -> pd.DataFrame:
    """Answers without a channel: nothing can be split by it."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "response_id": [f"S{i}" for i in range(n)],
            "answered_at": _instants(rng, n),
            "team": _some(rng, ["白班", "夜班"], n, 0.1),
            "nps": _some(rng, list(range(11)), n, 0.1),
        }
    )


def table(dataset: str, frame: pd.DataFrame) -> pa.Table:
    """A frame with the Arrow types that the dataset declares."""
    types = {c.name: ARROW_TYPES[c.type] for c in DATASETS[dataset].columns}
    return pa.table(
        {name: pa.array([None if pd.isna(v) else v for v in frame[name]], types[name]) for name in frame.columns}
    )


def write(path: Path, frames: dict[str, pd.DataFrame], zone: str = ZONE) -> Lake:
    """A lake of these frames."""
    with LakeWriter(path, zone=zone) as writer:
        for name, frame in frames.items():
            writer.write(name, table(name, frame))
        return writer.commit()


def indicator(
    key: str, formula: str, dataset: str = "tickets", period: str = "created_at", **more: object
) -> Indicator:
    """An indicator with whatever matters to a test."""
    settings = {"unit": "number", "better": "higher"} | more
    return Indicator(key, Text(key, key), "d", dataset, period, formula, **settings)  # type: ignore[arg-type]


def standard(*indicators: Indicator) -> Standard:
    """A standard of these."""
    return Standard("test", "1", Text("测试", "Test"), {"d": Text("维度", "Dimension")}, indicators)


PER_TICKET = Per("tickets", "created_at", "count()")
INDICATORS = (
    indicator("share", "share(first_response_minutes <= 5)", where="channel = 'online'", target=0.6, warning=0.5),
    indicator("share_among", "share(escalated, reopened > 0)", better="lower", target=0.3, warning=0.4),
    indicator("mean", "mean(resolution_hours)", better="lower", target=20, warning=40),
    indicator("sum", "sum(contacts)"),
    indicator("count", "count()", better="lower", target=250),
    indicator("count_solved", "count(resolved_at)", where="channel <> 'phone'", period="resolved_at"),
    indicator("min", "min(handling_minutes)"),
    indicator("max", "max(handling_minutes)"),
    indicator("median", "median(resolution_hours)", better="lower", target=20, warning=24),
    indicator("p90", "quantile(first_response_minutes, 0.9)", where="contacts > 1"),
    indicator("nps", "nps(nps)", "survey_responses", "answered_at", target=0, warning=-20),
    indicator("per_ticket", "ratio(sum(contacts), count())"),
    indicator("solved_per_ticket", "ratio(count(resolved_at), count())"),
    indicator("minutes_per_contact", "ratio(sum(handling_minutes), sum(contacts))"),
    indicator("expression", "100 * share(escalated) - mean(contacts) / 2"),
    indicator(
        "complaint_rate",
        "count()",
        "complaints",
        "received_at",
        per=PER_TICKET,
        better="lower",
        target=0.04,
        warning=0.08,
    ),
)
