"""Signing in and out, one's own account, accounts and roles, language and theme."""

from __future__ import annotations

from allauth.account.views import LoginView, LogoutView, PasswordChangeView, ReauthenticateView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.base.views import ReauthenticateView as ReauthenticateByCodeView
from allauth.mfa.webauthn.views import LoginWebAuthnView, ReauthenticateWebAuthnView
from axes.decorators import axes_dispatch
from django.urls import include, path

from qualityloop.foundation import views
from qualityloop.foundation.access import account_views as accounts
from qualityloop.foundation.access import views as access
from qualityloop.foundation.access.account_list import ACCOUNTS_LIST
from qualityloop.foundation.audit.views import audit_log
from qualityloop.foundation.listing import listing_page
from qualityloop.foundation.permissions import SIGNED_IN, public, requires
from qualityloop.foundation.signin import company, factors
from qualityloop.foundation.signin.first import first_account

mine = requires(SIGNED_IN)

own = [
    path("start/", views.start, name="start"),
    path("sign-in/first/<str:token>/", first_account, name="first_account"),
    path("account/", views.account, name="account"),
    path("account/sessions/<int:pk>/end/", views.session_end, name="session_end"),
    path("account/sessions/end/", views.sessions_end_others, name="sessions_end"),
    path("accounts/", listing_page(ACCOUNTS_LIST), name="accounts"),
    path("accounts/new/", accounts.account_new, name="account_new"),
    path("accounts/<int:pk>/", accounts.account_page, name="account_page"),
    path("accounts/<int:pk>/password/", accounts.account_password, name="account_password"),
    path("accounts/<int:pk>/do/", accounts.account_do, name="account_do"),
    path("audit/", audit_log, name="audit"),
    path("roles/", access.roles, name="roles"),
    path("roles/new/", access.role_new, name="role_new"),
    path("roles/<slug:role>/", access.role, name="role"),
    path("roles/<slug:role>/back/", access.role_back, name="role_back"),
    path("preferences/language/", views.language, name="language"),
    path("preferences/theme/", views.theme, name="theme"),
]

# The names are those that allauth asks for.
urlpatterns = [
    path("sign-in/", public(axes_dispatch(LoginView.as_view())), name="account_login"),
    path("sign-in/code/", public(AuthenticateView.as_view()), name="mfa_authenticate"),
    path("sign-in/passkey/", public(LoginWebAuthnView.as_view()), name="mfa_login_webauthn"),
    path("sign-in/inactive/", public(views.closed), name="account_inactive"),
    path("sign-in/cancelled/", company.company_cancelled, name="socialaccount_login_cancelled"),
    path("sign-in/with/<slug:provider_id>/", company.company_login, name="openid_connect_login"),
    path("sign-in/with/<slug:provider_id>/back/", company.company_back, name="openid_connect_callback"),
    path("sign-out/", public(LogoutView.as_view()), name="account_logout"),
    path("account/confirm/", mine(ReauthenticateView.as_view()), name="account_reauthenticate"),
    path("account/confirm/code/", mine(ReauthenticateByCodeView.as_view()), name="mfa_reauthenticate"),
    path("account/confirm/passkey/", mine(ReauthenticateWebAuthnView.as_view()), name="mfa_reauthenticate_webauthn"),
    path("account/password/", mine(PasswordChangeView.as_view()), name="account_change_password"),
    path("account/factors/", views.factors, name="mfa_index"),
    path("account/factors/app/", mine(factors.ActivateApp.as_view()), name="mfa_activate_totp"),
    path("account/factors/app/remove/", mine(factors.DeactivateApp.as_view()), name="mfa_deactivate_totp"),
    path("account/factors/codes/", mine(factors.RecoveryCodes.as_view()), name="mfa_view_recovery_codes"),
    path("account/factors/codes/new/", mine(factors.NewRecoveryCodes.as_view()), name="mfa_generate_recovery_codes"),
    path("account/factors/passkeys/new/", mine(factors.AddPasskey.as_view()), name="mfa_add_webauthn"),
    path("account/factors/passkeys/<int:pk>/", mine(factors.RemovePasskey.as_view()), name="mfa_remove_webauthn"),
    path("", include((own, "foundation"))),
]
