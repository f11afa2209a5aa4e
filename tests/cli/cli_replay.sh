#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# replay as a person types it: results of the recording, functional and timed, and bad input.
set -u
. "$(dirname "$0")/cli_lib.sh"
nvme=$top/traces/arm64-smmuv3-nvme-e1000e.dmat
edu=$top/traces/arm64-smmuv3-edu-faults.dmat

expect 0 replay --help
shows "Usage: faultline replay"

# everything mapped: every access goes where it went
for how in --functional ""; do
	expect 0 replay "$nvme" --iommu smmuv3 --faults stall --resident all $how
	shows "accesses             30025 (1915760 bytes): 30025 translated, 0 aborted"
	shows "faults               0, 0 of them duplicates"
	shows "against recording    30025 compared, 0 different"
done

# nothing mapped: what QEMU's log touches first stalls, is mapped and tried again
for how in --functional "--outstanding 1"; do
	expect 0 replay "$nvme" --iommu smmuv3 --faults stall --resident none $how
	shows "30025 translated, 0 aborted"
	shows "faults               7319, 0 of them duplicates"
	shows "F_TRANSLATION      7319"
	shows "first touches        7319"
	shows "answers              7319 retry, 0 terminate, 0 failure"
	shows "against recording    30025 compared, 0 different"
done
expect 0 replay "$nvme" --iommu smmuv3 --faults terminate --functional
shows "22706 translated, 7319 aborted"
shows "F_TRANSLATION      7319"
shows "answers              0 retry, 0 terminate, 0 failure"
expect 0 replay "$nvme" --iommu smmuv3 --faults pri --functional
shows "30025 translated, 0 aborted"
shows "7319 retry"

# two contexts of one function, told apart by PASID: translated requests carry none
expect 0 gen gpu --set contexts=2 --set frames=6 -o "$dir/gpu.dmat"
for iommu in smmuv3 vtd; do
	for how in --functional ""; do
		expect 0 replay "$dir/gpu.dmat" --iommu $iommu --faults pri $how
		shows "translated, 0 aborted"
		shows "0 different"
	done
done

# 40 functions share a queue of 512 requests: a group of 16 pages is more than one's share, and is cut to it
expect 0 gen random --set streams=40 --set accesses=400 -o "$dir/shares.dmat"
for iommu in smmuv3 vtd; do
	for how in --functional ""; do
		expect 0 replay "$dir/shares.dmat" --iommu $iommu --faults pri --set pcie.group_pages=16 $how
		shows "400 translated, 0 aborted"
		shows "400 compared, 0 different"
	done
done

# a guest's driver: what faults and where it goes is as without a stage 2 below
for how in --functional "--outstanding 1"; do
	expect 0 replay "$nvme" --iommu smmuv3 --faults stall --resident none --set driver.nested=yes $how
	shows "F_TRANSLATION      7319"
	shows "against recording    30025 compared, 0 different"
	expect 2 replay "$nvme" --iommu vtd --faults pri --set driver.nested=yes --set iommu.address_bits=52 $how
	complains "driver.nested: the vtd has no such stage 2 under its stage 1"
done
expect 0 compare "$nvme" --variants smmuv2-stall,smmuv3-pri,vtd-pri --set driver.nested=yes

# 56 accesses to nothing
for how in --functional ""; do
	expect 0 replay "$edu" --iommu smmuv3 --faults terminate $how
	shows "accesses             56 (224 bytes): 0 translated, 56 aborted"
	shows "F_TRANSLATION      56"
	shows "against recording    56 compared, 0 different"
done

# what became of an access is not what was recorded: status 1, and where
"$faultline" dump "$nvme" | sed '/^access/s/pa=0x42c7c000/pa=0x42c7d000/' >"$dir/text"
expect 0 pack "$dir/text" -o "$dir/other.dmat"
expect 1 replay "$dir/other.dmat" --iommu smmuv3 --faults terminate --resident all --functional
shows "first: record "
shows "recorded 0x42c7d000, now 0x42c7c000"

# JSON, to a file beside the table, or instead of it
expect 0 replay "$nvme" --iommu smmuv3 --faults stall --functional --json "$dir/a.json"
shows "first touches"
expect 0 replay "$nvme" --iommu smmuv3 --faults stall --functional --json -
cmp -s "$dir/out" "$dir/a.json" || say "--json - is not what --json FILE writes"
for key in accesses bytes translated aborted faults responses recorded; do
	shows "\"$key\":"
done
if grep -q '"latency_ns"' "$dir/out"; then say "a functional run has no latencies"; fi

# two timed runs, and two more at once beside a busy loop: the same bytes
set -- replay "$nvme" --iommu smmuv3 --faults stall --set master.arrival=back-to-back --seed 3 \
	--set cpu.handler=lognormal --resident 0.5
