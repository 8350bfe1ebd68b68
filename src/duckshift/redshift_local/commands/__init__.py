"""Commands that are more than a query: each handler translates those of its family, or returns None."""

from collections.abc import Awaitable, Callable

from duckshift.redshift_local.backend import Backend, Translation
from duckshift.redshift_local.commands import (
    alter_table,
    comment,
    copy,
    create_table,
    create_view,
    drop,
    external_tables,
    maintenance,
    materialized_views,
    privileges,
    settings,
    show,
    unload,
)
from duckshift.redshift_local.loading import load_errors

Handler = Callable[[str, Backend], Awaitable[Translation | None]]

HANDLERS: tuple[Handler, ...] = (
    external_tables.handle,
    create_table.handle,
    create_view.handle,
    drop.handle,
    drop.create_schema,
    alter_table.handle,
    comment.handle,
    show.handle,
    settings.handle,
    materialized_views.handle,
    maintenance.vacuum,
    maintenance.analyze,
    maintenance.truncate,
    privileges.handle,
    copy.handle,
    unload.handle,
    load_errors.handle,
)
