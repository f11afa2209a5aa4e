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
expect 2 compare "$nvme" --variants smmuv3-stall --json "$dir/no/such/folder.json"
complains "No such file"

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
