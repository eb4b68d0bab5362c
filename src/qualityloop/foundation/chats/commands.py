"""What can be said to a robot; every room declares its commands."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from qualityloop.foundation.models import User

MENTIONS = re.compile(r"^(?:\s*@\S+(?:\s+|$))+")


@dataclass(frozen=True, slots=True)
class Heard:
    """What somebody whom we know has said after the word of the command; `address` says by which chat, for the log."""

    user: User
    text: str
    address: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What the chat is answered, in the person's language, and whether what was asked was done."""

    text: str
    done: bool = True


@dataclass(frozen=True, slots=True)
class Command:
    """Words that begin a message, what they do, and how to write it, for who has written something else."""

    words: tuple[str, ...]
    work: Callable[[Heard], Reply]
    example: str | Promise


COMMANDS: dict[str, Command] = {}


def register_command(words: tuple[str, ...], work: Callable[[Heard], Reply], example: str | Promise) -> None:
    """Declare a command; the words of two commands differ."""
    made = Command(words, work, example)
    for word in words:
        if word in COMMANDS:
            raise ValueError(f"the word {word} begins another command")
        COMMANDS[word] = made


def split(text: str) -> tuple[str, str]:
    """The word of a command with which `text` begins, mentions aside, and the rest; an empty word where none does."""
    said = MENTIONS.sub("", text).strip()
    for word in sorted(COMMANDS, key=len, reverse=True):
        if said.casefold().startswith(word.casefold()):
            return word, said[len(word) :].strip()
    return "", said


def manual() -> str:
    """What can be written, one line for each command."""
    lines: dict[int, str] = {id(one): str(one.example) for one in COMMANDS.values()}
    return "\n".join((_("What I understand:"), *(f"· {line}" for line in lines.values())))
