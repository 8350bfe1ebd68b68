"""SET, RESET and SHOW of Redshift's own parameters, and USE."""

import re

from duckshift.redshift_local.backend import Backend, Translation
from duckshift.redshift_local.commands.tokens import Reader, quote_name, quote_text
from duckshift.redshift_local.errors import LocalLimit, RedshiftError

DATABASE = "duckshift"
_OWN_PATH = "rs_functions, rs_catalog, pg_catalog"

# Kept for SHOW; they change nothing that a query answers.
_WITHOUT_EFFECT = {
    "query_group": "default",
    "enable_result_cache_for_session": "on",
    "wlm_query_slot_count": "1",
    "analyze_threshold_percent": "10",
    "describe_field_name_in_uppercase": "off",
    "enable_vacuum_boost": "off",
    "use_fips_ssl": "off",
    "mv_enable_aqmv_for_session": "on",
    "max_concurrency_scaling_clusters": "1",
}

# They change what a query answers, so only the default is taken.
_FIXED = {
    "enable_case_sensitive_identifier": ("off", "false", "0"),
    "enable_case_sensitive_super_attribute": ("off", "false", "0"),
    "downcase_delimited_identifier": ("on", "true", "1"),
    "enable_numeric_rounding": ("off", "false", "0"),
    "navigate_super_null_on_error": ("on", "true", "1"),
    "parse_super_null_on_error": ("off", "false", "0"),
    "cast_super_null_on_error": ("on", "true", "1"),
    "json_serialization_enable": ("off", "false", "0"),
    "spectrum_query_maxerror": ("-1",),
    "error_on_nondeterministic_update": ("off", "false", "0"),
}
_DEFAULTS = {**_WITHOUT_EFFECT, **{name: values[0] for name, values in _FIXED.items()}}


async def handle(statement: str, _: Backend) -> Translation | None:
    """Translate settings that PostgreSQL does not know, or means otherwise."""
    if not re.match(r"(set|reset|show|use)\b", statement, re.IGNORECASE):
        return None
    reader = Reader(statement)
    command = reader.word()
    if command == "use":
        return _use(reader)
    if command == "set":
        return _set(reader)
    if reader.done or reader.tokens[reader.at].kind not in ("word", "quoted"):
        return None
    name = reader.identifier()
    return _reset(name) if command == "reset" else _show(name)


def _reset(name: str) -> Translation | None:
    if name == "use":
        return _nothing("RESET")
    if name not in _DEFAULTS:
        return None
    return Translation(f"set rs.{name} to {quote_text(_DEFAULTS[name])}", "RESET")


def _show(name: str) -> Translation | None:
    if name == "search_path":
        own = quote_text(", " + _OWN_PATH)
        value = f"pg_catalog.replace(pg_catalog.current_setting('search_path'), {own}, '')"
    elif name in _DEFAULTS:
        value = f"coalesce(pg_catalog.current_setting('rs.{name}', true), {quote_text(_DEFAULTS[name])})"
    else:
        return None
    return Translation(f"select {value} as {name}", "SHOW")


def _use(reader: Reader) -> Translation:
    database = reader.identifier()
    reader.finish()
    if database != DATABASE:
        raise RedshiftError(f'database "{database}" does not exist', "3D000")
    return _nothing("USE")


def _nothing(tag: str) -> Translation:
    return Translation("do $rs$ begin end $rs$", tag)


def _set(reader: Reader) -> Translation | None:
    scope = reader.take_any("session", "local")
    if (
        reader.done
        or reader.peek("transaction")
        or reader.peek("characteristics")
        or reader.peek("authorization")
    ):
        return None
    name = reader.identifier()
    if not (reader.take("to") or reader.take("=")):
        return None
    local = "local " if scope == "local" else ""
    if name == "search_path":
        schemas = _search_path(reader)
        return Translation(f"set {local}search_path to {schemas}, {_OWN_PATH}", "SET")
    if name not in _DEFAULTS:
        return None
    value = _value(reader)
    if value == "default":
        value = _DEFAULTS[name]
    if name in _FIXED and value.lower() not in _FIXED[name]:
        raise LocalLimit(f"SET {name} TO {value}")
    return Translation(f"set {local}rs.{name} to {quote_text(value)}", "SET")


def _value(reader: Reader) -> str:
    is_text = not reader.done and reader.tokens[reader.at].kind == "string"
    value = reader.text() if is_text else reader.rest().strip('"')
    reader.finish()
    return value


def _search_path(reader: Reader) -> str:
    schemas: list[str] = []
    while True:
        is_text = not reader.done and reader.tokens[reader.at].kind == "string"
        name = reader.text() if is_text else reader.identifier()
        schemas.extend(part.strip().strip('"').lower() for part in name.split(","))
        if not reader.take(","):
            break
    reader.finish()
    # The own schemas come last in any case.
    own = ("rs_functions", "rs_catalog", "pg_catalog", "default")
    kept = [quote_name(schema) for schema in schemas if schema not in own]
    return ", ".join(kept or ["public"])
