"""One measured call in a fresh process: `child.py module:function '{"arguments": …}' result.json`.

Runs in whichever Python the contender needs, so it uses the standard library only.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from pathlib import Path


def peak_mb() -> float:
    """Largest resident size of this process so far, in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def main(function: str, arguments: str, out: str) -> None:
    module, _, name = function.partition(":")
    work = getattr(importlib.import_module(module), name)
    begin = time.perf_counter()
    answer = work(**json.loads(arguments))
    seconds = time.perf_counter() - begin
    Path(out).write_text(json.dumps({"seconds": seconds, "peak_mb": peak_mb(), "answer": answer}))


if __name__ == "__main__":
    main(*sys.argv[1:4])
