#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# study as a person types it; docs/stall-vs-pri.md has what it finds.
set -u
. "$(dirname "$0")/cli_lib.sh"
edu=$top/traces/arm64-smmuv3-edu-faults.dmat
TMPDIR=$dir
export TMPDIR

# fresh N: a stream whose N accesses all fault, made by study itself
fresh="--gen random --gen-set streams=1 --gen-set pattern=fresh --gen-set fresh_ppm=1000000 --gen-set interval_ns=0"
fresh="$fresh --gen-set accesses=400"

expect 0 study --help
shows "Usage: faultline study stall-vs-pri"

# four slots: page requests catch up when about 4 x 10.0 us / 6.85 us = 6 are outstanding
four="--set tbu.slots=4 --set cpu.workers=64 --set pcie.credits=64"
expect 0 study stall-vs-pri $fresh $four --to 16 --json "$dir/a.json"
shows "The answer turns once from 1 to 16."
shows "Up to 5 smmuv3-stall takes less, from 6 on smmuv3-pri:"
shows "more waiting for a translation slot"
shows "estimate: 4 slots x"
expect 0 study stall-vs-pri $fresh $four --to 16 --json -
cmp -s "$dir/a.json" "$dir/out" || say "two studies differ"
shows '"changes": 1'
shows '"verdict": "The answer turns once from 1 to 16."'
shows '"crc32"'
# what was measured is what replay measures
expect 0 gen random --set streams=1 --set pattern=fresh --set fresh_ppm=1000000 --set interval_ns=0 \
	--set accesses=400 -o "$dir/fresh.dmat"
expect 0 replay "$dir/fresh.dmat" --iommu smmuv3 --faults pri $four --set master.arrival=back-to-back \
	--set master.bus=pcie --outstanding 6 --json "$dir/r.json"
ns=$(awk '$1 == "\"duration_ns\":" { print $2 + 0; exit }' "$dir/r.json")
grep -q "\"duration_ns\": $ns," "$dir/a.json" || say "replay takes $ns ns, which the study has not measured"

# no page request is as fast as a stall where nothing overlaps, and then it has no estimate to make
expect 0 study stall-vs-pri "$edu" --vary cpu.handler_ns --from 0 --to 100000 --outstanding 1 --by fault
shows "smmuv3-stall wins everywhere from 0 to 100000 ns."
shows "cpu.handler_ns 0: A fault takes"
if grep -q "^estimate" "$dir/out"; then say "an estimate of what is not varied"; fi
# two kinds of hardware
expect 0 study stall-vs-pri "$edu" --iommu smmuv2,vtd --vary pcie.link_ns --from 0 --to 8 --outstanding 1
shows "vtd-pri"
# powers of two only
expect 0 study stall-vs-pri "$edu" --vary iommu.tlb_sets --from 1 --to 16 --by access
shows "everywhere from 1 to 16."

# ---- several keys ----
small="$fresh --gen-set accesses=200"
# what one key says alone it says among others; the handler's time never turns it
expect 0 study stall-vs-pri $small $four --to 16 --json -
turn=$(awk '/"turns"/ { on = 1 } on && $1 == "\"value\":" { print $2 + 0; exit }' "$dir/out")
expect 0 study stall-vs-pri $small $four --key master.outstanding=1..16 --key cpu.handler_ns=0..4000 --outstanding 1 \
	--json "$dir/keys.json"
shows "smmuv3-stall up to $turn, smmuv3-pri from $((turn + 1)) on"
shows "never: smmuv3-stall"
shows "time of the whole trace, as configured: smmuv3-stall "
grep -q '"now": 1,' "$dir/keys.json" || say "one access was outstanding"

# a map's cell is what two replays give: their durations' ratio, rounded down
expect 0 study stall-vs-pri $small $four --map master.outstanding,cpu.handler_ns --key master.outstanding=4..6 \
	--key cpu.handler_ns=1000..2000 --json "$dir/map.json"
shows "To the right: master.outstanding. Upwards: cpu.handler_ns."
expect 0 gen random --set streams=1 --set pattern=fresh --set fresh_ppm=1000000 --set interval_ns=0 --set accesses=200 \
	-o "$dir/small.dmat"
for mode in stall pri; do
	expect 0 replay "$dir/small.dmat" --iommu smmuv3 --faults $mode $four --set master.arrival=back-to-back \
		--set master.bus=pcie --outstanding 6 --set cpu.handler_ns=1000 --json "$dir/$mode.json"
done
ns() { awk '$1 == "\"duration_ns\":" { print $2 + 0; exit }' "$dir/$1.json"; }
ratio=$(($(ns pri) * 1000000 / $(ns stall)))
# the first row is of the lowest handler_ns, its third value of 6 outstanding
got=$(awk '/"ratio_ppm"/ { on = 1 } on && $1 + 0 { if (++n == 3) { print $1 + 0; exit } }' "$dir/map.json")
[ "$got" = "$ratio" ] || say "the map has $got, two replays $ratio"
grep -q '"smmuv3-stall"' "$dir/map.json" || say "nobody wins"

# the tornado: half and twice, and which of the two is the end of a range; the answer is that of two replays
expect 0 study stall-vs-pri $small $four --outstanding 6 --set cpu.handler_ns=2000 --tornado --key cpu.handler_ns \
	--key pcie.link_ns=100..900 --key iommu.priq_log2 --key cpu.fault_ns --json "$dir/tornado.json"
