#!/usr/bin/env bash
# Called by ./dev bench. Without arguments: micro and overhead, and practice when the sets are there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export RUSTCODER_KNOWLEDGE=${RUSTCODER_KNOWLEDGE:-off} # what one run learns must not change the next
names=("$@")
if [ ${#names[@]} -eq 0 ]; then
    names=(micro overhead)
    [ -f "${RC_PRACTICE_SETS:-../shared/bench}/score.py" ] && names+=(practice)
fi
for name in "${names[@]}"; do
    echo "== $name"
    case "$name" in
    micro)
        for program in build-bench/bin/bench_*; do "$program" --benchmark_min_time=0.3; done
        ;;
    retrieval)
        RUSTCODER_EMBEDDINGS_DIR=${RUSTCODER_EMBEDDINGS_DIR:-$PWD/build/share/rustcoder/embeddings} \
            build-bench/bin/retrieval --store build/retrieval.db
        ;;
    overhead) python3 bench/demo_overhead.py ;;
    practice) python3 bench/practice.py ;;
    generate) python3 bench/generate.py ;;
    uplift) python3 bench/uplift.py --set single,multi --control && python3 bench/uplift.py --set multi --curve ;;
    error-codes) python3 bench/error_codes.py --run "$PWD/build/bin/rustcoder fix {dir} --write" ;;
    *)
        echo "bench: unknown name '$name' (micro, overhead, practice, generate, uplift, retrieval, error-codes)" >&2
        exit 2
        ;;
    esac
done
