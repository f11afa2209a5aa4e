#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Results that are JSON but not as the commands write them: report, inspect and compare refuse each in the same one line.
set -u
. "$(dirname "$0")/cli_lib.sh"
good=$(cd "$(dirname "$0")" && pwd)/result.json
top=$(cd "$top" && pwd)
faultline=$(cd "$(dirname "$faultline")" && pwd)/faultline
sed 's/^ *//' "$good" | tr '\n' ' ' >"$dir/good.json"
cd "$dir" || exit 1

refused() { # refused TEXT FILE
	for command in "report -o page.html" inspect compare; do
		expect 2 $command "$2"
		complains "$2: $1"
		[ "$(wc -l <err)" = 1 ] || say "$command: not one line: $(cat err)"
	done
	absent page.html
}
damaged() { # damaged SED TEXT: the good one, changed
	sed "$1" good.json >bad.json
	cmp -s good.json bad.json && say "nothing is changed by $1"
	refused "$2" bad.json
}

expect 0 inspect good.json
expect 0 compare good.json
expect 0 report good.json -o good.html

# missing, of another kind, negative
damaged 's/"duration_ns": 4000, //' "duration_ns: missing"
damaged 's/"total": 4, //' "faults.total: missing"
damaged 's/, "mean": 350/ /' "parts_ns.notify.mean: missing"
damaged 's/"active_ns": 3200, //' "streams[0].active_ns: missing"
damaged 's/"accesses": 100, "bytes": 6400, "translated"/"accesses": "100", "bytes": 6400, "translated"/' "accesses: no number from 0 on"
damaged 's/"mean_ns": 600/"mean_ns": "600"/' "owners.faults.handler.mean_ns: no number from 0 on"
damaged 's/"total": 4/"total": -4/' "faults.total: no number from 0 on"
damaged 's/"peak": 2/"peak": 2.5/' "resources[0].peak: no number from 0 on"
damaged 's/"sid": "0x8", "acc/"sid": 8, "acc/' "streams[0].sid: no text"
damaged 's/"timed": true/"timed": 1/' "timed: neither true nor false"
damaged 's/"tbu.slots": "8"/"tbu.slots": 8/' "run.config.tbu.slots: no text"
damaged 's/"tracks": \[.*\] }, "slow/"tracks": {} }, "slow/' "series.tracks: no list"
damaged 's/"run": {.*/"run": [] }/' "run: no object"
# a large number is written as its digits, a small one is not; one that 64 bits do not hold is none
sed 's/"waited_ns": 0/"waited_ns": "9223372036854775808"/' good.json >large.json
expect 0 inspect large.json
damaged 's/"waited_ns": 0/"waited_ns": "18446744073709551616"/' "resources[0].waited_ns: no number from 0 on"

