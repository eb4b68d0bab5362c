"""Themes in the application: grouped, decided on by people, labelled, counted; shares say whether they are checked."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories import a_complaint

from qualityloop.analysis.messages import AnalysisError
from qualityloop.diagnosis.themes import services
from qualityloop.diagnosis.themes.grouping import count_run, group_run, split_theme
from qualityloop.diagnosis.themes.models import RunState, Theme, ThemeRun, ThemeState, ThemeText
from qualityloop.diagnosis.themes.queries import labelled, next_to_label, runs_for, shares_of
from qualityloop.feedback.models import Complaint
from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.models import User

pytestmark = pytest.mark.django_db

LATE = (
    "物流信息一直不更新，说不清货到哪了",
    "页面显示已发货，五天没有任何物流记录",
    "物流停在中转站三天，物流信息没人说得清",
)
FEE = ("上门费事先没有说明，收费不合理", "保修期内要收检测费，收费没有道理", "报价和收费不一样，多收了钱")
ENDS = ("。", "！", "，请处理", "，太失望了", "，谢谢")


def quiet(done: int, total: int) -> None:
    pass


def complaints(late: int = 120, fee: int = 60) -> None:
    rng = np.random.default_rng(1)
    for number in range(late + fee):
        words = LATE if number < late else FEE
        text = f"{words[int(rng.integers(3))]}{ENDS[int(rng.integers(5))]}"
        a_complaint(text=text, received_at=timezone.now() - timedelta(days=1 + number % 20))


@pytest.fixture
def director() -> User:
    return account_create(username="themes-director", password="a good Passw0rd", role="director")


def asked(actor: User) -> ThemeRun:
    today = timezone.localdate()
    return services.run_ask(actor=actor, dataset="complaints", first=today - timedelta(days=60), last=today, k=4)


def grouped(actor: User) -> ThemeRun:
    complaints()
    run = asked(actor)
    group_run(run, step=quiet)
    return ThemeRun.objects.get(pk=run.pk)


def decided(actor: User) -> tuple[ThemeRun, Theme, Theme]:
    """Two confirmed themes, 物流 and 收费: groups of the same words merged."""
    run = grouped(actor)
    kept: dict[str, Theme] = {}
    for theme in list(run.themes.all()):
        first = Complaint.objects.get(pk=theme.examples[0]).text
        name = "物流" if "物流" in first else "收费"
        if name in kept:
            services.theme_merge(actor=actor, theme=theme, into=kept[name])
        else:
            kept[name] = services.theme_rename(actor=actor, theme=theme, name=name)
            services.theme_state(actor=actor, theme=theme, state="confirmed")
    return ThemeRun.objects.get(pk=run.pk), kept["物流"], kept["收费"]


def test_texts_are_grouped_once_with_a_random_sample(director: User) -> None:
    run = grouped(director)
    assert (run.state, run.count) == (RunState.GROUPED, 180)
    assert sum(theme.size for theme in run.themes.all()) + run.others == 180
    assert labelled(run).drawn == 90
    group_run(run, step=quiet)
    assert ThemeText.objects.filter(run=run).count() == 180
    assert AuditEntry.objects.filter(action="themes.grouped").count() == 1


def test_too_few_texts_say_so(director: User) -> None:
    run = asked(director)
    group_run(run, step=quiet)
    assert ThemeRun.objects.get(pk=run.pk).state == RunState.EMPTY


def test_shares_are_unchecked_until_people_have_labelled_enough(director: User) -> None:
    run, late, fee = decided(director)
    assert shares_of(run) == {}
    count_run(run, actor=director, step=quiet)
    run = ThemeRun.objects.get(pk=run.pk)
    before = shares_of(run)[late.pk]
    assert not before.checked
    assert before.estimate is None
    assert before.counted == pytest.approx(2 / 3, abs=0.05)
    for _turn in range(40):
        text = next_to_label(run)
        assert text is not None
        said = late if "物流" in Complaint.objects.get(pk=text.record_id).text else fee
        services.text_label(actor=director, text=text, theme=said)
    share = shares_of(run)[late.pk]
    assert share.checked
    assert share.sampled == 40
    assert share.low is not None
    assert share.high is not None
    assert share.low <= 2 / 3 <= share.high


def test_only_labels_before_the_first_gap_of_the_random_order_count(director: User) -> None:
    run, late, _fee = decided(director)
    count_run(run, actor=director, step=quiet)
    run = ThemeRun.objects.get(pk=run.pk)
    for text in ThemeText.objects.filter(run=run, draw__gte=1, draw__lt=60):
        services.text_label(actor=director, text=text, theme=late)
    assert shares_of(run)[late.pk].sampled == 0
    first = next_to_label(run)
    assert first is not None
    assert first.draw == 0
    services.text_label(actor=director, text=first, theme=None)
    assert shares_of(run)[late.pk].sampled == 60


def test_deciding_anew_asks_for_another_count(director: User) -> None:
    run, late, fee = decided(director)
    count_run(run, actor=director, step=quiet)
    text = next_to_label(run)
    assert text is not None
    services.text_label(actor=director, text=text, theme=None)
    services.theme_state(actor=director, theme=fee, state="dismissed")
    assert ThemeRun.objects.get(pk=run.pk).counted_at is None
    services.theme_state(actor=director, theme=fee, state="confirmed")
    text.refresh_from_db()
    assert text.said_at is None  # it belonged to none; it may belong to the theme confirmed since
    assert AuditEntry.objects.filter(action="themes.stated").count() >= 4
    with pytest.raises(AnalysisError):
        services.theme_rename(actor=director, theme=fee, name=late.name)


def test_a_theme_is_split_and_merged(director: User) -> None:
    run, late, fee = decided(director)
    split_theme(late, parts=2, actor=director)
    parts = Theme.objects.filter(run=run).exclude(state=ThemeState.MERGED)
    assert parts.count() == 3
    late.refresh_from_db()
    new = parts.get(state=ThemeState.PROPOSED)
    assert late.size >= new.size > 0
    assert ThemeText.objects.filter(theme=new).count() == new.size
    services.theme_merge(actor=director, theme=new, into=late)
    late.refresh_from_db()
    assert ThemeText.objects.filter(theme=late).count() == late.size
    with pytest.raises(AnalysisError):
        services.theme_state(actor=director, theme=new, state="confirmed")
    with pytest.raises(AnalysisError):
        services.theme_merge(actor=director, theme=fee, into=fee)


def test_a_leader_groups_what_they_see_and_sees_no_other_grouping(director: User) -> None:
    run = grouped(director)
    leader = account_create(username="themes-leader", password="a good Passw0rd", role="senior_agent")
    assert not runs_for(leader).exists()
    client = Client()
    client.force_login(leader)
    assert client.get(run.get_absolute_url()).status_code == 404
    own = asked(leader)
    group_run(own, step=quiet)
    assert ThemeRun.objects.get(pk=own.pk).count == 0


def test_pages_from_asking_to_labelling(director: User) -> None:
    run, late, _fee = decided(director)
    client = Client()
    client.force_login(director)
    assert client.get(reverse("diagnosis_themes:runs")).status_code == 200
    assert client.get(reverse("diagnosis_themes:themes")).status_code == 200
    answer = client.post(
        reverse("diagnosis_themes:new"), {"dataset": "complaints", "first": "2026-02-01", "last": "2026-01-01"}
    )
    assert answer.status_code == 422
    page = client.get(run.get_absolute_url()).content.decode()
    assert "物流" in page
    count_run(run, actor=director, step=quiet)
    page = client.get(run.get_absolute_url()).content.decode()
    assert "themes-pareto" in page
    label = reverse("diagnosis_themes:label", args=[run.pk])
    text = next_to_label(run)
    assert text is not None
    assert client.get(label).status_code == 200
    assert client.post(label, {"text": text.pk, "theme": late.pk}).status_code == 302
    text.refresh_from_db()
    assert text.said_id == late.pk
    assert client.post(label, {"text": text.pk, "theme": "77777777"}).status_code == 404
    assert client.get(late.get_absolute_url()).status_code == 200
    for name, given in (("rename", {"name": "物流信息不及时"}), ("judge", {"verdict": "reopen"})):
        assert client.post(reverse(f"diagnosis_themes:{name}", args=[late.pk]), given).status_code == 302
    late.refresh_from_db()
    assert (late.name, late.state) == ("物流信息不及时", ThemeState.PROPOSED)
    assert client.get(reverse("diagnosis_themes:merge", args=[late.pk])).status_code == 200
    assert client.get(reverse("diagnosis_themes:split", args=[late.pk])).status_code == 200


def send(client: Client, method: str, url: str, body: Any = None) -> Any:
    answer = client.generic(method, url, json.dumps(body) if body is not None else "", content_type="application/json")
    return answer.status_code, answer.json()


def test_the_same_by_the_api(director: User) -> None:
    run, late, fee = decided(director)
    client = Client()
    client.force_login(director)
    base = f"/api/v1/theme-groupings/{run.pk}"
    status, answer = send(client, "GET", base)
    assert status == 200
    assert {theme["name"] for theme in answer["themes"]} == {"物流", "收费"}
    assert send(client, "POST", f"{base}/count")[0] == 200
    status, text = send(client, "GET", f"{base}/sample")
    assert text["words"]
    assert send(client, "POST", f"{base}/sample", {"text": text["text"], "theme": late.pk})[1]["labelled"] == 1
    assert send(client, "POST", f"/api/v1/themes/{fee.pk}", {"name": "收费争议"})[0] == 200
    assert send(client, "POST", f"/api/v1/themes/{fee.pk}", {"name": "物流"})[0] == 409
    asked_for = {"dataset": "complaints", "first": str(date(2026, 1, 1)), "last": str(date(2026, 1, 31))}
    assert send(client, "POST", "/api/v1/theme-groupings", asked_for)[0] == 201
    assert send(client, "GET", "/api/v1/themes")[1]


def test_a_theme_becomes_a_problem_once_and_says_that_its_share_is_unchecked(director: User) -> None:
    from qualityloop.improvement.problems.models import Problem

    run, late, fee = decided(director)
    count_run(run, actor=director, step=quiet)
    client = Client()
    client.force_login(director)
    turn = reverse("improvement_problems:turn_theme", args=[late.pk])
    assert turn in client.get(late.get_absolute_url()).content.decode()
    page = client.get(turn)
    assert page.status_code == 200
    given = {"title": "物流信息不及时", "what": "", "grade": "important", "grade_reason": "投诉最多"}
    assert client.post(turn, given).status_code == 302
    problem = Problem.objects.get()
    assert (problem.source_kind, problem.source_ref) == ("theme", f"{run.number}/{late.pk}")
    assert problem.value == pytest.approx(2 / 3, abs=0.05)
    assert client.post(turn, given).status_code == 302
    assert Problem.objects.count() == 1
    assert turn not in client.get(late.get_absolute_url()).content.decode()
    url = f"/api/v1/improvements/from-theme/{fee.pk}"
    assert send(client, "POST", url, {})[0] == 422
    status, made = send(client, "POST", url, {"grade": "ordinary", "grade_reason": "较少"})
    other = Problem.objects.get(source_ref=f"{run.number}/{fee.pk}")
    assert (status, made["problem"]["id"], other.title) == (201, other.pk, "收费")
    assert other.value == pytest.approx(1 / 3, abs=0.05)
    given = {"grade": "ordinary", "grade_reason": "x"}
    status, known = send(client, "POST", f"/api/v1/improvements/from-theme/{late.pk}", given)
    assert (status, known["problem"]["id"], known["new"]) == (200, problem.pk, False)
    assert send(client, "POST", "/api/v1/improvements/from-theme/987654", given)[0] == 404


def again(actor: User, *, seed: int = 1, k: int | None = 4) -> ThemeRun:
    today = timezone.localdate()
    run = services.run_ask(
        actor=actor, dataset="complaints", first=today - timedelta(days=60), last=today, k=k, seed=seed
    )
    group_run(run, step=quiet)
    return ThemeRun.objects.get(pk=run.pk)


@pytest.mark.parametrize(("seed", "k"), [(1, 4), (2, 3), (3, 6), (4, None)])
def test_regrouping_the_same_texts_keeps_every_confirmed_name(director: User, seed: int, k: int | None) -> None:
    run, late, fee = decided(director)
    split_theme(Theme.objects.get(pk=late.pk), parts=2, actor=director)
    for number, theme in enumerate(run.themes.filter(state="proposed")):
        services.theme_rename(actor=director, theme=theme, name=f"物流细分{number}")
        services.theme_state(actor=director, theme=theme, state="confirmed")
    before = {theme.name: set(theme.grouped.values_list("record_id", flat=True))
              for theme in run.themes.filter(state="confirmed")}  # fmt: skip
    assert len(before) >= 3
    new = again(director, seed=seed, k=k)
    carried = {theme.name: theme for theme in new.themes.exclude(carried=None)}
    assert set(carried) == set(before)
    for name, theme in carried.items():
        assert theme.state == ThemeState.PROPOSED  # shown before it counts
        assert theme.same == len(before[name])
        assert before[name] <= set(theme.grouped.values_list("record_id", flat=True))
    assert new.missing == []
    assert len({theme.name for theme in new.themes.all()}) == new.themes.count()
    assert sum(theme.size for theme in new.themes.all()) + new.others == new.count == 180
    assert fee.name in carried


def test_new_texts_find_their_theme_and_what_is_new_is_called_new(director: User) -> None:
    decided(director)
    old = set(Complaint.objects.values_list("pk", flat=True))
    Complaint.objects.update(received_at=timezone.now() - timedelta(days=300))
    complaints(late=60, fee=0)
    for number in range(60):
        a_complaint(text=f"空调噪音太大，晚上睡不着{ENDS[number % 5]}", received_at=timezone.now() - timedelta(days=2))
    new = again(director)
    [theme] = new.themes.exclude(carried=None)
    assert (theme.name, theme.same) == ("物流", 0)
    assert new.missing == ["收费"]
    texts = dict(Complaint.objects.exclude(pk__in=old).values_list("pk", "text"))
    inside = [texts[key] for key in theme.grouped.values_list("record_id", flat=True)]
    assert len(inside) == 60
    assert all("物流" in text for text in inside)
    fresh = new.themes.filter(carried=None)
    assert sum(theme.size for theme in fresh) + new.others == 60


def test_what_was_decided_of_a_carried_theme_decides_what_is_carried_next(director: User) -> None:
    decided(director)
    second = again(director)
    late, fee = second.themes.get(name="物流"), second.themes.get(name="收费")
    services.theme_rename(actor=director, theme=late, name="物流与配送")
    assert services.carried_confirm(actor=director, run=second) == 2
    services.theme_merge(actor=director, theme=fee, into=late)
    third = again(director, seed=2)
    assert [(t.name, t.carried_id) for t in third.themes.exclude(carried=None)] == [("物流与配送", late.pk)]
    services.theme_state(actor=director, theme=third.themes.get(name="物流与配送"), state="dismissed")
    fourth = again(director, seed=3)  # dismissed there: not found there, not forgotten
    assert [(t.name, t.carried_id) for t in fourth.themes.exclude(carried=None)] == [("物流与配送", late.pk)]
    with pytest.raises(AnalysisError):
        services.carried_confirm(actor=director, run=second)


def test_carried_themes_are_shown_and_confirmed_together(director: User) -> None:
    run, late, _fee = decided(director)
    new = again(director)
    client = Client()
    client.force_login(director)
    page = client.get(new.get_absolute_url()).content.decode()
    assert run.number in page
    assert late.get_absolute_url() in page
    assert client.get(new.themes.get(name="物流").get_absolute_url()).status_code == 200
    client.post(reverse("diagnosis_themes:carried", args=[new.pk]))
    assert set(new.themes.filter(state="confirmed").values_list("name", flat=True)) == {"物流", "收费"}
    url = f"/api/v1/theme-groupings/{again(director).pk}/carried"
    status, answer = send(client, "POST", url)
    assert (status, answer["missing"]) == (200, [])
    assert {t["carried_from"] for t in answer["themes"] if t["state"] == "confirmed"} == set(
        new.themes.filter(state="confirmed").values_list("pk", flat=True)
    )
    assert send(client, "POST", url)[0] == 409
