"""The answers of faults that replace a handler's: an error status in JSON or HTML, or a 200 that hides an error in its
body. ``status_after`` stands in for an answer when the handler has done its work, the others for the handler.
"""

from include.sandbox.api.answers import Answer, ApiError
from include.sandbox.faults import Fault

_CODES = {
    400: ("INVALID_DATA", "invalid data"),
    401: ("INVALID_TOKEN", "invalid oauth token"),
    403: ("NO_PERMISSION", "permission denied"),
    404: ("INVALID_URL_PATTERN", "Please check if the URL trying to access is a correct one"),
    429: ("TOO_MANY_REQUESTS", "You have made too many requests. Please try again after some time."),
}
_HTML = b"<html><head><title>Error</title></head><body><h1>%d</h1></body></html>"


def failing(fault: Fault | None) -> Answer | None:
    """The answer of a status fault or of ``ok_with_error_body``; None for any other: the handler works."""
    return _answer(fault) if fault is not None and fault.kind in ("status", "ok_with_error_body") else None


def spoilt(fault: Fault | None, answer: Answer) -> Answer:
    """What the client sees of an answer: an error status where the effect took place and the fault hides it."""
    return _answer(fault) if fault is not None and fault.kind == "status_after" else answer


def _answer(fault: Fault) -> Answer:
    hidden = fault.kind == "ok_with_error_body"
    status = 200 if hidden else fault.status
    code, message = _CODES.get(status, ("INTERNAL_ERROR", "Internal Server Error"))
    html = not hidden and (fault.html if fault.html is not None else status >= 500)
    if html:
        answer = Answer(status, _HTML % status, media="text/html;charset=UTF-8")
    else:
        answer = ApiError(status, fault.code or code, fault.message or message).answer
    if fault.retry_after is not None:
        answer.headers["Retry-After"] = str(fault.retry_after)
    answer.headers.update(fault.headers)
    return answer
