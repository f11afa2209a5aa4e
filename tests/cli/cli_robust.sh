# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What nothing may do to the command: bad inputs, pipes, no memory, signals, no room, long names, links.
. "$(dirname "$0")/cli_lib.sh"
found=$top/tests/cli/found

# one_line: the last command's errors are one line (and a hint of the usage)
one_line() {
	[ "$(grep -vc '^Try ' "$dir/err")" = 1 ] || say "not one line: $(cat "$dir/err")"
}

# ---- inputs that broke it ----
expect 2 info "$found/dmat-deflated-zero-null.dmat"
complains "offset 264: damaged block"
one_line
expect 2 info "$found/dmat-unchecked-field.crc0.dmat"
one_line
expect 0 pack "$found/pack-time-jump-unreadable.txt" -o "$dir/t.dmat"
expect 0 dump "$dir/t.dmat"
cmp -s "$dir/out" "$found/pack-time-jump-unreadable.txt" || say "a step of 292 years does not come back"
expect 0 import "$found/csv-null-offset.csv" -o "$dir/t.dmat"

# As many records by a pipe, standard input and gzip as from the file.
log=$found/import-from-pipe-loses-lines.log
expect 0 import "$log" -o "$dir/file.dmat"
"$faultline" dump "$dir/file.dmat" | grep -v '^meta source' >"$dir/want"
[ "$(grep -c '^[a-l]' "$dir/want")" -ge 3 ] || say "records are missing: $(cat "$dir/want")"
same_records() {
	"$faultline" dump "$dir/t.dmat" | grep -v '^meta source' | cmp -s - "$dir/want" || say "other records by $1"
}
gzip -c "$log" >"$dir/log.gz"
expect 0 import "$dir/log.gz" -o "$dir/t.dmat"
same_records gzip
cat "$log" | "$faultline" import /dev/stdin -o "$dir/t.dmat" >/dev/null 2>&1
same_records "a pipe"
"$faultline" import - -o "$dir/t.dmat" <"$log" >/dev/null 2>&1
same_records "standard input"
mkfifo "$dir/fifo"
cat "$log" >"$dir/fifo" &
expect 0 import "$dir/fifo" -o "$dir/t.dmat"
wait
same_records "a FIFO"

# A line with a byte of 0 is counted, not lost.
expect 0 import "$found/import-nul-drops-line.log" -o "$dir/t.dmat"
complains "line 43"

# 30,000 accesses of 16 MiB: what they touch is counted by the range.
awk 'BEGIN { print "dmat 1"; for (i = 0; i < 30000; i++) printf "access %d sid=1 iova=%.0f size=16777216 dir=r\n", i, i * 16777216 }' |
	"$faultline" pack - -o "$dir/many.dmat" 2>/dev/null
expect 0 --memory-limit 500M info "$dir/many.dmat" --json
shows "122880000"

# ---- cost is bounded by what is touched ----
expect 0 pack "$found/replay-1TiB-map-hang.txt" -o "$dir/map.dmat"
for way in --functional ''; do
	# shellcheck disable=SC2086
	expect 0 --memory-limit 1G replay "$dir/map.dmat" --iommu smmuv3 --faults stall $way
	shows "pages                1 mapped"
	shows "F_TRANSLATION      1"
done
# All of it resident is refused, not tried.
expect 2 --memory-limit 400M replay "$dir/map.dmat" --iommu smmuv3 --faults stall --resident all --functional
complains "Cannot allocate memory"
one_line

# A large map, kept as an extent, is what its pieces are: unmapped in part, mapped again, touched on both sides.
rest='attach 0 sid=1 domain=1
access 10 sid=1 domain=1 iova=0x1000 size=64 dir=r
access 20 sid=1 domain=1 iova=0x10000000 size=64 dir=w
unmap 1000000 domain=1 iova=0x1000 size=0x8000000
access 1000010 sid=1 domain=1 iova=0x1000 size=64 dir=r
access 1000020 sid=1 domain=1 iova=0x8002000 size=64 dir=r
map 2000000 domain=1 iova=0x2000 size=0x2000 pa=0x700000000 perm=rw
access 2000010 sid=1 domain=1 iova=0x3000 size=64 dir=w
access 2000020 sid=1 domain=1 iova=0x1fff0000 size=64 dir=w'
{
	printf 'dmat 1\nmap 0 domain=1 iova=0x0 size=0x20000000 pa=0x100000000 perm=rw\n'
	echo "$rest"
} >"$dir/large.txt"
{
	printf 'dmat 1\n'
	for i in 0 1 2 3 4 5 6 7; do
		printf 'map 0 domain=1 iova=0x%x size=0x4000000 pa=0x%x perm=rw\n' $((i << 26)) $((0x100000000 + (i << 26)))
	done
	echo "$rest"
} >"$dir/pieces.txt"
for name in large pieces; do
	expect 0 pack "$dir/$name.txt" -o "$dir/$name.dmat"
	expect 0 replay "$dir/$name.dmat" --iommu smmuv3 --faults stall --functional
	cp "$dir/out" "$dir/$name.out"
