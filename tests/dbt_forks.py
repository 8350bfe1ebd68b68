"""dbt commands as forks of one process that has run dbt: a small build takes one second instead of five.

The others go into importing dbt and into what it does once per process, such as compiling macros (it keeps
them by their text). What runs is dbt's own command line, in a process of its own that ends like any other, or
is killed: nothing of one command stays for the next. `start_dbt` is `subprocess.Popen` for them. Every
night one build and `duckshift parity` are started as a user does.

Of a small build on the whole project half the time is dbt writing manifest.json, twice, and of any build a
third is what the changes below spare: debug messages that no log takes, texts that are compiled again, names
that are looked for one by one, and what drivers repeat for each statement. A manifest.json that is there
stays while the project is as it was parsed; WRITES_MANIFEST in the environment lets one write it as dbt does.

The process that forks knows nothing of the package `duckshift`, which warehouses must be built without; run
as a script this file is it.
"""

import atexit
import ctypes
import functools
import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, NoReturn

IMPORTED = ("dbt.cli.main", "dbt.adapters.duckdb", "dbt.adapters.redshift")
PATH_VARIABLE = "PYTHONPATH"
WRITES_MANIFEST = "DUCKSHIFT_FORKS_WRITE_MANIFEST"
BUILDS = ("build", "run", "seed", "snapshot", "test")
POLL_SECONDS = 0.02
STATUS_OF_A_CRASH = 2
PR_SET_PDEATHSIG = 1
TESTS = Path(__file__).resolve().parent


class DbtFork:
    """A dbt command under way; what it prints is read from `stdout`."""

    def __init__(self, forker: "Forker", pid: int, stdout: IO[str]) -> None:
        self.pid = pid
        self.stdout = stdout
        self.returncode: int | None = None
        self._forker = forker

    def poll(self) -> int | None:
        """Return how it ended: nothing while it runs, a negative signal if it was killed."""
        if self.returncode is None:
            self.returncode = self._forker.ask(poll=self.pid)
        return self.returncode

    def wait(self) -> int:
        """Wait until it has ended."""
        while (status := self.poll()) is None:
            time.sleep(POLL_SECONDS)
        return status

    def communicate(self, timeout: float | None = None) -> tuple[str, None]:
        """Read all that it prints and wait until it has ended; after `timeout` seconds it is killed."""
        killing = threading.Timer(timeout or threading.TIMEOUT_MAX, self.send_signal, (signal.SIGKILL,))
        killing.daemon = True
        killing.start()
        try:
            text = self.stdout.read()
        finally:
            killing.cancel()
        self.wait()
        return text, None

    def send_signal(self, number: int) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def __enter__(self) -> "DbtFork":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stdout.close()
        self.wait()


