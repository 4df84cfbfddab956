"""Bulk read against the sandbox over HTTP: jobs, files, and rows that equal those of a listing."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import pytest

from contact_sync.core.email import load_rules
from contact_sync.core.mapping_types import FieldMapping
from contact_sync.core.normalise import normalise_page
from contact_sync.errors import ContractBroken, PermissionMissing, RateLimited, Unavailable
from contact_sync.paths import include_folder
from contact_sync.zoho.bulk import BulkQuery, JobState
from contact_sync.zoho.bulk_file import read_rows
from contact_sync.zoho.bulk_values import CONVERTERS, columns_for
from contact_sync.zoho.failures import BulkGone, BulkRefused, EffectUnknown
from contact_sync.zoho.retrying import RetryPolicy
from tests.zoho.scripted import TOKEN, Say, scripted
from tests.zoho.support import NOW, QUICK, Bench

CHANGED = {"Candidates": "Updated_On"}
PLAIN = ("id", "Email")


@pytest.fixture
def modules(bench: Bench) -> Bench:
    """Every module that bulk read gives, and jobs that are done at once."""
    bench.control("settings", {"modules": ["Candidates", "Contacts", "Clients", "Alumni", "Applications"]})
    bench.control("settings", {"bulk_seconds": 0})
    return bench


def query(bench: Bench, module: str = "Candidates", fields: Sequence[str] = PLAIN, **changes: Any) -> BulkQuery:
    columns = columns_for(bench.client.fields(module), fields)
    values = {"view_id": None, "change_field": CHANGED.get(module, "Modified_Time"), "start": None, "end": None}
    return BulkQuery(module, columns, **{**values, **changes})


def rows_by_bulk(bench: Bench, asked: BulkQuery, page: int = 1, page_rows: int = 100) -> list[dict[str, Any]]:
    job = bench.client.bulk.create(asked, page)
    state = bench.client.bulk.poll(job.job_id)
    assert state.completed
    with TemporaryFile() as file:
        size = bench.client.bulk.download(job.job_id, file)
        assert size == file.tell()
        pages = read_rows(file, asked.columns, state.count or 0, where="test", page_rows=page_rows)
        return [row for some in pages for row in some]


def listed_rows(bench: Bench, module: str, **asked: Any) -> list[dict[str, Any]]:
    return [row for page in bench.client.records(module, **asked) for row in page.rows]


def bulk_fields(bench: Bench, module: str) -> list[str]:
    """Every field of the module that a bulk file gives as a listing does."""
    types = {str(each["api_name"]): each["data_type"] for each in bench.client.fields(module)}
    return [name for name, kind in types.items() if kind in CONVERTERS or kind == "lookup"]


def frame_of(rows: list[dict[str, Any]], module: str, fields: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The rows as staging gets them, by their ids; each field as text, and as what it may be besides."""
    kinds = ("text", "number", "boolean", "list", "datetime", "date", "integer")
    names = [name for name in fields if name != "Email"]
    mappings = [FieldMapping("email", "Email")]
    mappings += [FieldMapping(f"{name}_{kind}".lower(), name, kind) for name in names for kind in kinds]
    frame = normalise_page(
        rows,
        mappings=mappings,
        change_field=CHANGED.get(module, "Modified_Time"),
        rules=load_rules(include_folder() / "reference"),
        hash_secret=b"x" * 32,
        first_record_no=1,
    )
    return {row["record_id"]: row for row in frame.drop(columns="record_no").to_dict("records")}


