"""The demo's finished audit round and the quality plan of 远程诊断; put in once."""

from __future__ import annotations

import pytest

from qualityloop.demo import audits
from qualityloop.demo.accounts import make_accounts
from qualityloop.demo.documents import make_documents
from qualityloop.improvement.audits.models import Finding, Round
from qualityloop.improvement.problems.models import Problem
from qualityloop.improvement.risks.models import LaunchPlan
from qualityloop.improvement.risks.queries import lacking, register_of

pytestmark = pytest.mark.django_db


def test_the_round_and_the_plan_are_put_in_once() -> None:
    assert audits.put() == 0  # nobody is there
    make_accounts()
    make_documents()
    assert audits.put() == 2
    assert audits.put() == 0
    one = Round.objects.get()
    assert one.state == "reported"
    assert sorted(Finding.objects.values_list("severity", flat=True)) == ["general", "observation", "severe"]
    assert Problem.objects.filter(source_kind="audit", grade="urgent").count() == 1
    plan = LaunchPlan.objects.get()
    assert [risk.priority for risk in register_of(plan)][:1] == ["high"]
    assert lacking(plan)["ready"]  # it is not to be launched yet
