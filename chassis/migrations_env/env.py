"""Run migrations on the connection ``chassis.migrate`` hands over (Alembic executes this file by its name)."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], target_metadata=None)
with context.begin_transaction():
    context.run_migrations()
