"""The diagnosis for programs says what the pages say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from qualityloop.foundation.api import metering

pytestmark = pytest.mark.django_db
PLACE = "/api/v1"


@pytest.fixture(autouse=True)
def unhurried() -> None:
    metering.forget()


@pytest.fixture
def director(signed_in: Callable[..., Client], home: Path) -> Client:
    return signed_in()


def test_indicators_are_those_of_the_page(director: Client) -> None:
    served = director.get(f"{PLACE}/indicators?period=2026-10-15").json()
    shown = director.get("/indicators/?period=2026-10-01&format=json").json()
    values = {v["key"]: v["value"] for v in shown["indicators"] if v["period"] == "2026-10-01"}
    got = {one["key"]: one["now"]["value"] for one in served["items"] if one["now"]}
    assert len(got) >= 5
    assert got == {key: values[key] for key in got}
    assert served["snapshot"] == shown["snapshot"]
    assert (served["period"], served["grain"]) == ("2026-10-01", "month")


def test_values_of_a_group_and_split(director: Client) -> None:
    url = f"{PLACE}/indicators/first_response_online/values"
    body = director.get(f"{url}?by=team").json()
    groups = {value["group"]["team"] for value in body["values"]}
    assert len(groups) >= 2
    team = sorted(filter(None, groups))[0]
    alone = director.get(f"{url}?g=team:{team}").json()["values"]
    assert alone == [value for value in body["values"] if value["group"] == {"team": team}]
    whole = director.get(url).json()["values"]
    period = whole[-1]["period"]
    parts = [v for v in body["values"] if v["period"] == period]
    assert sum(v["n"] for v in parts) == whole[-1]["n"]
    assert sum(v["numerator"] for v in parts) == whole[-1]["numerator"]


def test_the_rows_behind_a_value_give_the_value(director: Client) -> None:
    """Counted here from the rows themselves."""
    body = director.get(f"{PLACE}/indicators/first_response_online/values?period=2026-10-01").json()
    value = body["values"][-1]
    rows: list[dict[str, float]] = []
    while True:
        got = director.get(
            f"{PLACE}/indicators/first_response_online/rows?from=2026-10-01&to=2026-10-31&limit=1000&skip={len(rows)}"
        ).json()
        rows += got["items"]
        if not got["items"]:
            break
    answered = [r["first_response_minutes"] for r in rows if r["first_response_minutes"] is not None]
    assert value["period"] == "2026-10-01"
    assert got["count"] == len(rows)
    assert (len(answered), sum(minutes <= 5 for minutes in answered)) == (value["n"], value["numerator"])


def test_problems_hide_persons_from_those_who_may_not_see_records(
    director: Client, signed_in: Callable[..., Client]
) -> None:
    led = director.get(f"{PLACE}/problems").json()["items"]
    assert led
    assert all(one["sentence"] for one in led)
    own = signed_in("agent").get(f"{PLACE}/problems").json()["items"]
    assert [(one["rank"], one["indicator"]) for one in own] == [(one["rank"], one["indicator"]) for one in led]
    assert not any(one["sentence"] or one["drivers"] for one in own)


def test_the_process_and_the_cases_behind_it(director: Client) -> None:
    found = director.get(f"{PLACE}/process?period=2026-10-01").json()
    shown = director.get("/process/?period=2026-10-01&format=json").json()
    assert {key: found[key] for key in shown} == shown | {"snapshot": found["snapshot"]}
    edge = max(found["edges"], key=lambda one: one["count"])
    cases = director.get(
        f"{PLACE}/process/cases", {"period": "2026-10-01", "of": "edge", "a": [edge["source"], edge["target"]]}
    ).json()["items"]
    assert len(cases) == min(100, len(cases))
    assert cases


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("indicators?standard=no.such", 404),
        ("indicators?grain=decade", 422),
        ("indicators?period=1801-01-01", 422),
        ("indicators?period=2001-01-01", 422),
        ("indicators/no_such/values", 404),
        ("indicators/first_response_online/values?by=ticket_id", 422),
        ("indicators/first_response_online/values?g=ticket_id:1", 422),
        ("indicators/first_response_online/values?" + "&".join(f"g=team:{n}" for n in range(5)), 422),
        ("indicators/first_response_online/rows?from=2026-10-31&to=2026-10-01", 422),
        ("indicators/first_response_online/rows?side=denominator", 422),
        ("indicators/first_response_online/rows?g=team:%00", 422),
        ("process?channel=no-such", 422),
        ("process/cases?of=edge&a=one", 422),
        ("process/cases?of=edge", 422),
    ],
)
def test_nonsense_is_refused(director: Client, path: str, status: int) -> None:
    answer = director.get(f"{PLACE}/{path}", headers={"Accept-Language": "en"})
    assert answer.status_code == status, answer.content
    assert set(answer.json()) == {"code", "message", "fields"}


def test_without_records(signed_in: Callable[..., Client], tmp_path: Path, settings: object) -> None:
    settings.QUALITYLOOP_HOME = tmp_path  # type: ignore[attr-defined]
    for path in ("indicators", "problems", "process", "indicators/first_response_online/rows"):
        answer = signed_in().get(f"{PLACE}/{path}")
        assert (answer.status_code, answer.json()["code"]) == (409, "no_records")
