// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* faultline translate: what would this IOMMU, in this state, do with these accesses? */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "find.h"
#include "iommu_kind.h"
#include "pages.h"
#include "report_json.h"
#include "translate.h"

static const char help[] =
	"Usage: faultline translate --iommu " IOMMU_KIND_NAMES " --memory DUMP.pages[.gz] --registers DUMP.json\n"
	"                           [--sid N [--ssid N] --iova A [--write|--exec] [--priv]]...\n"
	"                           [--walk] [--json]\n"
	"\n"
	"Brings the IOMMU into the state of a dump, register by register as a driver would,\n"
	"and says what becomes of each access: address and permissions, or outcome and record.\n"
	"\n"
	"  --iommu KIND      the hardware: " IOMMU_KIND_NAMES "\n"
	"  --memory FILE     pages of memory: a run of {u64 little-endian address, 4096 bytes}, may be gzipped\n"
	"  --registers FILE  JSON: `registers` (offset: value), identification registers (`idr`; `cap`, `ecap`, "
	"`haw`),\n"
	"                    and `translations`, the accesses to try if none is named here\n"
	"  --sid N           StreamID or requester ID of the accesses that follow\n"
	"  --ssid N          SubstreamID or PASID of the accesses that follow, until the next --sid\n"
	"  --iova A          an access: a read, not privileged, unless one of these follows:\n"
	"    --write  --exec  --priv\n"
	"  --walk            show each table access\n"
	"  --json            print one JSON object instead of lines\n"
	"\n"
	"An entry of `translations` that says what it expects is compared. Exit status: 0 all equal,\n"
	"1 some differ, 2 could not be done.\n";

struct request {
	struct dma_txn txn;
	const json_t *entry; /* of the snapshot, or NULL */
};

struct options {
	const struct iommu_kind *kind;
	const char *memory, *registers;
	bool walk, json;
	struct dma_txn next; /* the access that --iova makes */
	bool have_sid;
	struct request *requests;
	size_t n;
};

struct tally {
	size_t compared, different;
	json_t *results;
};

static int add_request(struct options *o, const struct dma_txn *t, const json_t *entry)
{
	struct request *more = realloc(o->requests, (o->n + 1) * sizeof(*more));

	if (!more)
		return cli_fail("translate: out of memory");
	o->requests = more;
	o->requests[o->n++] = (struct request){ .txn = *t, .entry = entry };
	return 0;
}

static int choose_kind(void *options, const char *option, char *name)
{
	struct options *o = options;

	o->kind = iommu_kind_find(name);
	if (!o->kind)
		return cli_fail("translate: --iommu %s: no such kind", name);
	return o->kind->dump ? CLI_OK : cli_fail("translate: --iommu %s: there is no reader of its dumps", name);
}

static int set_sid(void *options, const char *option, char *value)
{
	struct options *o = options;
	u64 sid;

	if (cli_number("translate", "--sid", value, 0, 0xffffffff, &sid))
		return CLI_FAILED;
	o->next = (struct dma_txn){ .sid = (u32)sid, .len = 1 };
	o->have_sid = true;
	return CLI_OK;
}

static int set_ssid(void *options, const char *option, char *value)
{
	struct options *o = options;
	u64 ssid;

	if (cli_number("translate", "--ssid", value, 0, 0xfffff, &ssid))
		return CLI_FAILED;
	o->next.pasid = (u32)ssid;
	o->next.flags |= DMA_PASID;
	return CLI_OK;
}

static int add_access(void *options, const char *option, char *value)
{
	struct options *o = options;

	if (!o->have_sid)
		return cli_fail("translate: --iova %s: no --sid before it", value);
	if (cli_number("translate", "--iova", value, 0, ~0ULL, &o->next.iova))
		return CLI_FAILED;
	return add_request(o, &o->next, NULL);
}

/* What the last access is. */
static int set_flag(void *options, const char *option, char *none)
{
	struct options *o = options;

	if (!o->n)
		return cli_fail("translate: --%s: no --iova before it", option);
	o->requests[o->n - 1].txn.flags |= *option == 'w' ? DMA_WRITE : *option == 'e' ? DMA_EXEC : DMA_PRIV;
	return CLI_OK;
}

static const struct cli_option options[] = {
	{ "iommu", 0, CLI_CALL(choose_kind) },
	{ "memory", 0, CLI_TEXT(struct options, memory) },
	{ "registers", 0, CLI_TEXT(struct options, registers) },
	{ "sid", 0, CLI_CALL(set_sid) },
	{ "ssid", 0, CLI_CALL(set_ssid) },
	{ "iova", 0, CLI_CALL(add_access) },
	{ "write", 0, CLI_CALL_ALONE(set_flag) },
	{ "exec", 0, CLI_CALL_ALONE(set_flag) },
	{ "priv", 0, CLI_CALL_ALONE(set_flag) },
	{ "walk", 0, CLI_FLAG(struct options, walk) },
	{ "json", 0, CLI_FLAG(struct options, json) },
	{ 0 },
};

