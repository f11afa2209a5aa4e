#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# headers.sh SOURCE VERSION_DIR: each public header compiles alone, in every standard that embedders use, and brings no
# macro but its guard and FAULTLINE_ ones; all together live with an embedder's own BIT, GENMASK, u64, min and likely.
set -u
source=$1
bad=0
say() { echo "headers: $*"; bad=1; }
strict="-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -fsyntax-only -I$source/include -I$2"
here=$source/tests/face
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

alone() { # alone LANGUAGE STANDARD HEADER
	printf '#include <faultline/%s>\nextern int used;\n' "$3" >"$dir/alone"
	# shellcheck disable=SC2086
	$CC -std="$2" -x "$1" $strict "$dir/alone" || say "$3 in $2"
}
macros() { # macros HEADER: those that it leaves behind and that no header of the system has
	printf '#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n' >"$dir/std"
	gcc -std=c11 -E -dM -x c "$dir/std" | sort >"$dir/before"
	printf '#include <faultline/%s>\n' "$1" >>"$dir/std"
	gcc -std=c11 -E -dM -x c -I"$source/include" -I"$version" "$dir/std" | sort |
		comm -13 "$dir/before" - | awk '$2 !~ /^FAULTLINE_/ { print $2 }'
}
version=$2
units=
for path in "$source"/include/faultline/*.h "$2"/faultline/version.h; do
	header=$(basename "$path")
	case $header in tlm*) continue ;; esac # C++ alone, with SystemC
	units="$units $header"
	for std in c11 c17; do CC=gcc alone c $std "$header"; done
	for std in c++17 c++20; do CC=g++ alone c++ $std "$header"; done
	left=$(macros "$header")
	[ -z "$left" ] || say "$header leaves macros behind: $left"
done
[ "$(echo "$units" | wc -w)" -ge 10 ] || say "only these headers were found:$units"
for header in $units; do echo "#include <faultline/$header>"; done >"$dir/all_headers.h"
for std in c11 c17; do
	# shellcheck disable=SC2086
	gcc -std=$std -I"$dir" $strict "$here/embedder.c" || say "embedder.c in $std"
done
for std in c++17 c++20; do
	# shellcheck disable=SC2086
	g++ -std=$std -I"$dir" $strict "$here/embedder.cpp" || say "embedder.cpp in $std"
done
exit $bad
