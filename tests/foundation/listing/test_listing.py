"""A list filters, sorts, pages, exports, keeps views, and says what it does not understand."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from tests.foundation.listing.records import tickets
from tests.foundation.listing.tickets import RIGHT, TICKETS

from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.listing import Column, Listing, Words, asking
from qualityloop.foundation.listing.models import SavedView
from qualityloop.operations.models import Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.foundation.listing.tickets")]
PASSWORD = "Qu4lity loops"


def body(answer: object) -> str:
    streaming = getattr(answer, "streaming", False)
    return b"".join(answer).decode() if streaming else answer.content.decode()  # type: ignore[attr-defined,call-overload]


def numbers(answer: object) -> list[str]:
    return [row.cells[0].text for row in answer.context["rows"]]  # type: ignore[attr-defined]


@pytest.fixture
def director(signed_in: Callable[..., Client]) -> Client:
    client = signed_in()
    client.cookies["ql_language"] = "en"
    return client


def test_newest_first_and_pages_without_gaps(director: Client) -> None:
    tickets(120)
    seen = [n for page in (1, 2, 3) for n in numbers(director.get(f"/tickets/?page={page}"))]
    assert seen == [f"T{n:06}" for n in range(119, -1, -1)]
    assert "1–50 · 120 rows" in body(director.get("/tickets/"))
    assert "101–120 · 120 rows" in body(director.get("/tickets/?page=3"))
    assert numbers(director.get("/tickets/?page=77"))[0] == "T000119"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=T000007", {7}),
        ("q=t00000+改期", {2, 7}),
        ("q=客户3", {3}),
        ("q=%00", set(range(12))),
        ("channel=电话", {0, 3, 6, 9}),
        ("channel=电话&channel=邮件", {0, 2, 3, 5, 6, 8, 9, 11}),
        ("channel=传真", set()),
        ("contacts=1", {1, 4, 7, 10}),
        ("contacts=1&contacts=x&contacts=2", {1, 2, 4, 5, 7, 8, 10, 11}),
        ("contacts=many", set()),
        ("contacts=" + "9" * 30, set()),
        ("escalated=yes", {1, 4, 7, 10}),
        ("escalated=no", {2, 5, 8, 11}),
        ("created_at_to=2026-09-01", set(range(12))),
        ("created_at_from=2026-09-02", set()),
        ("q=T00000&status=open&escalated=yes", set()),
    ],
)
def test_filters(director: Client, query: str, found: set[int]) -> None:
    tickets(12)
    answer = director.get(f"/tickets/?{query}")
    assert {int(n[1:]) for n in numbers(answer)} == found
    assert not answer.context["notes"]


def test_days_are_those_of_the_organisation(director: Client) -> None:
    """The ticket of 16:00 UTC on the 1st is the first of the 2nd in Shanghai; the rows begin at nine."""
    tickets(40)
    found = numbers(director.get("/tickets/?created_at_from=2026-09-02&created_at_to=2026-09-02"))
    assert (found[-1], found[0], len(found)) == ("T000015", "T000038", 24)


def test_by_team(director: Client) -> None:
    team = tickets(21)[1].team
    found = numbers(director.get(f"/tickets/?team={team.pk}"))
    assert {int(n[1:]) for n in found} == {n for n in range(21) if n % 3 == 1 and n % 7}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("created_at_from=yesterday", "“yesterday” is not a date"),
        ("created_at_from=2026-09-02&created_at_to=2026-09-01", "The first day lies after the last"),
        ("escalated=perhaps", "“perhaps” is neither yes nor no"),
        ("team=everyone", "There is no “everyone” to choose"),
        ("team=" + "9" * 30, "There is no “999"),
        ("sort=subject", "cannot be sorted by “subject”"),
        ("sort=<b>", "cannot be sorted by “&lt;b&gt;”"),
        ("page=201", "Pages end after row 10,000"),
    ],
)
def test_nonsense_is_said_and_all_rows_are_shown(director: Client, query: str, said: str) -> None:
    tickets(3)
    answer = director.get(f"/tickets/?{query}")
    assert said in body(answer)
    assert len(numbers(answer)) == 3


def test_sorting_is_offered_where_an_index_serves_it(director: Client) -> None:
    tickets(4)
    assert set(TICKETS.orders) == {"number", "created_at", "priority"}  # priority was asked for
    assert numbers(director.get("/tickets/?sort=number"))[0] == "T000000"
    answer = director.get("/tickets/?sort=-number")
    heads = {h.label: (h.url, h.now) for h in answer.context["headings"]}
    assert heads["Ticket number"] == ("?sort=number", "descending")
    assert heads["Created"] == ("?", "")
    assert heads["Subject"] == ("", "")


def test_equal_values_do_not_repeat_rows(director: Client) -> None:
    tickets(120)
    seen = [n for page in (1, 2, 3) for n in numbers(director.get(f"/tickets/?sort=priority&page={page}"))]
    assert len(set(seen)) == len(seen) == 120


def test_more_rows_than_are_counted(director: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "MOST_COUNTED", 100)
    monkeypatch.setattr(asking, "LAST_PAGE", 2)
    monkeypatch.setattr("qualityloop.foundation.listing.page.MOST_COUNTED", 100)
    tickets(130)
    assert "1–50 · more than 100 rows" in body(director.get("/tickets/"))
    last = director.get("/tickets/?page=2")
    assert last.context["page"].after is None
    assert "Narrow the list or export it" in body(last)
    assert len(body(director.get("/tickets/?format=csv")).splitlines()) > 130


def test_few_queries(director: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    tickets(60)
    with django_assert_max_num_queries(9):  # session, account, count, rows, views, teams, three lists of values
        director.get("/tickets/?q=T&channel=电话")
    with django_assert_max_num_queries(6):  # values to choose from are remembered
        director.get("/tickets/?page=2")


def test_counting_stops(director: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    tickets(2)
    with django_assert_max_num_queries(20) as asked:
        director.get("/tickets/")
    assert any("COUNT(*)" in q["sql"] and "LIMIT 10001" in q["sql"] for q in asked.captured_queries)


def test_everybody_sees_their_own(signed_in: Callable[..., Client]) -> None:
    zhou = account_create(username="zhou", password=PASSWORD, role="agent")
    tickets(10, agent=zhou)
    client = Client()
    client.force_login(zhou)
    assert numbers(client.get("/tickets/")) == ["T000005", "T000000"]
    assert body(client.get("/tickets/?format=csv")).count("T0000") == 2
    assert signed_in("customer").get("/tickets/").status_code == 404
    assert Client().get("/tickets/").status_code == 302


def test_an_export_has_everything_that_fits_and_runs_no_formula(director: Client) -> None:
    tickets(70)
    Ticket.objects.filter(number="T000005").update(subject="=cmd()", channel="电话")
    answer = director.get("/tickets/?format=csv&channel=电话&sort=number")
    assert answer.streaming
    rows = list(csv.DictReader(io.StringIO(body(answer).removeprefix("\ufeff"))))
    assert [r["Ticket number"] for r in rows] == [f"T{n:06}" for n in range(70) if n % 3 == 0 or n == 5]
    fifth = next(r for r in rows if r["Ticket number"] == "T000005")
    assert fifth["Subject"] == "'=cmd()"
    assert fifth["Created"] == "2026-09-01 14:00:00"
    assert fifth["Description"] == "第一行\n第二行"
    assert fifth["Team"] == "售后服务部"
    assert director.get("/tickets/?format=xlsx&channel=电话").getvalue()[:2] == b"PK"


def test_empty_says_what_to_do(director: Client) -> None:
    assert "还没有工单" in body(director.get("/tickets/"))
    tickets(1)
    assert "No row fits these filters" in body(director.get("/tickets/?q=nothing"))


def test_cells_lead_to_records_and_show_state_in_words(director: Client) -> None:
    made = tickets(3)
    page = body(director.get("/tickets/"))
    assert f'<a href="/tickets/{made[1].pk}/">T000001</a>' in page
    assert '<span class="ql-status ql-status--missed">overdue</span>' in page
    Ticket.objects.update(subject="<script>")
    assert "&lt;script&gt;" in body(director.get("/tickets/"))


def test_htmx_gets_the_list_alone_and_a_clean_address(director: Client) -> None:
    tickets(3)
    head = {"HX-Request": "true", "HX-Target": "section#listing"}
    answer = director.get("/tickets/?q=&channel=电话&status=&team=&sort=-created_at", headers=head)
    text = body(answer)
    assert text.startswith('<section id="listing"')
    assert "<html" not in text
    assert answer["HX-Push-Url"] == "/tickets/?channel=%E7%94%B5%E8%AF%9D"
    assert "HX-Target" in answer["Vary"]
    back = director.get("/tickets/", headers={**head, "HX-History-Restore-Request": "true"})
    assert "<html" in body(back)


# ---- views that are kept ----------------------------------------------------------------------------------


def keep(client: Client, name: str, query: str, **more: str) -> object:
    return client.post("/views/", {"listing": TICKETS.key, "back": "/tickets/" + query, "name": name, **more})


def test_a_view_is_kept_and_found_again(director: Client) -> None:
    tickets(6)
    answer = keep(director, "电话的", "?channel=电话&q=&nonsense=1&sort=number", shared="1")
    assert answer["Location"] == "/tickets/?channel=%E7%94%B5%E8%AF%9D&sort=number"  # type: ignore[index]
    page = director.get(answer["Location"])  # type: ignore[index]
    assert [(v.name, current) for v, current, _may in page.context["views"]] == [("电话的", True)]
    assert AuditEntry.objects.latest("sequence").action == "listing.view_saved"
    keep(director, "电话的", "?channel=在线")
    view = SavedView.objects.get()
    assert (view.query, view.shared) == ("?channel=%E5%9C%A8%E7%BA%BF", False)


def test_others_see_what_is_shared_and_delete_only_what_is_theirs(signed_in: Callable[..., Client]) -> None:
    director, agent = signed_in("director"), signed_in("agent")
    keep(director, "大家的", "?channel=电话", shared="1")
    keep(director, "我的", "?channel=在线")
    keep(agent, "坐席的", "?channel=邮件", shared="1")  # may not share
    offered = [v.name for v, _now, _may in agent.get("/tickets/").context["views"]]
    assert sorted(offered) == sorted(["大家的", "坐席的"])
    assert not SavedView.objects.get(name="坐席的").shared
    own, shared = SavedView.objects.get(name="我的"), SavedView.objects.get(name="大家的")
    assert agent.post(f"/views/{own.pk}/delete/").status_code == 404
    assert agent.post(f"/views/{shared.pk}/delete/").status_code == 404
    assert signed_in("qc").post(f"/views/{shared.pk}/delete/", {"back": "/tickets/"}).status_code == 302
    assert AuditEntry.objects.latest("sequence").before["name"] == "大家的"
    assert director.post(f"/views/{own.pk}/delete/", {"back": "https://elsewhere.example/"})["Location"] == "/"


def test_no_view_without_a_name_a_list_or_the_right_to_it(signed_in: Callable[..., Client]) -> None:
    keep(signed_in("director"), "  ", "")
    assert keep(signed_in("customer"), "x", "").status_code == 404  # type: ignore[attr-defined]
    assert signed_in("director").post("/views/", {"listing": "no.such", "name": "x"}).status_code == 404
    assert not SavedView.objects.exists()


# ---- declarations -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "more",
    [
        {"key": "tests.tickets"},
        {"columns": (Column("number"), Column("number"))},
        {"filters": (Words("number"), Words("subject"))},
        {"filters": (Words("number", name="page"),)},
    ],
)
def test_a_faulty_declaration_is_refused(more: dict[str, object]) -> None:
    plain = {
        "key": "tests.faulty", "title": "", "right": RIGHT, "query": TICKETS.query, "order": "number", "empty": "",
        "columns": (Column("number"),),
    }  # fmt: skip
    with pytest.raises(ValueError, match="list tests"):
        Listing(**{**plain, **more})  # type: ignore[arg-type]
