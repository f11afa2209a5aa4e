#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The recipe of docs/regression.md over what the tree has: every log verifies, every golden is as it was.
set -u
. "$(dirname "$0")/cli_lib.sh"
faultline=$(realpath "$faultline") top=$(realpath "$top")
goldens=$top/traces/goldens
cd "$dir" || exit 1 # a generated trace has no other path in its golden than its name

while IFS='|' read -r name what how; do
	case $name in '#'* | '') continue ;; esac
	name=$(echo $name) what=$(echo $what)
	trace=$top/traces/$what
	case $what in
	gen*)
		trace=$name.dmat
		# shellcheck disable=SC2086
		expect 0 $what -o "$trace"
		;;
	esac
	if [ "${3:-}" = --update ]; then
		# shellcheck disable=SC2086
		expect 0 verify "$trace" --golden "$goldens/$name.json" --update $how
		sed -i "s|\"$top/|\"|" "$goldens/$name.json" # nor another where it lies
		continue
	fi
	expect 0 verify "$trace" --golden "$goldens/$name.json" --junit "$dir/$name.xml"
	[ $status = 0 ] || head -n 20 "$dir/out"
	grep -q 'failures="0"' "$dir/$name.xml" || say "$name: no clean JUnit file"
	grep -q '"record":' "$goldens/$name.json" || say "$name: no record in it"
	# each record of the golden is one that verify reproduces: the goldens are no mere habit
	# shellcheck disable=SC2086
	"$faultline" replay "$trace" $how --records >"$dir/$name.log" 2>"$dir/err"
	expect 0 import --strict -o "$dir/back.dmat" "$dir/$name.log"
	expect 0 verify "$dir/back.dmat"
	grep -q '^[1-9][0-9]* recorded, .* 0 different' "$dir/out" || say "$name: $(tail -n 1 "$dir/out")"
done <"$goldens/list"

for log in "$top"/tests/trace/data/*.log "$top"/tests/trace/data/reports/*.log; do
	expect 0 import -o "$dir/log.dmat" "$log"
	expect 0 verify "$dir/log.dmat" --junit "$dir/log.xml"
	grep -q 'failures="0"' "$dir/log.xml" || say "$log: no clean JUnit file"
	# through a pipe, slowly: the same records
	(head -c 700 "$log"; sleep 0.02; tail -c +701 "$log") | "$faultline" import -o "$dir/pipe.dmat" - 2>"$dir/err" || say "$log: through a pipe"
	"$faultline" dump "$dir/log.dmat" | grep -v '^meta source' >"$dir/a"
	"$faultline" dump "$dir/pipe.dmat" | grep -v '^meta source' >"$dir/b"
	cmp -s "$dir/a" "$dir/b" || say "$log: another trace through a pipe"
done

exit $failed
