"""Which awkward case a record is, planted at a known rate: exactly so many in every two hundred records.

The kind of a record depends on its index and the seed alone, so anybody can say beforehand how many of each a sandbox
holds. Every two hundred records follow one pattern, shifted by the seed. A duplicate knows its original in the same
pattern; one whose original would lie beyond the last record is an ordinary person instead.
"""

BLOCK = 200
# Prime to BLOCK, so that stepping by it visits every place once and spreads each kind over the block.
_STEP = 73

PLAIN = "plain"
DUPLICATES = ("duplicate_case", "duplicate_space", "duplicate_same_time", "duplicate_again")
RATES: dict[str, int] = {
    "empty_email": 3,
    "white_space_email": 1,
    "invalid_pattern": 3,
    "misspelt_domain": 3,
    "role_address": 4,
    "role_address_tagged": 1,
    "duplicate_case": 3,
    "duplicate_space": 2,
    "duplicate_same_time": 1,
    "duplicate_again": 1,
    "plus_address": 3,
    "international_address": 2,
    "nul_byte": 1,
    "lone_surrogate": 1,
    "emoji_name": 2,
    "right_to_left_name": 2,
    "lookup_without_target": 3,
    "converted": 4,
    "unapproved": 3,
    "opted_out": 4,
    "deleted_recycle": 2,
    "deleted_permanent": 1,
    "restored": 1,
}
MEANINGS: dict[str, str] = {
    "plain": "nothing awkward",
    "empty_email": "no e-mail: null or an empty text",
    "white_space_email": "an e-mail of white space only",
    "invalid_pattern": "not an address: no @, two dots, two @, a space, nothing before or after @ …",
    "misspelt_domain": "a misspelt well-known domain (gnail.com, yahooo.com, hotmial.com …)",
    "role_address": "a role address (info@, administrator@, careers@, service@, support@)",
    "role_address_tagged": "a role address with a tag (info+jobs@)",
    "duplicate_case": "the address of another record in capitals",
    "duplicate_space": "the address of another record with space around it",
    "duplicate_same_time": "the address and the very change time of another record",
    "duplicate_again": "the address of a record that a duplicate_case record has too: three with one address",
    "plus_address": "a valid address with a + tag",
    "international_address": "a valid internationalised address",
    "nul_byte": "a NUL byte in the first name",
    "lone_surrogate": "half a surrogate pair in the skill set or the last name",
    "emoji_name": "an emoji in the first name",
    "right_to_left_name": "a name in Arabic or Hebrew script",
    "lookup_without_target": "an owner that is null or has neither name nor id",
    "converted": "converted: hidden unless converted=true or both",
    "unapproved": "waits for approval: hidden unless approved=false or both",
    "opted_out": "Email_Opt_Out is true",
    "deleted_recycle": "deleted, in the recycle bin",
    "deleted_permanent": "deleted for good",
    "restored": "was deleted and restored; its change time is that of the restoration",
}


def _pattern() -> tuple[str, ...]:
    places = [PLAIN] * BLOCK
    wanted = [kind for kind, rate in RATES.items() for _ in range(rate)]
    for number, kind in enumerate(wanted):
        places[number * _STEP % BLOCK] = kind
    return tuple(places)


PATTERN = _pattern()


def _distances() -> dict[int, int]:
    """For each duplicate's place in the pattern: how many records before it its original stands."""
    found: dict[int, int] = {}
    for place, kind in enumerate(PATTERN):
        if kind in DUPLICATES and kind != "duplicate_again":
            taken = {each - back for each, back in found.items()}
            found[place] = next(b for b in range(1, BLOCK) if PATTERN[place - b] == PLAIN and place - b not in taken)
    first = next(place for place, kind in enumerate(PATTERN) if kind == "duplicate_case")
    for place, kind in enumerate(PATTERN):
        if kind == "duplicate_again":
            found[place] = place - (first - found[first])
    return found


_BACK = _distances()


def place_of(index: int, seed: int) -> int:
    """The place of a record in the pattern."""
    return (index + seed) % BLOCK


def original_of(index: int, seed: int, count: int) -> int | None:
    """Index of the record whose address this duplicate carries; None for any other record."""
    back = _BACK.get(place_of(index, seed))
    if back is None:
        return None
    # The first block of a shifted pattern may begin with a duplicate: its original then stands one block on.
    original = index - back if 0 <= index - back < count else index - back + (BLOCK if back > 0 else -BLOCK)
    return original if 0 <= original < count else None


def kind_of(index: int, seed: int, count: int) -> str:
    """The kind of a record among ``count``."""
    kind = PATTERN[place_of(index, seed)]
    return PLAIN if kind in DUPLICATES and original_of(index, seed, count) is None else kind


def sharing(index: int, seed: int, count: int) -> list[int]:
    """Indexes of the duplicates that carry this record's address, ascending."""
    around = {index + back + shift for back in _BACK.values() for shift in (-BLOCK, 0, BLOCK)}
    return sorted(each for each in around if 0 <= each < count and original_of(each, seed, count) == index)
