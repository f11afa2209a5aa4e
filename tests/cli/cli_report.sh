#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The page of `report` and of --report, without a browser: what is in it, that it is well-formed, that it asks for nothing.
set -u
. "$(dirname "$0")/cli_lib.sh"
nvme=$top/traces/arm64-smmuv3-nvme-e1000e.dmat
d3=/usr/share/javascript/d3/d3.min.js

# data N PAGE: the N-th result of a page, as it was before it was made safe for a script
data() {
	sed -n "/<script type=\"application\/json\" id=\"data-$1\">/,/<\/script>/p" "$2" |
		sed -e "s/^<script type=\"application\/json\" id=\"data-$1\">//" -e '/^<\/script>$/d' \
			-e 's/\\u003c/</g' -e 's/\\u003e/>/g' -e 's/\\u0026/\&/g'
}

# page PAGE: what is true of every page
page() {
	xmllint --noout "$1" 2>"$dir/err" || say "$1: not well-formed: $(head -n 3 "$dir/err")"
	[ "$(wc -c <"$1")" -lt 3000000 ] || say "$1: $(wc -c <"$1") bytes"
	# the names of XML's name spaces, which D3 has as strings, are all that looks like an address
	if grep -o 'https\{0,1\}://[^"'"'"' ]*' "$1" | grep -v '^http://www.w3.org/'; then say "$1: an address"; fi
	if grep -Ei '<[a-z][^>]* (src|action|poster|srcset)=|<link|@import|url\(' "$1" | grep -v '^!function()'; then
		say "$1: something to fetch"
	fi
	if grep -oE '<a[^>]* href="[^#][^"]*"' "$1"; then say "$1: a link to elsewhere"; fi
	grep -q "Content-Security-Policy\" content=\"default-src 'none';" "$1" || say "$1: no policy"
	# four scripts besides the results: about, D3, ours
	[ "$(grep -c '</script>' "$1")" = "$(grep -c '<script' "$1")" ] || say "$1: a script too many"
}

expect 0 report --help
shows "Usage: faultline report"

# every IOMMU and kind of fault, side by side; --report and report make the same page
expect 0 compare "$nvme" --json "$dir/c.json" --report "$dir/c.html"
page "$dir/c.html"
data 0 "$dir/c.html" | cmp -s - "$dir/c.json" || say "the page has another result than the file"
expect 0 report "$dir/c.json" -o "$dir/c2.html"
cmp -s "$dir/c.html" "$dir/c2.html" || say "report and --report make two pages"
for variant in smmuv2-stall smmuv3-stall smmuv3-pri vtd-pri; do
	expect 0 replay "$nvme" --iommu ${variant%-*} --faults ${variant#*-} --json "$dir/$variant.json" \
		--report "$dir/$variant.html"
	page "$dir/$variant.html"
	data 0 "$dir/$variant.html" | cmp -s - "$dir/$variant.json" || say "$variant: the page has another result"
done
# --report adds what happened over time, as --series does, and changes nothing else
expect 0 replay "$nvme" --iommu smmuv3 --faults pri --series --json "$dir/alone.json"
for result in alone smmuv3-pri; do sed '/"--series"/d; s/,$//' "$dir/$result.json" >"$dir/$result.same"; done
cmp -s "$dir/alone.same" "$dir/smmuv3-pri.same" || say "--report changes the result"
expect 0 replay "$nvme" --iommu smmuv3 --faults pri --functional --report "$dir/f.html"
page "$dir/f.html"
expect 0 study stall-vs-pri "$nvme" --from 1 --to 4 --json "$dir/s.json" --report "$dir/s.html"
page "$dir/s.html"
data 0 "$dir/s.html" | cmp -s - "$dir/s.json" || say "the page has another study than the file"

# several, in their order; to standard output
expect 0 report "$dir/s.json" "$dir/vtd-pri.json" "$dir/c.json" -o -
cp "$dir/out" "$dir/several.html"
page "$dir/several.html"
data 1 "$dir/several.html" | cmp -s - "$dir/vtd-pri.json" || say "the second result is another"
data 2 "$dir/several.html" | cmp -s - "$dir/c.json" || say "the third result is another"

# how a configuration differs from its preset: by what --set says, and by nothing else
expect 0 replay "$nvme" --iommu smmuv3 --faults stall --config mmu700 --set tbu.slots=7 --json "$dir/p.json" \
	--report "$dir/p.html"
page "$dir/p.html"
data_about=$(sed -n '/id="about">/,/<\/script>/p' "$dir/p.html")
case $data_about in *'"preset": "mmu700"'*) ;; *) say "the preset is not named" ;; esac
[ "$(echo "$data_about" | grep -c '"key": ')" = 1 ] || say "not one key differs"
case $data_about in *'"key": "tbu.slots"'*'"value": "7"'*) ;; *) say "tbu.slots is not named" ;; esac

