// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* faultline registers: the register tables that the engines run on, and what a register's value says. */
#include "cli.h"
#include "registers.h"
#include "report_table.h"

#include <ctype.h>
#include <getopt.h>

static const char help[] =
	"Usage: faultline registers smmuv2|smmuv3|vtd [REGISTER[=VALUE]]... [--markdown]\n"
	"Without a register: all that the model has. With some: their fields, and what VALUE says in them.\n"
	"REGISTER is a name of the specification, in any case, with or without what all have in common\n"
	"(SMMU_..., ..._REG), with [N] of an array; or its offset, as 0x20.\n"
	"\n"
	"  --markdown          every register with its fields, as docs/registers-*.md have them\n"
	"\n"
	"Exit status: 1 if VALUE sets reserved bits.\n";

static const struct option long_options[] = {
	{ "markdown", no_argument, NULL, 'm' },
	{ NULL, 0, NULL, 0 },
};

static const struct {
	const char *name;
	const struct register_space *spaces;
} iommus[] = {
	{ "smmuv2", registers_smmuv2 },
	{ "smmuv3", registers_smmuv3 },
	{ "vtd", registers_vtd },
};

static const struct reg_desc *row_of(const struct register_space *s, u32 i)
{
	return (const struct reg_desc *)(const void *)((const char *)s->first + i * s->step);
}

static const char *base_of(const struct register_space *s, const struct reg_desc *d)
{
	return s->base ? s->base(d) : "";
}

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
static const char *offset_name(const struct register_space *s, const struct reg_desc *d, char buf[64])
{
	int n = snprintf(buf, 64, "%s0x%x", base_of(s, d), d->offset);

	if (elements(d) > 1)
		snprintf(buf + n, 64 - (size_t)n, ", every %u to 0x%x", stride_of(d),
			 d->offset + (elements(d) - 1) * stride_of(d));
	return buf;
}

/* ---- All of an IOMMU ---- */

static void list_space(const struct register_space *s)
{
	static const char *const headings[] = { "register", "offset", ">bytes", ">reset", "section", NULL };
	struct report_table t;
	char offset[64];
	u32 i;

	printf("%s\n", s->title);
	report_table_init(&t, headings);
	for (i = 0; i < *s->rows; i++) {
		const struct reg_desc *d = row_of(s, i);

		report_table_cell(&t, "%s", d->name);
		report_table_cell(&t, "%s", offset_name(s, d, offset));
		report_table_cell(&t, "%u", d->size);
		report_table_cell(&t, "0x%llx", d->reset);
		report_table_cell(&t, "%s", d->section);
	}
	report_table_print(&t, stdout);
	putchar('\n');
}

static void markdown_register(const struct register_space *s, const struct reg_desc *d)
{
	char offset[64], bits[8];
	u32 i;

	printf("\n### %s\n\nOffset %s; %u bytes; section %s", d->name, offset_name(s, d, offset), d->size, d->section);
	if (d->reset)
		printf("; reset 0x%llx", d->reset);
	printf(".\n\n");
	if (!d->n_fields) {
		puts("Reads as zero, writes are ignored.");
		return;
	}
	puts("| bits | field | access | |\n|---|---|---|---|");
	for (i = 0; i < d->n_fields; i++) {
		const struct reg_field *f = &d->fields[i];

		printf("| %s | %s | %s | %s |\n", bits_name(f, bits), f->name, access_name(f), f->doc);
	}
}

static void markdown(const char *iommu, const struct register_space *s)
{
	u32 i;

	printf("# Registers of the %s model\n\nMade by `faultline registers %s --markdown` from the table the model "
	       "runs "
	       "on. Bits outside of\nevery field are reserved: they read as zero, writes to them are ignored. "
	       "Identification registers are set from the\nconfiguration.\n",
	       iommu, iommu);
	for (; s->title; s++) {
		printf("\n## %s\n", s->title);
		for (i = 0; i < *s->rows; i++)
			markdown_register(s, row_of(s, i));
	}
}

/* ---- One register ---- */

