#!/bin/sh
# Every check that needs no test run, one line each where all is well; all are made, and the last word is their sum.
set -u

python=.venv/bin/python
output=$(mktemp)
trap 'rm -f "$output"' EXIT
failed=0

check() {
    name=$1
    shift
    if "$@" >"$output" 2>&1 </dev/null; then
        echo "ok      $name"
    else
        failed=1
        echo "FAILED  $name"
        cat "$output"
    fi
}

in_production() {
    secret=$("$python" -c 'import secrets; print(secrets.token_urlsafe(60))')
    env TRIAL=false SECRET_KEY="$secret" ALLOWED_HOSTS=clinic.example "$@"
}

check "ruff check" "$python" -m ruff check .
check "ruff format" "$python" -m ruff format --check .
check "bandit" "$python" -m bandit -q -c pyproject.toml -r accounts api audit bench clinic deploy facilities patients records scheduling
check "mypy" "$python" -m mypy .
check "import-linter" "$python" -c 'from importlinter.cli import lint_imports_command as run; run()'
check "migrations are complete" "$python" manage.py makemigrations --check --dry-run
check "deployment settings" in_production "$python" manage.py check --deploy --fail-level WARNING
check "djlint" "$python" -m djlint --lint --quiet templates
if command -v xgettext >/dev/null; then
    check "texts are translated" "$python" -m clinic.setup.messages check
else
    echo "left out texts are translated: gettext is not installed"
fi
exit "$failed"
