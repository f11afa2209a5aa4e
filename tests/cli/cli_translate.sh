#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# translate as a person types it: dumps that others expect results of, single accesses, bad input.
set -u
. "$(dirname "$0")/cli_lib.sh"
v3=$top/tests/smmuv3/data
vtd=$top/tests/vtd/data
linux=$v3/arm64-smmuv3-nvme-e1000e
tables=$linux.pages.gz

expect 0 translate --help
shows "Usage: faultline translate"

# dumps with expectations: every entry
expect 0 translate --iommu smmuv3 --memory "$tables" --registers "$linux.json"
shows "16 compared, 16 equal, 0 different"
shows "sid 0x10 iova 0xfffff000 r: ok pa 0x8090000 perm rw-"
for s in smmuv3-71 smmuv3-72; do
	gzip -dc "$v3/$s.json.gz" >"$dir/$s.json"
	expect 0 translate --iommu smmuv3 --memory "$v3/$s.pages.gz" --registers "$dir/$s.json"
	shows "2600 compared, 2600 equal, 0 different"
done
for s in vtd-71 vtd-72; do
	gzip -dc "$top/tests/postmortem/data/$s.json.gz" >"$dir/$s.json"
	expect 0 translate --iommu vtd --memory "$vtd/$s.pages.gz" --registers "$dir/$s.json"
	shows " 0 different"
	[ "$(tail -1 "$dir/out" | cut -d' ' -f1)" -ge 1000 ] || say "$s: $(tail -1 "$dir/out")"
done
for s in legacy scalable; do
	expect 0 translate --iommu vtd --memory "$vtd/x86-vtd-$s-nvme-e1000e.pages.gz" \
		--registers "$top/tests/postmortem/data/x86-vtd-$s-nvme-e1000e.json"
	shows " 0 different"
	case "$(tail -1 "$dir/out")" in "0 compared"*) say "$s: nothing compared" ;; esac
done

# a plain dump is as good as a gzipped one
gzip -dc "$tables" >"$dir/plain.pages"
expect 0 translate --iommu smmuv3 --memory "$dir/plain.pages" --registers "$linux.json"
shows "16 compared, 16 equal, 0 different"

# single accesses: the ends of a page that the dump's list has, and what is not mapped
expect 0 translate --iommu smmuv3 --memory "$tables" --registers "$linux.json" \
	--sid 8 --iova 0xffe7f000 --iova 0xffe7ffff --write --sid 0x10 --iova 0x123 --write --iova 0x456
shows "sid 0x8 iova 0xffe7f000 r: ok pa 0x43edd000 perm rw"
shows "sid 0x8 iova 0xffe7ffff w: ok pa 0x43eddfff perm rw"
# F_TRANSLATION, StreamID 0x10, CLASS 2 (input address), RnW by the access
shows "sid 0x10 iova 0x123 w: abort F_TRANSLATION 0x0000001000000010 0x0000020000000000 0x0000000000000123 0x0000000000000000"
shows "sid 0x10 iova 0x456 r: abort F_TRANSLATION 0x0000001000000010 0x0000020800000000 0x0000000000000456 0x0000000000000000"
shows "0 compared, 0 equal, 0 different"
# C_BAD_STREAMID without a SubstreamID, then with one (SSV)
expect 0 translate --iommu smmuv3 --memory "$tables" --registers "$linux.json" \
	--sid 0xffffffff --iova 0 --ssid 5 --iova 0
shows "sid 0xffffffff iova 0x0 r: abort C_BAD_STREAMID 0xffffffff00000002 "
shows "sid 0xffffffff ssid 0x5 iova 0x0 r: abort C_BAD_STREAMID 0xffffffff00005802 "

# what an edu device was told to do: 56 accesses, 56 records, and those that Linux printed word by word
# (that QEMU leaves CLASS zero; here it is 2, input address)
set --
while read -r way iova bytes; do
	case $way in '#'*) continue ;; esac
	i=0
	while [ $i -lt "$bytes" ]; do
		set -- "$@" --iova $((iova + i)) $([ "$way" = r ] || echo --write)
		printf '0x0000000800000010 0x%016x 0x%016x 0x0000000000000000\n' \
			$([ "$way" = r ] && echo 0x20800000000 || echo 0x20000000000) $((iova + i)) >>"$dir/edu"
		i=$((i + 4))
	done
done <"$top/traces/edu-bursts.txt"
expect 0 translate --iommu smmuv3 --memory "$tables" --registers "$linux.json" --sid 8 "$@"
sed -n 's/.* abort F_TRANSLATION //p' "$dir/out" >"$dir/records"
[ "$(wc -l <"$dir/edu")" = 56 ] || say "not 56 accesses"
cmp "$dir/edu" "$dir/records" || say "not the records of the accesses"
awk '/received:/ {n = 4; line = ""; next}
	n {line = line (n < 4 ? " " : "") $NF}
	n && !--n && length(line) == 75 {print line}' "$v3/arm64-smmuv3-edu-faults.dmesg" |
	sed 's/^\([^ ]* 0x00000\)0/\12/' | sort -u >"$dir/logged"
[ "$(wc -l <"$dir/logged")" -ge 10 ] || say "the log holds but $(wc -l <"$dir/logged") records"
sort "$dir/edu" | comm -13 - "$dir/logged" >"$dir/missing"
[ ! -s "$dir/missing" ] || say "logged, but not among ours: $(cat "$dir/missing")"

