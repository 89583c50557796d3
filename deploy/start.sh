#!/bin/sh
# Bring the database up to date and make the first administrator, then run the command.
set -eu

python manage.py migrate --noinput
python manage.py first_admin
exec "$@"
