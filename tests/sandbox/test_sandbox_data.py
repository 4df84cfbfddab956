"""The people: planted at known rates, truthful to their kind, the same for the same seed, small in memory."""

import subprocess
import sys
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from email_validator import EmailNotValidError, validate_email

from include.sandbox.data.addresses import MISSPELT, ROLES
from include.sandbox.data.kinds import BLOCK, MEANINGS, PLAIN, RATES
from include.sandbox.settings import Settings
from include.sandbox.state import SandboxState
from tests.sandbox.conftest import ANCHOR, BOTH, Zoho


def records(**settings: Any) -> list[dict[str, Any]]:
    state = SandboxState(Settings(**{"anchor": ANCHOR, "candidates": 1000, **settings}))
    store = state.stores["Candidates"]
    return [
        {
            "kind": store.kind(index),
            "original": store.original(index),
            **store.record(index, (*store.spec.names, "$converted", "$approved")),
        }
        for index in range(len(store))
    ]


@pytest.mark.parametrize("seed", [0, 7, 12345])
def test_rates(seed: int) -> None:
    """Every two hundred records hold exactly so many of each kind, whatever the seed; every kind is described."""
    counted = Counter(row["kind"] for row in records(seed=seed))
    assert counted == {**{kind: 5 * rate for kind, rate in RATES.items()}, PLAIN: 5 * (BLOCK - sum(RATES.values()))}
    assert MEANINGS.keys() == counted.keys()


def test_same_seed_same_people() -> None:
    """A record is a function of seed and index: the count does not matter, another seed gives others."""
    thousand, some, other = records(), records(candidates=600), records(seed=8)
    assert thousand[:400] == some[:400]
    assert sum(one["Full_Name"] == two["Full_Name"] for one, two in zip(thousand, other, strict=True)) < 100


@pytest.mark.parametrize("count", [0, 1, 2, 37, 150, 201])
def test_any_count(count: int) -> None:
    """Small sandboxes hold so many records, and a duplicate only where its original is there too."""
    rows = records(candidates=count)
    assert len(rows) == count
    for row in rows:
        assert row["kind"].startswith("duplicate") == (row["original"] is not None)
        assert row["original"] is None or rows[row["original"]]["kind"] == PLAIN


def is_address(value: object) -> bool:
    try:
        return bool(validate_email(str(value), check_deliverability=False))
    except EmailNotValidError:
        return False


TRUTHS = {
    "plain": lambda row: is_address(row["Email"]) and row["Email"].isascii() and "+" not in row["Email"],
    "empty_email": lambda row: not row["Email"],
    "white_space_email": lambda row: bool(row["Email"]) and not row["Email"].strip(),
    "invalid_pattern": lambda row: bool(row["Email"].strip()) and not is_address(row["Email"]),
    "misspelt_domain": lambda row: is_address(row["Email"]) and row["Email"].endswith(MISSPELT),
    "role_address": lambda row: is_address(row["Email"]) and row["Email"].split("@")[0] in ROLES,
    "role_address_tagged": lambda row: (
        is_address(row["Email"]) and row["Email"].split("@")[0] in [f"{r}+jobs" for r in ROLES]
    ),
    "duplicate_case": lambda row: row["Email"].isupper(),
    "duplicate_space": lambda row: row["Email"] != row["Email"].strip(),
    "duplicate_same_time": lambda row: is_address(row["Email"]),
    "duplicate_again": lambda row: is_address(row["Email"]),
    "plus_address": lambda row: is_address(row["Email"]) and "+" in row["Email"],
    "international_address": lambda row: is_address(row["Email"]) and not row["Email"].isascii(),
    "nul_byte": lambda row: "\x00" in row["First_Name"],
    "lone_surrogate": lambda row: "\ud83d" in f"{row['Last_Name']}{row['Skill_Set']}",
    "emoji_name": lambda row: any(ord(each) > 0x1F000 for each in row["First_Name"]),
    "right_to_left_name": lambda row: all(0x590 <= ord(each) < 0x780 for each in row["First_Name"] + row["Last_Name"]),
    "lookup_without_target": lambda row: row["Candidate_Owner"] in (None, {"name": None, "id": None}),
    "converted": lambda row: row["$converted"],
    "unapproved": lambda row: not row["$approved"],
    "opted_out": lambda row: row["Email_Opt_Out"],
    "deleted_recycle": lambda row: is_address(row["Email"]),
    "deleted_permanent": lambda row: is_address(row["Email"]),
    "restored": lambda row: is_address(row["Email"]),
}
ROOT = Path(__file__).parents[2]
ONLY = ("nul_byte", "lone_surrogate", "converted", "unapproved", "opted_out", "lookup_without_target", "plus_address")


@pytest.mark.parametrize("kind", MEANINGS)
def test_kinds_are_truthful(kind: str) -> None:
    """Every record of a kind is what the kind says; what makes some kinds special is found in no other."""
    rows = records(candidates=2000)
    assert {TRUTHS[kind](row) for row in rows if row["kind"] == kind} == {True}
    if kind in ONLY:
        assert not any(
            TRUTHS[kind](row) for row in rows if row["kind"] not in (kind, "invalid_pattern", "role_address_tagged")
        )


