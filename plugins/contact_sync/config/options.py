"""Advanced options of a sync: what becomes of people who opt out, unsubscribe, convert, or are deleted at the source.

Each has its own choice (ADV-1 to ADV-4); the guard asks a person before many memberships end at once (ADV-8). Refused
where the source cannot tell: conversions elsewhere than on Candidates, opt-outs without a field, deletions of a report.
"""

from typing import Annotated, Literal

from pydantic import Field

from contact_sync.config.base import ApiName, Share, Strict, refuse
from contact_sync.config.source import CreatorSource, RecruitSource

OPT_OUT_FIELD = "Email_Opt_Out"
HAVE_OPT_OUT_FIELD = ("Candidates", "Contacts")

OptOut = Literal["dont_exclude", "remove_from_list", "remove_from_org"]
Kept = Literal["keep", "remove_from_list", "remove_from_org"]


class RemovalGuard(Strict):
    """More removals than both limits at once wait for a person's answer (ADV-8)."""

    memberships: Annotated[int, Field(strict=True, ge=0)] = Field(
        10, description="Memberships that a fetch may end without asking (ADV-8)."
    )
    share: Share = Field(0.1, description="Share of the list that a fetch may end without asking (ADV-8).")
    approval_timeout: Annotated[int, Field(strict=True, ge=1, le=720)] = Field(
        24, description="Hours that a person has for the answer; then the next run asks again (ADV-8)."
    )


class Options(Strict):
    """What becomes of people the source, or the person, no longer wants in the list (ADV-1 to ADV-4)."""

    opt_out: OptOut = Field(
        "dont_exclude",
        description="People with the opt-out flag: as any other, or out of list or organisation (ADV-1).",
    )
    opt_out_field: ApiName | None = Field(
        None, description="Field of the opt-out flag; absent: Email_Opt_Out on Candidates and Contacts (ADV-1)."
    )
    deleted: Kept = Field("keep", description="People whose record was deleted (ADV-2).")
    deletion_check: Literal["feed", "full_id_scan"] = Field(
        "feed",
        description="How deletions are found: from the source's list of deleted records, or by reading all ids, which "
        "costs credits; Creator has no such list (ADV-2, ADV-9).",
    )
    unsubscribed: Kept = Field("keep", description="People who unsubscribed from the list (ADV-3).")
    converted: Literal["ignore_everywhere", "exclude_from_list"] = Field(
        "ignore_everywhere", description="Converted candidates: blocked everywhere, or out of this list only (ADV-4)."
    )
    guard: RemovalGuard = Field(RemovalGuard(), description="When a person is asked before people leave (ADV-8).")

    @property
    def needed_flag(self) -> str | None:
        """The field of the opt-out flag that the source must have; None where no choice needs one (ADV-1)."""
        return self.opt_out_field or (OPT_OUT_FIELD if self.opt_out != "dont_exclude" else None)


def check_options(options: Options, source: RecruitSource | CreatorSource) -> None:
    """Refuse a choice for which the source has nothing to go by."""
    module = source.module if isinstance(source, RecruitSource) else None
    if options.opt_out != "dont_exclude" and options.opt_out_field is None and module not in HAVE_OPT_OUT_FIELD:
        raise refuse(
            f"is missing: opt_out is '{options.opt_out}', and only {' and '.join(HAVE_OPT_OUT_FIELD)} are known to "
            f"have a flag, {OPT_OUT_FIELD}. Give the field of the source that holds it (ADV-1).",
            key="opt_out_field",
        )
    if "converted" in options.model_fields_set and module != "Candidates":
        raise refuse("belongs to Candidates: nothing else is converted. Remove the key (ADV-4).", key="converted")
    if options.deleted != "keep" and module is None and options.deletion_check != "full_id_scan":
        raise refuse(
            f"is '{options.deleted}', but Creator has no list of deleted records. Set deletion_check: full_id_scan, or "
            "deleted: keep (ADV-2).",
            key="deleted",
        )
