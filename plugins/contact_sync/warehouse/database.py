"""The way into the contacts warehouse: an engine, the keys of its secrets, and the session settings.

Every connection names its task (`application_name`), speaks UTC and notices within seconds when its client has been
killed. Refuses a URL of another database than Postgres and a missing or malformed CONTACT_SYNC_KEY.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from cryptography.fernet import Fernet, MultiFernet
from psycopg.errors import IdleInTransactionSessionTimeout
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.pool import NullPool, QueuePool

from contact_sync.errors import ConfigError, Unavailable, WarehouseRefused

SESSION_OPTIONS = "-c timezone=UTC -c client_connection_check_interval=2s -c search_path=pg_catalog"
MAKE_KEY = 'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'


@dataclass(frozen=True, slots=True)
class Warehouse:
    """An engine on the warehouse and the keys of what it keeps secret (CONTACT_SYNC_KEY, None if not at hand)."""

    engine: Engine
    keys: str | None = field(repr=False)

    @property
    def fernet(self) -> MultiFernet:
        """What encrypts and decrypts. Raises ConfigError without CONTACT_SYNC_KEY."""
        return _fernet(self.keys)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction; a lost or refused connection is `Unavailable`, so that the scheduler tries again.

        Any other refusal by the server is told without its text, which may quote personal values.
        """
        with in_our_words(), self.engine.begin() as connection:
            yield connection

    def named(self, application_name: str) -> "Warehouse":
        """The same warehouse by connections of another name, such as `contact-sync fetch 12 load`."""
        return Warehouse(_engine(self._url, application_name), self.keys)

    @contextmanager
    def kept_open(self, application_name: str) -> Iterator["Warehouse"]:
        """The same by connections that stay open between transactions until the block ends, each tried before use.

        For a stage of many small transactions: a new connection costs more than one of them.
        """
        engine = _engine(self._url, application_name, keep=True)
        try:
            yield Warehouse(engine, self.keys)
        finally:
            engine.dispose()

    @property
    def _url(self) -> str:
        return self.engine.url.render_as_string(hide_password=False)


@contextmanager
def in_our_words() -> Iterator[None]:
    """What the driver raises becomes Unavailable or WarehouseRefused, as `Warehouse.transaction` has them."""
    try:
        yield
    except (OperationalError, psycopg.OperationalError) as error:
        raise Unavailable(f"The contacts warehouse did not answer: {_first_line(_origin(error))}") from None
    except (DBAPIError, psycopg.Error) as error:
        cause = _origin(error)
        if isinstance(cause, IdleInTransactionSessionTimeout):  # the server ended the session of who stood still
            raise Unavailable(f"The contacts warehouse did not answer: {_first_line(cause)}") from None
        raise WarehouseRefused(_without_values(cause)) from None


def open_warehouse(url: str, keys: str | None, application_name: str = "contact-sync") -> Warehouse:
    """A warehouse from its URL (postgresql://… or postgresql+psycopg://…) and CONTACT_SYNC_KEY.

    keys: one Fernet key, or several separated by commas: the first encrypts, all decrypt.
    Without any, everything works that needs no secret. Raises ConfigError for what cannot be read; connects to nothing.
    """
    if keys:
        _fernet(keys)
    return Warehouse(_engine(url, application_name), keys)


def _engine(url: str, application_name: str, *, keep: bool = False) -> Engine:
    parsed = _parsed(url)
    if parsed.get_backend_name() not in {"postgresql", "postgres"}:
        raise ConfigError(f"The warehouse must be Postgres; the URL names {parsed.get_backend_name()!r}.")
    connect_args: dict[str, Any] = {
        "application_name": application_name,
        "options": SESSION_OPTIONS,
        "connect_timeout": 10,
    }
    return create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        poolclass=QueuePool if keep else NullPool,
        pool_pre_ping=keep,
        connect_args=connect_args,
        use_native_hstore=False,  # not used, and each new engine would ask the server for the type
        hide_parameters=True,
    )


def _parsed(url: str) -> URL:
    unreadable = ConfigError(
        "The warehouse URL cannot be read. It looks like postgresql://USER:PASSWORD@HOST:5432/DATABASE. "
        "In the password write %40 for @, %3A for : and %2F for /."
    )
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # a ValueError quotes what stands where the port should: part of a password
        raise unreadable from None
    if "@" in (parsed.host or ""):  # the end of a password, which the driver would quote as the host it cannot find
        raise unreadable
    return parsed


def _fernet(keys: str | None) -> MultiFernet:
    if not keys:
        raise ConfigError(
            "CONTACT_SYNC_KEY is not set: it encrypts the shared tokens in the warehouse. "
            f"Make one with: {MAKE_KEY} and give it to every Airflow component."
        )
    try:
        return MultiFernet([Fernet(key.strip()) for key in keys.split(",")])
    except ValueError:
        raise ConfigError(
            f"CONTACT_SYNC_KEY is not a Fernet key (or several, separated by commas). Make one with: {MAKE_KEY}"
        ) from None


def ping(warehouse: Warehouse) -> str:
    """The version of the server, such as '18.6'."""
    with warehouse.transaction() as connection:
        return str(connection.execute(text("SHOW server_version")).scalar_one())


def _origin(error: Exception) -> BaseException:
    """The driver's own error: COPY and DDL go to it directly, all else through SQLAlchemy."""
    return error.orig if isinstance(error, DBAPIError) and error.orig is not None else error


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


def _without_values(error: BaseException) -> str:
    diagnosis = getattr(error, "diag", None)
    where = [
        f"{label} {value}"
        for label, value in (
            ("table", getattr(diagnosis, "table_name", None)),
            ("column", getattr(diagnosis, "column_name", None)),
            ("constraint", getattr(diagnosis, "constraint_name", None)),
        )
        if value
    ]
    kind = f"{type(error).__name__} (SQLSTATE {getattr(error, 'sqlstate', None)})"
    return f"The contacts warehouse refused a statement: {', '.join([kind, *where])}. Nothing of it was written."
