#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# import, info, dump, pack and gen as a person types them: results, exit statuses, messages.
set -u
. "$(dirname "$0")/cli_lib.sh"
sample=$top/traces/arm64-smmuv3-nvme-e1000e.dmat

# help
expect 0 --help
for command in import info dump pack gen; do
	shows "  $command "
	expect 0 $command --help
	shows "Usage: faultline $command"
	expect 0 --help
done
expect 0 --version
shows faultline
expect 2
expect 2 frobnicate
complains "unknown command 'frobnicate'"

# info
expect 0 info "$sample"
shows "access             30025"
shows "touched first 7319 times"
expect 0 info --json "$sample"
shows '"first_touches": 7319'
cp "$dir/out" "$dir/first"
expect 0 info --json "$sample"
cmp -s "$dir/out" "$dir/first" || say "info --json is not the same twice"
expect 2 info
complains "no trace given"
expect 2 info "$sample" more
complains "unexpected argument 'more'"
expect 2 info --colour "$sample"
complains "unknown option '--colour'"
expect 2 info "$dir/none.dmat"
complains "none.dmat: cannot read"
expect 2 info "$top/traces/README.md"
complains "not a .dmat trace"

# dump and pack
expect 0 dump "$sample"
cp "$dir/out" "$dir/text"
expect 0 pack "$dir/text" -o "$dir/again.dmat"
cmp -s "$sample" "$dir/again.dmat" || say "pack of dump is not the same file"
"$faultline" dump "$sample" | "$faultline" pack - -o "$dir/piped.dmat" || say "pack of standard input failed"
cmp -s "$sample" "$dir/piped.dmat" || say "pack of standard input is not the same file"
# a trace itself cannot come that way
expect 2 info - <"$sample"
complains 'cannot come through a pipe'
printf 'dmat 1\naccess 0 sid=1 iova=0 size=0 dir=r\n' >"$dir/zero"
expect 2 pack "$dir/zero" -o "$dir/zero.dmat"
complains "zero:2: access of zero length"
absent "$dir/zero.dmat"
expect 2 pack "$dir/text"
complains "no output file"
expect 2 pack "$dir/text" -o
complains "needs a value"
expect 2 pack "$dir/none" -o "$dir/x.dmat"
complains "none: cannot read"
expect 2 pack "$dir/text" -o "$dir/no/folder.dmat"
complains "no/folder.dmat: cannot write"
expect 2 pack "$dir/text" -o /dev/full
complains "not a regular file"
"$faultline" dump "$sample" >/dev/full 2>"$dir/err" && say "a full disk is no error"

# damage
head -c 60000 "$sample" >"$dir/cut.dmat"
for command in info dump; do
	expect 2 $command "$dir/cut.dmat"
	complains "cut.dmat: offset"
	expect 1 $command --prefix "$dir/cut.dmat"
	complains "truncated"
done
[ "$(wc -l <"$dir/out")" -gt 4096 ] || say "no readable prefix"
{ head -c 50000 "$sample"; printf X; tail -c +50002 "$sample"; } >"$dir/flip.dmat"
expect 2 dump "$dir/flip.dmat"
complains "damaged block"

# import
printf '%s\n' \
	'1@1.000000:smmu_iotlb_lookup_miss IOTLB cache MISS asid=2 addr=0x1000 hit=0 miss=1 hit rate=0' \
	'1@1.000001:smmuv3_translate_success m sid=0x8 iova=0x1000 translated=0x5000 perm=0x3' >"$dir/log"
