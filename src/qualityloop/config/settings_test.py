"""Settings of the tests: a home of their own, plain static files, fast passwords."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from qualityloop.config.database import postgres, sqlite
from qualityloop.config.settings import *  # noqa: F403

QUALITYLOOP_HOME = Path(tempfile.gettempdir()) / "qualityloop-tests-have-no-home"  # tests that need one set it
QUALITYLOOP_PATIENCE = None  # tests want the answer
QUALITYLOOP_JOBS = "now"  # at commit, in the same process
SECRET_KEY = "only for tests"  # noqa: S105
DEBUG = False
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
# The same tests run on PostgreSQL: make test-postgresql.
_ADDRESS = os.environ.get("QUALITYLOOP_TEST_DATABASE", "")
if _ADDRESS:
    DATABASES = {"default": postgres(_ADDRESS)}
else:
    # A file, as in an installation: in memory, all requests of a browser would share one connection, and crash.
    _RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    _FILE = Path(tempfile.gettempdir()) / f"qualityloop-{_RUN}.sqlite3"
    DATABASES = {"default": {**sqlite(_FILE), "TEST": {"NAME": str(_FILE)}}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
ACCOUNT_RATE_LIMITS = False  # every test comes from the same address
