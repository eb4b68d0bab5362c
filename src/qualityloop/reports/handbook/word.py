"""The handbook as a Word document."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from qualityloop.reports.handbook.collecting import Handbook, IndicatorEntry, Part, Source, StandardChapter
from qualityloop.reports.paper import Paper


def handbook_word(handbook: Handbook) -> bytes:
    """The whole document; the table of contents is filled in by Word when it is opened."""
    paper = _Paper(handbook)
    paper.cover()
    paper.sources()
    for chapter in handbook.standards:
        paper.standard(chapter)
    for part in handbook.maps:
        paper.process(part)
    for part in handbook.sheets:
        paper.sheet(part)
    for part in handbook.sops:
        paper.sop(part)
    paper.others()
    return paper.saved()


def _titled(source: Source) -> str:
    return _("{kind}: {name}").format(kind=source.kind, name=source.name)


class _Paper(Paper):
    def __init__(self, handbook: Handbook) -> None:
        self.handbook = handbook
        super().__init__(f"{handbook.title} · {timezone.localtime(handbook.at):%Y-%m-%d}")

    def cover(self) -> None:
        """Title, day, what it is made from; then the table of contents."""
        for _blank in range(6):
            self.document.add_paragraph()
        self.document.add_paragraph(self.handbook.title, style="Title")
        day = timezone.localtime(self.handbook.at)
        self.document.add_paragraph(_("As in force on %(day)s") % {"day": f"{day:%Y-%m-%d %H:%M}"}, style="Subtitle")
        self.muted(_("Made by QualityLoop from the standards that are in force. Fingerprint: %(print)s.")
                   % {"print": self.handbook.fingerprint})  # fmt: skip
        self.document.add_page_break()
        self.contents("\n".join(_titled(source) for source in self.handbook.sources))

    def _source(self, source: Source) -> None:
        words = f"{source.key} · v{source.number}"
        if source.since:
            words += " · " + _("in force since %(day)s") % {"day": f"{source.since:%Y-%m-%d}"}
        if source.review_on:
            words += " · " + _("next review %(day)s") % {"day": f"{source.review_on:%Y-%m-%d}"}
        self.muted(words)

    def sources(self) -> None:
        """Which versions of which documents the handbook says."""
        self.heading(_("What this handbook is made from"), 1)
        rows = [
            (s.kind, s.name, f"v{s.number}", f"{s.since:%Y-%m-%d}" if s.since else "–",
             f"{s.review_on:%Y-%m-%d}" if s.review_on else "–")
            for s in self.handbook.sources
        ]  # fmt: skip
        heads = (_("Kind of document"), _("Document"), _("Version"), _("In force since"), _("Next review"))
        self.table(heads, rows, (3.2, 6.3, 1.8, 2.9, 2.8))

    def standard(self, chapter: StandardChapter) -> None:
        """Indicators by dimension: the table of values, then how each is computed."""
        self.heading(_titled(chapter.source), 1)
        self._source(chapter.source)
        for name, entries in chapter.groups:
            self.heading(name, 2)
            heads = (_("Indicator"), *(label for label, _value in entries[0].lines))
            rows = [(entry.name, *(value for _label, value in entry.lines)) for entry in entries]
            self.table(heads, rows, (7.4, 3.2, 3.2, 3.2))
            for entry in entries:
                self._indicator(entry)

    def _indicator(self, entry: IndicatorEntry) -> None:
        self.heading(entry.name, 3)
        for label, value in entry.facts:
            self.fact(label, value)
        self.fact(_("Formula"), entry.formula, code=True)
        for gap in entry.gaps:
            self.fact(_("Not stated"), gap)

    def process(self, part: Part) -> None:
        """A process map: its steps by stage, and who does what."""
        content = part.content
        self.heading(_titled(part.source), 1)
        self._source(part.source)
        if content["note"]:
            self.document.add_paragraph(content["note"])
        heads = (
            pgettext("of a process map", "Step"),
            _("Control point"),
            _("Input") + " → " + _("Output"),
            _("Executor"),
            _("Expected time"),
        )
        for stage in content["stages"]:
            self.heading(stage["name"], 2)
            rows = [
                (
                    f"{step['number']} {step['name']}" + (f"（{step['marks']}）" if step["marks"] else ""),
                    step["control"],
                    f"{step['input'] or '–'} → {step['output'] or '–'}",
                    step["executor"] or "–",
                    step["duration"] or "–",
                )
                for step in stage["steps"]
            ]
            self.table(heads, rows, (3.4, 5.4, 4.2, 2, 2))
        self.heading(_("Who does what (RACI)"), 2)
        self.muted(_("R responsible · A accountable · C consulted · I informed"))
        duties = [
            (f"{step['number']} {step['name']}", *("A/R" if d == "AR" else d for _role, d in step["duties"]))
            for stage in content["stages"]
            for step in stage["steps"]
        ]
        self.table((pgettext("of a process map", "Step"), *content["roles"]), duties)

    def sheet(self, part: Part) -> None:
        """A score sheet."""
        content = part.content
        self.heading(_titled(part.source), 1)
        self._source(part.source)
        if content["note"]:
            self.document.add_paragraph(content["note"])
        self.muted(
            _("Points are normalised within their dimension and then weighted; items that do not apply leave the base.")
        )
        for dimension in content["dimensions"]:
            self.heading(f"{dimension['name']} {dimension['weight']} %", 2)
            rows = [
                (
                    item["name"] + (f"（{_('critical')}：{item['critical']}）" if item["is_critical"] else ""),
                    item["guide"],
                    "\n".join(f"{points}  {name}" for points, name in item["steps"]) or f"0–{item['points']}",
                    item["points"],
                    item["worth"],
                )
                for item in dimension["items"]
            ]
            heads = (_("Item"), _("How to score it"), _("Scale"), _("Points"), _("Of 100"))
            self.table(heads, rows, (3.6, 5.4, 5, 1.4, 1.6))

    def sop(self, part: Part) -> None:
        """A standard operating procedure."""
        content = part.content
        self.heading(_titled(part.source), 1)
        self._source(part.source)
        facts = {
            "purpose": _("Purpose"), "applies_to": _("Applies to"), "tools": _("Tools and material"),
            "records": _("Records kept"), "readers": _("Has to be read by"),
        }  # fmt: skip
        for key, label in facts.items():
            if content[key]:
                self.fact(label, content[key])
        heads = ("#", pgettext("of a procedure", "What"), _("How"), _("Caution"))
        rows = [(str(s["number"]), s["name"], s["how"], s["caution"]) for s in content["steps"]]
        self.table(heads, rows, (0.9, 3.1, 7.5, 5.5))
        self.heading(_("Unusual cases"), 2)
        self.table((_("If"), _("then")), [(u["case"], u["action"]) for u in content["exceptions"]], (5, 12))

    def others(self) -> None:
        """Every other kind of document, as its tables."""
        for other in self.handbook.others:
            for source, sections in other.parts:
                self.heading(_titled(source), 1)
                self._source(source)
                for section in sections:
                    self.heading(section.label, 2)
                    rows = [tuple(cells.get(c, "") for c in section.columns) for _n, cells in section.rows.values()]
                    self.table(tuple(section.columns.values()), rows)
