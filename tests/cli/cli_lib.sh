# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# For the tests of the command: $faultline, $top, a folder of its own, and what to expect.
faultline=$1
top=$2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0

say() {
	echo "$*"
	failed=1
}

# expect STATUS ARGUMENT...: run the command; output to $dir/out, errors to $dir/err
expect() {
	want=$1
	shift
	status=0
	"$faultline" "$@" >"$dir/out" 2>"$dir/err" || status=$?
	[ $status = "$want" ] || say "faultline $*: status $status, not $want: $(cat "$dir/err")"
}

# shows TEXT / complains TEXT: what the last command printed
shows() {
	grep -qF -e "$1" "$dir/out" || say "not in the output: $1"
}
complains() {
	grep -qF -e "$1" "$dir/err" || say "not in the errors: $1; but: $(cat "$dir/err")"
}
# absent FILE: an error leaves no output behind, nor anything half made
absent() {
	for f in "$1"*; do
		[ ! -e "$f" ] || say "left behind: $f"
	done
}
