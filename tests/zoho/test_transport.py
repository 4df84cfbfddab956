"""One call with everything that may go wrong on the way, against the sandbox's faults over real HTTP."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from contact_sync.core.api import AccessToken
from contact_sync.errors import (
    ConfigError,
    ContractBroken,
    CredentialsError,
    PermissionMissing,
    RateLimited,
    Unavailable,
)
from contact_sync.zoho.failures import EffectUnknown
from contact_sync.zoho.retrying import RetryPolicy
from tests.zoho.scripted import SERVED_AT, TOKEN, Say, scripted
from tests.zoho.support import NOW, Bench, MemoryTokens

CANDIDATES = "/recruit/v2/Candidates"
UPSERT = "/recruit/v2/Candidates/upsert"
ORG: dict[str, Any] = {"org": [{"company_name": "Zylker"}]}
PERSON = {"data": [{"Last_Name": "Boyle", "Email": "boyle@mail.example.org"}]}


def fault(bench: Bench, kind: str, **more: Any) -> None:
    bench.control("faults", [{"kind": kind, "path": "/recruit/", **more}])


def statuses(bench: Bench) -> list[int]:
    return [call.status for call in bench.calls]


def test_a_call_is_answered_and_recorded(bench: Bench) -> None:
    """LIM-5, RET-7: path without query, status, rows, cost and duration are recorded; the time is the source's."""
    bench.control("clock", {"now": "2026-11-22T03:04:05+00:00"})
    answer = bench.transport.call("GET", CANDIDATES, {"per_page": 7, "fields": "Last_Name", "cvid": None})
    assert answer.status == 200
    assert answer.body is not None
    assert len(answer.body["data"]) == 7
    assert answer.served_at == datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)
    (call,) = bench.calls
    assert (call.at, call.method, call.path, call.status, call.rows, call.cost) == (NOW, "GET", CANDIDATES, 200, 7, 3)
    assert 0 < call.seconds < 5
    assert [seen["query"] for seen in bench.seen()] == [{"per_page": "7", "fields": "Last_Name"}]


def test_a_number_of_thousands_of_digits_costs_no_page() -> None:
    """MAP-6: Python refuses to read it as a number; it comes as text, and its neighbours as they are."""
    body = b'{"data": [{"id": "1", "Age": 7, "Salary": %s}, {"id": "2", "Age": -8}]}' % (b"-" + b"9" * 5000)
    with scripted(Say(body=body)) as server:
        answer = Bench(server.url).with_token().transport.call("GET", CANDIDATES)
    assert answer.body == {"data": [{"id": "1", "Age": 7, "Salary": "-" + "9" * 5000}, {"id": "2", "Age": -8}]}


def test_one_token_serves_many_calls(bench: Bench) -> None:
    """ACC-3: a token is asked for once and kept until it ends on our clock."""
    now = [NOW]
    bench = Bench(bench.url, clock=lambda: now[0])
    for _ in range(3):
        bench.client.organisation()
    assert bench.tokens.renewals == 1
    now[0] += timedelta(hours=1)
    bench.tokens.token = None
    bench.client.organisation()
    assert bench.tokens.renewals == 2


def test_connections_are_kept_alive() -> None:
    """Five calls use one connection."""
    with scripted(Say(body=ORG)) as server:
        bench = Bench(server.url).with_token()
        for _ in range(5):
            bench.client.organisation()
        assert len({asked.port for asked in server.asked}) == 1
        assert len(server.asked) == 5


def test_the_api_root_is_not_taken_from_the_token(bench: Bench) -> None:
    """ACC-1: the token answer's `api_domain` names another host; calls go to the configured root all the same."""
    with scripted(Say(body={**TOKEN, "api_domain": "http://127.0.0.1:1"}), Say(body=ORG)) as server:
        Bench(server.url).client.organisation()
        assert [asked.target for asked in server.asked] == ["/oauth/v2/token", "/recruit/v2/org"]


