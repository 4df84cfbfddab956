"""Mappings as people write them: favourites and what overrides them, and defaults of every kind of source."""

from collections.abc import Callable
from pathlib import Path

import pytest

from contact_sync.config.loader import SyncFiles, load_syncs
from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.mapping_types import FieldMapping

FAVOURITES = """\
favourites:
  engineer:
    first_name: Called
    fields:
      experience: {source: Experience_in_Years, type: integer}
      city: City
  mailable: {email: Secondary_Email, fields: {city: City}}
  mover: {fields: {city: New_City}}
"""
EMAIL, FIRST, LAST = (
    FieldMapping("email", "Email"), FieldMapping("first_name", "First_Name"), FieldMapping("last_name", "Last_Name"),
)  # fmt: skip
EXPERIENCE, CITY = FieldMapping("experience", "Experience_in_Years", "integer"), FieldMapping("city", "City")

Lint = Callable[[str], SyncFiles]


@pytest.fixture
def lint(folder: Path, sync_text: str) -> Lint:
    """Load one sync with these lines, beside the favourites above."""

    def run(more: str) -> SyncFiles:
        path = folder / "organisation.yaml"
        path.write_text(path.read_text().partition("favourites:")[0] + FAVOURITES)
        (folder / "syncs" / "good.yaml").write_text(sync_text + more)
        return load_syncs(folder)

    return run


def good(loaded: SyncFiles) -> ResolvedSync:
    assert [problem.render() for problem in loaded.problems] == []
    return loaded.syncs["good"]


MAPPINGS = [
    ("MAP-3 a favourite fills what is not said", "{favourites: [engineer]}",
     (EMAIL, FieldMapping("first_name", "Called"), LAST, EXPERIENCE, CITY)),
    ("MAP-3 a single field overrides it", "{favourites: [engineer], first_name: First_Name, fields: {city: Town}}",
     (EMAIL, FIRST, LAST, EXPERIENCE, FieldMapping("city", "Town"))),
    ("MAP-3 two that agree", "{favourites: [engineer, mailable]}",
     (FieldMapping("email", "Secondary_Email"), FieldMapping("first_name", "Called"), LAST, EXPERIENCE, CITY)),
    ("MAP-3 two that disagree, settled by the sync", "{favourites: [engineer, mover], fields: {city: City}}",
     (EMAIL, FieldMapping("first_name", "Called"), LAST, EXPERIENCE, CITY)),
    ("MAP-1 null beats a favourite", "{favourites: [engineer], first_name: null}",
     (EMAIL, LAST, EXPERIENCE, CITY)),
    ("MAP-1 the address beats a favourite", "{favourites: [mailable], email: Email}",
     (EMAIL, FIRST, LAST, CITY)),
]  # fmt: skip


@pytest.mark.parametrize(("mapping", "lines"), [case[1:] for case in MAPPINGS], ids=[case[0] for case in MAPPINGS])
def test_favourites(lint: Lint, mapping: str, lines: tuple[FieldMapping, ...]) -> None:
    assert good(lint(f"mapping: {mapping}\n")).mapping == lines


REFUSED = [
    ("MAP-3 unknown", "[enginer]",
     "'enginer' is not a favourite of organisation.yaml (MAP-3). Allowed: engineer, mailable, mover. "
     "Did you mean 'engineer'?"),
    ("MAP-3 two that disagree", "[engineer, mailable, mover]",
     "'engineer' and 'mover' map 'city' differently. Map 'city' in this sync, which overrides both, or list one of "
     "them (MAP-3)."),
]  # fmt: skip


@pytest.mark.parametrize(("names", "message"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_favourites_that_are_refused(lint: Lint, names: str, message: str) -> None:
    (problem,) = lint(f"mapping:\n  favourites: {names}\n").problems
    place = f"include/syncs/good.yaml:7: mapping.favourites[{names.count(',')}]"
    assert problem.render().partition(" Check with")[0] == f"{place}: {message}"


def test_a_changed_favourite_is_a_changed_mapping(lint: Lint, folder: Path) -> None:
    """MAP-3, MAP-4: for every sync that lists it, and for no other."""
    before = good(lint("mapping: {favourites: [mover]}\n"))
    path = folder / "organisation.yaml"
    path.write_text(path.read_text().replace("New_City", "Next_City"))
    after = load_syncs(folder).syncs["good"]
    assert before.mapping_fingerprint() != after.mapping_fingerprint()
    assert before.source_fingerprint() == after.source_fingerprint()
    path.write_text(path.read_text().replace("Called", "Named"))
    assert load_syncs(folder).syncs["good"].mapping_fingerprint() == after.mapping_fingerprint()


def test_broken_favourites_are_told_of_organisation_yaml(folder: Path) -> None:
    """MAP-3: the same mistakes as in a sync, told once."""
    path = folder / "organisation.yaml"
    path.write_text(
        path.read_text() + "favourites: {engineer: {fields: {email: Email, town: {source: City, typ: x}}}}\n"
    )
    keys = [problem.key for problem in load_syncs(folder).problems]
    assert keys == ["favourites.engineer.fields.email", "favourites.engineer.fields.town.typ"]


DEFAULTS = [
    ("Contacts", "", (EMAIL, FIRST, LAST), False, False),
    ("Alumni", "", (), True, True),
    ("Alumni", "mapping: {email: Mail, fields: {city: City}}\n", (FieldMapping("email", "Mail"), CITY), False, True),
    ("Alumni", "mapping: {last_name: Name}\n", (FieldMapping("last_name", "Name"),), True, False),
    ("Alumni", "mapping: {first_name: null}\n", (), True, False),
    ("Alumni", "mapping: {favourites: [mailable]}\n", (FieldMapping("email", "Secondary_Email"), CITY), False, True),
    ("Alumni", "mapping: {favourites: [engineer]}\n", (FieldMapping("first_name", "Called"), EXPERIENCE, CITY), True,
     False),
]  # fmt: skip


@pytest.mark.parametrize(("module", "more", "lines", "email", "name"), DEFAULTS)
def test_what_is_mapped_when_nothing_is_said(
    lint: Lint, module: str, more: str, lines: tuple[FieldMapping, ...], email: bool, name: bool
) -> None:
    """MAP-1: usual fields of Candidates and Contacts; of other modules what the account's metadata tells."""
    sync = good(lint(f"source: {{module: {module}}}\n{more}"))
    assert (sync.mapping, sync.email_by_metadata, sync.name_by_metadata) == (lines, email, name)
