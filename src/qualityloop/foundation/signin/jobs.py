"""What signing in leaves behind, taken away by the clock."""

from __future__ import annotations

from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.jobs import Progress, job, schedule
from qualityloop.foundation.signin.lockout import attempts_forget
from qualityloop.foundation.signin.models import SignIn

FORGET = "signin.forget"


@job(FORGET, _("Ended sessions and old sign-in attempts are removed"), quiet=True)
def forget(progress: Progress) -> None:
    """Remove sessions that are over, what is noted of them, and wrong passwords of more than a month ago."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    SignIn.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    attempts_forget()


schedule(FORGET, cron="20 3 * * *")
