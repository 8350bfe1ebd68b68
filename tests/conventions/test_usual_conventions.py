"""The conventions that many dbt projects share, by dbt-bouncer over the manifest (dbt-bouncer.yml)."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.conventions.conftest import ROOT, Project


def test_dbt_bouncer_has_nothing_to_say(project: Project, tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    program = str(Path(sys.executable).with_name("dbt-bouncer"))
    command = [program, "run", "--config-file", str(ROOT / "dbt-bouncer.yml")]
    command += ["--output-file", str(results), "--output-format", "json"]
    # It looks for the artifacts in the folder `target` of the project.
    environment = {**os.environ, "DBT_PROJECT_DIR": str(project.folder)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert results.is_file(), done.stdout + done.stderr
    checks = json.loads(results.read_text(encoding="utf-8"))
    failed = [
        f"{check['check_run_id']}: {check['failure_message']}"
        for check in checks
        if check["outcome"] != "success"
    ]
    assert not failed, "\n".join(failed)
    assert len(checks) > 500