class Forker:
    """The process that forks, and the way to ask it."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="duckshift-dbt-forks-")
        self._count = 0
        # -P: beside this script lie the suites.
        self._process = subprocess.Popen(
            [sys.executable, "-P", __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def start(self, arguments: tuple[str, ...], folder: Path, environment: Mapping[str, str]) -> DbtFork:
        """Start a dbt command."""
        self._count += 1
        pipe = Path(self._folder.name) / str(self._count)
        os.mkfifo(pipe)
        pid = self.ask(
            arguments=arguments, folder=str(folder), environment=dict(environment), output=str(pipe)
        )
        stdout = pipe.open(encoding="utf-8", errors="replace")
        pipe.unlink()
        return DbtFork(self, pid, stdout)

    def ask(self, **request: Any) -> Any:
        """Send a request and return the answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "the process that forks dbt commands has ended"
        return json.loads(answer)

    def end(self) -> None:
        """End the process; it ends with this one anyway."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        self._folder.cleanup()


@functools.cache
def forker() -> Forker:
    """Return the one of this test process."""
    found = Forker()
    atexit.register(found.end)
    return found


def start_dbt(*arguments: str, folder: Path, environment: Mapping[str, str]) -> DbtFork:
    """Start a dbt command in a folder and in a session of its own, with this environment and no other."""
    return forker().start(arguments, folder, environment)


def run_dbt(*arguments: str, folder: Path, environment: Mapping[str, str]) -> tuple[int, str]:
    """Run a dbt command; return its exit status and what it printed."""
    with start_dbt(*arguments, folder=folder, environment=environment) as running:
        output, _ = running.communicate()
    return running.wait(), output


def serve() -> None:
    """Fork dbt commands as asked, until nobody can ask any more."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    for name in IMPORTED:
        __import__(name)
    compile_each_text_once()
    with tempfile.TemporaryDirectory(prefix="duckshift-dbt-forks-") as folder:
        warm_up(Path(folder, "project"))
    leave_out_messages_without_a_log()
    look_macros_and_relations_up_by_name()
    spare_what_drivers_do_for_each_statement()
    leave_manifests_as_parsed()
    # What is there already is not looked at by the collections of each fork.
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        request = json.loads(line)
        answer: int | None
        if "poll" in request:
            answer = ending(request["poll"])
        else:
            answer = os.fork()
            if answer == 0:
                run_as_fork(request)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def warm_up(folder: Path) -> None:
    """Do once what every fork would do: run the small project of tests/runs."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: PLC0415
    from dbt.cli.main import dbtRunner  # noqa: PLC0415

    shutil.copytree(TESTS / "runs" / "project", folder)
    shutil.copytree(TESTS.parent / "macros", folder / "macros", ignore=shutil.ignore_patterns("*.yml"))
    (folder / "landing").mkdir()
    former, former_folder = dict(os.environ), Path.cwd()
    os.environ.update(
        {
            "DBT_PROFILES_DIR": str(TESTS.parent / "profiles"),
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
            "DUCKSHIFT_PROJECT_ROOT": str(TESTS.parent),
            "DUCKSHIFT_LANDING_ROOT": str(folder / "landing"),
            "DUCKSHIFT_DATABASE": "warehouse.duckdb",
        }
    )
    os.chdir(folder)
    for _ in ("from nothing", "from before"):
        # Most of its models lack what they read, and fail, which is no matter. The static parser would leave
        # threads that a fork does not have, and waits for.
        options = ("--quiet", "--log-level", "none", "--no-static-parser", "--target", "duckdb")
        dbtRunner().invoke(["build", *options])
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    os.chdir(former_folder)
    os.environ.clear()
    os.environ.update(former)


def leave_out_messages_without_a_log() -> None:
    """Make no debug messages where no log takes them, and what they carry only when it is looked at."""
    from dbt_common.events.base_types import BaseEvent, EventLevel  # noqa: PLC0415
    from dbt_common.events.event_manager import EventManager  # noqa: PLC0415

    below = {EventLevel.TEST, EventLevel.DEBUG}
    fire_event = EventManager.fire_event
    parse = BaseEvent.__init__

    def fire(
        self: EventManager, e: BaseEvent, level: EventLevel | None = None, *rest: Any, **named: Any
    ) -> None:
        # Callbacks do not count: dbt has one of its own, which waits for warnings.
        if (level or e.level_tag()) not in below or any(logger.level in below for logger in self.loggers):
            fire_event(self, e, level, *rest, **named)

    def keep(self: BaseEvent, *arguments: Any, **fields: Any) -> None:
        vars(self)["_fields"] = (arguments, fields)

    def parsed(self: BaseEvent, name: str) -> Any:
        if name == "pb_msg":
            arguments, fields = vars(self)["_fields"]
            parse(self, *arguments, **fields)
            return vars(self)["pb_msg"]
        return getattr(self.pb_msg, name)

    EventManager.fire_event = fire  # type: ignore[method-assign]
    BaseEvent.__init__ = keep  # type: ignore[method-assign]
    BaseEvent.__getattr__ = parsed  # type: ignore[method-assign]


def compile_each_text_once() -> None:
    """Keep what Jinja makes of a text, which depends on nothing else; make the project's texts beforehand."""
    from dbt_common.clients.jinja import (  # noqa: PLC0415
        MacroFuzzEnvironment,
        extract_toplevel_blocks,
        get_environment,
    )

    made: dict[tuple[type, str], Any] = {}
    compile_template = MacroFuzzEnvironment.compile

    def compile_once(self: MacroFuzzEnvironment, source: Any, *rest: Any, **named: Any) -> Any:
        if not isinstance(source, str) or rest or named:
            return compile_template(self, source, *rest, **named)
        # Natively rendered texts become other code.
        key = (type(self), source)
        if key not in made:
            made[key] = compile_template(self, source)
        return made[key]

    MacroFuzzEnvironment.compile = compile_once  # type: ignore[assignment, method-assign]
    for folder, blocks in (("models", None), ("tests/dbt", None), ("macros", {"macro", "materialization"})):
        for path in (TESTS.parent / folder).rglob("*.sql"):
            text = path.read_text(encoding="utf-8").strip()
            parts = extract_toplevel_blocks(text, blocks, collect_raw_data=False) if blocks else ()
            for part in [str(part.full_block) for part in parts] or [text]:
                get_environment().compile(part)


