"""`qualityloop account`: make an account, or give a new password, where nobody can sign in to do so."""

from __future__ import annotations

import argparse
import sys

from qualityloop.analysis.messages import AnalysisError, message
from qualityloop.cli.arguments import Parser, WrongUse
from qualityloop.cli.terminal import Terminal


def add(commands: argparse._SubParsersAction[Parser], shared: Parser, language: str) -> None:
    """The arguments of `account`."""
    text = message("make an account, or give a new password to one").in_language(language)
    parser = commands.add_parser("account", parents=[shared], help=text, description=text)
    parser.add_argument(
        "username", metavar=message("USER").in_language(language), help=message("user name").in_language(language)
    )
    parser.add_argument(
        "--role",
        metavar=message("ROLE").in_language(language),
        help=message("role of the new account: admin, director, qc …; without it, the account must exist").in_language(
            language
        ),
    )
    parser.add_argument(
        "--name",
        default="",
        metavar=message("NAME").in_language(language),
        help=message("name of the person").in_language(language),
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """A one-time password on stdout; it must be changed at the first sign-in."""
    from qualityloop.config.prepare import prepare

    prepare()
    from django.contrib.auth.validators import UnicodeUsernameValidator
    from django.core.exceptions import ValidationError

    from qualityloop.foundation.access.current import current_roles
    from qualityloop.foundation.accounts import ONE_TIME_DAYS, account_make, password_reset
    from qualityloop.foundation.models import User

    user = User.objects.filter(username__iexact=options.username).first()
    if options.role is None:
        if user is None:
            raise AnalysisError(
                message("there is no account “{name}”; --role says what to make", name=options.username)
            )
        password = password_reset(actor=None, user=user)
    else:
        if options.role not in current_roles().roles:
            known = ", ".join(current_roles().roles)
            raise WrongUse(message("there is no role “{role}”; there are {known}", role=options.role, known=known))
        if user is not None:
            raise AnalysisError(message("there is an account “{name}” already", name=user.username))
        try:
            UnicodeUsernameValidator()(options.username)
        except ValidationError as error:
            raise WrongUse(
                message("“{name}” is no user name: letters, digits and @ . + - _ only", name=options.username)
            ) from error
        _user, password = account_make(
            actor=None, username=options.username, name=options.name or options.username, email="", role=options.role
        )
    print(password)  # noqa: T201
    sys.stdout.flush()
    terminal.note(
        message("One-time password of {name}, good for {days} days.", name=options.username, days=ONE_TIME_DAYS)
    )
    return 0
