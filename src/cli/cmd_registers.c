// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* faultline registers: the register tables that the engines run on, and what a register's value says. */
#include "cli.h"
#include "find.h"
#include "iommu_kind.h"
#include "report_table.h"
#include "spec.h"

#include <ctype.h>

static const char help[] =
	"Usage: faultline registers " IOMMU_KIND_NAMES " [REGISTER[=VALUE] | RECORD[=WORD,WORD...]]... [--markdown]\n"
	"Without a name: all that the model has. With some: their fields, and what VALUE says in them.\n"
	"REGISTER is a name of the specification, in any case, with or without what all have in common\n"
	"(SMMU_..., ..._REG), with [N] of an array; or its offset, as 0x20. RECORD is a structure in memory, a "
	"command, an\n"
	"event, a descriptor, in 64-bit words, such as EVENT, PRI, CMD, STE, CD; vtd: FRCD, PRQ, DESC; smmuv2: FAULT.\n"
	"Names as kernels spell them are accepted (GFSR, FSYNR, ARM_SMMU_CB_FSR, DMAR_FSTS_REG).\n"
	"\n"
	"  --markdown          everything with its fields, as docs/registers-*.md have it\n"
	"\n"
	"Exit status: 1 if VALUE sets reserved bits, or a record's kind is not defined.\n";

struct options {
	bool markdown;
};

static const struct cli_option options[] = { { "markdown", 0, CLI_FLAG(struct options, markdown) }, { 0 } };

static const char *access_name(const struct reg_field *f)
{
	static const char *const names[] = { "RO", "RW", "W1C", "W1S", "WO", "RAZ/WI" };

	return names[f->access];
}

static const char *bits_name(const struct reg_field *f, char buf[8])
{
	if (f->high == f->low)
		snprintf(buf, 8, "%u", f->low);
	else
		snprintf(buf, 8, "%u:%u", f->high, f->low);
	return buf;
}

static u32 elements(const struct reg_desc *d)
{
	return d->count ? d->count : 1;
}

static u32 stride_of(const struct reg_desc *d)
{
	return d->stride ? d->stride : d->size;
}

/* The offset as pages and people write it: "0x44", "0x800, every 4 to 0x9fc", "FRO + 0x0". */
static const char *offset_name(const struct reg_desc *d, char buf[64])
{
	static const char *const bases[] = { "", "FRO + ", "IRO + " };
	int n = snprintf(buf, 64, "%s0x%x", bases[d->base], d->offset);

	if (elements(d) > 1)
		snprintf(buf + n, 64 - (size_t)n, ", every %u to 0x%x", stride_of(d),
			 d->offset + (elements(d) - 1) * stride_of(d));
	return buf;
}

/* ---- All of an IOMMU ---- */

static void list_all(const struct spec_iommu *m)
{
	static const char *const headings[] = { "register", "offset", ">bytes", ">reset", "section", NULL };
	static const char *const of_records[] = { "record", "also", ">words", "section", "what", NULL };
	struct report_table t;
	char offset[64];
	u32 i, s;

	for (s = 0; s < m->n_spaces; s++) {
		printf("%s\n", m->spaces[s].title);
		report_table_init(&t, headings);
		for_each_of(d, m->spaces[s].regs, m->spaces[s].n_regs) {
			report_table_cell(&t, "%s", d->name);
			report_table_cell(&t, "%s", offset_name(d, offset));
			report_table_cell(&t, "%u", d->size);
			report_table_cell(&t, "0x%llx", d->reset);
			report_table_cell(&t, "%s", d->section);
		}
		report_table_print(&t, stdout);
		putchar('\n');
	}
	puts("Records");
	report_table_init(&t, of_records);
	for (i = 0; i < m->n_records; i++) {
		report_table_cell(&t, "%s", m->records[i].name);
		report_table_cell(&t, "%s", m->records[i].also ? m->records[i].also : "");
		report_table_cell(&t, "%u", m->records[i].words);
		report_table_cell(&t, "%s", m->records[i].section);
		report_table_cell(&t, "%s", m->records[i].text);
	}
	report_table_print(&t, stdout);
}

static void markdown_register(const struct reg_desc *d)
{
	char offset[64], bits[8];

	printf("\n### %s\n\nOffset %s; %u bytes; section %s", d->name, offset_name(d, offset), d->size, d->section);
	if (d->reset)
		printf("; reset 0x%llx", d->reset);
	printf(".\n\n");
	if (!d->n_fields) {
		puts("Reads as zero, writes are ignored.");
		return;
	}
	puts("| bits | field | access | |\n|---|---|---|---|");
	for_each_of(f, d->fields, d->n_fields) {
		printf("| %s | %s | %s | %s |\n", bits_name(f, bits), f->name, access_name(f), f->doc);
	}
}

