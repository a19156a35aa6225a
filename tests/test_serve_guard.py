"""Who may ask, how much and how long: raw sockets against a real server."""

import json
import os
import re
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import urljoin

import pytest
from click.testing import CliRunner
from serve_support import exchange, running

from gateline.cli import group
from gateline.errors import InputError
from gateline.serve.app import make_app
from gateline.serve.sockets import listen


@pytest.fixture(scope="module")
def port():
    with running(make_app(seconds=60, body_seconds=1)) as found:
        yield found


GOOD = b'{"chip": "H20", "as_of": "2024-06-01"}'


def post(port: int, body: bytes = GOOD, path: str = "/api/v1/chip", **headers: str):
    given = {"Host": f"127.0.0.1:{port}", "Content-Type": "application/json", "Content-Length": str(len(body))}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in (given | named).items() if value]
    return exchange(port, f"POST {path} HTTP/1.1\r\n" + "\r\n".join(lines) + "\r\n\r\n", body)


def get(port: int, path: str = "/api/v1/health", *lines: str):
    return exchange(port, f"GET {path} HTTP/1.1\r\n" + "".join(f"{line}\r\n" for line in lines) + "\r\n")


def test_a_good_question_is_answered(port):
    status, headers, body = post(port)
    assert status == 200
    assert json.loads(body)["outcome"] == "not_met"
    assert headers["content-type"] == "application/json"


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "[::1]"])
def test_names_of_this_machine_are_answered(port, name):
    assert get(port, "/api/v1/health", f"Host: {name}:{port}")[0] == 200
    assert get(port, "/api/v1/health", f"Host: {name}")[0] == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8420", "127.0.0.1.evil.example", "localhost.evil.example:1", "evil.example@127.0.0.1",
     "127.0.0.1:80:80", "0.0.0.0", "[::]", "127.1", "::1", ""],
)  # fmt: skip
def test_other_hosts_are_refused_before_routing(port, host):
    """DNS rebinding: the name of a page elsewhere may come to mean this machine, but the Host header tells."""
    for path in ("/api/v1/health", "/", "/nowhere"):
        assert get(port, path, f"Host: {host}")[0] == 421


def test_no_host_or_two_are_refused(port):
    assert get(port)[0] in (400, 421)
    assert get(port, "/api/v1/health", "Host: 127.0.0.1", "Host: evil.example")[0] in (400, 421)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "https://127.0.0.1"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
def test_pages_from_elsewhere_cannot_ask(port, headers):
    assert post(port, **headers)[0] == 403


def test_the_page_itself_can_ask(port):
    assert post(port, Origin=f"http://127.0.0.1:{port}", Sec_Fetch_Site="same-origin")[0] == 200
    assert post(port, Sec_Fetch_Site="none")[0] == 200


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/yaml", ""]
)  # fmt: skip
def test_simple_requests_of_other_kinds_are_refused(port, kind):
    """A form on a page elsewhere can send these without asking first; and YAML is not taken at all."""
    assert post(port, Content_Type=kind)[0] == 415


def test_a_table_is_not_a_question_nor_a_question_a_table(port):
    assert post(port, Content_Type="text/csv")[0] == 415
    assert post(port, path="/api/v1/fleet?as_of=2024-06-01")[0] == 415


def test_no_other_origin_is_allowed(port):
    status, headers, _ = exchange(
        port, f"OPTIONS /api/v1/chip HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://evil.example\r\n\r\n"
    )
    assert status in (403, 405)
    assert not [name for name in headers if name.startswith("access-control")]


def test_sizes(port):
    assert post(port, b"{" + b" " * 63_998 + b"}")[0] == 422
    assert post(port, b"{" + b" " * 63_999 + b"}")[0] == 413
    assert post(port, Content_Length="99999999999999999999")[0] == 413
    assert post(port, Content_Length="")[0] == 411
    for wrong in ("-1", "x", "1e3"):
        assert post(port, Content_Length=wrong)[0] in (400, 411)


def test_a_chunked_body_has_no_length(port):
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(GOOD), GOOD)
    assert post(port, chunked, Content_Length="", Transfer_Encoding="chunked")[0] == 411


def test_a_slow_body_is_not_waited_for(port):
    assert post(port, b'{"chip"', Content_Length="40")[0] == 408


def test_long_headers_and_paths_are_refused(port):
    assert get(port, "/" + "a" * 70_000, "Host: 127.0.0.1")[0] in (400, 414)
    assert get(port, "/", "Host: 127.0.0.1", "X: " + "a" * 70_000)[0] in (400, 431)


def test_every_answer_carries_the_headers(port):
    wanted = {
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
    }
    good = f"Host: 127.0.0.1:{port}"
    for status, headers, _ in (get(port, "/", good), get(port, "/x", good), get(port, "/", "Host: evil"), post(port)):
        assert {name: headers[name] for name in wanted} == wanted, status
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "server" not in headers
        assert "set-cookie" not in headers
        assert not [name for name in headers if name.startswith("access-control")]


def test_only_the_loopback_interface_is_bound():
    for host in ("0.0.0.0", "::", "192.168.1.2", "example.org", ""):
        with pytest.raises(InputError, match="SSH tunnel"):
            listen(host, 0)


def test_a_port_in_use_is_told_and_no_other_taken():
    [taken] = listen("127.0.0.1", 0)
    port = taken.getsockname()[1]
    with taken, pytest.raises(InputError, match=f"{port} on 127.0.0.1 cannot be used"):
        listen("127.0.0.1", port)


