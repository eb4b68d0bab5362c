"""Run a command with the address of a PostgreSQL that lives as long: QUALITYLOOP_TEST_DATABASE."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from tests.databases import postgresql


def main() -> int:
    """The exit code of the command."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # the database ends with us
    with postgresql() as address:
        environ = {**os.environ, "QUALITYLOOP_TEST_DATABASE": address}
        return subprocess.run(sys.argv[1:], env=environ, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
