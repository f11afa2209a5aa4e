#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# fit as a person types it.
set -u
. "$(dirname "$0")/cli_lib.sh"

expect 0 fit --help
shows "Usage: faultline fit MEASURED"

# a machine whose hits take 600 ns and whose misses 240 more, with 64 entries; 30 reads in flight, 10 walks a us
mkdir "$dir/on"
cat >"$dir/on/lat.csv" <<END
window_bytes,size_bytes,latency_ns
32768,64,600
524288,64,720
1048576,64,780
4194304,64,825
END
cat >"$dir/on/bw.csv" <<END
Test,PAT,Cache,WinSZ,SZ,Trans/s
BW_DMA_RD,Rand,Cold,4096,64,50000000
BW_DMA_RD,Rand,HWarm,4096,64,70000000
BW_DMA_RD,Rand,Cold,4194304,64,10666667
BW_DMA_RD,Rand,Cold,67108864,64,10040000
END
printf 'window_bytes,size_bytes,mb_s\n4096,64,3200\n' >"$dir/off.csv"

expect 0 fit "$dir/on" --off "$dir/off.csv" --preset xeon-e5 -o "$dir/a.yaml"
shows "64 TLB entries"
shows "2 walk slots"
grep -q '^read .* points$' "$dir/out" || say "the difference of a bandwidth is no points"
grep -q '^latency .* %$' "$dir/out" || say "the difference of a latency is no %"
# 4 windows of latency, 3 of bandwidth (a warm cache's is none), 1 without the IOMMU
shows "latency, IOMMU on: 4 of 4 windows within 5 %"
shows "bandwidth, IOMMU on: 3 of 3 windows within 8 points"
shows "bandwidth, IOMMU off: 1 of 1 windows"
cp "$dir/out" "$dir/first"
expect 0 fit "$dir/on" --off "$dir/off.csv" --preset xeon-e5 -o "$dir/b.yaml"
cmp -s "$dir/out" "$dir/first" || say "two runs say different things"
cmp -s "$dir/a.yaml" "$dir/b.yaml" || say "two runs make different presets"

