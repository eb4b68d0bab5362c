"""Server time of the overview over a large lake, once its answer has been computed."""

from __future__ import annotations

import os
import time
from pathlib import Path

from benchmarks.measure import Contender, Result, race


def requests(home: str, count: int) -> list[float]:
    """Seconds of each of `count` requests for the overview by a signed-in director, once its numbers are computed."""
    os.environ["QUALITYLOOP_HOME"] = home
    from qualityloop.config.prepare import prepare

    prepare()
    from django.contrib.auth import get_user_model
    from django.test import Client

    user, _ = get_user_model().objects.get_or_create(username="bench", defaults={"role": "director"})
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    first = time.monotonic()
    while client.get("/").status_code == 202:  # being computed, says the page
        if time.monotonic() - first > 300:
            raise RuntimeError("the overview was not computed in five minutes")
        time.sleep(0.5)
    seconds = []
    for _turn in range(count + 1):
        begin = time.perf_counter()
        answer = client.get("/")
        seconds.append(time.perf_counter() - begin)
        if answer.status_code != 200:
            raise RuntimeError(f"the overview answered {answer.status_code}")
    return seconds[1:]


def run(home: Path, count: int = 30) -> list[Result]:
    """One contender, whose seconds are those of single requests."""
    arguments = {"home": str(home), "count": count}
    result = race([Contender("overview, one request", "benchmarks.overview:requests", arguments)], 1)[0]
    result.seconds = result.answer
    return [result]
