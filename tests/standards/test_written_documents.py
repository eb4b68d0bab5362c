"""Score sheets, process maps and SOPs as pages: begun, written, checked, put in force, compared, exported."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from qualityloop.analysis.process_map import map_data, shipped_map
from qualityloop.analysis.scoring import load_sheet, sheet_data, sheet_to_xlsx, shipped_sheet
from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.standards.outline.editor import Writing
from qualityloop.standards.outline.posted import content_of
from qualityloop.standards.process_maps.queries import map_in_force
from qualityloop.standards.process_maps.writing import WRITING as MAPS
from qualityloop.standards.score_sheets.writing import WRITING as SHEETS
from qualityloop.standards.sops.content import load_sop, shipped_sop, shipped_sops, sop_data
from qualityloop.standards.sops.writing import WRITING as SOPS
from qualityloop.standards.versions import services
from qualityloop.standards.versions.models import Version

pytestmark = pytest.mark.django_db

PLACES = {"score_sheets": "score-sheets", "process_maps": "process-maps", "sops": "sops"}
ALL = [SHEETS, MAPS, SOPS]


def begun(writing: Writing, author: Any, key: str | None = None) -> Version:
    first = key or writing.shelf()[0][0]
    content = {**writing.data(writing.shipped(first)), "key": first}
    return services.document_create(actor=author, kind=writing.kind.key, key=first, content=content)


def address(version: Version, action: str = "") -> str:
    return f"/standards/{PLACES[version.document.kind]}/{version.document.key}/{version.number}/{action}"


def typed(page: str) -> dict[str, str]:
    """What a browser would send: the fields of the form as the page holds them."""
    from html.parser import HTMLParser

    found: dict[str, str] = {}

    class Fields(HTMLParser):
        template = form = 0
        area = select = ""

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            values = dict(attrs)
            self.template += tag == "template"
            self.form += tag == "form" and values.get("id") == "editor"
            if self.template or not self.form:
                return
            name = values.get("name") or ""
            if tag == "input" and (values.get("type") != "checkbox" or "checked" in values):
                found[name] = values.get("value") or ("on" if values.get("type") == "checkbox" else "")
            self.area = name if tag == "textarea" else self.area
            if tag == "textarea":
                found[name] = ""
            self.select = name if tag == "select" else self.select
            if tag == "option" and ("selected" in values or self.select not in found):
                found[self.select] = values.get("value") or ""

        def handle_endtag(self, tag: str) -> None:
            self.template -= tag == "template"
            self.form -= tag == "form" and self.form > 0
            self.area = "" if tag == "textarea" else self.area

        def handle_data(self, data: str) -> None:
            if self.area:
                found[self.area] += data

    Fields().feed(page)
    return {name: value for name, value in found.items() if name and name != "csrfmiddlewaretoken"}


@pytest.mark.parametrize("writing", ALL, ids=lambda w: w.kind.key)
def test_the_form_holds_everything_and_saving_it_unchanged_changes_nothing(
    writing: Writing, author: Any, writing_client: Client
) -> None:
    for key, _name in writing.shelf():
        version = begun(writing, author, key)
        page = writing_client.get(address(version, "edit/")).content.decode()
        answer = writing_client.post(address(version, "edit/"), {**typed(page), "do": "done"})
        assert answer.status_code == 302
        assert answer["Location"] == address(version)
        kept = Version.objects.get(pk=version.pk)
        assert kept.content == version.content
        assert not AuditEntry.objects.filter(action="standard.version_saved").exists()
        assert not writing.kind.check(kept.content)


@pytest.fixture
def writing_client(author: Any) -> Client:
    client = Client()
    client.force_login(author)
    return client


@pytest.mark.parametrize("writing", ALL, ids=lambda w: w.kind.key)
def test_template_to_force_compared_and_exported(
    writing: Writing, author: Any, reviewer: Any, writing_client: Client, release: Callable[..., Version]
) -> None:
    key, place = writing.shelf()[0][0], PLACES[writing.kind.key]
    data = {"key": "ours", "begin": key, "name_zh": "我们的", "reason": "首版"}
    answer = writing_client.post(f"/standards/{place}/new/", data)
    assert answer["Location"] == f"/standards/{place}/ours/1/edit/"
    version = Version.objects.get(document__key="ours")
    assert version.content["name"] == {"zh": "我们的"}
    release(version)
    assert writing_client.get(address(version)).status_code == 200
    assert writing_client.get(address(version, "edit/")).status_code == 404  # what is in force is not written
    second = services.draft_create(
        actor=author, document=version.document, content={**version.content, "name": "新名称"}, reason="改名"
    )
    compared = writing_client.get(f"/standards/{place}/ours/compare/?a=1&b=2").content.decode()
    assert "新名称" in compared
    exported = writing_client.get(address(second, "export/")).content
    found, faults = writing.read(exported, "x.yaml")
    assert not faults
    assert found.name.zh == "新名称"
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"standard.begun", "standard.reviewed", "standard.put_in_force", "standard.version_begun"} <= actions


@pytest.mark.parametrize("writing", ALL, ids=lambda w: w.kind.key)
def test_only_those_with_the_right_write(writing: Writing, author: Any) -> None:
    version = begun(writing, author)
    for role, sees in (("agent", 200), ("qc", 200), ("customer", 404)):
        client = Client()
        client.force_login(account_create(username=role, password="a good Passw0rd", role=role))
        assert client.get(address(version)).status_code == sees
        assert client.get(address(version, "edit/")).status_code == 404
        assert client.post(address(version, "edit/"), {"f.name.zh": "x"}).status_code == 404
        assert client.post(address(version, "check/"), {}).status_code == 404
    assert Version.objects.get(pk=version.pk).content == version.content


def test_nobody_overwrites_what_somebody_else_saved(author: Any, writing_client: Client) -> None:
    version = begun(SHEETS, author)
    form = typed(writing_client.get(address(version, "edit/")).content.decode())
    services.draft_save(actor=author, version=version, content={**version.content, "pass_mark": 70})
    answer = writing_client.post(address(version, "edit/"), {**form, "f.pass_mark": "60"})
    assert answer.status_code == 409
    assert 'value="60"' in answer.content.decode()  # what was typed is still there
    assert Version.objects.get(pk=version.pk).content["pass_mark"] == 70


def test_faults_stand_at_their_fields(author: Any, writing_client: Client) -> None:
    version = begun(SHEETS, author)
    form = typed(writing_client.get(address(version, "edit/")).content.decode())
    writing_client.post(address(version, "edit/"), {**form, "f.dimensions.~1.weight": "45"})
    page = writing_client.get(address(version, "edit/"), headers={"Accept-Language": "zh-Hans"}).content.decode()
    assert "权重合计 95 %，还差 5 %。" in page
    panel = writing_client.post(address(version, "check/"), {**form, "f.dimensions.~2.items.~1.points": "-3"})
    text = panel.content.decode()
    assert 'href="#f-dimensions-n2-items-n1-points"' in text
    assert Version.objects.get(pk=version.pk).content["dimensions"][1]["items"][0]["points"] == 30  # nothing is saved


def test_the_panel_computes_what_is_tried(author: Any, writing_client: Client) -> None:
    version = begun(SHEETS, author)
    form = typed(writing_client.get(address(version, "edit/")).content.decode())
    tried = {"try.polite_words": "15", "try.accuracy": "20", "try.standard_wording": "10", "try.first_response": "0"}
    result = writing_client.post(address(version, "check/"), {**form, **tried}).context["result"]
    assert result.total == 81.0  # 45 + 20 + 6 + 10, as in the tests of the core
    result = writing_client.post(address(version, "check/"), {**form, "try.tone": "0"}).context["result"]
    assert (result.total, result.failed) == (0.0, True)


def test_order_on_the_page_is_order_in_the_content(author: Any, writing_client: Client) -> None:
    version = begun(SHEETS, author)
    form = typed(writing_client.get(address(version, "edit/")).content.decode())
    heads = [f"f.dimensions.~{n}." for n in (3, 1, 4, 2)]
    moved = {k: v for h in heads for k, v in form.items() if k.startswith(h)}
    rest = {k: v for k, v in form.items() if not k.startswith("f.dimensions.")}
    writing_client.post(address(version, "edit/"), {**rest, **moved})
    kept = load_sheet(Version.objects.get(pk=version.pk).content)
    assert [d.key for d in kept.dimensions] == ["efficiency", "attitude", "satisfaction", "expertise"]


def test_excel_comes_back_as_a_draft(author: Any, writing_client: Client) -> None:
    version = begun(SHEETS, author)
    file = SimpleUploadedFile("sheet.xlsx", sheet_to_xlsx(shipped_sheet("complex-business"), "zh"))
    writing_client.post(address(version, "file/"), {"file": file})
    kept = load_sheet(Version.objects.get(pk=version.pk).content)
    assert kept.key == version.document.key
    assert [int(d.weight) for d in kept.dimensions] == [40, 30, 20, 10]
    bad = SimpleUploadedFile("sheet.yaml", b"key: x\nname: y\n")
    answer = writing_client.post(address(version, "file/"), {"file": bad}, follow=True)
    assert any("dimensions" in str(m) or "维度" in str(m) for m in answer.context["messages"])
    assert Version.objects.get(pk=version.pk).content == sheet_data(kept)


@pytest.mark.parametrize(
    "post",
    [
        {"f": "x"},
        {"f.dimensions": "x"},
        {"f.dimensions.~1": "x", "f.dimensions.~1.name": "y", "f.name": "z"},
        {"f.name.zh.zh.zh": "x", "f.dimensions.~1.items.~1.levels.~1.points.x": "1"},
        {"f." + "a." * 40: "x", "f.__class__.x": "y", "f.dimensions.x.key": "no mark"},
    ],
)
def test_odd_forms_do_no_harm(post: dict[str, str], author: Any, writing_client: Client) -> None:
    version = begun(SHEETS, author)
    assert writing_client.post(address(version, "check/"), post).status_code == 200
    assert writing_client.post(address(version, "edit/"), post).status_code == 302
    assert set(Version.objects.get(pk=version.pk).content) <= {"key", "name", "dimensions"}


def test_only_what_the_schema_knows_is_taken() -> None:
    from django.http import QueryDict

    content, names = content_of(
        SHEETS.schema, QueryDict("f.name.zh=a&f.evil=b&f.dimensions.~7.key=k&f.dimensions.~7.x=y")
    )
    assert content == {"name": {"zh": "a"}, "dimensions": [{"key": "k"}]}
    assert names["dimensions[1].key"] == "f.dimensions.~7.key"


# ---- process maps


def test_the_map_that_fits_best_is_in_force(author: Any, release: Callable[..., Version]) -> None:
    assert map_in_force({}) is None
    for key in ("after-sales", "repair"):
        release(begun(MAPS, author, key))
    assert map_in_force({})[1].key == "after-sales"  # type: ignore[index]
    assert map_in_force({"kind": "repair"})[1].key == "repair"  # type: ignore[index]
    assert map_in_force({"kind": "training"})[1].key == "after-sales"  # type: ignore[index]


def test_a_map_with_two_accountable_roles_cannot_be_reviewed(author: Any, reviewer: Any) -> None:
    data = map_data(shipped_map("after-sales"))
    data["stages"][0]["steps"][0]["raci"] = {"agent": "A", "leader": "A/R"}
    version = services.document_create(actor=author, kind="process_maps", key="after-sales", content=data)
    with pytest.raises(Exception, match="not several"):
        services.review(actor=reviewer, version=version)


def test_diagram_and_matrix_are_on_the_page(author: Any, writing_client: Client) -> None:
    page = writing_client.get(address(begun(MAPS, author))).content.decode()
    assert page.count('class="ql-map ql-map--') == 2
    assert page.count("ql-duty--A") >= 20
    assert 'id="step-register"' in page


# ---- SOPs


@pytest.mark.parametrize("key", shipped_sops())
def test_shipped_sops_are_whole(key: str) -> None:
    sop = shipped_sop(key)
    assert load_sop(sop_data(sop)) == sop
    assert len(sop.steps) >= 5
    assert all(step.caution.zh and step.how.en for step in sop.steps)
    known = {step.key for name in ("after-sales", "repair") for step in shipped_map(name).steps()}
    assert set(sop.map_steps) <= known


def test_read_and_understood(
    author: Any, reviewer: Any, release: Callable[..., Version], writing_client: Client
) -> None:
    agents = [
        account_create(username=f"a{n}", password="a good Passw0rd", role="agent", name=f"坐席{n}") for n in (1, 2)
    ]
    draft = begun(SOPS, author, "phone-intake")
    client = Client()
    client.force_login(agents[0])
    client.post(address(draft, "confirm/"))
    assert not AuditEntry.objects.filter(action="standard.read").exists()  # a draft cannot be confirmed
    version = release(draft)
    assert "坐席" not in client.get(address(version)).content.decode().replace(str(agents[0]), "")
    assert client.get("/standards/sops-to-read/").context["unread"] == 1
    for _again in range(2):
        client.post(address(version, "confirm/"))
    assert client.get("/standards/sops-to-read/").context["unread"] == 0
    assert AuditEntry.objects.filter(action="standard.read").count() == 1
    reading = writing_client.get(address(version)).context["reading"]
    assert [str(entry.person) for entry in reading.confirmed] == ["坐席1"]
    assert [str(person) for person in reading.waiting] == ["坐席2"]
    second = release(services.draft_create(actor=author, document=version.document, reason="改"))
    assert client.get("/standards/sops-to-read/").context["unread"] == 1  # a new version is read anew
    client.post(address(version, "confirm/"))
    assert not second.confirmations.exists()


def test_departments_read_with_everything_below_them(author: Any, release: Callable[..., Version]) -> None:
    from qualityloop.people.models import Department, Staff
    from qualityloop.standards.sops.queries import readers

    top = Department.objects.create(name="服务部")
    below = Department.objects.create(name="客服一组", parent=top)
    user = account_create(username="w", password="a good Passw0rd", role="engineer", name="王")
    Staff.objects.create(name="王", department=below, user=user)
    content = {**sop_data(shipped_sop("phone-intake")), "readers": [], "departments": ["服务部"]}
    version = release(services.document_create(actor=author, kind="sops", key="phone-intake", content=content))
    assert [str(person) for person in readers(version).waiting] == ["王"]


def test_pages_ask_the_database_little(author: Any, writing_client: Client, django_assert_max_num_queries: Any) -> None:
    for writing in ALL:
        version = begun(writing, author)
        with django_assert_max_num_queries(14):
            writing_client.get(address(version))
        with django_assert_max_num_queries(9):
            writing_client.get(address(version, "edit/"))