# what does not add up
damaged 's/"translated": 100/"translated": 99/' "accesses: 100, and translated and aborted are 99"
damaged 's/"F_TRANSLATION": 4/"F_TRANSLATION": 3/' "faults.total: 4, and unhandled and by_type are 3"
damaged 's/"duplicate": 0/"duplicate": 5/' "faults.duplicate: 5, of 4"
damaged 's/"16": 96/"16": 95/' "access_latency_ns.histogram: its buckets have 99, and count is 100"
damaged 's/"16": 96/"33": 96/' "access_latency_ns.histogram: no bucket begins at '33'"
damaged 's/"640": 3, "1920": 1 } }, "parts/"640": 4 } }, "parts/' "latency_ns.histogram: it ends at 640, and max is 2000"
damaged 's/"p50": 667/"p50": 2001/' "latency_ns.p90: 2000, less than p50"
damaged 's/"max": 1400, "mean": 400/"max": 1400, "mean": 1500/' "parts_ns.software.mean: 1500, more than max"
# six parts of 100, 50, 350, 400, 75 and 25 ns are 1000 ns; each mean is rounded by half a ns, so that 3 may lack
sed 's/"max": 2000, "mean": 1000/"max": 2000, "mean": 1003/; s/"total_ns": 2400/"total_ns": 2410/' good.json >rounded.json
sed -i 's/"mean_ns": 600/"mean_ns": 603/' rounded.json
expect 0 inspect rounded.json
damaged 's/"max": 2000, "mean": 1000/"max": 2000, "mean": 1004/' "parts_ns: 1000, and latency_ns.mean is 1004"
damaged 's/"notify": { "count": 4/"notify": { "count": 3/' "parts_ns.notify.count: 3, and latency_ns.count is 4"
damaged 's/"bytes": 6400, "faults"/"bytes": 6401, "faults"/' "streams: 6401, and bytes is 6400"
# four faults of 1000 ns; 1000.5 would be 1001
damaged 's/"total_ns": 1600/"total_ns": 1610/' "owners.faults: 4010, and the latencies' sum is about 4000"
damaged 's/"mean_ns": 400/"mean_ns": 500/' "owners.interrupt: 500, and total_ns has a mean of about 400"
damaged 's/"peak": 2/"peak": 5/' "resources[0].peak: 5, of 4 units"
damaged 's/"full_ns": 0/"full_ns": 4001/' "resources[0].full_ns: 4001, of 4000 ns"
damaged 's/"utilisation_ppm": 123400/"utilisation_ppm": 1000001/' "resources[0].utilisation_ppm: 1000001, more than all"
damaged 's/"bucket_ns": 1024/"bucket_ns": 1000/' "series.bucket_ns: 1000, no power of two"
damaged 's/"buckets": 4/"buckets": 5/' "series.buckets: 5 of 1024 ns are not duration_ns"
damaged 's/"max": \[ 0, 4, 2, 1 \]/"max": [ 0, 4, 2 ]/' "series.tracks[0].max: 3 values for 4 steps"
damaged 's/500000, 0 \]/500000, "" ]/' "series.tracks[0].mean_ppm[3]: no number from 0 on"
damaged 's/"respond": 250/"respond": 251/' "slowest_faults[0].parts_ns: 2001, and it lasts 2000"
damaged 's/"end_ns": 2500/"end_ns": 400/' "slowest_faults[0].end_ns: 400, before begin_ns"
damaged 's/"iommu": "smmuv3", "faults": "stall"/"iommu": "vtd", "faults": "stall"/' "run.iommu: not that of the result"

# within a comparison; a study
nvme=$top/traces/arm64-smmuv3-nvme-e1000e.dmat
expect 0 compare "$nvme" --variants smmuv3-stall,smmuv3-pri --json c.json
expect 0 inspect c.json
awk '/"duration_ns": [0-9]/ && n++ { next } { print }' c.json >half.json
refused "variants[1].result.duration_ns: missing" half.json
sed 's/"n": 1/"n": -1/' c.json >odd.json
refused "differences[0].fault_mean_ns.n: no number from 0 on" odd.json
bad_study() { # bad_study SED TEXT OPTION...
	change=$1 text=$2
	shift 2
	expect 0 study stall-vs-pri "$nvme" "$@" --json study.json
	expect 0 inspect study.json
	tr -d '\n' <study.json | sed 's/  */ /g' | sed "$change" >bad.json
	for command in inspect "report -o page.html"; do
		expect 2 $command bad.json
		complains "bad.json: $text"
	done
	absent page.html
}
bad_study 's/"value": 1,//' "grid[0].value: missing" --from 1 --to 2
bad_study 's/"faults": [0-9]*/"faults": null/' "grid[0].smmuv3-stall.faults: no number from 0 on" --from 1 --to 2
bad_study 's/"pri_ns": [0-9]*,//2' "keys[0].grid[0].pri_ns: missing" --key tbu.slots=4..8
bad_study 's/"winner": \[ \[[^]]*\],/"winner": [/' "map.winner: 4 rows for 5 values" --map master.outstanding,tbu.slots \
	--key master.outstanding=1..2 --key tbu.slots=4..8
bad_study 's/"ratio_ppm": \[ \[ [0-9]*,/"ratio_ppm": [ [/' "map.ratio_ppm[0]: 1 cells for 2 values" \
	--map master.outstanding,tbu.slots --key master.outstanding=1..2 --key tbu.slots=4..8
bad_study 's/"swing_ppm": [0-9]*/"swing_ppm": -1/' "tornado.keys[0].swing_ppm: no number from 0 on" --tornado --key tbu.slots
expect 2 compare study.json
complains "study.json: a study, and no result of replay or compare"
exit $failed
