"""Language, theme, navigation, headers, error pages."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from django.utils import translation

from qualityloop.foundation import errors, navigation
from qualityloop.foundation.models import User
from qualityloop.foundation.permissions import SIGNED_IN, permission, public, requires

pytestmark = pytest.mark.django_db


def test_chinese_whatever_the_browser_prefers(client: Client) -> None:
    answer = client.get("/sign-in/", headers={"accept-language": "en-US,en"})
    assert '<html lang="zh-Hans"' in answer.content.decode()
    assert answer["Content-Language"] == "zh-Hans"


def test_the_language_is_kept_with_browser_and_account(signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    answer = client.post("/preferences/language/", {"language": "en", "next": "/account/"})
    assert answer["Location"] == "/account/"
    assert '<html lang="en"' in client.get("/account/").content.decode()
    assert User.objects.get().language == "en"
    client.post("/sign-out/")
    assert '<html lang="en"' in client.get("/sign-in/").content.decode()


@pytest.mark.parametrize("theme", ["light", "dark", "auto"])
def test_the_theme_is_in_the_page_from_the_start(client: Client, theme: str) -> None:
    client.post("/preferences/theme/", {"theme": theme})
    page = client.get("/sign-in/").content.decode()
    assert f'data-theme="{theme}"' in page
    assert f'data-bs-theme="{"dark" if theme == "dark" else "light"}"' in page


@pytest.mark.parametrize(
    ("address", "data"),
    [
        ("/preferences/theme/", {"theme": "neon"}),
        ("/preferences/language/", {"language": "tlh"}),
        ("/preferences/theme/", {}),
    ],
)
def test_odd_choices_change_nothing(client: Client, address: str, data: dict[str, str]) -> None:
    assert client.post(address, data).status_code == 302
    assert not client.cookies


def test_choosing_leads_nowhere_else(client: Client) -> None:
    answer = client.post("/preferences/theme/", {"theme": "dark", "next": "//elsewhere.example/"})
    assert answer["Location"] == "/"


def test_the_ten_stages_are_there_and_only_real_pages_are_links(signed_in: Callable[..., Client]) -> None:
    page = signed_in().get("/account/").content.decode()
    stages = re.findall(r'class="ql-loop-name">([^<]+)<', page)
    with translation.override("zh-hans"):
        assert stages == [str(stage.label) for stage in navigation.STAGES]
    assert len(stages) == 10
    client = signed_in()
    for address in set(re.findall(r'class="nav-link[^"]*" href="([^"]+)"', page)):
        assert client.get(address).status_code == 200


def test_customers_have_no_links_but_a_page_of_their_own(signed_in: Callable[..., Client]) -> None:
    client = signed_in("customer")
    assert client.get("/start/")["Location"] == "/account/"
    page = client.get("/account/").content.decode()
    assert "nav-link" not in page
    assert 'href="/indicators/"' not in page


def test_an_entry_needs_a_stage_that_exists() -> None:
    with pytest.raises(ValueError, match="nowhere"):
        navigation.register(navigation.Entry("x", "x", "x", SIGNED_IN, frozenset(), stage="nowhere"))


def test_a_permission_is_declared_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        permission(SIGNED_IN.key, "", frozenset())


def test_nothing_from_elsewhere_runs(client: Client) -> None:
    policy = client.get("/sign-in/")["Content-Security-Policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == "'self'"
    assert "unsafe" not in policy
    answer = client.get("/sign-in/")
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "no-cache" in answer["Cache-Control"]


@public
def _breaks(request: object) -> None:
    raise RuntimeError("broken on purpose")


urlpatterns = [path("breaks/", _breaks)]
handler500 = "qualityloop.foundation.errors.server_error"


@pytest.mark.parametrize(("language", "word"), [("zh-hans", "出错"), ("en", "Something went wrong")])
@override_settings(ROOT_URLCONF=__name__)
def test_our_own_faults_are_said_plainly(language: str, word: str) -> None:
    client = Client(raise_request_exception=False)
    client.cookies["ql_language"] = language
    answer = client.get("/breaks/")
    assert answer.status_code == 500
    assert word in answer.content.decode()
    assert "RuntimeError" not in answer.content.decode()


@pytest.mark.parametrize(("language", "word"), [("zh-hans", "没有这个页面"), ("en", "There is no such page")])
def test_no_such_page(client: Client, language: str, word: str) -> None:
    client.cookies["ql_language"] = language
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert word in answer.content.decode()


def test_other_refusals_have_pages_too(rf: RequestFactory) -> None:
    from django.contrib.auth.models import AnonymousUser

    request = rf.get("/")
    request.user = AnonymousUser()
    for view, status in ((errors.bad_request, 400), (errors.forbidden, 403), (errors.csrf_failure, 403)):
        answer = view(request)
        assert answer.status_code == status
        assert f">{status}<" in answer.content.decode()


def test_an_expired_form_is_explained() -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/preferences/theme/", {"theme": "dark"})
    assert answer.status_code == 403
    assert "表单已过期" in answer.content.decode()


def test_a_part_of_a_page_sends_the_whole_page_to_sign_in(client: Client) -> None:
    answer = client.get("/indicators/", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"].startswith("/sign-in/?next=")


def test_the_guard_answers_404_to_the_wrong_role(signed_in: Callable[..., Client], rf: RequestFactory) -> None:
    from django.http import Http404, HttpResponse

    right = type(SIGNED_IN)("test", "test", frozenset({"admin"}))
    view = requires(right)(lambda request: HttpResponse("seen"))
    request = rf.get("/")
    request.user = User(username="a", role="agent")
    with pytest.raises(Http404):
        view(request)
    request.user = User(username="b", role="admin")
    assert view(request).status_code == 200
    request.user = User(username="c", role="admin", is_active=False)
    with pytest.raises(Http404):
        view(request)
