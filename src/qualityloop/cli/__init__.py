"""The command line: `qualityloop inspect | diagnose | mine | standard | demo | serve | version`."""

from qualityloop.cli.entry import main

__all__ = ["main"]
