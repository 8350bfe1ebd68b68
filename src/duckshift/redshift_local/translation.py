"""Runs `translate` for the statements of one session, in a thread of its own."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol, TypeVar

from duckshift.redshift_local.backend import Translation
from duckshift.redshift_local.errors import RedshiftError
from duckshift.redshift_local.statement_log import mask
from duckshift.redshift_local.statements import translate

_T = TypeVar("_T")
_logger = logging.getLogger(__name__)


class Cache:
    """Translations that depend on nothing but the text of the statement; the oldest are dropped."""

    def __init__(self, size: int = 2000) -> None:
        self._size = size
        self._translations: OrderedDict[str, Translation] = OrderedDict()

    def get(self, sql: str) -> Translation | None:
        """Return what was kept for a statement."""
        if (translation := self._translations.get(sql)) is not None:
            self._translations.move_to_end(sql)
        return translation

    def put(self, sql: str, translation: Translation) -> None:
        """Keep a translation."""
        self._translations[sql] = translation
        if len(self._translations) > self._size:
            self._translations.popitem(last=False)


class SessionQueries(Protocol):
    """What the session does for handlers, on the server's event loop."""

    bucket_root: Path
    scratch: Path

    async def handler_rows(self, sql: str) -> list[tuple[str | None, ...]]:
        """Run a query."""
        ...

    async def handler_run(self, sql: str) -> None:
        """Run statements that change something."""
        ...

    async def handler_copy_in(self, sql: str, source: Path) -> int:
        """Copy from a file."""
        ...

    async def handler_copy_out(self, sql: str, target: Path) -> int:
        """Copy into a file."""
        ...


class _Bridge:
    """The Backend that handlers see in their thread; everything happens on the server's event loop."""

    def __init__(self, session: SessionQueries, loop: asyncio.AbstractEventLoop) -> None:
        self.is_used = False
        self._session = session
        self._loop = loop

    @property
    def bucket_root(self) -> Path:
        self.is_used = True
        return self._session.bucket_root

    @property
    def scratch(self) -> Path:
        self.is_used = True
        return self._session.scratch

    async def rows(self, sql: str) -> list[tuple[str | None, ...]]:
        return await self._on_loop(self._session.handler_rows(sql))

    async def run(self, sql: str) -> None:
        await self._on_loop(self._session.handler_run(sql))

    async def copy_in(self, sql: str, source: Path) -> int:
        return await self._on_loop(self._session.handler_copy_in(sql, source))

    async def copy_out(self, sql: str, target: Path) -> int:
        return await self._on_loop(self._session.handler_copy_out(sql, target))

    async def _on_loop(self, call: Coroutine[Any, Any, _T]) -> _T:
        self.is_used = True
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(call, self._loop))


class Translator:
    """Translates the statements of one session, one at a time.

    Parsing SQL and reading files take the processor for long; in a thread they hold up no other session.
    """

    def __init__(self, session: SessionQueries, cache: Cache) -> None:
        self._session = session
        self._cache = cache
        self._executor = ThreadPoolExecutor(1, "translate")
        self._runner = asyncio.Runner()

    async def translate(self, sql: str) -> tuple[Translation, bool]:
        """Return the translation of a statement, and whether the same text always gives the same."""
        if (known := self._cache.get(sql)) is not None:
            return known, True
        loop = asyncio.get_running_loop()
        bridge = _Bridge(self._session, loop)
        try:
            translation = await loop.run_in_executor(self._executor, self._run, sql, bridge)
        except RedshiftError:
            raise
        except Exception as error:
            _logger.error("%s", mask(_traceback(error, sql)))
            reason = " ".join(str(error).split())[:300]
            raise RedshiftError(
                f"internal error of the local Redshift server: {type(error).__name__}: {reason}", "XX000"
            ) from error
        if not bridge.is_used:
            self._cache.put(sql, translation)
        return translation, not bridge.is_used

    def _run(self, sql: str, backend: _Bridge) -> Translation:
        return self._runner.run(translate(sql, backend))

    def close(self) -> None:
        """Let the thread end when it has done what it is doing."""
        self._executor.submit(self._runner.close)
        self._executor.shutdown(wait=False)


def _traceback(error: BaseException, sql: str) -> str:
    import traceback  # noqa: PLC0415 - rarely needed

    return f"translating {sql}\n{''.join(traceback.format_exception(error))}"
