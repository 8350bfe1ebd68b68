"""A local server that speaks Redshift's protocol and behaves as Redshift, backed by a private PostgreSQL."""