expect 0 import "$dir/log" -o "$dir/log.dmat" --length 8 --meta "origin=a test"
expect 0 dump "$dir/log.dmat"
shows "meta origin a test"
shows "access 1000 sid=0x8 domain=2 iova=0x1000 size=8 dir=rw outcome=ok pa=0x5000 perm=rw"
echo '1@1.000002:smmuv3_translate_success m sid=0x8' >>"$dir/log"
rm "$dir/log.dmat"
expect 0 import --format qemu "$dir/log" -o "$dir/log.dmat"
complains "3 lines: 0 faults, 0 page requests, 1 unreadable (line 3), 0 suppressed"
complains "line 3: malformed event"
expect 1 import --strict "$dir/log" -o "$dir/log.dmat"
expect 0 dump "$dir/log.dmat"
shows "mark 2000 size=1 tag=3 code=unreadable text=1@1.000002:smmuv3_translate_succ"
cat "$dir/log" | "$faultline" import - -o "$dir/pipe.dmat" 2>"$dir/pipe" || say "import from a pipe failed"
grep -q "^3 lines: 0 faults, 0 page requests, 1 unreadable (line 3)" "$dir/pipe" || say "lines of a pipe are lost"
expect 2 import --format cobol "$dir/log" -o "$dir/log.dmat"
complains "unknown format 'cobol'"
expect 0 import --format list
shows qemu
expect 2 import "$dir/log" -o "$dir/log.dmat" --length 0
complains "--length 0: not a number from 1"
expect 2 import "$dir/log" -o "$dir/log.dmat" --meta nonsense
complains "is not KEY=VALUE"

# gen
expect 0 gen random --keys
shows accesses
expect 0 gen random --set accesses=1000 --seed 7 -o "$dir/a.dmat"
expect 0 gen random --seed 7 --set accesses=1000 -o "$dir/b.dmat"
cmp -s "$dir/a.dmat" "$dir/b.dmat" || say "gen is not a function of its seed"
expect 2 gen random --set accesses=0 -o "$dir/c.dmat"
complains "accesses: '0' is not a number from 1"
expect 2 gen random --set speed=9 -o "$dir/c.dmat"
complains "unknown key 'speed'"
expect 2 gen random --seed x -o "$dir/c.dmat"
complains "--seed x: not a number"
expect 0 gen --help
for key in fresh_run burst_gap_ns think_ns packet_bytes queue_depth recycle_frames parts=PART; do
	shows "$key"
done
expect 0 gen mix --keys
shows "Keys of random"
expect 0 gen mix --set parts=nic,r:random --set nic.packets=10 --set r.accesses=10 -o "$dir/a.dmat"
expect 0 gen mix --set r.accesses=10 --set nic.packets=10 --set parts=nic,r:random -o "$dir/b.dmat"
cmp -s "$dir/a.dmat" "$dir/b.dmat" || say "the order of --set changes a mix"
bad_gen() { # bad_gen MESSAGE ARGUMENT...: one line, and no file
	message=$1
	shift
	expect 2 gen "$@" -o "$dir/c.dmat"
	complains "$message"
	[ "$(wc -l <"$dir/err")" = 1 ] || say "more than one line: $(cat "$dir/err")"
	absent "$dir/c.dmat"
}
bad_gen "faultline: gen random: think_ns: needs dependent=yes" random --set think_ns=1
bad_gen "burst: '1000001' is not a number from 0 to 1000000" random --set burst=1000001
bad_gen "maps: unknown value 'never'" random --set maps=never
bad_gen "gen mix: parts=PART,... is needed" mix
bad_gen "gen mix: r.accesses: '0' is not a number" mix --set parts=r:random --set r.accesses=0
bad_gen "gen mix: 'disk.x=1': no such part" mix --set parts=nic --set disk.x=1
expect 2 gen disk -o "$dir/c.dmat"
complains "no such generator"
absent "$dir/c.dmat"

# a signal ends the command, and takes away what it has drawn so far
for drawn in timeline vcd; do
	timeout -s INT 0.5 "$faultline" replay "$top/traces/arm64-smmuv3-edu-faults.dmat" --repeat 1000000 --iommu smmuv3 \
		--faults stall --$drawn "$dir/drawn.x" >/dev/null
	[ $? = 124 ] || say "replay did not run until SIGINT"
	for f in "$dir"/drawn.x*; do
		[ ! -e "$f" ] || say "SIGINT leaves $f"
	done
done
# a signal ends the command, and takes away what it has written so far
for signal in INT TERM HUP; do
	timeout -s $signal 0.5 "$faultline" gen random --set accesses=100000000 -o "$dir/killed.dmat" >/dev/null
	[ $? = 124 ] || say "gen did not run until SIG$signal"
	for f in "$dir"/killed.dmat*; do
		[ ! -e "$f" ] || say "SIG$signal leaves $f"
	done
done

exit $failed
