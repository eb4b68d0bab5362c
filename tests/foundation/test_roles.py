"""Roles as editable sets of permissions: shipped defaults, changes, new roles, and nobody locked out for good."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from qualityloop.foundation.access import current
from qualityloop.foundation.access.current import current_roles
from qualityloop.foundation.access.models import KeptRole, RolesStamp
from qualityloop.foundation.access.permissions import ACCOUNTS, ROLES
from qualityloop.foundation.access.services import role_add, role_change, role_remove, role_reset
from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.audit.permissions import AUDIT
from qualityloop.foundation.models import User
from qualityloop.foundation.permissions import REGISTRY
from qualityloop.foundation.roles import EVERYONE
from qualityloop.people.scope import scope_of

pytestmark = pytest.mark.django_db
PASSWORD = "a good Passw0rd"


@pytest.fixture
def admin() -> User:
    return account_create(username="admin", password=PASSWORD, role="admin", name="管理员")


def change(
    actor: User | None, key: str, *, give: tuple[str, ...] = (), take: tuple[str, ...] = (), **more: object
) -> None:
    role = current_roles().roles[key]
    has = {right.key for right in REGISTRY.values() if role.has(right.key, right.shipped)}
    role_change(
        actor=actor, key=key, permissions=(has | set(give)) - set(take),
        **{"name": str(role.label), "sees": role.sees.value, "second_factor": role.second_factor, **more},  # type: ignore[arg-type]
    )  # fmt: skip


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


@pytest.mark.parametrize("role", sorted(EVERYONE))
def test_as_long_as_nobody_edits_everything_is_as_shipped(role: str) -> None:
    user = account_create(username="somebody", password=PASSWORD, role=role)
    for right in REGISTRY.values():
        assert right.allows(user) == (role in right.shipped)
        assert right.roles == right.shipped
    assert not KeptRole.objects.exists()


def test_a_permission_is_given_and_taken(admin: User) -> None:
    qc = account_create(username="qc", password=PASSWORD, role="qc")
    assert not AUDIT.allows(qc)
    change(admin, "qc", give=(AUDIT.key,), reason="审计小组")
    assert AUDIT.allows(fresh(qc))
    assert "qc" in AUDIT.roles
    assert KeptRole.objects.get(key="qc").changes == {AUDIT.key: True}
    change(admin, "qc", take=(AUDIT.key,))
    assert not AUDIT.allows(fresh(qc))
    assert KeptRole.objects.get(key="qc").changes == {}


def test_the_log_names_what_was_given(admin: User, client: Client) -> None:
    change(admin, "qc", give=(AUDIT.key,), reason="审计小组")
    entry = AuditEntry.objects.get(action="role.changed")
    assert entry.actor == admin
    assert entry.reason == "审计小组"
    assert AUDIT.key not in entry.before
    assert entry.after[AUDIT.key] is True
    client.force_login(admin)
    page = client.get("/roles/qc/").content.decode()
    assert "查看审计日志" in page
    assert "审计小组" in page


def test_a_change_counts_for_sessions_that_are_open(admin: User, client: Client) -> None:
    director = account_create(username="director", password=PASSWORD, role="director")
    client.force_login(director)
    assert client.get("/audit/").status_code == 200
    change(admin, "director", take=(AUDIT.key,))
    assert client.get("/audit/").status_code == 404
    assert "/audit/" not in client.get("/account/").content.decode()
    role_reset(actor=admin, key="director")
    assert client.get("/audit/").status_code == 200


def test_another_process_notices(admin: User, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """What this process keeps is put back to before the change, as if another one had made it."""
    director = account_create(username="director", password=PASSWORD, role="director")
    client.force_login(director)
    assert client.get("/audit/").status_code == 200
    before = current.last_known()
    change(admin, "director", take=(AUDIT.key,))
    monkeypatch.setattr(current, "_last", before)
    assert client.get("/audit/").status_code == 404


def test_rights_cost_no_query_of_their_own(admin: User, client: Client, django_assert_max_num_queries: object) -> None:
    change(admin, "qc", give=(AUDIT.key,))
    client.force_login(account_create(username="qc", password=PASSWORD, role="qc"))
    client.get("/start/")
    with django_assert_max_num_queries(2):  # type: ignore[operator]  # the session, and the user with the stamp
        assert client.get("/start/").status_code == 302


def test_a_new_role_is_a_copy_and_then_its_own(admin: User) -> None:
    key = role_add(actor=admin, name="夜班主管", copied_from="senior_agent")
    lead = account_create(username="lead", password=PASSWORD, role=key)
    assert str(lead.role_name) == "夜班主管"
    for right in REGISTRY.values():
        assert right.allows(fresh(lead)) == ("senior_agent" in right.shipped)
    change(admin, key, give=(AUDIT.key,), name="夜班组长")
    assert AUDIT.allows(fresh(lead))
    assert fresh(lead).role_name == "夜班组长"
    assert "senior_agent" not in AUDIT.roles
    with pytest.raises(ValidationError, match="个账号属于此角色"):
        role_remove(actor=admin, key=key)
    User.objects.filter(pk=lead.pk).update(role="agent")
    role_remove(actor=admin, key=key)
    assert key not in current_roles().roles
    assert [e.action for e in AuditEntry.objects.filter(action__startswith="role.").order_by("sequence")] == [
        "role.added", "role.changed", "role.removed",
    ]  # fmt: skip


def test_who_has_a_role_that_is_gone_may_do_nothing() -> None:
    lost = User.objects.create_user("lost", role="gone")
    assert not [right.key for right in REGISTRY.values() if right.allows(lost)]
    assert not scope_of(lost).everything


def test_two_roles_are_never_called_the_same(admin: User) -> None:
    role_add(actor=admin, name="夜班主管", copied_from="agent")
    with pytest.raises(ValidationError, match="已有同名角色"):
        role_add(actor=admin, name="夜班主管", copied_from="qc")


def test_a_shipped_role_stays(admin: User) -> None:
    change(admin, "qc", give=(AUDIT.key,))
    with pytest.raises(ValidationError, match="自带的角色"):
        role_remove(actor=admin, key="qc")


@pytest.mark.parametrize("taken", [ACCOUNTS, ROLES])
def test_the_last_administrators_keep_what_makes_them_so(admin: User, taken: object) -> None:
    with pytest.raises(ValidationError, match="再没有人"):
        change(admin, "admin", take=(taken.key,))  # type: ignore[attr-defined]
    assert taken.allows(fresh(admin))  # type: ignore[attr-defined]
    assert not KeptRole.objects.exists()
    assert not RolesStamp.objects.exists()
    assert not AuditEntry.objects.filter(action="role.changed").exists()
    account_create(username="boss", password=PASSWORD, role="director")
    change(admin, "director", give=(ACCOUNTS.key, ROLES.key))
    change(admin, "admin", take=(taken.key,))  # type: ignore[attr-defined]
    assert not taken.allows(fresh(admin))  # type: ignore[attr-defined]


def test_whose_records_a_role_sees_is_changed_too(admin: User) -> None:
    qc = account_create(username="qc", password=PASSWORD, role="qc")
    assert scope_of(qc).everything
    change(admin, "qc", sees="nothing")
    assert not scope_of(fresh(qc)).everything


def test_the_pages(signed_in: Callable[..., Client]) -> None:
    client = signed_in("admin")
    page = client.get("/roles/").content.decode()
    assert "质检专员" in page
    assert client.get("/roles/nobody/").status_code == 404
    made = client.post("/roles/new/", {"name": "外包质检", "copied_from": "qc"})
    assert made.status_code == 302
    address = made["Location"]
    has = [right.key for right in REGISTRY.values() if "qc" in right.shipped]
    sent = {"name": "外包质检", "sees": "own", "permissions": [*has, AUDIT.key], "second_factor": "on"}
    assert client.post(address, sent).status_code == 302
    role = current_roles().roles[address.split("/")[2]]
    assert (role.sees, role.second_factor, dict(role.changes)) == ("own", True, {AUDIT.key: True})
    refused = client.post(address, {**sent, "permissions": ["no.such"]})
    assert refused.status_code == 200
    assert client.post(f"{address}back/", {"do": "remove"}).status_code == 302
    assert client.get(address).status_code == 404


def test_the_page_refuses_what_would_lock_everybody_out(signed_in: Callable[..., Client]) -> None:
    client = signed_in("admin")
    answer = client.post("/roles/admin/", {"sees": "everything", "permissions": [AUDIT.key]})
    assert answer.status_code == 200
    assert "再没有人" in answer.content.decode()
    assert client.get("/roles/").status_code == 200
