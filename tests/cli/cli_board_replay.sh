#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# replay --board as a person types it: of two devices of a board one may stall.
set -u
. "$(dirname "$0")/cli_lib.sh"
boards=$top/tests/firmware/boards

# The accelerator (0x10, dma-can-stall) has two pages, the storage (0x11) one: two faults stall, one is terminated.
cat >"$dir/t.txt" <<END
dmat 1
attach 0 sid=0x10 domain=0x1
attach 0 sid=0x11 domain=0x2
map 10 domain=0x1 iova=0x1000 size=0x2000 pa=0x9000 perm=rw
map 20 domain=0x2 iova=0x5000 size=0x1000 pa=0xd000 perm=rw
access 100 sid=0x10 domain=0x1 iova=0x1000 size=4 dir=r
access 200 sid=0x11 domain=0x2 iova=0x5000 size=4 dir=w
access 300 sid=0x10 domain=0x1 iova=0x2000 size=4 dir=w
END
expect 0 pack "$dir/t.txt" -o "$dir/t.dmat"
for how in "" --functional; do
	# shellcheck disable=SC2086
	expect 0 replay "$dir/t.dmat" --board "$boards/pager.dts" $how
	shows "smmuv3, faults by stream (others terminate)"
	shows "stall                0x10"
	shows "terminate            0x11"
	shows "2 translated, 1 aborted"
	shows "2 retry"
done
# The same with an SMMUv2, whose banks stall or terminate.
sed 's/arm,smmu-v3/arm,mmu-500/' "$boards/pager.dts" >"$dir/v2.dts"
expect 0 replay "$dir/t.dmat" --board "$dir/v2.dts"
shows "smmuv2, faults by stream (others terminate)"
shows "2 translated, 1 aborted"
expect 2 replay "$dir/t.dmat" --board "$dir/v2.dts" --set smmuv2.cfcfg=0
complains "it is the board that says"
# One bank either stalls or does not, so its driver refuses the storage there; an SMMUv3 has a CD.S for each of the two.
sed '/domain=0x2/{/map/d;s/=0x2/=0x1/;s/iova=0x5000/iova=0x2000/}' "$dir/t.txt" >"$dir/one.txt"
expect 0 pack "$dir/one.txt" -o "$dir/one.dmat"
expect 2 replay "$dir/one.dmat" --board "$dir/v2.dts"
complains "stream 0x11: the driver refuses it in an address space of streams whose faults end otherwise"
expect 0 replay "$dir/one.dmat" --board "$boards/pager.dts"
shows "1 aborted"
# What the board leaves open, --faults says; and what it says can be repeated without it.
expect 0 replay "$dir/t.dmat" --board "$boards/pager.dts" --json "$dir/a.json"
expect 0 replay --like "$dir/a.json" --json "$dir/b.json"
cmp "$dir/a.json" "$dir/b.json" || say "a repeated run is another one"
# Without the property everything is terminated.
sed '/dma-can-stall/d' "$boards/pager.dts" >"$dir/plain.dts"
expect 0 replay "$dir/t.dmat" --board "$dir/plain.dts"
shows "0 translated, 3 aborted"
shows "smmuv3, faults terminate"

# A stream that nobody on the board has; a board that is none; a repeated run has its platform.
sed 's/0x11>/0x12>/' "$boards/pager.dts" >"$dir/other.dts"
expect 2 replay "$dir/t.dmat" --board "$dir/other.dts"
complains "other.dts: no enabled device uses stream 0x11 of the trace"
expect 2 replay "$dir/t.dmat" --board "$dir/t.txt"
complains "t.txt"
expect 2 replay --like "$dir/a.json" --board "$boards/pager.dts"
complains "--board does not go with it"

exit $failed
