#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# faultline registers: values taken apart as the specifications have the fields, the pages in docs/, bad input.
set -u
. "$(dirname "$0")/cli_lib.sh"

field() { # field BITS NAME VALUE: a line of the last command
	grep -qE "^ *$1  $2 .* $3  " "$dir/out" || say "no field $1 $2 with $3 in: $(cat "$dir/out")"
}

# IHI 0070 6.3.25: two-level table, SPLIT 8, 16 bits of StreamID
expect 0 registers smmuv3 smmu_strtab_base_cfg=0x10210
shows "SMMU_STRTAB_BASE_CFG at 0x88, 4 bytes, section 6.3.25: 0x00010210"
field 17:16 FMT 0x1
field 10:6 SPLIT 0x8
field 5:0 LOG2SIZE 0x10
# 6.3.9: the prefix may be left out, and the name is found in any case; bit 9 is reserved
expect 1 registers smmuv3 CR0=0x20d
field 0 SMMUEN 0x1
field 2 EVENTQEN 0x1
field 3 CMDQEN 0x1
field 1 PRIQEN 0x0
shows "reserved bits are set: 0x200"
# A stalled translation fault of a context bank
expect 0 registers smmuv2 FSR=0x40000002
field 1 TF 0x1
field 30 SS 0x1
field 31 MULTI 0x0
# VT-d 11.4.7.6: by offset among others, relative registers by name; a write by 3a:00.0 without permission
expect 0 registers vtd frcd_hi=0x8000000500003a00 0xdc
shows "FRCD_HI_REG at FRO + 0x8"
field 63 F 0x1
field 39:32 FR 0x5
field 15:0 SID 0x3a00
shows "PRS_REG at 0xdc, 4 bytes, section 11.4.11.4"
# Elements of an array
expect 0 registers smmuv2 'smr[3]=0x80030010' 0x80c
shows "SMR[3]"
field 31 VALID 0x1
field 30:16 MASK 0x3
field 15:0 ID 0x10

for iommu in smmuv2 smmuv3 vtd; do
	expect 0 registers $iommu
	expect 0 registers $iommu --markdown
	diff -u "$top/docs/registers-$iommu.md" "$dir/out" ||
		say "docs/registers-$iommu.md is old: faultline registers $iommu --markdown > docs/registers-$iommu.md"
done

# Nothing is shown if one of them cannot be
bad() {
	expect 2 registers "$@"
	[ ! -s "$dir/out" ] || say "output beside an error: registers $*"
}
bad
complains "no IOMMU given"
bad smmuv4
complains "'smmuv4' is not smmuv2, smmuv3 or vtd"
bad smmuv3 CR0 CR9
complains "smmuv3 has no register 'CR9'"
bad smmuv3 CR0=0x100000000
complains "SMMU_CR0 has 32 bits"
bad smmuv3 CR0=12q
complains "'12q' is no value of 64 bits"
bad smmuv3 CR0=
complains "'' is no value of 64 bits"
bad smmuv3 CR0=0x10000000000000000
complains "is no value of 64 bits"
bad smmuv3 0x2
complains "has no register '0x2'"
bad smmuv3 =3
complains "'=3' is no register"
bad smmuv2 'SMR[128]'
complains "has no register 'SMR'"
bad smmuv2 'SMR[1' 
complains "has no [NUMBER] at its end"
bad vtd --markdown PRS
complains "unexpected argument 'PRS'"
bad vtd --html
complains "--html"
exit $failed
