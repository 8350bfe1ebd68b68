"""Redshift's functions: which there are, what they become in PostgreSQL, what type they give.

The list is that of the Database Developer Guide, "SQL functions reference". A name that is not here does not
exist for the server, even where PostgreSQL knows it. Calls that need more than another name are in calls.py.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["scalar", "aggregate", "window"]


@dataclass(frozen=True, slots=True)
class Function:
    """A function that the server runs."""

    target: str
    """The function in PostgreSQL."""

    returns: str
    """A type, `same` (that of the first argument), `common` (one for all), or '' where it is not known."""

    kind: Kind = "scalar"


def _listed(table: str) -> Iterator[tuple[str, str]]:
    """Read lines of `type: name name ...`; `unknown` is no type."""
    for line in table.strip().splitlines():
        returns, _, names = line.partition(":")
        for name in names.split():
            yield name, returns.strip().replace("unknown", "")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# PostgreSQL's namesake does the same.
_NATIVE: Final = """
    same: abs btrim ceil ceiling floor lower ltrim reverse rtrim trim upper
    common: coalesce greatest least
    integer: ascii char_length character_length length octet_length strpos
    double precision: acos asin atan atan2 cos cot degrees pi radians random sin tan
    varchar(32): md5
    varchar: quote_ident quote_literal repeat to_char
    date: to_date
"""

# In the schema rs_functions, because PostgreSQL has no such function or one that differs.
_OWN: Final = """
    same: initcap left right
    common: mod
    smallint: json_array_length
    integer: bpcharcmp bttext_pattern_cmp charindex date_cmp date_cmp_timestamp date_part_year
    integer: difference interval_cmp len octetindex regexp_count regexp_instr textlen timestamp_cmp
    integer: timestamp_cmp_date
    bigint: crc32 get_array_length strtol
    double precision: cbrt dexp dlog1 dlog10 exp ln log months_between pow power sqrt
    boolean: can_json_parse is_array is_boolean is_object is_scalar is_valid_json is_valid_json_array
    boolean: is_varchar
    varchar(4): soundex
    varchar(40): func_sha1 sha sha1
    varchar(128): sha2
    varchar: chr json_typeof lpad regexp_replace regexp_substr replace replicate rpad split_part
    varchar: timeofday to_hex translate
    varchar(65535): json_extract_array_element_text json_extract_path_text json_serialize
    super: json_parse
    date: last_day next_day
    timestamp: add_months getdate
    timestamptz: to_timestamp
    unknown: to_number
"""

_NATIVE_AGGREGATES: Final = """
    bigint: count
    same: bit_and bit_or max min
    boolean: bool_and bool_or
"""

_OWN_AGGREGATES: Final = """
    same: any_value
    double precision: stddev stddev_pop stddev_samp var_pop var_samp variance
"""

_WINDOW: Final = """
    bigint: dense_rank ntile rank row_number
    double precision: cume_dist percent_rank
    same: first_value lag last_value lead nth_value
"""

FUNCTIONS: Final[dict[str, Function]] = {
    **{name: Function(name, returns) for name, returns in _listed(_NATIVE)},
    **{name: Function(f"rs_functions.{name}", returns) for name, returns in _listed(_OWN)},
    **{name: Function(name, returns, "aggregate") for name, returns in _listed(_NATIVE_AGGREGATES)},
    **{
        name: Function(f"rs_functions.{name}", returns, "aggregate")
        for name, returns in _listed(_OWN_AGGREGATES)
    },
    **{name: Function(name, returns, "window") for name, returns in _listed(_WINDOW)},
}

# Functions that calls.py and windows.py rewrite.
REWRITTEN: Final = _words("""
    approximate avg concat convert_timezone date_part date_trunc dateadd datediff decode listagg
    median nullif nvl nvl2 percentile_cont percentile_disc ratio_to_report round sign substr sum
    trunc
""")

AGGREGATES: Final = frozenset(
    name for name, function in FUNCTIONS.items() if function.kind == "aggregate"
) | _words("avg listagg median percentile_cont percentile_disc sum")

# The leader node answers these, but not for the rows of a table ("Leader node-only functions",
# "Unsupported PostgreSQL functions").
LEADER_ONLY: Final = _words("""
    age array_to_string col_description current_database current_schema current_schemas
    current_setting current_time current_timestamp format_type generate_series get_bit get_byte
    has_column_privilege has_database_privilege has_schema_privilege has_table_privilege isfinite
    localtime localtimestamp now obj_description pg_backend_pid pg_cancel_backend pg_get_cols
    pg_get_constraintdef pg_get_expr pg_get_late_binding_view_cols pg_get_userbyid pg_get_viewdef
    pg_last_copy_count pg_last_copy_id pg_last_query_id pg_last_unload_count pg_last_unload_id
    pg_size_pretty pg_table_is_visible pg_terminate_backend set_bit set_byte set_config to_ascii
    txid_current user_is_member_of version
""")

# The compute nodes answer these, but not without a table ("Compute node-only functions").
COMPUTE_ONLY: Final = _words("approximate listagg median percentile_cont percentile_disc")

# Functions of Redshift that no model here needs.
NOT_BUILT: Final = _words("""
    array array_concat array_contains array_distinct array_except array_flatten array_intersection
    array_position array_positions array_sort array_union checksum collate current_aws_account
    current_namespace current_session_arn current_user_id date_cmp_timestamptz decimal_precision
    decimal_scale default_iam_role explain_model farmfingerprint64 fnv_hash from_hex from_varbyte
    getbit has_assumerole_privilege hll hll_cardinality hll_combine hll_combine_sketches
    hll_create_sketch is_bigint is_char is_decimal is_float is_integer is_smallint
    json_serialize_to_varbyte json_size last_user_query_id lower_attribute_names mask_function
    murmur3_32_hash object object_transform size slice_num split_to_array subarray text_to_int_alt
    text_to_numeric_alt timestamp_cmp_timestamptz timestamptz_cmp timestamptz_cmp_date
    timestamptz_cmp_timestamp timezone to_varbyte upper_attribute_names
""")

# Window functions that take no frame ("Window function syntax summary").
RANKING: Final = _words("cume_dist dense_rank lag lead ntile percent_rank rank row_number")
FRAMELESS: Final = _words("listagg median percentile_cont percentile_disc ratio_to_report")
