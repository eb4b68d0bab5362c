"""Settings of accounts, lock-out, second factors and the organisation's own sign-in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # refuses while an account is locked
    "qualityloop.foundation.signin.backend.Backend",
]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

ACCOUNT_ADAPTER = "qualityloop.foundation.signin.adapter.ClosedAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False

MFA_ADAPTER = "qualityloop.foundation.signin.adapter.FactorsAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # accounts are made by administrators, so there is nothing to verify
MFA_TOTP_TOLERANCE = 1  # clocks of phones are off by up to half a minute
MFA_RECOVERY_CODES_SHOW_ONCE = True

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # nobody can lock out a colleague from elsewhere
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_NEVER_LOCKOUT_GET = True
AXES_DISABLE_ACCESS_LOG = True  # the audit log has it
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "login"]
AXES_USERNAME_CALLABLE = "qualityloop.foundation.signin.lockout.name_for_counting"
AXES_CLIENT_IP_CALLABLE = "qualityloop.foundation.signin.lockout.address_for_counting"
AXES_LOCKOUT_CALLABLE = "qualityloop.foundation.signin.lockout.locked_page"

SOCIALACCOUNT_ADAPTER = "qualityloop.foundation.signin.company.CompanyAdapter"
SOCIALACCOUNT_LOGIN_ON_GET = True  # a link: browsers apply form-action of the content policy to redirects of forms
SOCIALACCOUNT_QUERY_EMAIL = False
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"

COMPANY = "company"  # the name of the organisation's sign-in in addresses


def company_sign_in(environ: Mapping[str, str]) -> dict[str, Any]:
    """Settings of the organisation's sign-in; none where no issuer is named."""
    issuer = environ.get("QUALITYLOOP_OIDC_ISSUER", "").strip()
    app = {
        "provider_id": COMPANY,
        "name": environ.get("QUALITYLOOP_OIDC_NAME", ""),
        "client_id": environ.get("QUALITYLOOP_OIDC_CLIENT_ID", ""),
        "secret": environ.get("QUALITYLOOP_OIDC_CLIENT_SECRET", ""),
        "settings": {"server_url": issuer.rstrip("/"), "oauth_pkce_enabled": True},
    }
    return {
        "SOCIALACCOUNT_PROVIDERS": {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app] if issuer else []}},
        "QUALITYLOOP_OIDC_MATCH": tuple(
            part.strip() for part in environ.get("QUALITYLOOP_OIDC_MATCH", "email,username").split(",") if part.strip()
        ),
        "QUALITYLOOP_OIDC_NEW_ROLE": environ.get("QUALITYLOOP_OIDC_NEW_ROLE", "").strip(),
    }
