#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# streams and check-stall as a person types them.
set -u
. "$(dirname "$0")/cli_lib.sh"
boards=$top/tests/firmware/boards
published=$top/tests/firmware/published

# streams: published trees with their right readings
expect 0 streams "$published/02-armada8040-pcie-mask.dts"
shows "/pcie   RID 0x100 to 0x11f  /iommu@5000000  0x4a0 to 0x4bf"
shows "RID & 0x31f: bus 4 folds onto bus 0, device 4 folds onto device 0"
expect 0 streams --device 04:00.1 "$published/02-armada8040-pcie-mask.dts"
shows "/pcie/04:00.1  RID 0x401 as 0x1  /iommu@5000000  0x481"
expect 0 streams --bdf 00:00.0,04:00.0 "$published/02-armada8040-pcie-mask.dts"
shows "/pcie/00:00.0 and /pcie/04:00.0 are both StreamID 0x480"
expect 0 streams "$published/05-sdm845-pcie-both.dts"
shows "iommus has StreamIDs of the host's own iommu-map: 0x1c10, 0x1c11"
expect 0 streams "$published/06-virtio-iommu-hole.dts"
shows "RID 0x8 (00:01.0) has no entry: on purpose, RID 0x8 is the IOMMU itself"
expect 0 streams --json "$published/05-sdm845-pcie-both.dts"
shows '"stream_id": "0x1c10"'
shows '"rule": "own-map-overlap"'
expect 0 streams --json --device /sata "$published/02-armada8040-pcie-mask.dts"
shows '"path": "/sata"'
grep -q '"path": "/pcie"' "$dir/out" && say "another device: $(cat "$dir/out")"
expect 1 streams "$boards/smr-conflict.dts"
shows "0x12/0x4 overlaps 0x10/0x3 of /sata@3000, and neither contains the other"
printf '00:01.0 0604: 1b36:000c\n' >"$dir/lspci"
expect 0 streams --lspci "$dir/lspci" "$published/06-virtio-iommu-hole.dts"
grep -q "^/pcie@40000000/00:01.0  RID 0x8  *-  *not translated$" "$dir/out" || say "lspci: $(cat "$dir/out")"

expect 0 streams "$boards/map-reach.dts"
shows "/pcie@8000  any RID                      /iommu@1000  0x57"
shows "/pcie@9000  RID & 0xfff8: 0x0 to 0xfff8  /iommu@1000  0x10000 to 0x1fff8"
shows "/pcie@a000  RID 0x0                      /iommu@1000  nothing (length 0)"
expect 0 streams "$boards/match-mask-map.dts"
shows "/host1x@13e00000  RID 0x0  /iommu@1000  0x38, mask 0x7f80"
shows "entry 0 has StreamID 0x38 of /vic@15340000"

# check-stall
expect 0 check-stall "$boards/plain-v2.dts"
shows "no device may stall"
shows "0 errors, 0 warnings, 0 notes, 0 waived: no error"
expect 1 check-stall "$boards/pager.dts"
shows "error: pager-behind-stall: /mmc@3000 ($boards/pager.dts:17)"
shows "assumed: /iommu@1000: who sits behind which TBU is unknown: assumed to be one for all"
shows "1 error, 0 warnings, 0 notes, 0 waived: unsafe"
expect 0 check-stall --platform "$boards/pager-own-tbu.yaml" "$boards/pager.dts"
expect 0 check-stall --move /mmc@3000=own "$boards/pager.dts"
expect 0 check-stall --terminate /accel@2000 "$boards/pager.dts"
expect 0 check-stall --without /mmc@3000 "$boards/pager.dts"
expect 0 check-stall --pri /accel@2000 "$boards/pager.dts"
expect 1 check-stall --set fault_p999_ns=2000000 --set /accel@2000:deadline_ns=1000 "$boards/plain-v3.dts"
expect 1 check-stall --advise "$boards/pager.dts"
shows "  --move /mmc@3000=own"
printf 'waivers:\n- {rule: pager-behind-stall, path: /mmc@3000, reason: no swap on it, expires: 2030-01-31}\n' >"$dir/w.yaml"
expect 0 check-stall --waivers "$dir/w.yaml" --date 2030-01-31 "$boards/pager.dts"
shows "waived: pager-behind-stall"
shows "waived until 2030-01-31: no swap on it"
expect 1 check-stall --waivers "$dir/w.yaml" --date 2030-02-01 "$boards/pager.dts"
shows "its waiver ended on 2030-01-31"
cat >"$dir/room.yaml" <<'END'
tbus:
- {name: t0, iommu: /iommu@1000, slots: 4, masters: [/accel@2000, /mmc@3000]}
masters:
- {path: /accel@2000, outstanding: 2}
END
expect 1 check-stall --no-simulation --platform "$dir/room.yaml" "$boards/pager.dts"
shows "(assumed: STALL_MAX of /iommu@1000 is not known)"
shows "--set /iommu@1000:stall_max=N): from 2 on"
expect 0 check-stall --no-simulation --platform "$dir/room.yaml" --set /iommu@1000:stall_max=2 "$boards/pager.dts"
expect 0 check-stall --no-simulation --pri /accel@2000 "$boards/pager.dts"
shows "assumed: /accel@2000: it asks for pages with PRI: the device and its IOMMU have ATS and PRI"
expect 0 check-stall --rules
shows "pager-behind-stall"

