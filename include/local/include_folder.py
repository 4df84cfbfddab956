"""The include folder that the product of a demo reads: a link in the state folder to that of this clone.

What a person edits here is in force there, with one exception: while the demo plays a plan that is full, the link
leads to a folder whose organisation.yaml has a limit, and whose other entries are links again. Nothing in include/ is
touched, so that two demos at a time do not see each other's plan.
"""

import shutil
from pathlib import Path

import yaml

from include.local.state import PROJECT

OURS = PROJECT / "include"


class IncludeFolder:
    """The link of one state folder; leads to this clone's include folder from the start, whatever was before."""

    def __init__(self, state_folder: Path) -> None:
        self.path = state_folder / "include"
        self._limited = state_folder / "limited"
        self.as_it_is()

    def as_it_is(self) -> None:
        """Lead to this clone's include folder."""
        self._lead_to(OURS)

    def limit(self, contact_limit: int) -> None:
        """The same with this policy contact_limit, until `as_it_is`."""
        shutil.rmtree(self._limited, ignore_errors=True)
        self._limited.mkdir()
        for entry in OURS.iterdir():
            if entry.name != "organisation.yaml":
                (self._limited / entry.name).symlink_to(entry)
        organisation = yaml.safe_load((OURS / "organisation.yaml").read_text(encoding="utf-8"))
        organisation["policies"] = {**(organisation.get("policies") or {}), "contact_limit": contact_limit}
        text = yaml.safe_dump(organisation, sort_keys=False, allow_unicode=True)
        (self._limited / "organisation.yaml").write_text(text, encoding="utf-8")
        self._lead_to(self._limited)

    def _lead_to(self, folder: Path) -> None:
        """In one step: whoever reads meanwhile finds the one or the other."""
        made = self.path.with_suffix(".new")
        made.unlink(missing_ok=True)
        made.symlink_to(folder)
        made.replace(self.path)
