#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# verify --golden as a person types it: a file is written, is equal, shows what differs; and replay --records, whose
# output comes in again.
set -u
. "$(dirname "$0")/cli_lib.sh"
edu=$top/traces/arm64-smmuv3-edu-faults.dmat

# written once, the same again; with and without the options
expect 0 verify "$edu" --golden "$dir/g.json" --update --iommu smmuv3 --faults stall
expect 0 verify "$edu" --golden "$dir/g.json" --iommu smmuv3 --faults stall
shows " values compared, 0 different"
expect 0 verify "$edu" --golden "$dir/g.json"
cp "$edu" "$dir/elsewhere.dmat"
expect 0 verify "$dir/elsewhere.dmat" --golden "$dir/g.json"

# other times, and a tolerance for them; the configuration is exact
expect 1 verify "$edu" --golden "$dir/g.json" --iommu smmuv3 --faults stall --set cpu.thread_wake_ns=2010
grep -q '^parts_ns.notify.p50: golden [0-9]*, now [0-9]*$' "$dir/out" || say "no path, old and new: $(cat "$dir/out")"
expect 1 verify "$edu" --golden "$dir/g.json" --iommu smmuv3 --faults stall --set cpu.thread_wake_ns=2010 --tolerance 1
[ "$(wc -l <"$dir/out")" = 2 ] || say "more than the key: $(cat "$dir/out")"
shows 'run.config.cpu.thread_wake_ns: added: "2010"'
shows "not compared because of the tolerance"

# a field of one record; a record lost, one added, one of two equal ones lost: no difference of those behind them
swap() { sed "$1" "$dir/g.json" >"$dir/h.json"; cmp -s "$dir/g.json" "$dir/h.json" && say "nothing was changed: $1"; }
at=$(grep -n '"InputAddr": "0x1004"' "$dir/g.json" | head -n 1 | cut -d: -f1)
swap "${at}s/0x1004/0x1008/"
expect 1 verify "$edu" --golden "$dir/h.json"
grep -q '^records\[[0-9]*\].InputAddr: golden "0x1008", now "0x1004"$' "$dir/out" || say "no field: $(cat "$dir/out")"
shows ", 1 different"
first=$(grep -n '"record": "EVT"' "$dir/g.json" | sed -n 10p | cut -d: -f1)
last=$(awk -v from="$first" 'NR > from && /}/ { print NR; exit }' "$dir/g.json")
swap "$((first - 2)),${last}d"
expect 1 verify "$edu" --golden "$dir/h.json"
shows "records[9]: added: "
shows ", 1 different"
mv "$dir/h.json" "$dir/less.json"
expect 1 verify "$edu" --golden "$dir/less.json" --json "$dir/d.json" --junit "$dir/d.xml"
grep -q '"what": "added"' "$dir/d.json" || say "json: $(cat "$dir/d.json")"
grep -q '"path": "records\[9\]"' "$dir/d.json" || say "json: $(cat "$dir/d.json")"
grep -q 'tests="1" failures="1" skipped="0"' "$dir/d.xml" || say "junit: $(cat "$dir/d.xml")"
grep -q '<failure message="records\[9\]: added: {&#34;time_ns&#34;' "$dir/d.xml" || say "junit: $(cat "$dir/d.xml")"

# bad input
expect 2 verify "$edu" --golden "$dir/none.json"
complains "none.json"
expect 2 verify "$edu" --golden "$dir/new.json" --update
complains "--iommu and --faults are needed"
absent "$dir/new.json"
expect 2 verify "$edu" --update
complains "--update needs --golden"
expect 2 verify "$edu" --faults stall
complains "--faults needs --golden"
expect 2 verify "$edu" --golden "$dir/g.json" --tolerance many
expect 2 verify "$edu" --golden "$dir/g.json" --set cpu.thread_wake_ns=1
complains "--set changes a run"
expect 2 verify "$edu" --golden "$dir/no/g.json" --update --iommu smmuv3 --faults stall
complains "no/g.json"
echo '{"run": 1, ' >"$dir/bad.json"
expect 2 verify "$edu" --golden "$dir/bad.json"
complains "bad.json:"
expect 2 verify "$dir/none.dmat" --golden "$dir/new.json" --update --iommu smmuv3 --faults stall
absent "$dir/new.json"

# ---- records as a kernel prints them, and back ----

