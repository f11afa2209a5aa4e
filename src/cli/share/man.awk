# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A manual page of what help.awk prints. -v name=faultline-replay -v summary=... -v version=... -v others="faultline-a ..."
BEGIN {
	FS = "\t"
	title = toupper(name)
	print ".TH \"" esc(title) "\" 1 \"\" \"" esc(version) "\" \"Faultline\""
	print ".SH NAME"
	print esc(name) " \\- " esc(summary)
	print ".SH SYNOPSIS"
	print ".nf"
}

# Nothing is a request or an escape by chance, and every hyphen can be searched for and copied.
function esc(s) {
	gsub(/\\/, "\\e", s)
	gsub(/-/, "\\-", s)
	if (s ~ /^[.']/)
		s = "\\&" s
	return s
}

function section(s) {
	if (s == at)
		return
	at = s
	print ".SH " s
	fresh = 1
}

function heading_or_text(	i) {
	if (held == "")
		return
	if (heading && held ~ /:$/ && held !~ /\n/) {
		if (at != "OPTIONS")
			section("OPTIONS")
		sub(/:$/, "", held)
		print ".SS " esc(held)
	} else {
		if (held ~ /^Exit status: /) {
			section("EXIT STATUS")
			sub(/^Exit status: /, "", held)
		} else if (at == "" || at == "OPTIONS" || at == "EXIT STATUS")
			section(options ? "NOTES" : "DESCRIPTION")
		if (!fresh)
			print ".PP"
		n = split(held, line, "\n")
		for (i = 1; i <= n; i++)
			print esc(line[i])
	}
	held = ""
	fresh = 0
}

function end_layout() {
	if (laid)
		print ".fi"
	laid = 0
}

$1 != "V" { end_layout() }
$1 == "U" { print esc($2); synopsis = 1; next }
synopsis { print ".fi"; synopsis = 0 }
$1 == "B" { heading = 0; heading_or_text(); next }
$1 == "P" { held = held (held == "" ? "" : "\n") $2; next }
$1 == "V" {
	heading = 0
	heading_or_text()
	if (!laid) {
		if (at == "OPTIONS")
			section("NOTES")
		if (!fresh)
			print ".PP"
		print ".nf"
	}
	laid = 1
	fresh = 0
	sub(/^  /, "", $2)
	print esc($2)
	next
}
{
	heading = $1 == "O"
	heading_or_text()
	if ($1 == "O") {
		options = 1
		section("OPTIONS")
	} else if (at == "" || at == "OPTIONS")
		section(options ? "NOTES" : "DESCRIPTION")
	print ".TP"
	print "\\fB" esc($2) "\\fR"
	print ($3 == "" ? "\\&" : esc($3))
	fresh = 0
}
END {
	end_layout()
	heading = 0
	heading_or_text()
	print ".SH SEE ALSO"
	n = split(others, line, " ")
	for (i = 1; i <= n; i++)
		print ".BR " esc(line[i]) " (1)" (i < n ? "," : "")
}
