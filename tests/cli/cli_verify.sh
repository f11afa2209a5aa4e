#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# verify as a person types it: recordings, a difference, what cannot be decided, bad input.
set -u
. "$(dirname "$0")/cli_lib.sh"

expect 0 verify --help
shows "Usage: faultline verify"

expect 0 verify "$top/traces/arm64-smmuv3-edu-faults.dmat"
shows "56 recorded, 56 reproduced, 0 different, 0 undecidable"
[ "$(wc -l <"$dir/out")" = 1 ] || say "more than the last line"
expect 0 verify --all "$top/traces/x86-vtd-edu-faults.dmat"
shows "record 3: vtd fault 0x6 LGN_3 sid 0x10 iova 0x1000: reproduced"
shows "56 recorded, 56 reproduced, 0 different, 0 undecidable"

# a write that is recorded as one without read permission (7.1.3: LGN.3), and a fault of stage 2
cat >"$dir/t.txt" <<END
dmat 1
fault 0 sid=0x10 iova=0x1000 dir=w model=vtd code=0x6
fault 0 sid=0x8 iova=0x2000 dir=r words model=smmuv3 code=0x10 word0=0x800000010 word1=0x28800000000 word2=0x2000 word3=0x3000
END
expect 0 pack -o "$dir/t.dmat" "$dir/t.txt"
expect 1 verify "$dir/t.dmat"
shows "record 0: vtd fault 0x6 LGN_3 sid 0x10 iova 0x1000: different"
grep -q "^  FR  *0x6  *0x5  DIFFERENT" "$dir/out" || say "no reasons side by side: $(cat "$dir/out")"
shows "record 1: smmuv3 fault 0x10 F_TRANSLATION sid 0x8 iova 0x2000: undecidable: the state of stage 2"
shows "2 recorded, 0 reproduced, 1 different, 1 undecidable"
tail -n 1 "$dir/t.txt" >"$dir/last"
{ echo "dmat 1"; cat "$dir/last"; } >"$dir/u.txt"
expect 0 pack -o "$dir/u.dmat" "$dir/u.txt"
expect 0 verify "$dir/u.dmat"
shows "1 recorded, 0 reproduced, 0 different, 1 undecidable"

# for programs: the same twice
expect 1 verify --json "$dir/a.json" "$dir/t.dmat"
shows "2 recorded"
expect 1 verify --json - "$dir/t.dmat"
cmp -s "$dir/out" "$dir/a.json" || say "--json - is not the file"
grep -q '"different": 1' "$dir/a.json" || say "no count: $(cat "$dir/a.json")"
grep -q '"verdict": "undecidable"' "$dir/a.json" || say "no verdict"
expect 1 verify --junit "$dir/a.xml" "$dir/t.dmat"
grep -q '<testsuite name="faultline verify" tests="2" failures="1" skipped="1">' "$dir/a.xml" || say "junit: $(cat "$dir/a.xml")"
grep -q '<failure message="FR: recorded 0x6, model 0x5' "$dir/a.xml" || say "junit: $(cat "$dir/a.xml")"

# nothing to verify
expect 0 verify "$top/traces/arm64-smmuv3-nvme-e1000e.dmat"
shows "0 recorded, 0 reproduced, 0 different, 0 undecidable"

# the state that a record implies: shown, and written as a dump of which translate makes the same fault
for iommu in smmuv3 smmuv2 vtd; do
	expect 0 pack -o "$dir/s.dmat" "$top/tests/replay/data/faults-$iommu.txt"
	expect 0 verify "$dir/s.dmat" --write-state "$dir/state-$iommu"
	n=$(sed -n 's/^\([0-9]*\) recorded.*/\1/p' "$dir/out")
	[ "$(find "$dir/state-$iommu" -name 'record-*.json' | wc -l)" = "$n" ] || say "$iommu: not $n dumps"
	for dump in "$dir/state-$iommu"/*.json; do
		expect 0 translate --iommu $iommu --memory "${dump%.json}.pages.gz" --registers "$dump"
		shows "1 compared, 1 equal, 0 different"
	done
done
# the expectation of a dump can fail: another StreamID
sed 's/"sid": "0x8"/"sid": "0x9"/' "$dir/state-smmuv3/record-0.json" >"$dir/odd.json"
expect 1 translate --iommu smmuv3 --memory "$dir/state-smmuv3/record-0.pages.gz" --registers "$dir/odd.json"
expect 1 verify "$dir/t.dmat" --show-state
shows "    RTADDR_REG "
shows "    CE     at 0x"
expect 0 pack -o "$dir/s.dmat" "$top/tests/replay/data/faults-smmuv3.txt"
expect 0 verify "$dir/s.dmat" --show-state
shows "    SMMU_STRTAB_BASE "
shows "V=0x1 Config=0x5"
expect 0 pack -o "$dir/s.dmat" "$top/tests/replay/data/faults-smmuv2.txt"
expect 0 verify "$dir/s.dmat" --show-state
shows "    bank 0 TTBR0 "
: >"$dir/file"
expect 2 verify "$dir/t.dmat" --write-state "$dir/file/state"

# bad input
expect 2 verify
expect 2 verify "$dir/none.dmat"
complains "none.dmat"
expect 2 verify --nonsense "$dir/t.dmat"
head -c 200 "$top/traces/x86-vtd-edu-faults.dmat" >"$dir/cut.dmat"
expect 2 verify "$dir/cut.dmat"
mkfifo "$dir/pipe"
cat "$dir/t.dmat" >"$dir/pipe" 2>"$dir/cat.err" &
expect 2 verify "$dir/pipe"
complains "it cannot come through a pipe"
wait
expect 2 verify --json "$dir/no/folder.json" "$dir/t.dmat"
complains "no/folder.json"
expect 2 verify --junit "$dir/no/folder.xml" "$dir/t.dmat"
complains "no/folder.xml"
expect 2 verify --junit "$dir/cut.xml" "$dir/cut.dmat"
absent "$dir/cut.xml"
"$faultline" verify "$dir/t.dmat" >/dev/full 2>"$dir/err" && say "a full disk is no error"

exit $failed
