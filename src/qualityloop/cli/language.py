"""Which language the command speaks: --lang, then QUALITYLOOP_LANG, then the locale, else Chinese."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def _short(text: str) -> str:
    return "zh" if text.lower().startswith("zh") else "en"


def choose_language(arguments: Sequence[str], environ: Mapping[str, str]) -> str:
    """ "zh" or "en". A locale that names no language (unset, C, POSIX, C.UTF-8) means Chinese, the product's own."""
    for position, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument == "--lang" and position + 1 < len(arguments):
            return _short(arguments[position + 1])
        if argument.startswith("--lang="):
            return _short(argument.removeprefix("--lang="))
    if chosen := environ.get("QUALITYLOOP_LANG"):
        return _short(chosen)
    for variable in LOCALE_VARIABLES:
        if locale := environ.get(variable):
            name = locale.split(".")[0]
            return "zh" if name in ("C", "POSIX") else _short(name)
    return "zh"