static int parse(struct options *o, int argc, char **argv)
{
	if (cli_options(argc, argv, options, o, NULL, NULL))
		return CLI_FAILED;
	if (optind < argc)
		return cli_fail("translate: %s: no argument is taken", argv[optind]);
	if (!o->kind || !o->memory || !o->registers)
		return cli_fail("translate: --iommu, --memory and --registers are needed");
	return CLI_OK;
}

static int entry_flags(const char *file, size_t i, const json_t *entry, u16 *flags)
{
	const json_t *access = json_object_get(entry, "access");
	const char *text = access ? json_string_value(access) : "r";

	if (!text || strlen(text) != 1 || !strchr("rwx", *text))
		return cli_fail("%s: translations[%zu].access: not one of r, w, x", file, i);
	*flags |= *text == 'w' ? DMA_WRITE : *text == 'x' ? DMA_EXEC : 0;
	if (json_is_true(json_object_get(entry, "priv")))
		*flags |= DMA_PRIV;
	return 0;
}

static int entry_to_txn(const char *file, size_t i, const json_t *entry, struct dma_txn *t)
{
	const json_t *ssid = json_object_get(entry, "ssid");
	u64 sid, pasid = 0;

	if (!ssid)
		ssid = json_object_get(entry, "pasid");
	*t = (struct dma_txn){ .len = 1 };
	if (!xl_number(json_object_get(entry, "sid"), &sid) || sid > 0xffffffff)
		return cli_fail("%s: translations[%zu].sid: not a 32-bit number", file, i);
	if (!xl_number(json_object_get(entry, "iova"), &t->iova))
		return cli_fail("%s: translations[%zu].iova: not a number", file, i);
	if (ssid && (!xl_number(ssid, &pasid) || pasid > 0xfffff))
		return cli_fail("%s: translations[%zu]: SubstreamID or PASID is not a 20-bit number", file, i);
	t->sid = (u32)sid;
	t->pasid = (u32)pasid;
	t->flags = ssid ? DMA_PASID : 0;
	return entry_flags(file, i, entry, &t->flags);
}

static int requests_of_snapshot(struct options *o, const json_t *snapshot)
{
	const json_t *list = json_object_get(snapshot, "translations");
	const json_t *entry;
	struct dma_txn t;
	size_t i;

	if (!json_is_array(list))
		return cli_fail("%s: no `translations`, and no --iova", o->registers);
	json_array_foreach(list, i, entry)
		if (entry_to_txn(o->registers, i, entry, &t) || add_request(o, &t, entry))
			return CLI_FAILED;
	return 0;
}

static const char *outcome_name(const struct xl_outcome *o)
{
	switch (o->kind) {
	case XLAT_OK:
		return o->bypass ? "bypass" : "ok";
	case XLAT_ABORT:
		return "abort";
	case XLAT_RAZWI:
		return "raz_wi";
	case XLAT_STALL:
		return "stall";
	case XLAT_WAIT:
		return "wait";
	default:
		return "miss";
	}
}

static const char *access_name(const struct dma_txn *t)
{
	return t->flags & DMA_WRITE ? "w" : t->flags & DMA_EXEC ? "x" : "r";
}

static const char *const what_names[] = { "config", "stage1", "stage2", "update" };

static void print_walk(const struct xl_outcome *out)
{
	for_each_of(a, out->accesses, out->n_accesses) {
		printf("    %s %-6s level %2d  0x%012llx %u bytes%s\n", a->write ? "write" : "read ",
		       what_names[a->what], a->level, a->addr, a->len, a->failed ? "  bus error" : "");
	}
}

static void print_line(const struct options *o, const struct dma_txn *t, const struct xl_outcome *out,
		       const char *reason)
{
	unsigned int i;

	printf("sid 0x%x", t->sid);
	if (t->flags & DMA_PASID)
		printf(" ssid 0x%x", t->pasid);
	printf(" iova 0x%llx %s%s: %s", t->iova, access_name(t), t->flags & DMA_PRIV ? " priv" : "", outcome_name(out));
	if (out->kind == XLAT_OK)
		printf(" pa 0x%llx", out->pa);
	if (out->kind == XLAT_OK && !out->bypass)
		printf(" perm %s%s%s", out->perm & PERM_R ? "r" : "-", out->perm & PERM_W ? "w" : "-",
		       out->perm & PERM_X ? "x" : "-");
	if (out->fault)
		printf(" %s", o->kind->fault_name(out->fault));
	for (i = 0; i < out->n_words; i++)
		printf(" 0x%016llx", out->words[i]);
	printf("%s%s\n", *reason ? "  DIFFERENT: " : "", reason);
	if (o->walk)
		print_walk(out);
}

