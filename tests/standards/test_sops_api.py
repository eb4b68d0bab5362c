"""Read and understood, by program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.foundation.api.test_managing import call, unhurried
from tests.standards.test_written_documents import SOPS, begun

from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.standards.versions.models import Version

__all__ = ["unhurried"]

pytestmark = pytest.mark.django_db


def test_an_sop_is_confirmed_and_those_who_lead_see_who_has(author: Any, release: Callable[..., Version]) -> None:
    agents = [
        account_create(username=f"a{n}", password="a good Passw0rd", role="agent", name=f"坐席{n}") for n in (1, 2)
    ]
    draft = begun(SOPS, author, "phone-intake")
    path = f"standards/sops/{draft.document.key}/versions/{draft.number}"
    assert call(agents[0], "POST", f"{path}/confirm", expect=409)["code"] == "version"  # a draft
    assert call(author, "GET", f"{path}/reading", expect=200)["readers"] is None
    release(draft)
    unread = call(agents[0], "GET", "sops-to-read", expect=200)
    assert [(one["key"], one["number"], one["confirmed_at"]) for one in unread] == [
        (draft.document.key, draft.number, None)
    ]
    for _again in range(2):
        own = call(agents[0], "POST", f"{path}/confirm", expect=200)
    assert (own["in_force"], own["must"], own["readers"], own["confirmed_at"] is None) == (True, True, None, False)
    assert AuditEntry.objects.filter(action="standard.read").count() == 1
    assert call(agents[0], "GET", "sops-to-read", expect=200)[0]["confirmed_at"] == own["confirmed_at"]
    call(author, "POST", f"{path}/confirm", expect=200)
    readers = call(author, "GET", f"{path}/reading", expect=200)["readers"]
    assert [(one["name"], one["must"], one["confirmed_at"] is not None) for one in readers] == [
        ("坐席2", True, False), ("坐席1", True, True), (str(author), False, True),
    ]  # fmt: skip


def test_it_is_not_for_customers_and_only_of_sops_that_are_there(author: Any) -> None:
    customer = account_create(username="c", password="a good Passw0rd", role="customer")
    draft = begun(SOPS, author, "phone-intake")
    path = f"standards/sops/{draft.document.key}/versions/{draft.number}"
    for method, where in (("GET", f"{path}/reading"), ("POST", f"{path}/confirm"), ("GET", "sops-to-read")):
        call(customer, method, where, expect=403)
    call(author, "POST", "standards/sops/no-such/versions/1/confirm", expect=404)
    call(author, "GET", f"standards/sops/{draft.document.key}/versions/99/reading", expect=404)
