"""The one place that takes secrets and addresses out of a text before it is logged, raised or stored.

It knows the shapes of what this package handles: e-mail addresses, Zoho tokens, authorization headers, named secret
values in query strings and JSON, Fernet ciphers, passwords inside database URLs. It prefers to hide too much.
It is a net under the rule that messages never hold such values; it is no licence to put them in.
"""

import re

SECRET = "[secret]"  # noqa: S105 - what a secret is replaced with
ADDRESS = "[address]"

_NAMES = "access_token|refresh_token|client_secret|grant_token|zsc_secret|password|passwd|contact_sync_key"
_SECRETS = (
    # postgresql+psycopg://user:password@host
    (re.compile(r"(\b[a-z][a-z0-9+.-]{1,30}://)[^\s/@]{0,200}:[^\s/@]{0,400}@", re.IGNORECASE), rf"\1{SECRET}@"),
    (re.compile(r"\b(zoho-oauthtoken|bearer)\s+[^\s\"',;]+", re.IGNORECASE), rf"\1 {SECRET}"),
    (re.compile(r"\b(authorization[\"']?\s*[:=]\s*[\"']?basic)\s+[^\s\"',;]+", re.IGNORECASE), rf"\1 {SECRET}"),
    (re.compile(rf"\b({_NAMES})([\"']?\s*[:=]\s*[\"']?)[^\s\"'&,;}}]+", re.IGNORECASE), rf"\1\2{SECRET}"),
    # Zoho's own form of client ids, grant codes, access and refresh tokens
    (re.compile(r"\b1000\.[0-9A-Za-z]{10,}(?:\.[0-9A-Za-z]{10,})?"), SECRET),
    (re.compile(r"\bgAAAA[0-9A-Za-z_=-]{20,}"), SECRET),
)
# A local part is tried only from where a word begins, so that a long text without spaces costs linear time.
_ADDRESS = re.compile(
    r"""(?:"[^"\n]{1,100}"|(?<![^\s@<>()\[\],;:"])[^\s@<>()\[\],;:"]+)"""
    r"""(?:@|%40)(?:\[[^\]\s]{1,64}\]|[^\s@<>()\[\],;:"'&]{0,255}[^\s@<>()\[\],;:"'&.!?])""",
    re.IGNORECASE,
)


def redact(text: object, *secrets: str | None) -> str:
    """`text` as a string without addresses and secrets.

    text: anything; an exception becomes its message. secrets: values known to be secret, hidden wherever they occur.
    """
    result = str(text)
    for secret in secrets:
        if secret:
            result = result.replace(secret, SECRET)
    for pattern, replacement in _SECRETS:
        result = pattern.sub(replacement, result)
    if "@" in result or "%40" in result:
        result = _ADDRESS.sub(ADDRESS, result)
    return result
