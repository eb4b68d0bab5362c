"""What follows when somebody has said something: known or not, understood or not, done once, answered."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qualityloop.analysis.messages import AnalysisError
from qualityloop.foundation import outward
from qualityloop.foundation.chats.commands import COMMANDS, Heard, manual, split
from qualityloop.foundation.chats.models import ChatAccount, ChatApp, ChatMessage, Outcome
from qualityloop.foundation.chats.platforms import PLATFORMS
from qualityloop.foundation.chats.platforms.base import Refused, Said
from qualityloop.foundation.chats.services import code_use
from qualityloop.foundation.jobs import Later, Progress, enqueue, job, schedule
from qualityloop.foundation.models import User
from qualityloop.foundation.wording import kept

LINK = ("绑定", "link")
MOST_WRONG, WITHIN = 5, timedelta(hours=1)
PAUSE = 60  # seconds before the next attempt to answer
KEPT = timedelta(days=180)


def hear(app: ChatApp, said: Said) -> str:
    """The answer to what was said. What was heard before is not done again: it is answered as it was then."""
    try:
        with transaction.atomic():
            row = ChatMessage.objects.create(
                app=app, message=said.message[:200], external=said.sender[:128], text=_storable(said.text)[:2000],
                back=said.back[:500], outcome=Outcome.HELP,
            )  # fmt: skip
            account = ChatAccount.objects.select_related("user").filter(app=app, external=said.sender).first()
            user = account.user if account is not None and account.user.is_active else None
            with translation.override((user.language if user else "") or settings.LANGUAGE_CODE):
                row.user, row.outcome, row.answer = _done(app, said, user)
            row.save()
            if row.back and row.answer:
                enqueue("chats.answer", once=f"chat-{row.pk}", message_id=row.pk)
    except IntegrityError:
        row = ChatMessage.objects.get(app=app, message=said.message[:200])
    return row.answer


def _done(app: ChatApp, said: Said, user: User | None) -> tuple[User | None, Outcome, str]:
    """Who it was, what became of it, what is answered."""
    address = f"{app.platform}:{said.sender}"[:64]
    word, rest = split(said.text)
    if not word:
        for known in LINK:
            if rest.casefold().startswith(known):
                return _linked(app, said, rest[len(known) :].strip(), user, address)
    if user is None:
        return (
            None,
            Outcome.STRANGER,
            _("I do not know who you are. Fetch a code in QualityLoop under “Chat accounts”, then write: link CODE"),
        )
    if not word:
        return user, Outcome.HELP, manual()
    try:
        with transaction.atomic():
            reply = COMMANDS[word].work(Heard(user, _storable(rest), address))
    except (ValidationError, AnalysisError) as error:
        words = " ".join(error.messages) if isinstance(error, ValidationError) else error.in_language(_language())
        return user, Outcome.REFUSED, words
    return user, Outcome.DONE if reply.done else Outcome.REFUSED, reply.text


def _linked(app: ChatApp, said: Said, code: str, user: User | None, address: str) -> tuple[User | None, Outcome, str]:
    """Somebody says a code. Who guesses too often is not listened to for an hour."""
    wrong = ChatMessage.objects.filter(
        app=app, external=said.sender, outcome=Outcome.WRONG_CODE, at__gt=timezone.now() - WITHIN
    )
    if wrong.count() >= MOST_WRONG:
        return user, Outcome.REFUSED, _("Too many wrong codes. Please try again in an hour.")
    try:
        found = code_use(app=app, code=code, external=said.sender, name=said.name, address=address)
    except ValidationError as error:
        return user, Outcome.REFUSED, " ".join(error.messages)
    if found is None:
        return user, Outcome.WRONG_CODE, _("This code is wrong or over. Fetch a new one under “Chat accounts”.")
    with translation.override(found.language or settings.LANGUAGE_CODE):
        text = _("You are {name} now. {manual}").format(name=found, manual=manual())
    return found, Outcome.DONE, text


@job("chats.answer", gettext_lazy("Answer into a chat"), longest=120, quiet=True)
def answer(progress: Progress, *, message_id: int) -> None:
    """Send the answer to one message; an attempt that may have arrived is not repeated."""
    row = ChatMessage.objects.select_related("app").filter(pk=message_id).exclude(back="").first()
    if row is None:
        return
    try:
        row.answer_id = PLATFORMS[row.app.platform].answer(
            row.app.setup, row.back, row.external, row.answer, f"quality-loop-{row.pk}"
        )[:200]
        row.error_json = ""
    except outward.NotSent as error:
        over = timezone.now() - row.at > timedelta(hours=1)  # by then the address of a conversation is void
        ChatMessage.objects.filter(pk=row.pk).update(error_json=kept(error.text))
        if not over:
            raise Later(PAUSE, error.text) from error
        row.error_json = kept(error.text)
    except (Refused, outward.Forbidden, outward.Unknown) as error:
        row.error_json = kept(error.text)
    row.back = ""
    row.save(update_fields=["answer_id", "error_json", "back"])


@job("chats.forget", gettext_lazy("Old messages from chats are removed"), quiet=True)
def forget(progress: Progress) -> None:
    """Remove what was said more than half a year ago; what was done stands in the log."""
    ChatMessage.objects.filter(at__lt=timezone.now() - KEPT).delete()


schedule("chats.forget", cron="45 3 * * *")


def _storable(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()


def _language() -> str:
    return translation.get_language() or settings.LANGUAGE_CODE
