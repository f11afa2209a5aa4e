#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# compare and config as a person types them.
set -u
. "$(dirname "$0")/cli_lib.sh"
nvme=$top/traces/arm64-smmuv3-nvme-e1000e.dmat

expect 0 compare --help
shows "Usage: faultline compare"

# four IOMMUs; the table, the sentences, and the same again as JSON, byte for byte
expect 0 compare "$nvme" --json "$dir/a.json"
shows "smmuv2-stall  smmuv3-stall  smmuv3-pri"
shows "  retry"
shows "A fault takes"
shows "other streams, MB/s"
shows "  % of smmuv3-stall without faults"
expect 0 compare "$nvme" --json "$dir/b.json"
cmp -s "$dir/a.json" "$dir/b.json" || say "two runs differ"
[ "$(grep -c '"variant"' "$dir/a.json")" = 4 ] || say "not four variants"
# every first touch of the paged stream is answered once, whatever the kind of fault
for mode in stall pri; do
	expect 0 compare "$nvme" --variants smmuv3-$mode --set master.outstanding=1 --json -
	shows '"first_touches": 3185'
	shows '"total": 3185'
	shows '"retry": 3185'
done
# bystanders are told of where there are some, and held against one run
expect 0 gen random --set streams=1 --set accesses=500 -o "$dir/alone.dmat"
expect 0 compare "$dir/alone.dmat" --variants smmuv3-stall,smmuv3-pri --json "$dir/alone.json"
if grep -q "without faults" "$dir/out"; then say "there are no bystanders"; fi
if grep -q others_ "$dir/alone.json"; then say "there are no bystanders"; fi
expect 0 compare "$nvme" --variants smmuv3-pri,smmuv3-stall --json -
shows '"others_baseline": "smmuv3-stall"'
shows '"with": "smmuv3-pri"'
shows '"owner": "link"'
# the run of a variant is recorded in its result
[ "$(grep -c '"crc32"' "$dir/a.json")" = 4 ] || say "not four records"
expect 0 compare "$nvme" --variants smmuv3-stall --counters
shows "owners of the time"
# one bus for all: the link, if any variant pages; the baseline of all has neither faults nor a lookup
expect 0 compare "$nvme" --variants smmuv3-stall,smmuv3-pri,none
shows "Every variant has its masters behind the PCIe link"
shows "smmuv3-stall than with none;"
expect 0 compare "$nvme" --variants smmuv3-stall,none --json -
shows '"bus": "platform"'
expect 0 compare "$nvme" --variants smmuv3-stall --set master.bus=pcie --json -
shows '"bus": "pcie"'
expect 2 compare "$nvme" --variants smmuv3-pri --set master.bus=platform
complains "a platform master has no page requests"
expect 2 compare "$nvme" --variants none-stall
complains "none cannot stall"
expect 2 compare "$nvme" --variants smmuv3-stall --stream 0x8=pcie-ats
complains "stream 0x8: a PCIe function with ATS cannot stall"
# with every page of every stream paged
expect 0 compare "$nvme" --variants vtd-pri --paged 0x10 --json -
shows '"total": 4134'

expect 2 compare
complains "no trace given"
expect 2 compare "$dir/none.dmat"
complains "No such file"
expect 2 compare "$nvme" --variants smmuv9-stall
complains "'smmuv9-stall' is not IOMMU-FAULTS"
expect 2 compare "$nvme" --variants smmuv3
complains "is not IOMMU-FAULTS"
expect 2 compare "$nvme" --variants ""
complains "the list is empty"
expect 2 compare "$nvme" --variants vtd-stall --json "$dir/c.json"
complains "vtd cannot stall"
absent "$dir/c.json"
expect 2 compare "$nvme" --paged nobody
complains "--paged nobody: not a number"
expect 2 compare "$nvme" --set tbu.slots=0
complains "tbu.slots"
expect 2 compare "$nvme" --outstanding many
complains "master.outstanding"
expect 2 compare "$nvme" --config "$dir/none.yaml"
complains "none.yaml"
expect 2 compare "$nvme" --frobnicate
complains "unknown option"
expect 0 gen random --set accesses=10 --set pasids=2 -o "$dir/pasids.dmat"
expect 2 compare "$dir/pasids.dmat"
complains "smmuv2-stall: $dir/pasids.dmat: the trace has PASIDs, and an SMMUv2 has none"
expect 0 compare "$dir/pasids.dmat" --variants smmuv3-stall,vtd-pri
expect 2 replay "$dir/pasids.dmat" --iommu smmuv2 --faults stall
complains "the trace has PASIDs, and an SMMUv2 has none"
expect 2 compare "$nvme" --repeat 0
complains "--repeat 0: not a number from 1"
expect 2 compare "$nvme" --variants smmuv3-stall --json "$dir/no/such/folder.json"
complains "No such file"

