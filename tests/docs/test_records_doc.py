"""The example in docs/RECORDS.md runs as it stands."""

from __future__ import annotations

import re

import pytest

from qualityloop.operations.models import Ticket
from tests.conftest import ROOT


@pytest.mark.django_db
def test_the_example_runs() -> None:
    text = (ROOT / "docs" / "RECORDS.md").read_text("utf-8")
    examples = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(examples) == 1
    exec(examples[0], {})
    assert not Ticket.objects.exists()
