"""What is charged for a call, and the control routes on credits.

A call that would go past the allowance is 429 TOO_MANY_REQUESTS, with Retry-After where ``tell_retry_after`` says so;
Recruit documents no such header, a client has to live with both.
"""

from typing import Any

from include.sandbox.api.answers import Answer, ApiError, answer
from include.sandbox.api.call import Call
from include.sandbox.api.control import bad_request, body_object
from include.sandbox.credits import COSTS, allowance
from include.sandbox.state import SandboxState


def charge(state: SandboxState, call: Call, kind: str | None) -> None:
    """Book the cost of a call, or refuse it."""
    if kind is None:
        return
    now, limit = state.now_seconds(), limit_of(state)
    cost = state.settings.credit_costs.get(kind, COSTS[kind])
    if limit is not None and state.credits.spent(now) + cost > limit:
        state.credits.refused += 1
        raise too_many(state, state.credits.free_in(cost, limit, now))
    state.credits.charge(kind, cost, now)
    call.notes["credits"] = cost


def limit_of(state: SandboxState) -> int | None:
    """Credits that may be spent in twenty-four hours; None for no limit."""
    limit = state.settings.credits_limit
    return allowance(state.settings.plan, state.settings.users) if isinstance(limit, str) else limit


def too_many(state: SandboxState, seconds: int) -> ApiError:
    """The 429 of a limit that is reached for so many seconds."""
    text = "You have made too many requests. Please try again after some time."
    error = ApiError(429, "TOO_MANY_REQUESTS", text)
    if state.settings.tell_retry_after:
        error.answer.headers["Retry-After"] = str(seconds)
    return error


def read_credits(state: SandboxState, call: Call) -> Answer:
    """``GET /credits``: limit and credits of the last twenty-four hours by kind, all since the reset, calls refused."""
    now, limit = state.now_seconds(), limit_of(state)
    spent = state.credits.spent(now)
    shown: dict[str, Any] = {
        "limit": limit,
        "spent": spent,
        "left": None if limit is None else max(limit - spent, 0),
        "by_kind": state.credits.by_kind(now),
        "since_reset": dict(state.credits.total),
        "refused": state.credits.refused,
    }
    return answer(shown)


def spend(state: SandboxState, call: Call) -> Answer:
    """``POST /credits`` ``{"spend": n}``: somebody else of the organisation spends so many."""
    amount = body_object(call, ("spend",)).get("spend")
    if not isinstance(amount, int) or isinstance(amount, bool) or amount < 0:
        raise bad_request("spend is a whole number of credits from 0.")
    state.credits.charge("others", amount, state.now_seconds())
    return read_credits(state, call)
