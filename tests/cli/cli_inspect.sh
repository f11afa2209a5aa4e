#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# inspect: a result in a terminal, and what differs between two.
set -u
. "$(dirname "$0")/cli_lib.sh"
unset COLUMNS

# A result of which every figure is known.
cp "$(dirname "$0")/result.json" "$dir/a.json"

expect 0 inspect --help
shows "Usage: faultline inspect"
LC_ALL=C.UTF-8 COLUMNS=100 expect 0 inspect "$dir/a.json"
shows "some/trace.dmat"
shows "smmuv3-stall       100       4        0       4         1 us  2 us  2 us   55 ns         4 us"
shows "A fault takes what it takes."
# a half of the room is the half of the fault that notify ends at: 60 columns for 1000 ns, 6 until detect ends
shows "detect    100 ns  ██████"
shows "record     50 ns        ███"
shows "in the fault handler                   600 ns  ██████████████████████████████████████"
shows "from 1.92 us  1"
# 6400 bytes in 3200 ns: 2000 MB/s
grep -q '^0x8  *100  *4  *55 ns  *667 ns  *2000$' "$dir/out" || say "not the stream: $(grep 0x8 "$dir/out")"
grep -q '^workers 0  *4  *2  *12.34 %' "$dir/out" || say "not the resource"
shows "workers       4   █▄▂"
shows "      1   2 us  0x8, PASID 3  0x1000   500 ns  in the fault handler"
# without UTF-8; no line of bars is wider than the terminal; nothing but text
LC_ALL=C COLUMNS=60 expect 0 inspect "$dir/a.json"
if LC_ALL=C grep -q '[^ -~]' "$dir/out"; then say "not ASCII"; fi
shows "detect    100 ns  ##"
shows "workers       4   #:."
LC_ALL=C.UTF-8 COLUMNS=100 expect 0 inspect "$dir/a.json" --fault 1
shows "write of 0x1000 by stream 0x8, PASID 3, translated: 2 us, begun at 500 ns"
shows "software  750 ns  "
shows "waiting for a worker  800 ns"
expect 2 inspect "$dir/a.json" --fault 2
complains "has the 1 slowest faults"
expect 2 inspect "$dir/a.json" --fault 0
complains "--fault 0"

# what differs: half of a part more and as much of another less, a key, a histogram
sed -e '/"software"/s/"p50": 67, \(.*\)"mean": 400/"p50": 67, \1"mean": 600/; /"notify"/s/350/150/g' \
	-e 's/"tbu.slots": "8"/"tbu.slots": "16"/; s/"640": 3, "1920": 1 } },$/"640": 2, "704": 1, "1920": 1 } },/' \
	-e 's/"peak": 2/"peak": 3/' "$dir/a.json" >"$dir/b.json"
expect 1 inspect "$dir/a.json" "$dir/b.json"
grep -q '^tbu.slots  *8  *16$' "$dir/out" || say "the key is not named"
grep -q '^parts_ns.software.mean  *400 ns  *600 ns  *+200 ns  *+50.00 %$' "$dir/out" || say "the figure is not named"
grep -q '^resources\[workers 0\].peak  *2  *3  *+1  *+50.00 %$' "$dir/out" || say "the resource is not named"
shows "2 histograms, series, sentences or lists differ, too"
# of notify each percentile, the largest and the mean
[ "$(grep -c '%$' "$dir/out")" = 8 ] || say "not eight figures"
expect 1 inspect "$dir/b.json" "$dir/a.json"
grep -q -- '-200 ns  *-33.33 %$' "$dir/out" || say "not the other way round"
expect 0 inspect "$dir/a.json" "$dir/a.json"
shows "Nothing differs."

# real ones: a compare, a study, and two runs of which one is configured otherwise
nvme=$top/traces/arm64-smmuv3-nvme-e1000e.dmat
expect 0 compare "$nvme" --variants smmuv3-stall,vtd-pri --json "$dir/c.json"
COLUMNS=1000 expect 0 inspect "$dir/c.json"
# a sentence and its account stand together, and what a reader should know is there
grep -q '^A fault takes .* Of these .*: ' "$dir/out" || say "the account stands apart from its sentence"
shows "Every variant has its masters behind the PCIe link"
shows "smmuv3-stall: a fault, on the mean"
shows "vtd-pri: a fault, on the mean"
# a study says what its command said: who takes less, where the answer turns, why, and the estimate
expect 0 study stall-vs-pri "$nvme" --from 1 --to 4 --json "$dir/s.json"
mv "$dir/out" "$dir/said"
COLUMNS=1000 expect 0 inspect "$dir/s.json"
shows "smmuv3-stall  smmuv3-pri"
shows "smmuv3-stall wins everywhere from 1 to 4."
grep -e '^master.outstanding [14]: ' -e '^estimate: ' "$dir/said" >"$dir/kept"
[ "$(wc -l <"$dir/kept")" -ge 3 ] || say "nothing to compare: $(cat "$dir/said")"
while read -r line; do shows "$line"; done <"$dir/kept"
expect 0 study stall-vs-pri "$nvme" --key tbu.slots=1..4 --json "$dir/k.json"
grep '^time of the whole trace' "$dir/out" | sed 's/\.$//' >"$dir/kept"
expect 0 inspect "$dir/k.json"
shows "$(cat "$dir/kept")"
expect 0 study stall-vs-pri "$nvme" --map master.outstanding,tbu.slots --key master.outstanding=1..4 --key tbu.slots=1..2 --json "$dir/m.json"
mv "$dir/out" "$dir/said"
expect 0 inspect "$dir/m.json"
tail -n +3 "$dir/out" | cmp -s - "$dir/said" || say "another map: $(diff "$dir/out" "$dir/said")"
expect 0 study stall-vs-pri "$nvme" --tornado --key tbu.slots --json "$dir/t.json"
COLUMNS=100 expect 0 inspect "$dir/t.json"
shows "above 1 stalls take less"
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
