"""How cases leave a process map, in words."""

from __future__ import annotations

from qualityloop.analysis.messages import message

DEPARTURES = {
    "skipped": message("left out"),
    "repeated": message("done again"),
    "out_of_order": message("out of order"),
    "unexpected": message("not on the map"),
}
