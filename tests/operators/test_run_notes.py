"""The note of a run beside what a person has written into it. That the scheduler writes it: tests/integration."""

import pytest

from contact_sync.run_notes import LONGEST, merged, write_note

PERSON = "Asked for by Ann.\nCall back on Monday."
COMPLETED = "Skipped: completed. It has run.\nRun: contact-sync initiate once"
LINE = "Skipped: completed. It has run. Run: contact-sync initiate once"


@pytest.mark.parametrize(
    ("before", "told", "after"),
    [
        (None, [], ""),
        (None, [COMPLETED], LINE),
        (PERSON, [COMPLETED], f"{PERSON}\n{LINE}"),
        (f"{PERSON}\n{LINE}", ["Skipped: not_yet. Wait."], f"{PERSON}\nSkipped: not_yet. Wait."),
        (f"{PERSON}\n{LINE}", [], PERSON),
        (LINE, ["Done: one: left.", "Done: two: stay."], "Done: one: left.\nDone: two: stay."),
        (f"Done: one: left.\n{PERSON}", [LINE], f"{PERSON}\n{LINE}"),
        (LINE, [], ""),
    ],
)
def test_a_run_has_its_lines_below_what_people_wrote(before: str | None, told: list[str], after: str) -> None:
    """OPS-1: what the run told last only; nothing of a skip stays once the run is not skipped."""
    assert merged(before, told) == after
    assert merged(after, told) == after


def test_a_note_is_never_longer_than_airflow_keeps() -> None:
    """OPS-1: the person's part stays whole."""
    person = "x" * (LONGEST - 20)
    note = merged(person, [COMPLETED])
    assert len(note) <= LONGEST
    assert note.startswith(f"{person}\nSkipped: ")


def test_trouble_is_kept_from_the_scheduler(caplog: pytest.LogCaptureFixture) -> None:
    """OPS-1: something that is no run of a session is told to the log, not raised."""

    class Broken:
        run_id = "broken"

    write_note(Broken())  # type: ignore[arg-type]
    assert "The note of run broken could not be written: UnmappedInstanceError." in caplog.text
