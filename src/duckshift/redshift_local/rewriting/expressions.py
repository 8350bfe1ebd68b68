"""Rewriting of expressions: every node is rewritten and typed in one walk, from the leaves up.

PostgreSQL forgets precision and scale as soon as it computes; Redshift's rules need them. So types are
inferred here, and a computation that depends on a type nobody knows is an error, never PostgreSQL's own
result.
"""

from collections.abc import Callable
from typing import Any, ClassVar, Final

from sqlglot import exp

from duckshift.redshift_local import names
from duckshift.redshift_local.errors import RedshiftError
from duckshift.redshift_local.rewriting import aggregates, dates, decimals
from duckshift.redshift_local.rewriting.calls import bare_word, concatenated, part_of, rewrite_call
from duckshift.redshift_local.rewriting.dialect import data_type
from duckshift.redshift_local.rewriting.nodes import call, cast, quotient
from duckshift.redshift_local.rewriting.refusals import not_emulated, refuse, refuse_node
from duckshift.redshift_local.rewriting.rewriter import Rewriter
from duckshift.redshift_local.rewriting.scopes import Column, Scope
from duckshift.redshift_local.rewriting.types import (
    BOOLEAN,
    DATE,
    INTEGER,
    MAX_VARCHAR,
    NULL,
    SUPER,
    TIMESTAMP,
    TIMESTAMPTZ,
    VARBYTE,
    RedshiftType,
    parse_type,
)
from duckshift.redshift_local.rewriting.windows import window

_OPERATORS: Final[dict[type[exp.Expr], str]] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Mod: "%"}
_SYSTEM_COLUMNS: Final = ("ctid", "xmin", "xmax", "cmin", "cmax", "tableoid")
_NESTED_TYPES: Final = (exp.DType.ARRAY, exp.DType.STRUCT, exp.DType.MAP, exp.DType.USERDEFINED)


