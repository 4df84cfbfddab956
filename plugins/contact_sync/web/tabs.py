"""The tab on a DAG and on a run: leads to the page of the sync, or of the fetch. Airflow puts it on every DAG.

A DAG that is no sync gets a friendly word, a run that has fetched nothing yet as well.
"""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from contact_sync.warehouse import standings
from contact_sync.web.configured import file_ids
from contact_sync.web.reading import one, reading
from contact_sync.web.rendering import links_of, page
from contact_sync.web.rights import Asking

router = APIRouter()

DagId = Annotated[str, Query(max_length=250)]


@router.get("/tab")
def tab(
    request: Request, dag_id: DagId, asking: Asking, run_id: Annotated[str, Query(max_length=250)] = ""
) -> Response:
    """Where a DAG or a run leads. Raises 403 unless the reader may read the DAG."""
    asking.must_read(dag_id)
    with reading() as connection:
        known = dag_id in file_ids() or any(each.sync_id == dag_id for each in standings.read(connection))
        fetch = one(connection, "fetch_of_run", dag_id=dag_id, run_id=run_id) if known and run_id else None
    link = links_of(request)
    if fetch is not None:
        asking.must_read(fetch["sync_id"])
        return RedirectResponse(link("syncs", fetch["sync_id"], "fetches", fetch["fetch_id"]), 303)
    if known and not run_id:
        return RedirectResponse(link("syncs", dag_id), 303)
    return page(request, "tab.html", dag_id=dag_id, known=known)
