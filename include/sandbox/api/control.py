"""Control routes of the service: health, reset, clock, faults, calls, settings, tokens.

They need no token, meet no faults and are not logged. A wrong body is a 400 whose message says what is allowed.
They exist for tests and demos; nothing of Zoho looks like this.
"""

from typing import Any

from include.sandbox.api.answers import Answer, ApiError, answer, decode
from include.sandbox.api.call import Call
from include.sandbox.clock import iso, parse_instant, parse_offset
from include.sandbox.drift import read_drift
from include.sandbox.errors import SandboxError, close_match
from include.sandbox.faults import read_fault
from include.sandbox.state import SandboxState

CALL_PARAMS = frozenset(("since",))


def bad_request(message: str) -> ApiError:
    """The 400 of the control routes."""
    return ApiError(400, "SANDBOX_BAD_REQUEST", message)


def body_object(call: Call, allowed: tuple[str, ...] | None = None) -> dict[str, Any]:
    """The body as an object; an empty body is an empty one. Keys outside ``allowed`` are refused."""
    try:
        body = decode(call.body) if call.body.strip() else {}
    except ValueError as error:
        raise bad_request(f"The body is not JSON: {error}") from None
    if not isinstance(body, dict):
        raise bad_request(f"The body of {call.path} is an object, like {{}}; got {type(body).__name__}.")
    for name in body:
        if allowed is not None and name not in allowed:
            raise bad_request(f"{call.path} has no key '{name}'.{close_match(name, allowed)}")
    return body


def body_objects(call: Call, one: str) -> list[dict[str, Any]]:
    """The body as a list of objects; a body of one object is a list of one. ``one``: what an object is, in words."""
    try:
        body = decode(call.body)
    except ValueError as error:
        raise bad_request(f"The body is not JSON: {error}") from None
    given = body if isinstance(body, list) else [body]
    if not all(isinstance(each, dict) for each in given):
        raise bad_request(f"The body is one {one}, or a list of them.")
    return given


def health(state: SandboxState, call: Call) -> Answer:
    """Whether it is up, and what it holds."""
    live = {
        name: len(store) - len(store.gone) for name, store in state.stores.items() if name in state.settings.modules
    }
    anchor = state.anchor_of(state.settings).isoformat()
    return answer({"status": "ok", "seed": state.settings.seed, "anchor": anchor, "records": live})


def reset(state: SandboxState, call: Call) -> Answer:
    """Everything anew, as at start-up or with the settings of the body changed."""
    state.reset(body_object(call))
    return health(state, call)


def read_clock(state: SandboxState, call: Call) -> Answer:
    """The sandbox's time in the organisation's offset."""
    zone = parse_offset(state.settings.utc_offset)
    return answer({"now": iso(state.now_seconds(), zone), "running": state.clock.running})


def set_clock(state: SandboxState, call: Call) -> Answer:
    """``now`` stands still there; ``advance_seconds`` moves; ``run`` true runs with the machine, or onwards from
    ``now``.
    """
    body = body_object(call, ("now", "advance_seconds", "run"))
    seconds, run = body.get("advance_seconds", 0), body.get("run", False)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not isinstance(run, bool):
        raise bad_request("advance_seconds is a number of seconds, run is true or false.")
    now = parse_instant(body["now"], "now") if "now" in body else None
    if run:
        state.clock.run(now)
    elif now is not None:
        state.clock.set(now)
    if seconds:
        state.clock.advance(seconds)
    return read_clock(state, call)


def read_faults(state: SandboxState, call: Call) -> Answer:
    """Faults that still wait."""
    left = state.faults.left()
    return answer(left, rows=len(left))


def add_faults(state: SandboxState, call: Call) -> Answer:
    """Queue one fault (an object) or several (a list)."""
    state.faults.add([read_fault(each) for each in body_objects(call, 'fault like {"kind": "status", "status": 429}')])
    return read_faults(state, call)


def clear_faults(state: SandboxState, call: Call) -> Answer:
    """Drop the queue."""
    state.faults.clear()
    return read_faults(state, call)


def read_holds(state: SandboxState, call: Call) -> Answer:
    """Calls that wait in a hold or hold_after."""
    held = state.holds.held()
    return answer(held, rows=len(held))


def release(state: SandboxState, call: Call) -> Answer:
    """Let go of all of them."""
    state.holds.clear()
    return read_holds(state, call)


def read_calls(state: SandboxState, call: Call) -> Answer:
    """The call log, or what came after number ``since``."""
    text = call.query.get("since", "0")
    if not text.isdigit():
        raise bad_request(f"since is the number of a call, not {text!r}.")
    calls = state.calls.since(int(text))
    return answer(calls, rows=len(calls))


def clear_calls(state: SandboxState, call: Call) -> Answer:
    """Empty the call log."""
    state.calls.clear()
    return answer([], rows=0)


def read_settings(state: SandboxState, call: Call) -> Answer:
    """The settings, without the client's secret and refresh token."""
    settings = state.settings
    hidden = ("client_secret", "refresh_token")
    shown = {name: getattr(settings, name) for name in settings.__slots__ if name not in hidden}
    return answer(shown)


def set_settings(state: SandboxState, call: Call) -> Answer:
    """Turn switches."""
    state.change_settings(body_object(call))
    return read_settings(state, call)


def read_schema(state: SandboxState, call: Call) -> Answer:
    """``GET /schema/{module}``: API names and data types of the fields as they are now."""
    store = state.stores.get(call.params["module"])
    if store is None:
        raise bad_request(f"The sandbox has no module '{call.params['module']}'.{close_match('', state.stores)}")
    return answer({field.name: field.type for field in store.spec.fields})


def change_schema(state: SandboxState, call: Call) -> Answer:
    """``POST /schema/{module}``: fields renamed, removed, retyped, added, as against how they were made; an empty body
    takes it all back.
    """
    read_schema(state, call)
    store = state.stores[call.params["module"]]
    store.change_fields(read_drift(store.as_made, body_object(call)))
    return read_schema(state, call)


def expire_tokens(state: SandboxState, call: Call) -> Answer:
    """End all live access tokens, as when an hour has passed."""
    return answer({"expired": state.tokens.expire()})


def as_bad_request(error: SandboxError) -> ApiError:
    """A SandboxError raised below, as an answer."""
    return bad_request(str(error))
