"""The page's server: HTTP on the loopback interface, for one person.

A `Site` says what is answered. All of it is under a path that only the person knows who started the
server: a random token. So neither other users of the computer nor other web pages can ask for
anything. It is no cookie: browsers send those to every port of a host, and other ports may be other
users'.
"""

from __future__ import annotations

import contextvars
import errno
import hmac
import logging
import secrets
import sys
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol, Self

from pyneuronautofit.errors import UsageError
from pyneuronautofit.pages.answers import PageAnswer, refuse

_log = logging.getLogger(__name__)

HOST = "127.0.0.1"
_MOST_BYTES = 64 * 1024
# A connection that says nothing for so long is closed.
_SILENCE_S = 60.0
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Site(Protocol):
    """What a server answers; paths have no leading slash, and no token."""

    @property
    def command(self) -> str:
        """What the user calls the program, for messages: the name of the command."""
        ...

    def get(self, path: str) -> PageAnswer:
        """Answer a request that changes nothing."""
        ...

    def post(self, path: str, body: bytes) -> PageAnswer:
        """Answer a request that changes something."""
        ...


class PageServer:
    """Serves a site until it is closed.

    Parameters
    ----------
    site
        What is shown and done.
    port
        Where it listens; 0: a free port.

    Raises
    ------
    UsageError
        If the port cannot be used.
    """

    def __init__(self, site: Site, port: int = 0) -> None:
        gate = Gate()
        try:
            self._http = _Http(port, site, gate)
        except OSError as error:
            raise UsageError(f"--port {port}: {_why(error, site.command)}") from error
        self.port = int(self._http.server_address[1])
        gate.hosts = (f"{HOST}:{self.port}", f"localhost:{self.port}")
        self._gate = gate
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )

    @property
    def url(self) -> str:
        """The address of the page; whoever knows it may come in."""
        return f"http://{HOST}:{self.port}/{self._gate.token}/"

    @property
    def url_for_once(self) -> str:
        """An address that leads to the page one time.

        For a browser's command line, which other users of the computer can see.
        """
        return f"http://{HOST}:{self.port}/{self._gate.ticket}"

    def start(self) -> None:
        """Answer requests from now on."""
        self._thread.start()

    def close(self) -> None:
        """Stop."""
        if self._thread.is_alive():
            self._http.shutdown()
            self._thread.join()
        self._http.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()


class Gate:
    """Who may come in."""

    def __init__(self) -> None:
        self.hosts: tuple[str, ...] = ()
        self.token = secrets.token_urlsafe(24)
        self.ticket = secrets.token_urlsafe(24)
        self._is_fresh = True
        self._lock = threading.Lock()

    def is_token(self, word: str) -> bool:
        """Tell whether this is the token."""
        return hmac.compare_digest(word.encode(), self.token.encode())

    def is_ticket(self, word: str) -> bool:
        """Tell whether this is the ticket."""
        return hmac.compare_digest(word.encode(), self.ticket.encode())

    def use_ticket(self) -> bool:
        """Use the ticket; False: it was used before."""
        with self._lock:
            was_fresh, self._is_fresh = self._is_fresh, False
        return was_fresh


def _why(error: OSError, command: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"another program listens there: end it (perhaps another {command} --serve), give "
            "another port, or leave --port out for any free one"
        )
    return (
        f"cannot listen there: {error.strerror or error}. Give a port from 1024 to 65535, or leave "
        "--port out for any free one"
    )


class _Http(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, site: Site, gate: Gate) -> None:
        self.site = site
        self.gate = gate
        # What is known here, plug-ins that were given, say: each request's thread has a copy.
        self._context = contextvars.copy_context()
        super().__init__((HOST, port), _Handler)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer a request, in a thread of its own."""
        answer = super().process_request_thread
        self._context.copy().run(answer, request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a page that was closed while it was answered."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    sys_version = ""
    timeout = _SILENCE_S
    server: _Http

    def version_string(self) -> str:
        """Return what the head of an answer calls the server."""
        return self.server.site.command

    def do_GET(self) -> None:
        """Answer a request that changes nothing."""
        self._answer(self.server.site.get)

    def do_POST(self) -> None:
        """Answer a request that changes something."""
        refused = self._refused_body()
        if refused is not None:
            # What it has sent is not read, so nothing can follow it on this connection.
            self.close_connection = True
            self._send(refused)
            return
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(lambda path: self.server.site.post(path, body))

    def _answer(self, answer: Callable[[str], PageAnswer]) -> None:
        gate = self.server.gate
        word, slash, path = self.path.removeprefix("/").partition("/")
        if self._is_foreign():
            self._send(self._elsewhere())
        elif gate.is_ticket(word):
            self._send(_entrance(gate) if gate.use_ticket() else _used())
        elif not gate.is_token(word):
            self._send(self._elsewhere())
        else:
            self._send(answer(path) if slash else _entrance(gate))

    def _elsewhere(self) -> PageAnswer:
        why = f"this is not the address that {self.server.site.command} has printed"
        return refuse(HTTPStatus.FORBIDDEN, why)

    def _is_foreign(self) -> bool:
        """Tell whether another web page asks, or one under another name for this computer."""
        hosts = self.headers.get_all("Host") or []
        origin = self.headers.get("Origin")
        site = self.headers.get("Sec-Fetch-Site")
        return (
            len(hosts) != 1
            or hosts[0] not in self.server.gate.hosts
            or (origin is not None and origin != f"http://{hosts[0]}")
            or (self.command == "POST" and site not in {None, "same-origin"})
        )

    def _refused_body(self) -> PageAnswer | None:
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdecimal()):
            return refuse(HTTPStatus.LENGTH_REQUIRED, "expected Content-Length")
        if len(length) > 9 or int(length) > _MOST_BYTES:
            why = f"expected at most {_MOST_BYTES} bytes"
            return refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, why)
        if self.headers.get_content_type() != "application/json":
            return refuse(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "expected application/json")
        return None

    def _send(self, answer: PageAnswer) -> None:
        self.send_response(answer.status)
        for name, value in {**_HEADERS, **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base's name)
        """Say what was asked where debugging is asked for, without the token."""
        gate = self.server.gate
        _log.debug("%s", (format % args).replace(gate.token, "...").replace(gate.ticket, "..."))


def _entrance(gate: Gate) -> PageAnswer:
    return PageAnswer(b"", status=HTTPStatus.SEE_OTHER, headers={"Location": f"/{gate.token}/"})


def _used() -> PageAnswer:
    why = "this link works once; the address for later is the one that was printed"
    return refuse(HTTPStatus.FORBIDDEN, why)
