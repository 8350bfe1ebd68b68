"""QUALIFY, which PostgreSQL does not have: an outer query filters by what the window functions gave."""

from collections.abc import Callable

from sqlglot import exp

from duckshift.redshift_local.rewriting.nodes import column, name_node
from duckshift.redshift_local.rewriting.refusals import not_emulated, refuse
from duckshift.redshift_local.rewriting.scopes import Columns

_OUTER_PARTS = ("order", "limit", "offset", "distinct")


def check_qualify(node: exp.Select) -> None:
    """Refuse QUALIFY directly behind a relation without alias: there the word would be one."""
    if any(node.args.get(part) is not None for part in ("where", "group", "having")):
        return
    joins = node.args.get("joins") or []
    if joins and (joins[-1].args.get("on") is not None or joins[-1].args.get("using")):
        return
    from_ = node.args.get("from_")
    last = joins[-1].this if joins else from_.this if from_ is not None else None
    if last is not None and last.args.get("alias") is None:
        refuse("QUALIFY directly behind a relation without alias", "give the relation an alias")


def filter_outside(node: exp.Select, columns: Columns | None, made_name: Callable[[str], str]) -> None:
    """Make a rewritten SELECT with QUALIFY a query that selects from it."""
    names = [one.name for one in columns or []]
    if columns is None or len(set(names)) != len(names) or not all(names):
        not_emulated("QUALIFY where the names of the result's columns are not known or not unique")
    inner = node.copy()
    flag = made_name("flag")
    hidden = [exp.Alias(this=inner.args["qualify"].this, alias=name_node(flag))]
    inner.set("qualify", None)
    outer = {part: inner.args.pop(part) for part in _OUTER_PARTS if inner.args.get(part)}
    outer["with_"] = inner.args.pop("with_", None)
    for ordered in outer["order"].expressions if "order" in outer else []:
        key = ordered.this
        if isinstance(key, exp.Literal):
            continue
        if not isinstance(key, exp.Column) or key.name not in names:
            # What the outer query does not have is carried along.
            name = made_name("order")
            hidden.append(exp.Alias(this=key.copy(), alias=name_node(name)))
            ordered.set("this", column(name))
        else:
            ordered.set("this", column(key.name))
    inner.set("expressions", [*inner.expressions, *hidden])
    alias = exp.TableAlias(this=name_node(made_name("query")))
    outer["expressions"] = [column(name) for name in names]
    outer["from_"] = exp.From(this=exp.Subquery(this=inner, alias=alias))
    outer["where"] = exp.Where(this=column(flag))
    for part in list(node.args):
        node.set(part, None)
    for part, value in outer.items():
        node.set(part, value)
