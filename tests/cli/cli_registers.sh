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

# Names as kernels spell them: arm-smmu's log, its header, the DMAR driver's header
expect 0 registers smmuv2 GFSR=0x2 ARM_SMMU_CB_FSR=0x402 fsynr=0x11
shows "sGFSR at 0x48"
field 1 USF 0x1
shows "FSR at 0x58"
field 10:9 FORMAT 0x2
shows "FSYNR0 at 0x68"
field 4 WNR 0x1
expect 0 registers vtd DMAR_FSTS_REG=0x102
shows "FSTS_REG at 0x34"
field 15:8 FRI 0x1

of_record() { # of_record WORD BITS NAME VALUE: a line of the last command
	grep -qE "^ *$1 +$2  $3 +$4  " "$dir/out" || say "no word $1, $2 $3 with $4 in: $(cat "$dir/out")"
}
# IHI 0070 7.3.13: a stalled write of stream 8, PASID 3, STAG 5, at stage 1, by its input address
expect 0 registers smmuv3 EVENT=0x0000000800003810,0x0000020080000005,0x12345678,0
shows "F_TRANSLATION (section 7.3.13): translation fault"
of_record 0 63:32 StreamID 0x8
of_record 0 31:12 SubstreamID 0x3
of_record 1 15:0 STAG 0x5
of_record 1 31 Stall 0x1
of_record 1 35 RnW 0x0
of_record 1 41:40 CLASS 0x2
of_record 2 63:0 InputAddr 0x12345678
# 7.3.19, bits 103 pR, 102 pW, 98 uW, 97 uX, 115:108 Span; a hint has no RnW
expect 0 registers smmuv3 evt=0x0000000800000024,0x000010c600000000,0x12345000,0
shows "E_PAGE_REQUEST (section 7.3.19)"
of_record 1 39 pR 0x1
of_record 1 38 pW 0x1
of_record 1 37 pX 0x0
of_record 1 34 uW 0x1
of_record 1 33 uX 0x1
of_record 1 51:44 Span 0x1
of_record 2 63:12 InputAddr 0x12345
! grep -q RnW "$dir/out" || say "a hint with RnW"
# Bit 36 of word 1 is RES0 of it, and a later event is not known
expect 1 registers smmuv3 EVENT=0x24,0x1000000000,0,0
shows "reserved bits of word 1 are set: 0x1000000000"
expect 1 registers smmuv3 EVENT=0x30,0,0,0
shows "kind 0x30 is not defined"
# 4.7.1: retry STAG 7 of stream 8; 5.2: stage 1, CDs at 0x10000; 5.4: ASID 9; chapter 8: a read and write, the last of group 5
expect 0 registers smmuv3 CMD=0x800001044,0x7 STE=0x1000b,0,0,0,0,0,0,0 CD=0x9000080000000,0,0,0,0,0,0,0 \
	PRI=0x7000000000000008,0x7005
shows "CMD_RESUME (section 4.7.1)"
of_record 0 12 Ac 0x1
of_record 1 15:0 STAG 0x7
of_record 0 3:1 Config 0x5
of_record 0 55:6 S1ContextPtr 0x400
of_record 0 63:48 ASID 0x9
of_record 0 62 Last 0x1
of_record 1 8:0 PRGIndex 0x5
# VT-d 11.4.7.6 and table 30: a write of 3a:00.0 without permission; 7.4.1.1: a read of PASID 2 by 0a.0, group 1, the last
expect 0 registers vtd FRCD=0x1000,0x8000000500003a00 PRQ=0x200500101,0x559ef6f9700d,0,0 DESC=0x25,0x1000,0,0
shows 'kernels print "PTE Write access is not set"'
of_record 1 39:32 FR 0x5
of_record 1 15:0 SID 0x3a00
of_record 0 51:32 PASID 0x2
of_record 0 31:16 RID 0x50
of_record 1 2 LPIG 0x1
of_record 1 11:3 PRGI 0x1
shows "WAIT (section 6.5.2)"
of_record 0 5 SW 0x1
# A context fault in the order of arm-smmu's line: a write without translation at 0x1000 of stream 8
expect 0 registers smmuv2 FAULT=0x402,0x1000,0x11,0x8
of_record 0 1 TF 0x1
of_record 1 63:0 FADDR 0x1000
of_record 2 4 WNR 0x1
of_record 3 15:0 StreamID 0x8
# Without a value: all fields, and the kinds
expect 0 registers smmuv3 EVENT
shows "F_VMS_FETCH"
shows "FetchAddr"

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
complains "'smmuv4' is none of smmuv2|smmuv3|vtd"
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
bad smmuv3 EVENT=1,2,3
complains "EVT has 4 words, not 3"
bad smmuv3 EVENT=1,2,3,4,5
complains "EVT has 4 words, not 5"
bad smmuv3 STE=1,2,3,4,5,6,7,8,9
complains "more than 8 words"
bad smmuv3 EVENT=1,2,x,4
complains "'x' is no value of 64 bits"
bad smmuv3 EVENT=1,,3,4
complains "'' is no value of 64 bits"
bad smmuv3 EVENT=1,2,3,0x10000000000000000
complains "'0x10000000000000000' is no value of 64 bits"
bad smmuv3 'EVENT[1]=1,2,3,4'
complains "has no register 'EVENT'"
bad smmuv3 CR0=1,2
complains "SMMU_CR0 has one value, not 2"
bad vtd EVENT=1,2,3,4
complains "vtd has no register 'EVENT'"
bad vtd --markdown PRS
complains "unexpected argument 'PRS'"
bad vtd --html
complains "--html"
exit $failed
