"""What the rooms publish fits the contract of the lake."""

from __future__ import annotations

import pytest
from django.db.models import Model

from qualityloop.analysis.datasets import DATASETS
from qualityloop.feedback.models import Review
from qualityloop.foundation.lake.facts import Facts, key_text, register_facts, registered
from qualityloop.operations.models import Ticket


@pytest.mark.parametrize("dataset", ["tickets", "ticket_events", "interactions", "messages"])
def test_operations_publishes_every_column_of_its_fact_tables(dataset: str) -> None:
    assert list(registered()[dataset].sources) == [column.name for column in DATASETS[dataset].columns]


@pytest.mark.parametrize("dataset", ["survey_responses", "complaints", "reviews"])
def test_feedback_publishes_every_column_of_its_fact_tables(dataset: str) -> None:
    assert list(registered()[dataset].sources) == [column.name for column in DATASETS[dataset].columns]


@pytest.mark.parametrize("dataset", list(registered()))
def test_what_tells_changes_is_indexed(dataset: str) -> None:
    """Otherwise every refresh would read the whole table."""
    facts = registered()[dataset]
    field = facts.model._meta.get_field(facts.changed or facts.serial)
    assert getattr(field, "db_index", False) or getattr(field, "primary_key", False)


@pytest.mark.parametrize("dataset", list(registered()))
def test_related_columns_are_names_or_keys_that_never_change(dataset: str) -> None:
    facts = registered()[dataset]
    related = {path for path in facts.sources.values() if isinstance(path, str) and "__" in path}
    assert {path for path in related if not path.endswith("__number")} == set(facts.names)


def _refused(model: type[Model], **wrong: object) -> str:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 (the text is what is tested)
        register_facts(Facts(query=model._default_manager.all, **wrong))  # type: ignore[arg-type]
    return str(caught.value)


def test_what_does_not_fit_is_refused() -> None:
    assert "no data set" in _refused(Ticket, dataset="tickts", changed="changed_at")
    assert "either" in _refused(Ticket, dataset="tickets", changed="changed_at", serial="id")
    assert "ticket_id" in _refused(Ticket, dataset="tickets", changed="changed_at")
    assert "tiket" in _refused(Review, dataset="reviews", changed="changed_at", columns={"tiket": "number"})
    assert "twice" in _refused(Review, dataset="reviews", changed="changed_at", columns={"review_id": "number"})


def test_a_key_of_several_parts_is_one_text() -> None:
    assert key_text("T/1", 7) == "T/1\t7"
