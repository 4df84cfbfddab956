"""What can be seen of the images without building one: sources, versions, paths, secrets; and the guide beside them."""

import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from contact_sync.cli.connections import URL_VARIABLE
from contact_sync.hooks.contacts_warehouse import KEY_VARIABLE

PROJECT = Path(__file__).resolve().parents[1]
FILES = ("Dockerfile", "Dockerfile.airflow")
HOMES = {"Dockerfile": "/usr/local/airflow", "Dockerfile.airflow": "/opt/airflow"}
"""Working folders: that of the runtime image, and the one that the other file chooses."""
GUIDE = (PROJECT / "docs" / "deployment.md").read_text(encoding="utf-8")


def lines(name: str, word: str) -> list[list[str]]:
    """The words behind an instruction of a Dockerfile, options left out, for each time it stands there."""
    text = re.sub(r"\\\n", " ", (PROJECT / name).read_text(encoding="utf-8"))
    found = [line.split()[1:] for line in text.splitlines() if line.startswith(f"{word} ")]
    return [[part for part in words if not part.startswith("--chown")] for words in found]


def airflow_version() -> str:
    """The Airflow that pyproject.toml asks for."""
    content = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = {each.name: each for each in map(Requirement, content["project"]["dependencies"])}
    (pin,) = wanted["apache-airflow"].specifier
    return pin.version


@pytest.mark.parametrize("name", FILES)
def test_every_source_of_an_image_is_there_and_not_left_out(name: str) -> None:
    ignored = [line for line in (PROJECT / ".dockerignore").read_text("utf-8").splitlines() if line[:1] not in "#"]
    sources = {source for words in lines(name, "COPY") for source in words[:-1]}
    assert {"pyproject.toml", "README.md", "plugins", "dags", "include"} <= sources
    assert [source for source in sources if not (PROJECT / source).exists()] == []
    assert [source for source in sources if any(fnmatch(source, pattern) for pattern in ignored)] == []


def test_nothing_secret_and_nothing_of_the_sandbox_gets_into_an_image() -> None:
    ignored = set((PROJECT / ".dockerignore").read_text(encoding="utf-8").split())
    assert {".git", ".env", ".demo", "airflow_settings.yaml", "include/local", "include/sandbox", "tests"} <= ignored


@pytest.mark.parametrize("name", FILES)
def test_an_image_has_the_airflow_that_the_package_asks_for(name: str) -> None:
    """Of Astronomer's runtime the first two numbers are Airflow's; the third counts builds."""
    ((image, *_),) = lines(name, "FROM")
    version = airflow_version()
    major_minor = version.rpartition(".")[0]
    wanted = {
        "Dockerfile": rf"astrocrpublic\.azurecr\.io/runtime:{re.escape(major_minor)}-\d+-python-3\.1[1-4]-base",
        "Dockerfile.airflow": rf"apache/airflow:{re.escape(version)}-python3\.1[1-4]",
    }
    assert re.fullmatch(wanted[name], image)


@pytest.mark.parametrize("name", FILES)
def test_python_finds_the_project_where_it_is_copied_to(name: str) -> None:
    ((*settings,),) = lines(name, "ENV")
    home = HOMES[name]
    assert f"PYTHONPATH={home}:{home}/plugins" in settings
    workdir = lines(name, "WORKDIR")
    assert workdir == ([] if name == "Dockerfile" else [[home]])


def test_the_runtime_image_installs_what_is_locked_nowhere_into_its_own_airflow() -> None:
    """The lock holds an Airflow, which would take the place of Astronomer's."""
    assert not any("requirements.txt" in words for words in lines("Dockerfile", "COPY"))
    (install,) = [words for words in lines("Dockerfile", "RUN") if "pip" in words]
    assert install[install.index("--constraint") + 1] == "/etc/pip-constraints.txt"
    assert lines("Dockerfile", "USER") == [["root"], ["astro"]]


def test_the_guide_names_every_variable_that_the_package_reads() -> None:
    text = "\n".join(path.read_text("utf-8") for path in (PROJECT / "plugins").rglob("*.py"))
    read = set(re.findall(r"(?<!_)CONTACT_SYNC_[A-Z]+(?:_[A-Z]+)*", text))  # the shells' own begin with _
    assert {URL_VARIABLE, KEY_VARIABLE, "CONTACT_SYNC_INCLUDE"} <= read
    assert {name for name in read if f"`{name}`" not in GUIDE} == set()


def test_the_guide_says_what_a_worker_does_without() -> None:
    """OPS-4: the same list as that by which tests/long keeps every task apart."""
    from tests.long.apart_executor import OF_NO_WORKER

    secrets = {name for name in OF_NO_WORKER if name.endswith(("CONN", "KEY", "SECRET", "URL"))}
    assert {name for name in secrets - {"CONTACT_SYNC_SANDBOX_URL"} if f"`{name}`" not in GUIDE} == set()
