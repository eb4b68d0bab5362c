"""The built front end, as the documents carry it inside them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from qualityloop.analysis.messages import AnalysisError, Place, message

DIST = Path(__file__).resolve().parent.parent / "static" / "dist"


def script() -> str:
    """Charts and behaviours of the documents. AnalysisError where the front end was not built."""
    return _part("report.js")


def style() -> str:
    """The style sheet of the documents. AnalysisError where the front end was not built."""
    return _part("report.css")


def _part(name: str) -> str:
    path = DIST / name
    if not path.is_file():
        raise AnalysisError(
            message("the front end is not built yet, and reports carry it inside; run: make setup"), Place(str(path))
        )
    return _read(path, path.stat().st_mtime_ns)


@cache
def _read(path: Path, _changed: int) -> str:
    # Inside an element, only its own end tag could end it early.
    return path.read_text("utf-8").replace("</script", "<\\/script").replace("</style", "<\\/style")
