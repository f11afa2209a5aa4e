#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Configurations whose fault is known: replay names the cause, and a run without it is faster by as much as
# replay said, within a tenth.
set -u
. "$(dirname "$0")/cli_lib.sh"

# Faults one at a time; sixteen at once, far apart; a stream that faults beside one that does not.
expect 0 gen random --set streams=1 --set pattern=fresh --set fresh_ppm=200000 --set accesses=500 \
	--set interval_ns=100000 --set spacing=fixed -o "$dir/lone.dmat"
expect 0 gen random --set streams=1 --set pattern=fresh --set fresh_ppm=160000 --set fresh_run=16 --set accesses=1600 \
	--set interval_ns=100000 --set spacing=fixed -o "$dir/sixteen.dmat"
expect 0 gen mix --set parts=paged:random,other:random --set paged.streams=1 --set paged.pattern=fresh \
	--set paged.fresh_ppm=1000000 --set paged.accesses=500 --set paged.interval_ns=20000 --set paged.spacing=fixed --set other.streams=1 \
	--set other.accesses=10000 --set other.pages=65536 --set other.interval_ns=1000 -o "$dir/two.dmat"

expect 0 gen random --set streams=1 --set pages=64 --set accesses=20000 -o "$dir/busy.dmat"
# A thousand pages, and more than the TLB has.
expect 0 gen random --set streams=1 --set pages=1024 --set accesses=20000 --set write_percent=0 -o "$dir/kp.dmat"
expect 0 gen random --set streams=1 --set pages=16384 --set accesses=20000 --set write_percent=0 -o "$dir/thrash.dmat"
# Large reads.
expect 0 gen random --set streams=1 --set pages=64 --set accesses=2000 --set size_bytes=2048 --set write_percent=0 -o "$dir/big.dmat"
cp "$top/traces/arm64-smmuv3-nvme-e1000e.dmat" "$dir/nvme.dmat"

# mean fault|access FILE: ns
mean() {
	key=latency_ns
	[ "$1" = access ] && key=access_latency_ns
	awk -v key="  \"$key\":" 'index($0, key) == 1 { within = 1 }
		within && $1 == "\"mean\":" { print $2 + 0; exit }' "$2"
}
# reason fault|access FILE: its object in the list "why"
reason() {
	awk -v of="\"$1\"," '/^  "why":/ { within = 1 }
		within && $1 == "\"of\":" { found = $2 == of }
		found { print }
		found && /^    }/ { exit }' "$2"
}

# cause fault|access OWNER KEY TRACE OPTIONS -- OPTIONS_WITHOUT
cause() {
	of=$1 owner=$2 key=$3 trace=$4 with= without= rest=
	shift 4
	for option; do
		case $option in
		--) rest=1 ;;
		*=*) if [ $rest ]; then without="$without --set $option"; else with="$with --set $option"; fi ;;
		*) if [ $rest ]; then without="$without $option"; else with="$with $option"; fi ;;
		esac
	done
	expect 0 replay "$dir/$trace.dmat" --iommu $iommu $with --json "$dir/with.json"
	expect 0 replay "$dir/$trace.dmat" --iommu $iommu $with $without --json "$dir/without.json"
	reason $of "$dir/with.json" >"$dir/reason"
	grep -q "\"owner\": \"$owner\"" "$dir/reason" || say "$with: $owner is not the reason: $(cat "$dir/reason")"
	grep -q "\"text\": .*Changed by .*$key (" "$dir/reason" || say "$with: $key is not named: $(cat "$dir/reason")"
	ns=$(awk '$1 == "\"owner_ns\":" { print $2 + 0 }' "$dir/reason")
	faster=$(($(mean $of "$dir/with.json") - $(mean $of "$dir/without.json")))
	[ $((faster * 10)) -ge $((${ns:-0} * 9)) ] && [ $((faster * 10)) -le $((${ns:-0} * 11)) ] ||
		say "$with: $owner has ${ns:-0} ns, but without the cause it is $faster ns faster"
}

