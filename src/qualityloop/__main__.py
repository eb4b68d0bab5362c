"""`python -m qualityloop` is the command `qualityloop`."""

from qualityloop.cli import main

raise SystemExit(main())
