"""The demo's problems: a fishbone each, whys, two of them with a locked cause; put in once."""

from __future__ import annotations

import pytest

from qualityloop.demo.accounts import make_accounts
from qualityloop.demo.improvement import ANALYSED, analyse
from qualityloop.improvement.causes.models import Node, RootCause
from qualityloop.improvement.problems.models import Problem

pytestmark = pytest.mark.django_db


def test_problems_with_their_causes_are_put_in_once() -> None:
    assert analyse() == 0  # nobody is there to have found them
    make_accounts()
    assert analyse() == len(ANALYSED)
    assert analyse() == 0
    assert sorted(Problem.objects.values_list("state", flat=True)) == ["cause_locked", "cause_locked", "open"]
    assert RootCause.objects.count() == 2
    tops = Node.objects.filter(tree="fishbone", parent=None)
    assert tops.count() == 5 * len(ANALYSED)  # every cause hangs on a category
