"""Candidates for the load, as the API sends them: as many as asked, all different, none with a flaw."""

from typing import Any

CHANGED = "2026-11-20T07:00:00+01:00"
DOMAINS = 500


def people(first: int, count: int) -> list[dict[str, Any]]:
    """The candidates number `first` and following."""
    return [_person(number) for number in range(first, first + count)]


def _person(number: int) -> dict[str, Any]:
    return {
        "id": str(200001000001000000 + 7 * number),
        "Email": f"Person.{number}@mail{number % DOMAINS}.example.org",
        "First_Name": f"Ann {number % 977}",
        "Last_Name": f"Number {number}",
        "City": ("Köln", "Berlin", "Zürich", "Gdańsk")[number % 4],
        "Current_Employer": f"Works {number % 1009} Ltd",
        "Experience_in_Years": number % 30,
        "Skill_Set": "SQL, Python",
        "Updated_On": CHANGED,
        "Created_Time": CHANGED,
        "Email_Opt_Out": False,
        "$converted": False,
        "$approved": True,
    }
