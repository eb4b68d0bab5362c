"""HTML built from Python: everything is escaped unless it is `Html` already."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

Child = str | int | None


class Html(str):
    """Text that is markup; `markup.tag` takes any other text as text."""

    __slots__ = ()


_VOID = {"meta", "link", "br", "hr", "col", "input"}


def tag(element: str, /, *children: Child, **attributes: str | int | float | bool | None) -> Html:
    """One element. `class_` is class, `data_chart` data-chart; True is a bare attribute, None and False none."""
    parts = [f"<{element}"]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        parts.append(f" {key.rstrip('_').replace('_', '-')}")
        if value is not True:
            parts.append(f'="{escape(str(value))}"')
    parts.append(">")
    if element not in _VOID:
        parts += [text(child) for child in children]
        parts.append(f"</{element}>")
    return Html("".join(parts))


def text(child: Child) -> Html:
    """`child` as markup: escaped, or as it is when it is markup; nothing for None."""
    if child is None:
        return Html("")
    return child if isinstance(child, Html) else Html(escape(str(child), quote=False))


def joined(children: Iterable[Child], between: str = "") -> Html:
    """Several pieces one after the other."""
    return Html(escape(between, quote=False).join(text(child) for child in children))
