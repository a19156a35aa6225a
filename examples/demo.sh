#!/bin/sh
# The three jobs on real chips, a published model and the example files. Exit codes 3 and 4 are answers here.
set -u
cd "$(dirname "$0")/.." || exit 1
mkdir -p demo-output

run() {
    printf '\n$ gateline'
    for word in "$@"; do
        case $word in *" "*) printf ' "%s"' "$word" ;; *) printf ' %s' "$word" ;; esac
    done
    printf '\n'
    gateline "$@"
    status=$?
    printf '(exit status %s)\n' "$status"
    case $status in 0 | 3 | 4) ;; *) exit "$status" ;; esac
}

run chip H20 --as-of 2024-06-01
run chip examples/chip.yaml --as-of 2026-11-21
run chip examples/foundry-die.yaml --role foundry --as-of 2026-11-21
run release --params 405e9 --tokens 15.6e12 --as-of 2026-11-21
run fleet examples/fleet.csv -o demo-output/verdicts.csv --allow-rejects
printf '\n'
cat demo-output/verdicts.csv demo-output/verdicts.rejects.csv
