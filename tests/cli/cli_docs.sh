#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The examples of a document print what it says. To renew them:
#   sh tests/cli/cli_docs.sh build/release/faultline . DOCUMENT --update
set -u
. "$(dirname "$0")/cli_lib.sh"
doc=docs/$3.md
top=$(cd "$top" && pwd)
PATH=$(cd "$(dirname "$faultline")" && pwd):$PATH
ln -s "$top/traces" "$top/tests" "$dir"

# The document with each example run: lines "$ COMMAND" within a block of ```console; "> " continues a line that ends
# with a backslash or a bar.
(cd "$dir" && awk '
	function run(command,	line) {
		command = "{ " command "; } 2>&1"
		while ((command | getline line) > 0)
			print line
		close(command)
	}
	/^```console$/ { within = 1; print; next }
	within && /^```$/ { within = 0 }
	!within { print; next }
	/^\$ / || (more && /^> /) {
		print
		text = (more ? text : "") substr($0, 3)
		more = sub(/\\$/, "", text) || text ~ /\|$/
		if (!more)
			run(text)
	}' "$top/$doc" >made)

if [ "${4:-}" = --update ]; then
	cp "$dir/made" "$top/$doc"
	exit
fi
diff -u "$top/$doc" "$dir/made" || say "$doc is old; to renew it: see $0"
exit $failed