# saves KEY: what the last cause's reason says that KEY saves is what a run with KEY=VALUE is faster by
saves() {
	key=${1%%=*} of=access
	expect 0 replay "$dir/$trace.dmat" --iommu $iommu $with --set "$1" --json "$dir/without.json"
	ns=$(awk -v key="\"$key\":" '/"saves_ns"/ { within = 1 } within && $1 == key { print $2 + 0; exit }' "$dir/reason")
	faster=$(($(mean $of "$dir/with.json") - $(mean $of "$dir/without.json")))
	[ $((faster * 10)) -ge $((${ns:-0} * 9)) ] && [ $((faster * 10)) -le $((${ns:-0} * 11)) ] ||
		say "$with: $key is said to save ${ns:-nothing}, but it is $faster ns faster"
}

iommu=smmuv3
many=cpu.workers=64
busy=master.arrival=back-to-back
slow="--resident all --outstanding 1 tcu.walk_latency_ns=500"
# slow handler
cause fault handler cpu.handler_ns lone --faults stall cpu.handler_ns=50000 -- cpu.handler_ns=0
# one worker
cause fault worker_busy cpu.workers sixteen --faults stall cpu.workers=1 cpu.handler_ns=20000 -- $many
# one page request credit
cause fault credit pcie.credits sixteen --faults pri pcie.credits=1 $many -- pcie.credits=32
# a tiny queue of page requests: credits are its shares
cause fault credit iommu.priq_log2 sixteen --faults pri iommu.priq_log2=1 $many -- iommu.priq_log2=9
# slow link
cause fault link pcie.link_ns lone --faults pri pcie.link_ns=20000 -- pcie.link_ns=0
# one TBU slot, and a bystander
cause fault tbu_slot tbu.slots two --faults stall --paged 1 tbu.slots=1 $many -- tbu.slots=32
# one stalled access
cause fault stall_slot smmuv3.stall_max sixteen --faults stall smmuv3.stall_max=1 $many -- smmuv3.stall_max=64
# slow commands
cause fault command command.fetch_ns lone --faults stall command.fetch_ns=20000 -- \
	command.fetch_ns=0 command.execute_ns=0 command.resume_ns=0
# slow interrupt
cause fault interrupt cpu.irq_entry_ns lone --faults stall cpu.irq_entry_ns=50000 -- \
	cpu.irq_entry_ns=0 cpu.irq_handler_ns=0 notify.wire_ns=0 notify.msi_ns=0
# slow memory
cause access memory memory.latency_ns lone --faults stall --resident all memory.latency_ns=5000 -- memory.latency_ns=0
# full event queue, and a driver that takes its time to make room
cause fault queue_full iommu.eventq_log2 sixteen --faults stall iommu.eventq_log2=1 cpu.mmio_read_ns=10000 $many -- \
	iommu.eventq_log2=7
# one worker again, with page requests
cause fault worker_busy cpu.workers sixteen --faults pri cpu.workers=1 cpu.handler_ns=20000 -- $many
# few banks: 64 accesses at a time behind one that serves each for 100 ns; slow enough that nothing else is waited for
cause access memory_bank memory.banks busy --faults stall --resident all memory.banks=1 memory.bank_ns=100 \
	master.arrival=back-to-back -- memory.banks=0

# what a register write costs, and what a hypervisor takes for one, is the command's
cause fault command cpu.mmio_write_ns lone --faults stall cpu.mmio_write_ns=20000 -- cpu.mmio_write_ns=0
cause fault command driver.trap_ns lone --faults stall driver.nested=yes driver.trap_ns=30000 -- driver.trap_ns=0
# SYNCs before the answer
cause fault command_queue command.sync_ns nvme --faults pri $busy command.sync_ns=20000 -- command.sync_ns=50
# no TLB or too small a one, and no walk cache; stage 2 under stage 1
cause access table_access iommu.tlb_sets kp --faults stall $slow iommu.tlb_sets=1 iommu.tlb_ways=1 -- \
	iommu.tlb_sets=512 iommu.tlb_ways=4
