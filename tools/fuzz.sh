#!/usr/bin/env bash
# tools/fuzz.sh [TARGET...]: every parser of foreign bytes under libFuzzer, ASan and UBSan, for
# SECONDS_EACH (60). Called by ./dev fuzz. What it finds is left in build/fuzz/found; mended, it goes
# into tests/fuzz/corpus/TARGET, which every ./dev test replays.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${SECONDS_EACH:-60}
data=${COHORT_REAL_DATA:-../shared/data}
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
  for file in tests/fuzz/*_fuzz.cpp; do
    file=${file##*/}
    targets+=("${file%_fuzz.cpp}")
  done
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
found=$PWD/build/fuzz/found
mkdir -p "$found"
failed=()
for target in "${targets[@]}"; do
  # What is learned stays in a folder of this run; real files are only ever copied there.
  mkdir -p "$work/$target"
  if [ "$target" = questionnaire ] && [ -d "$data/fhir" ]; then
    find "$data/fhir" -type f -name "*uestionnaire*" -size -60k -exec cp --backup=numbered -t "$work/$target" {} +
  fi
  if [ "$target" = odm ] && [ -d "$data/odm" ]; then
    find "$data/odm" -type f -size -200k -exec cp --backup=numbered -t "$work/$target" {} +
  fi
  printf '\n== %s for %s s\n' "$target" "$seconds"
  "build/fuzz/tests/fuzz/${target}_fuzz" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
    -artifact_prefix="$found/$target-" -print_final_stats=1 \
    "$work/$target" "tests/fuzz/corpus/$target" >"$work/$target.log" 2>&1 || failed+=("$target")
  if [[ " ${failed[*]-} " == *" $target "* ]]; then tail -60 "$work/$target.log"; fi
  grep -E 'number_of_executed_units|peak_rss_mb|new_units_added' "$work/$target.log" || true
done
if [ $# -eq 0 ]; then
  printf '\n== api for %s s\n' "$seconds"
  python3 tests/fuzz/api_fuzz.py build/release/cohort --seconds "$seconds" --seed "${SEED:-$RANDOM}" || failed+=(api)
fi
[ ${#failed[@]} -eq 0 ] || { echo "FAILED: ${failed[*]}; the inputs are in build/fuzz/found" >&2; exit 1; }
