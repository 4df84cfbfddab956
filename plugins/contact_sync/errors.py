"""Errors, named by what a person or the scheduler should do next.

`Permanent` errors fail at once: a retry would meet the same wall. `Transient` ones are worth another try,
after `retry_after` seconds if the other side named a time. Messages say what failed, where, what is allowed
and the next command; they never hold addresses, names or secrets.
"""


class ContactSyncError(Exception):
    """Base of every error that this package raises on purpose."""


class Permanent(ContactSyncError):
    """Trying again without a change by a person would fail again."""


class Transient(ContactSyncError):
    """Trying again later may succeed.

    retry_after: seconds that the other side asked us to wait, None if it named no time.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ConfigError(Permanent):
    """A YAML file, form, command or connection holds something that is not allowed: mend it."""


class RefusedByRule(ConfigError):
    """What was asked for is written rightly, but a rule does not allow it now: nothing was done."""


class CredentialsError(Permanent):
    """The account's client or refresh token is refused: renew it in the connection."""


class PermissionMissing(Permanent):
    """A scope or profile right is missing: grant the one that the message names."""


class SourceRenamed(Permanent):
    """No Creator report, or not even an application, has that link name any more: its syncs end (SRC-7).

    application: True if the whole application is gone, and with it every report that a sync reads from it.
    """

    def __init__(self, message: str, *, application: bool = False) -> None:
        super().__init__(message)
        self.application = application


class ContractBroken(Permanent):
    """An API answered in a way that its contract excludes, or a read cannot be proved complete."""


class BatchRefused(Permanent):
    """A critical expectation failed on the staged batch: nothing was written."""


class PushRejected(Permanent):
    """Recruit refused every record of a push: look at the reasons in the push ledger."""


class StagingLost(Permanent):
    """The staged rows are not the ones that extract sealed: clear the run from extract."""


class WarehouseRefused(Permanent):
    """Postgres refused a statement for a reason that another try would meet again; values are kept out of the text."""


class FetchUnbalanced(Permanent):
    """The counters of a fetch do not add up: nothing was written. A defect of this package."""


class Superseded(Permanent):
    """A newer attempt of the same fetch has taken over: this process must write nothing more."""


class CreditsExhausted(Permanent):
    """The account's API credits of the day are spent, or kept for imports: wait until more are free (LIM-5)."""


class RateLimited(Transient):
    """Too many requests, or a token limit: wait."""


class Unavailable(Transient):
    """The other side, or the warehouse, did not answer properly this time."""


class SyncBusy(Transient):
    """Another fetch of the same sync is under way: wait for its end."""


class NextDay(Transient):
    """The places of the day are taken: the run waits until just after the organisation's midnight (LIM-2)."""


class ReadPending(Transient):
    """The source is still preparing what is to be read: look again after `retry_after` seconds."""


class SyncSkipped(ContactSyncError):
    """This run does nothing, by rule.

    reason: the word of the rule, such as `completed`. remedy: what a person can do about it.
    """

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"skipped: {reason}. {remedy}")
        self.reason = reason
        self.remedy = remedy
