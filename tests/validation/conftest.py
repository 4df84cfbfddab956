"""A database for these tests, emptied before each of them, with a batch to be staged in it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import URL, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from tests.validation.staged import Batch


@pytest.fixture(scope="session")
def validation_database(postgres_url: str) -> Iterator[URL]:
    """One database for all: creating one costs more than a test."""
    server = make_url(postgres_url).set(drivername="postgresql+psycopg", database="postgres")
    admin = create_engine(server, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS validation WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE validation"))
    yield server.set(database="validation")
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE validation WITH (FORCE)"))


@pytest.fixture
def batch(validation_database: URL) -> Batch:
    """A hundred sane rows, to be staged in an empty database."""
    engine = create_engine(validation_database, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    return Batch(validation_database.render_as_string(hide_password=False), engine)
