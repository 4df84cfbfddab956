"""Campaign settings as runs work with them: of one list in one account, whoever carries them out (PUSH-0)."""

from collections.abc import Iterable

from contact_sync.config.base import Strict
from contact_sync.config.campaigns import CampaignKind
from contact_sync.config.organisation import Organisation


class StatusTarget(Strict):
    """Where the member status of the latest campaign of these kinds goes."""

    module: str
    field: str
    kinds: tuple[CampaignKind, ...]


class ResolvedCampaigns(Strict):
    """What an account wants to know of the campaigns of one list."""

    account: str
    list_name: str
    create: bool
    member_status: bool
    fields: tuple[StatusTarget, ...]


def campaigns_of_list(list_name: str, organisation: Organisation) -> list[ResolvedCampaigns]:
    """What each account wants of a list; accounts that want nothing are left out."""
    found = [_of(account, list_name, organisation) for account in organisation.accounts]
    return [each for each in found if each.create or each.member_status or each.fields]


def campaigns_without_sync(organisation: Organisation, fed: Iterable[str]) -> dict[str, list[ResolvedCampaigns]]:
    """By account: what it wants of lists that no sync feeds, which its own DAG carries out."""
    lists = set(fed)
    found: dict[str, list[ResolvedCampaigns]] = {}
    for account, profile in organisation.accounts.items():
        wanted = profile.campaigns
        named = (*wanted.lists, *(each.list_name for each in wanted.status_fields))
        of_lists = [_of(account, name, organisation) for name in dict.fromkeys(named) if name not in lists]
        found[account] = [each for each in of_lists if each.create or each.member_status or each.fields]
    return {account: wanted for account, wanted in found.items() if wanted}


def _of(account: str, list_name: str, organisation: Organisation) -> ResolvedCampaigns:
    wanted = organisation.accounts[account].campaigns
    covered = list_name in wanted.lists
    return ResolvedCampaigns(
        account=account,
        list_name=list_name,
        create=wanted.create and covered,
        member_status=wanted.member_status and covered,
        fields=tuple(
            StatusTarget(module=each.module, field=each.field, kinds=each.kinds)
            for each in wanted.status_fields
            if each.list_name == list_name
        ),
    )
