"""What a person at the terminal sees: notes and progress on stderr, in their language. stdout is for results."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from qualityloop.analysis.messages import Message, Text

Report = Callable[[int, int], None]  # done, of


class Terminal:
    """Speaks `language` ("zh" or "en"); with `quiet` only errors are said."""

    def __init__(self, language: str, *, quiet: bool = False) -> None:
        self.language = language
        self.quiet = quiet
        self.console = Console(file=sys.stderr, highlight=False, soft_wrap=True)

    def text(self, text: Message | Text | str) -> str:
        """`text` in the language of this terminal."""
        return text if isinstance(text, str) else text.in_language(self.language)

    def note(self, text: Message | Text | str) -> None:
        """One line for the reader, not part of the result."""
        if not self.quiet:
            self.console.print(escape(self.text(text)))

    def warn(self, text: Message | Text | str) -> None:
        """Something the reader ought to know, though the work goes on."""
        if not self.quiet:
            self.console.print(f"[yellow]![/] {escape(self.text(text))}")

    def error(self, text: Message | str) -> None:
        """Why the work could not be done; said even when quiet."""
        self.console.print(f"[bold red]qualityloop:[/] {escape(self.text(text))}")

    @contextmanager
    def stage(self, title: Message) -> Iterator[Report]:
        """A piece of long work: a progress bar on a terminal, else one plain line when it is over."""
        if self.quiet:
            yield lambda done, of: None
        elif self.console.is_terminal:
            yield from self._bar(title)
        else:
            begin = time.monotonic()
            yield lambda done, of: None
            self.console.print(escape(f"{self.text(title)} … {time.monotonic() - begin:.1f} s"))

    def _bar(self, title: Message) -> Iterator[Report]:
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self.console, transient=True) as progress:
            task = progress.add_task(escape(self.text(title)), total=None)
            yield lambda done, of: progress.update(task, completed=done, total=of)
