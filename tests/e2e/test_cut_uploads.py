"""A file of 25 MB over a line that breaks: it arrives whole, and little of it goes twice."""

import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser import chromium
from tests.e2e.cutting import cutting
from tests.e2e.pair import Pair
from tests.e2e.panes import add_files, rows
from tests.e2e.people import (
    ANN,
    MAYA,
    Profile,
    expect_sent,
    letter_id,
    new_subject,
    open_pane,
    press_send,
    write,
)
from tests.e2e.wire import read, staff

pytestmark = pytest.mark.timeout(300)
SIZE = 25 * 1024 * 1024
CUTS = (1_500_000, 900, 3_700_000)
# Of each cut: a browser repeats a request by itself where a kept connection breaks. That our own
# code sends nothing twice is shown in web/kit/test/resuming.test.ts.
LOST_AT_MOST = 4 * 1024 * 1024 + 65536


def test_a_large_file_goes_on_where_the_line_broke(pair: Pair, tmp_path: Path) -> None:
    port = urlsplit(pair.url).port
    scan = tmp_path / "scan.bin"
    scan.write_bytes(os.urandom(SIZE))
    subject = new_subject("Over a bad line")
    with cutting(port or 0, CUTS) as line:
        rule = f"--host-resolver-rules=MAP 127.0.0.1:{port} 127.0.0.1:{line.port}"
        with chromium(rule) as browser:
            profile = Profile.open(browser, pair)
            pane = open_pane(profile.outlook(ANN))
            write(pane, to=(MAYA,), subject=subject, text="The scan.")
            before = line.up
            add_files(pane, scan)
            expect(rows(pane).nth(0)).to_contain_text("File, 26 MB", timeout=60_000)
            expect(pane.get_by_text("1 file, ")).to_be_visible(timeout=60_000)
            press_send(pane)
            expect_sent(pane)
            profile.close()
        assert line.done == len(CUTS)
        assert SIZE < line.up - before < SIZE + len(CUTS) * LOST_AT_MOST
    letter = letter_id(pair, MAYA, subject)
    assert read(staff(pair, ANN), letter).files == {"scan.bin": scan.read_bytes()}
