"""One HTTP call to an API of Zoho with everything that may go wrong on the way: tokens, limits, cuts, error bodies.

The session is handed in and is ours from then on: its login and its headers are replaced, because a session made from
an Airflow connection carries the client secret as a login and the connection's extra as headers. Connections are kept
alive. Every attempt that left this machine is recorded with its cost. Refuses redirects: a token is never sent on.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter
from typing import IO, Any

import requests
from requests.exceptions import ConnectTimeout, InvalidSchema, InvalidURL, MissingSchema
from urllib3.exceptions import NewConnectionError

from contact_sync.core.api import AccessToken, ApiCall, CallRecorder, CreditReserver, TokenStore, spend_freely
from contact_sync.errors import ConfigError, ContractBroken, CredentialsError, Unavailable
from contact_sync.redact import redact
from contact_sync.zoho.answers import Answer, read_body, row_count, served_at
from contact_sync.zoho.auth import Credentials, request_token
from contact_sync.zoho.catalogue import COSTS, cost_of
from contact_sync.zoho.failures import EffectUnknown, TokenRefused
from contact_sync.zoho.retrying import RetryPolicy
from contact_sync.zoho.service import RECRUIT_SERVICE, Service

log = logging.getLogger(__name__)

TIMEOUT = (10.0, 60.0)  # connect, read: seconds
USER_AGENT = "contact-sync"
PIECE_BYTES = 1 << 16
_SAVED = "saved"

Params = Mapping[str, str | int | None]


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    path: str
    params: Params | None
    json: Any
    headers: Mapping[str, str]
    to: IO[bytes] | None = None
    most_bytes: int = 0


@dataclass(slots=True)
class _ZohoAuth(requests.auth.AuthBase):
    """Sets Zoho's own authorization header; being an auth object it also wins over a netrc file."""

    token: str = field(repr=False)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Zoho-oauthtoken {self.token}"
        return request


