"""Server time of the lists and their searches over a large database."""

from __future__ import annotations

import os
import time
from pathlib import Path

from benchmarks.measure import Contender, Result, run_once

ADDRESSES = {
    "tickets, first page": "/tickets/",
    "tickets, narrowed to team and channel": "/tickets/?team=1&channel=phone",
    "tickets, sorted by number": "/tickets/?sort=number",
    "tickets, word sought": "/tickets/?q=T000000777",
    "tickets, REST list": "/api/v1/tickets",
    "one ticket": "/tickets/1/",
    "customers, first page": "/customers/",
}


def requests(home: str, count: int) -> dict[str, list[float]]:
    """Seconds of `count` requests for each address by a signed-in director, after one that warms up."""
    os.environ["QUALITYLOOP_HOME"] = home
    from qualityloop.config.prepare import prepare

    prepare()
    from django.contrib.auth import get_user_model
    from django.test import Client

    user, _ = get_user_model().objects.get_or_create(username="bench", defaults={"role": "director"})
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    seconds: dict[str, list[float]] = {}
    for name, address in ADDRESSES.items():
        for _turn in range(count + 1):
            begin = time.perf_counter()
            answer = client.get(address)
            seconds.setdefault(name, []).append(time.perf_counter() - begin)
            if answer.status_code != 200:
                raise RuntimeError(f"{address} answered {answer.status_code}")
    return {name: found[1:] for name, found in seconds.items()}


def run(folder: Path, tickets: int, count: int = 10) -> list[Result]:
    """One result per page, whose seconds are those of single requests."""
    home = str(folder / "pages")
    run_once(Contender("fill", "benchmarks.upkeep:fill", {"home": home, "tickets": tickets}))
    _seconds, peak, found = run_once(Contender("pages", "benchmarks.pages:requests", {"home": home, "count": count}))
    return [Result(name, seconds, peak) for name, seconds in found.items()]