def test_addresses_are_distinct_but_for_duplicates() -> None:
    """Trimmed and in one case, only planted duplicates share an address, two or three of them, and they name their
    original.
    """
    rows = records(candidates=2000)
    sharing: dict[str, list[int]] = {}
    for index, row in enumerate(rows):
        if row["Email"] and row["Email"].strip():
            sharing.setdefault(row["Email"].strip().casefold(), []).append(index)
    groups = [group for group in sharing.values() if len(group) > 1]
    assert Counter(map(len, groups)) == {2: 50, 3: 10}
    for group in groups:
        originals = {rows[index]["original"] for index in group} - {None}
        assert len(originals) == 1
        assert sum(rows[index]["original"] is None for index in group) == 1
    same_time = [row for row in rows if row["kind"] == "duplicate_same_time"]
    assert {row["Updated_On"] == rows[row["original"]]["Updated_On"] for row in same_time} == {True}


def test_change_times() -> None:
    """All changes lie in the 60 days before an hour ahead of the anchor, some on each of the last 14; nobody was
    created later.
    """
    rows = records(candidates=5200)
    changed = [datetime.fromisoformat(row["Updated_On"]) for row in rows]
    latest = ANCHOR - timedelta(hours=1)
    assert latest - timedelta(days=60) <= min(changed) <= max(changed) <= latest
    days = Counter((latest - each).days for each in changed)
    assert min(days[day] for day in range(14)) > 100
    assert all(datetime.fromisoformat(row["Created_Time"]) <= each for row, each in zip(rows, changed, strict=True))


def test_names_in_several_scripts() -> None:
    """Names come in Latin, Greek, Cyrillic, Devanagari, Chinese, Japanese, Korean, Arabic and Hebrew script."""
    letters = {each for row in records() for each in row["Full_Name"]}
    for first, last in ("az", "αω", "ая", "अह", "一鿿", "가힣", "اي", "את"):
        assert any(first <= each <= last for each in letters), (first, last)


def test_awkward_text_survives_http(zoho: Zoho) -> None:
    """NUL bytes and half surrogate pairs arrive as JSON escapes that a strict parser reads."""
    text = zoho.get("Candidates", **BOTH).text
    assert "\\u0000" in text
    assert "\\ud83d" in text
    hit = zoho.of_kind("lone_surrogate")["id"]
    row = zoho.get(f"Candidates/{hit}").json()["data"][0]
    assert "\ud83d" in f"{row['Last_Name']}{row['Skill_Set']}"


MILLION = """
from pathlib import Path
from include.sandbox.listing import Filter
from include.sandbox.settings import Settings
from include.sandbox.state import SandboxState
state = SandboxState(Settings(candidates=1_000_000))
listing, store = state.listings["Candidates"], state.stores["Candidates"]
recent = state.now_seconds() - 2 * 86_400
everybody, changed = listing.indexes(Filter(converted="both", approved="both")), listing.indexes(Filter(since=recent))
print(len(everybody), len(changed), len(store.records(everybody[-200:], store.spec.names)))
# its own peak, in kB: what getrusage tells begins with the size of the process that started this one
print(next(int(line.split()[1]) // 1024 for line in Path("/proc/self/status").open() if line.startswith("VmHWM")))
"""


def test_a_million_records_stay_small() -> None:
    """A process with a million records, listed and narrowed, stays far below 300 MB."""
    ran = subprocess.run([sys.executable, "-c", MILLION], cwd=ROOT, capture_output=True, text=True, check=True)
    everybody, changed, page, megabytes = map(int, ran.stdout.split())
    assert (everybody, page) == (985_000, 200)
    assert 0 < changed < 100_000
    assert megabytes < 200


MILLION_SENT = """
from pathlib import Path
from include.sandbox.bulk.files import zipped
from include.sandbox.listing import Filter
from include.sandbox.settings import Settings
from include.sandbox.state import SandboxState
state = SandboxState(Settings(candidates=1_000_000))
indexes = state.listings["Candidates"].indexes(Filter(converted="both", approved="both"))
now, some = state.clock.now(), indexes[:30_000]
sent = sum(map(len, zipped("x.csv", now, state.stores, "Candidates", ("Email",), some, state.lock)))
peak = next(line for line in Path("/proc/self/status").open() if line.startswith("VmHWM"))
print(len(indexes), sent, int(peak.split()[1]) // 1024)
"""


def test_a_file_of_a_million_stays_small() -> None:
    """A process with a million candidates that sends a file of thirty thousand stays far below 300 MB."""
    ran = subprocess.run([sys.executable, "-c", MILLION_SENT], cwd=ROOT, capture_output=True, text=True, check=True)
    everybody, sent, megabytes = map(int, ran.stdout.split())
    assert everybody == 985_000
    assert sent > 300_000
    assert megabytes < 200


def test_the_page_lists_every_kind_with_its_rate() -> None:
    """The documentation's table of kinds is the table of rates."""
    page = (ROOT / "docs" / "sandbox.md").read_text()
    rates = {PLAIN: BLOCK - sum(RATES.values()), **RATES}
    for kind, meaning in MEANINGS.items():
        assert f"| `{kind}` | {rates[kind]} | {rates[kind] * 26} | {meaning} |" in page
