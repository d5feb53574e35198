"""PostgreSQL: numbered forward-only migrations, named queries, repositories."""