# outputs
expect 1 check-stall --json "$dir/a.json" --sarif "$dir/a.sarif" --junit "$dir/a.xml" --report "$dir/a.html" \
	--evidence "$dir/a.txt" "$boards/pager.dts"
grep -q '"safe": false' "$dir/a.json" || say "json: $(cat "$dir/a.json")"
grep -q '"version": "2.1.0"' "$dir/a.sarif" || say "sarif"
grep -q '<testcase classname="check-stall" name="pager-behind-stall">' "$dir/a.xml" || say "junit: $(cat "$dir/a.xml")"
grep -q 'failures="1"' "$dir/a.xml" || say "junit: $(cat "$dir/a.xml")"
grep -q '/mmc@3000' "$dir/a.html" || say "report"
grep -q "SHA-256 $(sha256sum "$boards/pager.dts" | cut -d' ' -f1)" "$dir/a.txt" || say "evidence: $(cat "$dir/a.txt")"
expect 1 check-stall --no-simulation --evidence - --bdf 00:00.0 "$boards/included.dts"
shows "Changed before the check: --bdf 00:00.0"
shows "SHA-256 $(sha256sum "$boards/soc.dtsi" | cut -d' ' -f1)"
expect 1 check-stall --json - "$boards/pager.dts"
cmp -s "$dir/out" "$dir/a.json" || say "--json - is not the file"

printf 'old\n' >"$dir/target"
ln -s "$dir/target" "$dir/link"
expect 1 check-stall --no-simulation --junit "$dir/link" --report /dev/null "$boards/pager.dts"
[ -L "$dir/link" ] || say "an output has replaced a link"
[ -c /dev/null ] || say "an output has replaced a device"
grep -q '<testsuite' "$dir/target" || say "an output has not followed a link"
expect 2 check-stall --json - --sarif - "$boards/pager.dts"
complains "two outputs are to go to '-'"
expect 2 check-stall --json "$dir/first" --junit "$dir/no/x" "$boards/pager.dts"
absent "$dir/first"
expect 2 check-stall --date 2026-02-30 "$boards/pager.dts"
complains "'2026-02-30' is no date"
expect 0 check-stall --date 2028-02-29 "$boards/plain-v3.dts"
printf 'waivers:\n- {rule: pager-behind-stall, path: /mmc@9, reason: r, expires: 2030-01-31}\n' >"$dir/w2.yaml"
expect 1 check-stall --waivers "$dir/w2.yaml" "$boards/pager.dts"
shows "the waiver of pager-behind-stall at /mmc@9 waives nothing"

# bad input
expect 2 streams
expect 2 streams "$dir/none.dtb"
complains "none.dtb: No such file"
expect 2 streams --device /nobody "$boards/pager.dts"
complains "has no device '/nobody'"
printf '/dts-v1/;\n/ { x };\n' >"$dir/bad.dts"
expect 2 check-stall "$dir/bad.dts"
complains "bad.dts:2: dtc: syntax error"
printf '/dts-v1/;\n/ {\n\tx { iommus = <&nobody 1>; };\n};\n' >"$dir/bad.dts"
expect 2 check-stall "$dir/bad.dts"
complains 'bad.dts:3: dtc: ERROR (phandle_references): /x: Reference to non-existent node or label "nobody"'
mkdir "$dir/empty"
expect 2 streams "$dir/empty"
complains "neither an IORT nor the root of a device tree"
mkfifo "$dir/pipe"
expect 2 streams "$dir/pipe"
complains "it cannot come through a pipe"
expect 2 check-stall --platform "$dir/none.yaml" "$boards/pager.dts"
complains "none.yaml"
expect 2 check-stall --move /nobody=x "$boards/pager.dts"
expect 2 check-stall --waivers "$dir/w.yaml" --date tomorrow "$boards/pager.dts"
expect 2 check-stall --bdf 00:00.9 "$boards/pager.dts"
head -c 100 "$dir/a.json" >"$dir/cut.dtb"
expect 2 check-stall --json "$dir/b.json" "$dir/cut.dtb"
complains "cut.dtb: offset 0: it is neither a device tree"
absent "$dir/b.json"
expect 2 check-stall --junit "$dir/no/folder.xml" "$boards/pager.dts"
complains "no/folder.xml"
"$faultline" streams "$boards/pager.dts" >/dev/full 2>"$dir/err" && say "a full disk is no error"

exit $failed