def test_a_session_from_a_connection_leaks_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ACC-1: login, extra and netrc of the machine never become headers; Zoho's own header is sent."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password from-netrc\n")
    monkeypatch.setenv("NETRC", str(netrc))
    session = requests.Session()
    session.auth = ("sandbox-client", "sandbox-secret-0000")
    session.headers.update({"refresh_token": "sandbox-refresh-0000", "zsc_secret": "zsc"})
    with scripted(Say(body=ORG)) as server:
        bench = Bench(server.url, session=session).with_token()
        bench.client.organisation()
        headers = server.asked[0].headers
    token = bench.tokens.token
    assert token is not None
    assert headers["Authorization"] == f"Zoho-oauthtoken {token.value}"
    assert not {"refresh_token", "zsc_secret"} & set(headers)
    assert "sandbox" not in str(headers)


@pytest.mark.parametrize("code", ["INVALID_TOKEN", "AUTHENTICATION_FAILURE", "INVALID_OAUTHTOKEN", "4834"])
@pytest.mark.parametrize("kind", ["status", "ok_with_error_body"])
def test_a_refused_token_is_renewed_once(bench: Bench, code: str, kind: str) -> None:
    """ACC-3: one refresh and one retry on a token error, in whatever form it comes; both attempts are recorded."""
    fault(bench, kind, code=code, status=401)
    assert bench.client.organisation()["company_name"] == "Zylker Talent"
    assert bench.tokens.renewals == 2
    assert statuses(bench) == [401 if kind == "status" else 200, 200]
    assert [call.cost for call in bench.calls] == [1, 1]


def test_a_token_that_ended_early_is_renewed(bench: Bench) -> None:
    """ACC-3: a token revoked at the source costs one renewal, not a failed run."""
    bench.client.organisation()
    bench.control("token/expire", {})
    bench.client.organisation()
    assert bench.tokens.renewals == 2


def test_a_write_with_a_refused_token_is_sent_again(bench: Bench) -> None:
    """PUSH-9: a write that was refused for its token had no effect, so it is safe to send it again."""
    bench.client.organisation()
    bench.control("token/expire", {})
    assert bench.client.upsert("Candidates", PERSON["data"], ["Email"])[0].status == "success"
    assert statuses(bench) == [200, 401, 200]


def test_a_new_token_that_is_refused_too_ends_it(bench: Bench) -> None:
    """ACC-3: no endless renewing; the error says how to renew the refresh token."""
    fault(bench, "status", status=401, times=None)
    with pytest.raises(CredentialsError, match=r"A new access token is refused as well.*Renew it"):
        bench.client.organisation()
    assert statuses(bench) == [401, 401]
    assert bench.tokens.renewals == 2


def test_one_renewal_a_call_across_attempts(bench: Bench) -> None:
    """ACC-3: a call that meets a limit between two refusals does not renew twice."""
    bench.control(
        "faults",
        [
            {"kind": "status", "status": 401, "path": "/recruit/", "nth": 1},
            {"kind": "status", "status": 429, "path": "/recruit/", "nth": 2},
            {"kind": "status", "status": 401, "path": "/recruit/", "nth": 3},
        ],
    )
    with pytest.raises(CredentialsError):
        bench.client.organisation()
    assert statuses(bench) == [401, 429, 401]
    assert bench.tokens.renewals == 2


def test_refused_credentials_are_not_tried_again(bench: Bench) -> None:
    """ACC-3: a refused refresh token fails at once, no retries."""
    bench.control("settings", {"refresh_token": "another-one"})
    with pytest.raises(CredentialsError, match="invalid_code"):
        bench.client.organisation()
    assert bench.tokens.renewals == 1
    assert bench.calls == []


def test_a_missing_scope_is_named(bench: Bench) -> None:
    """ACC-7: the message names the scope that would fix it; nothing is tried again."""
    bench.control("settings", {"missing_scopes": ["settings"]})
    with pytest.raises(PermissionMissing, match=r"ZohoRecruit\.settings\.fields\.READ"):
        bench.client.fields("Candidates")
    assert statuses(bench) == [401]


