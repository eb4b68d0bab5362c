"""流程对比: two periods, two teams, any two segments of the process beside each other."""

from __future__ import annotations

from django.http import HttpResponseBase, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from qualityloop.analysis.messages import Message, message
from qualityloop.analysis.problems.wording import format_number, value_label
from qualityloop.diagnosis import permissions, services
from qualityloop.diagnosis.compared import Told
from qualityloop.diagnosis.segments import SEGMENTS, Sided, chosen_of, segment_groups, segment_of, sides
from qualityloop.diagnosis.store import Result
from qualityloop.diagnosis.views.asked import Asked, asked
from qualityloop.foundation.export import FORMATS, table_response
from qualityloop.foundation.permissions import requires


@requires(permissions.PROCESS)
@require_safe
@asked
def compare(ask: Asked) -> HttpResponseBase:
    """Both sides, their map, and what differs."""
    if "ticket_events" not in ask.lake.datasets:
        return ask.render("process_empty.html")
    given, language = ask.request.GET, ask.language
    known = services.filter_values(ask.lake, SEGMENTS)
    one, other, notes = sides(given, ask.choice, ask.lake, ask.known, known)
    common = chosen_of(given, known)[0]
    a, b = (given.get(name) if segment_of(given.get(name, ""), known)[0] else None for name in ("a", "b"))
    query = ask.choice.query(against=one.choice.period.isoformat(), a=a, b=b, **common)
    shown = {
        "against_key": one.choice.period.isoformat(), "names": [side.name(language) for side in (one, other)],
        "groups": [("a", segment_groups(known, a, language)), ("b", segment_groups(known, b, language))],
        "common": [value_label(k, v, "tickets", language) for k, v in common.items()], "keep": list(common.items()),
        "process_url": reverse("diagnosis:process") + ask.choice.query(**common), "query": query,
    }  # fmt: skip
    if one.same_as(other):
        return ask.render("compare.html", *notes, **shown, same=True)
    found = services.compared(ask.lake, one, other)
    told = Told(found, (one, other), language)
    form = given.get("format", "")
    if form in FORMATS:
        return table_response(f"process-compare-{ask.choice.period}", form, told.header(), told.exported())
    if form == "json":
        return JsonResponse({"snapshot": ask.lake.snapshot, **found}, json_dumps_params={"ensure_ascii": False})
    empty = not (found["one"]["cases"] and found["other"]["cases"])
    return ask.render(
        "compare.html", *notes, *_doubts(found, one, other), **shown, empty=empty,
        process=None if empty else told.map(), tables=[] if empty else told.tables(), **told.summary(),
        sides=[
            (letter, side.name(language), format_number(found[key]["cases"], language, 0),
             format_number(found[key]["events"], language, 0), reverse("diagnosis:process") + side.query())
            for letter, side, key in (("A", one, "one"), ("B", other, "other"))
        ],
    )  # fmt: skip


def _doubts(found: Result, one: Sided, other: Sided) -> list[Message]:
    """What stands in the way of a fair comparison."""
    doubts = []
    if not (one.choice.complete and other.choice.complete):
        doubts.append(message("One of the periods is not over yet; its cases are those of its first days."))
    if any(found[side]["open"] for side in ("one", "other")):
        doubts.append(
            message(
                "Some cases are still open: {a} of A, {b} of B. How long cases take counts only those that ended;"
                " the younger side will still change.",
                a=found["one"]["open"],
                b=found["other"]["open"],
            )
        )
    if one.given and other.given and not found["same_map"]:
        doubts.append(
            message("The sides follow different process maps; each is held against its own, single steps are not.")
        )
    return doubts
