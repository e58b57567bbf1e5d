#!/usr/bin/env bash
# tools/demo in both languages: it ends well, says nothing on stderr, its table adds up, and the commands that it ends with work.
set -uo pipefail
source "$(dirname "$0")/../../tools/lib.sh"
: "${SANZAO:=$root/build/dev/sanzao}"
export SANZAO
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
passed=0 failed=0
is() { if "${@:2}"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED $1"; fi; }
has() { grep -qF -- "$2" "$1" || { echo "  not in the output: $2"; return 1; }; }

for lang in en zh; do
  is "tools/demo --lang $lang" eval "tools/demo --lang $lang >'$work/$lang' 2>'$work/stderr'"
  is "nothing on stderr ($lang)" test ! -s "$work/stderr"
done
is 'records add up (en)' has "$work/en" '4,283 read = 4,192 used + 84 duplicate + 4 dead-lettered + 3 control'
is 'says who cannot be judged' has "$work/en" 'not: 1 rarely seen anyway · 1 on leave · 1 not at the university'
is 'was killed' has "$work/en" 'killed (exit 137)'
is 'the same bytes' has "$work/en" 'resumed; cmp alerts.ndjson: the same bytes'
is 'a leave takes an alert back' has "$work/zh" '已撤回（病假 2026-03-16）'
is 'a late record takes an alert back' has "$work/zh" '已撤回（迟到的记录 pos'
is 'hardship is for the funding centre only' has "$work/zh" '仅供：资助中心'
for rule in 疑似失联 开学未到校 多次晚归 疑似夜不归宿 旷课累计 疑似隐性困难 餐饮消费骤降 周末未在食堂就餐 新生适应; do
  is "$rule" has "$work/zh" "$rule"
done

# The table of inputs adds up to the totals below it.
is 'the table adds up' awk '/^examples\/events/ {gsub(",", ""); for (i = 3; i <= 7; i++) s[i] += $i}
  END {exit !(s[3] == 4283 && s[4] == 4192 && s[5] == 84 && s[6] == 4 && s[7] == 3)}' "$work/en"

mkdir "$work/try"
while read -r command; do
  command=${command//\/tmp\//"$work/try/"}
  is "works: $command" bash -c "sanzao() { \"$SANZAO\" \"\$@\"; }; ${command} >'$work/out' 2>&1 || { tail -3 '$work/out'; false; }"
done < <(sed -n '/^== What to try next/,$p' "$work/en" | sed -n 's/^  \(sanzao .*\)/\1/p')
is 'there are five commands to try' test "$(sed -n '/^== What to try next/,$p' "$work/en" | grep -c '^  sanzao ')" = 5

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
