"""A process of its own that works at an import; tests kill it. Arguments: import number, seconds to wait per piece."""

from __future__ import annotations

import sys
import time
from typing import Any


def main() -> None:
    from qualityloop.config.prepare import set_up

    set_up()
    from django.conf import settings

    settings.QUALITYLOOP_JOBS = "now"
    from qualityloop.collection.importing import delivering
    from qualityloop.collection.jobs import run_import

    delivering.ROWS = 250
    wait = float(sys.argv[2])
    deliver = delivering.hand_over

    def slowly(*given: Any) -> Any:
        received = deliver(*given)
        print("piece", flush=True)  # noqa: T201
        time.sleep(wait)
        return received

    delivering.hand_over = slowly
    run_import(lambda *told: None, run_id=int(sys.argv[1]))  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
