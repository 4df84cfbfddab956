"""What the tests of the Creator client share: a client on the sandbox, its two applications."""

from typing import Any, Self
from zoneinfo import ZoneInfo

import requests

from contact_sync.zoho.creator import COSTS, CreatorClient, Report
from contact_sync.zoho.creator_failures import creator_service
from tests.zoho.support import Bench

APPLICANTS = Report.of("zylker", "talent-desk", "All_Applicants", "dd-MMM-yyyy", "Europe/Berlin")
ALUMNI = Report.of("zylker", "alumni-circle", "All_Alumni", "MM/dd/yyyy hh:mm:ss a", "America/New_York")
GUESTS = Report.of("zylker", "alumni-circle", "Guest_List", "MM/dd/yyyy hh:mm:ss a", "America/New_York")
NOBODY = Report.of("zylker", "talent-desk", "Nobody_Yet", "dd-MMM-yyyy", "Europe/Berlin")
HERE = {"application": "talent-desk", "report": "All_Applicants"}
ADMIN_ZONE = ZoneInfo("America/Los_Angeles")


class CreatorBench(Bench):
    """A Creator client on one base URL with all that it notes."""

    def __init__(self, url: str, **changes: Any) -> None:
        super().__init__(url, **{"service": creator_service(ADMIN_ZONE), "costs": COSTS, **changes})
        self.creator = CreatorClient(self.transport)

    def with_token(self) -> Self:
        """The same with a token at hand."""
        super().with_token()
        return self

    def turn(self, route: str, body: dict[str, Any]) -> Any:
        """A control route of the sandbox's Creator."""
        return self.control(f"creator/{route}", body)

    def truth(self, where: str = "talent-desk/All_Applicants") -> dict[str, dict[str, Any]]:
        """What the sandbox says of each row of a report, by id."""
        told = requests.get(f"{self.url}/_sandbox/creator/kinds/{where}", timeout=10).json()
        return {each["id"]: each for each in told}

    def asked(self) -> list[dict[str, Any]]:
        """The queries that Creator saw, with whether they carried a cursor."""
        return [
            {**call["query"], "cursor": call["cursor"]} for call in self.seen("/creator/") if call["rows"] is not None
        ]
