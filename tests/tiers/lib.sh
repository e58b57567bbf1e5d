# For the tiers: source it first. A tier is a script NN-name.sh here, run by tools/test from the project's root; the
# two digits give the order. These comment lines in it are read:
#   # when: quick | normal | full       quick runs always, normal not under --quick, full under --full only
#   # limit: 5m                         it is stopped after that; what runs behind the others needs more, for it gets only what they leave
#   # build: no                        it does not need build/dev
#   # waits: yes                       it mostly waits for servers and time
#   # builds: PRESET [TARGET...]       of one that waits: what it builds for itself, built before all else that runs behind
#   # computes: yes                    it needs cores and neither servers nor a moment: where a tier waits, it runs behind the others
#   # computes: by the clock           the same, for so many seconds: it comes after those, and alone
#   # setup: tests                     it needs what tools/setup --tests installs: Java, Maven, Redis, spin
#   # may skip: why                     tools/test --need-all (CI) does not fail when this tier is skipped
# A tier prints what it likes (shown when it fails) and reports with the functions below. Its environment: SZ_LEVEL,
# SANZAO (the program), SZ_SHARED (the cases and data beside the project), SZ_TIERS (the names of all that run); from tools/lib.sh:
# root, shared, python.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../tools/lib.sh"
: "${SZ_LEVEL:=normal}" "${SANZAO:=$root/build/dev/sanzao}"
export SZ_SHARED=$shared SANZAO
sanitized=(sanzao unit_programs contract_programs fuzz_programs)     # what the tier of sanitizers has clang build in build/fuzz
result=${SZ_RESULT:-/dev/stdout}                   # run by hand, a tier prints its counts

count() { echo "count $1 $2 $3" >>"$result"; }     # count PASSED FAILED SKIPPED; adds up
note() { echo "note $*" >>"$result"; }             # a line for people under the tier's own
skip() { echo "skip $*" >>"$result"; exit 0; }     # the whole tier does not run, because ...

# What failed stands once more at the tier's end, for whoever sees only that: under each name what it says of its own
# failures, or else its last lines.
failures=$(mktemp)
say_failures() { [ ! -s "$failures" ] || { echo "---- what failed"; cat "$failures"; }; rm -f "$failures"; }
trap say_failures EXIT
failed() {                                         # failed NAME STATUS HOW_MANY <OUTPUT
  local said own; said=$(cat); own=$(grep -a '^ *[0-9.]* *s* *FAILED' <<<"$said" | tail -n "$3")
  [ "$2" -ne 124 ] || own+="${own:+$'\n'}it took too long"
  { echo "FAILED ($2) $1"; cut -c1-1000 <<<"${own:-$(tail -n 8 <<<"$said")}" | sed 's/^/  /'; } | tee -a "$failures"
}

need_program() { [ -x "$SANZAO" ] || skip "there is no program ${SANZAO#"$root"/} yet"; }
need_shared() { [ -e "$shared/$1" ] || skip "../shared/$1 is not here"; }
at_level() { case $SZ_LEVEL in quick) echo "$1" ;; full) echo "$3" ;; *) echo "$2" ;; esac; }   # quick normal full

# check NAME COMMAND...   one test: passes when the command exits 0, is skipped at 77 (its last line says why)
check() {
  local name=$1 out rc; shift
  out=$("$@" 2>&1); rc=$?
  [ -z "$out" ] || printf '== %s\n%s\n' "$name" "$out"
  case $rc in
    0) count 1 0 0 ;;
    77) count 0 0 1; note "skipped $name: $(tail -1 <<<"$out")" ;;
    *) count 0 1 0; failed "$name" $rc 5 <<<"$out"; return 1 ;;
  esac
}

# suite NAME COMMAND...   the same for a program that ends with a line `N passed, N failed[, N skipped]` of its own
suite() {
  local name=$1 out rc p f s; shift
  out=$(mktemp)
  echo "== $name"; "$@" 2>&1 | tee "$out"; rc=${PIPESTATUS[0]}
  read -r p f s < <(sed -nE 's/^([0-9]+) passed, ([0-9]+) failed(, ([0-9]+) skipped)?\.?$/\1 \2 \4/p' "$out" | tail -1) || true
  if [ -z "${p:-}" ]; then
    case $rc in 0) p=1 f=0 s=0 ;; 77) p=0 f=0 s=1; note "skipped $name: $(tail -1 "$out")" ;; *) p=0 f=1 s=0 ;; esac
  elif [ "$rc" -ne 0 ] && [ "$f" -eq 0 ]; then f=1; fi
  grep -i '^skipped' "$out" | while read -r line; do note "$line"; done
  count "$p" "$f" "${s:-0}"
  [ "$f" -eq 0 ] || failed "$name" "$rc" "$f" <"$out"
  rm -f "$out"
}

# side_by_side HOW_MANY, then what it reads: a suite a line, NAME COMMAND..., started in this order, so many at once. For those
# that mostly wait for servers of their own. What they print comes when all have ended, each in one piece.
side_by_side() {
  local running=0 n=0 out line i; out=$(mktemp -d)
  while read -ra line; do
    n=$((n + 1))                                   # here: what stands in the redirection is worked out by the child
    suite "${line[@]}" >"$out/$n" 2>&1 </dev/null &
    if [ $((running += 1)) -ge "$1" ]; then wait -n; running=$((running - 1)); fi
  done
  wait
  for ((i = 1; i <= n; i++)); do cat "$out/$i"; done
  rm -rf "$out"
}

# ctest_label PRESET LABEL   the programs of one ctest label in build/PRESET, counted by their single tests. One more than there
# are cores, for the longest of them only wait.
ctest_label() {
  local junit; junit=$(mktemp)
  CMOCKA_MESSAGE_OUTPUT=TAP ctest --test-dir "build/$1" -L "^$2\$" -j $(($(nproc) + 1)) --output-junit "$junit" \
    --test-output-size-passed 10000000 --test-output-size-failed 10000000 >/dev/null 2>&1
  "$python" tests/tiers/count_tap.py "$junit" >>"$result"
  rm -f "$junit"
}
has_tests() { ls "$1" >/dev/null 2>&1; }
