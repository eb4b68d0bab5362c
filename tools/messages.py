"""Messages: extract English msgids, check that 简体中文 is complete, compile.

python tools/messages.py update     add new msgids to the catalogue, drop those no longer used
python tools/messages.py check      fail on a missing, empty, fuzzy or unused entry, or on differing placeholders
python tools/messages.py compile    check the entries and write the .mo file (also run by every build)
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "qualityloop"
CATALOGUE = SOURCE / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
KEYWORDS = {
    name: spec
    for names, spec in (
        (("_", "gettext", "gettext_lazy", "gettext_noop", "message"), None),
        (("ngettext", "ngettext_lazy"), (1, 2)),
        (("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    )
    for name in names
}
HALF_WIDTH = re.compile(r"\S[,;!?](?=[\u4e00-\u9fff“（])")  # Chinese text has ，；！？
WIDE = {",": "，", ";": "；", "!": "！", "?": "？"}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*(?:[:!][^{}]*)?\}")

Msgid = str | tuple[str, str]


def _entries(source: bytes) -> Iterator[tuple[str | None, Msgid]]:
    for _line, function, texts, _comments in extract_python(io.BytesIO(source), list(KEYWORDS), [], {}):
        values = texts if isinstance(texts, tuple) else (texts,)
        spec = KEYWORDS[function]
        if not values or not isinstance(values[0], str):
            continue
        if spec == (1, 2):
            yield None, (values[0], values[1])
        elif spec:
            yield values[0], values[1]
        else:
            yield None, values[0]


def _template_as_python(text: str) -> bytes:
    from django.utils.translation.template import templatize

    # The tokenizer minds indentation, a template does not.
    return "\n".join(line.strip() for line in templatize(text).splitlines()).encode()


def extract() -> Catalog:
    """Every msgid of the package's Python files and templates."""
    found = Catalog(
        locale="zh_Hans",
        charset="utf-8",
        fuzzy=False,
        project="QualityLoop",
        version="1",
        header_comment="# 质环的简体中文文案。英文原文即 msgid。",
        msgid_bugs_address="",
        last_translator="",
        language_team="",
    )
    for path in sorted(SOURCE.rglob("*")):
        if path.suffix == ".py":
            source = path.read_bytes()
        elif path.suffix in (".html", ".txt") and "templates" in path.parts:
            source = _template_as_python(path.read_text(encoding="utf-8"))
        else:
            continue
        for context, msgid in _entries(source):
            if msgid and msgid != ("", ""):
                found.add(msgid, context=context)
    return found


def _read() -> Catalog:
    if not CATALOGUE.exists():
        return Catalog(locale="zh_Hans", charset="utf-8", fuzzy=False)
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh_Hans")


def _faults(catalogue: Catalog) -> list[str]:
    faults = ["the header is fuzzy"] if catalogue.fuzzy else []
    for entry in catalogue:
        if not entry.id:
            continue
        name = entry.id if isinstance(entry.id, str) else entry.id[0]
        texts = (entry.string,) if isinstance(entry.string, str) else tuple(entry.string or ())
        if entry.fuzzy:
            faults.append(f"fuzzy: {name!r}")
        elif not texts or not all(texts):
            faults.append(f"not translated: {name!r}")
        elif any(set(PLACEHOLDER.findall(text)) - set(PLACEHOLDER.findall(str(entry.id))) for text in texts):
            faults.append(f"unknown placeholder in the translation of {name!r}")
        elif isinstance(entry.id, str) and set(PLACEHOLDER.findall(name)) - set(PLACEHOLDER.findall(texts[0])):
            faults.append(f"a placeholder is lost in the translation of {name!r}")
    return faults


def _key(entry: Any) -> tuple[str, str]:
    return (str(entry.context or ""), entry.id if isinstance(entry.id, str) else entry.id[0])


def check() -> list[str]:
    """What is wrong with the catalogue, a line each; empty when it is complete."""
    catalogue, wanted = _read(), extract()
    have = {_key(e) for e in catalogue if e.id}
    want = {_key(e) for e in wanted if e.id}
    faults = [f"missing: {key[1]!r}" for key in sorted(want - have)]
    faults += [f"no longer used: {key[1]!r}" for key in sorted(have - want)]
    faults += [f"half-width punctuation in the translation of {_key(e)[1]!r}" for e in catalogue if _narrow(e.string)]
    return faults + _faults(catalogue)


def _narrow(text: str | tuple[str, ...] | None) -> bool:
    return any(HALF_WIDTH.search(one) for one in ((text,) if isinstance(text, str) else text or ()))


def _full_width(text: str | tuple[str, ...]) -> str | tuple[str, ...]:
    """Punctuation between Chinese characters as Chinese has it."""
    if not isinstance(text, str):
        return tuple(HALF_WIDTH.sub(lambda m: m[0][0] + WIDE[m[0][1]], one) for one in text)
    return HALF_WIDTH.sub(lambda m: m[0][0] + WIDE[m[0][1]], text)


def update() -> None:
    """Write the catalogue anew: known translations kept, new msgids empty, unused ones dropped."""
    known = {_key(e): e.string for e in _read() if e.id}
    fresh = extract()
    for entry in fresh:
        if entry.id and known.get(_key(entry)):
            entry.string = _full_width(known[_key(entry)])
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as file:
        write_po(file, fresh, omit_header=False, no_location=True, sort_output=True, width=0)
    # A creation date would make every run a change.
    text = CATALOGUE.read_text(encoding="utf-8")
    text = re.sub(r'^"(POT-Creation-Date|PO-Revision-Date|Generated-By):.*\n', "", text, flags=re.M)
    CATALOGUE.write_text(text, encoding="utf-8")


def compile_catalogue() -> None:
    """Write the .mo file; ValueError where an entry is fuzzy or not translated."""
    catalogue = _read()
    faults = _faults(catalogue)
    if faults:
        raise ValueError("messages are not complete:\n" + "\n".join(faults))
    with CATALOGUE.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalogue)


class MessagesBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """No wheel without complete messages."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        compile_catalogue()


def main(command: str) -> int:
    if command == "update":
        update()
        return 0
    if command == "check":
        faults = check()
        print("\n".join(faults) or "messages: complete")
        return 1 if faults else 0
    if command == "compile":
        compile_catalogue()
        return 0
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