static json_t *hex(u64 v)
{
	return json_sprintf("0x%llx", v);
}

static json_t *access_json(const struct walk_access *a)
{
	return json_pack("{s:s, s:s, s:i, s:o, s:i, s:b}", "op", a->write ? "write" : "read", "what",
			 what_names[a->what], "level", a->level, "addr", hex(a->addr), "bytes", a->len, "failed",
			 a->failed);
}

static json_t *to_json(const struct options *o, const struct dma_txn *t, const struct xl_outcome *out,
		       const char *reason)
{
	bool ok = out->kind == XLAT_OK;

	return report_json_object(
		J_HEX("sid", t->sid), J_HEX("iova", t->iova), J_TEXT("access", access_name(t)),
		J_BOOL("priv", t->flags & DMA_PRIV), J_TEXT("outcome", outcome_name(out)),
		J_IF(t->flags & DMA_PASID, J_HEX("ssid", t->pasid)), J_IF(ok, J_HEX("pa", out->pa)),
		J_IF(ok, J_MEMBER(out, perm)), J_IF(out->fault, J_MEMBER(out, fault)),
		J_IF(out->fault, J_TEXT("fault_name", o->kind->fault_name(out->fault))),
		J_IF(out->n_words, J_NODE("record", J_LIST(i, out->n_words, hex(out->words[i])))),
		J_IF(o->walk, J_NODE("walk", J_LIST(i, out->n_accesses, access_json(&out->accesses[i])))),
		J_IF(*reason, J_TEXT("different", reason)));
}

static bool has_expectation(const json_t *entry)
{
	static const char *const keys[] = { "pa",    "abort", "raz_wi",	       "blocked_silently",
					    "event", "fault", "context_fault", "global_fault" };
	size_t i;

	for (i = 0; entry && i < ARRAY_SIZE(keys); i++)
		if (json_object_get(entry, keys[i]))
			return true;
	return false;
}

static int run_all(const struct options *o, void *hw, struct tally *tally)
{
	char reason[XL_REASON_BYTES];
	struct xl_outcome out;

	for_each_of(q, o->requests, o->n) {
		memset(&out, 0, sizeof(out));
		if (o->kind->dump->run(hw, &q->txn, &out))
			return cli_fail("translate: out of memory");
		reason[0] = '\0';
		if (has_expectation(q->entry)) {
			tally->compared++;
			if (!o->kind->dump->expect(hw, q->entry, &out, reason))
				tally->different++;
		}
		if (o->json)
			json_array_append_new(tally->results, to_json(o, &q->txn, &out, reason));
		else
			print_line(o, &q->txn, &out, reason);
	}
	return 0;
}

static void conclude(const struct options *o, const struct tally *tally)
{
	size_t equal = tally->compared - tally->different;
	json_t *all;

	if (!o->json) {
		printf("%zu compared, %zu equal, %zu different\n", tally->compared, equal, tally->different);
		return;
	}
	all = json_pack("{s:O, s:I, s:I, s:I}", "translations", tally->results, "compared", (json_int_t)tally->compared,
			"equal", (json_int_t)equal, "different", (json_int_t)tally->different);
	json_dumpf(all, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(all);
}

static int with_snapshot(struct options *o, const json_t *snapshot, struct physmem *mem)
{
	char reason[XL_REASON_BYTES] = "";
	struct tally tally = { 0 };
	void *hw;
	int err;

	if (!o->n && requests_of_snapshot(o, snapshot))
		return CLI_FAILED;
	hw = o->kind->dump->open(mem, snapshot, reason);
	if (!hw)
		return cli_fail("%s: %s", o->registers, reason);
	tally.results = json_array();
	err = run_all(o, hw, &tally);
	if (!err)
		conclude(o, &tally);
	o->kind->dump->close(hw);
	json_decref(tally.results);
	return err ? err : tally.different ? CLI_NO : CLI_OK;
}

static int run(int argc, char **argv)
{
	struct options o = { 0 };
	struct pages_error perr;
	struct physmem mem;
	json_t *snapshot;
	int err = parse(&o, argc, argv);

	if (err) {
		free(o.requests);
		return CLI_FAILED;
	}
	if (physmem_init(&mem, 1ULL << 52))
		return cli_fail("translate: out of memory");
	snapshot = cli_read_json(o.registers);
	if (!snapshot)
		err = CLI_FAILED;
	else if (pages_load(o.memory, &mem, &perr))
		err = cli_fail("%s: %s: %s", perr.file, perr.place, perr.reason);
	else
		err = with_snapshot(&o, snapshot, &mem);
	json_decref(snapshot);
	physmem_exit(&mem);
	free(o.requests);
	return cli_finish(err);
}

const struct cli_command cli_translate = {
	.name = "translate",
	.summary = "say what an IOMMU in the state of a dump does with an access",
	.help = help,
	.run = run,
};
