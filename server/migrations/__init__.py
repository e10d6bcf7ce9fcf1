"""Alembic migrations; `upgrade` brings a database to the newest."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config

FOLDER: Final = Path(__file__).parent


def upgrade(database_url: str, revision: str = "head") -> None:
    """Bring the database at an SQLAlchemy URL to a revision."""
    command.upgrade(config(database_url), revision)


def config(database_url: str) -> Config:
    """Alembic's configuration for a database."""
    settings = Config()
    settings.set_main_option("script_location", str(FOLDER))
    settings.set_main_option("sqlalchemy.url", database_url.replace("%", "%%"))
    return settings