def look_macros_and_relations_up_by_name() -> None:
    """Fill the context of a node by mappings, not macro by macro, and compare the one relation of a name."""
    from dbt.adapters.base.impl import BaseAdapter  # noqa: PLC0415
    from dbt.adapters.base.relation import BaseRelation  # noqa: PLC0415
    from dbt.adapters.cache import RelationsCache  # noqa: PLC0415
    from dbt.context.configured import ConfiguredContext  # noqa: PLC0415
    from dbt.context.macros import MacroNamespace  # noqa: PLC0415
    from dbt.context.manifest import ManifestContext  # noqa: PLC0415

    context_of = ManifestContext.to_dict
    make_match = BaseAdapter._make_match

    def to_dict(self: ManifestContext) -> dict[str, Any]:
        if not isinstance(self.namespace, MacroNamespace):
            return context_of(self)
        context: dict[str, Any] = ConfiguredContext.to_dict(self)
        # What is found first wins, and so does what is set last.
        for members in reversed(list(self.namespace._search_order())):
            context.update(members)
        return context

    def get_relations(self: RelationsCache, database: str | None, schema: str | None) -> list[Any]:
        # The cache is a mapping from names in lower case.
        wanted = (database and database.lower(), schema and schema.lower())
        with self.lock:
            return [
                found.inner for key, found in self.relations.items() if (key.database, key.schema) == wanted
            ]

    def match(
        self: BaseAdapter, relations: list[BaseRelation], database: str, schema: str, identifier: str | None
    ) -> list[BaseRelation]:
        if identifier is not None:
            relations = [found for found in relations if str(found.identifier).lower() == identifier.lower()]
        return make_match(self, relations, database, schema, identifier)  # type: ignore[arg-type]

    ManifestContext.to_dict = to_dict  # type: ignore[method-assign]
    RelationsCache.get_relations = get_relations  # type: ignore[method-assign]
    BaseAdapter._make_match = match  # type: ignore[assignment, method-assign]


def spare_what_drivers_do_for_each_statement() -> None:
    """Say who connects, split no text that is one statement, make the types of no rows once."""
    import redshift_connector  # noqa: PLC0415
    import sqlparse  # noqa: PLC0415
    from dbt_common.clients import agate_helper  # noqa: PLC0415

    connect, split = redshift_connector.connect, sqlparse.split

    def connect_by_name(**parameters: Any) -> Any:
        # Else the driver reads the source of the whole stack to find the name of this module.
        return connect(**{"application_name": "dbt.adapters.redshift.connections"} | parameters)

    def split_if_needed(sql: str, *rest: Any, **named: Any) -> list[str]:
        text = sql.strip()
        return split(sql, *rest, **named) if ";" in text[:-1] else [text]

    vars(redshift_connector)["connect"] = connect_by_name
    vars(sqlparse)["split"] = split_if_needed
    vars(agate_helper)["empty_table"] = functools.cache(agate_helper.empty_table)
    calendars = vars(sys.modules["parsedatetime"])
    calendars["Constants"] = functools.cache(calendars["Constants"])


def leave_manifests_as_parsed() -> None:
    """Let builds write manifest.json only after something was parsed, or where there is none."""
    from dbt.contracts.graph.manifest import Manifest  # noqa: PLC0415
    from dbt.flags import get_flags  # noqa: PLC0415
    from dbt.parser import manifest as parser  # noqa: PLC0415
    from dbt.task import runnable  # noqa: PLC0415

    write_manifest = parser.write_manifest
    keep_what_was_parsed = parser.ManifestLoader.write_manifest_for_partial_parse
    parsed: list[parser.ManifestLoader] = []

    def keep(self: parser.ManifestLoader) -> None:
        parsed.append(self)
        keep_what_was_parsed(self)  # type: ignore[no-untyped-call]

    def write(manifest: Manifest, target_path: str, which: str | None = None) -> None:
        command = get_flags().WHICH  # type: ignore[no-untyped-call]
        is_build = command in BUILDS and WRITES_MANIFEST not in os.environ
        if parsed or not is_build or not Path(target_path, "manifest.json").exists():
            write_manifest(manifest, target_path, which)
            if is_build:
                parsed.clear()

    parser.ManifestLoader.write_manifest_for_partial_parse = keep  # type: ignore[method-assign]
    for module in (parser, runnable):
        vars(module)["write_manifest"] = write


def ending(pid: int) -> int | None:
    """Return how a fork ended, nothing if it runs."""
    found, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None


def run_as_fork(request: dict[str, Any]) -> NoReturn:
    """Become the command that is asked for: run it, and end."""
    status = STATUS_OF_A_CRASH
    try:
        os.setsid()
        if sys.platform == "linux":
            # Tests that are stopped leave no build behind.
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        output = os.open(request["output"], os.O_WRONLY)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, sys.stdin.fileno())
        os.dup2(output, sys.stdout.fileno())
        os.dup2(output, sys.stderr.fileno())
        os.chdir(request["folder"])
        os.environ.clear()
        os.environ.update(request["environment"])
        sys.argv = ["dbt", *request["arguments"]]
        status = run_command_line()
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        # Whatever happens, a fork must not go on as the process that forks.
        os._exit(status)


def run_command_line() -> int:
    """Run dbt's command line as its script does, by sys.argv; return the exit status."""
    for path in reversed(os.environ.get(PATH_VARIABLE, "").split(os.pathsep)):
        if path:
            sys.path.insert(0, path)
            site = Path(path, "sitecustomize.py")
            if site.is_file():
                exec(compile(site.read_text(encoding="utf-8"), site, "exec"), {"__name__": "sitecustomize"})
    from dbt.cli.main import cli  # noqa: PLC0415 - what asks for commands does without dbt

    try:
        cli.main(args=sys.argv[1:], prog_name="dbt")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    return 0


if __name__ == "__main__":
    serve()
    # Without the reports of leaks that extensions in C make at the end.
    os._exit(0)