# ---- anything with anything ----
edu=$top/traces/arm64-smmuv3-edu-faults.dmat
result() { # result NAME OPTION...: a result in $dir/NAME.json; 1: not as the kernel recorded it, which had no stalls
	name=$1
	shift
	expect 1 replay "$edu" --iommu smmuv3 --set master.arrival=back-to-back "$@" --json "$dir/$name.json"
}
# value FILE KEY: the first number of that key
value() {
	awk -v key="\"$2\":" '$1 == key { print $2 + 0; exit }' "$1"
}

# several --config are a side each; the options outside are for all of them
expect 0 compare "$edu" --config mmu600 --config kunpeng920 --set cpu.handler_ns=2000 --variants smmuv3-stall
grep -q '^ *mmu600  kunpeng920$' "$dir/out" || say "not the two sides"
shows "Configured otherwise (mmu600, kunpeng920): cpu.irq_entry_ns (1000, 1500),"
if grep -q "cpu.handler_ns (" "$dir/out" && grep "^Configured" "$dir/out" | grep -q cpu.handler_ns; then
	say "cpu.handler_ns is the same on both sides"
fi
# sides: words after the name are for it alone
expect 0 compare "$edu" --variants smmuv3-stall --side "slow: --set cpu.handler_ns=5000" --side "fast: --set cpu.handler_ns=1000" \
	--side "page requests: --variants smmuv3-pri" --against fast --json "$dir/sides.json"
shows "slow       fast  page requests"
# 56 faults, 4 workers: nearly all of the difference is waiting for one
shows "more with slow than with fast;"
shows "Of these"
shows "Configured otherwise (fast, slow): cpu.handler_ns (1000, 5000)."
[ "$(grep -c '"variant"' "$dir/sides.json")" = 3 ] || say "not three sides"
# what stands in the table is what replay gives
result fast --faults stall --set master.bus=pcie --set cpu.handler_ns=1000
grep -q "\"duration_ns\": $(value "$dir/fast.json" duration_ns)," "$dir/sides.json" || say "replay takes another time"

# results of runs: the difference of each owner is that of the two files, by hand
result stall --faults stall
result pri --faults pri
expect 0 compare "$dir/stall.json" "$dir/pri.json" --explain 5 --json "$dir/ab.json"
grep -q "^  *stall  *pri$" "$dir/out" || say "not the two results"
owner() { # owner FILE NAME: mean of a fault's
	awk -v name="\"$2\":" '$1 == name { found = 1 } found && $1 == "\"mean_ns\":" { print $2 + 0; exit }' "$1"
}
for o in worker_busy link interrupt; do
	here=$(owner "$dir/stall.json" $o)
	there=$(owner "$dir/pri.json" $o)
	grep -q "\"$o\": $((${here:-0} - ${there:-0}))," "$dir/ab.json" || say "$o: not ${here:-0} - ${there:-0}"
done
# 13.221 us less 9.667 us of the table is 3.554 us, which the sentence below has.
# a result without time has no owners, and that is said
expect 0 replay "$edu" --iommu smmuv3 --faults stall --functional --json "$dir/no-time.json"
expect 0 compare "$dir/stall.json" "$dir/no-time.json"
shows "Why is not known: $dir/no-time.json: it has no latency_ns (made without time)."
grep -q "^fault, mean .*  -$" "$dir/out" || say "a time where there is none"
# one without owners, as an older program wrote it: what the difference is, but not why
sed '/^  "owners": {/,/^  },/d' "$dir/pri.json" >"$dir/old.json"
expect 0 compare "$dir/stall.json" "$dir/old.json"
shows "A fault takes 3.554 us more with stall than with old. Why is not known: $dir/old.json: it has no owners"
# 10 ns that neither a part nor an owner has are damage
awk '/^  "latency_ns": {/ { on = 1 } on && /"mean":/ { sub(/13221/, "13231"); on = 0 } { print }' "$dir/stall.json" >"$dir/odd.json"
expect 2 compare "$dir/odd.json" "$dir/pri.json"
complains "odd.json: parts_ns: 1322"
# variants of a comparison are results, too; so are new runs beside them
expect 0 compare "$dir/sides.json" "$edu" --variants vtd-pri
shows "sides slow  sides fast  sides page requests    vtd-pri"
# two traces
expect 0 gen random --set accesses=400 -o "$dir/r.dmat"
expect 0 compare "$edu" "$dir/r.dmat" --variants smmuv3-stall
grep -q "^accesses  *56  *400$" "$dir/out" || say "the traces have 56 and 400 accesses"
# without faults there is no time of a fault
expect 0 compare "$edu" --variants none,smmuv3-stall
grep -q "^fault, mean  *-  " "$dir/out" || say "none has a fault's time"
shows "An access takes"

