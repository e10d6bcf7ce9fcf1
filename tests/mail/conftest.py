"""The mails' writer, once for all tests."""

import pytest

from tests.mail.samples import Writer


@pytest.fixture(scope="session")
def write() -> Writer:
    return Writer()
