"""Run one house's migrations on the connection ``chassis.migrate`` opened (Alembic's environment script)."""  # noqa: INP001

from alembic import context

context.configure(connection=context.config.attributes["connection"], transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