# a list that is as long as the trace stays out, and the page says so
expect 0 replay "$nvme" --iommu smmuv3 --faults stall --answers --json "$dir/answers.json"
expect 0 report "$dir/answers.json" -o "$dir/answers.html"
page "$dir/answers.html"
grep -A 2 '"left_out"' "$dir/answers.html" | grep -q '"answers"' || say "the page does not say what it leaves out"
[ "$(wc -c <"$dir/answers.html")" -lt 500000 ] || say "the answers are in the page"

# names that would end a script, an attribute, a comment or a CDATA section
evil='</script><script>alert(1)<!--]]>&"'"'"'{.dmat'
mkdir "$dir/evil"
cp "$nvme" "$dir/evil/${evil##*/}"
(cd "$dir/evil" && "$faultline" replay "${evil##*/}" --iommu smmuv3 --faults stall --json result.json >/dev/null)
sed 's|"name": "script|"name": "</script|; s|"smmuv3"|"\\u003c/script\\u003e<img src=x>"|' "$dir/evil/result.json" \
	>"$dir/evil/${evil##*/}.json"
expect 0 report "$dir/evil/${evil##*/}.json" -o "$dir/evil.html"
page "$dir/evil.html"
if grep -q -e 'script>alert' -e '<img' -e '<!--' "$dir/evil.html"; then say "text has become markup"; fi

# the library
expect 2 report "$dir/c.json" -o "$dir/no.html" --d3 "$dir/none.js"
complains "none.js: No such file or directory; a page draws with Debian's libjs-d3"
absent "$dir/no.html"
[ "$(wc -l <"$dir/err")" = 1 ] || say "not one line"
echo "alert(1)" >"$dir/other.js"
expect 2 report "$dir/c.json" -o "$dir/no.html" --d3 "$dir/other.js"
complains "other.js: not d3.min.js"
{ cat "$d3"; echo "]]>"; } >"$dir/other.js"
expect 2 report "$dir/c.json" -o "$dir/no.html" --d3 "$dir/other.js"
complains "other.js: not d3.min.js"
expect 0 report "$dir/c.json" -o "$dir/yes.html" --d3 "$d3"

# what is no result, or too much
expect 2 report
complains "no result given"
expect 2 report "$dir/c.json"
complains "-o OUT.html is missing"
expect 2 report "$dir/none.json" -o "$dir/no.html"
complains "none.json: No such file"
expect 2 report "$dir/c.html" -o "$dir/no.html"
complains "c.html:1: "
echo '{"iommu": "smmuv3"}' >"$dir/half.json"
expect 2 report "$dir/half.json" -o "$dir/no.html"
complains "half.json: no result of replay, compare or study"
expect 2 report /dev/zero -o "$dir/no.html"
complains "/dev/zero: more than 64 MiB"
awk 'NR == 1 { printf "{ \"more\": \""; for (i = 0; i < 300000; i++) printf "0123456789"; print "\","; next } { print }' \
	"$dir/alone.json" >"$dir/large.json"
expect 2 report "$dir/large.json" -o "$dir/no.html"
complains "no.html: the page would have"
expect 2 report "$dir/c.json" -o "$dir/no/such/folder.html"
complains "No such file"
expect 2 report "$dir/c.json" -o "$dir/no.html" --frobnicate
complains "unknown option"
absent "$dir/no.html"

exit $failed
