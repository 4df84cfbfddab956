"""How many histories a law is tried with: a few in `make test`, ten times as many in `make test-long`."""

import os

TIMES = "CONTACT_SYNC_HISTORIES"


def examples(few: int) -> int:
    """`few` times what the environment says; each history of a law over the stages takes a second or so."""
    return few * int(os.environ.get(TIMES, "1"))
