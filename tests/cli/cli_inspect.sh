#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# inspect: a result in a terminal, and what differs between two.
set -u
. "$(dirname "$0")/cli_lib.sh"
unset COLUMNS

# A result of which every figure is known.
cat >"$dir/a.json" <<'END'
{
  "iommu": "smmuv3", "fault_mode": "stall", "timed": true, "accesses": 100, "aborted": 0,
  "faults": { "total": 4 },
  "duration_ns": 4000,
  "streams": [ { "sid": "0x8", "accesses": 100, "bytes": 6400, "faults": 4, "active_ns": 3200,
                 "latency_ns": { "mean": 30, "p99": 2000 } } ],
  "access_latency_ns": { "count": 100, "mean": 30, "max": 2000, "histogram": { "16": 96, "1920": 4 } },
  "latency_ns": { "count": 4, "mean": 1000, "p99": 2000, "max": 2000, "histogram": { "960": 3, "1920": 1 } },
  "parts_ns": { "detect": { "mean": 100 }, "record": { "mean": 50 }, "notify": { "mean": 350 },
                "software": { "mean": 400 }, "respond": { "mean": 75 }, "retry": { "mean": 25 } },
  "owners": { "faults": { "handler": { "mean_ns": 400 }, "interrupt": { "mean_ns": 200 } } },
  "resources": [ { "name": "workers", "index": 0, "capacity": 4, "peak": 2, "utilisation_ppm": 123400 } ],
  "series": { "bucket_ns": 1000, "buckets": 4, "tracks": [
    { "name": "workers", "unit": "workers", "kind": "level", "index": 0, "capacity": 4,
      "mean_ppm": [ 0, 1000000, 500000, 0 ], "max": [ 0, 4, 2, 1 ] } ] },
  "slowest_faults": [ { "sid": "0x8", "iova": "0x1000", "access": "write", "outcome": "translated",
    "begin_ns": 500, "end_ns": 2500, "parts_ns": { "detect": 500, "record": 0, "notify": 500, "software": 750,
    "respond": 250, "retry": 0 }, "owners_ns": { "handler": 1200, "worker_busy": 800 } } ],
  "why": [ { "text": "A fault takes what it takes." } ],
  "run": { "trace": { "name": "some/trace.dmat" }, "config": { "tbu.slots": "8", "cpu.count": "4" } }
}
END

expect 0 inspect --help
shows "Usage: faultline inspect"
LC_ALL=C.UTF-8 COLUMNS=100 expect 0 inspect "$dir/a.json"
shows "some/trace.dmat"
shows "smmuv3-stall       100       4        0         1 us  2 us  2 us   30 ns         4 us"
shows "A fault takes what it takes."
# a half of the room is the half of the fault that notify ends at: 60 columns for 1000 ns, 6 until detect ends
shows "detect    100 ns  ██████"
shows "record     50 ns        ███"
shows "in the fault handler                   400 ns  ██████████████████████████████████████"
shows "from 1.92 us  1"
# 6400 bytes in 3200 ns: 2000 MB/s
grep -q '^0x8  *100  *4  *30 ns  *2 us  *2000$' "$dir/out" || say "not the stream: $(grep 0x8 "$dir/out")"
grep -q '^workers 0  *4  *2  *12.34 %' "$dir/out" || say "not the resource"
shows "workers       4   █▄▂"
shows "      1   2 us  0x8     0x1000   500 ns  in the fault handler"
# without UTF-8; no line of bars is wider than the terminal; nothing but text
LC_ALL=C COLUMNS=60 expect 0 inspect "$dir/a.json"
if LC_ALL=C grep -q '[^ -~]' "$dir/out"; then say "not ASCII"; fi
shows "detect    100 ns  ##"
shows "workers       4   #:."
LC_ALL=C.UTF-8 COLUMNS=100 expect 0 inspect "$dir/a.json" --fault 1
shows "write of 0x1000 by stream 0x8, translated: 2 us, begun at 500 ns"
shows "software  750 ns  "
shows "waiting for a worker  800 ns"
expect 2 inspect "$dir/a.json" --fault 2
complains "has the 1 slowest faults"
expect 2 inspect "$dir/a.json" --fault 0
complains "--fault 0"

# what differs; half of a figure more, a key, a histogram
sed -e 's/"mean": 400/"mean": 600/; s/"tbu.slots": "8"/"tbu.slots": "16"/; s/"960": 3/"960": 2, "961": 1/' \
	-e 's/"workers", "index": 0, "capacity": 4, "peak": 2/"workers", "index": 0, "capacity": 4, "peak": 3/' \
	"$dir/a.json" >"$dir/b.json"
expect 1 inspect "$dir/a.json" "$dir/b.json"
grep -q '^tbu.slots  *8  *16$' "$dir/out" || say "the key is not named"
grep -q '^parts_ns.software.mean  *400 ns  *600 ns  *+200 ns  *+50.00 %$' "$dir/out" || say "the figure is not named"
grep -q '^resources\[workers 0\].peak  *2  *3  *+1  *+50.00 %$' "$dir/out" || say "the resource is not named"
shows "1 histograms, series, sentences or lists differ, too"
[ "$(grep -c '%$' "$dir/out")" = 2 ] || say "not two figures"
expect 1 inspect "$dir/b.json" "$dir/a.json"
grep -q -- '-200 ns  *-33.33 %$' "$dir/out" || say "not the other way round"
expect 0 inspect "$dir/a.json" "$dir/a.json"
shows "Nothing differs."

# real ones: a compare, a study, and two runs of which one is configured otherwise
nvme=$top/traces/arm64-smmuv3-nvme-e1000e.dmat
expect 0 compare "$nvme" --variants smmuv3-stall,vtd-pri --json "$dir/c.json"
expect 0 inspect "$dir/c.json"
shows "smmuv3-stall: a fault, on the mean"
shows "vtd-pri: a fault, on the mean"
expect 0 study stall-vs-pri "$nvme" --from 1 --to 4 --json "$dir/s.json"
expect 0 inspect "$dir/s.json"
shows "smmuv3-stall  smmuv3-pri"
expect 2 inspect "$dir/s.json" "$dir/c.json"
complains "is of a study"

# text that would speak to the terminal
sed -e 's|some/trace|some\\u001b[31mtrace|; s|what it takes|\\u001b]0;x\\u0007|; s|"0x1000"|"\\u009b1m"|' "$dir/a.json" >"$dir/evil.json"
expect 0 inspect "$dir/evil.json"
if LC_ALL=C grep -q "$(printf '[\033\007\233]')" "$dir/out"; then say "a control character reaches the terminal"; fi
shows "some?[31mtrace"

# what is no result
expect 2 inspect
complains "no result given"
expect 2 inspect "$dir/a.json" "$dir/a.json" "$dir/a.json"
complains "unexpected argument"
expect 2 inspect "$dir/none.json"
complains "none.json: No such file"
expect 2 inspect "$top"
complains "Is a directory"
expect 2 inspect /dev/zero
complains "more than 64 MiB"
echo '{"iommu": "smmuv3"' >"$dir/bad.json"
expect 2 inspect "$dir/bad.json"
complains "bad.json:"
[ "$(wc -l <"$dir/err")" = 1 ] || say "not one line"
echo '[1, 2]' >"$dir/bad.json"
expect 2 inspect "$dir/bad.json"
complains "no result of replay, compare or study"

exit $failed
