#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# package.sh SOURCE BUILD: installs into a prefix of BUILD; builds and runs the examples from what is installed there, with
# plain gcc and pkg-config, and with find_package; and from the sources, with add_subdirectory.
set -eu
source=$1
top=$2/package
prefix=$top/prefix
bad=0
say() { echo "package: $*"; bad=1; }
rm -rf "$top"
mkdir -p "$top"
cd "$top"
quiet() { "$@" >log 2>&1 || { cat log; say "failed: $*"; return 1; }; }

quiet cmake --install "$2" --prefix "$prefix" || exit 1
libdir=$(dirname "$(find "$prefix" -name libfaultline.so)")
export PKG_CONFIG_PATH="$libdir/pkgconfig" LD_LIBRARY_PATH="$libdir"
doc=$(dirname "$(find "$prefix" -name bare.c)")

# ---- plain gcc ----
strict="-std=c11 -O1 -Wall -Wextra -Wpedantic -Wconversion -Werror"
plain() { # plain EXAMPLE PACKAGE ARGUMENTS
	example=$1
	package=$2
	shift 2
	# shellcheck disable=SC2046,SC2086
	quiet gcc $strict "$doc/$example.c" $(pkg-config --cflags --libs "$package") -o "$example" && quiet "./$example" "$@" || return 0
	# shellcheck disable=SC2046,SC2086
	static=$(pkg-config --static --libs "$package" | sed 's/-l\(faultline[a-z-]*\)/-l:lib\1.a/g')
	# shellcheck disable=SC2046,SC2086
	quiet gcc $strict "$doc/$example.c" $(pkg-config --cflags "$package") $static -o "$example.static" &&
		quiet env -u LD_LIBRARY_PATH "./$example.static" "$@" || return 0
	ldd "$example.static" | grep faultline && say "$example.static is not"
	return 0
}
plain bare faultline
./bare | grep -q '^access 3 to 0x10001040: 0x41040$' || say "bare does not end where it should"
plain policy faultline
plain driver faultline
plain pcie faultline
./pcie | grep -q '^page requests 6, hits 4, invalidations 1$' || say "pcie does not end where it should"
plain trace faultline-trace example.dmat
if [ -d "$doc/tlm" ] && pkg-config --exists faultline-tlm; then
	for example in lt at pcie_pri; do
		# shellcheck disable=SC2046
		quiet g++ -std=c++17 -Wall -Wextra -c "$doc/tlm/$example.cpp" $(pkg-config --cflags faultline-tlm) -o "$example.o" || continue
		# shellcheck disable=SC2046
		quiet g++ "$example.o" $(pkg-config --libs faultline-tlm) -o "tlm_$example" && quiet "./tlm_$example" || true
		quiet g++ "$example.o" -L"$libdir" -l:libfaultline-tlm.a -l:libfaultline.a -lsystemc -lcyaml -lyaml \
			-o "tlm_$example.static" && quiet "./tlm_$example.static" || continue
		ldd "tlm_$example.static" | grep faultline && say "tlm_$example.static is not"
	done
fi
"$prefix/bin/faultline" info example.dmat | grep -q 1000 || say "the command does not read the example's trace"
[ "$(readelf -d bare | grep -c 'NEEDED.*libfaultline\.so\.1\]')" = 1 ] || say "bare does not need libfaultline.so.1"
# The engines need the C library and nothing else.
needs=$(readelf -d "$libdir/libfaultline.so" | awk -F'[][]' '/NEEDED/ { print $2 }' | grep -v -e '^libc\.so' -e '^ld-linux' || true)
[ -z "$needs" ] || say "libfaultline.so needs $needs"

# ---- find_package ----
found() { # found NAME OPTION...
	name=$1
	shift
	quiet cmake -S "$doc" -B "$name" -DCMAKE_BUILD_TYPE= -DCMAKE_PREFIX_PATH="$prefix" "$@" &&
		quiet cmake --build "$name" -j2 && quiet ctest --test-dir "$name" --output-on-failure || true
}
found shared
found static -Dfaultline_USE_STATIC_LIBS=ON
for example in bare policy driver trace tlm/lt tlm/at tlm/pcie_pri; do
	[ -f "$doc/$example.c" ] || [ -f "$doc/$example.cpp" ] || continue
	ldd "shared/$example" | grep -q faultline || say "shared/$example is not"
	ldd "static/$example" | grep faultline && say "static/$example is not"
done
mkdir -p none
printf 'cmake_minimum_required(VERSION 3.25)\nproject(none C)\nfind_package(faultline COMPONENTS smmuv7)\nmessage(STATUS "FOUND=${faultline_FOUND}")\n' >none/CMakeLists.txt
quiet cmake -S none -B none/build -DCMAKE_PREFIX_PATH="$prefix" || true
grep -q 'FOUND=0' log || say "a component that does not exist is found"

# ---- add_subdirectory: C alone, only what is asked ----
inner() { # inner NAME COMPONENTS
	mkdir -p "$1"
	cat >"$1/CMakeLists.txt" <<END
cmake_minimum_required(VERSION 3.25)
project(outer LANGUAGES C)
set(FAULTLINE_COMPONENTS $2 CACHE STRING "")
add_subdirectory($source faultline EXCLUDE_FROM_ALL)
add_subdirectory($doc examples)
END
	quiet cmake -S "$1" -B "$1/build" -DCMAKE_BUILD_TYPE= && quiet cmake --build "$1/build" -j2 || return 0
	quiet ctest --test-dir "$1/build/examples" --output-on-failure || true
}
unset LD_LIBRARY_PATH
inner sub "smmuv3 fault_core driver pcie"
grep -qi -e 'CMAKE_CXX_COMPILER:' -e cyaml -e jansson -e zlib -e systemc -e '^CHECK_' sub/build/CMakeCache.txt && say "too much is looked for"
find sub/build -name 'libfl_vtd*' -o -name 'libfl_smmuv2*' -o -name '*.d' -path '*trace*' | grep . && say "too much is built"
nm -g --defined-only "$(find sub/build -name libfaultline.a)" | grep -q fl_vtd_create && say "VT-d was not asked for"
exit $bad
