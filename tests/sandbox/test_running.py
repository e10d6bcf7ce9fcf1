"""Starting, stopping and being killed: what was accepted is delivered once."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import requests

from tests.sandbox.running import ROOT, Sandbox, eventually, free_port, running

MAYA, PORTAL = "maya@client.example", "portal@hart.example"


def send(sandbox: Sandbox, subject: str) -> None:
    to = [{"emailAddress": {"address": MAYA}}]
    message = {"subject": subject, "toRecipients": to, "body": {"content": "x"}}
    answer = sandbox.graph(
        "POST", f"/users/{PORTAL}/sendMail", sandbox.app_token(), json={"message": message}
    )
    assert answer.status_code == 202


def subjects(sandbox: Sandbox, address: str) -> list[str]:
    query = {"as": address, "folder": "inbox"}
    view = requests.get(f"{sandbox.url}/outlook/api/mailbox", params=query, timeout=5).json()
    return [one["subject"] for one in view["messages"]]


def test_a_kill_loses_no_accepted_letter_and_doubles_none(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "sandbox", "--port", str(port), "--data", str(tmp_path)]
    child = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
    sandbox = Sandbox(port, tmp_path)
    eventually(lambda: _answers(sandbox))
    sandbox.faults(delivery="hold")
    send(sandbox, "before the kill")
    os.killpg(child.pid, signal.SIGKILL)
    child.wait(10)
    with running(tmp_path) as again:
        assert subjects(again, MAYA) == []
        again.faults(delivery=None)
        eventually(lambda: subjects(again, MAYA))
        assert subjects(again, MAYA) == ["before the kill"]
    with running(tmp_path) as third:
        assert subjects(third, MAYA) == ["before the kill"]


def test_the_demo_mailboxes_are_made_once(tmp_path: Path) -> None:
    for _ in range(2):
        with running(tmp_path):
            pass
    with closing(sqlite3.connect(tmp_path / "sandbox.db")) as db:
        assert db.execute("SELECT count(*) FROM mailbox").fetchone() == (5,)
        assert db.execute("SELECT count(*) FROM folder").fetchone() == (35,)


def test_without_an_addin_address_no_window_has_the_button(tmp_path: Path) -> None:
    with running(tmp_path) as sandbox:
        page = requests.get(f"{sandbox.url}/outlook?as=ann@hart.example", timeout=5).text
        assert 'data-addin=""' in page


def test_unknown_mailboxes_are_not_found(sandbox: Sandbox) -> None:
    for path in (
        "outlook?as=eve@evil.example",
        "outlook",
        "outlook/api/mailbox?as=eve@evil.example",
    ):
        assert requests.get(f"{sandbox.url}/{path}", timeout=5).status_code == 404


def test_a_view_is_sent_again_only_when_something_changed(sandbox: Sandbox) -> None:
    url = f"{sandbox.url}/outlook/api/mailbox?as={PORTAL}&folder=sentitems"
    first = requests.get(url, timeout=5)
    tag = {"If-None-Match": first.headers["ETag"]}
    assert requests.get(url, headers=tag, timeout=5).status_code == 304
    send(sandbox, "a change")
    eventually(lambda: requests.get(url, headers=tag, timeout=5).status_code == 200)


def _answers(sandbox: Sandbox) -> bool:
    try:
        return requests.get(f"{sandbox.url}/healthz", timeout=1).ok
    except requests.ConnectionError:
        return False
