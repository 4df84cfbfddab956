"""The file by which another terminal speaks to the demo."""

import subprocess
from pathlib import Path

from include.local.shell import shell


def test_another_terminal_speaks_to_the_demo_while_it_is_up(tmp_path: Path) -> None:
    """Only its owner reads it; values come through as they are; what is not the demo's own is left alone."""
    env = {"CONTACT_SYNC_KEY": "it's $HOME `secret`", "AIRFLOW_HOME": "/a b", "HOME": "/elsewhere"}
    with shell(tmp_path, env) as path:
        assert path.stat().st_mode & 0o777 == 0o600
        ask = f'. {path}; printf "%s\\n" "$CONTACT_SYNC_KEY" "$AIRFLOW_HOME" "$HOME"; command -v contact-sync'
        told = subprocess.run(["bash", "-c", ask], capture_output=True, text=True, check=True, env={"HOME": "/mine"})
        *values, command = told.stdout.splitlines()
        assert values == ["it's $HOME `secret`", "/a b", "/mine"]
        assert command.endswith("/.venv/bin/contact-sync")
    assert not path.exists()
