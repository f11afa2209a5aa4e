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