@pytest.mark.parametrize(
    "broken",
    [
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 503, "html": False},
        {"kind": "status", "status": 429},
        {"kind": "ok_with_error_body"},
        {"kind": "cut_before"},
        {"kind": "cut_after"},
        {"kind": "cut_middle"},
    ],
    ids=lambda fault: f"{fault['kind']}-{fault.get('status', '')}",
)
def test_a_read_is_tried_again(bench: Bench, broken: dict[str, Any]) -> None:
    """Limits, HTML pages, error bodies and broken connections do not end a read."""
    fault(bench, **broken, times=2)
    answer = bench.transport.call("GET", CANDIDATES, {"fields": "Last_Name"})
    assert answer.status == 200
    assert len(bench.calls) == 3
    assert [call.cost for call in bench.calls] == [3, 3, 3]
    assert len(bench.seen()) == 3


def test_a_read_is_not_tried_for_ever(bench: Bench) -> None:
    """The attempts are bounded; the last error is told, with the place."""
    fault(bench, "status", status=502, times=None)
    with pytest.raises(Unavailable, match="GET /recruit/v2/org: HTTP 502"):
        bench.client.organisation()
    assert statuses(bench) == [502] * 4


def test_the_total_time_is_bounded(bench: Bench) -> None:
    """However many attempts there are, their time is limited."""
    fault(bench, "status", status=500, times=None)
    patient = Bench(bench.url, RetryPolicy(attempts=1000, total=0.5, first_wait=0.1, most_wait=0.1, jitter=0.0))
    began = time.monotonic()
    with pytest.raises(Unavailable):
        patient.client.organisation()
    assert time.monotonic() - began < 3
    assert 3 <= len(patient.calls) <= 10


def test_a_wait_that_is_asked_for_is_kept(bench: Bench) -> None:
    """Retry-After is honoured, to the second or longer."""
    fault(bench, "status", status=429, retry_after=1)
    began = time.monotonic()
    bench.client.organisation()
    assert statuses(bench) == [429, 200]
    assert 1.0 <= time.monotonic() - began < 5


@pytest.mark.parametrize("status", [429, 503])
def test_a_long_wait_is_left_to_the_scheduler(bench: Bench, status: int) -> None:
    """A worker does not sleep through a long wait: it is raised at once, with its length."""
    fault(bench, "status", status=status, retry_after=61, html=False)
    began = time.monotonic()
    with pytest.raises(RateLimited if status == 429 else Unavailable) as refused:
        Bench(bench.url, RetryPolicy()).client.organisation()
    assert refused.value.retry_after == 61.0
    assert time.monotonic() - began < 3


def test_a_wait_beyond_the_total_time_is_raised(bench: Bench) -> None:
    """The wait that is asked for counts towards the total time."""
    fault(bench, "status", status=429, retry_after=5)
    with pytest.raises(RateLimited) as refused:
        Bench(bench.url, RetryPolicy(total=2.0)).client.organisation()
    assert refused.value.retry_after == 5.0


def test_the_usual_policy_is_bounded() -> None:
    """What runs in production has limits of the same kind."""
    policy = RetryPolicy()
    assert 2 <= policy.attempts <= 10
    assert policy.total <= 300
    assert policy.longest_wait <= 60
    assert policy.jitter > 0


def test_a_token_limit_is_left_to_the_scheduler(bench: Bench) -> None:
    """ACC-3: too many tokens is a wait of minutes, which no worker sleeps through."""
    bench.control("settings", {"max_tokens": 0})
    with pytest.raises(RateLimited) as refused:
        Bench(bench.url, RetryPolicy()).client.organisation()
    assert refused.value.retry_after == 600.0


@pytest.mark.parametrize("broken", ["cut_before", "cut_after", "cut_middle", "status", "ok_with_error_body"])
def test_a_write_of_unknown_effect_is_not_sent_again(bench: Bench, broken: str) -> None:
    """PUSH-9: a connection cut after sending, a 5xx or a broken answer leaves the effect unknown: one call only."""
    before = bench.control("health")["records"]["Candidates"]
    fault(bench, broken, **({"status": 500} if broken == "status" else {}))
    with pytest.raises(EffectUnknown):
        bench.client.upsert("Candidates", PERSON["data"], ["Email"])
    assert issubclass(EffectUnknown, Unavailable)
    assert len(bench.seen()) == 1
    assert bench.control("health")["records"]["Candidates"] == before + (broken in ("cut_after", "cut_middle"))


