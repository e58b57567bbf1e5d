# Shared by the scripts in tools/, tests/ and .ci/: source it. Sets root (the project), shared (the folder of cases and
# data beside the project) and python (one that can import yaml), and moves to the root.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
shared=${SZ_SHARED:-$root/../shared}
cd "$root" || exit 4
export LC_ALL=C.UTF-8

# Debian's own python3 comes first: another one on PATH (pyenv, conda) has no python3-yaml.
find_python() {
  local p
  for p in ${SZ_PYTHON:-} /usr/bin/python3 python3; do
    if "$p" -c 'import yaml' 2>/dev/null; then echo "$p"; return; fi
  done
  return 1
}
python=$(find_python) || python=

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() { say "$@"; exit 4; }

# quietly LOG COMMAND...   runs with all output to LOG; shows the log's end and fails if the command fails.
quietly() {
  local log=$1; shift
  mkdir -p "$(dirname "$log")"
  "$@" >"$log" 2>&1 && return
  local rc=$?
  tail -n "${SZ_LOG_LINES:-60}" "$log" >&2
  say "failed ($rc): $* (all of it: ${log#"$root"/})"
  return "$rc"
}

# patiently LOG COMMAND...   the same for what comes over the network: a mirror, a proxy or a name server may fail for a moment.
patiently() {
  local log=$1 wait; shift
  for wait in 5 30; do
    (SZ_LOG_LINES=3; quietly "$log" "$@") && return
    say "once more in $wait s"
    sleep "$wait"
  done
  quietly "$log" "$@"
}
