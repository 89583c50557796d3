#!/bin/sh
# Bring the database up to date and make the first administrator, then run the command. With DATABASE_OWNER_URL the
# owner of the database does the first, and the command, which signs in by DATABASE_URL, never learns of it.
set -eu

# A migration may take longer than any request is allowed to.
as_owner() (
    export DATABASE_URL="${DATABASE_OWNER_URL:-${DATABASE_URL:-}}" DATABASE_STATEMENT_TIMEOUT=0
    "$@"
)

as_owner python manage.py migrate --noinput
if [ -n "${DATABASE_OWNER_URL:-}" ]; then
    as_owner python manage.py create_database_roles
fi
unset DATABASE_OWNER_URL DATABASE_PASSWORD DATABASE_APP_PASSWORD DATABASE_AUDITOR_PASSWORD
python manage.py extend_free_time
python manage.py first_admin
exec "$@"
