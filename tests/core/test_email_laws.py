"""OUT-6, OUT-12 as laws: the fast pattern is never laxer than the library, and keys are stable."""

import string

import email_validator
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contact_sync.core.email import PLAIN, EmailRules, address_key, check_addresses, without_edges

# Pieces on which an address can go wrong, so that most examples are nearly addresses.
PIECES = [
    "a",
    "B",
    "9",
    "anna",
    "-",
    "--",
    "_",
    "+",
    "'",
    "%",
    ".",
    "..",
    "@",
    " ",
    "\n",
    "xn--",
    "ab--",
    "ü",
    "K",
    "ſ",
    "İ",
]
ENDINGS = ["org", "COM", "co.uk", "test", "TEST", "local", "invalid", "localhost", "onion", "arpa", "c", "c1", "museum"]
near = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
nearly = st.builds("{}@{}.{}".format, near, near, st.sampled_from(ENDINGS))
ASCII = string.ascii_letters + string.digits
atom = st.text(ASCII + "_%+'-", min_size=1, max_size=8)
label = st.text(ASCII, min_size=1, max_size=8)
labels = st.lists(label, min_size=1, max_size=3).map("-".join)
plain = st.builds(
    "{}@{}.{}".format,
    st.lists(atom, min_size=1, max_size=3).map(".".join),
    st.lists(labels, min_size=1, max_size=3).map(".".join),
    st.text(string.ascii_letters, min_size=2, max_size=6).filter(lambda end: end.lower() not in ENDINGS[3:10]),
)
letters = st.characters(categories=["Lu", "Ll", "Lt", "Lo", "Mn", "Nd"])
foreign = st.builds(
    "{}@{}.org".format, st.text(letters, min_size=1, max_size=8), st.text(letters, min_size=1, max_size=8)
)
anything = st.one_of(nearly, plain, foreign, st.emails(), st.text(max_size=40))


def library_key(text: str) -> str | None:
    """What the library alone makes of a text, or None."""
    try:
        found = email_validator.validate_email(text.strip(), check_deliverability=False)
    except email_validator.EmailNotValidError:
        return None
    return f"{found.local_part.lower()}@{found.ascii_domain}"


@settings(max_examples=600)
@given(st.one_of(nearly, plain))
@example("a@" + "a" * 63 + ".org")
@example("a@" + "a" * 64 + ".org")
@example("a" * 242 + "@mail.org")
@example("a" * 246 + "@mail.org")
@example("a@" + "a." * 124 + "org")
@example("a@b.test\n")
@example("a@xn--mller-kva.org")
@example("a@xn--zzzzzz.org")
def test_fast_pattern_accepts_nothing_that_the_library_refuses(text: str) -> None:
    """OUT-6: and gives the same key."""
    if PLAIN.match(text.strip()):
        assert library_key(text) == address_key(text)


@settings(max_examples=300)
@given(plain)
def test_fast_pattern_is_used_by_plain_addresses(text: str) -> None:
    """OUT-6: the law above is about something: these all take the fast path, and the library agrees."""
    assert PLAIN.match(text)
    assert address_key(text) == library_key(text) == text.lower()


@settings(max_examples=600)
@given(anything)
@example("İ@mail.example.org")
@example("ΑΣ@mail.example.org")
@example("ǅ@mail.example.org")
@example("H\u0331\u0302@mail.example.org")
def test_key_of_a_key_is_the_key(text: str) -> None:
    """OUT-12: a key read back from the warehouse compares equal."""
    key = address_key(text)
    if key is not None:
        assert address_key(key) == key
        assert len(key.encode()) <= 254


@given(anything, st.sampled_from(["", " ", "\t", "\r\n", "\u00a0", "\u200b", "\ufeff "]))
def test_surrounding_space_and_case_do_not_count(text: str, space: str) -> None:
    """OUT-12: for ASCII, where upper and lower case are one to one, also for upper case."""
    assert address_key(space + text + space) == address_key(text)
    if text.isascii():
        assert address_key(text.upper()) == address_key(text)


@given(st.lists(st.none() | anything, max_size=20))
def test_column_and_single_address_agree(texts: list[str | None]) -> None:
    """OUT-12: one key function for everything; each row gets its own verdict, in order."""
    frame = check_addresses(texts, EmailRules())
    assert frame["email_key"].tolist() == [address_key(text) for text in texts]
    assert frame["email_text"].tolist() == [without_edges(text) for text in texts]
    assert all((key is None) == (flaw is not None) for key, flaw in zip(frame.email_key, frame.flaw, strict=True))
