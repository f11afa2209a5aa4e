#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# gen-spec.awk: what it makes is the same with every awk at hand, and a table that says nonsense is refused with its line.
# usage: spec_generator.sh TOP AWK
set -u
top=$1
awk=$2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0
say() { echo "$*"; failed=1; }

for other in mawk "busybox awk" gawk; do
	command -v "${other%% *}" >/dev/null || continue
	for iommu in smmuv2 smmuv3 vtd; do
		for out in h c; do
			"$awk" -v out=$out -f "$top/src/spec/gen-spec.awk" "$top/src/spec/$iommu.spec" >"$dir/one" || say "$awk: $iommu"
			$other -v out=$out -f "$top/src/spec/gen-spec.awk" "$top/src/spec/$iommu.spec" >"$dir/other" || say "$other: $iommu"
			cmp -s "$dir/one" "$dir/other" || say "$other makes another ${iommu}_spec.$out"
		done
	done
done

# bad LINE MESSAGE: a table with that line as its last is refused, with the line's number
bad() {
	printf 'iommu T_ t\nspace s - %% Title\nreg A 0x0 4 1.1\n  3:0 F RW text\nrecord R 2 1.2 Text\n  0 7:0 ID text\npart P\n%s\n' "$1" \
		>"$dir/bad.spec"
	if "$awk" -v out=c -f "$top/src/spec/gen-spec.awk" "$dir/bad.spec" >/dev/null 2>"$dir/err"; then
		say "accepted: $1"
	elif ! grep -qF "bad.spec:8: $2" "$dir/err"; then
		say "not '$2' but: $(cat "$dir/err")"
	fi
}
bad 'field 3:0 X' "'field' says nothing"
bad '  2 3:0 X text' 'there is no word 2'
bad '  0 3:4 X text' "'3:4' are no bits"
bad '  0 64 X text' "'64' are no bits"
bad '  0 6:0 ID text' 'R_0_ID is defined twice'
bad 'kind 1 K 1.3 Q text' 'there is no part Q'
bad 'reg B 0x4 4 1.1 like=Z' 'there is no register Z'
bad 'reg B 0x4 3 1.1' 'reg NAME OFFSET BYTES'
bad 'record S 1 1.4 of=Z Text' 'there is no register Z'
exit $failed