# Seeds: the mean difference of three pairs and t * s / sqrt(3), with t = 4.303 of any table (2 degrees of freedom)
handler="--set cpu.handler=exponential"
for seed in 1 2 3; do
	expect 0 compare "$edu" --variants smmuv3-stall,smmuv3-pri $handler --seed $seed --json "$dir/seed$seed.json"
	if grep -q interval "$dir/out"; then say "an interval of one seed"; fi
done
expect 0 compare "$edu" --variants smmuv3-stall,smmuv3-pri $handler --seeds 1..3 --json "$dir/seeds.json"
shows "means of 3 seeds, 1 to 3:"
shows "95 % confidence interval"
[ "$(value "$dir/seeds.json" seeds)" = 3 ] || say "not three seeds"
difference() { awk '/"differences"/ { on = 1 } on && /"duration_ns"/ { d = 1 } d && $1 == "\"'"$2"'\":" { print $2 + 0; exit }' "$1"; }
for seed in 1 2 3; do difference "$dir/seed$seed.json" mean; done | awk '
	{ d[NR] = $1; sum += $1 }
	END {
		m = sum / 3
		for (i = 1; i <= 3; i++)
			s += (d[i] - m) ^ 2
		print m, 4.303 * sqrt(s / 2) / sqrt(3)
	}' >"$dir/hand"
echo "$(difference "$dir/seeds.json" mean) $(difference "$dir/seeds.json" half)" | cat "$dir/hand" - | awk '
	NR == 1 { m = $1; h = $2 }
	NR == 2 { exit !(h > 10 && ($1 - m) ^ 2 <= 1 && ($2 - h) ^ 2 <= (h / 1000 + 1) ^ 2) }' ||
	say "not the mean and interval by hand: $(cat "$dir/hand")"
expect 0 compare "$edu" --variants smmuv3-stall,smmuv3-pri --seeds 4..5
shows "nothing in these runs is random"
shows "+- 0 ns"

expect 2 compare "$edu" --seeds 3..1
complains "--seeds 3..1: not 1 to 1000 seeds"
expect 2 compare "$edu" --seeds 3
complains "--seeds 3: not A..B"
expect 2 compare "$edu" --seeds 1..2 --seed 3
complains "--seed does not go with --seeds"
expect 2 compare "$edu" --against nobody
complains "no column is called so"
expect 2 compare "$edu" --side "--config mmu600"
complains "--side: no name"
expect 2 compare "$edu" --side "a: --json x"
complains "--side: --json is for all sides"
expect 2 compare "$edu" --side "a: --set tbu.slots=0"
complains "tbu.slots"
expect 2 compare "$edu" --variants smmuv3-stall --side "a: --outstanding 1" --side "a: --outstanding 2"
complains "two columns are called a"
expect 2 compare "$dir/stall.json" --side "a: --config mmu600"
complains "no trace given"
echo '{ "faults": 3 }' >"$dir/odd.json"
expect 2 compare "$dir/odd.json" --json "$dir/none.json"
complains "odd.json: no result of replay, compare or study"
absent "$dir/none.json"
echo '{ "faults": ' >"$dir/half.json"
expect 2 compare "$dir/half.json"
complains "half.json:2:"

expect 0 config
shows "tbu.slots"
shows "mmu600"
expect 0 config kunpeng920
shows "tbu:"
expect 0 config --markdown
shows "| "
expect 2 config no-such-preset
complains "no-such-preset"
expect 2 config mmu600 mmu700
complains "unexpected argument 'mmu700'"
expect 2 config --frobnicate
complains "unknown option"

exit $failed
