# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# From a table of a specification's facts: its C header (-v out=h) or its C source (-v out=c). POSIX awk.
# usage: awk -v out=h -f gen-spec.awk smmuv3.spec >smmuv3_spec.h
#
# A line says one fact. Text runs to the end of its line and is not quoted; # begins a line of comment.
#   iommu PREFIX NAME [upper]     first: of all macros, of all C names; macros of fields are in upper case
#   space ID MACRO SHOWN TITLE    a table of registers, NAME_ID_table; MACRO begins the names of offsets (-: nothing);
#                                 SHOWN is a register's name as people see it, with % for the name here
#   reg NAME OFFSET BYTES SECTION [KEY=VALUE]...
#       reset=N count=N stride=N  count without stride: the offset's macro takes the element's number
#       like=REG access=CLASS     the fields of REG, and those that follow; all with that access class
#       as=MACRO                  begins the names of the fields' masks instead of NAME
#       also=NAME                 another name that software has for it
#       needs=FIELD lacks=FIELD   VT-d: it is there with (without) that bit of CAP or ECAP
#       base=FRO|IRO              VT-d: what the offset is relative to
#     HIGH:LOW NAME[=MACRO] CLASS TEXT    a field; MACRO replaces NAME in the mask's name, - makes no mask
#     view HIGH:LOW NAME [TEXT]           one more mask: another reading of the same bits
#     union NAME FIELD|HIGH:LOW...        one more mask, of fields and bits
#   record NAME WORDS SECTION [KEY=VALUE]... TEXT    a structure in memory: 64-bit words, or the registers of=A,B
#       form=MACRO                begins the names of masks, with # for the word (none for word 0, unless _ follows)
#       code=FIELD[,HIGHER]       the field that says the kind
#       enum=TAG kinds=MACRO      enum of the codes, and what begins its names
#       also=NAME[,NAME]          other names
#     WORD HIGH:LOW NAME[=MACRO] TEXT     a field
#     part NAME [form=MACRO] [TEXT]       the fields that follow are there in the kinds that say so
#     kind CODE NAME SECTION PART[,PART]|- [qemu=NAME] TEXT [| WHAT KERNELS PRINT]
#   const NAME VALUE [TEXT]       a macro
#   enum TAG, then value NAME VALUE [TEXT]...

function fail(what) {
	printf "%s:%d: %s\n", FILENAME, FNR, what >"/dev/stderr"
	failed = 1
	exit 1
}

# The rest of the line from field @n on.
function rest(n,	i, s) {
	s = $0
	sub(/^[ \t]+/, "", s)
	for (i = 1; i < n; i++)
		sub(/^[^ \t]+[ \t]*/, "", s)
	return s
}

# KEY=VALUE in fields from @n on: key[]; returns the first field behind them.
function keys(n,	at) {
	split("", key)
	for (; n <= NF && $n ~ /^[a-z]+=[^ ]/; n++) {
		at = index($n, "=")
		key[substr($n, 1, at - 1)] = substr($n, at + 1)
	}
	return n
}

function quoted(s) {
	gsub(/\\/, "\\\\", s)
	gsub(/"/, "\\\"", s)
	return "\"" s "\""
}

function or_null(s) {
	return s == "" ? "NULL" : quoted(s)
}

function define(name, value, text) {
	if (name in defined) {
		if (defined[name] != value)
			fail(name " is defined twice, as " defined[name] " and " value)
		return
	}
	defined[name] = value
	if (out == "h")
		printf "#define %s%s %s%s\n", prefix, name, value, text == "" ? "" : " /* " text " */"
}

function high(bits) {
	return bits + 0
}

function low(bits) {
	return index(bits, ":") ? substr(bits, index(bits, ":") + 1) + 0 : bits + 0
}

function mask(bits, wide) {
	if (bits !~ /^[0-9]+(:[0-9]+)?$/ || high(bits) < low(bits) || high(bits) > (wide ? 63 : 31))
		fail("'" bits "' are no bits")
	wide = wide ? "_ULL" : ""
	return high(bits) == low(bits) ? "BIT" wide "(" low(bits) ")" : "GENMASK" wide "(" high(bits) ", " low(bits) ")"
}

