"""Files of events: what each form may look like, and what is said of a row or a file that is wrong."""

import io
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet

from contact_sync.core.events import CAMPAIGN_KINDS, COLUMNS, RESPONSES, Kind, check, kind_of
from contact_sync.errors import ConfigError, Unavailable
from contact_sync.paths import include_folder
from contact_sync.stages import event_lines
from contact_sync.stages.event_files import EventFile, name_of, read
from contact_sync.stages.event_lines import LONGEST_LINE
from contact_sync.warehouse import copy_text
from tests.stages.mailroom import NOON, at, campaign, json_lines, response

HEAD = "campaign_id,email,response,happened_at,bounce\n"
LINE = "c1,ann@example.org,opened,2026-11-20T12:01:00Z,\n"


def file(content: str | bytes, name: str = "responses.csv") -> EventFile:
    """A file with this content."""
    data = content.encode() if isinstance(content, str) else content
    return EventFile(name, lambda: io.BytesIO(data))


def rows(source: EventFile, kind: Kind | None = None, now: datetime = NOON) -> list[dict[str, Any]]:
    """The staged rows of a file, without what is empty."""
    found: list[dict[str, Any]] = []
    for chunk in read(source, kind):
        columns = check(chunk, now)
        for place in range(len(columns["line"])):
            found.append({name: column[place] for name, column in columns.items() if column[place] is not None})
    return found


def flaws(source: EventFile, kind: Kind | None = None) -> list[tuple[int, str | None, str | None]]:
    """Line, reason and sentence of every row."""
    return [(row["line"], row.get("reason"), row.get("detail")) for row in rows(source, kind)]


def test_csv_as_spreadsheets_write_it() -> None:
    """CAMP-1: a byte order mark, semicolons, any order of columns, quotes over several lines, blank lines."""
    content = (
        "\ufeffName;Campaign_ID;kind;lists;subject\r\n"
        'News;c1;autoresponder;A | B;"Two\nlines"\r\n'
        "\r\n"
        "More;c2;e-mail campaign;A;\r\n"
    )
    first, second = rows(file(content, "campaigns-2026.csv"))
    assert (first["campaign"], first["lists"], first["subject"], first["line"]) == ("c1", ["A", "B"], "Two\nlines", 2)
    assert (second["line"], second["reason"]) == (5, "bad_value")
    assert "'e-mail campaign' is not one of email_campaign, autoresponder, follow_up. Did you mean" in second["detail"]


def test_words_and_moments_are_read_in_any_usual_spelling() -> None:
    """CAMP-1: case, space around, - for _, every way to write a zone; the address as compared."""
    content = (
        HEAD
        + " c1 , Ann@Example.ORG ,OPENED,2026-11-20 13:01+01:00,\nc1,ben@example.org,bounced,2026-11-20T12:01Z,Hard\n"
    )
    first, second = rows(file(content))
    assert (first["campaign"], first["email_key"], first["response"]) == ("c1", "ann@example.org", "opened")
    assert first["at"] == datetime(2026, 11, 20, 12, 1, tzinfo=UTC) == second["at"]
    assert second["bounce"] == "hard"


