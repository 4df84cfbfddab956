"""Creator's routes, for the sandbox's tables: the report, every other URL of Creator, and the control side.

Scope and token are checked by the handler, because Creator refuses them in its own words.
"""

from include.sandbox.api.spec import Spec
from include.sandbox.creator import control, reports

_D = "/creator/v2.1/data/{owner}/{app}/report/{report}"
_C = "/_sandbox/creator"
ZOHO = (
    Spec("GET", _D, reports.records, params=reports.PARAMS),
    Spec("GET", "/creator/{rest:path}", reports.unknown, params=None),
)
CONTROL = (
    Spec("GET", _C, control.overview),
    Spec("POST", f"{_C}/switches", control.set_switches),
    Spec("POST", f"{_C}/rename", control.rename),
    Spec("POST", f"{_C}/show", control.show),
    Spec("POST", f"{_C}/style", control.restyle),
    Spec("POST", f"{_C}/refuse", control.refuse),
    Spec("GET", f"{_C}/kinds/{{app}}/{{report}}", control.kinds),
    Spec("POST", f"{_C}/rows/{{app}}/{{report}}", control.edit),
    Spec("POST", f"{_C}/rows/{{app}}/{{report}}/add", control.add),
    Spec("POST", f"{_C}/rows/{{app}}/{{report}}/delete", control.delete),
)
