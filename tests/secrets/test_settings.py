"""A database address with a password that was not escaped is refused, and not quoted."""

import pytest

from server.base.settings import BadSetting, load_settings
from tests.e2e.canary import new_word

WORD = new_word()
GOOD = {
    "LETTERLOCK_DATA": "/nowhere",
    "LETTERLOCK_ORIGIN": "https://portal.example",
    "LETTERLOCK_ADDIN_ORIGIN": "https://addin.example",
    "LETTERLOCK_CLIENT_ID": "id",
    "LETTERLOCK_CLIENT_SECRET": "secret",
}


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql+psycopg://letterlock:p@ss:{WORD}@db/letterlock",
        f"postgresql+psycopg://letterlock@db:{WORD}/letterlock",
        f"postgresql://letterlock:{WORD}@db/letterlock",
        f"mysql://letterlock:{WORD}@db/letterlock",
        WORD,
    ],
    ids=["@ in the password", "no port", "no driver", "another engine", "no address"],
)
def test_an_address_that_cannot_be_read_is_refused_by_name(url: str) -> None:
    with pytest.raises(BadSetting, match="LETTERLOCK_DATABASE_URL") as refusal:
        load_settings(GOOD | {"LETTERLOCK_DATABASE_URL": url})
    assert WORD not in str(refusal.value)


@pytest.mark.parametrize(
    "url",
    ["sqlite:////data/letterlock.db",
     "postgresql+psycopg://letterlock:p%40ss@db/letterlock?sslmode=verify-full"],
)  # fmt: skip
def test_an_address_of_either_engine_is_taken_as_it_is(url: str) -> None:
    assert load_settings(GOOD | {"LETTERLOCK_DATABASE_URL": url}).database_url == url
