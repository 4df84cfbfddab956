"""Who asks for a page, and what they may see (OPS-8, OPS-9). The only module of the pages that asks Airflow for rights.

Every page needs a login. What is told of a sync needs the right to read its DAG; names and addresses of people, and
values of theirs, need the right to read the DAG contact_sync_admin, as a person's story does. Rights are asked of
Airflow's auth manager anew for each request. Tested against Airflow 3.3.2, whose module for this is no declared
interface.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated, Any

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.core_api.security import get_user
from airflow.models.dag import DagModel
from airflow.utils.session import create_session
from fastapi import Depends, HTTPException
from sqlalchemy import select

ADMIN = "contact_sync_admin"
CAMPAIGNS = "mail_events_import"


@dataclass(frozen=True)
class Reader:
    """Somebody who has logged in."""

    user: Any

    def readable(self, dag_ids: Collection[str]) -> set[str]:
        """Those of the DAGs that this person may read, whether or not Airflow has them at the moment."""
        if not dag_ids:
            return set()
        with create_session() as session:
            teams = DagModel.get_dag_id_to_team_name_mapping(sorted(dag_ids), session=session)
        by_team: dict[str | None, set[str]] = defaultdict(set)
        for dag_id in dag_ids:
            by_team[teams.get(dag_id)].add(dag_id)
        may: set[str] = set()
        for team, ids in by_team.items():
            may |= get_auth_manager().filter_authorized_dag_ids(
                dag_ids=ids, user=self.user, method="GET", team_name=team
            )
        return may

    def may_read(self, dag_id: str) -> bool:
        """Whether this person may read one DAG."""
        return dag_id in self.readable({dag_id})

    def must_read(self, dag_id: str) -> None:
        """Raise 403 unless this person may read the DAG. Asked before anything is looked up, so that the answer is the
        same for a DAG that does not exist.
        """
        if not self.may_read(dag_id):
            raise HTTPException(403, f"This page needs the right to read the DAG {dag_id}.")

    def sees_people(self) -> bool:
        """Whether names, addresses and values of people may be told."""
        return self.may_read(ADMIN)


def reader(user: Annotated[Any, Depends(get_user)]) -> Reader:
    """Who asks. Raises 401 or 403 for whoever has not logged in."""
    return Reader(user)


Asking = Annotated[Reader, Depends(reader)]


def of_sync(sync_id: str, asking: Asking) -> Reader:
    """Who asks for a page of the sync in the path. Raises 403 unless they may read its DAG."""
    asking.must_read(sync_id)
    return asking


AskingOfSync = Annotated[Reader, Depends(of_sync)]


def of_campaigns(asking: Asking) -> Reader:
    """Who asks for a page about campaigns. Raises 403 unless they may read the DAG that takes campaigns in."""
    asking.must_read(CAMPAIGNS)
    return asking


AskingOfCampaigns = Annotated[Reader, Depends(of_campaigns)]


def paused(dag_ids: Collection[str]) -> set[str]:
    """Those of the DAGs that are paused in Airflow (LIM-1)."""
    with create_session() as session:
        found = session.scalars(select(DagModel.dag_id).where(DagModel.dag_id.in_(dag_ids), DagModel.is_paused))
        return set(found)
