"""An OpenID Connect server: discovery, authorization code with PKCE, signed identity tokens, user information.

Written from OpenID Connect Core 1.0 and RFC 7636; it refuses what they tell it to refuse.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "quality-loop", "a client's secret"


def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class OpenIdServer:
    """Runs in a thread; `person` is who signs in there next, `faults` what it does wrong on purpose."""

    person: dict[str, Any] = field(default_factory=dict)
    faults: set[str] = field(default_factory=set)
    codes: dict[str, dict[str, Any]] = field(default_factory=dict)
    tokens: dict[str, dict[str, Any]] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)
    key: rsa.RSAPrivateKey = field(default_factory=_key)
    other_key: rsa.RSAPrivateKey = field(default_factory=_key)

    def __enter__(self) -> OpenIdServer:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.answer(self, None)

            def do_POST(self) -> None:
                size = int(self.headers.get("Content-Length", 0))
                server.answer(self, parse_qs(self.rfile.read(size).decode()))

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_more: object) -> None:
        self.http.shutdown()
        self.http.server_close()

    def answer(self, handler: Any, form: dict[str, list[str]] | None) -> None:
        """One request."""
        address = urlsplit(handler.path)
        given = {key: values[0] for key, values in (form or parse_qs(address.query)).items()}
        if address.path == "/authorize":
            location = self.authorize(given)
            handler.send_response(302 if location else 400)
            if location:
                handler.send_header("Location", location)
            handler.end_headers()
            return
        routes = {
            "/.well-known/openid-configuration": self.discovery,
            "/jwks": self.keys,
            "/token": lambda: self.token(given, handler.headers.get("Authorization", "")),
            "/userinfo": lambda: self.userinfo(handler.headers.get("Authorization", "")),
        }
        status, body = routes[address.path]() if address.path in routes else (404, {})
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.end_headers()
        handler.wfile.write(json.dumps(body).encode())

    def discovery(self) -> tuple[int, dict[str, Any]]:
        """OpenID Connect Discovery 1.0."""
        return 200, {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        }

    def keys(self) -> tuple[int, dict[str, Any]]:
        """The public key."""
        jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return 200, {"keys": [{**jwk, "kid": "one", "use": "sig", "alg": "RS256"}]}

    def authorize(self, given: dict[str, str]) -> str | None:
        """Where the browser goes with its code; None where the client's request is not as the standard demands."""
        right = (
            given.get("response_type") == "code"
            and given.get("client_id") == CLIENT
            and "openid" in given.get("scope", "").split()
            and given.get("code_challenge_method") == "S256"
            and bool(given.get("code_challenge"))
            and bool(given.get("state"))
        )
        if not right:
            self.refusals.append(f"authorize {given}")
            return None
        if "denied" in self.faults:
            return f"{given['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': given['state']})}"
        code = secrets.token_urlsafe()
        self.codes[code] = {**given, "person": dict(self.person)}
        return f"{given['redirect_uri']}?{urlencode({'code': code, 'state': given['state']})}"

    def token(self, given: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """A code for tokens: once, to the same client and address, with the verifier of the challenge."""
        asked = self.codes.pop(given.get("code", ""), None)
        basic = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        known = authorization == basic or (given.get("client_id"), given.get("client_secret")) == (CLIENT, SECRET)
        verifier = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        if (
            asked is None
            or not known
            or given.get("redirect_uri") != asked["redirect_uri"]
            or base64.urlsafe_b64encode(verifier).rstrip(b"=").decode() != asked["code_challenge"]
        ):
            self.refusals.append(f"token {given}")
            return 400, {"error": "invalid_grant"}
        person, now = asked["person"], int(time.time())
        claims = {
            "iss": "http://elsewhere" if "issuer" in self.faults else self.issuer,
            "aud": "somebody-else" if "audience" in self.faults else CLIENT,
            "sub": person["sub"], "iat": now, "exp": now - 60 if "expired" in self.faults else now + 300,
        }  # fmt: skip
        key = self.other_key if "signature" in self.faults else self.key
        token = secrets.token_urlsafe()
        self.tokens[token] = {**person, "sub": "another"} if "person" in self.faults else person
        return 200, {
            "access_token": token, "token_type": "Bearer", "expires_in": 300,
            "id_token": jwt.encode(claims, key, algorithm="RS256", headers={"kid": "one"}),
        }  # fmt: skip

    def userinfo(self, authorization: str) -> tuple[int, dict[str, Any]]:
        """Claims of whoever the token is for."""
        person = self.tokens.get(authorization.removeprefix("Bearer "))
        return (200, person) if person else (401, {})
