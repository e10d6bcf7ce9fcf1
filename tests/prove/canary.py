"""The canary in figures: `python -m tests.prove.canary`."""

import sys
import tempfile
from pathlib import Path

from tests.browser import chromium
from tests.e2e.canary import FORMS
from tests.e2e.places import ALL, PLANTED, PRIVATE, Caught, control
from tests.e2e.test_canary import KINDS, SAVED, Seen, look
from tests.prove.report import section, table


def main() -> int:
    """Write the section; 1 if a word was found, or a planted one was not."""
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        story, planted = Path(name) / "story", Path(name) / "control"
        story.mkdir()
        planted.mkdir()
        seen = look(story, browser)
        caught = control(story, browser, planted)
    rows: list[list[object]] = [
        [place, len(seen.running[place]), *(_hits(seen, place, kind) for kind in KINDS)]
        for place in ALL
    ]
    counts: list[list[object]] = [
        [place, sum(form in found.get(place, ()) for form, found in caught[place].items())]
        for place in PLANTED
    ]
    section("canary", "Words of letters outside windows", _markdown(seen, rows, counts))
    silent = all(hits == 0 for row in rows for hits in row[2:]) and not seen.running[PRIVATE]
    return 0 if silent and _caught_all(caught) and _is_kept_as_said(seen) else 1


def _hits(seen: Seen, place: str, kind: str) -> int:
    """In how many forms the word of this kind was found, while all ran and after the end."""
    word = seen.words[kind]
    ends = (seen.found_running[word], seen.found_stopped[word])
    return sum(len(found.get(place, ())) for found in ends)


def _caught_all(caught: Caught) -> bool:
    return all(
        form in found.get(place, ()) for place in PLANTED for form, found in caught[place].items()
    )


def _is_kept_as_said(seen: Seen) -> bool:
    """Whether browsers kept saved files while letters were open, and nothing else."""
    return all(
        seen.found_reading[seen.words[kind]].keys() == ({PRIVATE} if kind in SAVED else set())
        for kind in KINDS
    )


def _markdown(seen: Seen, rows: list[list[object]], counts: list[list[object]]) -> str:
    kept = [kind for kind in KINDS if PRIVATE in seen.found_reading[seen.words[kind]]]
    return f"""A word of its own for each of {len(KINDS)} kinds of content, looked for while all ran
(letters closed) and again after the end, in plain and as hex, UTF-16 and base64 at each offset, and
inside gzip, zlib, base64, quoted-printable, percent and JSON escapes, four deep. Found, in forms:

{table(["place", "pieces", *KINDS], rows)}

While letters were open, the browsers' private files held: {", ".join(kept) or "nothing"}, which is
what Maya saved to her disk. The pane is a frame of another site and has no storage in these profiles;
bodies of uploaded files are not in the portal traffic, but in database and blobs as they came. Once she had closed it they held {len(seen.running[PRIVATE])} files.

Control: other words, each in {len(FORMS)} forms, were put in clear into each place, and this many of
them were found there under their names (of {len(FORMS)}):

{table(["place", "caught"], counts)}

Mail in clear, in those of the forms that are text, is caught in traffic and mailboxes by `tests/e2e/test_canary.py`."""


if __name__ == "__main__":
    sys.exit(main())
