#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# explain as a person types it: a use after unmap, a log without maps, one fault of many, bad input.
set -u
. "$(dirname "$0")/cli_lib.sh"

expect 0 explain --help
shows "Usage: faultline explain"

cat >"$dir/t.txt" <<END
dmat 1
attach 0 sid=0x10 domain=0x1
map 1000 domain=0x1 iova=0x10000 size=0x4000 pa=0x80000000 perm=rw
access 2000 sid=0x10 iova=0x12000 size=0x40 dir=w
unmap 1000000 domain=0x1 iova=0x12000 size=0x1000
fault 7176000 sid=0x10 iova=0x12040 dir=w model=vtd code=0x5
fault 8176000 sid=0x10 iova=0x12080 dir=w model=vtd code=0x5
fault 9000000 sid=0x10 iova=0x14010 dir=w model=vtd code=0x5
END
expect 0 pack -o "$dir/t.dmat" "$dir/t.txt"
expect 0 explain "$dir/t.dmat"
shows "fault 1 of 3 (record 4), at 7.176 ms: vtd fault 0x5 LGN_2, stream 0x10, iova 0x12040, w"
shows "unmapped 6.176 ms before: 0x12000, 4096 bytes (record 3)"
shows "use after unmap: record 3 took the page away 6.176 ms before, and the stream had used it (record 2)"
shows "repeats   1 time(s), the last 1 ms after (record 5)"
shows "the address is 0x10 bytes behind the mapping of record 1"
expect 0 explain --fault 3 "$dir/t.dmat"
shows "fault 3 of 3 (record 6)"
grep -q "fault 1 of" "$dir/out" && say "--fault tells of others"
expect 0 explain --fault 2 "$dir/t.dmat"
shows "earlier   1 fault(s) of the page, 1 of the stream, the first 1 ms before (record 4)"
expect 0 explain --json - "$dir/t.dmat"
cp "$dir/out" "$dir/a.json"
expect 0 explain --json "$dir/b.json" "$dir/t.dmat"
cmp -s "$dir/a.json" "$dir/b.json" || say "--json - is not the file"
grep -q '"key": "use_after_unmap"' "$dir/a.json" || say "no key: $(cat "$dir/a.json")"
grep -q '"mapped": false' "$dir/a.json" || say "mapped is not false"

# A log has no maps, and the story says so; what the registers say is told in words.
expect 0 import -o "$dir/l.dmat" "$top/tests/trace/data/qcom_iommu_a506_stall_2023.log"
expect 0 explain --fault 1 "$dir/l.dmat"
shows "not known: the trace has no maps"
shows "the trace has no maps: record the driver's"
expect 0 import -o "$dir/v.dmat" "$top/tests/trace/data/reports/stalled-pasid-event.log"
expect 0 explain "$dir/v.dmat"
shows "smmuv3 fault 0x10 F_TRANSLATION, stream 0x100 PASID 0x2"
shows "translation fault (section 7.3.13)"
shows "the transaction waits for an answer"
expect 0 explain "$top/traces/arm64-smmuv3-nvme-e1000e.dmat"
shows "no fault, no page request in the trace"

# the kernel's tracepoints have both, maps and faults
cat >"$dir/trace.log" <<END
          <idle>-0     [001] d.s.   100.000000: map: IOMMU: iova=0x00000000fffa0000 - 0x00000000fffa1000 paddr=0x0000000123450000 size=4096
          <idle>-0     [001] d.s.   100.500000: unmap: IOMMU: iova=0x00000000fffa0000 - 0x00000000fffa1000 size=4096 unmapped_size=4096
          <idle>-0     [001] d.s.   100.506176: io_page_fault: IOMMU:amd_iommu 0000:05:00.0 iova=0x00000000fffa0040 flags=0x0000
END
expect 0 import -o "$dir/f.dmat" "$dir/trace.log"
expect 0 explain "$dir/f.dmat"
shows "at 506.176 ms: fault, stream 0x500, iova 0xfffa0040, r"
shows "unmapped 6.176 ms before: 0xfffa0000, 4096 bytes (record 1)"

# every log that is kept has its stories
for log in "$top"/tests/trace/data/*.log "$top"/tests/trace/data/reports/*.log; do
	expect 0 import -o "$dir/any.dmat" "$log"
	expect 0 explain "$dir/any.dmat"
	shows "fault 1 of"
done

# bad input
expect 2 explain
expect 2 explain "$dir/none.dmat"
complains "none.dmat"
expect 2 explain --fault 0 "$dir/t.dmat"
expect 2 explain --fault -1 "$dir/t.dmat"
expect 2 explain --fault 4 "$dir/t.dmat"
complains "fault 4: the trace has 3"
expect 2 explain --json "$dir/no/folder.json" "$dir/t.dmat"
complains "no/folder.json"
"$faultline" explain "$dir/t.dmat" >/dev/full 2>"$dir/err" && say "a full disk is no error"

exit $failed