@pytest.mark.parametrize(
    ("line", "reason", "detail"),
    [
        ("c1,ann@example.org,opend,2026-11-20T12:01:00Z,", "bad_value", "response: 'opend' is not one of delivered, "),
        ("c1,ann@example.org,opend,2026-11-20T12:01:00Z,", "bad_value", "Did you mean 'opened'?"),
        ("c1,ann@example.org,ann@example.org,2026-11-20T12:01:00Z,", "bad_value", "response: … is not one of"),
        ("c1,ann@example.org,opened,2026-11-20T12:01:00,", "bad_value", "happened_at: '2026-11-20T12:01:00' is not a "
         "date-time with a zone. Write"),
        ("c1,ann@example.org,opened,2026-02-30T12:01:00Z,", "bad_value", "is not a moment of the calendar"),
        ("c1,ann@example.org,opened,1026-02-03T12:01:00Z,", "bad_value", "the year 1026 is out of reach"),
        ("c1,ann@example.org,opened,2026-11-22T12:01:00Z,", "bad_value", "lies in the future"),
        ("c1,ann.example.org,opened,2026-11-20T12:01:00Z,", "bad_address", "email: what stands there is not an e-mail"),
        ("c1,,opened,2026-11-20T12:01:00Z,", "missing_value", "email is empty"),
        (f"{'c' * 201},a@example.org,opened,2026-11-20T12:01:00Z,", "bad_value", "it has 201 characters, and 200"),
        ("c1,ann@example.org,bounced,2026-11-20T12:01:00Z,", "missing_value", "a bounced row says hard or soft"),
        ("c1,ann@example.org,opened,2026-11-20T12:01:00Z,hard", "bad_value", "only a bounced row has one"),
        ("c1,ann@example.org,opened", "unreadable", "it has 3 cells, and the head has 5"),
        ("c1,ann@example.org,opened,2026-11-20T12:01:00Z,,,", "unreadable", "it has 7 cells, and the head has 5"),
    ],
)  # fmt: skip
def test_a_wrong_line_says_what_is_wrong(line: str, reason: str, detail: str) -> None:
    """CAMP-1: line, column, what is allowed and the close match; never an address. The lines around it go on."""
    before, wrong, after = rows(file(f"{HEAD}{LINE}{line}\n{LINE}"))
    assert (wrong["line"], wrong["reason"]) == (3, reason)
    assert detail in wrong["detail"]
    assert "@" not in wrong["detail"]
    assert "reason" not in before.keys() | after.keys()
    assert wrong["raw"]


