"""A field whose type this package does not know: its values are taken as text, and the history names it."""

from contact_sync.core.mapping_types import FieldMapping
from contact_sync.zoho.metadata import unknown_types
from tests.stages.world import World


def test_only_mapped_fields_of_unknown_types_are_named() -> None:
    """SRC-10: once each, with the type; what is gone or not mapped is not this warning's."""
    fields = [
        {"api_name": "Mood", "data_type": "hologram"},
        {"api_name": "Aura", "data_type": "hologram"},
        {"api_name": "City", "data_type": "Text"},
    ]
    mapping = [FieldMapping("mood", "Mood"), FieldMapping("feel", "Mood"), FieldMapping("city", "City")]
    mapping.append(FieldMapping("gone", "Gone"))
    assert unknown_types(fields, mapping) == [
        "The source's field Mood is of a type that is not known ('hologram'): its values are taken as text."
    ]


def test_a_type_that_became_unknown_degrades_the_run(world: World) -> None:
    """SRC-10: the values still arrive."""
    world.control("POST", "schema/Candidates", {"retype": {"City": "hologram"}})
    assert world.fetch("candidates_daily").status == "degraded"
    warnings = world.one("SELECT warnings FROM sync.fetch")
    assert any("field City is of a type that is not known ('hologram')" in each for each in warnings)
    assert world.one("SELECT count(*) FROM contacts.contact WHERE fields ->> 'city' IS NOT NULL") > 0