@pytest.mark.parametrize("module", ["Candidates", "Contacts", "Alumni"])
def test_the_same_frame_both_ways(modules: Bench, module: str) -> None:
    """SRC-12, MAP-7: every field of every awkward record is staged alike, whether listed or read by bulk."""
    names = bulk_fields(modules, module)
    listed = listed_rows(modules, module, fields=(*names, "$converted", "$approved"))
    by_bulk = rows_by_bulk(modules, query(modules, module, names), page_rows=97)
    kinds = {each["id"]: each["kind"] for each in modules.control(f"kinds/{module}")}
    # UTF-8 has no half surrogate pair, so a file cannot hold one; flags are not in a file
    unlike = {each for each, kind in kinds.items() if kind in ("lone_surrogate", "converted", "unapproved")}
    ours, theirs = frame_of(by_bulk, module, names), frame_of(listed, module, names)
    assert ours.keys() == theirs.keys() == kinds.keys()
    assert len(unlike) < len(kinds) / 10
    wrong = {
        (kinds[each], key)
        for each in kinds.keys() - unlike
        for key in ours[each]
        if ours[each][key] != theirs[each][key]
    }
    assert wrong == set()
    assert {"nul_byte", "emoji_name", "right_to_left_name"} <= {kinds[each] for each in ours}
    assert any(row["cleaned"] for row in ours.values())


def test_a_view_and_a_window(modules: Bench) -> None:
    """SRC-3, RET-4: the view's own records, and those changed within the window, ends included."""
    view = modules.client.find_view("Candidates", "Experienced engineers")
    of_view = rows_by_bulk(modules, query(modules, view_id=str(view["id"])))
    listed = listed_rows(modules, "Candidates", fields=PLAIN, view_id=str(view["id"]))
    assert {row["id"] for row in of_view} == {row["id"] for row in listed}
    start, end = NOW - timedelta(days=5), NOW - timedelta(days=2)
    changed = rows_by_bulk(modules, query(modules, start=start, end=end))
    truth = modules.control("kinds/Candidates")
    between = {each["id"] for each in truth if start <= datetime.fromisoformat(each["updated_on"]) <= end}
    assert {row["id"] for row in changed} == between
    assert 0 < len(between) < len(truth)


def test_pages_and_states(modules: Bench) -> None:
    """SRC-12: a page of so many rows, whether more follow, and the job's own count; not done before its time."""
    modules.control("settings", {"bulk_page_rows": 300, "bulk_seconds": 30})
    modules.control("clock", {"now": NOW.isoformat()})
    asked = query(modules)
    jobs = [modules.client.bulk.create(asked, page) for page in (1, 2)]
    assert [job.at for job in jobs] == [NOW, NOW]
    assert modules.client.bulk.poll(jobs[0].job_id) == JobState("ADDED")
    modules.control("clock", {"advance_seconds": 20})
    assert modules.client.bulk.poll(jobs[0].job_id) == JobState("IN PROGRESS")
    modules.control("clock", {"advance_seconds": 20})
    total = len(modules.control("kinds/Candidates"))
    assert modules.client.bulk.poll(jobs[0].job_id) == JobState("COMPLETED", 300, True)
    assert modules.client.bulk.poll(jobs[1].job_id) == JobState("COMPLETED", total - 300, False)
    costs = [(call.method, call.cost) for call in modules.calls if "/bulk/" in call.path]
    assert costs == [("POST", 3)] * 2 + [("GET", 1)] * 4


@pytest.mark.parametrize(
    ("scope", "needed"), [("bulk", "ZohoRecruit.bulk.READ"), ("modules", "ZohoRecruit.modules.ALL")]
)
def test_a_missing_scope(modules: Bench, scope: str, needed: str) -> None:
    """ACC-7: bulk read cannot be had then, and the scopes are named."""
    asked = query(modules)
    modules.control("settings", {"missing_scopes": [scope]})
    with pytest.raises(BulkRefused, match=needed):
        modules.client.bulk.create(asked, 1)
    assert not issubclass(BulkRefused, PermissionMissing)


def test_a_module_without_bulk_read(modules: Bench) -> None:
    """SRC-12: refused, to be read another way; so is a field whose cells are not known."""
    with pytest.raises(BulkRefused, match="MODULE_NOT_AVAILABLE"):
        modules.client.bulk.create(query(modules, "Applications", ["Application_ID"]), 1)
    with pytest.raises(BulkRefused, match="field Candidate_Owner is of type ownerlookup"):
        query(modules, "Candidates", ["Candidate_Owner"])


