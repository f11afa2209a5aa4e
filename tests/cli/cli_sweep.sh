#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# sweep as a person types it: the numbers of replay, stopped and resumed, points that fail, studies that are refused.
set -u
. "$(dirname "$0")/cli_lib.sh"
top=$(cd "$top" && pwd)
faultline=$(cd "$(dirname "$faultline")" && pwd)/faultline
edu=$top/traces/arm64-smmuv3-edu-faults.dmat
cd "$dir" || exit 1

expect 0 sweep --help
shows "Usage: faultline sweep STUDY.yaml"

cat >study.yaml <<EOF
# two variants x two x two settings x two seeds
traces:
  - generator: random
    set: [accesses=100, streams=2, pages=64]
variants: [smmuv3-stall, smmuv3-pri]
config: mmu600
set: [master.arrival=back-to-back, cpu.handler=exponential, resident=0.25]
vary:
  - key: master.outstanding
    values: [1, 8]
  - key: cpu.handler_ns
    values: [500, 2000]
seeds: 1..2
columns: [faults.total, latency_ns.mean, latency_ns.p99, resources.stall_slots.peak, iommu]
EOF

# what a point measures is what replay says, to the byte: with the same options, and the trace that gen makes
expect 0 sweep study.yaml --csv one.csv --json one.json -j 1
shows "95 % interval of the mean by Student's t"
shows " +- "
[ "$(wc -l <one.csv)" = 9 ] || say "not eight rows"
expect 0 gen random --set accesses=100 --set streams=2 --set pages=64 --seed 2 -o random
expect 0 replay random --config mmu600 --set master.arrival=back-to-back --set cpu.handler=exponential \
	--resident 0.25 --iommu smmuv3 --faults pri --set master.outstanding=8 --set cpu.handler_ns=500 --seed 2 --json -