/* The fields of a kind that are not in all kinds, as "A, B, C". */
static void markdown_parts(const struct spec_record *r, const struct spec_kind *k)
{
	const char *comma = "";

	for_each_of(e, r->fields, r->n_fields) {
		if (!e->part || !spec_has(k, e->part))
			continue;
		printf("%s%s", comma, e->field.name);
		comma = ", ";
	}
}

static void markdown_record(const struct spec_record *r)
{
	char bits[8];

	printf("\n### %s\n\n%s; %u words; section %s.\n\n| word | bits | field | |\n|---|---|---|---|\n", r->name,
	       r->text, r->words, r->section);
	for_each_of(e, r->fields, r->n_fields) {
		const struct reg_field *f = &e->field;

		printf("| %u | %s | %s | %s |\n", e->word, bits_name(f, bits), f->name, f->doc);
	}
	if (!r->n_kinds)
		return;
	puts("\n| code | name | section | what | besides the fields of all | kernels print "
	     "|\n|---|---|---|---|---|---|");
	for_each_of(k, r->kinds, r->n_kinds) {
		printf("| 0x%02x | %s | %s | %s | ", k->code, k->name, k->section, k->text);
		markdown_parts(r, k);
		printf(" | %s |\n", k->printed ? k->printed : "");
	}
}

static void markdown(const struct spec_iommu *m)
{
	u32 i, s;

	printf("# Registers of the %s model\n\nMade by `faultline registers %s --markdown` from the table the model "
	       "runs on. "
	       "Bits outside of\nevery field are reserved: they read as zero, writes to them are ignored. "
	       "Identification registers are set from the\nconfiguration.\n",
	       m->name, m->name);
	for (s = 0; s < m->n_spaces; s++) {
		printf("\n## %s\n", m->spaces[s].title);
		for (i = 0; i < m->spaces[s].n_regs; i++)
			markdown_register(&m->spaces[s].regs[i]);
	}
	puts("\n## Records\n\nStructures in memory, commands and events, in 64-bit words; or registers that are one "
	     "record.");
	for (i = 0; i < m->n_records; i++)
		markdown_record(&m->records[i]);
}

/* ---- One register ---- */

#define MAX_WORDS 8

/* What was asked for. */
struct request {
	char name[64];
	u32 index, offset;
	bool indexed, by_offset;
	u32 words; /* given, at most MAX_WORDS; 0: no value */
	u64 word[MAX_WORDS];
};

static bool number(const char *text, u64 *value)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	*value = strtoull(text, &end, 0);
	return !*end && !errno;
}

static bool parse_index(char *name, struct request *q)
{
	char *open = strchr(name, '['), *close = open ? strchr(open, ']') : NULL;
	u64 v;

	if (!open)
		return true;
	if (!close || close[1])
		return false;
	*close = *open = '\0';
	q->indexed = true;
	if (!number(open + 1, &v) || v > 0xffff)
		return false;
	q->index = (u32)v;
	return true;
}

/* "V" or "V,V,..." */
static int parse_words(const char *text, struct request *q)
{
	char word[32];
	size_t len;

	for (;; text += len + 1) {
		len = strcspn(text, ",");
		if (q->words == MAX_WORDS)
			return cli_usage("registers", "registers: more than %d words", MAX_WORDS);
		snprintf(word, sizeof(word), "%.*s", (int)min(len, sizeof(word) - 1), text);
		if (len >= sizeof(word) || !number(word, &q->word[q->words]))
			return cli_usage("registers", "registers: '%.*s' is no value of 64 bits",
					 (int)min(len, (size_t)64), text);
		q->words++;
		if (!text[len])
			return CLI_OK;
	}
}

static int parse(const char *text, struct request *q)
{
	const char *equal = strchr(text, '=');
	size_t len = equal ? (size_t)(equal - text) : strlen(text);
	u64 v;

	memset(q, 0, sizeof(*q));
	if (!len || len >= sizeof(q->name))
		return cli_usage("registers", "registers: '%s' is no register", text);
	memcpy(q->name, text, len);
	if (equal && parse_words(equal + 1, q))
		return CLI_FAILED;
	if (!parse_index(q->name, q))
		return cli_usage("registers", "registers: '%s' has no [NUMBER] at its end", text);
	if (number(q->name, &v)) {
		q->by_offset = true;
		if (v > 0xffffffff)
			return cli_usage("registers", "registers: '%s' is no offset", q->name);
		q->offset = (u32)v;
	}
	return CLI_OK;
}

