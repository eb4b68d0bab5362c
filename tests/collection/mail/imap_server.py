"""A mail server on this machine that speaks as much of IMAP4rev1 (RFC 3501) as a reader of mailboxes needs."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Box:
    """A folder: mails by their numbers; `refuses` makes the server hang up in the middle of fetching that one."""

    password: str = "s3cret"
    validity: int = 7
    mails: dict[int, bytes] = field(default_factory=dict)
    fetched: list[int] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    hangs_up_at: int | None = None


class _Session(socketserver.StreamRequestHandler):
    box: Box

    def handle(self) -> None:
        self._say(b"* OK ready")
        while line := self.rfile.readline():
            tag, _, rest = line.strip().decode("utf-8").partition(" ")
            self.box.commands.append(rest.split(" ")[0].upper())
            if not self._answer(tag, rest):
                return

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")

    def _answer(self, tag: str, rest: str) -> bool:
        word = rest.split(" ", maxsplit=1)[0].upper()
        done = f"{tag} OK {word} done".encode()
        if word == "CAPABILITY":
            self._say(b"* CAPABILITY IMAP4rev1")
        elif word == "LOGIN":
            if not rest.endswith(f'"{self.box.password}"'):
                done = f"{tag} NO [AUTHENTICATIONFAILED] wrong user or password".encode()
        elif word in ("SELECT", "EXAMINE"):
            if '"INBOX"' not in rest:
                done = f"{tag} NO no such folder".encode()
            else:
                self._say(f"* {len(self.box.mails)} EXISTS".encode())
                self._say(f"* OK [UIDVALIDITY {self.box.validity}] valid".encode())
        elif word == "UID" and "SEARCH" in rest.upper():
            first = int(re.search(r"UID (\d+):\*", rest).group(1))  # type: ignore[union-attr]
            uids = sorted(self.box.mails)
            found = [uid for uid in uids if uid >= first] or uids[-1:]  # as the standard says of n:*
            self._say(b"* SEARCH " + b" ".join(str(uid).encode() for uid in found))
        elif word == "UID":
            return self._fetch(rest, done)
        elif word == "LOGOUT":
            self._say(b"* BYE")
            self._say(done)
            return False
        self._say(done)
        return True

    def _fetch(self, rest: str, done: bytes) -> bool:
        uid = int(rest.split(" ")[2])
        raw = self.box.mails[uid]
        if "SIZE" in rest:
            self._say(f"* {uid} FETCH (UID {uid} RFC822.SIZE {len(raw)})".encode())
        else:
            if self.box.hangs_up_at == uid:
                self.box.hangs_up_at = None
                return False
            assert "PEEK" in rest, "a mail may not be marked as read"
            self.box.fetched.append(uid)
            self._say(f"* {uid} FETCH (UID {uid} BODY[] {{{len(raw)}}}".encode())
            self.wfile.write(raw + b")\r\n")
        self._say(done)
        return True


@contextmanager
def serving(box: Box) -> Iterator[int]:
    """The port of a server for `box`, as long as the block lasts."""

    class Session(_Session):
        pass

    Session.box = box
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield int(server.server_address[1])
        finally:
            server.shutdown()
            thread.join()
