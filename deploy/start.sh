#!/bin/sh
# Bring the database up to date and make the first administrator, then run the command.
set -eu

# A migration may take longer than any request is allowed to.
DATABASE_STATEMENT_TIMEOUT=0 python manage.py migrate --noinput
python manage.py extend_free_time
python manage.py first_admin
exec "$@"