cause access table_access iommu.walk_cache_sets kp --faults stall $slow iommu.tlb_sets=0 iommu.walk_cache_sets=0 -- \
	iommu.tlb_sets=512 iommu.walk_cache_sets=256
cause access table_access driver.nested kp --faults stall $slow iommu.tlb_sets=0 iommu.walk_cache_sets=0 \
	driver.nested=yes -- driver.nested=no iommu.tlb_sets=512
saves driver.nested=no
saves iommu.walk_cache_sets=256
saves driver.s2_page_bytes=2097152
cause access table_access iommu.config_cache_sets kp --faults stall $slow iommu.tlb_sets=0 iommu.config_cache_sets=0 -- \
	iommu.tlb_sets=512 iommu.config_cache_sets=64
saves iommu.tlb_sets=512
saves iommu.config_cache_sets=64
# a device whose translation cache has one entry asks for the same pages again and again
cause access link pcie.atc_sets kp --faults pri --resident all --outstanding 1 pcie.atc_sets=1 pcie.atc_ways=1 -- \
	pcie.atc_sets=1024 pcie.link_ns=0
saves pcie.atc_sets=1024
# faults in a batch wait for each other
cause fault handler cpu.batch_faults sixteen --faults stall cpu.fault_ns=50000 cpu.batch_faults=16 $many -- \
	cpu.batch_faults=1
# who holds a translation slot waits for a walk slot or a stall slot, who holds a credit for a worker
cause access walk_slot tcu.walk_slots thrash --faults stall --resident all $busy tcu.walk_slots=1 -- tcu.walk_slots=64
cause fault stall_slot smmuv3.stall_max kp --faults stall $busy smmuv3.stall_max=1 $many -- smmuv3.stall_max=64
cause fault worker_busy cpu.workers sixteen --faults pri cpu.workers=1 cpu.handler_ns=50000 pcie.credits=4 -- $many
# one price, several owners: table accesses of handler, driver and command; own records and those before them; the wake-up
# of whoever holds the credit; handlers that are waited for; a link that holds the tags
cause fault handler cpu.memory_ns lone --faults stall cpu.memory_ns=20000 -- cpu.memory_ns=0
cause fault handler cpu.memory_ns sixteen --faults stall cpu.memory_ns=20000 $many -- cpu.memory_ns=0
cause fault record_port notify.record_write_ns sixteen --faults stall notify.record_write_ns=20000 $many -- \
	notify.record_write_ns=0
cause fault record_port notify.pri_write_ns sixteen --faults pri notify.pri_write_ns=20000 $many -- notify.pri_write_ns=0
cause fault thread_wake cpu.thread_wake_ns sixteen --faults pri cpu.thread_wake_ns=50000 pcie.credits=8 $many -- \
	cpu.thread_wake_ns=0
cause fault handler cpu.handler_ns sixteen --faults stall cpu.handler_ns=50000 cpu.workers=8 -- cpu.handler_ns=0
cause fault handler cpu.handler_ns sixteen --faults pri cpu.handler_ns=50000 pcie.credits=12 $many -- cpu.handler_ns=0
cause access link_busy pcie.lanes big --faults stall --resident all $busy master.bus=pcie pcie.lanes=1 pcie.tags=8 -- \
	pcie.lanes=16
# an unmap's SYNC waits for the device behind the link, and answers behind the SYNC
for iommu in smmuv3 vtd; do
	cause fault link pcie.link_ns nvme --faults pri $busy pcie.link_ns=5000 -- pcie.link_ns=0
done
# behind a fault of the same context bank: the interrupt is waited for all the same; more slots would not help
iommu=smmuv2
cause fault thread_wake cpu.thread_wake_ns kp --faults stall $busy smmuv2.stall_slots=16 -- cpu.thread_wake_ns=0
grep -q smmuv2.stall_slots "$dir/reason" && say "stall slots are named where faults are handled one at a time"
cause fault interrupt cpu.irq_entry_ns sixteen --faults stall cpu.irq_entry_ns=50000 -- \
	cpu.irq_entry_ns=0 cpu.irq_handler_ns=0 notify.wire_ns=0

exit $failed
