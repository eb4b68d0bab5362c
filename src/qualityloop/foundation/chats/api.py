"""Operations on work chats, the accounts in them, and one's own code."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from ninja import Path, Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from qualityloop.foundation.api import Strict, Whole, allows, register_router, spoken
from qualityloop.foundation.api.filling import filled
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.chats import services
from qualityloop.foundation.chats.forms import AppForm, LinkForm
from qualityloop.foundation.chats.models import ChatAccount, ChatApp
from qualityloop.foundation.chats.permissions import CHATS
from qualityloop.foundation.permissions import SIGNED_IN, person

chats = Router(tags=[spoken(_("Work chats"))])

Line = Annotated[str, Field(min_length=1, max_length=100)]
Word = Annotated[str, Field(max_length=200)]
Mark = Annotated[int, Path(ge=1, le=2**62, description=spoken(_("Key of the link")))]
Vendors = Literal["dingtalk", "feishu", "wecom"]


class ChatAnswer(BaseModel):
    """A robot of ours in a work chat; its secrets are never answered."""

    id: int
    platform: Vendors
    name: str
    corp: str
    active: bool
    callback: str = Field(description=spoken(_("The address for the chat’s administration, below our own")))
    made_at: datetime


class ChatChange(Strict):
    """What was agreed with the chat; what is left out stays."""

    name: Line | None = None
    secret: Word | None = Field(None, description=spoken(_("AppSecret, Encrypt Key or EncodingAESKey")))
    token: Word | None = Field(None, description=spoken(_("Verification Token (Feishu) or Token (WeCom)")))
    corp: Word | None = Field(None, description=spoken(_("CorpId, or App ID of Feishu")))
    api_secret: Word | None = Field(None, description=spoken(_("App Secret of Feishu")))
    api_url: Word | None = Field(None, description=spoken(_("Open platform of Feishu, where it is another")))
    active: bool | None = None


class NewChat(ChatChange):
    """Which chat, and what was agreed with it."""

    platform: Vendors
    active: bool | None = True


class ChatAccountAnswer(BaseModel):
    """A person of the chat is a person of ours."""

    id: int
    external: str
    user: str
    name: str
    linked_at: datetime


class NewChatAccount(Strict):
    """Who it is there, and who here."""

    external: Annotated[str, Field(min_length=1, max_length=128)]
    user: Whole = Field(ge=1, description=spoken(_("Key of the account")))


class MyChatAccount(BaseModel):
    """One's own account in a chat."""

    id: int
    chat: str
    external: str
    linked_at: datetime


class CodeAnswer(BaseModel):
    """What to write to the robot, once, within a quarter of an hour."""

    code: str


@chats.get(
    "", response=list[ChatAnswer], operation_id="chats_list",
    **allows(CHATS, _("Work chats"), _("By name, without their secrets.")),
)  # fmt: skip
def listed(request: HttpRequest) -> list[dict[str, Any]]:
    """By name, without their secrets."""
    return [_chat(one) for one in ChatApp.objects.all()]


@chats.post(
    "", response={201: ChatAnswer}, operation_id="chats_make",
    **allows(CHATS, _("Connect a work chat"), _("Give the address of the answer to the chat.")),
)  # fmt: skip
def make(request: HttpRequest, chat: NewChat) -> Status[dict[str, Any]]:
    """Give the address of the answer to the chat."""
    values = chat.model_dump(exclude_none=True)
    return Status(201, _chat(_save(request, ChatApp(platform=values.pop("platform")), values)))


@chats.get(
    "/mine", response=list[MyChatAccount], operation_id="chats_mine",
    **allows(SIGNED_IN, _("One’s own accounts in chats"), _("As linked by a code or by an administrator.")),
)  # fmt: skip
def mine(request: HttpRequest) -> list[dict[str, Any]]:
    """As linked by a code or by an administrator."""
    found = ChatAccount.objects.filter(user=person(request)).select_related("app")
    names = ("external", "linked_at")
    return [{"id": one.pk, "chat": str(one.app), **{name: getattr(one, name) for name in names}} for one in found]


@chats.post(
    "/code", response={201: CodeAnswer}, operation_id="chats_code",
    **allows(SIGNED_IN, _("A code to link one’s account in a chat"), _("Valid once, for a quarter of an hour.")),
)  # fmt: skip
def code(request: HttpRequest) -> Status[dict[str, str]]:
    """Valid once, for a quarter of an hour."""
    return Status(201, {"code": services.code_make(user=person(request))})


@chats.patch(
    "/{pk}", response=ChatAnswer, operation_id="chats_change",
    **allows(CHATS, _("Change a work chat"), _("What is left out stays.")),
)  # fmt: skip
def change(request: HttpRequest, pk: Key, chat: ChatChange) -> dict[str, Any]:
    """What is left out stays."""
    return _chat(_save(request, _found(pk), chat.model_dump(exclude_none=True)))


@chats.delete(
    "/{pk}", response={204: None}, operation_id="chats_remove",
    **allows(CHATS, _("Remove a work chat"), _("With the accounts in it and what was said.")),
)  # fmt: skip
def remove(request: HttpRequest, pk: Key) -> Status[None]:
    """With the accounts in it and what was said."""
    services.app_remove(actor=person(request), app=_found(pk), address=address_of(request))
    return Status(204, None)


@chats.get(
    "/{pk}/accounts", response=list[ChatAccountAnswer], operation_id="chats_accounts",
    **allows(CHATS, _("Linked accounts of a work chat"), _("Who is who.")),
)  # fmt: skip
def accounts(request: HttpRequest, pk: Key) -> list[dict[str, Any]]:
    """Who is who."""
    return [_account(one) for one in ChatAccount.objects.filter(app=_found(pk)).select_related("user")]


@chats.post(
    "/{pk}/accounts", response={201: ChatAccountAnswer}, operation_id="chats_link",
    **allows(CHATS, _("Link an account in a work chat"), _("One of each.")),
)  # fmt: skip
def link(request: HttpRequest, pk: Key, account: NewChatAccount) -> Status[dict[str, Any]]:
    """One of each."""
    values = filled(LinkForm, account.model_dump())
    made = services.account_link(actor=person(request), app=_found(pk), address=address_of(request), **values)
    return Status(201, _account(made))


@chats.delete(
    "/{pk}/accounts/{mark}", response={204: None}, operation_id="chats_unlink",
    **allows(CHATS, _("Unlink an account in a work chat"), _("What it says is a stranger’s word from then on.")),
)  # fmt: skip
def unlink(request: HttpRequest, pk: Key, mark: Mark) -> Status[None]:
    """What it says is a stranger's word from then on."""
    found = ChatAccount.objects.filter(app=_found(pk), pk=mark).select_related("app", "user").first()
    if found is None:
        raise Http404
    services.account_unlink(actor=person(request), account=found, address=address_of(request))
    return Status(204, None)


def _save(request: HttpRequest, app: ChatApp, changes: dict[str, Any]) -> ChatApp:
    values = filled(partial(AppForm, app), changes)
    return services.app_save(actor=person(request), app=app, values=values, address=address_of(request))


def _found(pk: int) -> ChatApp:
    found = ChatApp.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _chat(app: ChatApp) -> dict[str, Any]:
    names = ("platform", "name", "corp", "active", "made_at")
    said = {name: getattr(app, name) for name in names}
    return {"id": app.pk, **said, "callback": reverse("chats:callback", args=[app.key])}


def _account(one: ChatAccount) -> dict[str, Any]:
    names = ("external", "name", "linked_at")
    return {"id": one.pk, "user": one.user.username, **{name: getattr(one, name) for name in names}}


register_router("chats", chats)
