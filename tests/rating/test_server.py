"""The page's server, asked as browsers and as others would ask it."""

from __future__ import annotations

import http.client
import json
import re
import socket
from contextlib import closing

import numpy as np
import pytest

from pyneuronautofit.database import read_database
from pyneuronautofit.errors import UsageError
from pyneuronautofit.rating import RatingServer, SheetFile, ratings_path

from ._made import N_SAMPLE, N_SWEEP, FakeSimulator, content, database, open_work

JSON = {"Content-Type": "application/json"}


class Client:
    """Asks the server."""

    def __init__(self, server):
        self.server = server
        self.token = server.url.split("/")[3]

    def ask(self, method, path, body=None, headers=None, host=None):
        """Return status, headers and body of an answer; `path` behind the token, or absolute."""
        path = path if path.startswith("/") else f"/{self.token}/{path}"
        with closing(http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)) as to:
            to.putrequest(method, path, skip_host=True)
            for each in [f"127.0.0.1:{self.server.port}"] if host is None else host:
                to.putheader("Host", each)
            raw = None if body is None else body if isinstance(body, bytes) else json.dumps(body)
            for name, value in (headers or {}).items():
                to.putheader(name, value)
            if raw is not None and "Content-Length" not in (headers or {}):
                to.putheader("Content-Length", str(len(raw)))
            to.endheaders(raw.encode() if isinstance(raw, str) else raw)
            answer = to.getresponse()
            return answer.status, answer.headers, answer.read()

    def get(self, path):
        status, _headers, body = self.ask("GET", path)
        assert status == 200, body
        return json.loads(body)

    def post(self, path, **asked):
        status, _headers, body = self.ask("POST", path, asked, JSON)
        return status, json.loads(body)


@pytest.fixture
def simulator():
    return FakeSimulator()


@pytest.fixture
def client(tmp_path, simulator):
    read = database(tmp_path, content(3))
    with SheetFile(ratings_path(read.path, None), read.path.name) as file:
        work = open_work(read, file, simulator=simulator)
        with closing(work.forerunner), RatingServer(work) as server:
            work.forerunner.start()
            server.start()
            yield Client(server)