# --walk: stream table in two levels, context descriptor, four levels of table
expect 0 translate --iommu smmuv3 --memory "$tables" --registers "$linux.json" --walk --sid 8 --iova 0xfffff040
[ "$(grep -c '^    read ' "$dir/out")" = 7 ] || say "--walk shows $(grep -c '^    read ' "$dir/out") accesses, not 7"
shows "read  stage1 level  3  0x0000439f3ff8 8 bytes"

# --json
expect 0 translate --iommu smmuv3 --memory "$tables" --registers "$linux.json" --json --walk
for text in '"compared": 16' '"equal": 16' '"different": 0' '"sid": "0x8"' '"iova": "0xffe7f000"' \
	'"outcome": "ok"' '"pa": "0x43edd000"' '"what": "stage1"' '"bytes": 64'; do
	shows "$text"
done
[ "$(head -c 1 "$dir/out")$(tail -c 2 "$dir/out")" = "{}" ] || say "--json is not one object"

# an entry that says otherwise: status 1, and which
sed 's/0x43edd000/0x43ede000/' "$linux.json" >"$dir/wrong.json"
expect 1 translate --iommu smmuv3 --memory "$tables" --registers "$dir/wrong.json"
shows "16 compared, 15 equal, 1 different"
shows "DIFFERENT: expected pa 0x43ede000"

# bad input: status 2, one line that names file and place, nothing on standard output
bad() {
	expect 2 translate "$@"
	[ ! -s "$dir/out" ] || say "translate $*: output in spite of an error"
}
registers() { # registers TEXT MESSAGE: a register dump of that text is refused so
	printf "$1" >"$dir/r.json"
	bad --iommu smmuv3 --memory "$tables" --registers "$dir/r.json"
	complains "$2"
	[ "$(wc -l <"$dir/err")" = 1 ] || say "more than one line: $(cat "$dir/err")"
}
registers '{\n "registers": {\n "0x20" 1}\n}' "r.json:3:9: ':' expected"
registers '{"registers": {"0x20": 1, "0x20": 2}}' "r.json:1:32: duplicate object key"
registers '' "r.json: the file is empty"
registers '{}' "r.json: no \`translations\`, and no --iova"
registers '{"translations": []}' "r.json: no \`registers\`"
registers '{"translations": [], "registers": []}' "r.json: no \`registers\`"
for value in '"zz"' '""' '-1' '"-1"' 1.5 null; do
	registers "{\"translations\": [], \"registers\": {\"0x20\": $value}}" \
		"r.json: \"0x20\": not a register's offset and value"
done
registers '{"translations": [], "registers": {"0x21": 1}}' "\"0x21\": not a register's offset"
registers '{"translations": [], "registers": {}, "idr": 7}' "idr: not an object"
registers '{"translations": [], "registers": {}, "idr": {"0x20": 1}}' 'idr "0x20": not an identification register'
registers '{"translations": [], "registers": {}, "idr": {"0x4": "0xffffffff"}}' "idr: values that no SMMUv3 has"
registers '{"registers": {}, "translations": [{}]}' "translations[0].sid: not a 32-bit number"
registers '{"registers": {}, "translations": [{"sid": 1, "iova": "0x"}]}' "translations[0].iova: not a number"
registers '{"registers": {}, "translations": [{"sid": 1, "iova": 0, "access": "rw"}]}' "access: not one of r, w, x"
registers '{"registers": {}, "translations": [{"sid": 1, "iova": 0, "ssid": 1048576}]}' "not a 20-bit number"

bad --iommu smmuv3 --memory "$tables" --registers "$dir/none.json"
complains "none.json: cannot read: No such file"
bad --iommu smmuv3 --memory "$dir/none.pages" --registers "$linux.json"
complains "none.pages: page 0: No such file"
head -c 9000 "$dir/plain.pages" >"$dir/cut.pages"
bad --iommu smmuv3 --memory "$dir/cut.pages" --registers "$linux.json"
complains "cut.pages: page 2: the file ends within it"
head -c 600 "$tables" >"$dir/cut.pages.gz"
bad --iommu smmuv3 --memory "$dir/cut.pages.gz" --registers "$linux.json"
complains "cut.pages.gz: page "

set -- --iommu smmuv3 --memory "$tables" --registers "$linux.json"
bad --iommu smmuv9
complains "--iommu smmuv9: no such kind"
bad
complains "--iommu, --memory and --registers are needed"
bad "$@" more
complains "more: no argument is taken"
bad "$@" --iova 1
complains "--iova 1: no --sid before it"
bad "$@" --write
complains "--write: no --iova before it"
bad "$@" --sid x
complains "--sid x: not a number from 0 to 4294967295"
bad "$@" --sid 1 --ssid 0x100000
complains "--ssid 0x100000: not a number from 0 to 1048575"
bad "$@" --sid 1 --iova 0x10000000000000000
complains "--iova 0x10000000000000000: not a number"
bad "$@" --sid
complains "option '--sid' needs a value"
bad "$@" --colour
complains "unknown option '--colour'"
"$faultline" translate "$@" >/dev/full 2>"$dir/err" && say "a full disk is no error"

exit $failed
