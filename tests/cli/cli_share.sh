#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Manual pages and completion, as an installation finds them: no formatter has anything to say about a page, each shell
# takes its file and completes what a person types, and nothing that --help tells of is left out.
set -u
. "$(dirname "$0")/cli_lib.sh"
share=$dir/share
PATH=$(cd "$(dirname "$faultline")" && pwd):$PATH
man=$share/man/man1
have() {
	command -v "$1" >/dev/null || { echo "no $1: not tried"; return 1; }
}

sh "$top/src/cli/share/make-share" "$faultline" "$share" || say "make-share failed"
for c in $("$faultline" --help | awk '/^  [a-z]/ { print $1 }'); do
	page=$man/faultline-$c.1
	[ -s "$page" ] || { say "no page: $page"; continue; }
	grep -qF ".BR faultline\-$(printf %s "$c" | sed 's/-/\\-/g') (1)" "$man/faultline.1" || say "faultline(1) does not name $c"
	# each option that begins a line of the help
	for o in $("$faultline" "$c" --help | grep -oE '^ +(-o, )?--[a-z-]+' | sed 's/.* //'); do
		escaped=$(printf %s "$o" | sed 's/-/\\\\-/g')
		grep -q -e "$escaped" "$page" || say "$page: no $o"
		grep -qF -e "$o" "$share/bash-completion/completions/faultline" || say "bash: no $o"
	done
done

# ---- pages ----
for page in "$man"/*.1; do
	if have groff; then
		groff -ww -man -Tutf8 -z "$page" 2>"$dir/err" || say "groff: $page"
		[ ! -s "$dir/err" ] || say "groff: $(cat "$dir/err")"
	fi
	if have mandoc; then
		# a page has no date: it would not be the same whenever it was built
		found=$(mandoc -T lint -W warning "$page" | grep -v 'missing date')
		[ -z "$found" ] || say "mandoc: $found"
	fi
done
if have mandoc; then
	mandoc -T ascii -O width=120 "$man/faultline-study.1" | col -bx >"$dir/out"
	shows "faultline-study - where stall and page requests change places, and what moves that"
	shows "       --by duration|fault|access"
	shows "              what is compared: the whole trace, the mean fault or the mean access; default: duration"
	mandoc -T ascii -O width=120 "$man/faultline-check-stall.1" | col -bx >"$dir/out"
	shows "   What if (the board is changed before it is checked; may be repeated)"
	shows "       --terminate PATH"
	shows "EXIT STATUS"
fi

# ---- bash: complete WORD...: what stands there for the last word ----
cat >"$dir/complete.bash" <<'END'
compopt() { :; }
. "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_faultline
printf '%s\n' "${COMPREPLY[@]}"
END
completes() { # completes EXPECTED WORD...: in bash, a line of its own
	want=$1
	shift
	bash --norc "$dir/complete.bash" "$share/bash-completion/completions/faultline" faultline "$@" >"$dir/out" 2>&1
	grep -qxF -e "$want" "$dir/out" || say "bash: faultline $*: no $want: $(head -n 5 "$dir/out")"
}
have bash && {
	completes replay re
	completes check-stall ch
	completes --iommu replay x --io
	completes smmuv3 replay x --iommu sm
	completes none replay x --iommu n
	completes pri replay x --faults p
	completes none replay x --resident n
	completes cpu.handler_ns= study stall-vs-pri --key cpu.ha
	completes tbu.slots= replay x --set tbu.
	completes mmu600 compare x --config mmu
	completes kunpeng920 config kun
	completes stall-vs-pri study st
	completes nvme gen nv
	completes vtd registers v
	(cd "$top" && completes README.md info READ && exit $failed) || failed=1
	completes -o import x -
	if grep -qx -e --iommu "$dir/out"; then say "bash: import has no --iommu"; fi
	completes "" import x --length ""
}

# ---- zsh: its functions print what they are given ----
if have zsh; then
	cat >"$dir/complete.zsh" <<'END'
compadd() { print -l -- $@ }
_describe() { print -l -- ${(P)2} }
_files() { print files }
_message() { print "message $1" }
file=$1
shift
words=($@)
CURRENT=$#
. $file
END
	zcompletes() {
		want=$1
		shift
		zsh -f "$dir/complete.zsh" "$share/zsh/site-functions/_faultline" faultline "$@" >"$dir/out" 2>&1
		grep -qF -e "$want" "$dir/out" || say "zsh: faultline $*: no $want: $(head -n 5 "$dir/out")"
	}
	zcompletes "study:where stall and page requests" st
	zcompletes smmuv3 replay x --iommu ""
	zcompletes "--tornado:which keys move" study stall-vs-pri --t
	zcompletes tbu.slots replay x --set ""
	zcompletes mmu600 config ""
	zcompletes files info ""
fi

# ---- fish completes by itself ----
if have fish; then
	fcompletes() {
		HOME=$dir XDG_CONFIG_HOME=$dir XDG_DATA_HOME=$dir fish --no-config -c \
			"source $share/fish/vendor_completions.d/faultline.fish; complete -C '$2'" >"$dir/out" 2>&1
		grep -q -e "^$1" "$dir/out" || say "fish: $2: no $1: $(head -n 5 "$dir/out")"
	}
	fcompletes replay "faultline rep"
	fcompletes --iommu "faultline replay x --iom"
	fcompletes smmuv3 "faultline replay x --iommu sm"
	fcompletes tbu.slots= "faultline replay x --set tbu."
	fcompletes mmu600 "faultline compare x --config mmu"
	fcompletes stall-vs-pri "faultline study st"
fi
exit $failed
