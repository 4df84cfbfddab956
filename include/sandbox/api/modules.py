"""Which module a call is about, and whether its token and its user may touch it."""

from include.sandbox.api.answers import ApiError
from include.sandbox.api.call import Call
from include.sandbox.modules import ModuleSpec
from include.sandbox.settings import EVERY_MODULE
from include.sandbox.state import SandboxState


def module_of(state: SandboxState, call: Call) -> ModuleSpec:
    """The module named in the path; INVALID_MODULE when it is not offered or not supported by the API."""
    spec = state.served(call.params["module"])
    if spec is None:
        raise ApiError(400, "INVALID_MODULE", "the module name given seems to be invalid")
    check_access(state, spec)
    return spec


def check_access(state: SandboxState, spec: ModuleSpec) -> None:
    """ApiError when the token's scopes leave this module out, or the user's profile has no right to it."""
    if f"modules.{spec.scope}" in state.settings.missing_scopes:
        raise ApiError(401, "OAUTH_SCOPE_MISMATCH", "Unauthorized")
    if spec.name in state.settings.denied_modules:
        raise ApiError(403, "NO_PERMISSION", f"permission denied to read {spec.name}", {"permissions": [spec.name]})


def check_writing(state: SandboxState, spec: ModuleSpec) -> None:
    """ApiError when the token may only read, or the user's profile may not write this module."""
    if "modules.write" in state.settings.missing_scopes:
        raise ApiError(401, "OAUTH_SCOPE_MISMATCH", "Unauthorized")
    if {spec.name, EVERY_MODULE} & set(state.settings.denied_writes):
        raise ApiError(403, "NO_PERMISSION", f"permission denied to write {spec.name}", {"permissions": [spec.name]})
