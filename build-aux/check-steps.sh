# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The steps of ./check: three builds below _check/, and the runs whose logs are counted at the end.

# shellcheck disable=SC2034 # read by ./check
all_suites=(lint unit fuzz bus integration vm browser)
# What a sanitizer can see: C under load. The other suites would only be slower.
sanitizer_suites=(unit fuzz)
# Of the bus tests those that load our library into no program without the sanitizer,
sanitizer_bus_tests=(authority bus_policy consent recorder manual_is_true life telemctl tools hostile)
# and of these not the cases that measure memory, build programs, or ask with a time limit.
sanitizer_without='test_stays_when_on test_connections_come_and_go test_flood_does_not_stop_others
  test_examples test_agent_on_a_terminal'
search_seconds=20 # a fuzz target; long searches are for a machine that has nothing else to do
check_directory=_check
meson=/usr/bin/meson # Debian's, whatever else PATH holds

step() {
  printf '\n== %s\n' "$*"
}

prepare_results() {
  export LC_ALL=C.UTF-8 MESON_TESTTHREADS="${MESON_TESTTHREADS:-$(nproc)}"
  mkdir -p $check_directory
  find $check_directory -path '*/meson-logs/testlog-*' -delete
  rm -rf $check_directory/results && mkdir $check_directory/results
}

# build NAME TARGET OPTION...: TARGET may be "all"
build() {
  local directory=$check_directory/$1 target=$2 log=$check_directory/build-$1.log
  shift 2
  step "building ${directory#*/} (log: $log)"
  if [ -e "$directory/build.ninja" ]; then
    $meson configure "$directory" "$@" >"$log" 2>&1 || { tail -n 30 "$log"; return 1; }
  else
    $meson setup "$directory" -Dwerror=true "$@" >"$log" 2>&1 || { tail -n 30 "$log"; return 1; }
  fi
  ninja -C "$directory" "$target" >>"$log" 2>&1 || { grep -E 'error|warning|FAILED' "$log" | tail -n 30; return 1; }
}

build_plain() {
  build plain all
}

# run_suite BUILD SUITE [TEST...]: prints a line a test; the log is for the count.
run_suite() {
  local multiplier=1
  [ "$1" != sanitize ] || multiplier=4 # so much slower is it, and the machine may be busy
  step "suite $2 ($1)"
  $meson test -C "$check_directory/$1" --suite "$2" "${@:3}" --timeout-multiplier $multiplier \
    --logbase "testlog-$2" --print-errorlogs </dev/null |
    grep --line-buffered -vE '^(ninja: |$|Full log|Expected Fail|Unexpected Pass)'
  [ -e "$check_directory/$1/meson-logs/testlog-$2.json" ] ||
    echo "failed $1: suite $2 did not run" >>$check_directory/results/steps.results
}

run_sanitizers() {
  local suite
  # Leaks count: they are what a service that runs for months dies of.
  export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1
  export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
  export LSAN_OPTIONS=suppressions=$PWD/build-aux/leaks-of-others.txt:print_suppressions=0
  if ! build sanitize all -Db_sanitize=address,undefined -Dintrospection=disabled -Ddocs=disabled; then
    echo "failed sanitize: build" >>$check_directory/results/steps.results
    return
  fi
  for suite in "${sanitizer_suites[@]}"; do
    run_suite sanitize "$suite"
  done
  TM_WITHOUT=$sanitizer_without run_suite sanitize bus "${sanitizer_bus_tests[@]}"
  unset ASAN_OPTIONS UBSAN_OPTIONS LSAN_OPTIONS
}

# A bounded search for new inputs with each fuzz target, two at a time.
run_search() {
  local target
  if ! CC=clang build search fuzzers -Dfuzzing=true -Db_sanitize=address,undefined -Db_lundef=false \
    -Dintrospection=disabled -Ddocs=disabled; then
    echo "failed search: build" >>$check_directory/results/steps.results
    return
  fi
  step "searching for $search_seconds s with each fuzz target"
  for target in "$check_directory"/search/tests/fuzz/fuzz-*; do
    case $target in *.p) continue ;; esac
    while (($(jobs -rp | wc -l) >= 2)); do wait -n; done
    search_one "$(basename "$target")" &
  done
  wait
}

# search_one TARGET: new inputs are thrown away; what crashes is kept in _check/results.
search_one() {
  local name=$1 corpus=tests/fuzz/corpus/${1#fuzz-} found log=$check_directory/results/$1.log outcome=passed
  found=$(mktemp -d)
  "$check_directory/search/tests/fuzz/$name" -max_total_time=$search_seconds -timeout=10 -rss_limit_mb=2048 \
    -artifact_prefix="$check_directory/results/$name-" "$found" "$corpus" >"$log" 2>&1 </dev/null || outcome=failed
  rm -rf "$found"
  echo "$outcome search: $name" >>"$check_directory/results/$name.results"
  echo "$outcome $name: $(grep -E '^Done|ERROR|SUMMARY' "$log" | tail -n 1)"
  [ $outcome = passed ] || tail -n 40 "$log"
}

# Through sudo the build trees would stay root's.
give_back_files() {
  [ -n "${SUDO_UID:-}" ] || return 0
  chown -R "$SUDO_UID:${SUDO_GID:-$SUDO_UID}" $check_directory
}

close_with_count() {
  local logs
  mapfile -t logs < <(find $check_directory -path '*/meson-logs/testlog-*.json' -o -name '*.results' | sort)
  build-aux/count-results "${logs[@]}"
}
