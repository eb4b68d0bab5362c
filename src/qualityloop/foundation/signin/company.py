"""Signing in with the organisation's own accounts (OpenID Connect): who comes is matched to an account that exists."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthError
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.audit.actions import ACCOUNT_LINKED
from qualityloop.foundation.audit.recording import record
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.models import User
from qualityloop.foundation.permissions import public

log = logging.getLogger(__name__)


class CheckedOpenID(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """Always checks the signature of the identity token, and that both answers speak of the same person."""

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **more: Any) -> SocialLogin:
        """The identity, or OAuth2Error."""
        id_token = more["response"].get("id_token")
        if not id_token:
            raise OAuth2Error("the server sent no identity token")
        identity = self._decode_id_token(app, id_token)
        info = self._fetch_user_info(token.token)
        if not info.get("sub") or info["sub"] != identity.get("sub"):
            raise OAuth2Error("identity token and user information are about different people")
        return self.get_provider().sociallogin_from_response(request, {"userinfo": info, "id_token": identity})

    def _decode_id_token(self, app: SocialApp, id_token: str) -> Any:
        return jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
            verify_signature=True,
        )


@public
def company_login(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Go to the organisation's sign-in page."""
    return _view(OAuth2LoginView, request, provider_id)


@public
def company_back(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Come back from there."""
    return _view(OAuth2CallbackView, request, provider_id)


@public
def company_cancelled(request: HttpRequest) -> HttpResponseBase:
    """The person turned round on the other side."""
    return refused(request, _("You did not finish signing in there."), 200)


def _view(kind: Any, request: HttpRequest, provider_id: str) -> HttpResponseBase:
    try:
        answer: HttpResponseBase = kind.adapter_view(CheckedOpenID(request, provider_id))(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    return answer


def refused(request: HttpRequest, why: str, status: int = 403) -> HttpResponseBase:
    """Say why nobody is signed in."""
    return render(request, "account/refused.html", {"why": why}, status=status)


class CompanyAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Matches whoever comes from the organisation's sign-in to an account; makes one only where a setting says so."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Never: `pre_social_login` decides."""
        return False

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, **_more: Any
    ) -> None:
        """Any fault of the protocol: the details go to the log, not on the page."""
        if error == AuthError.CANCELLED:
            return
        log.warning("sign-in at %s failed: %s %s", provider, error, exception)
        raise ImmediateHttpResponse(refused(request, _("The organisation's sign-in did not answer as it should.")))

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find the account, link it, or refuse."""
        if sociallogin.is_existing:
            return
        data = sociallogin.account.extra_data.get("userinfo", {})
        user = matching_account(data)
        with transaction.atomic():
            if user is None:
                user = self._made(request, data)
            after = {"sub": str(data.get("sub", ""))}
            record(
                actor=user, action=ACCOUNT_LINKED, record=user, before=None, after=after, address=address_of(request)
            )
            sociallogin.connect(request, user)

    def _made(self, request: HttpRequest, data: Mapping[str, Any]) -> User:
        username = str(data.get("preferred_username") or "")[:150]
        role = settings.QUALITYLOOP_OIDC_NEW_ROLE
        if not role:
            why = _("There is no account here for you. Ask your administrator to make one with your e-mail address.")
            raise ImmediateHttpResponse(refused(request, why))
        if not username or User.objects.filter(username=username).exists():
            why = _("There is an account of this name already that is not yours. Ask your administrator.")
            raise ImmediateHttpResponse(refused(request, why))
        email = str(data.get("email") or "") if data.get("email_verified") is True else ""
        return account_create(
            username=username, password=None, role=role, name=str(data.get("name") or "")[:150], email=email,
            address=address_of(request),
        )  # fmt: skip


def matching_account(data: Mapping[str, Any]) -> User | None:
    """The one account with the verified e-mail address, else the one with the preferred user name."""
    email, name = str(data.get("email") or ""), str(data.get("preferred_username") or "")
    if "email" in settings.QUALITYLOOP_OIDC_MATCH and email and data.get("email_verified") is True:
        found = list(User.objects.filter(email__iexact=email)[:2])
        if len(found) == 1:
            return found[0]
    if "username" in settings.QUALITYLOOP_OIDC_MATCH and name:
        return User.objects.filter(username=name).first()
    return None
