"""Signing in and out, one's own account, language and theme."""

from __future__ import annotations

from allauth.account.views import LoginView, LogoutView, PasswordChangeView
from django.urls import include, path

from qualityloop.foundation import views
from qualityloop.foundation.access import views as access
from qualityloop.foundation.audit.views import audit_log
from qualityloop.foundation.permissions import SIGNED_IN, public, requires

own = [
    path("start/", views.start, name="start"),
    path("account/", views.account, name="account"),
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
    path("sign-in/", public(LoginView.as_view()), name="account_login"),
    path("sign-out/", public(LogoutView.as_view()), name="account_logout"),
    path("account/password/", requires(SIGNED_IN)(PasswordChangeView.as_view()), name="account_change_password"),
    path("sign-in/inactive/", public(views.closed), name="account_inactive"),
    path("", include((own, "foundation"))),
]
