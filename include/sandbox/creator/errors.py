"""Creator's error bodies: a number and a description, with a real HTTP status.

``REFUSALS`` are the answers that a switch can turn on for an application or a report; the descriptions are ours.
"""

from include.sandbox.api.answers import Answer, ApiError, encode

NO_RECORDS = 3100
REFUSALS: dict[int, tuple[int, str]] = {
    1000: (404, "Invalid API URL format."),
    1030: (401, "Authorization failure: the access token is invalid or has expired."),
    1040: (404, "No account owner of that name was found."),
    1060: (403, "This application is not shared with you."),
    1130: (403, "You may not use the API of this application."),
    2892: (404, "No application of that name was found."),
    2893: (404, "No form of that name was found."),
    2894: (404, "No report of that name was found."),
    2898: (403, "You may not view this report."),
    2933: (403, "You may not read this component."),
    2945: (401, "The access token lacks the scope that this call needs."),
    3100: (404, "No records match."),
    4000: (429, "The account's developer API limit is reached."),
    9280: (404, "No records exist in this report."),
}


class CreatorError(ApiError):
    """Ends a handler with Creator's error body ``{"code": 2894, "description": "..."}``."""

    def __init__(self, status: int, code: int, description: str) -> None:
        Exception.__init__(self, f"{code}: {description}")
        self.answer = Answer(status, encode({"code": code, "description": description}))


def refusal(code: int, status: int | None = None) -> CreatorError:
    """The error of a known code, with its usual status unless another is given."""
    usual, description = REFUSALS[code]
    return CreatorError(status or usual, code, description)


def bad_parameter(name: str, why: str) -> CreatorError:
    """401 with code 1060: a parameter that is not accepted."""
    return CreatorError(401, 1060, f"Invalid request parameter found - {name}: {why}")


def missing_parameter(name: str) -> CreatorError:
    """401 with code 1000: a parameter that is absent or was given twice."""
    return CreatorError(401, 1000, f"A mandatory parameter - {name} - is absent or was used twice.")