@pytest.mark.parametrize("kind", ["cut_before", "cut_after", "status"])
def test_a_job_of_unknown_fate_is_not_made_again(modules: Bench, kind: str) -> None:
    """SRC-12: one POST, whatever becomes of it."""
    asked = query(modules)
    fault = {"kind": kind, "method": "POST", "path": "/recruit/bulk/"}
    modules.control("faults", {**fault, "status": 502} if kind == "status" else fault)
    with pytest.raises(EffectUnknown):
        modules.client.bulk.create(asked, 1)
    posted = [call for call in modules.seen("/recruit/bulk/") if call["method"] == "POST"]
    assert len(posted) == 1


def test_an_answer_without_a_job_id() -> None:
    """SRC-12: nobody knows whether there is a job."""
    with scripted(Say(body=TOKEN), Say(body={"data": [{"status": "success", "details": {}}]})) as script:
        bench = Bench(script.url)
        with pytest.raises(EffectUnknown, match="names no job"):
            bench.client.bulk.create(BulkQuery("Candidates", (), None, "Updated_On", None, None), 1)


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"state": "COMPLETED"},
        {"state": "COMPLETED", "result": {"count": "7", "more_records": False}},
        {"state": "COMPLETED", "result": {"count": 0, "more_records": True}},
        {"state": "COMPLETED", "result": {"count": 7}},
    ],
    ids=["no state", "no result", "count no number", "more of nothing", "more not told"],
)
def test_answers_that_cannot_be(told: dict[str, Any]) -> None:
    """SRC-12: a job that does not say how many rows it has, or whether more follow, proves nothing."""
    with scripted(Say(body=TOKEN), Say(body={"data": [told]})) as script, pytest.raises(ContractBroken):
        Bench(script.url).client.bulk.poll("1")


def test_a_download_is_streamed_and_tried_again_from_its_beginning(modules: Bench) -> None:
    """SRC-12: cut in the middle, then whole; a result that is gone is told apart."""
    modules.control("faults", {"kind": "cut_middle", "path": "/result"})
    rows = rows_by_bulk(modules, query(modules))
    assert len(rows) == len(modules.control("kinds/Candidates"))
    assert [call["status"] for call in modules.seen("/result")][-1] == 200
    assert len(modules.seen("/result")) == 2
    job = modules.client.bulk.create(query(modules), 1)
    modules.control("clock", {"advance_seconds": 86_401})
    with TemporaryFile() as file:
        with pytest.raises(BulkGone, match="RESOURCE_NOT_FOUND"):
            modules.client.bulk.download(job.job_id, file)
        with pytest.raises(BulkGone):
            modules.client.bulk.poll("200001000000999999")


def test_what_is_no_file_and_what_is_too_large(modules: Bench) -> None:
    """SRC-12: an error body with HTTP 200 is an error; a file has a largest size, and is not taken beyond it."""
    job = modules.client.bulk.create(query(modules), 1)
    with TemporaryFile() as file:
        with pytest.raises(ContractBroken, match="larger than 1,000 bytes"):
            modules.client.bulk.download(job.job_id, file, most_bytes=1000)
        assert file.tell() <= 1000
        fault = {"kind": "ok_with_error_body", "code": "INTERNAL_ERROR", "message": "no", "path": "/result"}
        modules.control("faults", {**fault, "times": None})
        with pytest.raises(Unavailable, match="INTERNAL_ERROR"):
            modules.client.bulk.download(job.job_id, file)


def test_too_many_downloads(bench: Bench) -> None:
    """SRC-12: the eleventh within a minute is refused with 429 and told as such."""
    impatient = Bench(bench.url, RetryPolicy(attempts=1), tokens=bench.tokens)
    impatient.control("settings", {"bulk_seconds": 0})
    job = impatient.client.bulk.create(query(impatient), 1)
    with TemporaryFile() as file:
        for _ in range(10):
            impatient.client.bulk.download(job.job_id, file)
        with pytest.raises(RateLimited):
            impatient.client.bulk.download(job.job_id, file)
    assert QUICK.attempts > 1


def test_no_file_stays_behind(modules: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS-6: a downloaded file has no name, so not even a killed process leaves one."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    job = modules.client.bulk.create(query(modules), 1)
    with TemporaryFile() as file:
        modules.client.bulk.download(job.job_id, file)
        assert list(tmp_path.iterdir()) == []
