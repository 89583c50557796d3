#!/bin/sh
# Write the settings of a trial on this machine into .env: for real use, start from .env.example instead.
set -eu
umask 077

secret=$(.venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(50))')
cat >.env.new <<EOF
# Made by make for trying the clinic out. See .env.example for every setting.
TRIAL=true
SECRET_KEY=$secret
LOG_LEVEL=WARNING
EOF
mv .env.new .env