# "NAME=MACRO": NAME; with the mask's macro in @macro_name, "" if there is none.
function split_name(s,	at) {
	at = index(s, "=")
	macro_name = at ? substr(s, at + 1) : upper ? toupper(s) : s
	if (macro_name == "-")
		macro_name = ""
	return at ? substr(s, 1, at - 1) : s
}

function end_enum() {
	if (in_enum && out == "h")
		print "};"
	in_enum = 0
}

function close_record(	i) {
	if (!open_record)
		return
	open_record = 0
	if (out == "h" && kinds[records] && tag[records] != "") {
		printf "\nenum %s {\n", tag[records]
		for (i = 1; i <= kinds[records]; i++)
			printf "\t%s%s%s = %s,\n", prefix, kind_prefix[records], kind_name[records, i], kind_code[records, i]
		print "};"
	}
}

function add_field(r, bits, name, access, text) {
	field_bits[r, ++fields[r]] = bits
	field_name[r, fields[r]] = name
	field_access[r, fields[r]] = access
	field_text[r, fields[r]] = text
}

/^[ \t]*(#|$)/ { next }
$1 != "value" { end_enum() }
$1 ~ /^(reg|record|space)$/ { close_record() }

$1 == "iommu" {
	prefix = $2
	iommu = $3
	upper = $4 == "upper"
	guard = toupper(iommu) "_SPEC_H"
	print "/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */"
	printf "/* Made from src/spec/%s.spec by gen-spec.awk. */\n", iommu
	if (out == "h")
		printf "#ifndef %s\n#define %s\n\n#include \"spec.h\"\n\n", guard, guard
	else
		printf "#include \"%s_spec.h\"\n\n", iommu
	next
}
prefix == "" { fail("the first line is not 'iommu'") }

$1 == "space" {
	space_id[++spaces] = $2
	offset_prefix = $3 == "-" ? "" : $3
	shown = $4
	space_title[spaces] = rest(5)
	next
}
$1 == "reg" {
	r = ++regs
	if (keys(6) <= NF || $4 !~ /^[48]$/ || !spaces)
		fail("reg NAME OFFSET BYTES SECTION [KEY=VALUE]...")
	reg_space[r] = spaces
	reg_name[r] = shown
	sub(/%/, $2, reg_name[r])
	reg_at[$2] = r
	reg_offset[r] = $3
	reg_size[r] = $4
	reg_section[r] = $5
	reg_count[r] = key["count"] ~ /^[A-Z]/ ? prefix key["count"] : key["count"]
	reg_more[r] = (key["reset"] != "" ? ", .reset = " key["reset"] : "") \
		(key["stride"] != "" ? ", .stride = " key["stride"] : "") \
		(key["also"] != "" ? ", .also = " quoted(key["also"]) : "") \
		(key["needs"] != "" ? (key["needs"] ~ /^E/ ? ", .ecap = " : ", .cap = ") prefix key["needs"] : "") \
		(key["lacks"] != "" ? ", .no_ecap = " prefix key["lacks"] : "") \
		(key["base"] != "" ? ", .base = REG_BASE_" key["base"] : "")
	if (key["count"] != "" && key["stride"] == "")
		define(offset_prefix $2 "(n)", "(" $3 " + " $4 " * (n))")
	else
		define(offset_prefix $2, $3)
	form = ("as" in key ? key["as"] : $2) "_"
	forced = key["access"]
	if (key["like"] != "") {
		if (!(key["like"] in reg_at))
			fail("there is no register " key["like"])
		from = reg_at[key["like"]]
		for (i = 1; i <= fields[from]; i++)
			add_field(r, field_bits[from, i], field_name[from, i], forced == "" ? field_access[from, i] : forced,
				field_text[from, i])
		if (forced == "") {
			shares[r] = from in shares ? shares[from] : from
			shared[r] = fields[r]
		}
	}
	in_record = 0
	next
}
$1 == "record" {
	r = ++records
	n = keys(5)
	in_record = open_record = 1
	record_name[r] = $2
	record_words[r] = $3
	record_section[r] = $4
	record_text[r] = rest(n)
	record_also[r] = key["also"]
	record_code[r] = key["code"]
	tag[r] = key["enum"]
	kind_prefix[r] = key["kinds"]
	record_form = form = "form" in key ? key["form"] : $2 "_#_"
	part = "0"
	parts[r] = 0
	if (out == "h")
		printf "\n/* %s (%s) */\n", record_text[r], $4
	define($2 "_WORDS", $3)
	define($2 "_BYTES", $3 * 8)
	n = split(key["of"], of, ",")
	for (w = 1; w <= n; w++) {
		if (!(of[w] in reg_at))
			fail("there is no register " of[w])
		from = reg_at[of[w]]
		for (i = 1; i <= fields[from]; i++) {
			add_field("rec" r, field_bits[from, i], field_name[from, i], "RO", field_text[from, i])
			field_word[r, fields["rec" r]] = w - 1
			field_part[r, fields["rec" r]] = 0
		}
	}
	next
}
$1 == "part" {
	keys(3)
	part = prefix record_name[records] "_HAS_" $2
	define(record_name[records] "_HAS_" $2, "BIT(" parts[records]++ ")")
	form = "form" in key ? key["form"] : record_form
	next
}
$1 == "kind" {
	r = records
	k = ++kinds[r]
	n = keys(6)
	kind_code[r, k] = $2
	kind_name[r, k] = $3
	kind_section[r, k] = $4
	kind_parts[r, k] = "0"
	if ($5 != "-") {
		m = split($5, names, ",")
		for (i = 1; i <= m; i++) {
			if (!((record_name[r] "_HAS_" names[i]) in defined))
				fail("there is no part " names[i])
			kind_parts[r, k] = (i == 1 ? "" : kind_parts[r, k] " | ") prefix record_name[r] "_HAS_" names[i]
		}
	}
	kind_qemu[r, k] = key["qemu"]
	text = rest(n)
	i = index(text, " | ")
	kind_printed[r, k] = i ? substr(text, i + 3) : ""
	kind_text[r, k] = i ? substr(text, 1, i - 1) : text
	next
}
$1 == "const" {
	define($2, $3, rest(4))
	next
}
$1 == "enum" {
	in_enum = 1
	if (out == "h")
		printf "enum %s {\n", $2
	next
}
$1 == "value" {
	if (out == "h")
		printf "\t%s%s = %s,%s\n", prefix, $2, $3, (NF > 3 ? " /* " rest(4) " */" : "")
	next
}
$1 == "view" {
	n = form
	sub(/#/, word, n)
	define(n $3, mask($2, in_record || reg_size[regs] == 8), rest(4))
	next
}
$1 == "union" {
	value = ""
	for (n = 3; n <= NF; n++) {
		found = $n ~ /^[0-9]/
		if (found)
			value = value " | " mask($n, reg_size[regs] == 8)
		for (i = 1; i <= fields[regs]; i++)
			if (field_name[regs, i] == $n) {
				value = value " | " mask(field_bits[regs, i], reg_size[regs] == 8)
				found = 1
			}
		if (!found)
			fail("there is no field " $n)
	}
	define(form $2, "(" substr(value, 4) ")")
	next
}
$1 ~ /^[0-9]/ && in_record {
	word = $1
	if (word >= record_words[records])
		fail("there is no word " word)
	name = split_name($3)
	add_field("rec" records, $2, name, "RO", rest(4))
	field_word[records, fields["rec" records]] = word
	field_part[records, fields["rec" records]] = part
	n = form
	if (n ~ /#_$/ && n !~ /_#_$/ && word == 0)
		word = ""
	sub(/#/, word, n)
	if (macro_name != "")
		define(n macro_name, mask($2, 1), "")
	next
}
$1 ~ /^[0-9]/ && regs {
	name = split_name($2)
	if ($3 !~ /^(RO|RW|W1C|W1S|WO|RAZ_WI)$/)
		fail("'" $3 "' is no access class")
	value = mask($1, reg_size[regs] == 8)
	add_field(regs, $1, name, $3, rest(4))
	if (macro_name != "" && form != "-_")
		define(form macro_name, value)
	next
}
{ fail("'" $1 "' says nothing") }

function header_end(	i, n) {
	print ""
	for (i = 1; i <= spaces; i++) {
		n = 0
		for (r = 1; r <= regs; r++)
			n += reg_space[r] == i
		printf "#define %s%s_ROWS %d\n", prefix, toupper(space_id[i]), n
		printf "extern const struct reg_desc %s_%s_table[];\n", iommu, space_id[i]
	}
	print "\nenum {"
	for (i = 1; i <= records; i++)
		printf "\t%sRECORD_%s,\n", prefix, record_name[i]
	printf "};\n\nextern const struct spec_record %s_records[];\nextern const struct spec_iommu %s_spec;\n", iommu, iommu
	printf "\n#endif /* %s */\n", guard
}

function field_row(r, i) {
	return sprintf("{ %s, %d, %d, REG_%s, %s }", quoted(field_name[r, i]), high(field_bits[r, i]), low(field_bits[r, i]),
		field_access[r, i], quoted(field_text[r, i]))
}

function source_fields(r,	i) {
	if (!fields[r] || (r in shares && shared[r] == fields[r]))
		return
	delete shares[r]
	printf "static const struct reg_field %s_fields%d[] = {\n", iommu, r
	for (i = 1; i <= fields[r]; i++)
		printf "\t%s,\n", field_row(r, i)
	print "};"
}

function source_space(s,	i, r) {
	printf "\nconst struct reg_desc %s_%s_table[] = {\n", iommu, space_id[s]
	for (r = 1; r <= regs; r++) {
		if (reg_space[r] != s)
			continue
		printf "\t{ .offset = %s, .size = %s, .name = %s, .section = %s", reg_offset[r], reg_size[r], quoted(reg_name[r]),
			quoted(reg_section[r])
		if (fields[r])
			printf ", .fields = %s_fields%d, .n_fields = %d", iommu, r in shares ? shares[r] : r, fields[r]
		printf "%s%s },\n", reg_count[r] != "" ? ", .count = " reg_count[r] : "", reg_more[r]
	}
	print "};"
}

function source_record(r,	i, f) {
	f = "rec" r
	printf "\nstatic const struct spec_field %s_record%d_fields[] = {\n", iommu, r
	for (i = 1; i <= fields[f]; i++)
		printf "\t{ %s, %d, %s },\n", field_row(f, i), field_word[r, i], field_part[r, i]
	print "};"
	if (!kinds[r])
		return
	printf "static const struct spec_kind %s_record%d_kinds[] = {\n", iommu, r
	for (i = 1; i <= kinds[r]; i++)
		printf "\t{ %s, %s, %s, %s, %s, %s, %s },\n", kind_code[r, i], kind_parts[r, i], quoted(kind_name[r, i]),
			quoted(kind_section[r, i]), quoted(kind_text[r, i]), or_null(kind_printed[r, i]), or_null(kind_qemu[r, i])
	printf "};\nstatic const u8 %s_record%d_index[256] = {\n", iommu, r
	for (i = 1; i <= kinds[r]; i++)
		printf "\t[%s] = %d,\n", kind_code[r, i], i
	print "};"
}

# Number of the field that a record's code names first (or second), from 1; 0: none.
function code_field(r, nth,	i, names) {
	split(record_code[r], names, ",")
	for (i = 1; i <= fields["rec" r] && names[nth] != ""; i++)
		if (field_name["rec" r, i] == names[nth])
			return i
	return 0
}

function source_end(	r, s) {
	for (r = 1; r <= regs; r++)
		source_fields(r)
	for (s = 1; s <= spaces; s++)
		source_space(s)
	for (r = 1; r <= records; r++)
		source_record(r)
	printf "\nconst struct spec_record %s_records[] = {\n", iommu
	for (r = 1; r <= records; r++) {
		printf "\t{ %s, %s, %s, %s, %d, %d, %d, %d, %d, %s_record%d_fields, ", quoted(record_name[r]), or_null(record_also[r]),
			quoted(record_section[r]), quoted(record_text[r]), record_words[r], fields["rec" r], kinds[r],
			code_field(r, 1), code_field(r, 2), iommu, r
		if (kinds[r])
			printf "%s_record%d_kinds, %s_record%d_index },\n", iommu, r, iommu, r
		else
			print "NULL, NULL },"
	}
	printf "};\n\nstatic const struct spec_space %s_spaces[] = {\n", iommu
	for (s = 1; s <= spaces; s++)
		printf "\t{ %s, %s_%s_table, ARRAY_SIZE(%s_%s_table) },\n", quoted(space_title[s]), iommu, space_id[s], iommu,
			space_id[s]
	printf "};\n\nconst struct spec_iommu %s_spec = { \"%s\", %s_spaces, %s_records, %d, %d };\n", iommu, iommu, iommu, iommu,
		spaces, records
}

END {
	if (failed)
		exit 1
	end_enum()
	close_record()
	if (out == "h")
		header_end()
	else
		source_end()
}