class Transport:
    """Calls of one account. Not for several threads at once.

    api_root: like https://recruit.zoho.eu, from the data centre or the connection, never from a token answer.
    clock: our time (aware). timeout: (connect, read) in seconds. costs: credits per kind of call. service: whose API
    it is, and so what its answers mean. reserve: asked before each attempt whether it may cost what it costs; what it
    raises ends the call unsent (LIM-5).
    """

    def __init__(
        self,
        session: requests.Session,
        api_root: str,
        credentials: Credentials,
        tokens: TokenStore,
        record: CallRecorder,
        clock: Callable[[], datetime],
        *,
        policy: RetryPolicy | None = None,
        timeout: tuple[float, float] = TIMEOUT,
        costs: Mapping[str, int] = COSTS,
        service: Service = RECRUIT_SERVICE,
        reserve: CreditReserver = spend_freely,
    ) -> None:
        self._session = _plain(session)
        self._root = api_root.rstrip("/")
        self._credentials = credentials
        self._tokens = tokens
        self._record = record
        self._clock = clock
        self._policy = policy or RetryPolicy()
        self._timeout = timeout
        self._costs = costs
        self._service = service
        self._reserve = reserve
        self._token: AccessToken | None = None
        self.first_served_at: datetime | None = None
        """The service's clock at its first proper answer (UTC)."""

    def call(
        self,
        method: str,
        path: str,
        params: Params | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """The proper answer of one call; per-record results of a write count as one, whatever their status.

        path: below the API root, like /recruit/v2/Candidates. params: None values are left out.
        Tries again after 429, 5xx and broken connections as the policy says; a write only after 429 or when it never
        left. Renews a refused token once. Raises the classes of errors.py; EffectUnknown for a write that was sent
        without a proper answer.
        """
        return self._carried_out(_Request(method.upper(), path, params, json, dict(headers or {})))

    def download(self, path: str, to: IO[bytes], most_bytes: int) -> int:
        """Stream the file that a GET answers into `to`, from its beginning; its size in bytes.

        Tried again as `call` does, each time from the first byte. Raises ContractBroken for more than `most_bytes`,
        and for a proper answer that is no file.
        """
        answer = self._carried_out(_Request("GET", path, None, None, {"Accept": "*/*"}, to, most_bytes))
        size = (answer.body or {}).get(_SAVED)
        if not isinstance(size, int):
            raise ContractBroken(f"{self._service.name}, GET {path}: HTTP {answer.status} without a file.")
        return size

    def _carried_out(self, request: _Request) -> Answer:
        refused: list[str] = []
        for attempt in self._policy.attempts_of():
            with attempt:
                return self._with_token(request, refused)
        raise Unavailable(f"{self._service.name}, {request.method} {request.path}: no attempt was allowed.")

    def _with_token(self, request: _Request, refused: list[str]) -> Answer:
        """One attempt; a refused token is renewed once per call, `refused` remembers it across attempts."""
        token = self._current_token(refused)
        try:
            return self._send(request, token)
        except TokenRefused as error:
            self._token = None
            if refused:
                raise CredentialsError(f"A new access token is refused as well. {error}") from None
            refused.append(token.value)
        log.info("access token refused on %s %s: renewing it once", request.method, request.path)
        self._token = self._tokens.renew(refused[0], self._ask)
        try:
            return self._send(request, self._token)
        except TokenRefused as error:
            self._token = None
            raise CredentialsError(f"A new access token is refused as well. {error}") from None

    def _current_token(self, refused: Sequence[str] = ()) -> AccessToken:
        """The token in hand, else the stored one, but for one that this call has seen refused, else a new one."""
        if self._token is None or self._token.expires_at <= self._clock():
            stored = None if refused else self._tokens.current()
            self._token = stored or self._tokens.renew(refused[0] if refused else None, self._ask)
        return self._token

    def _ask(self) -> AccessToken:
        return request_token(self._session, self._credentials, self._clock())

    def _send(self, request: _Request, token: AccessToken) -> Answer:
        """Send once, record it, and give the answer or raise the error that it means."""
        self._reserve(cost_of(request.method, request.path, self._costs))
        at, began = self._clock(), perf_counter()
        try:
            response = self._session.request(
                request.method,
                self._root + request.path,
                params={name: value for name, value in (request.params or {}).items() if value is not None},
                json=request.json,
                headers=dict(request.headers),
                auth=_ZohoAuth(token.value),
                timeout=self._timeout,
                allow_redirects=False,
                stream=request.to is not None,
            )
            body = _received(request, response)
        except (InvalidURL, InvalidSchema, MissingSchema):
            raise ConfigError(
                f"API root '{redact(self._root)}' is no URL: check `api_root` in the extra of the account's Airflow"
                f" connection (like {self._service.example_root}), or leave it out and set `data_center`."
            ) from None
        except requests.RequestException as error:
            self._note(request, at, began, status=0, rows=0, sent=not _never_left(error))
            raise _broken(self._service.name, request, error) from None
        self._note(request, at, began, status=response.status_code, rows=row_count(body), sent=True)
        return self._judged(request, response, body)

    def _judged(self, request: _Request, response: requests.Response, body: Any) -> Answer:
        status, headers = response.status_code, response.headers
        if request.to is not None and body == {_SAVED: None}:
            raise ContractBroken(
                f"{self._service.name}, GET {request.path}: the file is larger than {request.most_bytes:,} bytes, which"
                " is the most that is taken. Nothing of it is used."
            )
        error = self._service.failure(request.method, request.path, status, body, headers, self._clock())
        if error is not None:
            raise error
        at = served_at(headers)
        self.first_served_at = self.first_served_at or at
        if at is None:
            raise ContractBroken(
                f"{self._service.name}, {request.method} {request.path}: HTTP {status} without a Date header."
                " The next read would have to start from our clock (RET-7): look for a proxy that removes the header."
            )
        return Answer(status, body, at, headers)

    def _note(self, request: _Request, at: datetime, began: float, *, status: int, rows: int, sent: bool) -> None:
        """Record the attempt. An attempt without an answer has status 0; it costs nothing only if it never left."""
        cost = cost_of(request.method, request.path, self._costs) if sent else 0
        seconds = round(perf_counter() - began, 3)
        try:
            self._record(ApiCall(at, request.method, request.path, status, rows, cost, seconds))
        except Unavailable as error:
            if sent and request.method != "GET":  # Zoho has it: a retry would send it again
                raise EffectUnknown(f"{error} It was sent, and what became of it is unknown.") from None
            raise


def error_kinds(error: BaseException) -> Sequence[BaseException]:
    """An error of requests with all that it wraps, outermost first."""
    found: list[BaseException] = []
    waiting: list[Any] = [error]
    while waiting:
        each = waiting.pop(0)
        if isinstance(each, BaseException) and not any(each is other for other in found):
            found.append(each)
            waiting += [*each.args, getattr(each, "reason", None), each.__cause__]
    return found


def _plain(session: requests.Session) -> requests.Session:
    session.auth = None
    session.headers.clear()
    session.headers.update({**requests.utils.default_headers(), "User-Agent": USER_AGENT, "Accept": "application/json"})
    return session


def _received(request: _Request, response: requests.Response) -> Any:
    """The body; of a file that is saved only {_SAVED: its size}, None for the size of one that is too large."""
    if request.to is None:
        return read_body(response)
    with response:
        if response.status_code != 200 or not _is_file(response):
            return read_body(response)
        request.to.seek(0)
        request.to.truncate()
        size = 0
        for piece in response.iter_content(PIECE_BYTES):
            size += len(piece)
            if size > request.most_bytes:
                return {_SAVED: None}
            request.to.write(piece)
        return {_SAVED: size}


def _is_file(response: requests.Response) -> bool:
    """Neither an error body nor a gateway's page."""
    media = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return media not in ("application/json", "text/html", "text/plain", "")


def _never_left(error: requests.RequestException) -> bool:
    """Whether no connection was made, so that the server cannot have seen the call."""
    return isinstance(error, ConnectTimeout) or any(isinstance(each, NewConnectionError) for each in error_kinds(error))


def _broken(service: str, request: _Request, error: requests.RequestException) -> Unavailable:
    """Only the kinds of the errors are told: their texts hold URLs."""
    kind = type(error_kinds(error)[-1]).__name__
    where = f"{service}, {request.method} {request.path}: {type(error).__name__} ({kind})"
    if request.method == "GET" or _never_left(error):
        return Unavailable(f"{where}. No answer came.")
    return EffectUnknown(f"{where}. It was sent, but no answer came: whether it took effect is unknown.")
