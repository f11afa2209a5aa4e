#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# snippets.sh TOP DOCUMENT: every block of code in a document that stands behind a line "From [FILE](...):" is in that file,
# line by line, whatever the indentation. Each such document has one at least.
set -u
cd "$1" || exit 2
awk -v doc="docs/$2.md" '
	function bare(line) { sub(/^[ \t]+/, "", line); sub(/[ \t]+$/, "", line); return line }
	function judge(	text, line) {
		text = "\n"
		while ((status = (getline line < file)) > 0)
			text = text bare(line) "\n"
		close(file)
		if (status < 0)
			print doc ":" begun ": " file " is not there"
		else if (!index(text, "\n" block))
			print doc ":" begun ": not in " file
		else {
			good++
			return
		}
		bad++
	}
	/^From \[[^]]*\]\(.*\):?$/ { file = $0; sub(/^From \[/, "", file); sub(/\].*/, "", file); next }
	/^```/ && !within { within = 1; begun = FNR; block = ""; next }
	/^```$/ && within { within = 0; if (file != "") judge(); file = ""; next }
	within { block = block bare($0) "\n"; next }
	NF { file = "" }
	END {
		if (!good && !bad) { print doc ": no block of code says where it is from"; bad++ }
		exit bad > 0
	}' "docs/$2.md"
