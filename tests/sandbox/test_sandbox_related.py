"""Associated records of candidates and job openings, and the contacts of a client."""

from collections import defaultdict

from tests.sandbox.conftest import BOTH, Zoho


def test_associated_records(every: Zoho) -> None:
    """Openings of a candidate and candidates of an opening are those of its applications, by title or status."""
    openings, statuses = defaultdict(set), defaultdict(set)
    for row in every.all("Applications", **BOTH):
        if row["Candidate"] and row["Job_Opening"]:
            openings[row["Candidate"]["id"]].add(row["Job_Opening"]["id"])
            statuses[row["Job_Opening"]["id"], row["Application_Status"]].add(row["Candidate"]["id"])
    person = max(openings, key=lambda each: len(openings[each]))
    rows = every.all(f"Candidates/{person}/associate", per_page=2)
    assert {row["id"] for row in rows} == openings[person]
    title = rows[0]["Posting_Title"]
    assert [row["id"] for row in every.all(f"Candidates/{person}/associate", posting_title=title)] == [rows[0]["id"]]
    opening, status = max(statuses, key=lambda each: len(statuses[each]))
    found = every.all(f"Job_Openings/{opening}/associate", candidate_statuses=f"{status},Other")
    assert {row["id"] for row in found} == statuses[opening, status]
    nobody = next(row["id"] for row in every.kinds() if row["id"] not in openings)
    assert every.get(f"Candidates/{nobody}/associate").status_code == 204
    assert every.get(f"Clients/{every.kinds('Clients')[0]['id']}/associate").json()["code"] == "INVALID_DATA"


def test_contacts_of_a_client(every: Zoho) -> None:
    """The contacts of a client are those that look it up; other related lists are refused."""
    client = every.kinds("Clients")[3]["id"]
    wanted = {row["id"] for row in every.all("Contacts", **BOTH) if (row["Client_Name"] or {}).get("id") == client}
    rows = every.all(f"Clients/{client}/Contacts", fields="Email")
    assert {row["id"] for row in rows} == wanted
    assert set(rows[0]) == {"id", "Email"}
    some = min(wanted)
    assert [row["id"] for row in every.all(f"Clients/{client}/Contacts", ids=some)] == [some]
    assert every.get(f"Clients/{client}/Notes").json()["details"]["api_name"] == "related_list"
    assert every.get("Clients/200001002001999993/Contacts").status_code == 204
