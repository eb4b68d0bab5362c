"""The handbook as PDF, laid out by WeasyPrint from the same words as the page. Only inside a job: it takes seconds."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.utils import translation

from qualityloop.analysis.messages import AnalysisError, Message, message
from qualityloop.reports.handbook.collecting import Handbook


def missing() -> Message | None:
    """Why no PDF can be made on this machine; None where it can."""
    try:
        import weasyprint  # noqa: F401
    except (ImportError, OSError):  # the package is there, Pango is not
        return message(
            "PDF needs Pango, which is not installed here: apt-get install {packages}.",
            packages="libpango-1.0-0 libpangoft2-1.0-0 fonts-noto-cjk",
        )
    return None


def handbook_pdf(handbook: Handbook) -> bytes:
    """The whole document. AnalysisError where this machine cannot make PDF."""
    reason = missing()
    if reason is not None:
        raise AnalysisError(reason)
    import weasyprint

    with translation.override("zh-hans" if handbook.language.startswith("zh") else "en"):
        html = render_to_string("reports/handbook_print.html", {"handbook": handbook})
    made = weasyprint.HTML(string=html, url_fetcher=nothing).write_pdf()
    return bytes(made or b"")


def nothing(url: str, *_args: object, **_kwargs: object) -> dict[str, object]:
    """A handbook is complete in itself: nothing is fetched from anywhere."""
    raise ValueError(f"{url} is not fetched")
