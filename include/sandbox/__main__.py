"""``python -m include.sandbox``: a sandbox in the foreground.

Every option has an environment variable as its default (``SANDBOX_PORT`` for ``--port`` and so on). Prints ``sandbox
listening on http://127.0.0.1:PORT`` when ready; SIGTERM and SIGINT end it with code 0. A wrong value or a taken port
ends it with 2.
"""

import argparse
import os
import sys
from typing import Any

from include.sandbox.errors import SandboxError
from include.sandbox.server import serve
from include.sandbox.settings import Settings


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m include.sandbox", description="A Zoho that runs here, on loopback."
    )

    def option(name: str, default: str | None, text: str, type_: Any = str) -> None:
        variable = f"SANDBOX_{name.upper()}"
        value = os.environ.get(variable, default)
        parser.add_argument(
            f"--{name}", default=value, type=type_, metavar=name.upper(), help=f"{text} ({variable}; now {value})"
        )

    defaults = Settings()
    option("host", "127.0.0.1", "address to listen on")
    option("port", "0", "port to listen on, 0 for a free one", int)
    option("candidates", str(defaults.candidates), "how many candidates to make", int)
    option("modules", ",".join(defaults.modules), "API names of the modules on offer, separated by commas")
    option("seed", str(defaults.seed), "which people to make", int)
    option(
        "anchor",
        None,
        "date-time with offset that all planted change times precede; start-up, cut to the hour, if not given",
    )
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run until told to stop; the exit code."""
    given = _parser().parse_args(arguments)
    values = {"candidates": given.candidates, "seed": given.seed, "anchor": given.anchor}
    values["modules"] = [name.strip() for name in given.modules.split(",") if name.strip()]
    try:
        settings = Settings().changed(values, data=True)
    except SandboxError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        serve(given.host, given.port, settings)
    except OSError as error:
        print(
            f"cannot listen on {given.host}:{given.port}: {error.strerror}. Choose another --port, or 0 for any.",
            file=sys.stderr,
        )
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
