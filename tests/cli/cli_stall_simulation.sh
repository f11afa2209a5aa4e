#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# check-stall's evidence by simulation, as a person asks for it, and replay of a deadlock that it has met.
set -u
. "$(dirname "$0")/cli_lib.sh"
command -v dtc >/dev/null || exit 0

# board FILE: a GPU that may stall, its swap and a display behind one SMMU; an accelerator that may stall behind another
board() {
	cat >"$1" <<'DTS'
/dts-v1/;
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	smmu: iommu@1000 { compatible = "arm,smmu-v3"; reg = <0x1000 0x1000>; #iommu-cells = <1>; };
	second: iommu@2000 { compatible = "arm,smmu-v3"; reg = <0x2000 0x1000>; #iommu-cells = <1>; };
	gpu@5000 { compatible = "acme,gpu"; reg = <0x5000 0x1000>; iommus = <&smmu 1>; dma-can-stall; };
	ufs@6000 { compatible = "jedec,ufs-2.0"; reg = <0x6000 0x1000>; iommus = <&smmu 2>; };
	display@7000 { compatible = "acme,display-controller"; reg = <0x7000 0x1000>; iommus = <&smmu 3>; };
	zip@8000 { compatible = "acme,zip"; reg = <0x8000 0x1000>; iommus = <&second 1>; dma-can-stall; };
};
DTS
}
board "$dir/b.dts"
cat >"$dir/p.yaml" <<'YAML'
masters:
- {path: /gpu@5000, outstanding: 4}
- {path: /ufs@6000, outstanding: 4}
- {path: /display@7000, role: display, deadline_ns: 14800}
tbus:
- {name: one, iommu: /iommu@1000, slots: 4, masters: [/gpu@5000, /ufs@6000, /display@7000]}
workers: 2
YAML
b="$dir/b.dts --platform $dir/p.yaml"

# the textbook: found by a rule and by simulation, with its cycle
expect 1 check-stall $b --waits "$dir/w.dot" --trace "$dir/d.dmat" --json "$dir/j.json"
shows "error: pager-behind-stall: /ufs@6000"
shows "DEADLOCK after "
shows "all 4 slots of one are held by accesses that wait: 4 of gpu@5000"
shows "never goes on"
grep -q '"deadlock": true' "$dir/j.json" || say "no deadlock in the JSON"
grep -q 'color=red, style=bold' "$dir/w.dot" || say "no cycle in the graph"
[ "$(stat -c %a "$dir/w.dot")" = "$(stat -c %a "$dir/d.dmat")" ] || say "the graph has mode $(stat -c %a "$dir/w.dot")"
# gpu and zip have StreamID 1, each behind its SMMU
complains "d.dmat: its streams are numbers of devices: two have the same StreamID"
# the page draws the deadlock, or has its source where graphviz is not installed; the text of evidence tells it
expect 1 check-stall $b --report "$dir/r.html" --evidence "$dir/e.txt" --json "$dir/j.json"
grep -q "The deadlock" "$dir/r.html" || say "no deadlock on the page"
grep -q "slots of one" "$dir/r.html" || say "the page does not draw what waits for what"
grep -q "DEADLOCK after" "$dir/e.txt" || say "the evidence does not tell the deadlock"
# an input buffer that two share is on the page
sed 's/^tbus:/inputs:\n- {name: noc0, slots: 4, masters: [\/gpu@5000, \/display@7000]}\n&/' "$dir/p.yaml" >"$dir/inputs.yaml"
expect 1 check-stall "$dir/b.dts" --platform "$dir/inputs.yaml" --report "$dir/inputs.html"
grep -q "input buffer noc0" "$dir/inputs.html" || say "no input buffer on the page"
# replay executes it again, and gets nowhere; the accesses alone, with a pager that needs no storage, end
expect 2 replay "$dir/d.dmat"
complains "no progress: worker 0 handles a fault and waits for ufs@6000's read 1; "
expect 0 replay "$dir/d.dmat" --iommu smmuv3 --faults stall --functional
shows "0 aborted"
expect 0 info "$dir/d.dmat"
shows "stall.platform"
# the streams of the board, which can play the accesses, where no two devices have the same
sed 's/&second 1/\&second 0x19/; s/&smmu 3/\&smmu 0x33/' "$dir/b.dts" >"$dir/differ.dts"
expect 1 check-stall "$dir/differ.dts" --platform "$dir/p.yaml" --trace "$dir/s.dmat"
"$faultline" dump "$dir/s.dmat" | grep '^attach' >"$dir/attached"
for sid in 0x1 0x2 0x33 0x19; do
	grep -q "sid=$sid\>" "$dir/attached" || say "no stream $sid: $(cat "$dir/attached")"
done
expect 2 replay "$dir/s.dmat"
complains "no progress: worker 0 handles a fault and waits for ufs@6000's read 1; "
# what is damaged is refused
head -c 600 "$dir/d.dmat" >"$dir/cut.dmat"
expect 2 replay "$dir/cut.dmat"
complains "$dir/cut.dmat: "
"$faultline" dump "$dir/d.dmat" | sed '/^meta stall.platform/s/"tbu":1/"tbu":7/' >"$dir/bad.txt"
expect 0 pack "$dir/bad.txt" -o "$dir/bad.dmat"
expect 2 replay "$dir/bad.dmat"
complains "$dir/bad.dmat: stall.platform: master gpu@5000: tbu 7 is none"

# storage with a TBU of its own: no deadlock, and the display still starves; then it has one, too
expect 1 check-stall $b --move /ufs@6000=own
shows "no deadlock found"
shows "starves"
expect 0 check-stall $b --move /ufs@6000=own --move /display@7000=own
shows "no deadlock found"
# no deadlock: no file of one
rm -f "$dir/no.dmat" "$dir/no.dot"
expect 0 check-stall $b --move /ufs@6000=own --move /display@7000=own --trace "$dir/no.dmat" --waits "$dir/no.dot"
complains "no.dmat: not written: there is no deadlock"
complains "no.dot: not written: there is no deadlock"
absent "$dir/no.dmat"
absent "$dir/no.dot"
# a device behind its own faults alone has nowhere to go
expect 1 check-stall $b --move /gpu@5000=stalls --set /gpu@5000:deadline_ns=20000
shows "error: simulated-starvation: /gpu@5000"
shows "to change: its own faults take that long: delete dma-can-stall, or raise the device's time-out"
# the other ways out: page requests, termination, another place for what stalls
expect 0 check-stall $b --terminate /gpu@5000
expect 0 check-stall $b --move /gpu@5000=stalls
expect 1 check-stall $b --advise
shows "  --move /gpu@5000=stalls"

# the pager's pages come through an accelerator: no rule sees what simulation meets
expect 1 check-stall $b --move /gpu@5000=stalls --set pager=/zip@8000 --trace "$dir/h.dmat"
shows "error: simulated-deadlock: /zip@8000"
shows "and no worker is free to take its fault"
shows "1 error,"
expect 2 replay "$dir/h.dmat"
complains "no progress: "
expect 0 check-stall $b --move /gpu@5000=stalls --set pager=/zip@8000 --no-simulation
# 40 faults cannot wait at once: as many workers are enough
expect 0 check-stall $b --move /gpu@5000=stalls --set pager=/zip@8000 --set workers=32
# a waiver with a reason lets a finding of simulation pass
printf 'waivers:\n- {rule: simulated-deadlock, path: /zip@8000, reason: "never swaps", expires: "2030-01-01"}\n' >"$dir/w.yaml"
expect 0 check-stall $b --move /gpu@5000=stalls --set pager=/zip@8000 --waivers "$dir/w.yaml" --date 2029-01-01
shows "waived: simulated-deadlock"

# what a rule says of a PCIe host is not said of its functions again
cat >"$dir/pcie.dts" <<'DTS'
/dts-v1/;
/ {
	#address-cells = <2>;
	#size-cells = <2>;
	smmu: iommu@1000 { compatible = "arm,smmu-v3"; reg = <0 0x1000 0 0x1000>; #iommu-cells = <1>; };
	gpu@5000 { compatible = "acme,gpu"; reg = <0 0x5000 0 0x1000>; iommus = <&smmu 1>; dma-can-stall; };
	pcie@40000000 {
		device_type = "pci";
		compatible = "pci-host-ecam-generic";
		#address-cells = <3>;
		#size-cells = <2>;
		bus-range = <0 0xff>;
		reg = <0 0x40000000 0 0x10000000>;
		ranges = <0x2000000 0 0x50000000 0 0x50000000 0 0x10000000>;
		iommu-map = <0 &smmu 0x10000 0x10000>;
	};
};
DTS
printf '00:00.0 0604: 1b36:000c\n01:00.0 0200: 8086:15b8\n' >"$dir/lspci.txt"
expect 1 check-stall "$dir/pcie.dts" --lspci "$dir/lspci.txt"
shows "error: pcie-behind-stall: /pcie@40000000"
shows "01:00.0 "
! grep -q "simulated-starvation" "$dir/out" || say "said again: $(grep simulated-starvation "$dir/out")"

# no device stalls: nothing is simulated, and there is nothing to write
expect 0 check-stall $b --without /gpu@5000 --without /zip@8000
expect 2 check-stall $b --without /gpu@5000 --without /zip@8000 --trace "$dir/none.dmat"
complains "there is nothing to write"
absent "$dir/none.dmat"
expect 2 check-stall $b --no-simulation --trace "$dir/none.dmat"
expect 2 check-stall $b --set workers=33
complains "workers"
expect 2 check-stall $b --set pager=/nobody
complains "there is no device '/nobody'"
exit $failed
