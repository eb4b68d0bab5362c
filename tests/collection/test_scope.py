"""Whose imports somebody sees, and how many questions the pages ask of the database."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from tests.collection.conftest import Wizard
from tests.collection.test_wizard import TICKETS

from qualityloop.collection.models import RejectedRow
from qualityloop.foundation.accounts import account_create

pytestmark = pytest.mark.django_db


def test_imports_of_others_do_not_exist(wizard: Wizard) -> None:
    run = wizard.bring(("t.csv", TICKETS))
    row = RejectedRow.objects.get()
    other = Client()
    other.force_login(account_create(username="qc", password="a good Passw0rd", role="qc"))
    assert other.get("/import/").status_code == 200
    for address in (f"/import/{run.pk}/", f"/import/{run.pk}/rejects/", f"/import/rejects/{row.pk}/"):
        assert other.get(address).status_code == 404
    for address in ("try", "mapping", "check", "start", "resume", "undo", "discard", "rejects/dismiss", "rejects/run",
                    "rejects/file"):  # fmt: skip
        assert other.post(f"/import/{run.pk}/{address}/", {"reason": "x"}).status_code == 404, address
    assert other.post(f"/import/rejects/{row.pk}/dismiss/", {"reason": "x"}).status_code == 404
    admin = Client()
    admin.force_login(account_create(username="admin", password="a good Passw0rd", role="admin"))
    assert admin.get(f"/import/{run.pk}/").status_code == 200


def test_questions_to_the_database(wizard: Wizard, django_assert_max_num_queries: Any) -> None:
    runs = [wizard.bring((f"t{n}.csv", TICKETS)) for n in range(3)]
    with django_assert_max_num_queries(12):
        wizard.client.get("/import/")
    with django_assert_max_num_queries(25):
        wizard.page(runs[0])
    with django_assert_max_num_queries(20):
        wizard.client.get(f"/import/{runs[0].pk}/rejects/")
    with django_assert_max_num_queries(15):
        wizard.client.get(f"/import/rejects/{RejectedRow.objects.order_by('pk')[0].pk}/")
