#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# translate --iommu smmuv2: a dump of one bank with three tables, made here by hand.
set -u
. "$(dirname "$0")/cli_lib.sh"

le64() { # le64 NUMBER: its eight bytes, lowest first
	v=$1
	for _ in 1 2 3 4 5 6 7 8; do
		# shellcheck disable=SC2059
		printf "\\$(printf %03o $((v & 255)))"
		v=$((v >> 8))
	done
}
page() { # page ADDRESS INDEX DESCRIPTOR: a page of zeros but for one
	le64 "$1"
	head -c $(($2 * 8)) /dev/zero
	le64 "$3"
	head -c $((4088 - $2 * 8)) /dev/zero
}
{
	page 0x100000 0 0x101003
	page 0x101000 0 0x102003
	page 0x102000 5 0x80005743
} >"$dir/tables.pages"

# 16 banks, 32 groups, 4 KiB register pages: the banks begin at 0x10000. Stream 0x21 -> bank 3, SCTLR as given.
dump() { # dump SCTLR TRANSLATIONS
	cat <<-EOF
	{ "idr": { "0x20": "0x78015e20", "0x24": "0x30008010", "0x28": "0x7555" },
	  "registers": { "0x13000": "$1", "0x13020": "0x4000000100000", "0x13030": "0x803519", "0x13010": "0x38015",
	    "0x13058": "0x402", "0x13060": "0x1234", "0x100c": "0x10000", "0x180c": 1, "0xc00": 3, "0x800": "0x80000021",
	    "0x804": "0x80000022", "0xc04": "0x10000", "0x808": "0x80000023", "0xc08": "0x20000", "0x0": "0x200406" },
	  "translations": [ $2 ] }
	EOF
}
entries='
{ "sid": "0x21", "iova": "0x5123", "pa": "0x80005123", "perm": 3 },
{ "sid": "0x21", "iova": "0x9008", "access": "w", "priv": true, "response": "abort", "context_fault":
  { "fsr": "0x402", "far": "0x9008", "fsynr0": "0xff0033", "cbfrsynra": "0x21", "cb": 3, "masks": { "fsynr0": "0xffff" } } },
{ "sid": "0x21", "iova": "0x40000000", "context_fault": { "fsr": "0x402", "fsynr0": "0x1" } },
{ "sid": "0x22", "iova": "0x7777000", "pa": "0x7777000", "bypass": true },
{ "sid": "0x23", "iova": "0x1000", "global_fault": { "gfsr": 1, "gfar": "0x1000", "gfsynr1": "0x23" } },
{ "sid": "0x24", "iova": "0x1000", "access": "w", "global_fault": { "gfsr": 2, "gfsynr0": 2 } }'
try() { # try STATUS FILE [OPTION...]
	status=$1
	file=$2
	shift 2
	expect "$status" translate --iommu smmuv2 --memory "$dir/tables.pages" --registers "$dir/$file" "$@"
}

dump 0x161 "$entries" >"$dir/dump.json"
try 0 dump.json
shows "6 compared, 6 equal, 0 different"
shows "sid 0x21 iova 0x5123 r: ok pa 0x80005123 perm rwx"
shows "sid 0x21 iova 0x9008 w priv: abort TF 0x0000003300000402 0x0000000000009008 0x0000000300000021"
shows "sid 0x24 iova 0x1000 w: abort USF 0x0000000200000002"
try 0 dump.json --walk --sid 0x21 --iova 0x5000
[ "$(grep -c '^    read  stage1' "$dir/out")" = 3 ] || say "--walk does not show three accesses"

# the same bank with CFCFG: stalls; what stays outstanding does not reach the next access
dump 0x1e1 "$entries" | sed 's/"response": "abort"/"response": "stall"/; s/"fsr": "0x402"/"fsr": "0x40000402"/g' >"$dir/stall.json"
try 0 stall.json
shows "6 compared, 6 equal, 0 different"

# what differs is named, status 1
sed 's/0x80005123/0x80006123/' "$dir/dump.json" >"$dir/wrong.json"
try 1 wrong.json
shows "6 compared, 5 equal, 1 different"
sed 's/"fsynr0": "0x1"/"fsynr0": "0x2"/' "$dir/dump.json" >"$dir/wrong.json"
try 1 wrong.json
shows "DIFFERENT: expected fsynr0 0x2 (mask 0xffffffff), got 0x1"
sed 's/"global_fault": { "gfsr": 1/"context_fault": { "fsr": 1/' "$dir/dump.json" >"$dir/wrong.json"
try 1 wrong.json
shows "DIFFERENT: expected a context fault"

# identification registers that no SMMUv2 has, and none at all: then the banks begin at 0x80000
sed 's/0x30008010/0x30008000/' "$dir/dump.json" >"$dir/bad.json"
try 2 bad.json
complains "idr: values that no SMMUv2 has"
sed 's/"idr": {[^}]*},//; s/"0x13/"0x83/g' "$dir/dump.json" >"$dir/plain.json"
try 0 plain.json
shows "6 compared, 6 equal, 0 different"
exit $failed