expect 0 "$@" --json "$dir/one.json"
shows "latency of faults"
(while :; do :; done) &
busy=$!
"$faultline" "$@" --json "$dir/two.json" >"$dir/two.out" &
first=$!
"$faultline" "$@" --json "$dir/three.json" >"$dir/three.out" || say "a run under load fails"
wait $first || say "a run under load fails"
kill $busy
for n in two three; do
	cmp "$dir/one.json" "$dir/$n.json" || say "two runs differ"
	cmp "$dir/out" "$dir/$n.out" || say "two runs print other tables"
done
"$faultline" "$@" --seed 4 --json "$dir/four.json" >/dev/null
if cmp -s "$dir/one.json" "$dir/four.json"; then say "the seed changes nothing"; fi

# the record of a run repeats it: the same bytes, timed or not, wherever the trace is by now
cp "$edu" "$dir/edu.dmat"
repeat() {
	expect 0 replay "$@" --json "$dir/run.json"
	expect 0 replay --like "$dir/run.json" --json -
	cmp "$dir/out" "$dir/run.json" || say "replay $*: --like gives another result"
}
repeat "$nvme" --iommu smmuv3 --faults pri --paged 8 --seed 18446744073709551615 --config mmu600 \
	--set tbu.lookup_ns=2.125 --resident 0.25 --repeat 2
shows '"version": "'
shows '"seed": "18446744073709551615"'
shows '"tbu.lookup_ns": "2.125"'
shows '"records": 41518'
repeat "$edu" --iommu smmuv2 --faults stall --functional --answers
repeat "$nvme" --iommu smmuv3 --faults stall --stream 0x10=pcie-ats:pri --set tbu.count=2 --tbu-of 0x10=1 --warmup 1000
shows '"master.streams": "0x10=pcie-ats:pri"'
shows '"tbu.map": "0x10=1"'
shows '"warmup": 1000'
shows '"accesses": 29025'
repeat "$nvme" --iommu smmuv3 --faults pri --set iommu.count=3 --iommu-of 0x10=2 --iommu-of 0x8=1 --set tbu.count=2 \
	--set cpu.handler=exponential --set cpu.count=1
shows '"iommu.map": "0x10=2,0x8=1"'
shows '"iommu": 2,'
shows '"name": "tbu_slots@1"'
repeat "$nvme" --iommu none
shows '"faults": "terminate"'
printf '1000\n2000\n' >"$dir/times"
repeat "$dir/edu.dmat" --iommu smmuv3 --faults stall --set cpu.handler=recorded --set "cpu.handler_file=$dir/times"
# (and memory that is read from a file)
cp "$dir/run.json" "$dir/handler.json"
printf '40 3\n400 1\n' >"$dir/latencies"
repeat "$dir/edu.dmat" --iommu smmuv3 --faults stall --set memory.latency=histogram \
	--set "memory.latency_file=$dir/latencies" --set memory.banks=2 --set tcu.walk_port=issued
shows '"memory.latency_file": "0x'
shows '"name": "memory_bank"'
echo 500 1 >>"$dir/latencies"
expect 2 replay --like "$dir/run.json" --json "$dir/no.json"
complains "latencies: its CRC-32 is"
mv "$dir/handler.json" "$dir/run.json"
mv "$dir/edu.dmat" "$dir/elsewhere.dmat"
expect 0 replay "$dir/elsewhere.dmat" --like "$dir/run.json" --json -
cmp "$dir/out" "$dir/run.json" || say "a trace that was moved is another"
expect 0 replay "$dir/elsewhere.dmat" --like "$dir/run.json" --counters
shows "owners of the time"

like() { # like MESSAGE ARGUMENT...
	message=$1
	shift
	expect 2 replay "$@" --json "$dir/no.json"
	complains "$message"
	[ "$(grep -vc '^Try ' "$dir/err")" = 1 ] || say "more than one line: $(cat "$dir/err")"
	absent "$dir/no.json"
}
edited() { # edited MESSAGE SED_SCRIPT
	sed "$2" "$dir/run.json" >"$dir/edited.json"
	like "$1" "$dir/elsewhere.dmat" --like "$dir/edited.json"
}
like "edu.dmat: No such file" --like "$dir/run.json"
like "its CRC-32 is 0x" "$nvme" --like "$dir/run.json"
like "none.json: cannot read: No such file" --like "$dir/none.json"
like "edu-faults.dmat" --like "$edu"
like "does not go with it" --like "$dir/run.json" --seed 3
edited "unknown key 'tbu.slotz'" s/tbu.slots/tbu.slotz/
edited "tbu.slots: 0 is out of range" 's/"tbu.slots": "[0-9]*"/"tbu.slots": "0"/'
edited "tbu.map: no text" 's/"tbu.map": ""/"tbu.map": 1/'
edited "run.colour: unknown key" 's/"seed": [0-9]*,$/&"colour": 3,/'
edited "run.faults: no such kind" 's/"faults": "stall"/"faults": "crash"/'
edited "run.repeat: not a number" 's/"repeat": 0/"repeat": -1/'
edited "run.version: no record of a run" 's/"run": {/"ran": {/'
edited "edited.json:2:" '2s/:/;/'
echo 3000 >>"$dir/times"
like "times: its CRC-32 is" "$dir/elsewhere.dmat" --like "$dir/run.json"