class TestWork:
    def test_state_traces_and_recordings(self, client):
        state = client.get("state")
        assert [model["heading"] for model in state["models"]] == ["model 0", "model 1", "model 2"]
        assert state["place"] == 0
        assert state["recordings"][0]["titles"] == ["sweep 0: 0 pA", "sweep 1: 75 pA"]
        assert state["recordings"][0]["stimulus_ms"] == [1.0, 3.0]
        for path, value_mV in (("recordings/0", -60.0), ("traces/2", -42.0)):
            status, headers, body = client.ask("GET", path)
            assert status == 200
            assert headers["Content-Type"] == "application/octet-stream"
            steps = np.frombuffer(body, dtype="<i2")
            assert steps.shape == (N_SWEEP * N_SAMPLE,)
            assert np.all(steps / state["steps_per_mV"] == value_mV)
        assert client.get("traces/1") == {"problem": "the model raised an error: it broke"}
        assert client.ask("GET", "ready/2")[2] == body
        assert client.get("progress")["n_ready"] > 1

    def test_ratings(self, client, tmp_path):
        assert client.post("rate", place=0, verdict="accepted")[1]["place"] == 1
        assert client.post("annotate", place=1, note="<b>")[1]["said"]["note"] == "<b>"
        assert client.post("look", place=2)[1]["place"] == 2
        assert (
            client.server._http.site.work.forerunner._at == 2
        )  # what comes next is simulated next
        assert client.post("undo")[1] == {
            "place": 1, "can_undo": True, "changed": 1, "said": {"verdict": None, "note": ""},
        }  # fmt: skip
        kept = json.loads((tmp_path / "db-ratings.json").read_text())
        assert [(r["id"], r["verdict"]) for r in kept["ratings"]] == [(0, "accepted")]
        assert kept["at"]["id"] == 1
        assert client.get("state")["place"] == 1

    def test_export(self, client, tmp_path):
        before = (tmp_path / "db.json").read_bytes()
        status, _headers, body = client.ask("GET", "export")
        assert status == 409
        assert "none of its 3 models is accepted" in json.loads(body)["error"]
        client.post("rate", place=0, verdict="rejected")
        client.post("rate", place=1, verdict="accepted")
        status, headers, body = client.ask("GET", "export")
        assert status == 200
        assert headers["Content-Disposition"] == "attachment; filename*=UTF-8''db-accepted.json"
        (tmp_path / "out.json").write_bytes(body)
        (record,) = read_database(tmp_path / "out.json").records
        assert (record["id"], record["ratings"][0]["verdict"]) == (1, "accepted")
        assert (tmp_path / "db.json").read_bytes() == before

    def test_a_model_that_takes_long_is_asked_for_again(self, client, simulator, monkeypatch):
        monkeypatch.setattr("pyneuronautofit.rating.requests._WAIT_S", 0.02)
        client.get("traces/1")
        simulator.may_go_on.clear()
        forerunner = client.server._http.site.work.forerunner
        with forerunner._changed:
            forerunner._done.clear()
            forerunner._changed.notify_all()
        assert client.ask("GET", "traces/2")[0] == 202
        assert client.ask("GET", "ready/2")[0] == 202
        simulator.may_go_on.set()

    def test_where_nothing_can_be_written_it_says_so(self, client, monkeypatch):
        def full(_descriptor):
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr("os.fsync", full)
            status, answer = client.post("rate", place=0, verdict="accepted")
        assert status == 507
        assert "No space left on device" in answer["error"]
        assert client.get("state")["models"][0]["verdict"] is None

    @pytest.mark.parametrize(
        ("path", "asked", "expected"),
        [
            ("rate", {"place": 0}, "rate needs 'verdict'"),
            ("rate", {"verdict": "accepted"}, "rate needs 'place'"),
            ("rate", {"place": 0, "verdict": "good"}, "'good' is not a valid Verdict"),
            ("rate", {"place": 3, "verdict": "accepted"}, "there is no place 3"),
            ("rate", {"place": -1, "verdict": "accepted"}, "there is no place -1"),
            ("rate", {"place": True, "verdict": "accepted"}, "expected a whole number"),
            ("look", {"place": 1e3}, "expected a whole number"),
            ("annotate", {"place": 0, "note": 7}, "note: expected a text"),
            ("annotate", {"place": 0, "note": "x" * 20_000}, "has 20000 characters"),
        ],
    )
    def test_what_cannot_be_done(self, client, tmp_path, path, asked, expected):
        status, answer = client.post(path, **asked)
        assert status == 400
        assert expected in answer["error"]
        assert not (tmp_path / "db-ratings.json").exists()

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 60_000, b"null"])
    def test_what_is_no_object(self, client, body):
        assert client.ask("POST", "rate", body, JSON)[0] == 400

    @pytest.mark.parametrize(
        "path",
        ["no", "traces/3", "traces/-1", "traces/", "traces/1e0", "traces/%D9%A3", "recordings/1",
         "traces/99999999999999999999", "../state", "web/app.js", "%2e%2e/state", "uPlot-LICENSE"],
    )  # fmt: skip
    def test_what_is_not_there(self, client, path):
        assert client.ask("GET", path)[0] == 404
        assert client.ask("POST", path, {}, JSON)[0] == 404


