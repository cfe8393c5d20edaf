#!/bin/bash
# Exit status 0 if the server on 127.0.0.1:PORT (default 8000) answers GET /healthz with 200. Needs nothing but bash.
set -euo pipefail
port=${1:-8000}
exec 3<>"/dev/tcp/127.0.0.1/$port"
printf 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nConnection: close\r\n\r\n' "$port" >&3
IFS= read -r -t 2 status <&3
[[ $status == "HTTP/1."?" 200"* ]]