# bad input: status 2, what and where, and no output file
bad() {
	expect 2 replay "$@" --json "$dir/no.json"
	[ ! -s "$dir/out" ] || say "replay $*: output in spite of an error"
	absent "$dir/no.json"
}
bad --iommu smmuv3 --faults stall
complains "no trace given"
bad "$nvme" more --iommu smmuv3 --faults stall
complains "unexpected argument 'more'"
bad "$nvme" --faults stall
complains "--iommu and --faults are needed"
bad "$nvme" --iommu smmuv3
complains "--iommu and --faults are needed"
bad "$nvme" --iommu gart --faults stall
complains "--iommu gart: no such IOMMU"
bad "$nvme" --iommu smmuv3 --faults crash
complains "--faults crash: not one of terminate, stall, pri"
for share in 2 1.1 -1 x "" 0.5.5 0.1234567; do
	bad "$nvme" --iommu smmuv3 --faults stall --resident "$share"
	complains "--resident $share: not all, none, or a fraction from 0 to 1"
done
bad "$nvme" --iommu smmuv3 --faults stall --seed -3
complains "--seed -3: not a number"
bad "$nvme" --iommu smmuv3 --faults stall --repeat 1e3
complains "--repeat 1e3: not a number"
bad "$nvme" --iommu smmuv3 --faults stall --outstanding x
complains "master.outstanding: 'x' is not a number"
bad "$nvme" --iommu smmuv3 --faults stall --colour
complains "unknown option '--colour'"
expect 2 replay "$nvme" --iommu smmuv3 --faults
complains "option '--faults' needs a value"

# bad configuration
bad "$nvme" --iommu smmuv3 --faults stall --set tbu.slots
complains "--set tbu.slots: SECTION.KEY=VALUE is wanted"
bad "$nvme" --iommu smmuv3 --faults stall --set tbu.slotz=3
complains "unknown key 'tbu.slotz'"
bad "$nvme" --iommu smmuv3 --faults stall --set tbu.slots=0
complains "tbu.slots: 0 is out of range: 1 to 4096"
for functional in "" --functional; do
	bad "$nvme" --iommu smmuv3 --faults stall --iommu-of 0x10=1 $functional
	complains "iommu.map: stream 0x10: there is no IOMMU 1 (iommu.count is 1)"
	bad "$nvme" --iommu vtd --faults pri --set iommu.count=2 --iommu-of 0x10=1 --iommu-of 16=0 $functional
	complains "iommu.map: stream 0x10 is behind one IOMMU, not two"
done
for functional in "" --functional; do
	bad "$nvme" --iommu smmuv3 --faults stall --set iommu.count=2 --iommu-of 0x99=1 $functional
	complains "iommu.map: the trace has no stream 0x99"
	bad "$nvme" --iommu smmuv3 --faults stall --set tbu.count=2 --tbu-of 0x99=1 $functional
	complains "tbu.map: the trace has no stream 0x99"
	bad "$nvme" --iommu smmuv2 --faults stall --set tbu.count=64 $functional
	complains "tbu.count: 64 is more than the 32 TBUs that an smmuv2 can have"
	bad "$nvme" --iommu smmuv3 --faults terminate --set smmuv3.stall_model=stall $functional
	complains "smmuv3.stall_model=stall: every fault of this SMMU stalls"
	bad "$nvme" --iommu smmuv3 --faults stall --set smmuv3.stall_model=terminate $functional
	complains "smmuv3.stall_model=terminate: this SMMU never stalls"
	bad "$nvme" --iommu vtd --faults pri --set iommu.address_bits=32 $functional
	complains "iommu.address_bits=32: the tables, 0x100000000 bytes (os.table_bytes) from 0x800000000000 on"
	bad "$nvme" --iommu smmuv3 --faults stall --set memory.latency=uniform $functional
	complains "memory.latency_max_ns=0.000: the maximum is below the minimum"
	expect 0 replay "$nvme" --iommu smmuv3 --faults pri --set pcie.group_pages=8 --set pcie.credits=4 $functional
