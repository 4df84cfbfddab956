"""extract_vs_download: our extract against a bare loop that downloads and decodes the same pre-encoded pages.

The sandbox runs in a process of its own and has encoded every page before. The bare loop uses the same HTTP client, one
kept-alive connection and the same JSON decoder, and keeps nothing. In each round one follows the other.
"""

import json
from typing import Any

import requests

from contact_sync.core.run import RunInfo, RunType
from contact_sync.stages.extract import extract, plan_reading
from tests.benchmarks.measuring import Span, measured, median
from tests.benchmarks.places import Place, client_of, example_sync, now, place, sandbox

RECORDS = 20_000


def run(records: int | None, rounds: int) -> dict[str, Any]:
    """The figures of `rounds` rounds, as medians."""
    wanted = records or RECORDS
    downloads, ours = [], []
    read = 0
    with place() as here, sandbox(wanted) as (url, pid):
        _download(here, url, pid)  # the pages are encoded now
        for _ in range(rounds):
            downloads.append(_download(here, url, pid))
            span, read = _extract(here, url)
            ours.append(span)
    thousands = max(read, 1) / 1000
    return {
        "extract_vs_download": median([bare.wall / span.wall for bare, span in zip(downloads, ours, strict=True)]),
        "extract_records": read,
        "extract_s": median([span.wall for span in ours]),
        "download_s": median([span.wall for span in downloads]),
        "extract_cpu_s_per_1000": median([span.cpu / thousands for span in ours], 4),
        "extract_postgres_cpu_s_per_1000": median([span.server_cpu / thousands for span in ours], 4),
        "download_cpu_s_per_1000": median([span.cpu / thousands for span in downloads], 4),
        "sandbox_cpu_s_per_1000": median([span.server_cpu / thousands for span in downloads], 4),
    }


def _extract(here: Place, url: str) -> tuple[Span, int]:
    sync = example_sync()
    with here.warehouse() as warehouse:
        moment = now()
        info = RunInfo(sync.sync_id, "manual__bench", RunType.MANUAL, moment, moment)
        with measured(here.pid) as span:
            manifest = extract(info, sync, client_of(url, warehouse), warehouse, moment)
    return span, manifest.counts["read"]


def _download(here: Place, url: str, sandbox_pid: int) -> Span:
    """The pages that extract asks for, with its parameters, so that the sandbox answers from what it has encoded."""
    sync = example_sync()
    with here.warehouse() as warehouse:
        client = client_of(url, warehouse)(sync.account, 0)
        reading = plan_reading(client, sync)
        listing = client.records(sync.module, fields=reading.fields)
    token = _token(url)
    session = requests.Session()
    session.headers["Authorization"] = f"Zoho-oauthtoken {token}"
    with measured(sandbox_pid) as span:
        page, more = 0, True
        while more:
            page += 1
            asked = {**listing._params, "page": page, "per_page": 200}
            answer = session.get(url + listing._path, params=asked, timeout=60)
            body = json.loads(answer.content) if answer.content else {}
            more = bool(body.get("info", {}).get("more_records"))
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