def test_a_quotation_mark_that_is_not_closed_swallows_no_row() -> None:
    """CAMP-1: its line is set aside, and every line after it is read as the row that it is, with its number."""
    for stray in (
        'c1,"ben@example.org,opened,2026-11-20T12:01:00Z,',
        '"c1"x,ben@example.org,opened,2026-11-20T12:01Z,',
    ):
        closing = 'c1,x",opened,2026-11-20T12:01:00Z,'
        found = rows(file(f"{HEAD}{LINE}{stray}\n{LINE}{LINE}\n{closing}\n{LINE}{stray}\n{LINE}"))
        assert [(row["line"], row.get("reason")) for row in found] == [
            (2, None), (3, "unreadable"), (4, None), (5, None), (7, found[4]["reason"]), (8, None),
            (9, "unreadable"), (10, None),
        ]  # fmt: skip
        assert found[1]["raw"] == {"line": stray}
    assert "a quotation mark in the line is not closed" in rows(file(HEAD + 'c1,"a@b.org,x\n' + LINE))[0]["detail"]
    head = "campaign_id,name,kind,lists,subject\n"
    (news,) = rows(file(head + 'c1,"Two ""quoted""\r\nlines",autoresponder,A,"B\nC"\n', "campaigns.csv"))
    assert (news["name"], news["subject"]) == ('Two "quoted"\r\nlines', "B\nC")


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_line_without_end_is_set_aside_by_its_beginning(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """CAMP-1: memory stays flat: nothing longer than an event is ever held; the rows around it are read."""
    good = f"c1,ann@example.org,{at(0)}"
    if form == "jsonl":
        good = f'{{"campaign_id": "c1", "email": "ann@example.org", "sent_at": "{at(0)}"}}'
    head = "campaign_id,email,sent_at\n" if form == "csv" else ""
    long = "x" * 490 + "zoe@example.org" + "y" * 5 * LONGEST_LINE

    class Watched(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            assert size is not None
            assert 0 < size <= 1 << 18
            return super().read(size)

    body = f"{head}{good}\n{long}\n{good}\n{long}".encode()
    found = rows(EventFile(f"sends.{form}", lambda: Watched(body)))
    first = 2 if form == "csv" else 1
    assert [(row["line"], row.get("reason")) for row in found] == [
        (first, None), (first + 1, "unreadable"), (first + 2, None), (first + 3, "unreadable"),
    ]  # fmt: skip
    assert found[1]["detail"] == "it has more than 100,000 characters, and no event has."
    assert "zoe@" not in str(found)  # what is shown ends before the word that was cut
    monkeypatch.setattr(event_lines, "CHARACTERS_AT_ONCE", 10)
    assert [len(chunk.lines) for chunk in read(file(f"{head}{good}\n{good}\n", f"sends.{form}"), None)] == [1, 1]


def test_json_lines_of_windows_and_with_lone_surrogates() -> None:
    """CAMP-1, OUT-14: a byte order mark, CRLF; lone surrogates and NUL bytes are taken out; a line cut off is told."""
    line = b'{"campaign_id": "c%s", "email": "ann@example.org", "sent_at": "%s"}'
    good = line % (b"1", at(0).encode())
    odd = line % (rb"\ud800\u0000", at(0).encode())
    found = rows(file(b"\xef\xbb\xbf" + b"\r\n".join([good, odd, good[:-20]]), "sends.jsonl"))
    assert [(row.get("campaign"), row.get("reason")) for row in found] == [
        ("c1", None), ("c", None), (None, "unreadable"),
    ]  # fmt: skip


@pytest.mark.parametrize("value", ["[" * 45 + "]" * 45, "[" * 300 + "]" * 300, "[" * 900 + "]" * 900, "9" * 4000])
def test_no_value_of_json_stops_an_import(value: str) -> None:
    """CAMP-1: what is nested without end, or a number beyond all others, sets its row aside, ready to be stored."""
    (row,) = rows(file(f'{{"campaign_id": "c", "email": {value}, "sent_at": "{at(0)}"}}', "sends.jsonl"))
    assert row["reason"] in ("unreadable", "bad_address")
    assert list(copy_text.lines({"raw": [row["raw"]]}, {"raw"}))
    (row,) = rows(
        file(f'{{"campaign_id": "{"[" * 60}", "email": "a@example.org", "sent_at": "{at(0)}"}}', "sends.jsonl")
    )
    assert (row["campaign"], "reason" in row) == ("[" * 60, False)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-11-20 12:00:00+01", "2026-11-20T11:00:00+00:00"),
        ("2026-11-20T12:00:00.1234567Z", "2026-11-20T12:00:00.123456+00:00"),
        ("2026-11-20T12:00:00.123456789-0030", "2026-11-20T12:30:00.123456+00:00"),
    ],
)
def test_moments_as_databases_and_programs_write_them(written: str, moment: str) -> None:
    """CAMP-1: hours alone as zone (Postgres), and more digits than a microsecond has (.NET, Go)."""
    (row,) = rows(file(f"campaign_id,email,sent_at\nc1,ann@example.org,{written}\n", "sends.csv"))
    assert row["at"] == datetime.fromisoformat(moment)


def test_addresses_of_others_in_a_wrong_row_are_told() -> None:
    """OPS-6: every one that a wrong row holds, so that none of somebody erased is kept; of campaigns, too."""
    wrong = {**response("ann", "Zoe@Example.org"), "cc": "yan@example.org,xia@example.org."}
    told = campaign(name=None, sender_address="zoe@example.org", subject="From ann@example.org")
    row, news = rows(json_lines(wrong, told))
    assert (row["email_key"], row["other_keys"]) == (
        "ann@example.org", ["zoe@example.org", "yan@example.org", "xia@example.org"],
    )  # fmt: skip
    assert news["other_keys"] == ["ann@example.org", "zoe@example.org"]
    assert "email_key" not in news


def test_a_file_that_is_changed_while_it_is_read(tmp_path: Path) -> None:
    """CAMP-1: transient: a file that is still being written is not imported by half."""
    path = tmp_path / "responses.csv"
    path.write_text(HEAD + LINE)
    source = EventFile(path.name, lambda: path.open("rb"))
    assert len(rows(source)) == 1
    chunks = read(source, None)
    next(chunks)
    path.write_text(HEAD + LINE + LINE)
    with pytest.raises(Unavailable, match=r"responses\.csv was changed while it was read\. Wait until it is whole"):
        list(chunks)