class TestGate:
    def test_the_page_and_its_parts_say_what_they_may_do(self, client):
        page = client.ask("GET", "")
        assert page[0] == 200
        named = re.findall(r'(?:src|href)="([^"]+)"', page[2].decode())
        assert "app.js" in named
        for name in {*named, "panels.js"} - {"export"}:
            status, headers, body = client.ask("GET", name)
            assert (status, len(body) > 100) == (200, True), name
            policy = headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'none'; script-src 'self'")
            assert "unsafe" not in policy
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Referrer-Policy"] == "no-referrer"
            assert headers["Cache-Control"] == "no-store"
            assert "Set-Cookie" not in headers

    @pytest.mark.parametrize(
        "path", ["/", "/state", "/x/state", "//state", "/%00/", "/favicon.ico"]
    )
    def test_without_the_token_there_is_nothing(self, client, path):
        for method, body in (("GET", None), ("POST", {})):
            status, _headers, answer = client.ask(method, path, body, JSON)
            assert status == 403
            assert client.token not in answer.decode()

    def test_no_two_servers_have_the_same_token(self, client, tmp_path):
        (tmp_path / "other").mkdir()
        read = database(tmp_path / "other", content(1))
        with SheetFile(ratings_path(read.path, None), "db.json") as file:
            work = open_work(read, file)
            with RatingServer(work) as other:
                assert len(client.token) == 32
                assert client.token not in other.url

    @pytest.mark.parametrize(
        "host",
        [[], ["evil.example"], ["127.0.0.1"], ["127.0.0.1:1"], ["evil.example:PORT"],
         ["127.0.0.1:PORT", "evil.example"], ["[::1]:PORT"]],
    )  # fmt: skip
    def test_other_hosts_are_refused(self, client, host):
        """A name that an attacker has made to mean this computer (DNS rebinding)."""
        hosts = [each.replace("PORT", str(client.server.port)) for each in host]
        assert client.ask("GET", "state", host=hosts)[0] == 403
        body = {"place": 0, "verdict": "accepted"}
        assert client.ask("POST", "rate", body, JSON, hosts)[0] == 403
        assert client.get("state")["models"][0]["verdict"] is None

    def test_it_may_be_called_localhost(self, client):
        assert client.ask("GET", "state", host=[f"localhost:{client.server.port}"])[0] == 200

    @pytest.mark.parametrize(
        "headers",
        [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": "http://127.0.0.1:1"},
         {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}],
    )  # fmt: skip
    def test_other_pages_are_refused(self, client, headers):
        body = {"place": 0, "verdict": "accepted"}
        assert client.ask("POST", "rate", body, {**JSON, **headers})[0] == 403
        assert client.get("state")["models"][0]["verdict"] is None

    def test_its_own_page_is_not(self, client):
        own = {"Origin": f"http://127.0.0.1:{client.server.port}", "Sec-Fetch-Site": "same-origin"}
        body = {"place": 0, "verdict": "accepted"}
        assert client.ask("POST", "rate", body, {**JSON, **own})[0] == 200

    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({"Content-Type": "text/plain"}, 415),
            ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
            ({}, 415),
            ({**JSON, "Content-Length": "-1"}, 411),
            ({**JSON, "Content-Length": "1e3"}, 411),
            ({**JSON, "Content-Length": "65537"}, 413),
            ({**JSON, "Content-Length": "9" * 40}, 413),
        ],
    )
    def test_bodies_that_are_not_read(self, client, headers, status):
        assert client.ask("POST", "rate", b"{}", headers)[0] == status
        assert client.get("state")["place"] == 0

    def test_a_body_without_a_length(self, client):
        assert client.ask("POST", "rate", None, JSON)[0] == 411

    @pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"])
    def test_other_methods(self, client, method):
        assert client.ask(method, "state")[0] == 501

    def test_a_link_for_the_browser_s_command_line_works_once(self, client):
        path = "/" + client.server.url_for_once.rpartition("/")[2]
        assert client.token not in path
        assert client.ask("GET", path, host=["evil.example"])[0] == 403
        status, headers, _body = client.ask("GET", path)
        assert (status, headers["Location"]) == (303, f"/{client.token}/")
        status, headers, body = client.ask("GET", path)
        assert (status, headers["Location"]) == (403, None)
        assert "this link works once" in json.loads(body)["error"]

    def test_a_forgotten_slash(self, client):
        status, headers, _body = client.ask("GET", f"/{client.token}")
        assert (status, headers["Location"]) == (303, f"/{client.token}/")

    def test_it_listens_on_the_loopback_interface_alone(self, client):
        assert client.server._http.server_address[0] == "127.0.0.1"
        others = {each[4][0] for each in socket.getaddrinfo(socket.gethostname(), None)}
        for address in (a for a in others if not a.startswith("127.") and ":" not in a):
            with pytest.raises(OSError):
                socket.create_connection((address, client.server.port), timeout=2)

    def test_a_page_that_was_closed_costs_nothing(self, client, capfd):
        with socket.create_connection(("127.0.0.1", client.server.port)) as half:
            half.sendall(b"POST / HTTP/1.1\r\nHost: x\r\n")
        address = ("127.0.0.1", client.server.port)
        for _ in range(3):
            with socket.create_connection(address) as leaving:
                # Ends with a reset, not in an orderly way.
                linger = b"\x01\0\0\0\0\0\0\0"
                leaving.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                host = f"127.0.0.1:{client.server.port}"
                leaving.sendall(f"GET /{client.token}/uPlot.iife.min.js HTTP/1.1\r\n".encode())
                leaving.sendall(f"Host: {host}\r\n\r\n".encode())
        assert client.get("state")["place"] == 0
        assert "Traceback" not in capfd.readouterr().err


def test_a_port_that_is_taken(tmp_path):
    read = database(tmp_path, content(1))
    with SheetFile(ratings_path(read.path, None), "db.json") as file:
        work = open_work(read, file)
        with (
            RatingServer(work) as first,
            pytest.raises(UsageError, match=rf"--port {first.port}: another program listens there"),
        ):
            RatingServer(work, first.port)


def test_the_license_of_the_chart_library_is_there():
    from importlib import resources

    web = resources.files("pyneuronautofit.rating") / "web"
    assert "MIT License" in (web / "uPlot-LICENSE.txt").read_text()