class ExpressionRewriter(Rewriter):
    """Rewrites expressions in place and returns their types."""

    def expression(self, node: exp.Expr, scope: Scope) -> RedshiftType | None:
        """Rewrite an expression in place; return its type, None where it is not known."""
        rule = self._RULES.get(type(node))
        if rule is None:
            refuse_node(node)
        return rule(self, node, scope)

    def identifier(self, node: exp.Expr | None) -> str:
        """Fold an identifier to lower case, quoted or not, and return the name."""
        if not isinstance(node, exp.Identifier):
            return node.name.lower() if node is not None else ""
        name = node.this.lower()
        if len(name.encode()) > names.LONGEST:
            raise RedshiftError(f'identifiers have at most {names.LONGEST} bytes: "{name}"')
        name = names.stored(name)
        node.set("this", name)
        node.set("quoted", True)
        return name

    def new_identifier(self, node: exp.Expr | None) -> str:
        """Fold the name of a query, a source or its column, which is defined here."""
        if isinstance(node, exp.Identifier) and not node.args.get("quoted"):
            names.check_bare(node.this)
        return self.identifier(node)

    # -- names and literals

    def _column(self, node: exp.Column, scope: Scope) -> RedshiftType | None:
        if isinstance(node.this, exp.Star):
            refuse("a star inside an expression")
        is_plain = not node.this.args.get("quoted") and node.args.get("table") is None
        if is_plain and (function := bare_word(self, node, scope)) is not None:
            return function[0]
        name = self.identifier(node.this)
        table = self.identifier(node.args["table"]) if node.args.get("table") is not None else None
        node.set("catalog", None)
        if node.args.get("db") is not None:
            self.identifier(node.args["db"])
        found = scope.column(table, name)
        if found is None and table is not None and _is_super(scope.column(None, table)):
            self._navigation(node, scope)
        if found is None and table is None and name in scope.aliases and scope.knows_everything():
            expression, known = scope.aliases[name]
            node.replace(exp.Paren(this=expression.copy()))
            return known
        if found is None and name in _SYSTEM_COLUMNS:
            refuse(f"the system column {name}")
        if found is None and table is None and scope.is_row(name):
            refuse(f"the whole row {name} as a value", "name its columns")
        return found.type if found is not None else None

    def _literal(self, node: exp.Literal, _scope: Scope) -> RedshiftType | None:
        if node.is_string:
            return RedshiftType("character varying", max(1, min(len(node.this.encode()), MAX_VARCHAR)))
        return decimals.number_type(node.this)

    def _boolean(self, _node: exp.Expr, _scope: Scope) -> RedshiftType | None:
        return BOOLEAN

    def _null(self, _node: exp.Expr, _scope: Scope) -> RedshiftType | None:
        return NULL

    def _unknown(self, _node: exp.Expr, _scope: Scope) -> RedshiftType | None:
        return None

    def _interval(self, node: exp.Interval, _scope: Scope) -> RedshiftType | None:
        if not isinstance(node.this, exp.Literal):
            refuse("an interval of an expression", "only of a literal; multiply that, or use DATEADD")
        return RedshiftType("interval day to second")

    # -- operators

    def _arithmetic(self, node: exp.Binary, scope: Scope) -> RedshiftType | None:
        left, right = self.expressions([node.this, node.expression], scope)
        operator = _OPERATORS[type(node)]
        if operator in "+-" and (moment := _moment(operator, left, right)) is not None:
            return moment
        return decimals.arithmetic(operator, left, right)

    def _divide(self, node: exp.Div, scope: Scope) -> RedshiftType | None:
        left, right = self.expressions([node.this, node.expression], scope)
        result = decimals.arithmetic("/", left, right)
        if result is None or not result.is_decimal:
            # PostgreSQL divides. Should these be decimals, its operator is the error of rs_functions./ .
            return result
        if result.scale is None:
            return None
        node.replace(quotient(node.this, node.expression, result.scale))
        return result

    def _concatenate(self, node: exp.Binary, scope: Scope) -> RedshiftType | None:
        types = self.expressions([node.this, node.expression], scope)
        if VARBYTE.name in [known.name for known in types if known is not None]:
            return VARBYTE
        return concatenated(types)

    def _compare(self, node: exp.Expr, scope: Scope) -> RedshiftType | None:
        self.expressions([node.args["this"], node.args["expression"]], scope)
        return BOOLEAN

    def _pattern(self, node: exp.Expr, scope: Scope) -> RedshiftType | None:
        if node.args.get("flag") is not None or node.args.get("full_match"):
            refuse_node(node)
        return self._compare(node, scope)

    def _not(self, node: exp.Not, scope: Scope) -> RedshiftType | None:
        self.expression(node.this, scope)
        return BOOLEAN

    def _between(self, node: exp.Between, scope: Scope) -> RedshiftType | None:
        if node.args.get("symmetric"):
            refuse("BETWEEN SYMMETRIC")
        self.expressions([node.this, node.args["low"], node.args["high"]], scope)
        return BOOLEAN

    def _in(self, node: exp.In, scope: Scope) -> RedshiftType | None:
        if any(node.args.get(part) is not None for part in ("unnest", "field", "is_global")):
            refuse_node(node)
        self.expression(node.this, scope)
        self.expressions(node.expressions, scope)
        if node.args.get("query") is not None:
            self.subquery(node.args["query"], scope)
        return BOOLEAN

    def _any(self, node: exp.Expr, scope: Scope) -> RedshiftType | None:
        inner = node.this.unnest() if isinstance(node.this, exp.Paren | exp.Subquery) else node.this
        if not isinstance(inner, exp.Query):
            refuse("ANY or ALL over an array")
        self.subquery(node.this, scope)
        return None

    def _same(self, node: exp.Expr, scope: Scope) -> RedshiftType | None:
        return self.expression(node.this, scope)

    def _bits(self, node: exp.Expr, scope: Scope) -> RedshiftType | None:
        operands = [node.args.get(part) for part in ("this", "expression")]
        return decimals.common_type(self.expressions([one for one in operands if one is not None], scope))

    def _tuple(self, node: exp.Tuple, scope: Scope) -> RedshiftType | None:
        self.expressions(node.expressions, scope)
        return None

    # -- conditions and casts

    def _case(self, node: exp.Case, scope: Scope) -> RedshiftType | None:
        if node.this is not None:
            self.expression(node.this, scope)
        results = []
        for branch in node.args["ifs"]:
            self.expression(branch.this, scope)
            results.append(branch.args["true"])
        if node.args.get("default") is not None:
            results.append(node.args["default"])
        return decimals.common_type(self.expressions(results, scope))

    def _cast(self, node: exp.Cast, scope: Scope) -> RedshiftType | None:
        if any(node.args.get(part) for part in ("format", "action", "default")):
            refuse_node(node)
        target = parse_type(_type_text(node.args["to"]))
        source = self.expression(node.this, scope)
        if source == BOOLEAN and target.is_text:
            raise RedshiftError(f"cannot cast type boolean to {target.name}", "42846")
        if target.name.startswith("interval"):
            not_emulated(f"a cast to {target.name.upper()}")
        if target == SUPER:
            if source == SUPER:
                node.replace(node.this)
            elif source is not None:
                name = "text_to_super" if source.is_text else "to_super"
                node.replace(call(f"rs_functions.{name}", node.this))
        elif source == SUPER:
            node.replace(cast(call("rs_functions.super_to_text", node.this), target.postgres))
        if target != SUPER or source is None:
            node.set("to", data_type(target.postgres))
        return target

    def _try_cast(self, node: exp.TryCast, scope: Scope) -> RedshiftType | None:
        target = parse_type(_type_text(node.args["to"]))
        source = self.expression(node.this, scope)
        if source is None or not (source.is_text or source == NULL):
            not_emulated("TRY_CAST of what is not known to be a text", "cast it to varchar(n) first")
        if target in (BOOLEAN, SUPER):
            raise RedshiftError(f"TRY_CAST of a text to {target.name} is not permitted", "42846")
        text = call("rs_functions.castable", cast(node.this, "text"), exp.Literal.string(target.postgres))
        node.replace(cast(text, target.postgres))
        return target

    def _time_zone(self, node: exp.AtTimeZone, scope: Scope) -> RedshiftType | None:
        known = self.expressions([node.this, node.args["zone"]], scope)[0]
        if known == TIMESTAMPTZ:
            return TIMESTAMP
        return TIMESTAMPTZ if known == TIMESTAMP else None

    # -- calls with a syntax of their own

    def _trim(self, node: exp.Trim, scope: Scope) -> RedshiftType | None:
        if node.args.get("collation") is not None:
            refuse_node(node)
        known = self.expression(node.this, scope)
        if node.args.get("expression") is not None:
            self.expression(node.args["expression"], scope)
        return part_of(known)

    def _substring(self, node: exp.Substring, scope: Scope) -> RedshiftType | None:
        parts = ("this", "start", "length")
        types = self.expressions(
            [node.args[part] for part in parts if node.args.get(part) is not None], scope
        )
        arguments = [node.args[part] for part in parts if node.args.get(part) is not None]
        node.replace(call("rs_functions.substring", *arguments))
        return part_of(types[0])

    def _position(self, node: exp.StrPosition, scope: Scope) -> RedshiftType | None:
        if any(node.args.get(part) is not None for part in ("position", "occurrence")):
            refuse_node(node)
        self.expressions([node.this, node.args["substr"]], scope)
        node.replace(call("rs_functions.charindex", node.args["substr"], node.this))
        return INTEGER

    def _extract(self, node: exp.Extract, scope: Scope) -> RedshiftType | None:
        return dates.extract(self, node, scope)

    def _call(self, node: exp.Anonymous, scope: Scope) -> RedshiftType | None:
        return rewrite_call(self, node, scope)

    def _window(self, node: exp.Window, scope: Scope) -> RedshiftType | None:
        return window(self, node, scope)

    def _within_group(self, node: exp.WithinGroup, scope: Scope) -> RedshiftType | None:
        return aggregates.within_group(self, node, scope)

    def _alias(self, node: exp.Alias, scope: Scope) -> RedshiftType | None:
        known = self.expression(node.this, scope)
        self.identifier(node.args["alias"])
        return known

    # -- queries

    def _scalar_query(self, node: exp.Expr, scope: Scope) -> RedshiftType | None:
        columns = self.subquery(node, scope)
        return columns[0].type if columns else None

    def _exists(self, node: exp.Exists, scope: Scope) -> RedshiftType | None:
        self.subquery(node.this, scope)
        return BOOLEAN

    def _bracket(self, node: exp.Bracket, scope: Scope) -> RedshiftType | None:
        if any(isinstance(one, exp.Slice) for one in node.expressions):
            refuse("slicing [a:b]")
        return self._navigation(node, scope)

    def _navigation(self, node: exp.Expr, _scope: Scope) -> RedshiftType | None:
        not_emulated(
            f"navigation into SUPER values ({node.sql(dialect='redshift')[:40]})",
            "keep JSON as text and use JSON_EXTRACT_PATH_TEXT",
        )

    _RULES: ClassVar[dict[type[exp.Expr], Callable[[Any, Any, Scope], RedshiftType | None]]] = {
        exp.Add: _arithmetic,
        exp.Alias: _alias,
        exp.All: _any,
        exp.And: _compare,
        exp.Anonymous: _call,
        exp.Any: _any,
        exp.AtTimeZone: _time_zone,
        exp.Between: _between,
        exp.BitwiseAnd: _bits,
        exp.BitwiseLeftShift: _bits,
        exp.BitwiseNot: _bits,
        exp.BitwiseOr: _bits,
        exp.BitwiseRightShift: _bits,
        exp.BitwiseXor: _bits,
        exp.Boolean: _boolean,
        exp.Bracket: _bracket,
        exp.Case: _case,
        exp.Cast: _cast,
        exp.Column: _column,
        exp.DPipe: _concatenate,
        exp.Div: _divide,
        exp.Dot: _navigation,
        exp.EQ: _compare,
        exp.Escape: _compare,
        exp.Exists: _exists,
        exp.Extract: _extract,
        exp.GT: _compare,
        exp.GTE: _compare,
        exp.ILike: _compare,
        exp.In: _in,
        exp.Interval: _interval,
        exp.Is: _compare,
        exp.LT: _compare,
        exp.LTE: _compare,
        exp.Like: _compare,
        exp.Literal: _literal,
        exp.Mod: _arithmetic,
        exp.Mul: _arithmetic,
        exp.NEQ: _compare,
        exp.Neg: _same,
        exp.Not: _not,
        exp.Null: _null,
        exp.Or: _compare,
        exp.Parameter: _unknown,
        exp.Paren: _same,
        exp.RegexpILike: _pattern,
        exp.RegexpLike: _pattern,
        exp.Select: _scalar_query,
        exp.SimilarTo: _compare,
        exp.StrPosition: _position,
        exp.Sub: _arithmetic,
        exp.Subquery: _scalar_query,
        exp.Substring: _substring,
        exp.Trim: _trim,
        exp.TryCast: _try_cast,
        exp.Tuple: _tuple,
        exp.Union: _scalar_query,
        exp.Var: _unknown,
        exp.Window: _window,
        exp.WithinGroup: _within_group,
    }


