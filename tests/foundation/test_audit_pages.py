"""What enters the audit log, who may read it, and how it reads."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.audit.actions import ACCOUNT_CHANGED, ACTIONS, SIGN_IN_FAILED, action
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.audit.queries import history_of
from qualityloop.foundation.audit.recording import record
from qualityloop.foundation.audit.verifying import verify
from qualityloop.foundation.models import User
from qualityloop.foundation.paging import SIZE

pytestmark = pytest.mark.django_db
PASSWORD = "Qu4lity loops"


@pytest.fixture
def lin() -> User:
    return account_create(username="lin", password=PASSWORD, role="director", name="林岚")


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("sequence").values_list("action", flat=True))


def text_of(answer: object) -> str:
    return b"".join(answer).decode() if getattr(answer, "streaming", False) else answer.content.decode()  # type: ignore[attr-defined,call-overload]


# ---- what enters ------------------------------------------------------------------------------------------


def test_making_and_changing_an_account() -> None:
    lin = account_create(username="lin", password=PASSWORD, role="agent", name="林岚")
    account_create(username="lin", password="Something 3lse", role="qc", name="林岚", actor=lin, address="192.0.2.7")
    made, changed, password = AuditEntry.objects.order_by("sequence")
    assert [e.action for e in (made, changed, password)] == [
        "account.created", "account.changed", "account.password_changed",
    ]  # fmt: skip
    assert made.before is None
    assert made.after == {"username": "lin", "name": "林岚", "email": "", "role": "agent", "is_active": True}
    assert (made.actor_name, made.address) == ("", "")
    assert (changed.before["role"], changed.after["role"]) == ("agent", "qc")
    assert (changed.actor_id, changed.actor_name, changed.address) == (lin.pk, "林岚 (lin)", "192.0.2.7")
    assert {(e.model, e.record_id, e.record_label) for e in (made, changed)} == {
        ("foundation.user", str(lin.pk), "林岚")
    }


def test_an_administrator_made_at_the_terminal() -> None:
    call_command("createsuperuser", interactive=False, username="root", verbosity=0)
    assert actions() == ["account.created"]
    assert AuditEntry.objects.get().after["role"] == "admin"


def test_a_new_password_is_noted_and_never_what_it_is(client: Client, lin: User) -> None:
    client.force_login(lin)
    new = "Another g00d one"
    client.post("/account/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    entry = AuditEntry.objects.latest("sequence")
    assert entry.action == "account.password_changed"
    assert (entry.actor_id, entry.address) == (lin.pk, "127.0.0.1")
    lin.refresh_from_db()
    for row in AuditEntry.objects.values():
        for secret in (new, PASSWORD, lin.password):
            assert secret not in str(row)


def test_a_password_given_to_record_is_left_out(lin: User) -> None:
    with transaction.atomic():
        entry = record(actor=lin, action=ACCOUNT_CHANGED, record=lin, before={"password": "a"}, after={"password": "b"})
    assert (entry.before, entry.after) == ({}, {})


def test_signing_in_and_out(client: Client, lin: User) -> None:
    client.post("/sign-in/", {"login": "lin", "password": PASSWORD})
    client.post("/sign-out/")
    assert actions() == ["account.created", "session.signed_in", "session.signed_out"]
    for entry in AuditEntry.objects.filter(sequence__gt=1):
        assert (entry.actor_id, entry.record_id, entry.address) == (lin.pk, str(lin.pk), "127.0.0.1")
    client.post("/sign-out/")  # nobody is there any more
    assert len(actions()) == 3


def test_a_failed_sign_in_names_the_account_and_no_actor(client: Client, lin: User) -> None:
    client.post("/sign-in/", {"login": "lin", "password": "a wrong one"})
    User.objects.update(is_active=False)
    client.post("/sign-in/", {"login": "lin", "password": PASSWORD})
    assert actions() == ["account.created", "session.sign_in_failed", "session.sign_in_failed"]
    for entry in AuditEntry.objects.filter(sequence__gt=1):
        assert (entry.actor_id, entry.record_label, entry.address) == (None, "林岚", "127.0.0.1")


def test_a_password_typed_as_user_name_is_not_kept(client: Client) -> None:
    client.post("/sign-in/", {"login": PASSWORD, "password": "x"})
    entry = AuditEntry.objects.get()
    assert entry.action == "session.sign_in_failed"
    assert PASSWORD not in str(AuditEntry.objects.values().get())
    assert entry.record_id == ""


def test_language_and_theme_are_not_noted(client: Client, lin: User) -> None:
    client.force_login(lin)
    before = len(actions())
    client.post("/preferences/language/", {"language": "en"})
    client.post("/preferences/theme/", {"theme": "dark"})
    client.get("/account/")
    assert len(actions()) == before


def test_an_action_is_declared_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        action(ACCOUNT_CHANGED.key, "")


def test_all_this_is_one_chain(client: Client, lin: User) -> None:
    client.post("/sign-in/", {"login": "lin", "password": PASSWORD})
    checked = verify()
    assert (checked.count, checked.fault) == (2, None)


# ---- the page ---------------------------------------------------------------------------------------------


def english(client: Client) -> Client:
    client.cookies["ql_language"] = "en"
    return client


def test_director_and_administrator_read_it_and_nobody_else(signed_in: Callable[..., Client]) -> None:
    for role, status in (("director", 200), ("admin", 200), ("qc", 404), ("agent", 404), ("customer", 404)):
        client = signed_in(role)
        assert client.get("/audit/").status_code == status
        assert ('href="/audit/"' in text_of(client.get("/account/"))) == (status == 200)


def test_a_change_is_shown_in_words(signed_in: Callable[..., Client], lin: User) -> None:
    account_create(username="lin", password=PASSWORD, role="qc", name="林<b>", actor=lin)
    page = text_of(english(signed_in()).get("/audit/?action=account.changed"))
    assert '<del><span class="ql-hidden">before: </span>Service director</del>' in page
    assert '<ins><span class="ql-hidden">after: </span>QC specialist</ins>' in page
    assert "林&lt;b&gt;" in page
    assert "<b>" not in page
    assert page.count("<del>") == 2  # role and name; what stayed is not shown


def test_an_instant_is_shown_on_the_clock_of_the_reader(signed_in: Callable[..., Client], lin: User) -> None:
    with transaction.atomic():
        after = {"due": "2026-03-01T20:30:00.123456+00:00"}
        record(actor=lin, action=ACCOUNT_CHANGED, record=lin, before={"due": None}, after=after)
    assert "2026-03-02 04:30:00" in text_of(signed_in().get("/audit/?action=account.changed"))  # Asia/Shanghai


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {1, 2, 3, 4}),
        ("actor=林", {3}),
        ("actor=LIN", {3}),
        ("action=account.changed", {3}),
        ("action=no.such", {1, 2, 3, 4}),
        ("record=周", {2, 3}),
        ("record=林岚", {1, 4}),
        ("record=nobody", set()),
        ("from=2026-03-02", {2, 3, 4}),
        ("to=2026-03-02", {1, 2}),
        ("from=2026-03-02&to=2026-03-02", {2}),
        ("from=yesterday&to=9999-12-31", {1, 2, 3, 4}),
        ("record=%00", {1, 2, 3, 4}),
        ("page=99", {1, 2, 3, 4}),
    ],
)
def test_filters(query: str, found: set[int]) -> None:
    """Days are those of the organisation: 16:30 UTC on the 1st is the 2nd in Shanghai."""
    with time_machine.travel(datetime(2026, 3, 1, 15, 30, tzinfo=UTC), tick=False) as clock:
        lin = account_create(username="lin", password=PASSWORD, role="director", name="林岚")
        clock.move_to(datetime(2026, 3, 1, 16, 30, tzinfo=UTC))
        zhou = account_create(username="zhou", password=PASSWORD, role="agent", name="小周")
        clock.move_to(datetime(2026, 3, 3, 1, 0, tzinfo=UTC))
        with transaction.atomic():
            record(actor=lin, action=ACCOUNT_CHANGED, record=zhou, before={"role": "agent"}, after={"role": "qc"})
        clock.move_to(datetime(2026, 3, 3, 2, 0, tzinfo=UTC))
        with transaction.atomic():
            record(actor=None, action=SIGN_IN_FAILED, record=lin, before=None, after=None)
        client = Client()
        client.force_login(lin)  # the fifth, which is not looked at
        answer = client.get(f"/audit/?{query}")
        shown = {line.entry.sequence for line in answer.context["lines"]} - {5}
    assert answer.status_code == 200
    assert shown == found


def fill(count: int) -> None:
    with transaction.atomic():
        for number in range(count):
            record(actor=None, action=ACCOUNT_CHANGED, record=None, before=None, after={"n": number})


def test_pages_and_few_queries(
    signed_in: Callable[..., Client], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in()  # two entries
    fill(SIZE + 8)
    with django_assert_max_num_queries(4):
        first = client.get("/audit/")
    second = client.get("/audit/?page=2")
    numbers = [[line.entry.sequence for line in answer.context["lines"]] for answer in (first, second)]
    assert numbers[0] + numbers[1] == list(range(SIZE + 10, 0, -1))
    assert first.context["page"].of == SIZE + 10
    assert first.context["page"].after == 2
    assert second.context["page"].after is None


def test_the_export_is_complete_and_runs_no_formula(signed_in: Callable[..., Client]) -> None:
    client = english(signed_in("admin"))
    evil = account_create(username="evil", password=PASSWORD, role="agent", name="=HYPERLINK(1)")
    with transaction.atomic():
        record(
            actor=evil, action=ACCOUNT_CHANGED, record=evil, before=None, after=None, reason="@SUM(A1)", address="+1"
        )
    answer = client.get("/audit/?format=csv&record=HYPER")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(text_of(answer).removeprefix("\ufeff"))))
    assert rows[0][:4] == ["Number", "Time (UTC)", "Who", "Action"]
    assert len(rows) == 3
    newest = rows[1]
    assert newest[2] == "'=HYPERLINK(1) (evil)"
    assert newest[6] == "'=HYPERLINK(1)"
    assert newest[9:11] == ["'@SUM(A1)", "'+1"]
    assert newest[12] == AuditEntry.objects.latest("sequence").hash
    assert client.get("/audit/?format=xlsx").getvalue()[:2] == b"PK"


def test_an_action_of_a_room_that_is_gone_can_still_be_read(signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    gone = action("moon.landed", "Landed")
    with transaction.atomic():
        record(actor=None, action=gone, record=None, before={"crater": [1, 2]}, after={"crater": None})
    del ACTIONS["moon.landed"]
    page = text_of(client.get("/audit/"))
    assert "moon.landed" in page
    assert "crater" in page


# ---- a record's own history -------------------------------------------------------------------------------


def test_ones_own_account_has_its_history_and_nobody_elses(client: Client, lin: User) -> None:
    other = account_create(username="zhou", password=PASSWORD, role="agent", name="小周")
    assert [e.record_id for e in history_of(lin)] == [str(lin.pk)]
    client.force_login(lin)
    answer = english(client).get("/account/")
    lines = answer.context["history"]
    assert [line.entry.action for line in lines] == ["session.signed_in", "account.created"]
    assert other.name not in text_of(answer)
    assert "Account made" in text_of(answer)


def test_a_long_history_is_cut_and_says_so(client: Client, lin: User) -> None:
    client.force_login(lin)
    with transaction.atomic():
        for _ in range(25):
            record(actor=lin, action=ACCOUNT_CHANGED, record=lin, before=None, after=None)
    answer = english(client).get("/account/")
    assert len(answer.context["history"]) == 20
    assert "the newest 20 entries" in text_of(answer)
