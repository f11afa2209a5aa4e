#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The examples of docs/user-guide.md print what it says. To renew them:
#   sh tests/cli/cli_user_guide.sh build/release/faultline . --update
set -u
. "$(dirname "$0")/cli_lib.sh"
top=$(cd "$top" && pwd)
PATH=$(cd "$(dirname "$faultline")" && pwd):$PATH
ln -s "$top/traces" "$top/tests" "$dir"

# The guide with each example run: lines "$ COMMAND" within a block of ```console.
(cd "$dir" && awk '
	/^```console$/ { within = 1; print; next }
	within && /^```$/ { within = 0 }
	!within { print; next }
	/^\$ / {
		print
		command = "{ " substr($0, 3) "; } 2>&1"
		while ((command | getline line) > 0)
			print line
		close(command)
	}' "$top/docs/user-guide.md" >guide)

if [ "${3:-}" = --update ]; then
	cp "$dir/guide" "$top/docs/user-guide.md"
	exit
fi
diff -u "$top/docs/user-guide.md" "$dir/guide" || say "docs/user-guide.md is old; to renew it: see $0"
exit $failed
