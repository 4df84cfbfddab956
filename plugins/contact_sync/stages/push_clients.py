"""The companies of pushed contacts as Clients of Recruit: found by name, or made first, each once (PUSH-5).

Names are compared without regard to case and to space around or between words. What was found or made is kept in the
outbox, so that no later push, batch or attempt makes it again. A client whose making was cut off, and which is not
found, is not made again: its people wait.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from contact_sync.errors import ContactSyncError, PermissionMissing
from contact_sync.stages.push_lookup import DOUBTFUL, latest_first
from contact_sync.stages.push_records import COMPANY
from contact_sync.stages.push_work import Work, halved
from contact_sync.warehouse import outbox
from contact_sync.warehouse.outbox import Lead
from contact_sync.zoho.failures import EffectUnknown
from contact_sync.zoho.matching import matching
from contact_sync.zoho.recruit import MOST_RECORDS_A_WRITE, RecruitClient, UpsertAnswer

MODULE = "Clients"
IN_DOUBT = "CLIENT_UNKNOWN"
"""Our own code: whether the client was made is unknown."""
UNKNOWN = UpsertAnswer("error", IN_DOUBT, None, None, "", COMPANY)


def name_key(name: object) -> str:
    """By what names of companies, and of campaigns, are compared."""
    return " ".join(str(name).split()).casefold()


class Clients:
    """The clients of an account during one push. Used under the lock of the module Contacts."""

    def __init__(self, account: str, work: Work, client: RecruitClient) -> None:
        self._account = account
        self._work = work
        self._client = client
        self._forgotten: set[str] = set()

    def put_into(self, leads: Sequence[Lead]) -> list[tuple[Lead, UpsertAnswer]]:
        """Replace the names of companies by their records; whoever's company cannot be had, with Recruit's answer."""
        names: dict[str, str] = {}
        for lead in leads:
            if isinstance(lead.record.get(COMPANY), str):
                names.setdefault(name_key(lead.record[COMPANY]), " ".join(lead.record[COMPANY].split()))
        if not names:
            return []
        ids, refused = self._resolve(names)
        failed = []
        for lead in leads:
            company = lead.record.get(COMPANY)
            key = name_key(company) if isinstance(company, str) else None
            if key in ids:
                lead.company, lead.record[COMPANY] = str(company), {"id": ids[key]}
            elif key is not None:
                failed.append((lead, refused[key]))
        return failed

    def forget(self, lead: Lead) -> bool:
        """Recruit no longer has the lead's client. Whether it is worth another try: the first time."""
        key = name_key(lead.company)
        lead.record[COMPANY] = lead.company
        first = key not in self._forgotten
        self._forgotten.add(key)
        with self._work.writing() as connection:
            outbox.forget_clients(connection, self._account, [key])
        return first

    def _resolve(self, names: dict[str, str]) -> tuple[dict[str, str], dict[str, UpsertAnswer]]:
        """Record ids, and answers of those that have none, by key of the name."""
        with self._work.writing() as connection:
            known = outbox.clients(connection, self._account, names)
        ids = {key: each.record_id for key, each in known.items() if each.state == "answered" and each.record_id}
        ids |= self._search({key: name for key, name in names.items() if key not in ids})
        missing = {key: name for key, name in names.items() if key not in ids}
        doubtful = {key for key in missing if key in known and known[key].state in ("sending", "unknown")}
        refused = dict.fromkeys(doubtful, UNKNOWN)
        fresh = [key for key in missing if key not in doubtful]
        for first in range(0, len(fresh), MOST_RECORDS_A_WRITE):
            batch = fresh[first : first + MOST_RECORDS_A_WRITE]
            answered = halved(batch, lambda keys: self._make(keys, names))
            made = {key: answer for keys, answers in answered for key, answer in zip(keys, answers, strict=True)}
            ids |= {key: answer.record_id for key, answer in made.items() if answer.record_id}
            left = {key: answer for key, answer in made.items() if not answer.record_id}
            refused |= {key: replace(answer, field=answer.field or COMPANY) for key, answer in left.items()}
        with self._work.writing() as connection:
            outbox.note_clients(connection, self._account, dict.fromkeys(sorted(doubtful), ("unknown", None)))
        return ids, refused

    def _search(self, names: dict[str, str]) -> dict[str, str]:
        """The clients that Recruit has, the latest modified of several of one name; they are kept."""
        rows: dict[str, list[dict[str, Any]]] = {}
        try:
            for row in matching(self._client, MODULE, COMPANY, list(names.values())):
                key = name_key(row.get(COMPANY))
                if key in names:
                    rows.setdefault(key, []).append(row)
        except PermissionMissing:  # the upsert by the module's own key finds them, too
            return {}
        found = {key: str(latest_first(same, MODULE)[0]["id"]) for key, same in rows.items()}
        self._note((key, "answered", record_id) for key, record_id in found.items())
        return found

    def _make(self, keys: Sequence[str], names: dict[str, str]) -> list[UpsertAnswer]:
        """Make clients in one call; an answer for each. Raises WriteRefused, for `halved`: nothing is noted as sent."""
        with self._work.writing() as connection:
            outbox.note_clients(connection, self._account, dict.fromkeys(keys, ("sending", None)))
        try:
            answers = self._client.upsert(MODULE, [{COMPANY: names[key]} for key in keys], [])
        except EffectUnknown:
            raise
        except PermissionMissing:
            self._forget(keys)
            return [UpsertAnswer("error", "NO_PERMISSION", None, None, "", COMPANY) for _ in keys]
        except ContactSyncError:  # nothing was sent, or nothing of it taken
            self._forget(keys)
            raise
        answers = [UNKNOWN if answer.code in DOUBTFUL else answer for answer in answers]
        pairs = list(zip(keys, answers, strict=True))
        self._note((key, "answered", answer.record_id) for key, answer in pairs if answer.record_id)
        self._note((key, "unknown", None) for key, answer in pairs if answer is UNKNOWN)
        self._forget([key for key, answer in pairs if not answer.record_id and answer is not UNKNOWN])
        return answers

    def _note(self, states: Iterable[tuple[str, str, str | None]]) -> None:
        """Answers are kept, whether or not a newer attempt has taken over."""
        with self._work.warehouse.transaction() as connection:
            outbox.note_clients(
                connection, self._account, {key: (state, record_id) for key, state, record_id in states}
            )

    def _forget(self, keys: Sequence[str]) -> None:
        with self._work.warehouse.transaction() as connection:
            outbox.forget_clients(connection, self._account, keys)