def test_a_write_is_sent_again_after_a_limit(bench: Bench) -> None:
    """PUSH-9: a 429 was not carried out, so the write is sent again."""
    fault(bench, "status", status=429, times=2)
    assert bench.client.upsert("Candidates", PERSON["data"], ["Email"])[0].action == "insert"
    assert statuses(bench) == [429, 429, 200]


def test_a_write_that_never_left_is_tried_again_and_costs_nothing() -> None:
    """PUSH-9, LIM-5: without a connection nothing can have taken effect."""
    bench = Bench("http://127.0.0.1:1").with_token()
    with pytest.raises(Unavailable) as refused:
        bench.client.upsert("Candidates", PERSON["data"], ["Email"])
    assert not isinstance(refused.value, EffectUnknown)
    assert [(call.status, call.cost) for call in bench.calls] == [(0, 0)] * 4


def test_a_slow_answer_meets_the_time_out(bench: Bench) -> None:
    """A server that says nothing does not hold a worker for ever."""
    fault(bench, "slow", seconds=3, times=None)
    hasty = Bench(bench.url, RetryPolicy(attempts=2, first_wait=0.01, jitter=0.0), timeout=(1.0, 0.3))
    began = time.monotonic()
    with pytest.raises(Unavailable, match="ReadTimeout"):
        hasty.client.organisation()
    assert time.monotonic() - began < 2.5
    assert statuses(hasty) == [0, 0]
    bench.control("reset", {})


def test_an_empty_answer_is_an_answer(bench: Bench) -> None:
    """204 and 304 have no body and no error."""
    assert bench.transport.call("GET", f"{CANDIDATES}/1").body is None
    later = {"If-Modified-Since": "2099-01-01T00:00:00+00:00"}
    answer = bench.transport.call("GET", CANDIDATES, headers=later)
    assert (answer.status, answer.body) == (304, None)
    assert statuses(bench) == [204, 304]


def test_an_answer_without_a_date_is_refused() -> None:
    """RET-7: without the source's clock the next window would start from ours."""
    with scripted(Say(body=ORG, date=None)) as server, pytest.raises(ContractBroken, match=r"Date header.*RET-7"):
        Bench(server.url).with_token().client.organisation()


def test_a_redirect_is_not_followed() -> None:
    """ACC-3: a token is never sent on to another place."""
    with scripted(Say(302, b"", {"Location": "/elsewhere"})) as server:
        with pytest.raises(ContractBroken, match="HTTP 302"):
            Bench(server.url).with_token().client.organisation()
        assert len(server.asked) == 1


@pytest.mark.parametrize("root", ["recruit.zoho.eu", "htp://recruit.zoho.eu"])
def test_a_root_that_is_no_url(root: str) -> None:
    """ACC-1: a wrong override is told with the field to mend."""
    with pytest.raises(ConfigError, match="`api_root`"):
        Bench(root).with_token().client.organisation()


def test_a_wrong_root_is_told(bench: Bench) -> None:
    """ACC-1: a place where nothing answers is a matter of the connection."""
    with scripted(Say(404, b"<html>not here</html>")) as server, pytest.raises(ConfigError, match="`api_root`"):
        Bench(server.url).with_token().client.organisation()


def test_messages_hold_no_query_and_no_token(bench: Bench) -> None:
    """OUT-16: what was asked for may name a person, so only the path is told."""
    tokens = MemoryTokens()
    tokens.token = AccessToken("very-secret-token", NOW + timedelta(hours=1))
    lost = Bench("http://127.0.0.1:1", tokens=tokens)
    with pytest.raises(Unavailable) as refused:
        lost.transport.call("GET", f"{CANDIDATES}/search", {"email": "boyle@mail.example.org"})
    chain = f"{refused.value!r} {refused.value.__cause__!r}"
    assert "boyle" not in chain
    assert "very-secret-token" not in chain + repr(lost.tokens.token)
    assert "ConnectionRefusedError" in str(refused.value)


def test_served_at_is_the_answers_own(bench: Bench) -> None:
    """RET-7: each answer carries the source's clock in UTC."""
    with scripted(Say(body=ORG)) as server:
        assert Bench(server.url).with_token().transport.call("GET", "/recruit/v2/org").served_at == SERVED_AT
