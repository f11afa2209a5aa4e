#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# symbols.sh LIST LIBRARY...: the libraries, shared and static, define what LIST names and nothing else. A name that is
# gone, or whose meaning changes, breaks programs: then the major version goes up. A new one is a line more in LIST.
# Those of C++ are as the compiler spells them (c++filt), but for the distance of a thunk, which is SystemC's layout. In a
# static library is also what templates of others were made into: it is weak, and an embedder has it, too.
set -u
list=$1
shift
bad=0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
for library; do
	unit=$(basename "$library" | sed 's/^lib//; s/\.\(a\|so\).*//')
	case $library in *.a) shared= ;; *) shared=1 ;; esac
	case $library in
	*.a) nm -g --defined-only "$library" ;;
	*) nm -D --defined-only "$library" | grep -v ' A FAULTLINE_1$' | sed 's/@@FAULTLINE_1$//' ;;
	esac | awk -v unit="$unit" -v shared="$shared" -v ours='^_Z(GV|T[VTIS]|Th[0-9n]+_)?Z?NK?9faultline' '
		NF == 3 && ($2 !~ /[VWu]/ || $3 ~ ours || shared) { sub(/^_ZThn[0-9]+_/, "_ZThn_", $3); print unit, $3 }
	' | sort -u >"$dir/is"
	grep "^$unit " "$list" | sort >"$dir/wanted"
	[ -s "$dir/wanted" ] && diff "$dir/wanted" "$dir/is" >"$dir/diff" && continue
	echo "symbols: $library:"
	cat "$dir/diff"
	bad=1
done
exit $bad