grep -q "\"ratio_ppm\": $ratio," "$dir/tornado.json" || say "half of 2000 ns is not as two replays have it"
shows "1 are 0 and were not moved"
grep -q "^pcie.link_ns  *450  *100 .* 900 .*-*|+*" "$dir/out" || say "the link's ends are those of its range"
grep -q '"value": 8,' "$dir/tornado.json" || say "half of a queue of 2^9 is 2^8"
# sorted by how much they move it
awk '/"swing_ppm"/ { if (n++ && $2 + 0 > last) exit 1; last = $2 + 0 }' "$dir/tornado.json" || say "not sorted"
# what a configuration refuses is no end of the study
expect 0 study stall-vs-pri $small $four --tornado --key smmuv3.stall_max --key pcie.lanes --key cpu.workers --json "$dir/r.json"
# the same bytes however many processors there are
expect 0 study stall-vs-pri $small $four --tornado --key smmuv3.stall_max --key pcie.lanes --key cpu.workers --json "$dir/s.json"
cmp -s "$dir/r.json" "$dir/s.json" || say "two tornados differ"

expect 2 study stall-vs-pri $small --key tbu.slot
complains "--key tbu.slot: unknown key"
expect 2 study stall-vs-pri $small --key master.ordering
complains "neither a number nor a time"
expect 2 study stall-vs-pri $small --key tbu.slots=4
complains "not FROM..TO"
expect 2 study stall-vs-pri $small --key tbu.slots=9..4
complains "9 is more than 4"
expect 2 study stall-vs-pri $small --key tbu.slots=0..4
complains "tbu.slots is 1 to 4096"
expect 2 study stall-vs-pri $small --key cpu.fault_ns
complains "its value is 0"
expect 2 study stall-vs-pri $small --all --vary tbu.slots --from 1 --to 4
complains "for one key"
expect 2 study stall-vs-pri $small --map tbu.slots
complains "not KEYX,KEYY"
expect 2 study stall-vs-pri $small --map tbu.slots,tbu.slots
complains "twice"
expect 2 study stall-vs-pri $small --map tbu.slots,pcie.credits --tornado
complains "two questions"

expect 2 study
complains "no question given"
expect 2 study what-else "$edu"
complains "'what-else' is no question"
expect 2 study stall-vs-pri
complains "no trace or --gen given"
expect 2 study stall-vs-pri "$edu" --gen random
complains "unexpected argument"
expect 2 study stall-vs-pri "$edu" --gen-set streams=1
complains "--gen-set needs --gen"
expect 2 study stall-vs-pri --gen random --gen-set stream=1
complains "unknown key 'stream"
expect 2 study stall-vs-pri --gen worst
complains "no such generator"
expect 2 study stall-vs-pri "$edu" --iommu none
complains "no such IOMMU"
expect 2 study stall-vs-pri "$edu" --iommu vtd
complains "vtd cannot stall"
expect 2 study stall-vs-pri "$edu" --iommu smmuv2
complains "smmuv2-pri"
expect 2 study stall-vs-pri "$edu" --vary tbu.slot
complains "unknown key"
expect 2 study stall-vs-pri "$edu" --vary master.ordering --from 0 --to 1
complains "neither a number nor a time"
expect 2 study stall-vs-pri "$edu" --vary tbu.slots
complains "needs --from and --to"
expect 2 study stall-vs-pri "$edu" --vary tbu.slots --from 0 --to 4 --json "$dir/none.json"
complains "study: --from 0: tbu.slots is 1 to 4096"
absent "$dir/none.json"
# both ends are known to be bad before anything is played
for end in "--from 1 --to 5000" "--from 5000 --to 6000"; do
	expect 2 study stall-vs-pri "$dir/no-such-trace" --vary tbu.slots $end
	complains "5000: tbu.slots is 1 to 4096"
done
expect 2 study stall-vs-pri "$dir/no-such-trace" --vary iommu.tlb_sets --from 1 --to 100
complains "--to 100: iommu.tlb_sets is a power of two"

# 400 reads of two pages, all at once: two faults stall for something, the others of each page are duplicates
expect 0 study stall-vs-pri --gen random --gen-set streams=1 --gen-set pages=2 --gen-set accesses=400 \
	--gen-set interval_ns=0 --gen-set write_percent=0 --from 16 --to 64
shows "note: smmuv3-stall, at"
shows "faults are duplicates, of pages on their way"
# two entries for 64 workers: the records wait
expect 0 study stall-vs-pri --gen random --gen-set streams=1 --gen-set pattern=fresh --gen-set fresh_ppm=1000000 \
	--gen-set pages=512 --gen-set accesses=512 --gen-set interval_ns=0 --set tbu.slots=64 --set cpu.workers=64 \
	--set master.outstanding=64 --set iommu.eventq_log2=1 --vary cpu.mmio_read_ns --from 150 --to 160
shows "waiting for room in a full queue of records"
expect 2 study stall-vs-pri "$edu" --from 9 --to 4
complains "--from 9 is more than --to 4"
expect 2 study stall-vs-pri "$edu" --to many
complains "--to many: not a number"
expect 2 study stall-vs-pri "$edu" --by luck
complains "not one of duration, fault, access"
expect 2 study stall-vs-pri "$dir/none.dmat"
complains "No such file"
expect 2 study stall-vs-pri $fresh --resident all
complains "nothing faults"
[ "$(wc -l <"$dir/err")" = 1 ] || say "an error is one line: $(cat "$dir/err")"
absent "$dir/faultline-study-"
exit $failed