/* What was asked for. */
struct request {
	char name[64];
	u32 index, offset;
	bool indexed, by_offset, valued;
	u64 value;
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

static int parse(const char *text, struct request *q)
{
	const char *equal = strchr(text, '=');
	size_t len = equal ? (size_t)(equal - text) : strlen(text);
	u64 v;

	memset(q, 0, sizeof(*q));
	if (!len || len >= sizeof(q->name))
		return cli_usage("registers", "registers: '%s' is no register", text);
	memcpy(q->name, text, len);
	if (equal && !number(equal + 1, &q->value))
		return cli_usage("registers", "registers: '%s' is no value of 64 bits", equal + 1);
	q->valued = equal;
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

static bool same_name(const char *asked, const char *name)
{
	size_t len = strlen(asked);

	if (!strcasecmp(asked, name))
		return true;
	if (!strncmp(name, "SMMU_", 5) && !strcasecmp(asked, name + 5))
		return true;
	return !strncasecmp(asked, name, len) && !strcmp(name + len, "_REG");
}

/* Is it the register that is asked for? Sets the element of an array that an offset means. */
static bool is_asked(const struct register_space *s, const struct reg_desc *d, struct request *q)
{
	u32 at;

	if (!q->by_offset)
		return same_name(q->name, d->name) && q->index < elements(d);
	if (*base_of(s, d) || q->offset < d->offset)
		return false;
	at = q->offset - d->offset;
	q->index = at / stride_of(d);
	q->indexed = elements(d) > 1;
	return q->index < elements(d) && at % stride_of(d) == 0;
}

static u64 mask_of(const struct reg_field *f)
{
	return GENMASK_ULL(f->high, f->low);
}

/* CLI_NO if the value has a bit outside of every field. */
static int show_register(const struct register_space *s, const struct reg_desc *d, const struct request *q)
{
	static const char *const plain[] = { ">bits", "field", "access", "meaning", NULL };
	static const char *const valued[] = { ">bits", "field", "access", ">value", "meaning", NULL };
	u64 reserved = q->value;
	struct report_table t;
	char offset[64], bits[8];
	u32 i;

	printf("%s", d->name);
	if (q->indexed)
		printf("[%u]", q->index);
	printf(" at %s, %u bytes, section %s", offset_name(s, d, offset), d->size, d->section);
	if (q->valued)
		printf(": 0x%0*llx", d->size * 2, q->value);
	putchar('\n');
	report_table_init(&t, q->valued ? valued : plain);
	for (i = 0; i < d->n_fields; i++) {
		const struct reg_field *f = &d->fields[i];

		reserved &= ~mask_of(f);
		report_table_cell(&t, "%s", bits_name(f, bits));
		report_table_cell(&t, "%s", f->name);
		report_table_cell(&t, "%s", access_name(f));
		if (q->valued)
			report_table_cell(&t, "0x%llx", (q->value & mask_of(f)) >> f->low);
		report_table_cell(&t, "%s", f->doc);
	}
	report_table_print(&t, stdout);
	if (reserved)
		printf("reserved bits are set: 0x%llx\n", reserved);
	return reserved ? CLI_NO : CLI_OK;
}

/* Every register that is asked for, one after the other; with @dry none is printed. */
static int show(const char *iommu, const struct register_space *s, struct request *q, bool dry)
{
	int status = CLI_OK;
	bool found = false;
	u32 i;

	for (; s->title; s++) {
		for (i = 0; i < *s->rows; i++) {
			const struct reg_desc *d = row_of(s, i);

			if (!is_asked(s, d, q))
				continue;
			if (d->size == 4 && q->value >> 32)
				return cli_fail("registers: %s has 32 bits", d->name);
			if (found && !dry)
				putchar('\n');
			found = true;
			if (!dry)
				status = max(status, show_register(s, d, q));
		}
	}
	return found ? status : cli_fail("registers: %s has no register '%s'", iommu, q->name);
}

static const struct register_space *spaces_of(const char *iommu)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(iommus); i++)
		if (!strcmp(iommus[i].name, iommu))
			return iommus[i].spaces;
	return NULL;
}

/* All are understood before any is shown. */
static int show_all(const char *iommu, const struct register_space *spaces, int n, char **registers)
{
	int i, status = CLI_OK;
	struct request q;

	for (i = 0; i < n; i++)
		if (parse(registers[i], &q) || show(iommu, spaces, &q, true))
			return CLI_FAILED;
	for (i = 0; i < n; i++) {
		if (i)
			putchar('\n');
		parse(registers[i], &q);
		status = max(status, show(iommu, spaces, &q, false));
	}
	return status;
}

static int run(int argc, char **argv)
{
	const struct register_space *s;
	bool pages = false;
	const char *iommu;
	int opt;

	optind = 1;
	opterr = 0;
	while ((opt = getopt_long(argc, argv, ":", long_options, NULL)) != -1) {
		if (opt != 'm')
			return cli_bad_option(argc, argv, opt);
		pages = true;
	}
	if (optind == argc)
		return cli_usage("registers", "registers: no IOMMU given");
	iommu = argv[optind++];
	s = spaces_of(iommu);
	if (!s)
		return cli_usage("registers", "registers: '%s' is not smmuv2, smmuv3 or vtd", iommu);
	if (pages && optind < argc)
		return cli_usage("registers", "registers: unexpected argument '%s'", argv[optind]);
	if (optind < argc)
		return cli_finish(show_all(iommu, s, argc - optind, argv + optind));
	if (pages)
		markdown(iommu, s);
	else
		for (; s->title; s++)
			list_space(s);
	return cli_finish(CLI_OK);
}

const struct cli_command cli_registers = {
	.name = "registers",
	.summary = "registers of the models, and what a value says",
	.help = help,
	.run = run,
};