tr -d ' \n' <out >replay.flat
same=0
for f in study.sweep/*.json; do
	tr -d ' \n' <"$f" | cmp -s - replay.flat && same=$((same + 1))
done
[ $same = 1 ] || say "no point has the result of replay"

# on more processors, from the command line, and again with nothing to run: the same table
expect 0 sweep study.yaml --csv two.csv --json two.json -j 2 -o two
expect 0 sweep study.yaml --csv again.csv --json again.json -o two
ls -i two.sweep >before
expect 0 sweep random --gen-set accesses=100 --gen-set streams=2 --gen-set pages=64 \
	--variants smmuv3-stall,smmuv3-pri --config mmu600 --set master.arrival=back-to-back \
	--set cpu.handler=exponential --resident 0.25 --vary master.outstanding=1,8 --vary cpu.handler_ns=500,2000 \
	--seeds 1..2 --columns faults.total,latency_ns.mean,latency_ns.p99,resources.stall_slots.peak,iommu \
	--csv typed.csv --json typed.json -o two
ls -i two.sweep | cmp -s - before || say "finished points were run again"
for f in two again typed; do
	cmp -s one.csv $f.csv || say "$f.csv is another table"
	cmp -s one.json $f.json || say "$f.json is another table"
done
expect 0 sweep study.yaml --csv -
cmp -s one.csv out || say "the table on the standard output is another"
# a longer study runs what it has more of
sed 's/seeds: 1..2/seeds: 1..3/' study.yaml >longer.yaml
expect 0 sweep longer.yaml -o two
[ "$(ls two.sweep/*.json | wc -l)" = 24 ] || say "not 24 points: $(ls two.sweep | wc -l)"

# killed at any moment and resumed: the same table, byte for byte
began=$(date +%s%N)
"$faultline" sweep study.yaml --csv whole.csv -o whole >/dev/null 2>&1
ms=$((($(date +%s%N) - began) / 1000000))
kills=0 tries=0
while [ $kills -lt 20 ] && [ $tries -lt 60 ]; do
	[ $((tries % 5)) != 0 ] || rm -rf killed.sweep
	tries=$((tries + 1))
	"$faultline" sweep study.yaml --csv killed.csv -o killed >/dev/null 2>&1 &
	# at a random moment
	sleep "$(awk -v seed=$((tries * 7919 + $$)) -v ms="$ms" 'BEGIN { srand(seed); printf "%.3f", rand() * ms * 0.8 / 1000 }')"
	kill -KILL $! 2>/dev/null && kills=$((kills + 1))
	wait $! 2>/dev/null
	[ $((tries % 5)) = 0 ] || [ $kills = 20 ] || continue
	expect 0 sweep study.yaml --csv killed.csv --json killed.json -o killed
	cmp -s one.csv killed.csv || say "another table after $kills kills"
	cmp -s one.json killed.json || say "another JSON after $kills kills"
	rm -f killed.csv killed.json
done
[ $kills = 20 ] || say "only $kills of $tries sweeps were stopped"
if ls killed.sweep | grep -q tmp-; then say "half made files are left: $(ls killed.sweep)"; fi

# a point that fails fails alone: vtd cannot stall, and this one takes too long
expect 1 sweep "$edu" --variants smmuv3-stall,vtd-stall --csv fails.csv -o fails
complains "1 of 2 points failed"
shows "failed: $edu, vtd-stall, seed 1: "
grep -q "vtd-stall,0,1,.*vtd cannot stall" fails.csv || say "the row does not say why: $(cat fails.csv)"
grep -q "smmuv3-stall,1,0,,56," fails.csv || say "the other point has failed as well: $(cat fails.csv)"
expect 1 sweep random --gen-set accesses=100000 --vary repeat=1000000 --variants smmuv3-stall --point-timeout 1 --csv - -o late
shows "no result after 1 s"
# one value of a setting goes with one variant only
expect 1 sweep "$edu" --variants smmuv3-stall,smmuv3-pri --vary master.bus=platform,pcie --csv - -o mixed
[ "$(grep -c ',1,0,,' out)" = 3 ] || say "not three points of four: $(cat out)"
shows "smmuv3-pri,platform,0,1,stream 0x8: a platform master has no page requests"

# one at a time
mkdir -p busy.sweep
(
	flock 9
	"$faultline" sweep "$edu" --variants smmuv3-stall -o busy 2>"$dir/busy.err"
	echo $? >"$dir/busy.status"
) 9>busy.sweep/lock
[ "$(cat busy.status)" = 2 ] || say "two sweeps at once"
grep -q "busy.sweep: another sweep is at work there" busy.err || say "not said: $(cat busy.err)"

# bad studies: nothing is run, nothing is left
refused() { # refused TEXT ARGUMENT...
	text=$1
	shift
	expect 2 sweep "$@" -o refused
	complains "$text"
	absent refused
}
bad() { # bad TEXT < YAML
	cat >bad.yaml
	refused "$1" bad.yaml
}
bad "bad.yaml:2: Unexpected key: variant" <<EOF
traces: [{file: $edu}]
variant: [smmuv3-stall]
EOF
bad "bad.yaml:3: vary[0].key: 'cpu' is neither" <<EOF
traces: [{file: $edu}]
vary:
  - key: cpu
    values: [1]
EOF
bad "bad.yaml:4: vary[0].values[1]: " <<EOF
traces: [{file: $edu}]
vary:
  - key: tbu.slots
    values: [1, 0]
EOF
bad "bad.yaml:2: columns[1]: no result has a figure 'latency.p99'" <<EOF
traces: [{file: $edu}]
columns: [faults.total, latency.p99]
EOF
bad "bad.yaml:2: variants[0]: 'smmuv4-stall' is not IOMMU-FAULTS" <<EOF
traces: [{file: $edu}]
variants: [smmuv4-stall]
EOF
bad "bad.yaml:2: set[0]: " <<EOF
traces: [{file: $edu}]
set: [cpu.no_such_key=1]
EOF
bad "bad.yaml:1: traces[0]: random: unknown key 'access'" <<EOF
traces: [{generator: random, set: [access=1]}]
EOF
bad "bad.yaml: traces: no trace is given" <<EOF
variants: [smmuv3-stall]
EOF
bad "bad.yaml:" <<EOF
traces: [{file: $edu}]
vary: [{key: tbu.slots, values: []}]
EOF
for list in traces variants vary columns; do
	{ echo "seeds: 1"; [ $list = traces ] || echo "traces: [{file: $edu}]"; echo "$list: []"; } >bad.yaml
	[ $list = traces ] && line=2 || line=3
	refused "bad.yaml:$line: " bad.yaml
done
bad "bad.yaml:2: seeds: '' is not a list" <<EOF
traces: [{file: $edu}]
seeds:
EOF
bad "bad.yaml:3: columns[1]: 'aborted' is listed twice" <<EOF
traces: [{file: $edu}]
columns: [aborted,
  aborted]
EOF
bad "bad.yaml:1: traces[1]: two traces are called 'random'" <<EOF
traces: [{generator: random}, {generator: random, set: [accesses=1]}]
EOF
refused "no study, trace or generator given"
refused "none.dmat" none.dmat
refused "none.yaml: No such file" none.yaml
refused "is not KEY=VALUE,VALUE..." "$edu" --vary tbu.slots
refused "vary[0].values[0]: the list is empty" "$edu" --vary tbu.slots=
refused "vary[0].values[1]: '4' is listed twice" "$edu" --vary tbu.slots=4,4
refused "vary[0].values[1]: there is no value" "$edu" --vary tbu.slots=4,,8
refused "variants[0]: the list is empty" "$edu" --variants ""
refused "variants[1]: there is no value" "$edu" --variants smmuv3-stall,
refused "variants[1]: 'smmuv3-stall' is listed twice" "$edu" --variants smmuv3-stall,smmuv3-stall
refused "columns[0]: the list is empty" "$edu" --columns ""
refused "columns[1]: 'aborted' is listed twice" "$edu" --columns aborted,aborted
refused "seeds: '' is not a list" "$edu" --seeds ""
refused "seeds: a seed of '1..3,2' is listed twice" "$edu" --seeds 1..3,2
refused "two traces are called '$edu'" "$edu" "$edu"
# a resource's name is known to the runs alone: once they are there, the table is refused
expect 2 sweep "$edu" --variants smmuv3-stall --columns faults.total,resources.stal_slots.peak --csv none.csv -o misspelt
complains "columns[1]: no result has a figure 'resources.stal_slots.peak'"
absent none.csv
# where nothing faults there is no latency of a fault, in no table
expect 0 sweep random --gen-set accesses=100 --variants smmuv3-stall --resident all --columns faults.total,latency_ns.count,latency_ns.mean --csv calm.csv -o calm
[ "$(tail -n 1 calm.csv | sed 's/.*,,\(.*\)/\1/')" = "0,0," ] || say "not empty: $(cat calm.csv)"
expect 0 sweep random --gen-set accesses=100 --variants smmuv3-stall --resident all --columns faults.total,latency_ns.mean -o calm
if grep -q '0 ns' out; then say "a time of no fault"; fi
refused "what is run stands in study.yaml" study.yaml --seeds 1
refused "unexpected argument" study.yaml "$edu"
refused "--gen-set needs a generator" "$edu" --gen-set streams=1
refused "seeds: 'x'" "$edu" --seeds x
refused "config is both set and varied" "$edu" --config mmu600 --vary config=mmu700
refused "both want the standard output" "$edu" --csv - --json -
refused "-j 0" "$edu" -j 0
refused "--share 2/2" "$edu" --share 2/2
refused "--no-wait needs --slurm" "$edu" --no-wait
refused "has no --counters" "$edu" --counters
exit $failed