done
bad "$nvme" --iommu smmuv3 --faults stall --set smmuv3.stall_max=65535
complains "smmuv3.stall_max: 65535 is out of range: 1 to 4096"
bad "$nvme" --iommu smmuv3 --faults stall --set iommu.count=17
complains "iommu.count: 17 is out of range: 1 to 16"
bad "$nvme" --iommu smmuv3 --faults stall --config "$dir/none.yaml"
complains "none.yaml: neither a preset nor a file"
yaml() { # yaml TEXT MESSAGE
	printf "$1" >"$dir/c.yaml"
	bad "$nvme" --iommu smmuv3 --faults stall --config "$dir/c.yaml"
	complains "$2"
	[ "$(wc -l <"$dir/err")" = 1 ] || say "more than one line: $(cat "$dir/err")"
}
yaml 'tbu:\n  slots: 3\n  slotz: 3\n' "c.yaml:3: Unexpected key: slotz"
yaml 'tbu:\n  slots: 5000\n' "c.yaml:2: tbu.slots: 5000 is out of range: 1 to 4096"
yaml 'tbu:\n  lookup_ns: fast\n' "c.yaml:2: tbu.lookup_ns: 'fast' is not a number"
yaml 'tbu:\n  slots: 3\n   count: 1\n' "c.yaml:3: libyaml: mapping values"
yaml 'base: nothing\n' "c.yaml:1: base: no preset is named 'nothing'"
bad "$nvme" --iommu smmuv3 --faults stall --set smmuv3.stall_model=terminate
complains "smmuv3.stall_model=terminate: this SMMU never stalls"

# bad traces, functional and timed
for how in --functional ""; do
	bad "$dir/none.dmat" --iommu smmuv3 --faults stall $how
	complains "none.dmat: cannot read: No such file"
	head -c 60000 "$nvme" >"$dir/cut.dmat"
	bad "$dir/cut.dmat" --iommu smmuv3 --faults stall $how
	complains "cut.dmat: offset"
	{ head -c 50000 "$nvme"; printf X; tail -c +50002 "$nvme"; } >"$dir/flip.dmat"
	bad "$dir/flip.dmat" --iommu smmuv3 --faults stall $how
	complains "damaged block"
	bad "$top/traces/README.md" --iommu smmuv3 --faults stall $how
	complains "not a .dmat trace"
	printf 'dmat 1\nattach 0 sid=1 domain=1\nmap 0 domain=1 iova=0 size=4096 pa=0x800000000000 perm=rw\n' >"$dir/text"
	expect 0 pack "$dir/text" -o "$dir/high.dmat"
	bad "$dir/high.dmat" --iommu smmuv3 --faults stall $how
	complains "the trace maps physical address 0x800000000fff, tables begin at os.table_base = 0x800000000000"
	printf 'dmat 1\nattach 0 sid=1 domain=1\ndetach 0 sid=1\ndetach 0 sid=1\n' >"$dir/text"
	expect 0 pack "$dir/text" -o "$dir/twice.dmat"
	bad "$dir/twice.dmat" --iommu smmuv3 --faults stall $how
	complains "detach"
	expect 0 gen random --set streams=300 --set accesses=3000 -o "$dir/many.dmat"
	bad "$dir/many.dmat" --iommu smmuv3 --faults stall $how
	complains "more than 256 streams"
done

# simulated time that would saturate: three times 53 days, one after the other; twice is well
{
	printf 'dmat 1\nattach 0 sid=1 domain=1\nmap 0 domain=1 iova=0x1000 size=4096 pa=0x1000 perm=rw\n'
	for after in "" " after=4600000000000000" " after=4600000000000000"; do
		echo "access 0 sid=1 iova=0x1000 size=8 dir=r$after"
	done
} >"$dir/text"
expect 0 pack "$dir/text" -o "$dir/long.dmat"
expect 0 replay "$dir/long.dmat" --iommu smmuv3 --faults stall
echo "access 0 sid=1 iova=0x1000 size=8 dir=r after=4600000000000000" >>"$dir/text"
expect 0 pack "$dir/text" -o "$dir/long.dmat"
bad "$dir/long.dmat" --iommu smmuv3 --faults stall
complains "the run takes longer than the 106 days"

# output that cannot be written
expect 2 replay "$edu" --iommu smmuv3 --faults stall --functional --json "$dir/no/folder.json"
complains "no/folder.json: No such file"
expect 2 replay "$edu" --iommu smmuv3 --faults stall --functional --json "$dir"
complains "Is a directory"
expect 2 replay "$edu" --iommu smmuv3 --faults stall --functional --json /dev/full
complains "/dev/full: No space left"
"$faultline" replay "$edu" --iommu smmuv3 --faults stall --functional >/dev/full 2>"$dir/err" && say "a full disk is no error"

exit $failed
