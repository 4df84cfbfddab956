"""The accounts server: ``POST /oauth/v2/token`` with the refresh token grant.

Parameters come as a form body or in the query. Failures are HTTP 200 with an ``error`` key, also when too many tokens
were asked for. ``check_token`` guards every API route with the 401 shapes of Recruit. Other grants are refused: the
sandbox has no consent page.
"""

from urllib.parse import parse_qsl

from include.sandbox.api.answers import Answer, ApiError, answer
from include.sandbox.api.call import Call
from include.sandbox.state import SandboxState

_SCHEME = "zoho-oauthtoken "
_TOO_MANY = {
    "error_description": "You have made too many requests continuously. Please try again after some time.",
    "error": "Access Denied",
    "status": "failure",
}


def token(state: SandboxState, call: Call) -> Answer:
    """A new access token for the sandbox's refresh token."""
    given = {**call.query, **dict(parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True))}
    call.notes["grant_type"] = given.get("grant_type")
    settings = state.settings
    if given.get("grant_type") != "refresh_token":
        return answer({"error": "unsupported_grant_type"})
    if given.get("client_id") != settings.client_id:
        return answer({"error": "invalid_client"})
    if given.get("client_secret") != settings.client_secret:
        return answer({"error": "invalid_client_secret"})
    if given.get("refresh_token") != settings.refresh_token:
        return answer({"error": "invalid_code"})
    issued = state.tokens.issue(state.clock.now(), life_seconds=settings.token_seconds, most=settings.max_tokens)
    if issued is None:
        return answer(_TOO_MANY)
    # The domain is what Zoho names here; Recruit does not live under it, and a client that believes it fails at once.
    domain = "https://www.zohoapis.invalid"
    return answer(
        {"access_token": issued, "api_domain": domain, "token_type": "Bearer", "expires_in": settings.token_seconds}
    )


def check_token(state: SandboxState, call: Call, scope: str) -> None:
    """ApiError 401 unless the call carries a live access token whose scopes cover the route."""
    header = call.headers.get("authorization", "")
    if not header.lower().startswith(_SCHEME):
        raise ApiError(401, "AUTHENTICATION_FAILURE", "Authentication failed")
    if not state.tokens.valid(header[len(_SCHEME) :].strip(), state.clock.now()):
        raise ApiError(401, "INVALID_TOKEN", "invalid oauth token")
    if scope in state.settings.missing_scopes:
        raise ApiError(401, "OAUTH_SCOPE_MISMATCH", "Unauthorized")
