# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# An IORT from a text of its fields, as the text that acpidump prints. Arm DEN 0049 is the layout; what is computed here is
# lengths, offsets, the checksum. A line is one of
#   revision N
#   node LABEL TYPE REVISION
#   u8|u16|u32|u64 VALUE...       of the node before it
#   text STRING                   with its zero
#   map INPUT COUNT OUTPUT LABEL|OFFSET FLAGS
# Values are decimal or 0x; # begins a comment.
function value(t,	i, v) {
	if (t !~ /^0x/)
		return t + 0
	for (i = 3; i <= length(t); i++)
		v = v * 16 + index("0123456789abcdef", tolower(substr(t, i, 1))) - 1
	return v
}
function put(at, v, n) { for (; n > 0; n--) { byte[at++] = v % 256; v = int(v / 256) } return at }
function add(v, n) { size = put(size, v, n) }
function end_node(	i) {
	if (node == "")
		return
	while (size % 4)
		add(0, 1)
	put(node + 8, maps, 4)
	put(node + 12, maps ? size - node : 0, 4)
	for (i = 0; i < maps; i++) {
		split(map[i], m, " ")
		add(value(m[1]), 4); add(value(m[2]), 4); add(value(m[3]), 4)
		refer[size] = m[4]
		add(0, 4); add(value(m[5]), 4)
	}
	put(node + 1, size - node, 2)
	maps = 0
}
BEGIN { size = 48; for (i = 0; i < 256; i++) ascii[sprintf("%c", i)] = i }
{ sub(/#.*/, "") }
$1 == "revision" { revision = value($2) }
$1 == "node" { end_node(); node = size; label[$2] = size; nodes++; add(value($3), 1); add(0, 2); add(value($4), 1); add(nodes - 1, 4); add(0, 8) }
$1 ~ /^u(8|16|32|64)$/ { for (i = 2; i <= NF; i++) add(value($i), substr($1, 2) / 8) }
$1 == "text" { for (i = 1; i <= length($2); i++) add(ascii[substr($2, i, 1)], 1); add(0, 1) }
$1 == "map" { map[maps++] = $2 " " $3 " " $4 " " $5 " " $6 }
END {
	end_node()
	for (at in refer)
		put(at + 0, refer[at] in label ? label[refer[at]] : value(refer[at]), 4)
	text = "IORT"; for (i = 1; i <= 4; i++) byte[i - 1] = ascii[substr(text, i, 1)]
	text = "FAULTLTEST    "; for (i = 1; i <= 14; i++) byte[9 + i] = ascii[substr(text, i, 1)]
	put(4, size, 4); byte[8] = revision; put(24, 1, 4); put(36, nodes, 4); put(40, 48, 4)
	for (i = 0; i < size; i++)
		sum += byte[i]
	byte[9] = (256 - sum % 256) % 256
	print "IORT @ 0x0000000000000000"
	for (i = 0; i < size; i += 16) {
		printf "    %04X: ", i
		for (k = i; k < i + 16 && k < size; k++)
			printf "%02X ", byte[k]
		print " ................"
	}
	print ""
}
