# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What --help prints, as lines that man.awk and complete.awk read: a letter, a tab, and
#   U usage   O option and, after another tab, what it does   T term and meaning   P text   V text that is laid out   B nothing

function flush() {
	if (kind != "")
		print kind "\t" term "\t" text
	kind = term = text = ""
}

# Options and their arguments stand before what they do: up to two blanks, or, where there are none, up to the first word
# that is neither an option nor has a capital or a bar in it.
function cut_option(line,	gap, n, word, i, before) {
	sub(/^ +/, "", line)
	while (line ~ /^-/ && (gap = index(line, "  "))) {
		term = term (term == "" ? "" : ", ") substr(line, 1, gap - 1)
		line = substr(line, gap)
		sub(/^ +/, "", line)
	}
	n = split(line, word, " ")
	before = line ~ /^-/
	for (i = 1; i <= n; i++) {
		before = before && word[i] ~ /^-|[A-Z|]/
		if (before)
			term = term (term == "" ? "" : i == 1 ? ", " : " ") word[i]
		else
			text = text (text == "" ? "" : " ") word[i]
	}
	sub(/,$/, "", term)
}

/^Usage: / { usage = 1 }
usage && (/^Usage: / || /^  /) {
	sub(/^(Usage:)? +/, "")
	print "U\t" $0
	next
}
{ usage = 0 }
/^ *$/ { flush(); print "B"; next }
/^      / && (kind == "O" || kind == "T") {
	sub(/^ +/, "")
	text = text (text == "" ? "" : " ") $0
	next
}
/^ +-/ { flush(); kind = "O"; cut_option($0); next }
/^  [^ ]/ && match($0, /[^ ]  +[^ ]/) {
	flush()
	kind = "T"
	term = substr($0, 3, RSTART - 2)
	text = substr($0, RSTART + RLENGTH - 1)
	next
}
/^  / || /[^ ]  +[^ ]/ { flush(); print "V\t" $0; next }
{ flush(); print "P\t" $0 }
END { flush() }
