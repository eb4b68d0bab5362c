"""What the address of a page means."""

from __future__ import annotations

from datetime import date

import pytest

from qualityloop.analysis.lake import Lake
from qualityloop.diagnosis.choices import (
    Choice,
    choose,
    day_range,
    group_parameters,
    parse_group,
    standards,
    standards_broken,
)

KNOWN = {"after-sales", "contact-centre", "service-level", "technical-support"}


def make(lake: Lake, **asked: str) -> Choice:
    from django.conf import settings

    choice = choose(asked, lake, standards(settings.QUALITYLOOP_HOME), "after-sales")
    assert choice
    return choice


def test_without_any_wish_the_newest_complete_month(lake: Lake) -> None:
    choice = make(lake)
    assert (choice.standard.key, choice.grain, choice.period) == ("after-sales", "month", date(2026, 10, 1))
    assert choice.end == date(2026, 10, 31)
    assert choice.complete
    assert choice.window_start == date(2025, 10, 1)
    assert choice.notes == ()


def test_the_newest_complete_week_ends_before_the_data_do(lake: Lake) -> None:
    # 31 October 2026 is a Saturday, so the week of 26 October is not over.
    choice = make(lake, grain="week")
    assert choice.period == date(2026, 10, 19)
    assert choice.periods[0] == date(2026, 10, 26)


def test_any_day_names_its_period(lake: Lake) -> None:
    assert make(lake, grain="quarter", period="2026-08-15").period == date(2026, 7, 1)
    assert make(lake, period="2026-10-26", grain="week").complete is False


def test_another_grain_starts_at_its_newest_period(lake: Lake) -> None:
    assert make(lake, grain="week", was="month", period="2026-02-01").period == date(2026, 10, 19)


@pytest.mark.parametrize(
    "asked",
    [
        {"standard": "nonsense"},
        {"grain": "fortnight"},
        {"period": "2026-13-01"},
        {"period": "yesterday"},
        {"period": "1999-01-01"},
        {"period": "\0"},
        {"period": "9999-12-31"},
    ],
)
def test_nonsense_is_said_and_the_usual_shown(lake: Lake, asked: dict[str, str]) -> None:
    choice = make(lake, **asked)
    assert len(choice.notes) == 1
    assert (choice.standard.key, choice.grain, choice.period) == ("after-sales", "month", date(2026, 10, 1))


def test_own_standards_lie_in_the_home_folder(own_home: object, lake: Lake) -> None:
    from django.conf import settings

    folder = settings.QUALITYLOOP_HOME / "standards"
    folder.mkdir(exist_ok=True)
    (folder / "ours.yaml").write_text(
        "extends: after-sales\nkey: ours\nversion: '7'\nname: {zh: 我们的标准, en: Ours}\n", encoding="utf-8"
    )
    (folder / "broken.yaml").write_text("key: [", encoding="utf-8")
    try:
        found = standards(settings.QUALITYLOOP_HOME)
        assert set(found) == KNOWN | {"ours"}
        assert found["ours"].version == "7"
        (said,) = standards_broken(settings.QUALITYLOOP_HOME, "en")
        assert said.startswith("The standard broken.yaml cannot be used: row ")
        assert str(folder) not in said  # where the server keeps its files is nobody's business
    finally:
        (folder / "ours.yaml").unlink()
        (folder / "broken.yaml").unlink()


def test_days(lake: Lake) -> None:
    first, last = date(2025, 10, 1), date(2026, 10, 31)
    assert day_range({"from": "2026-01-02", "to": "2026-01-03"}, first, last)[:2] == (
        date(2026, 1, 2),
        date(2026, 1, 3),
    )
    assert day_range({}, first, last) == (first, last, [])
    assert len(day_range({"from": "x", "to": "y"}, first, last)[2]) == 2
    start, end, notes = day_range({"from": "2026-02-02", "to": "2026-01-03"}, first, last)
    assert (start, end, len(notes)) == (first, last, 1)


def test_groups_go_there_and_back() -> None:
    group = (("channel", None), ("team", "夜班组: A"))
    texts = group_parameters(group)
    assert texts == ["channel", "team:夜班组: A"]
    assert parse_group(texts, frozenset({"team", "channel"})) == (group, [])
    found, notes = parse_group(["password:x", "team:\0"], frozenset({"team"}))
    assert found == ()
    assert len(notes) == 2