/* What specifications and kernels put before a register's name; they may be left out. */
static const char *without_prefix(const char *name)
{
	static const char *const prefixes[] = { "ARM_", "SMMU_", "DMAR_", "GR0_", "GR1_", "CB_" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (!strncasecmp(name, prefixes[i], strlen(prefixes[i])))
			name += strlen(prefixes[i]);
	return name;
}

static size_t without_suffix(const char *name, size_t len)
{
	return len > 4 && !strncasecmp(name + len - 4, "_REG", 4) ? len - 4 : len;
}

/* Whether @asked is @name, or one of @also, which has commas between them. */
static bool same_name(const char *asked, const char *name, const char *also)
{
	size_t len, n;

	asked = without_prefix(asked);
	name = without_prefix(name);
	len = without_suffix(asked, strlen(asked));
	if (len == without_suffix(name, strlen(name)) && !strncasecmp(asked, name, len))
		return true;
	for (; also; also = also[n] ? also + n + 1 : NULL) {
		n = strcspn(also, ",");
		if (n == len && !strncasecmp(asked, also, n))
			return true;
	}
	return false;
}

/* Is it the register that is asked for? Sets the element of an array that an offset means. */
static bool is_asked(const struct reg_desc *d, struct request *q)
{
	u32 at;

	if (!q->by_offset)
		return same_name(q->name, d->name, d->also) && q->index < elements(d);
	if (d->base || q->offset < d->offset)
		return false;
	at = q->offset - d->offset;
	q->index = at / stride_of(d);
	q->indexed = elements(d) > 1;
	return q->index < elements(d) && at % stride_of(d) == 0;
}

/* CLI_NO if the value has a bit outside of every field. */
static int show_register(const struct reg_desc *d, const struct request *q)
{
	static const char *const plain[] = { ">bits", "field", "access", "meaning", NULL };
	static const char *const valued[] = { ">bits", "field", "access", ">value", "meaning", NULL };
	u64 value = q->word[0], reserved = value;
	struct report_table t;
	char offset[64], bits[8];

	printf("%s", d->name);
	if (q->indexed)
		printf("[%u]", q->index);
	printf(" at %s, %u bytes, section %s", offset_name(d, offset), d->size, d->section);
	if (q->words)
		printf(": 0x%0*llx", d->size * 2, value);
	putchar('\n');
	report_table_init(&t, q->words ? valued : plain);
	for_each_of(f, d->fields, d->n_fields) {
		reserved &= ~GENMASK_ULL(f->high, f->low);
		report_table_cell(&t, "%s", bits_name(f, bits));
		report_table_cell(&t, "%s", f->name);
		report_table_cell(&t, "%s", access_name(f));
		if (q->words)
			report_table_cell(&t, "0x%llx", spec_bits(f, value));
		report_table_cell(&t, "%s", f->doc);
	}
	report_table_print(&t, stdout);
	if (reserved)
		printf("reserved bits are set: 0x%llx\n", reserved);
	return reserved ? CLI_NO : CLI_OK;
}

/* ---- One record ---- */

static void list_kinds(const struct spec_record *r)
{
	struct report_table t = REPORT_TABLE(">code", "name", "section", "what");

	for_each_of(k, r->kinds, r->n_kinds) {
		report_table_cell(&t, "0x%02x", k->code);
		report_table_cell(&t, "%s", k->name);
		report_table_cell(&t, "%s", k->section);
		report_table_cell(&t, "%s", k->text);
	}
	putchar('\n');
	report_table_print(&t, stdout);
}

static void record_title(const struct spec_record *r, const struct spec_kind *k, const struct request *q)
{
	u32 i;

	printf("%s, %u words, section %s, %s", r->name, r->words, r->section, r->text);
	for (i = 0; i < q->words; i++)
		printf("%s0x%llx", i ? "," : ": ", q->word[i]);
	putchar('\n');
	if (!r->n_kinds || !q->words)
		return;
	if (!k)
		printf("kind 0x%02x is not defined\n", spec_code(r, q->word));
	else
		printf("%s (section %s): %s\n", k->name, k->section, k->text);
	if (k && k->printed)
		printf("kernels print \"%s\"\n", k->printed);
}

/* CLI_NO if the kind is not defined, or a bit is set outside of every field that the kind has. */
static int show_record(const struct spec_record *r, const struct request *q)
{
	static const char *const plain[] = { ">word", ">bits", "field", "meaning", NULL };
	static const char *const valued[] = { ">word", ">bits", "field", ">value", "meaning", NULL };
	const struct spec_kind *k = spec_kind(r, spec_code(r, q->word));
	int status = r->n_kinds && q->words && !k ? CLI_NO : CLI_OK;
	u64 reserved[MAX_WORDS];
	struct report_table t;
	char bits[8];
	u32 i;

	memcpy(reserved, q->word, sizeof(reserved));
	record_title(r, k, q);
	report_table_init(&t, q->words ? valued : plain);
	for_each_of(f, r->fields, r->n_fields) {
		if (q->words && f->part && !spec_has(k, f->part))
			continue;
		reserved[f->word] &= ~GENMASK_ULL(f->field.high, f->field.low);
		report_table_cell(&t, "%u", f->word);
		report_table_cell(&t, "%s", bits_name(&f->field, bits));
		report_table_cell(&t, "%s", f->field.name);
		if (q->words)
			report_table_cell(&t, "0x%llx", spec_bits(&f->field, q->word[f->word]));
		report_table_cell(&t, "%s", f->field.doc);
	}
	report_table_print(&t, stdout);
	if (!q->words && r->n_kinds)
		list_kinds(r);
	for (i = 0; i < q->words; i++) {
		if (!reserved[i] || (r->n_kinds && !k))
			continue;
		printf("reserved bits of word %u are set: 0x%llx\n", i, reserved[i]);
		status = CLI_NO;
	}
	return status;
}

/* ---- What was asked for, one after the other; with @dry it is only looked for ---- */

static int show_registers(const struct spec_iommu *m, struct request *q, bool dry, bool *found)
{
	int status = CLI_OK;
	u32 s;

	for (s = 0; s < m->n_spaces; s++) {
		for_each_of(d, m->spaces[s].regs, m->spaces[s].n_regs) {
			if (!is_asked(d, q))
				continue;
			if (q->words > 1)
				return cli_fail("registers: %s has one value, not %u", d->name, q->words);
			if (d->size == 4 && q->word[0] >> 32)
				return cli_fail("registers: %s has 32 bits", d->name);
			if (*found && !dry)
				putchar('\n');
			*found = true;
			if (!dry)
				status = max(status, show_register(d, q));
		}
	}
	return status;
}

static int show(const struct spec_iommu *m, struct request *q, bool dry)
{
	bool found = false;
	int status = show_registers(m, q, dry, &found);

	if (found || status)
		return status;
	for_each_of(r, m->records, m->n_records) {
		if (q->by_offset || q->indexed || !same_name(q->name, r->name, r->also))
			continue;
		if (q->words && q->words != r->words)
			return cli_fail("registers: %s has %u words, not %u", r->name, r->words, q->words);
		return dry ? CLI_OK : show_record(r, q);
	}
	return cli_fail("registers: %s has no register '%s'", m->name, q->name);
}

/* All are understood before any is shown. */
static int show_all(const struct spec_iommu *m, int n, char **names)
{
	int i, status = CLI_OK;
	struct request q;

	for (i = 0; i < n; i++)
		if (parse(names[i], &q) || show(m, &q, true))
			return CLI_FAILED;
	for (i = 0; i < n; i++) {
		if (i)
			putchar('\n');
		parse(names[i], &q);
		status = max(status, show(m, &q, false));
	}
	return status;
}

static int run(int argc, char **argv)
{
	const struct iommu_kind *kind;
	struct options o = { 0 };
	const char *iommu;
	int status = cli_options(argc, argv, options, &o, NULL, NULL);

	if (status)
		return status;
	if (optind == argc)
		return cli_usage("registers", "registers: no IOMMU given");
	iommu = argv[optind++];
	kind = iommu_kind_find(iommu);
	if (!kind || !kind->spec)
		return cli_usage("registers", "registers: '%s' is none of " IOMMU_KIND_NAMES, iommu);
	if (o.markdown && optind < argc)
		return cli_usage("registers", "registers: unexpected argument '%s'", argv[optind]);
	if (optind < argc)
		return cli_finish(show_all(kind->spec, argc - optind, argv + optind));
	if (o.markdown)
		markdown(kind->spec);
	else
		list_all(kind->spec);
	return cli_finish(CLI_OK);
}

const struct cli_command cli_registers = {
	.name = "registers",
	.summary = "registers and records of the models, and what a value says",
	.help = help,
	.run = run,
};
