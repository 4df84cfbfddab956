"""The trigger form of `contact_sync_admin`: one act a run, typed, checked before Airflow keeps anything of it.

No field takes an address: its pattern refuses the sign @, in the form as over the API, so that none reaches Airflow's
database. Names of syncs and accounts are proposed, not prescribed: a sync whose file is gone can be deleted, too.
"""

from airflow.sdk import Param

from contact_sync.config.loader import read_organisation, sync_ids
from contact_sync.core.admin import Act
from contact_sync.paths import include_folder

LABELS = {
    Act.ACTIVATE: "Sync: activate (or all of an account that wait)",
    Act.DEACTIVATE: "Sync: deactivate",
    Act.INITIATE: "Sync: initiate, the next run reads everything",
    Act.DELETE: "Sync: delete; what it brought stays",
    Act.PREVIEW_OPTIONS: "Options of today for older pairs: preview, writes nothing",
    Act.APPLY_OPTIONS: "Options of today for older pairs: apply",
    Act.UNDO_OPTIONS: "Options of today for older pairs: undo",
    Act.APPROVE: "Pending removals: approve",
    Act.WITHHOLD: "Pending removals: withhold",
    Act.SUPPRESS_BLOCKED: "People: suppress, blocked",
    Act.SUPPRESS_REGISTRY: "People: suppress, in a do-not-mail registry",
    Act.UNSUPPRESS: "People: unsuppress",
    Act.REMOVE_FROM_LIST: "People: remove from a list",
    Act.RESTORE_TO_LIST: "People: restore to a list",
    Act.REMOVE_FROM_ORG: "People: remove from the organisation",
    Act.RESTORE_TO_ORG: "People: restore to the organisation",
    Act.ERASE: "Person: erase for good",
}
WHAT, ABOUT_SYNC, ABOUT_PEOPLE = "What and why", "Which sync", "Which people"
NO_ADDRESS = "Never an e-mail address: Airflow keeps what stands here. By address: the command contact-sync."
"""Shown below the field, and part of its schema, so that the error of a refused run says it, too."""
_OPTIONAL = ["null", "string"]


def form() -> dict[str, Param]:
    """The fields. What an act needs is told where it is missing; nothing is done then."""
    return {
        "act": Param(
            type="string",
            enum=[str(act) for act in LABELS],
            values_display={str(act): label for act, label in LABELS.items()},
            title="Act",
            description="One a run. It is kept with your name, the time and the reason.",
            section=WHAT,
        ),
        "reason": Param(
            type="string",
            minLength=1,
            maxLength=500,
            pattern=r"^[^@]*[^@\s][^@]*$",
            title="Reason",
            hint=NO_ADDRESS,
            description=f"Why, for the record. {NO_ADDRESS}",
            section=WHAT,
        ),
        "sync": _optional("Sync", "Its id: the name of its file.", ABOUT_SYNC, examples=_sync_ids()),
        "account": _optional(
            "Account",
            "Instead of a sync, with activate: all of its syncs whose credentials changed.",
            ABOUT_SYNC,
            examples=_accounts(),
        ),
        "number": Param(
            None,
            type=["null", "integer"],
            minimum=1,
            title="Number",
            description="To undo: of the act that applied options. To approve or withhold: of the fetch that asks; "
            "empty: whichever does.",
            section=ABOUT_SYNC,
        ),
        "people": Param(
            None,
            type=_OPTIONAL,
            pattern=r"^\s*\d{1,18}([\s,;]+\d{1,18})*[\s,;]*$",
            title="Contact ids",
            hint=NO_ADDRESS,
            description=f"Digits, several separated by spaces or commas. {NO_ADDRESS}",
            section=ABOUT_PEOPLE,
        ),
        "list": _optional("List", "Name of the mailing list to remove from, or to restore to.", ABOUT_PEOPLE),
        "sure": Param(
            False,
            type="boolean",
            title="I am sure",
            description="Needed to erase: nothing brings it back. With unsuppress: complaints and erasures go, too.",
            section=ABOUT_PEOPLE,
        ),
    }


def _optional(title: str, description: str, section: str, **more: list[str]) -> Param:
    text = {"title": title, "description": description, "section": section, "hint": NO_ADDRESS}
    proposed = {key: values for key, values in more.items() if values}
    return Param(None, type=_OPTIONAL, maxLength=200, pattern="^[^@]*$", **text, **proposed)


def _sync_ids() -> list[str]:
    """The ids of all sync files; none if the folder cannot be read, which the other DAGs tell."""
    try:
        return sorted(sync_ids(include_folder()))
    except OSError:
        return []


def _accounts() -> list[str]:
    organisation, _ = read_organisation(include_folder())
    return sorted(organisation.accounts) if organisation else []
