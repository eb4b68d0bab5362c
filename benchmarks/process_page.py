"""The page of the process map over a large lake: computed for the first time (cold), and from then on (warm).

What is computed is kept per snapshot and question, so every cold request follows a cache that was emptied. The page of
two sides is asked in the same way.
"""

from __future__ import annotations

import os
import shutil
import statistics
import time
from pathlib import Path
from typing import Any

from benchmarks.measure import Contender, Result, run_once

PAGES = {
    "map": "/process/?grain=year&period=2026-01-01",  # ten of the twelve months that the events span
    "two sides": "/process/compare/?grain=quarter&period=2026-07-01",  # against the quarter before
}
WARM = 30
LONGEST = 1800  # seconds that a page may be computed


def requests(home: str, address: str, cold: int) -> dict[str, Any]:
    """Seconds of `cold` first requests and of WARM later ones by a signed-in director."""
    os.environ["QUALITYLOOP_HOME"] = home
    from qualityloop.config.prepare import prepare

    prepare()
    from django.contrib.auth import get_user_model
    from django.test import Client

    from qualityloop.diagnosis import store
    from qualityloop.foundation.lake import cache_path

    user, _ = get_user_model().objects.get_or_create(username="bench", defaults={"role": "director"})
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    client.get("/indicators/")  # what every page needs first, such as translations, is not counted
    first: list[float] = []
    for _turn in range(cold):
        shutil.rmtree(cache_path() / "pages", ignore_errors=True)
        store.forget()
        first.append(_answered(client, address))
    return {"cold": first, "warm": [_answered(client, address) for _turn in range(WARM)]}


def _answered(client: Any, address: str) -> float:
    """Seconds until the page itself is there, not the one that says that it is being computed."""
    begin = time.perf_counter()
    while (answer := client.get(address)).status_code == 202:
        if time.perf_counter() - begin > LONGEST:
            raise RuntimeError(f"{address} was not computed in half an hour")
        time.sleep(0.05)
    if answer.status_code != 200 or b'data-chart="process"' not in answer.content:
        raise RuntimeError(f"{address} answered {answer.status_code} without a map")
    return time.perf_counter() - begin


def run(folder: Path, cases: int, runs: int) -> dict[str, tuple[list[Result], str]]:
    """Per page: warm and cold, and their ratio in words."""
    from benchmarks import data

    home = folder / "process-page"
    data.lake(home / "lake", tickets=cases, events=cases)
    answers = {}
    for name, address in PAGES.items():
        arguments = {"home": str(home), "address": address, "cold": runs}
        _seconds, peak, found = run_once(Contender(name, "benchmarks.process_page:requests", arguments))
        share = statistics.median(found["warm"]) / statistics.median(found["cold"])
        results = [Result("warm cache", found["warm"], peak), Result("cold", found["cold"], peak)]
        answers[name] = (results, f"Warm takes {share:.2%} of cold.")
    return answers
