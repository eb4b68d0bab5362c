"""Workers that are killed while they tell people: nobody is told twice, and nothing is lost."""

from __future__ import annotations

import asyncio
import signal
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.jobs.models import JobRun
from qualityloop.foundation.models import User
from qualityloop.foundation.notices import notify
from qualityloop.foundation.notices.models import Choice, Delivery, Notice, Sent, Wishes
from qualityloop.foundation.webhooks import announce
from qualityloop.foundation.webhooks.events import PING
from qualityloop.foundation.webhooks.models import Call, Subscription
from tests.foundation.notices.chats import Chat, chat_server
from tests.foundation.webhooks.test_webhooks import other_system
from tests.processes.programs import kill, running, until, working
from tests.processes.proving.jobs import NEWS

pytestmark = pytest.mark.xdist_group("processes")
SLOW = 10.0  # seconds; long enough to be killed in


class Post:
    """A mail server that takes its time to answer."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.slow = 0.0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(envelope.content)
        await asyncio.sleep(self.slow)
        return "250 OK"


@pytest.fixture
def post() -> Iterator[tuple[Post, int]]:
    post = Post()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(post, hostname="127.0.0.1", port=port)
    controller.start()
    yield post, port
    controller.stop()


@pytest.fixture
def chat() -> Iterator[Chat]:
    with chat_server() as chat:
        yield chat


@pytest.fixture
def lin(environment: dict[str, str], chat: Chat, post: tuple[Post, int], settings: Any) -> User:
    """Somebody who is told by e-mail and by a robot, and not on the page."""
    environment |= {
        "QUALITYLOOP_OUTWARD": "127.0.0.1/32", "QUALITYLOOP_CHAT_HOSTS": "127.0.0.1",
        "QUALITYLOOP_EMAIL": f"smtp://127.0.0.1:{post[1]}?plain=1",
    }  # fmt: skip
    settings.QUALITYLOOP_EMAIL_READY = True
    user = account_create(username="lin", password="a good Passw0rd", role="agent")
    User.objects.filter(pk=user.pk).update(email="lin@example.com")
    user.refresh_from_db()
    Wishes.objects.create(user=user, wecom_url=chat.address("/cgi-bin/webhook/send?key=a-key"))
    Choice.objects.create(user=user, kind=NEWS.key, transport="page", how="off")
    return user


def states() -> list[str]:
    return sorted(Delivery.objects.values_list("state", flat=True))


def test_killed_between_commit_and_sending(
    environment: dict[str, str], lin: User, chat: Chat, post: tuple[Post, int]
) -> None:
    with working(environment) as program:
        until(lambda: program.poll() is None, "the program runs")
        program.send_signal(signal.SIGKILL)
        notify(to=[lin], kind=NEWS, subject="导入完成")
    assert states() == ["waiting", "waiting"]
    with working(environment):
        until(lambda: states() == ["sent", "sent"], "both are sent")
    assert (len(chat.got), len(post[0].mails)) == (1, 1)


def test_killed_between_sending_and_noting(
    environment: dict[str, str], lin: User, chat: Chat, post: tuple[Post, int]
) -> None:
    """The other side has it, the answer never came back: a person decides, nobody is told twice."""
    chat.slow = post[0].slow = SLOW
    with working(environment, workers=2):
        [notice] = notify(to=[lin], kind=NEWS, subject="导入完成")
        for told in (lambda: bool(chat.got), lambda: bool(post[0].mails)):
            until(told, "it has arrived")
        for worker in running():
            kill(worker)
        until(lambda: not Delivery.objects.filter(state__in=["waiting", "sending"]).exists(), "it is noted")
        time.sleep(1)
    assert (len(chat.got), len(post[0].mails)) == (1, 1)
    assert states() == ["unsure", "unsure"]
    notice.refresh_from_db()
    assert notice.on_page
    assert set(JobRun.objects.values_list("state", flat=True)) == {"done"}


def test_killed_while_it_tells_many(environment: dict[str, str], lin: User, chat: Chat, post: tuple[Post, int]) -> None:
    """Whenever it happens: each is told at most once, and who was surely not told finds it on the page."""
    chat.slow = post[0].slow = 0.15
    with working(environment, workers=2):
        for number in range(20):
            notify(to=[lin], kind=NEWS, subject=f"news {number}")
        for done in (3, 12, 22):
            until(lambda done=done: len(chat.got) + len(post[0].mails) > done, "under way")
            for worker in running()[:1]:
                kill(worker)
        until(lambda: not Delivery.objects.filter(state__in=["waiting", "sending"]).exists(), "all is settled")
    assert len({body["markdown"]["content"] for body in chat.got}) == len(chat.got)
    assert len({mail.split(b"Subject: ")[1].split(b"\r\n")[0] for mail in post[0].mails}) == len(post[0].mails)
    sent, unsure = (Delivery.objects.filter(state=state) for state in (Sent.SENT, Sent.UNSURE))
    assert sent.count() + unsure.count() == 40
    assert sent.count() <= len(chat.got) + len(post[0].mails) <= 40
    assert unsure.count() <= 6
    assert not Notice.objects.filter(deliveries__in=unsure, on_page=False).exists()


def test_a_webhook_is_called_again_with_the_same_key(environment: dict[str, str], lin: User) -> None:
    with other_system() as other:
        Subscription.objects.create(name="ERP", url=f"http://127.0.0.1:{other.port}/", events=[PING.key])
        other.slow = SLOW
        with working(environment):
            announce(PING.key, {})
            until(lambda: len(other.got) == 1, "it has arrived")
            other.slow = 0
            kill(running()[0])
            until(lambda: Call.objects.get().state == "done", "it is taken")
    assert len({headers["QualityLoop-Delivery"] for headers, _ in other.got}) == 1
    assert len(other.got) == 2
