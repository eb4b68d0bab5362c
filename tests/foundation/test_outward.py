"""Asking foreign addresses: what may not be asked is not, and what is asked is exactly what was looked at."""

from __future__ import annotations

import http.server
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from qualityloop.foundation import outward
from qualityloop.foundation.outward import Forbidden, NotSent, Unknown, connected

OWN = [
    "127.0.0.1", "127.1.2.3", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
    "224.0.0.1", "255.255.255.255", "[::1]", "[::]", "[fe80::1]", "[fd00::1]", "[ff02::1]", "[::ffff:127.0.0.1]",
    "[::ffff:10.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[::127.0.0.1]", "[2001:0:7f00:1::]", "198.18.0.1",
]  # fmt: skip


@pytest.mark.parametrize("host", OWN)
def test_numbers_of_ones_own_network_are_not_asked(host: str) -> None:
    with pytest.raises(Forbidden), connected(f"http://{host}/"):
        pass


@pytest.mark.parametrize("name", ["localhost", "127.1", "2130706433", "0x7f000001", "017700000001"])
def test_nor_names_and_odd_spellings_that_lead_there(name: str) -> None:
    with pytest.raises((Forbidden, NotSent)), connected(f"http://{name}/"):
        pass


@pytest.mark.parametrize(
    "url",
    ["", "ftp://example.com/", "file:///etc/passwd", "http://", "http://a:b@example.com/", "http://[::1",
     "http://example.com:0/", "http://example.com:99999/", "http://exa mple.com/", "http://example.com/\r\nX: y",
     "//example.com"],
)  # fmt: skip
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(Forbidden):
        outward.checked(url)


def test_public_numbers_may_be_asked() -> None:
    for host in ("203.0.112.1", "8.8.8.8", "[2606:4700::1111]"):
        outward.checked(f"https://{host}/hook")


def _says(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[int]:
    """The resolver answers thus, one after another; how often it was asked."""
    asked: list[int] = []

    def resolve(host: str, port: int, *more: Any, **named: Any) -> list[Any]:
        numbers = answers[min(len(asked), len(answers) - 1)]
        asked.append(port)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port)) for number in numbers]

    monkeypatch.setattr(outward.socket, "getaddrinfo", resolve)
    return asked


def test_one_inner_number_among_outer_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    _says(monkeypatch, ["8.8.8.8", "10.0.0.1"])
    with pytest.raises(Forbidden), connected("http://both.example/"):
        pass


@contextmanager
def served(handler: type[http.server.BaseHTTPRequestHandler]) -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


class Echo(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201)
        self.send_header("Retry-After", "7")
        self.end_headers()
        self.wfile.write(f"{self.path} {self.headers['Host']} {self.headers['X-One']} ".encode() + body)

    def log_message(self, *args: object) -> None:
        pass


class Elsewhere(Echo):
    def do_POST(self) -> None:
        self.send_response(302)
        self.send_header("Location", "http://169.254.169.254/")
        self.end_headers()


class Silent(Echo):
    def do_POST(self) -> None:
        self.connection.close()


class Endless(Echo):
    def do_POST(self) -> None:
        self.send_response(200)
        self.end_headers()
        for _ in range(100):
            self.wfile.write(b"x" * 4096)


def test_an_allowed_network_is_asked_at_the_number_that_was_checked(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that leads to an allowed number first and elsewhere later is resolved once."""
    settings.QUALITYLOOP_OUTWARD = ["127.0.0.1/32"]
    with served(Echo) as port:
        asked = _says(monkeypatch, ["127.0.0.1"], ["169.254.169.254"])
        with connected(f"http://rebinding.example:{port}/hook?a=1") as line:
            answer = line.post("正文".encode(), {"X-One": "1"})
    assert asked == [port]
    assert (answer.status, answer.retry_after) == (201, 7.0)
    assert answer.text == f"/hook?a=1 rebinding.example:{port} 1 正文"


def test_redirects_are_not_followed(settings: Any) -> None:
    settings.QUALITYLOOP_OUTWARD = ["127.0.0.0/8"]
    with served(Elsewhere) as port, connected(f"http://127.0.0.1:{port}/") as line:
        assert line.post(b"", {}).status == 302


def test_no_answer_is_unknown_and_nobody_there_is_not_sent(settings: Any) -> None:
    settings.QUALITYLOOP_OUTWARD = ["127.0.0.0/8"]
    with served(Silent) as port, connected(f"http://127.0.0.1:{port}/") as line, pytest.raises(Unknown):
        line.post(b"x", {})
    with pytest.raises(NotSent), connected(f"http://127.0.0.1:{port}/"):
        pass
    with pytest.raises(NotSent), connected("https://no-such-name.invalid/"):
        pass


def test_only_the_beginning_of_a_long_answer_is_read(settings: Any) -> None:
    settings.QUALITYLOOP_OUTWARD = ["127.0.0.0/8"]
    with served(Endless) as port, connected(f"http://127.0.0.1:{port}/") as line:
        assert len(line.post(b"", {}).body) == outward.MOST


def test_a_certificate_must_fit_the_name(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain HTTP where TLS is expected: nothing is sent."""
    settings.QUALITYLOOP_OUTWARD = ["127.0.0.0/8"]
    with served(Echo) as port, pytest.raises(NotSent), connected(f"https://127.0.0.1:{port}/"):
        pass
