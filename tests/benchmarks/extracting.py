"""extract_vs_download: our extract against a bare loop that downloads and decodes the same pre-encoded pages.

The sandbox runs in a process of its own and has encoded every page before. The bare loop makes the calls that our
paging makes (pages overlap by a row), by the same HTTP client, one kept-alive connection and the same JSON decoder, and
keeps nothing. Both have their access token already. In each round one follows the other. The same is measured in one
more round with a source that takes PAGE_SECONDS for a page, as one behind the internet does.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests

from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.run import RunInfo, RunType
from contact_sync.stages.extract import extract
from contact_sync.zoho.answers import Answer
from contact_sync.zoho.recruit import RecruitClient
from contact_sync.zoho.transport import Transport
from tests.benchmarks.measuring import Span, measured, median
from tests.benchmarks.places import Place, client_of, example_sync, now, place, sandbox

RECORDS = 20_000
PAGE_SECONDS = 0.3


def run(records: int | None, rounds: int) -> dict[str, Any]:
    """The figures of `rounds` rounds, as medians."""
    wanted = records or RECORDS
    downloads, ours = [], []
    read = 0
    with place() as here, sandbox(wanted) as (url, pid):
        calls = _calls(here, url)  # the pages are encoded now
        for _ in range(rounds):
            downloads.append(_download(url, pid, calls))
            span, read = _extract(here, url)
            ours.append(span)
        with _slow(url):
            far_download, (far_ours, _) = _download(url, pid, calls), _extract(here, url)
    thousands = max(read, 1) / 1000
    return {
        "extract_vs_download": median([bare.wall / span.wall for bare, span in zip(downloads, ours, strict=True)]),
        "extract_vs_download_far": round(far_download.wall / far_ours.wall, 3),
        "extract_far_s": round(far_ours.wall, 2),
        "extract_records": read,
        "extract_s": median([span.wall for span in ours]),
        "download_s": median([span.wall for span in downloads]),
        "extract_cpu_s_per_1000": median([span.cpu / thousands for span in ours], 4),
        "extract_postgres_cpu_s_per_1000": median([span.server_cpu / thousands for span in ours], 4),
        "download_cpu_s_per_1000": median([span.cpu / thousands for span in downloads], 4),
        "sandbox_cpu_s_per_1000": median([span.server_cpu / thousands for span in downloads], 4),
    }


Asked = list[tuple[str, dict[str, Any]]]


@dataclass
class _Overheard:
    """Stands before a transport and keeps the pages that are asked for through it."""

    transport: Transport
    asked: Asked

    def call(self, method: str, path: str, params: Mapping[str, Any] | None = None, **others: Any) -> Answer:
        """The transport's own answer."""
        if params and "per_page" in params:
            self.asked.append((path, dict(params)))
        return self.transport.call(method, path, params, **others)


def _extract(here: Place, url: str) -> tuple[Span, int]:
    sync = example_sync()
    with here.warehouse() as warehouse:
        client_of(url, warehouse)(sync.account, 0).organisation()  # a nightly run finds a token, too
        run = _run(sync)
        with measured(here.pid) as span:
            manifest = extract(run, sync, client_of(url, warehouse), warehouse, run.run_after)
    return span, manifest.counts["read"]


def _calls(here: Place, url: str) -> Asked:
    """Path and parameters of every page that extract asks for."""
    sync, asked = example_sync(), []
    with here.warehouse() as warehouse:
        make_client = client_of(url, warehouse)

        def overheard(account: str, fetch_id: int) -> RecruitClient:
            client = make_client(account, fetch_id)
            client._transport = _Overheard(client._transport, asked)  # type: ignore[assignment]
            return client

        run = _run(sync)
        extract(run, sync, overheard, warehouse, run.run_after)
    return asked


@contextmanager
def _slow(url: str) -> Iterator[None]:
    """Every page of the listing takes its time."""
    fault = {"kind": "slow", "path": "/recruit/v2/Candidates?", "times": None, "seconds": PAGE_SECONDS}
    requests.post(f"{url}/_sandbox/faults", json=fault, timeout=60).raise_for_status()
    yield
    requests.delete(f"{url}/_sandbox/faults", timeout=60).raise_for_status()


def _run(sync: ResolvedSync) -> RunInfo:
    moment = now()
    return RunInfo(sync.sync_id, "manual__bench", RunType.MANUAL, moment, moment)


def _download(url: str, sandbox_pid: int, calls: Asked) -> Span:
    """The same pages, with the same parameters, so that the sandbox answers from what it has encoded."""
    session = requests.Session()
    session.headers["Authorization"] = f"Zoho-oauthtoken {_token(url)}"
    with measured(sandbox_pid) as span:
        for path, asked in calls:
            json.loads(session.get(url + path, params=asked, timeout=60).content)
    return span


def _token(url: str) -> str:
    form = {
        "grant_type": "refresh_token",
        "client_id": "sandbox-client",
        "client_secret": "sandbox-secret-0000",
        "refresh_token": "sandbox-refresh-0000",
    }
    answer = requests.post(f"{url}/oauth/v2/token", data=form, timeout=60)
    return str(answer.json()["access_token"])
