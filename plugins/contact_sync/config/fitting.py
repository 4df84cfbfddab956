"""Whether a source fits the account that it is read from, as organisation.yaml declares it (ACC-5, ACC-6, SRC-6).

Only what is declared is checked here. What is not declared the account's metadata tells: at run time, or at once by
`contact-sync lint --online`.
"""

from contact_sync.config.accounts import AccountProfile
from contact_sync.config.base import close_match, refuse, shown
from contact_sync.config.criteria import RELATED, CriteriaSpec
from contact_sync.config.organisation import Organisation
from contact_sync.config.source import CreatorSource, RecruitSource


def check_source(source: RecruitSource | CreatorSource, account: str, organisation: Organisation) -> None:
    """Refuse a source of the other product, a module or plan that the account lacks, a report without an owner."""
    profile = organisation.accounts.get(account)
    if profile is None:
        return
    _check_kind(source, account, organisation)
    if isinstance(source, CreatorSource):
        if source.owner is None and profile.owner is None:
            hint = f"Give it here, or as owner of the account '{account}' in organisation.yaml (SRC-6)."
            raise refuse(f"is missing: Creator finds an application by its owner. {hint}", key="owner")
        return
    _check_module(source.module, account, profile, organisation.policies.contacts_module)
    if source.criteria is not None:
        _check_related(source.criteria, source.module, account, profile)
        _check_plans(account, profile, organisation)


def default_zone(source: RecruitSource | CreatorSource | None, account: str | None, organisation: Organisation) -> str:
    """The zone of a schedule that names none: the application's for Creator, else the organisation's (RET-8)."""
    if isinstance(source, CreatorSource):
        return application_zone(source, account, organisation)
    return organisation.timezone


def application_zone(source: CreatorSource, account: str | None, organisation: Organisation) -> str:
    """The zone of a Creator application: its own, else that of its account, else the organisation's (SRC-6)."""
    profile = organisation.accounts.get(account or "")
    return source.timezone or (profile.timezone if profile else None) or organisation.timezone


def edition_in_words(profile: AccountProfile) -> str:
    """What is declared of edition and type, such as `edition enterprise, type corporate_hr`."""
    told = [f"{word} {value}" for word, value in (("edition", profile.edition), ("type", profile.type)) if value]
    return ", ".join(told) or "edition not declared"


def _check_kind(source: RecruitSource | CreatorSource, account: str, organisation: Organisation) -> None:
    kind = organisation.accounts[account].kind
    needed = "creator" if isinstance(source, CreatorSource) else "recruit"
    if kind == needed:
        return
    if needed == "recruit" and not source.model_fields_set:
        raise refuse(f"is missing: of the Creator account '{account}' a report is read.", key="application")
    key = "application" if needed == "creator" else next(iter(source.model_fields_set), "module")
    others = sorted(name for name, profile in organisation.accounts.items() if profile.kind == needed)
    message = f"belongs to an account of kind '{needed}', but '{account}' is of kind '{kind}' (ACC-1)."
    hint = f"Accounts of kind '{needed}': {', '.join(others)}." if others else f"No account is of kind '{needed}'."
    raise refuse(f"{message} {hint}", key=key)


def _check_module(module: str, account: str, profile: AccountProfile, contacts: str) -> None:
    told = edition_in_words(profile)
    _check_offered(module, account, profile, ("module",))
    if module == "Contacts" and contacts == "corporate_hr_only" and profile.type != "corporate_hr":
        message = f"'Contacts' needs an account of type corporate_hr; '{account}' has {told} (ACC-5)."
        raise refuse(f"{message} Policy: contacts_module.", key="module")


def _check_related(criteria: CriteriaSpec, module: str, account: str, profile: AccountProfile) -> None:
    for number, condition in criteria.conditions.items():
        alias, dot, _ = condition.field.partition(".")
        if dot:
            _check_offered(RELATED[module][alias], account, profile, ("criteria", "conditions", number, "field"))


def _check_offered(module: str, account: str, profile: AccountProfile, key: tuple[str, ...]) -> None:
    if profile.modules is not None and module not in profile.modules:
        told = edition_in_words(profile)
        message = f"{shown(module)} is not on offer in '{account}' ({told}), as organisation.yaml declares it (ACC-5)."
        raise refuse(message, allowed=profile.modules, close=close_match(module, profile.modules), key=key)


def _check_plans(account: str, profile: AccountProfile, organisation: Organisation) -> None:
    free = []
    if not profile.on_paid_plan:
        free.append(f"Recruit ('{account}', {edition_in_words(profile)})")
    if organisation.plan == "free":
        free.append("the organisation (plan: free)")
    if free:
        hint = "Read a custom view with the same conditions instead, or declare the paid plan in organisation.yaml."
        raise refuse(
            f"need a paid plan of Recruit and of the organisation; not paid: {' and '.join(free)} (ACC-6). {hint}",
            key="criteria",
        )