# there and back: TRACE IOMMU FAULTS [OPTION]...: as many faults as the replay made, and each verifies
there_and_back() {
	trace=$1 iommu=$2 faults=$3
	shift 3
	for how in --functional ""; do
		"$faultline" replay "$trace" --iommu "$iommu" --faults "$faults" $how "$@" --records --json "$dir/r.json" \
			>"$dir/r.log" 2>"$dir/err"
		[ $? -le 1 ] || say "$trace $iommu $faults: $(cat "$dir/err")"
		expect 0 import --strict -o "$dir/r.dmat" "$dir/r.log"
		made=$(sed -n 's/^    "total": \([0-9]*\),.*/\1/p' "$dir/r.json")
		expect 0 verify "$dir/r.dmat"
		shows "$made recorded, $made reproduced, 0 different, 0 undecidable"
		[ "$made" -gt 0 ] || say "$trace $iommu $faults: no fault"
	done
}
there_and_back "$edu" smmuv3 terminate
there_and_back "$edu" smmuv3 stall
there_and_back "$edu" smmuv2 stall
there_and_back "$edu" smmuv2 terminate
there_and_back "$edu" vtd terminate
there_and_back "$top/traces/x86-vtd-edu-faults.dmat" vtd terminate
expect 0 gen random --set accesses=300 -o "$dir/gen.dmat"
for iommu in smmuv3 vtd; do
	there_and_back "$dir/gen.dmat" $iommu pri
done

# the recording's own faults come back: kind, stream, address, direction
facts() { "$faultline" dump "$1" | sed -n 's/^fault [0-9]* \(sid=[^ ]* \).*\(iova=[^ ]*\) \(dir=[a-z]*\) .*\(code=[^ ]*\).*/\1\2 \3 \4/p'; }
for t in arm64-smmuv3:smmuv3 x86-vtd:vtd; do
	trace=$top/traces/${t%:*}-edu-faults.dmat
	"$faultline" replay "$trace" --iommu "${t#*:}" --faults terminate --functional --records >"$dir/r.log" 2>&1
	expect 0 import -o "$dir/r.dmat" "$dir/r.log"
	facts "$trace" >"$dir/was"
	facts "$dir/r.dmat" >"$dir/is"
	[ "$(wc -l <"$dir/was")" = 56 ] || say "$t: not 56 facts"
	[ "${t#*:}" = vtd ] && sed -i 's/iova=\(0x[0-9a-f]*\)[0-9a-f][0-9a-f][0-9a-f] /iova=\1000 /' "$dir/was" "$dir/is"
	cmp -s "$dir/was" "$dir/is" || say "$t: $(diff "$dir/was" "$dir/is" | head -n 4)"
done
expect 2 replay "$edu" --iommu smmuv3 --faults stall --records --json -
complains "both want the standard output"

# a recorded fault beside that of the replay: equal, of another kind, missing, not comparable
cat >"$dir/k.txt" <<END
dmat 1
attach 0 sid=0x10 domain=0x1
map 10 domain=0x1 iova=0x3000 size=0x1000 pa=0x9000 perm=rw
access 100 sid=0x10 domain=0x1 iova=0x1000 size=4 dir=r outcome=fault model=vtd code=0x6
fault 100 sid=0x10 domain=0x1 iova=0x1000 dir=r model=vtd code=0x6
access 200 sid=0x10 domain=0x1 iova=0x2000 size=4 dir=w outcome=fault model=vtd code=0x6
fault 200 sid=0x10 domain=0x1 iova=0x2000 dir=w model=vtd code=0x6
access 300 sid=0x10 domain=0x1 iova=0x3000 size=4 dir=w
fault 300 sid=0x10 domain=0x1 iova=0x3000 dir=w model=vtd code=0x5
fault 400 sid=0x10 domain=0x1 iova=0x4000 dir=w model=smmuv3 code=0x10
END
expect 0 pack -o "$dir/k.dmat" "$dir/k.txt"
expect 1 replay "$dir/k.dmat" --iommu vtd --faults terminate --resident all --functional
shows "recorded faults      1 equal, 1 different, 1 missing, 1 not compared"
shows "first: record 5, FR: recorded 0x6, now 0x5"
expect 1 replay "$dir/k.dmat" --iommu vtd --faults terminate --resident all --functional --json -
shows '"faults_missing": 1'

exit $failed
