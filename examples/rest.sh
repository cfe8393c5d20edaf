#!/usr/bin/env bash
# The three calls that a script needs, against a running `./dev serve` (or docker compose up). Needs curl and python3.
#
#   examples/rest.sh [FLAT_TEXT_FILE] [BASE_URL]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
file=${1:-flat/hello.txt}
base=${2:-http://localhost:8000}
key=(${RUSTCODER_API_KEY:+-H "Authorization: Bearer $RUSTCODER_API_KEY"})

# A JSON string out of a file's bytes, a field out of a JSON object: nothing here is special to Rust Coder.
request() { python3 -c 'import json, sys; print(json.dumps({"code": open(sys.argv[1]).read(), "description": sys.argv[2]}))' "$@"; }
field() { python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
post() { curl -sS --fail-with-body "${key[@]}" -H 'Content-Type: application/json' --data-binary @- "$base$1"; }

echo "== is it there?"
curl -sS --fail "$base/healthz"
echo
echo "== POST /compile: does it build?"
answer=$(request "$file" "" | post /compile)
field success <<<"$answer"
field build_output <<<"$answer"
echo "== POST /compile-and-fix: the whole project back, in the form it came in"
answer=$(request "$file" "a small greeting program" | post /compile-and-fix)
field message <<<"$answer"
field combined_text <<<"$answer"
echo "== what the repaired program prints"
field run_output <<<"$answer"
