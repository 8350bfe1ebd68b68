"""How the package runs dbt and itself: in a process of their own, as users do."""

import subprocess
import sys
from pathlib import Path

DBT = "dbt.cli.main"


def start(module: str, *arguments: str, folder: Path, environment: dict[str, str]) -> "subprocess.Popen[str]":
    """Start a command by its module; errors are printed where the rest is, in order."""
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