# The same for programs: what was fitted and what not, and each point. A latency of 600 ns is 600000 ps; 70000000
# transfers of 64 bytes a second are 4480 MB/s (the warm one is none of the points), 50000000 are 3200.
expect 0 fit "$dir/on" --off "$dir/off.csv" --preset xeon-e5 -o "$dir/b.yaml" --json "$dir/fit.json"
cmp -s "$dir/out" "$dir/first" || say "--json FILE changes the text"
expect 0 fit "$dir/on" --off "$dir/off.csv" --preset xeon-e5 -o "$dir/b.yaml" --json -
cmp -s "$dir/out" "$dir/fit.json" || say "--json - and --json FILE differ"
# member LIST KEY VALUE MEMBER: the member of the first object of a list in which KEY is VALUE
member() {
	awk -v list="  \"$1\":" -v key="\"$2\":" -v value="$3" -v member="\"$4\":" '
		index($0, list) == 1 { within = 1 }
		{ v = $2; gsub(/[",]/, "", v) }
		within && $1 == key && v == value { found = 1 }
		found && $1 == member { print v; exit }
		/^    }/ { found = 0 }' "$dir/fit.json"
}
equal() {
	[ "$1" = "$2" ] || say "$3 is ${1:-missing}, not $2"
}
equal "$(member parameters key iommu.tlb_sets origin)" fitted "the TLB"
equal "$(member parameters key tcu.walk_slots value)" 2 "walk slots"
equal "$(member parameters key memory.latency_ns origin)" assumed "the memory"
equal "$(member parameters key pcie.tags origin)" follows "tags"
equal "$(grep -c '"difference_ppm"' "$dir/fit.json")" 8 "the number of points"
equal "$(member points window_bytes 32768 measured_ps)" 600000 "the latency"
equal "$(member points kind read measured_kb_s)" 3200000 "the bandwidth"
model=$(member points window_bytes 524288 model_ps)
equal "$(member points window_bytes 524288 difference_ppm)" \
	"$(awk -v m="$model" 'BEGIN { d = (m - 720000) / 720000 * 1e6; printf "%d", d + (d < 0 ? -0.5 : 0.5) }')" "the difference"
equal "$(member scores of latency good)" 4 "the score"

# the preset alone, as anybody plays it: 64 MiB, one read at a time, 600 + 240 * (1 - 64 / 16384) = 839 ns
expect 0 config "$dir/a.yaml"
shows "bus: pcie"
expect 0 gen random --set streams=1 --set pages=16384 --set write_percent=0 --set accesses=20000 -o "$dir/t.dmat"
expect 0 replay "$dir/t.dmat" --iommu vtd --faults terminate --resident all --config "$dir/a.yaml" --outstanding 1 \
	--json "$dir/t.json"
mean=$(sed -n '/"access_latency_ns"/,/}/s/.*"mean": \([0-9]*\).*/\1/p' "$dir/t.json")
[ "${mean:-0}" -ge 835 ] && [ "${mean:-0}" -le 843 ] || say "mean ${mean:-none} ns, not 839"

# The presets in configs/ against rows of pcie-bench's tables: 5 % of a latency, 8 % of the bandwidth without the IOMMU.
# point PRESET IOMMU PAGES SIZE WRITE%: makes and plays them; $dir/t.json has the result
point() {
	expect 0 gen random --set streams=1 --set "pages=$3" --set "size_bytes=$4" --set "write_percent=$5" \
		--set interval_ns=0 --set spacing=fixed --set accesses=20000 -o "$dir/t.dmat"
	preset=$1
	iommu=$2
	shift 5
	expect 0 replay "$dir/t.dmat" --iommu "$iommu" --faults terminate --resident all --config "$preset" \
		--set master.arrival=back-to-back "$@" --json "$dir/t.json"
}
between() {
	[ "${1:-0}" -ge "$2" ] && [ "${1:-0}" -le "$3" ] || say "$4: ${1:-nothing}, not $2 to $3"
}
latency() { # LEAST MOST POINT...
	least=$1
	most=$2
	shift 2
	point "$@" --outstanding 1
	between "$(sed -n '/"access_latency_ns"/,/}/s/.*"mean": \([0-9]*\).*/\1/p' "$dir/t.json")" $least $most "$*"
}
rate() { # LEAST MOST POINT..., MB/s
	least=$1
	most=$2
	shift 2
	point "$@"
	between "$(awk -F'[:,]' '/"bytes":/ && !b { b = $2 } /"duration_ns":/ && !d { d = $2 }
		END { if (d) printf "%d", b * 1000 / d }' "$dir/t.json")" $least $most "$*"
}
latency 586 648 xeon-e5-2620v2 none 16384 64 0  # 617.5 ns
latency 731 809 xeon-e5-2620v2 vtd 256 64 0     # 770.0
latency 869 960 xeon-e5-2620v2 vtd 16384 64 0   # 914.6
latency 573 634 xeon-e5-2620v3 none 16384 64 0  # 603.5
latency 790 874 xeon-e5-2620v3 vtd 16384 64 0   # 832.1
rate 3223 3783 xeon-e5-2620v2 none 16384 64 0   # 3503.1 MB/s
rate 871 1431 xeon-e5-2620v2 vtd 16384 64 0     # 1150.8
rate 4440 5369 xeon-e5-2620v2 vtd 512 256 0     # 4904.9
rate 5883 6989 xeon-e5-2620v2 vtd 16384 512 0   # 6435.9
rate 1134 1619 xeon-e5-2620v2 vtd 1024 64 100   # 1376.6
rate 4332 5267 xeon-e5-2620v3 vtd 512 256 0     # 4799.9

# A flat table, of large pages: its windows were touched over and over, so 64 MiB take no longer in the model either.
printf '# super-pages\r\n"window_bytes", "size_bytes", "latency_ns"\r\n4096, 64, 600\r\n67108864, 64, 602\r\n' >"$dir/flat.csv"
expect 0 fit "$dir/flat.csv" --preset xeon-e5 -o "$dir/flat.yaml"
shows "latency, IOMMU on: 2 of 2 windows within 5 %, 0."
shows "assumed   16384 TLB entries; no window shows a miss"
shows "assumed   the link: unlimited"
# two windows leave it open how many entries there are
printf 'window_bytes,size_bytes,latency_ns\n4096,64,600\n67108864,64,830\n' >"$dir/two.csv"
expect 0 fit "$dir/two.csv" --preset xeon-e5 -o "$dir/two.yaml"
shows "assumed   a miss: 230.0 ns more; other values fit as well"
grep -q 'tlb_sets: .*# assumption: the tables fit it, and others as well' "$dir/two.yaml" || say "two windows tell the TLB"

expect 2 fit
complains "no table given"
expect 2 fit "$dir/on" -o "$dir/c.yaml"
complains "--preset"
expect 2 fit "$dir/on" --preset xeon-e5
complains "-o"
expect 2 fit "$dir/on" --preset xeon-e9 -o "$dir/c.yaml"
complains "xeon-e9: no such preset"
expect 2 fit "$dir/none.csv" --preset xeon-e5 -o "$dir/c.yaml"
complains "none.csv: No such file"
expect 2 fit "$dir/off.csv" --preset xeon-e5 -o "$dir/c.yaml"
complains "no latencies"
mkdir "$dir/empty"
expect 2 fit "$dir/empty" --preset xeon-e5 -o "$dir/c.yaml"
complains "no *.csv file"
echo "WinSZ,SZ,latency_ns
4096,64,soon" >"$dir/bad.csv"
expect 2 fit "$dir/bad.csv" --preset xeon-e5 -o "$dir/c.yaml"
complains "bad.csv:2: 'soon' is not a number above 0"
[ "$(wc -l <"$dir/err")" = 1 ] || say "more than one line about a bad table"
absent "$dir/c.yaml"
expect 2 fit "$dir/on/lat.csv" --preset xeon-e5 -o "$dir/no/such/folder.yaml"
complains "No such file"
expect 2 fit "$dir/on/lat.csv" --preset xeon-e5 -o "$dir/c.yaml" --json "$dir/no/such/folder.json"
complains "No such file"
expect 2 fit "$dir/on" --iommu smmuv9 --preset xeon-e5 -o "$dir/c.yaml"
complains "no such IOMMU"

exit $failed