def _is_super(found: Column | None) -> bool:
    return found is not None and found.type == SUPER


def _moment(operator: str, left: RedshiftType | None, right: RedshiftType | None) -> RedshiftType | None:
    """Return the type of a sum or difference with a date or time."""
    if left is None or right is None:
        return None
    if operator == "+" and left.is_integer:
        left, right = right, left
    if left == DATE and right == DATE:
        return INTEGER
    if left == DATE and right.is_integer:
        return DATE
    if right.name.startswith("interval") and left in (DATE, TIMESTAMP, TIMESTAMPTZ):
        return TIMESTAMPTZ if left == TIMESTAMPTZ else TIMESTAMP
    return None


def _type_text(node: exp.Expr) -> str:
    """Return the type of a cast as Redshift writes it."""
    if not isinstance(node, exp.DataType) or node.this in _NESTED_TYPES:
        return node.sql(dialect="redshift").lower()
    kind = node.this
    if isinstance(kind, exp.Interval):
        return f"interval {kind.args['unit'].sql().lower()}"
    spellings = {
        exp.DType.INT: "integer",
        exp.DType.FLOAT: "real",
        exp.DType.DOUBLE: "float" if node.expressions else "double precision",
        exp.DType.VARBINARY: "varbyte",
    }
    name = spellings.get(kind, str(getattr(kind, "value", kind)).lower())
    sizes = ",".join(size.name.lower() for size in node.expressions)
    return f"{name}({sizes})" if sizes else name
