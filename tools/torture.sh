#!/usr/bin/env bash
# The same tests as ./dev test, with the counts that a night can afford. Called by ./dev torture.
#   ROUNDS   kill -9 of the whole server under load (1000); everything else scales with it
#   SEED     begin of the random runs (today's date); a failure prints what repeats it
#   MILLION  goroutines at once where only their number matters (1000000, about 5 GB)
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${ROUNDS:-1000}
seed=${SEED:-$(date +%Y%m%d)}
failed=()

try() { # WHAT COMMAND...
  local what=$1 start=$SECONDS
  shift
  printf '\n== %s\n' "$what"
  "$@" || failed+=("$what")
  echo "($((SECONDS - start)) s)"
}

# docs/walkthrough.md, in a browser.
walk() {
  # shellcheck source=tools/node.sh
  . ../../tools/node.sh
  (cd ../../web && COHORT_BINARY=../build/release/cohort WALK_SITES=300 npm run --silent e2e -- walkthrough)
}

# CUT_POINTS moments at which the power fails; SEEDS_FACTOR times the usual schedules; GOROUTINES at once.
export KILL9_ROUNDS=$rounds KILL9_SEED=$seed CUT_POINTS=$((rounds * 10)) CUT_SEED=$seed
export AUDIT_KILL_ROUNDS=$rounds CANCEL_ROUNDS=$((rounds / 10 + 1)) SEEDS_FACTOR=$((rounds / 10 + 1))
export EVENT_KILLS=$((rounds / 10 + 1))
export GOROUTINES=$((rounds * 50))

cd build/release
try "weft: $SEEDS_FACTOR times the schedules" ./runtime_test --minimal
# Dumped in bounded memory, woken, and cancelled; all of it in bounded time.
million=${MILLION:-1000000}
try "weft: $million goroutines at once" env GOROUTINES="$million" timeout 900 ./runtime_test --minimal \
  -tc='each of many that wait*,many sleep*,a dump of many*,a cancel of many*'
try "sign-in: $SEEDS_FACTOR times the schedules" ./cohort_identity_test --minimal
try "hashing in turns: $SEEDS_FACTOR times the schedules" ./cohort_platform_auth_test --minimal
try "the disk: $CUT_POINTS power failures, every input and output failed in turn" \
  ./cohort_platform_db_test -tc='*power failures*,*fail*,*full*'
try "the audit: $AUDIT_KILL_ROUNDS kills, $((2100 * SEEDS_FACTOR)) forgeries" ./cohort_audit_test --minimal
try "events: $SEEDS_FACTOR times the schedules" ./cohort_platform_events_test --minimal
try "cancel: $CANCEL_ROUNDS rounds" ./tests_integration_test -tc='*cancelled*'
try "the server: $KILL9_ROUNDS kills under load" ./tests_integration_test -tc='kill -9*'
try "the server on PostgreSQL: $KILL9_ROUNDS kills under load" \
  env COHORT_TEST_STORE=postgresql ./tests_integration_test -tc='kill -9*'
try "a night's push: 50,000 reports to 300 sites, 20 kills" env PUSH_SITES=300 PUSH_REPORTS=50000 PUSH_KILLS=20 \
  PUSH_SEED="$seed" ./tests_integration_test -tc='a push through kills*'
night='a night of kill -9*'
try "a night over 300 sites, killed 20 times" \
  env NIGHT_SITES=300 NIGHT_KILLS=16 NIGHT_SEED="$seed" ./tests_integration_test -tc="$night"
try "the same on PostgreSQL" env COHORT_TEST_STORE=postgresql NIGHT_SITES=300 NIGHT_KILLS=16 \
  NIGHT_SEED="$seed" ./tests_integration_test -tc="$night"
try "the walkthrough over 300 sites, killed twice" walk
try "a site that floods, 1,000 submissions of each of the others" env OVERLOAD_COUNT=1000 \
  ./tests_integration_test -tc='a site that floods*'
try "10,000 half-open requests" env SLOWLORIS=10000 ./tests_integration_test -tc='thousands of half-open*'

printf '\n'
if [ ${#failed[@]} -gt 0 ]; then
  printf 'FAILED: %s\n' "${failed[@]}"
  exit 1
fi
echo "all held (ROUNDS=$rounds SEED=$seed)"
