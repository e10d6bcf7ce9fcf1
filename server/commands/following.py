"""`letterlock audit follow`: read a portal's key log from another machine, and keep what was seen of it."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from server.base.settings import BadSetting
from server.crypto.log.following import Contradiction, Fetch, Followed, follow
from server.crypto.log.note import NoteKey
from server.crypto.log.refusals import LogRefused

TIMEOUT_S: Final = 30
LARGEST: Final = 17 * 1024 * 1024  # 256 entries of 65,535 bytes, each after its length
HERE: Final = {"localhost", "127.0.0.1", "::1"}


def add(actions: Any) -> None:
    """Add the action to `letterlock audit`."""
    parser = actions.add_parser("follow", help="read a portal's log over HTTP, from elsewhere")
    parser.add_argument("portal", help="such as https://portal.hart.example")
    parser.add_argument("--key", required=True, help="the log's verifier key: letterlock audit key")
    parser.add_argument(
        "--state", type=Path, required=True, help="file with the checkpoint of last time"
    )
    parser.set_defaults(run=_follow)


def _follow(options: argparse.Namespace) -> int:
    return say(over_http(options.portal), options.key, options.state)


def say(fetch: Fetch, key: str, state: Path) -> int:
    """Follow once, print what is new, keep the checkpoint. Returns 0, or 1 for a contradiction.

    Raises:
        BadSetting: The key or the state is none of this log, or the portal did not answer: nothing
            is known then.
    """
    try:
        kept = state.read_text(encoding="utf-8") if state.exists() else None
        found = follow(fetch, NoteKey.parse(key), kept)
    except Contradiction as error:
        evidence = state.with_name(f"{state.name}.refused")
        _write(evidence, error.note)
        where = "" if error.index is None else f" (entry {error.index})"
        sys.stdout.write(
            f"{error.code}: {error}{where}\nThe checkpoint of last time stays in {state}; the one "
            f"that was refused is in {evidence}. Both together are the evidence: keep them.\n"
        )
        return 1
    except (ValueError, LogRefused, OSError) as error:
        raise BadSetting(
            f"--key or --state is not of this log, or cannot be read: {error}"
        ) from error
    _write(state, found.note)
    for line in lines(found):
        sys.stdout.write(f"{line}\n")
    return 0


def lines(found: Followed) -> list[str]:
    """One line for each entry since last time, and a last one for all."""
    return [
        f"entry {index}: {event.reason}, {datetime.fromtimestamp(event.time, UTC):%Y-%m-%d %H:%M} "
        f"UTC, event {event.version} of {event.person[:12]}"
        for index, event in found.fresh
    ] + [f"{found.size} entries about {found.persons} persons; {len(found.fresh)} are new."]


def over_http(portal: str) -> Fetch:
    """What fetches from a portal's log.

    Raises:
        BadSetting: It is neither https nor on this machine; later, that it did not answer.
    """
    import requests  # noqa: PLC0415 a command loads what it runs

    parts = urlsplit(portal)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in HERE):
        raise BadSetting(f"{portal} is not https")
    session = requests.Session()

    def fetch(path: str) -> bytes:
        url = f"{portal.rstrip('/')}/log/{path}"
        try:
            with session.get(url, timeout=TIMEOUT_S, stream=True, allow_redirects=False) as answer:
                data: bytes = answer.raw.read(LARGEST, decode_content=True)
                status = answer.status_code
        except (requests.RequestException, OSError) as error:
            raise BadSetting(f"{url} did not answer: nothing is known of the log now") from error
        if status != requests.codes.ok:
            raise BadSetting(f"{url} answered {status}: nothing is known of the log now")
        return data

    return fetch


def _write(path: Path, note: str) -> None:
    """All of it or nothing."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text(note, encoding="utf-8")
    fresh.replace(path)