done
cmp -s "$dir/large.out" "$dir/pieces.out" || say "a large map is not its pieces: $(diff "$dir/large.out" "$dir/pieces.out")"
grep -q '1 aborted' "$dir/large.out" || say "the access to the unmapped page: $(cat "$dir/large.out")"

# ---- no memory: one line and status 2, or it is enough ----
expect 0 gen random --set accesses=2000 --set streams=4 -o "$dir/r.dmat"
limited() {
	for size in 9000 13500 14500 15500 16000 16500 17000 17500 18500 20000 24000; do
		status=0
		(
			ulimit -v $size
			exec timeout 60 "$faultline" "$@" >"$dir/out" 2>"$dir/err"
		) 2>"$dir/shell" || status=$?
		case $status/$(wc -l <"$dir/err") in
		0/* | 2/1 | 127/*) ;; # 127: not even the loader had enough
		*) say "ulimit -v $size, $*: status $status: $(cat "$dir/err")" ;;
		esac
	done
}
limited info "$dir/r.dmat"
limited replay "$dir/r.dmat" --iommu vtd --faults pri
limited replay "$dir/r.dmat" --iommu smmuv3 --faults stall --json "$dir/u.json" --answers
limited replay "$dir/r.dmat" --iommu smmuv2 --faults stall --functional
limited compare "$dir/r.dmat"
limited gen random --set accesses=2000 -o "$dir/y.dmat"
expect 2 --memory-limit none info "$dir/r.dmat"
complains "--memory-limit: expected a size"

# ---- signals and a limit of the file's size leave nothing, and the status says which ----
for signal in INT TERM HUP; do
	status=0
	timeout --preserve-status -s $signal 0.3 "$faultline" gen random --set accesses=90000000 -o "$dir/sig.dmat" \
		>/dev/null 2>&1 || status=$?
	case $signal/$status in
	INT/130 | TERM/143 | HUP/129) ;;
	*) say "SIG$signal: status $status" ;;
	esac
	absent "$dir/sig.dmat"
done
status=0
(
	ulimit -f 8
	exec "$faultline" gen random --set accesses=300000 -o "$dir/sig.dmat"
) >/dev/null 2>&1 || status=$?
[ "$status" = 153 ] || say "SIGXFSZ: status $status"
absent "$dir/sig.dmat"

# ---- no room, names, links, folders ----
status=0
"$faultline" dump "$dir/r.dmat" >/dev/full 2>"$dir/err" || status=$?
[ $status = 2 ] || say "dump to a full device: status $status"
complains "standard output: cannot write: No space left on device"
expect 2 gen random --set accesses=9 -o /dev/full
complains "/dev/full: cannot write: not a regular file"
name=$(printf '%0250d' 0).dmat
expect 0 gen random --set accesses=9 -o "$dir/$name"
expect 0 info "$dir/$name"
expect 2 gen random --set accesses=9 -o "$dir/a$name"
complains "File name too long"
ln -s real.dmat "$dir/link.dmat"
expect 0 gen random --set accesses=9 -o "$dir/link.dmat"
[ -L "$dir/link.dmat" ] && [ -f "$dir/real.dmat" ] || say "a link was replaced"
ln -s real.json "$dir/link.json"
expect 0 replay "$dir/r.dmat" --iommu vtd --faults pri --json "$dir/link.json"
[ -L "$dir/link.json" ] && [ -f "$dir/real.json" ] || say "a link was replaced"
for command in "info" "dump" "explain" "verify" "replay --iommu vtd --faults pri" "inspect" "config" "import -o $dir/no.dmat"; do
	# shellcheck disable=SC2086
	expect 2 $command "$dir"
	complains "directory"
	one_line
done
expect 2 translate --iommu smmuv3 --memory "$dir" --registers "$dir" --sid 1 --iova 0
complains "Is a directory"

# ---- messages ----
expect 2 replay "$dir/r.dmat" --iommu vtd --faults pri --repeat 0
complains "--repeat 0: not a number from 1"
: >"$dir/empty"
for command in "import -o $dir/no.dmat" "pack -o $dir/no.dmat" "info" "inspect" "check-stall"; do
	# shellcheck disable=SC2086
	expect 2 $command "$dir/empty"
	one_line
done
expect 2 check-stall -
complains "cannot come through a pipe"
"$faultline" config mmu500 | "$faultline" config - >"$dir/out" 2>"$dir/err" || say "a configuration from standard input: $(cat "$dir/err")"
exit $failed
