"""What happens to an organisation between two nights: at the source, at the mailer and by hand, drawn by a seed.

Each event is done to the product and told to the reference, which alone is asked who could be meant.
"""

import random
from datetime import datetime
from typing import Any

from tests.scenario.addresses import flaw_of, key_of
from tests.scenario.product import Product
from tests.scenario.reference import Organisation
from tests.scenario.reference_state import Person, Suppression
from tests.scenario.source import Source

SOURCES = {"Candidates": ["Job Fair", "Job Fair", "Imported", "Advertisement"], "Contacts": ["Partner", "Website"]}
ODD = [
    "",
    "   ",
    "nobody",
    "a@@mail.example.org",
    "ann@gmial.com",
    "info@mail.example.org",
    "Jobs+x@mail.example.org",
]
FRESH = ["fresh{}@mail.example.org", " Fresh{}@Mail.Example.Org", "fresh{}+x@post.example.net"]


class Events:
    """Draws and does what happens. `log` holds one line an event, for the message of a failure."""

    def __init__(
        self, draw: random.Random, source: Source, product: Product, organisation: Organisation, *, options: bool
    ) -> None:
        self.draw = draw
        self.source = source
        self.product = product
        self.organisation = organisation
        self.options = options
        self.log: list[str] = []
        self.added = 0
        self.strangers: list[tuple[datetime, str, str]] = []

    def mass_deletion(self) -> None:
        """So many at once that a person is asked before anybody leaves (ADV-8)."""
        for module in ("Candidates", "Contacts"):
            ids = self.draw.sample(sorted(self.source.ids(module)), 12)
            self.source.delete(module, ids, "recycle")
            self.note("mass deletion", *ids)

    def happen(self, now: datetime, what: str | None = None) -> None:
        """Something; or what is named, such as opt_out, to somebody drawn."""
        events = {
            self._add: 6, self._new_address: 6, self._new_value: 4, self._opt_out: 4, self._delete: 4, self._restore: 3,
            self._convert: 2, self._approve: 1, self._unsubscribe: 3, self._complain: 1, self._bounce: 3,
            self._suppress: 2, self._unsuppress: 1, self._take_out: 2, self._give_back: 2,
        }  # fmt: skip
        self.now = now
        named = {each.__name__.removeprefix("_"): each for each in events}
        event = named[what] if what else self.draw.choices(list(events), list(events.values()))[0]
        event()

    def note(self, *words: Any) -> None:
        self.log.append(" ".join(str(each) for each in words))

    def _module(self) -> str:
        return self.draw.choice(["Candidates", "Candidates", "Candidates", "Contacts"])

    def _record(self, module: str) -> str:
        return self.draw.choice(self.source.ids(module))

    def _address(self) -> str:
        """Mostly a new one; else one that somebody has or had, or an odd one."""
        self.added += 1
        kind = self.draw.random()
        if kind < 0.12:
            return self.draw.choice(ODD)
        if kind < 0.4:
            taken = [*self.source.addresses("Candidates").values(), *self.source.addresses("Contacts").values()]
            return self.draw.choice([each for each in taken if each])
        if kind < 0.5:
            former = sorted(key for each in self.organisation.people.values() for key in each.former)
            if former:
                return self.draw.choice(former)
        return self.draw.choice(FRESH).format(self.added)

    def _add(self) -> None:
        module, address = self._module(), self._address()
        fields: dict[str, Any] = {
            "Last_Name": f"Added {self.added}",
            "Email": address,
            "Source": self.draw.choice(SOURCES[module]),
        }
        if self.draw.random() < 0.1:
            fields["Email_Opt_Out"] = True
        record_id = self.source.add(module, **fields)
        self.note("add", record_id, module, repr(address))
        if self.added % 4 == 0:
            self._suppress_stranger(module, record_id, address)

    def _new_address(self) -> None:
        module, address = self._module(), self._address()
        record_id = self._record(module)
        if self.added % 3 == 0:
            module, record_id = self._stranger() or (module, record_id)
        self.source.edit(module, record_id, Email=address)
        self.note("address of", record_id, repr(address))

    def _new_value(self) -> None:
        module = self._module()
        record_id, value = self._record(module), self.draw.choice(SOURCES[module])
        self.source.edit(module, record_id, Source=value, First_Name=f"Name {self.added}")
        self.note("source of", record_id, value)

    def _opt_out(self) -> None:
        module = self._module()
        flags = self.source.flags(module)
        record_id = self.draw.choice(list(flags))
        self.source.edit(module, record_id, Email_Opt_Out=not flags[record_id]["opt_out"])
        self.note("opt-out of", record_id, not flags[record_id]["opt_out"])

    def _delete(self) -> None:
        module, kind = self._module(), self.draw.choice(["recycle", "recycle", "permanent"])
        record_id = self._record(module)
        self.source.delete(module, [record_id], kind)
        self.note("delete", record_id, kind)

    def _restore(self) -> None:
        module = self._module()
        binned = sorted(key for key, (_, kind) in self.source.deletions[module].items() if kind == "recycle")
        if binned:
            record_id = self.draw.choice(binned)
            self.source.restore(module, record_id)
            self.note("restore", record_id)

    def _convert(self) -> None:
        flags = self.source.flags("Candidates")
        ready = [key for key, each in flags.items() if each["approved"] and not each["converted"]]
        if self.options and ready:
            record_id, contact = self.draw.choice(ready), self.draw.random() < 0.6
            self.source.convert(record_id, contact)
            self.note("convert", record_id, "with a contact" if contact else "")

    def _approve(self) -> None:
        module = self._module()
        waiting = [key for key, each in self.source.flags(module).items() if not each["approved"]]
        if waiting:
            record_id = self.draw.choice(waiting)
            self.source.edit(module, record_id, **{"$approved": True})
            self.note("approve", record_id)

    # ── people and the mailer ─────────────────────────────────────────────────────────────────────────────────────

    def _members(self, status: str, reason: str | None = None) -> list[tuple[Person, str]]:
        return [
            (person, name)
            for person in self.organisation.people.values()
            for name, each in sorted(person.lists.items())
            if each.status == status and not person.deleted and person.key.isascii()
            and (reason is None or each.reasons == {reason})
        ]  # fmt: skip

    def _unsubscribe(self) -> None:
        person, name = self.draw.choice(self._members("subscribed"))
        self.product.unsubscribe(person.key, name, self.now)
        person.unsubscribe(name)
        self.note("unsubscribe", person.key, name)

    def _complain(self) -> None:
        person, _ = self.draw.choice(self._members("subscribed"))
        if not self.organisation.suppressed(person.key, person):
            self.product.complain(person.key, self.now)
            self.organisation.suppressions.append(Suppression("complaint", person.key, {person.number}))
            self.note("complaint", person.key)

    def _bounce(self) -> None:
        person, _ = self.draw.choice(self._members("subscribed"))
        hard, soft = self.organisation.bounces.get(person.key, (False, 0))
        if self.organisation.bounces and self.draw.random() < 0.4:
            key = self.draw.choice(sorted(self.organisation.bounces))
            hard, soft = self.organisation.bounces[key]
        else:
            key = person.key
        what = self.draw.choice(["hard", "soft", "soft", "soft", "delivered"])
        if what == "hard":
            hard = True
        elif what == "soft":
            soft += 1
        else:
            soft = 0
        self.organisation.bounces[key] = (hard, soft)
        self.product.bounce(key, hard, soft, self.now)
        self.note("bounce", key, what)

    def _suppress(self) -> None:
        former = {key for each in self.organisation.people.values() for key in each.former}
        person, _ = self.draw.choice(self._members("subscribed"))
        if person.key not in former and not self.organisation.suppressed(person.key, person):
            kind = self.draw.choice(["blocked", "registry"])
            self.product.suppress(person.key, kind)
            self.organisation.suppressions.append(Suppression(kind, person.key, {person.number}))
            self.note("suppress", person.key, kind)

    def _suppress_stranger(self, module: str, record_id: str, address: str) -> None:
        """One whose record nobody has read yet, as a register of people who are not to be mailed may name."""
        key = key_of(address)
        known = {name for each in self.organisation.people.values() for name in (each.key, *each.former)}
        if not flaw_of(address) and key not in known and not self.organisation.suppressed(key):
            self.product.suppress(key, "registry")
            self.organisation.suppressions.append(Suppression("registry", key, set()))
            self.strangers.append((self.now, module, record_id))
            self.note("suppress stranger", key)

    def _stranger(self) -> tuple[str, str] | None:
        """Module and record of a stranger whom a fetch has met since, if there is one; each but once."""
        for each in self.strangers:
            at, module, record_id = each
            if at.date() < self.now.date() and record_id in self.source.ids(module):
                self.strangers.remove(each)
                return module, record_id
        return None

    def _unsuppress(self) -> None:
        lonely = [each for each in self.organisation.suppressions if self._is_lonely(each)]
        if lonely:
            each = self.draw.choice(lonely)
            self.product.unsuppress(each.key)
            self.organisation.suppressions.remove(each)
            self.note("unsuppress", each.key)

    def _take_out(self) -> None:
        person, name = self.draw.choice(self._members("subscribed"))
        whole = self.draw.random() < 0.4
        self.product.take_out(person.key, None if whole else name)
        if whole:
            person.leave_organisation()
        else:
            person.leave(name, "removed_by_hand")
        self.note("remove", person.key, "from the organisation" if whole else name)

    def _give_back(self) -> None:
        out = self._members("removed", "removed_by_hand")
        if out:
            person, name = self.draw.choice(out)
            self.product.give_back(person.key, name)
            person.join(name)
            self.note("restore", person.key, name)

    def _is_lonely(self, suppression: Suppression) -> bool:
        """Whether it covers one person alone, who still has its address, and is covered by no other."""
        person = self.organisation.owner(suppression.key)
        if person is None or suppression.people != {person.number} or suppression.kind == "unsubscribed_org":
            return False
        return sum(person.number in each.people for each in self.organisation.suppressions) == 1
