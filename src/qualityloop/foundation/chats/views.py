"""What the chats call; pages 工作群 for who connects them, and 聊天账号 for everybody."""

from __future__ import annotations

import logging

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from qualityloop.foundation.audit.presentation import history_panel
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.chats import services
from qualityloop.foundation.chats.commands import manual
from qualityloop.foundation.chats.forms import AppForm, LinkForm, NewForm
from qualityloop.foundation.chats.hearing import LINK, hear
from qualityloop.foundation.chats.models import ChatAccount, ChatApp, Vendor
from qualityloop.foundation.chats.permissions import CHATS
from qualityloop.foundation.chats.platforms import PLATFORMS
from qualityloop.foundation.chats.platforms.base import Call, Proof, Refused
from qualityloop.foundation.notices.jobs import absolute
from qualityloop.foundation.permissions import SIGNED_IN, person, public, requires

SHOWN = 50  # messages on the page of a chat
MOST = 64 * 1024  # bytes of a call
log = logging.getLogger(__name__)


@csrf_exempt
@public
@require_http_methods(["GET", "POST"])
def callback(request: HttpRequest, key: str) -> HttpResponse:
    """The address that a chat calls: its signature is the permission."""
    app = get_object_or_404(ChatApp, key=key, active=True)
    platform = PLATFORMS[app.platform]
    if len(request.body) > MOST:
        return JsonResponse({"message": "too long"}, status=413)
    headers = {name.lower(): value for name, value in request.headers.items()}
    now = timezone.now().timestamp()
    call = Call(str(request.method), request.GET.dict(), headers, request.body, now)
    try:
        heard = platform.hear(app.setup, call)
    except Refused as error:
        log.warning("call of %s refused: %s", app.pk, error.in_language("en"))
        return JsonResponse({"message": error.in_language("en")}, status=403)
    if isinstance(heard, Proof):
        return HttpResponse(heard.body, content_type=heard.content_type)
    text = hear(app, heard) if heard is not None else ""
    body, kind = platform.reply(app.setup, heard, text, now)
    return HttpResponse(body, content_type=kind)


@requires(CHATS)
@require_http_methods(["GET", "HEAD", "POST"])
def listed(request: HttpRequest) -> HttpResponse:
    """All connections, and which chat to connect next."""
    form = NewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect(reverse("chats:new") + f"?platform={form.cleaned_data['platform']}")
    context = {"apps": ChatApp.objects.all(), "form": form, "example": manual()}
    return render(request, "chats/chats.html", context, status=422 if form.errors else 200)


@requires(CHATS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Connect a chat."""
    vendor = request.GET.get("platform", Vendor.DINGTALK.value)
    if vendor not in PLATFORMS:
        raise Http404
    return _edited(request, ChatApp(platform=vendor))


@requires(CHATS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what was agreed."""
    return _edited(request, get_object_or_404(ChatApp, pk=pk))


@requires(CHATS)
@require_http_methods(["GET", "HEAD", "POST"])
def chat(request: HttpRequest, pk: int) -> HttpResponse:
    """One connection: the address for the chat, whose account is whose, what was said."""
    app = get_object_or_404(ChatApp, pk=pk)
    form = LinkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.account_link(actor=person(request), app=app, address=address_of(request), **form.cleaned_data)
        except ValidationError as error:
            for name, texts in error.message_dict.items():
                form.add_error(name, texts)
        else:
            messages.success(request, _("Linked."))
            return redirect("chats:chat", pk)
    path = reverse("chats:callback", args=[app.key])
    context = {
        "app": app, "form": form, "accounts": app.accounts.select_related("user"),  # type: ignore[attr-defined]
        "heard": app.messages.select_related("user").order_by("-at", "-pk")[:SHOWN],  # type: ignore[attr-defined]
        "callback": absolute(path) or request.build_absolute_uri(path), **history_panel(app),
    }  # fmt: skip
    return render(request, "chats/chat.html", context, status=422 if form.errors else 200)


@requires(CHATS)
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a chat."""
    app = get_object_or_404(ChatApp, pk=pk)
    services.app_remove(actor=person(request), app=app, address=address_of(request))
    messages.success(request, _("Removed."))
    return redirect("chats:chats")


@requires(CHATS)
@require_POST
def unlink(request: HttpRequest, pk: int, mark: int) -> HttpResponse:
    """End a link."""
    account = get_object_or_404(ChatAccount, pk=mark, app=pk)
    services.account_unlink(actor=person(request), account=account, address=address_of(request))
    messages.success(request, _("Unlinked."))
    return redirect("chats:chat", pk)


@requires(SIGNED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """One's own accounts in chats, and a code to link another; the code is shown in the answer itself."""
    user = person(request)
    code = services.code_make(user=user) if request.method == "POST" else ""
    context = {
        "accounts": user.chat_accounts.select_related("app"), "code": code, "word": LINK[0],  # type: ignore[attr-defined]
        "apps": ChatApp.objects.filter(active=True), "example": manual(),
    }  # fmt: skip
    answer = render(request, "chats/mine.html", context)
    if code:
        answer["Cache-Control"] = "no-store"
    return answer


@requires(SIGNED_IN)
@require_POST
def unlink_mine(request: HttpRequest, pk: int) -> HttpResponse:
    """End one's own link."""
    user = person(request)
    account = get_object_or_404(ChatAccount, pk=pk, user=user)
    services.account_unlink(actor=user, account=account, address=address_of(request))
    messages.success(request, _("Unlinked."))
    return redirect("chats:mine")


def _edited(request: HttpRequest, app: ChatApp) -> HttpResponse:
    form = AppForm(app, request.POST or None)
    if request.method == "POST" and form.is_valid():
        saved = services.app_save(actor=person(request), app=app, values=form.cleaned_data, address=address_of(request))
        messages.success(request, _("Kept."))
        return redirect("chats:chat", saved.pk)
    back = reverse("chats:chat", args=[app.pk]) if app.pk else reverse("chats:chats")
    context = {
        "form": form, "title": app.name or str(form.platform.label), "back": back,
        "crumbs": [(reverse("chats:chats"), _("Work chats"))],
        "note": _("From the page of the application in the chat’s administration. Kept secrets are never shown again."),
    }  # fmt: skip
    return render(request, "foundation/form_page.html", context, status=422 if form.errors else 200)