def test_failures_are_told_without_what_was_asked(capsys, monkeypatch):
    from starlette.testclient import TestClient

    def broken(_):
        raise RuntimeError("secret chip")

    monkeypatch.setattr("gateline.serve.app.document_text", lambda: broken(None))
    client = TestClient(make_app(), base_url="http://127.0.0.1:8420")
    answer = client.get("/api/v1/openapi.json")
    told = capsys.readouterr().err
    assert answer.status_code == 500
    assert "secret" not in answer.text + told
    assert "RuntimeError at" in told


def test_answers_have_a_time_limit():
    with running(make_app(seconds=0.0001)) as port:
        status, _, body = post(port)
    assert status == 503
    assert "Use the command line" in body


def test_nothing_is_kept(tmp_path):
    """The command in a folder of its own, asked once: no file is left there, in its home or among temporary files."""
    folders = [tmp_path / name for name in ("work", "home", "temporary")]
    for folder in folders:
        folder.mkdir()
    [probe] = listen("127.0.0.1", 0)
    port = probe.getsockname()[1]
    probe.close()
    gateline = str(Path(sys.executable).with_name("gateline"))
    process = subprocess.Popen(
        [gateline, "serve", "--no-browser", "--host", "127.0.0.1", "--port", str(port)],
        cwd=folders[0],
        env=os.environ | {"HOME": str(folders[1]), "TMPDIR": str(folders[2]), "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    told = process.stderr.readline()
    status, _, _ = post(port, b'{"chip": {"name": "Secret X9"}, "as_of": "2024-06-01"}')
    process.send_signal(2)
    out, err = process.communicate(timeout=20)
    assert status == 200
    assert "open to this machine only" in told
    assert "Secret" not in out + err
    assert [path for folder in folders for path in folder.rglob("*")] == []


def test_a_question_reads_no_file(port, tmp_path, monkeypatch):
    (tmp_path / "H999").write_text("name: from a file\n")
    monkeypatch.chdir(tmp_path)
    for name in ("H999", str(tmp_path / "H999"), "/etc/passwd", "-"):
        status, _, body = post(port, json.dumps({"chip": name, "as_of": "2024-06-01"}).encode())
        assert (status, "is not in the catalogue" in body) == (422, True)
    assert get(port, "/api/v1/schemas/..%2f..%2fVERSION.json", "Host: localhost")[0] in (404, 422)
    assert get(port, "/static/../api.py", "Host: localhost")[0] in (404, 405)


def test_a_connection_that_says_nothing_holds_nobody_up(port):
    with socket.create_connection(("127.0.0.1", port)):
        assert post(port)[0] == 200


KEY = "Zm9v-key_of-the_test"


@pytest.fixture(scope="module")
def locked():
    with running(make_app(seconds=60, key=KEY)) as found:
        yield found


@pytest.mark.parametrize("path", ["/", "/model", "/rules", "/static/page.css", "/static/page.js", "/api/v1/health"])
def test_behind_a_key_every_address_starts_with_it(locked, path):
    host = f"Host: 127.0.0.1:{locked}"
    assert get(locked, f"/{KEY}{path}", host)[0] == 200
    for other in (
        path,
        f"/{KEY[:-1]}{path}",
        f"/{KEY}x{path}",
        f"/x{path}",
        f"//{KEY}{path}",
        f"{path}?{KEY}",
        f"/é{path}",
    ):
        assert get(locked, other.replace("é", "%C3%A9"), host)[0] == 403


def test_behind_a_key_questions_are_answered_and_the_other_checks_stand(locked):
    assert post(locked, path=f"/{KEY}/api/v1/chip")[0] == 200
    assert post(locked)[0] == 403
    assert post(locked, path=f"/{KEY}/api/v1/chip", Origin="http://evil.example")[0] == 403
    assert get(locked, f"/{KEY}/", "Host: evil.example")[0] == 421
    assert get(locked, f"/{KEY}/nowhere", "Host: localhost")[0] == 404


def test_behind_a_key_every_link_of_a_page_leads_on(locked):
    """Links are relative; the address of the browser holds the key."""
    for path in ("/", "/rules/us.ear.3a090"):
        _, _, markup = get(locked, f"/{KEY}{path}", "Host: localhost")
        links = re.findall(r'(?:href|src|action)="([^"#:]+)"', markup)
        assert links
        for link in links:
            assert get(locked, urljoin(f"/{KEY}{path}", link), "Host: localhost")[0] == 200


def test_an_answer_behind_a_key_does_not_hold_it(locked):
    for path in (f"/{KEY}/", f"/{KEY}/rules", "/", f"/{KEY}/nowhere"):
        _, headers, body = get(locked, path, "Host: localhost")
        assert KEY not in body + str(headers)


def test_the_command_makes_another_key_each_time(monkeypatch):
    asked = []
    monkeypatch.setattr("gateline.serve.run.serve", lambda app, _, browser: asked.append((app.key, browser)))
    monkeypatch.setattr("gateline.serve.app.warm", lambda: None)
    with closing(socket.socket()) as bound:
        bound.bind(("127.0.0.1", 0))
        monkeypatch.setattr("gateline.serve.sockets.listen", lambda *_: [bound])
        told = [CliRunner().invoke(group, ["serve", "--token"]).stderr for _ in range(2)]
    (first, opened), (second, _) = asked
    assert len(first) >= 32
    assert first != second
    assert not opened
    assert f"/{first}/ is open to whoever on this machine has this address" in told[0]
