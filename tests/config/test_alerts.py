"""`alerts:` of organisation.yaml, and what lint says of its notifiers."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from contact_sync.config.notifiers import make_notifier, notifier_problems
from contact_sync.config.organisation import Organisation
from contact_sync.errors import ConfigError

SMTP = "airflow.providers.smtp.notifications.smtp"


def organisation(notifier: str, **kwargs: Any) -> Organisation:
    given = {"notifiers": [{"notifier": notifier, "kwargs": kwargs}]}
    return Organisation.model_validate({"name": "Zylker", "accounts": {"a": {"kind": "recruit"}}, "alerts": given})


@pytest.mark.parametrize(
    ("path", "kwargs", "key", "told"),
    [
        (f"{SMTP}.SmtpNotifer", {}, "notifier", f"has no class 'SmtpNotifer'. Did you mean '{SMTP}.SmtpNotifier'?"),
        (
            "airflow.providers.smpt.notifications.smtp.SmtpNotifier", {}, "notifier",
            "there is no module 'airflow.providers.smpt.notifications.smtp'. Did you mean '" + SMTP + "'?",
        ),
        (
            f"{SMTP}.SmtpNotifier", {"subjct": "x"}, "kwargs.subjct",
            f"'{SMTP}.SmtpNotifier' takes no argument 'subjct'. Did you mean 'subject'?",
        ),
        ("tests.operators.notifying.Silent", {}, "notifier", "is no notifier: it has no method `notify`."),
        ("tests.operators.notifying.Recording", {}, "kwargs", "needs subject."),
    ],
)  # fmt: skip
def test_what_lint_says_of_a_notifier(path: str, kwargs: dict[str, Any], key: str, told: str) -> None:
    """OPS-7: no such module, class or argument, with the close match; what is no notifier; what is lacking."""
    wrong = organisation(path, **kwargs)
    (problem,) = notifier_problems(Path("include"), wrong)
    assert problem.key == f"alerts.notifiers[0].{key}"
    assert told in problem.render()
    with pytest.raises(ConfigError, match=r"organisation\.yaml, alerts: "):
        make_notifier(wrong.alerts.notifiers[0])


def test_a_notifier_that_is_in_order() -> None:
    """OPS-7: any class of Airflow's or of one's own."""
    assert notifier_problems(Path("include"), organisation("tests.operators.notifying.Recording", subject="x")) == []
    assert notifier_problems(Path("include"), organisation(f"{SMTP}.SmtpNotifier", to="team@example.org")) == []


@pytest.mark.parametrize("path", ["SmtpNotifier", "a b.C", "", "a..C"])
def test_the_path_of_a_class_has_a_module(path: str) -> None:
    """OPS-7: refused when the file is read, for that needs no import."""
    with pytest.raises(ValidationError, match="is not the path of a class"):
        organisation(path)