def test_the_name_of_a_web_address_is_without_its_signature() -> None:
    """CAMP-1: what stands behind the name of a file may be a password, and the name is kept and shown."""
    assert name_of("https://store.example.org/mail/sends.csv?signature=abc#x") == "sends.csv"
    assert name_of("s3://aws@bucket/mail/sends?.csv") == "sends?.csv"

    def unknown() -> io.BytesIO:
        raise ValueError("Protocol not known: https://user:secret@host")

    with pytest.raises(
        ConfigError, match=r"^sends\.csv cannot be read: its URL cannot be understood, or stores of its kind are not "
    ):
        rows(EventFile("sends.csv", unknown))


def test_bytes_that_are_no_text() -> None:
    """OUT-14: a line of another encoding is set aside; NUL bytes are taken out."""
    latin = (
        HEAD.encode()
        + b"c1,ann@example.org,ge\xf6ffnet,2026-11-20T12:01:00Z,\n"
        + LINE.replace("c1", "c\x001").encode()
    )
    wrong, cleaned = rows(file(latin))
    assert (wrong["reason"], wrong["detail"]) == ("unreadable", "it is not UTF-8. Save the file in that encoding.")
    assert "ge\ufffdffnet" in wrong["raw"]["line"]
    assert cleaned["campaign"] == "c1"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (file(HEAD.replace("email", "e_mail") + LINE), "responses.csv: there is no column 'e_mail' in responses. "
         "Allowed: campaign_id, email, response, happened_at, bounce, set_aside. Did you mean 'email'?"),
        (file("campaign_id,response,email\n"), "a file of responses needs the column happened_at. Columns: campaign"),
        (file("email,email\n"), "column 'email' is there twice"),
        (file(""), "responses.csv is empty: the first line names the columns."),
        (file(HEAD, "mails.csv"), "mails.csv: what its rows are is not known. Say --kind with one of campaigns, "),
        (file(HEAD, "responses.xlsx"), "responses.xlsx: only files that end in .csv, .jsonl, .ndjson, .parquet can"),
        (file(HEAD, "responses.json"), "Did you mean .jsonl?"),
        (file(HEAD, "responses.parquet"), "responses.parquet is not a Parquet file"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_wrong_file_is_refused_whole(source: EventFile, message: str) -> None:
    """CAMP-1: unknown and missing columns, no rows' kind, another form."""
    with pytest.raises(ConfigError) as refused:
        rows(source)
    assert message in str(refused.value)


def test_a_kind_that_there_is_not() -> None:
    """CAMP-1: with the close match."""
    assert kind_of("sends") is Kind.SENDS
    with pytest.raises(ConfigError, match=r"'response' is not a kind of events\. .* Did you mean 'responses'"):
        kind_of("response")


def test_rows_of_json_lines_tell_their_kind() -> None:
    """CAMP-1: by type; lists as lists; each row may be wrong by itself."""
    odd: Iterable[Any] = (
        campaign(lists=["B", "A", "A"]), response("ann", "opened"), b"", b"{not json}", b"[1]", {"type": "respons"},
        {**response("ann", "opened"), "hapened_at": 1}, campaign(lists=[]), campaign(name=True), campaign(lists=7),
        {**response("ann", "opened"), "happened_at": 1762945260},
    )  # fmt: skip
    found = sorted(rows(json_lines(*odd)), key=lambda row: row["line"])
    assert [(row["kind"], row["line"], row.get("reason")) for row in found] == [
        ("campaign", 1, None), ("response", 2, None), ("unknown", 4, "unreadable"), ("unknown", 5, "unreadable"),
        ("unknown", 6, "unknown_type"), ("response", 7, "unknown_column"), ("campaign", 8, "missing_value"),
        ("campaign", 9, "bad_value"), ("campaign", 10, "bad_value"), ("response", 11, "bad_value"),
    ]  # fmt: skip
    assert found[0]["lists"] == ["A", "B"]
    assert "Did you mean 'response'?" in found[4]["detail"]
    assert "Did you mean 'happened_at'?" in found[5]["detail"]


def test_json_lines_of_one_kind_need_no_type() -> None:
    """CAMP-1: by the name of the file or --kind; a row that says otherwise is set aside."""
    bare = {key: value for key, value in response("ann", "opened").items() if key != "type"}
    named = json_lines(bare, response("ann", "opened"), campaign(), name="responses.ndjson")
    assert [row.get("reason") for row in rows(named)] == [None, None, "unknown_type"]
    assert [row.get("reason") for row in rows(json_lines(bare), Kind.RESPONSES)] == [None]


def parquet_file(table: pyarrow.Table, name: str = "responses.parquet") -> EventFile:
    sink = io.BytesIO()
    parquet.write_table(table, sink)
    return file(sink.getvalue(), name)


def test_parquet_with_types_of_its_own() -> None:
    """CAMP-1: texts, moments with a zone and lists; a moment without a zone is wrong row by row."""
    moments = pyarrow.array([NOON, NOON], type=pyarrow.timestamp("us", tz="Europe/Berlin"))
    table = pyarrow.table(
        {
            "campaign_id": ["c1", None],
            "email": ["ann@example.org"] * 2,
            "response": ["opened"] * 2,
            "happened_at": moments,
        }
    )
    assert flaws(parquet_file(table)) == [
        (1, None, None), (2, "missing_value", "campaign_id is empty, and every row needs one."),
    ]  # fmt: skip
    naive = table.set_column(3, "happened_at", pyarrow.array([NOON.replace(tzinfo=None)] * 2))
    assert "has no zone" in str(flaws(parquet_file(naive))[0][2])
    lists = pyarrow.table({"campaign_id": [7], "name": ["N"], "kind": ["autoresponder"], "lists": [["A", "B"]]})
    (row,) = rows(parquet_file(lists, "campaigns.parquet"))
    assert (row["campaign"], row["lists"]) == ("7", ["A", "B"])
    with pytest.raises(ConfigError, match="there is no column 'mail'"):
        rows(parquet_file(table.rename_columns(["campaign_id", "mail", "response", "happened_at"])))


def test_parquet_values_that_cannot_be_had_set_aside_their_row() -> None:
    """CAMP-1: no UTF-8, a year beyond all calendars, an unknown zone; dictionaries and nanoseconds go."""
    texts = pyarrow.StringArray.from_buffers(2, *map(pyarrow.py_buffer, (b"\0\0\0\0\1\0\0\0\2\0\0\0", b"\xffa")))
    moments = [1_700_000_000_123_456_789, 1_700_000_000_000_000_000]
    people = pyarrow.array(["ann@example.org"] * 2).dictionary_encode()

    def table(moment: pyarrow.Array, ids: pyarrow.Array) -> EventFile:
        return parquet_file(
            pyarrow.table({"campaign_id": ids, "email": people, "response": ["opened"] * 2, "happened_at": moment})
        )

    nano = pyarrow.array(moments, type=pyarrow.timestamp("ns", tz="UTC"))
    wrong, right = rows(table(nano, texts))
    assert (wrong["reason"], wrong["detail"][:30]) == ("unreadable", "campaign_id: the value is not ")
    assert (right["campaign"], right["email_key"]) == ("a", "ann@example.org")
    far = pyarrow.array([5 * 10**18, moments[1] // 1000], type=pyarrow.timestamp("us", tz="UTC"))
    assert [reason for _, reason, _ in flaws(table(far, people))] == ["unreadable", None]
    odd = pyarrow.array([0, 0], type=pyarrow.timestamp("us", tz="Foo/Bar"))
    assert [reason for _, reason, _ in flaws(table(odd, people))] == ["unreadable"] * 2


def test_a_parquet_file_with_spoilt_pages_is_refused() -> None:
    """CAMP-1: permanent, unlike a store that breaks off."""
    sink = io.BytesIO()
    parquet.write_table(pyarrow.table({"campaign_id": ["c1"], "email": ["a@example.org"], "sent_at": [at(0)]}), sink)
    spoilt = bytearray(sink.getvalue())
    spoilt[10:60] = b"\xff" * 50
    for content in (bytes(spoilt), sink.getvalue()[:-60]):
        with pytest.raises(ConfigError, match="is not a Parquet file, or not a whole one"):
            rows(file(content, "sends.parquet"))


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_files_are_read_in_chunks(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """CAMP-1: memory stays flat: no more rows at once than fit, whatever the form; lines go on counting."""
    monkeypatch.setattr(event_lines, "ROWS_AT_ONCE", 10)
    table = pyarrow.table({"campaign_id": ["c1"] * 25, "email": ["ann@example.org"] * 25, "sent_at": [at(0)] * 25})
    body = "".join(f"c1,ann@example.org,{at(0)}\n" for _ in range(25))
    made: dict[str, Callable[[], EventFile]] = {
        "csv": lambda: file(f"campaign_id,email,sent_at\n{body}", "sends.csv"),
        "jsonl": lambda: json_lines(*table.to_pylist(), name="sends.jsonl"),
        "parquet": lambda: parquet_file(table, "sends.parquet"),
    }
    chunks = list(read(made[form](), None))
    assert [len(chunk.lines) for chunk in chunks] == [10, 10, 5]
    assert [line for chunk in chunks for line in chunk.lines] == list(range(2, 27) if form == "csv" else range(1, 26))


def test_a_store_that_breaks_off_is_tried_again() -> None:
    """CAMP-1: transient; what cannot even be opened is a mistake, and so is a store whose library is missing."""

    class Broken(io.BytesIO):
        def readinto(self, *_: object) -> int:
            raise TimeoutError

        read = read1 = readline = __next__ = readinto  # type: ignore[assignment]

    with pytest.raises(Unavailable, match=r"responses\.jsonl broke off while it was read: TimeoutError"):
        rows(EventFile("responses.jsonl", Broken))

    def away() -> io.BytesIO:
        raise FileNotFoundError(2, "No such file or directory")

    def foreign() -> io.BytesIO:
        raise ModuleNotFoundError("No module named 's3fs'", name="s3fs")

    with pytest.raises(ConfigError, match="cannot be read: no such file or directory"):
        rows(EventFile("responses.csv", away))
    with pytest.raises(ConfigError, match="the library for this kind of store is not installed: s3fs"):
        rows(EventFile("responses.csv", foreign))


def test_our_clock_may_be_behind() -> None:
    """CAMP-1: a day at most."""
    content = f"campaign_id,email,sent_at\nc1,ann@example.org,{at(0)}\n"
    assert "reason" not in rows(file(content, "sends.csv"), now=NOON - timedelta(hours=23))[0]
    assert rows(file(content, "sends.csv"), now=NOON - timedelta(hours=25))[0]["reason"] == "bad_value"


EXAMPLES = sorted((include_folder() / "examples" / "events").iterdir())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_examples_are_in_order(path: Path) -> None:
    """CAMP-1: no row of the example files would be set aside."""
    found = rows(EventFile(path.name, lambda: path.open("rb")), now=NOON)
    assert found
    assert [row for row in found if "reason" in row] == []


def test_the_page_tells_of_every_column_word_and_reason() -> None:
    """CAMP-1: docs/events.md has the columns of each kind, and what is allowed in them."""
    page = (include_folder().parent / "docs" / "events.md").read_text(encoding="utf-8")
    for kind in Kind:
        part = page.partition(f"**{kind}**")[2].partition("**")[0].partition("\n## ")[0]
        named = re.findall(r"^\| `(\w+)` \| (yes)?", part, re.MULTILINE)
        assert named == [(column.name, "yes" if column.required else "") for column in COLUMNS[kind]]
    words = {*RESPONSES, *CAMPAIGN_KINDS, "hard", "soft", "here", "recruit", *REASONS}
    assert {word for word in words if f"`{word}`" not in page and word not in ("hard", "soft")} == set()


REASONS = (
    "missing_value", "bad_value", "bad_address", "unknown_column", "unknown_type", "unreadable", "unknown_campaign",
    "unknown_contact", "erased_person",
)  # fmt: skip
