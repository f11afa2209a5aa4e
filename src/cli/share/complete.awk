# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Completion for -v shell=bash, zsh or fish, of what help.awk prints of all commands, each after a line C, name, summary.
# What an option takes: none; words: ...; key (of the configuration); preset; file; dir; any.
BEGIN { FS = "\t" }

function quote(s) {
	gsub(/'/, "'\\''", s)
	return "'" s "'"
}

# The words of an alternative that are typed as they stand: a|b|FILE has two.
function literals(s,	n, word, i, out) {
	gsub(/[][,]/, "|", s)
	n = split(s, word, "|")
	for (i = 1; i <= n; i++)
		if (word[i] ~ /^[a-z][a-z0-9-]*$/ && index(" " out " ", " " word[i] " ") == 0)
			out = out (out == "" ? "" : " ") word[i]
	return out
}

function takes(arg, what,	n, word, i) {
	if (arg == "")
		return "none"
	if (arg ~ /^SECTION\.KEY/ || arg == "KEYX,KEYY")
		return "key"
	if (arg ~ /=/)
		return "any"
	if (literals(arg) != "")
		return "words:" literals(arg)
	if (arg ~ /^KIND/) {
		n = split(what, word, /[ ;,]/)
		for (i = 1; i <= n; i++)
			if (word[i] ~ /\|/)
				return "words:" literals(word[i])
		return "words:" kinds
	}
	if (arg == "BASE" || what ~ /name of a preset/)
		return "preset"
	if (arg == "DIR")
		return "dir"
	return arg ~ /^(FILE|OFF|BOARD|RESULT\.json|DUMP)/ ? "file" : "any"
}

# One option of a term, with its argument.
function add(text, what,	name, arg) {
	name = text
	sub(/[[ =].*/, "", name)
	arg = text ~ /^--[a-z-]+\[=/ ? "" : substr(text, length(name) + 2) # what may be left out is typed with its sign
	if (name !~ /^--?[a-z]/)
		return
	if (!((command, name) in kind)) {
		option[command, ++options[command]] = name
		says[command, name] = what
		kind[command, name] = takes(arg, what)
	} else if (kind[command, name] ~ /^words:/ && takes(arg, what) ~ /^words:/)
		kind[command, name] = kind[command, name] " " substr(takes(arg, what), 7)
}

$1 == "C" {
	command = commands[++n_commands] = $2
	summary[command] = $3
	next
}
$1 == "U" {
	split($2, w, " ")
	if (w[1] == "faultline" && w[2] == command) {
		if (w[3] ~ /^[a-z][a-z0-9|-]*$/)
			first[command] = literals(w[3])
		if (w[3] ~ /PRESET/)
			presets[command] = 1
	}
	next
}
$1 == "O" {
	n = split($2, part, /, /)
	for (i = 1; i <= n; i++) {
		# -o, --output FILE: both take it
		if (part[i] ~ /^-[a-z]$/ && i < n && part[i + 1] ~ /^--[a-z-]+ ./) {
			arg = part[i + 1]
			sub(/^[^ ]+/, "", arg)
			part[i] = part[i] arg
		}
		add(part[i], $3)
	}
}

# ---- bash ----

function bash_value(c, o,	k) {
	k = kind[c, o]
	if (k ~ /^words:/)
		return "COMPREPLY=($(compgen -W " quote(substr(k, 7)) " -- \"$cur\"))"
	if (k == "key")
		return "_faultline_keys"
	if (k == "preset")
		return "_faultline_presets"
	if (k == "any")
		return ":"
	return "COMPREPLY=($(compgen " (k == "dir" ? "-d" : "-f") " -- \"$cur\"))"
}

function bash(	i, k, c, o, all) {
	print "# bash completion for faultline, made of what its --help prints"
	print "_faultline_keys() {"
	print "\tcompopt -o nospace 2>/dev/null"
	print "\tCOMPREPLY=($(compgen -S = -W \"$(faultline config 2>/dev/null | sed -n 's/^\\([a-z0-9_]*\\.[a-z0-9_]*\\) .*/\\1/p')\" -- \"$cur\"))"
	print "}"
	print "_faultline_presets() {"
	print "\tCOMPREPLY=($(compgen -f -W \"$(faultline config 2>/dev/null | sed -n '/^Presets:/,$s/^  //p')\" -- \"$cur\"))"
	print "}"
	print "_faultline() {"
	print "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}"
	print "\tCOMPREPLY=()"
	print "\tif ((COMP_CWORD == 1)); then"
	for (i = 1; i <= n_commands; i++)
		all = all " " commands[i]
	print "\t\tCOMPREPLY=($(compgen -W " quote(substr(all, 2) " --help --version") " -- \"$cur\"))"
	print "\t\treturn"
	print "\tfi"
	print "\tcase ${COMP_WORDS[1]},$prev in"
	for (i = 1; i <= n_commands; i++) {
		c = commands[i]
		for (k = 1; k <= options[c]; k++) {
			o = option[c, k]
			if (kind[c, o] != "none")
				print "\t" c "," o ") " bash_value(c, o) "; return ;;"
		}
	}
	print "\tesac"
	print "\tcase ${COMP_WORDS[1]} in"
	for (i = 1; i <= n_commands; i++) {
		c = commands[i]
		all = "--help"
		for (k = 1; k <= options[c]; k++)
			all = all " " option[c, k]
		print "\t" c ")"
		print "\t\tif [[ $cur == -* ]]; then"
		print "\t\t\tCOMPREPLY=($(compgen -W " quote(all) " -- \"$cur\"))"
		if (presets[c])
			print "\t\telse\n\t\t\t_faultline_presets"
		else if (first[c] != "")
			print "\t\telif ((COMP_CWORD == 2)); then\n\t\t\tCOMPREPLY=($(compgen -W " quote(first[c]) " -- \"$cur\"))\n\t\telse\n\t\t\tCOMPREPLY=($(compgen -f -- \"$cur\"))"
		else
			print "\t\telse\n\t\t\tCOMPREPLY=($(compgen -f -- \"$cur\"))"
		print "\t\tfi ;;"
	}
	print "\tesac"
	print "}"
	print "complete -o filenames -F _faultline faultline"
}

# ---- zsh ----

function described(name, what) {
	gsub(/:/, "\\:", name)
	return quote(name ":" what)
}

function zsh_value(c, o,	k) {
	k = kind[c, o]
	if (k ~ /^words:/)
		return "compadd -- " substr(k, 7)
	if (k == "key")
		return "_faultline_keys"
	if (k == "preset")
		return "_faultline_presets"
	if (k == "any")
		return "_message " quote(o)
	return k == "dir" ? "_files -/" : "_files"
}

function zsh(	i, k, c, o) {
	print "#compdef faultline"
	print "# zsh completion for faultline, made of what its --help prints"
	print "_faultline_keys() {"
	print "\tcompadd -S = -- ${(f)\"$(faultline config 2>/dev/null | sed -n 's/^\\([a-z0-9_]*\\.[a-z0-9_]*\\) .*/\\1/p')\"}"
	print "}"
	print "_faultline_presets() {"
	print "\tcompadd -- ${(f)\"$(faultline config 2>/dev/null | sed -n '/^Presets:/,$s/^  //p')\"}"
	print "\t_files"
	print "}"
	print "_faultline() {"
	print "\tlocal -a them"
	print "\tif ((CURRENT == 2)); then"
	print "\t\tthem=("
	for (i = 1; i <= n_commands; i++)
		print "\t\t\t" described(commands[i], summary[commands[i]])
	print "\t\t)"
	print "\t\t_describe command them"
	print "\t\treturn"
	print "\tfi"
	print "\tcase $words[2],$words[CURRENT-1] in"
	for (i = 1; i <= n_commands; i++) {
		c = commands[i]
		for (k = 1; k <= options[c]; k++) {
			o = option[c, k]
			if (kind[c, o] != "none")
				print "\t" c "," o ") " zsh_value(c, o) "; return ;;"
		}
	}
	print "\tesac"
	print "\tcase $words[2] in"
	for (i = 1; i <= n_commands; i++) {
		c = commands[i]
		print "\t" c ")"
		print "\t\tthem=("
		for (k = 1; k <= options[c]; k++)
			print "\t\t\t" described(option[c, k], says[c, option[c, k]])
		print "\t\t\t'--help:what it does')"
		if (presets[c])
			print "\t\t[[ $words[CURRENT] == -* ]] || { _faultline_presets; return }"
		else if (first[c] != "")
			print "\t\tif ((CURRENT == 3)) && [[ $words[CURRENT] != -* ]]; then compadd -- " first[c] "; return; fi"
		print "\t\t;;"
	}
	print "\tesac"
	print "\tif [[ $words[CURRENT] == -* ]]; then _describe option them; else _files; fi"
	print "}"
	print "_faultline \"$@\""
}

# ---- fish ----

function fish_value(c, o,	k) {
	k = kind[c, o]
	if (k == "none")
		return ""
	if (k ~ /^words:/)
		return " -x -a " quote(substr(k, 7))
	if (k == "key")
		return " -x -a '(__faultline_keys)'"
	if (k == "preset")
		return " -r -a '(__faultline_presets)'"
	if (k == "dir")
		return " -x -a '(__fish_complete_directories)'"
	return k == "any" ? " -x" : " -r -F"
}

function fish_text(s) {
	gsub(/\\/, "\\\\", s)
	gsub(/'/, "\\'", s)
	return "'" s "'"
}

function fish(	i, k, c, o, flag) {
	print "# fish completion for faultline, made of what its --help prints"
	print "function __faultline_keys"
	print "\tfaultline config 2>/dev/null | sed -n 's/^\\([a-z0-9_]*\\.[a-z0-9_]*\\) .*/\\1=/p'"
	print "end"
	print "function __faultline_presets"
	print "\tfaultline config 2>/dev/null | sed -n '/^Presets:/,$s/^  //p'"
	print "end"
	for (i = 1; i <= n_commands; i++) {
		c = commands[i]
		print "complete -c faultline -n __fish_use_subcommand -f -a " c " -d " fish_text(summary[c])
		if (first[c] != "")
			print "complete -c faultline -n '__fish_seen_subcommand_from " c "' -a " quote(first[c])
		if (presets[c])
			print "complete -c faultline -n '__fish_seen_subcommand_from " c "' -a '(__faultline_presets)'"
		for (k = 1; k <= options[c]; k++) {
			o = option[c, k]
			flag = o ~ /^--/ ? "-l " substr(o, 3) : "-s " substr(o, 2)
			print "complete -c faultline -n '__fish_seen_subcommand_from " c "' " flag fish_value(c, o) " -d " fish_text(says[c, o])
		}
	}
}

END {
	if (shell == "bash")
		bash()
	else if (shell == "zsh")
		zsh()
	else
		fish()
}
