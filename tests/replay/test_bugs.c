// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Engines with one deliberate bug each, made at the seam between an engine and its holder: what it writes to memory, and
 * what its registers read or take. Each has a name; `verify`, which knows what a record implies, and a golden file, which
 * knows what a replay gave before, have to find it and to name the field.
 */
#include "machine.h"
#include "replay_rig.h"
#include "run_replay.h"
#include "smmuv2_spec.h"
#include "smmuv3_spec.h"
#include "suite.h"
#include "verify_golden.h"
#include "vtd_spec.h"
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of main.c, which is not here. */
const struct cli_command *const cli_commands[] = { NULL };

static char trace[] = "/tmp/faultline-bugs-XXXXXX";

/**
 * struct bug - one bug
 * @name: what is wrong
 * @iommu: of which engine
 * @event: SMMUv3: changes an event record that is being written
 * @read: changes what a register reads; @offset within its page of registers
 * @write: changes what is written to a register
 * @drop: accesses to page 0x6000 are aborted without a record
 * @fault: a recorded fault that an engine without the bug reproduces
 * @field: the field that verify has to name; NULL: there is no record
 * @trace: what is replayed
 * @faults: how
 * @timed: with time: faults meet
 * @path: what the golden file's difference has to name; "": the replay makes no progress
 */
struct bug {
	const char *name, *iommu;
	void (*event)(u64 *words);
	u64 (*read)(u64 offset, u64 value);
	u64 (*write)(u64 offset, u64 value);
	bool drop;
	const char *fault, *field, *trace;
	enum replay_faults faults;
	bool timed;
	const char *path;
};

#define V3                                                                                            \
	"fault 0 sid=0x8 pasid=0x5 iova=0x6040 dir=r model=smmuv3 code=0x10 words word0=0x800005810 " \
	"word1=0x20800000000 word2=0x6040"
#define STALL                                                                                           \
	"fault 0 sid=0x8 iova=0x6040 dir=r tag=7 stall model=smmuv3 code=0x10 words word0=0x800000010 " \
	"word1=0x20880000007 word2=0x6040"
#define PLAIN                                                                                                   \
	"fault 0 sid=0x8 iova=0x6040 dir=r model=smmuv3 code=0x10 words word0=0x800000010 word1=0x20800000000 " \
	"word2=0x6040"
#define MULTI \
	"fault 0 sid=0x8 iova=0x6040 dir=w model=smmuv2 code=0x80000402 words word0=0x80000402 word1=0x13 word2=0x9"
#define VTD "fault 0 sid=0x8 pasid=0x5 iova=0x6000 dir=w model=vtd code=0x71"

/* Faults of a stream and of a PASID; both touch page 0x6000. */
#define ACCESSES                                                    \
	"attach 0 sid=0x8 domain=0x1\n"                             \
	"attach 0 sid=0x8 pasid=0x5 domain=0x2\n"                   \
	"access 1000 sid=0x8 iova=0x5000 size=4 dir=r\n"            \
	"access 20000 sid=0x8 iova=0x6000 size=4 dir=w\n"           \
	"access 30000 sid=0x8 pasid=0x5 iova=0x6000 size=4 dir=r\n" \
	"access 40000 sid=0x8 pasid=0x5 iova=0x9000 size=4 dir=w\n"
/* A stream whose faults meet, and an access beside them that has a page. */
#define MEETING                                                             \
	"attach 0 sid=0x8 domain=0x1\n"                                     \
	"map 0 domain=0x1 iova=0x9000 size=0x1000 pa=0x100009000 perm=rw\n" \
	"access 1000 sid=0x8 iova=0x5000 size=4 dir=r\n"                    \
	"access 1001 sid=0x8 iova=0x6000 size=4 dir=w\n"                    \
	"access 1500 sid=0x8 iova=0x9000 size=4 dir=w\n"

static void swap_fields(u64 *words)
{
	bool rnw = words[1] & SMMUV3_EVT_1_RNW, ind = words[1] & SMMUV3_EVT_1_IND;

	words[1] &= ~(SMMUV3_EVT_1_RNW | SMMUV3_EVT_1_IND);
	words[1] |= (ind ? SMMUV3_EVT_1_RNW : 0) | (rnw ? SMMUV3_EVT_1_IND : 0);
}

static void wrong_reason(u64 *words)
{
	words[0] ^= 0x3; /* F_PERMISSION for F_TRANSLATION */
}

static void set_ssv(u64 *words)
{
	words[0] |= SMMUV3_EVT_0_SSV;
}

static void forget_stall(u64 *words)
{
	words[1] &= ~SMMUV3_EVT_1_STALL;
}

static void next_pasid(u64 *words)
{
	if (words[0] & SMMUV3_EVT_0_SSV)
		words[0] += 1ULL << 12;
}

static u64 lose_hupcf(u64 offset, u64 value)
{
	return offset == SMMUV2_CB_SCTLR ? value & ~(u64)SMMUV2_SCTLR_HUPCF : value;
}

/* It is never set; what software writes to FSR clears the bit that is there in truth. */
static u64 forget_multi(u64 offset, u64 value)
{
	return offset == SMMUV2_CB_FSR ? value & ~(u64)SMMUV2_FSR_MULTI : value;
}

static u64 clear_multi(u64 offset, u64 value)
{
	return offset == SMMUV2_CB_FSR ? value | SMMUV2_FSR_MULTI : value;
}

/* The upper halves of the fault recording registers, from CAP.FRO * 16 = 0x400 on. */
static bool is_record(u64 offset)
{
	return offset >= 0x400 && offset < 0x480 && (offset & 15) == 8;
}

static u64 next_vtd_pasid(u64 offset, u64 value)
{
	return is_record(offset) && value & VTD_FRCD_PP ? value + (1ULL << 40) : value;
}

static u64 wrong_vtd_reason(u64 offset, u64 value)
{
	return is_record(offset) && value ? value ^ 1ULL << 32 : value;
}

static const struct bug bugs[] = {
	{ "two fields swapped", "smmuv3", .event = swap_fields, .fault = V3, .field = "RnW", .trace = ACCESSES,
	  .path = "RnW" },
	{ "HUPCF lost", "smmuv2", .write = lose_hupcf, .fault = MULTI, .field = "MULTI", .trace = MEETING,
	  .faults = REPLAY_STALL, .timed = true, .path = "streams[0].latency_ns" },
	{ "MULTI forgotten", "smmuv2", .read = forget_multi, .write = clear_multi, .fault = MULTI, .field = "MULTI",
	  .trace = MEETING, .timed = true, .path = "MULTI" },
	{ "wrong reason", "smmuv3", .event = wrong_reason, .fault = PLAIN, .field = "ID", .trace = ACCESSES,
	  .path = "ID" },
	{ "wrong reason", "vtd", .read = wrong_vtd_reason, .fault = VTD, .field = "FR", .trace = ACCESSES,
	  .path = "FR" },
	{ "SSV set", "smmuv3", .event = set_ssv, .fault = PLAIN, .field = "SSV", .trace = ACCESSES, .path = "SSV" },
	{ "stall reported as terminated", "smmuv3", .event = forget_stall, .fault = STALL, .field = "Stall",
	  .trace = ACCESSES, .faults = REPLAY_STALL, .path = "" },
	{ "one fault of two dropped", "smmuv3", .drop = true, .fault = PLAIN, .trace = ACCESSES, .path = "records[1]" },
	{ "one fault of two dropped", "vtd", .drop = true, .fault = VTD, .trace = ACCESSES, .path = "records[1]" },
	{ "PASID off by one", "smmuv3", .event = next_pasid, .fault = V3, .field = "SubstreamID", .trace = ACCESSES,
	  .path = "SubstreamID" },
	{ "PASID off by one", "vtd", .read = next_vtd_pasid, .fault = VTD, .field = "PV", .trace = ACCESSES,
	  .path = "PV" },
};

/* ---- the engine with the bug ---- */

static const struct bug *bug;
static struct iommu_kind kind;
static struct iommu_class cls;
static struct iommu_ops ops;
static const struct iommu_kind *sound;
static int (*real_write)(void *ctx, u64 pa, const void *buf, u32 len);

static int mem_write(void *ctx, u64 pa, const void *buf, u32 len)
{
	u64 words[4];

	if (len != sizeof(words))
		return real_write(ctx, pa, buf, len);
	memcpy(words, buf, sizeof(words));
	bug->event(words);
	return real_write(ctx, pa, words, len);
}

static int create(const struct fl_config *cfg, const struct iommu_ops *o, void *ctx, void **hw)
{
	ops = *o;
	real_write = o->mem_write;
	if (bug->event)
		ops.mem_write = mem_write;
	return sound->create(cfg, &ops, ctx, hw);
}

static u64 mmio_read(void *hw, u64 offset, unsigned int size)
{
	u64 value = sound->cls->mmio_read(hw, offset, size);

	return bug->read ? bug->read(offset & 0xfff, value) : value;
}

static void mmio_write(void *hw, u64 offset, u64 value, unsigned int size)
{
	sound->cls->mmio_write(hw, offset, bug->write && offset >= 0x2000 ? bug->write(offset & 0xfff, value) : value,
			       size);
}

static enum xlat translate(void *hw, const struct dma_txn *t, struct xlat_result *r)
{
	if (bug->drop && t->iova >> 12 == 6)
		return XLAT_ABORT;
	return sound->cls->translate(hw, t, r);
}

static const struct iommu_kind *with_bug(const char *name)
{
	sound = iommu_kind_find(name);
	kind = *sound;
	cls = *sound->cls;
	cls.mmio_read = mmio_read;
	cls.mmio_write = mmio_write;
	cls.translate = translate;
	kind.cls = &cls;
	kind.create = create;
	return &kind;
}

/* ---- found by verify ---- */

TEST_TIMES(test_verify_names_it, ARRAY_SIZE(bugs))
{
	struct verify_options opt = { 0 };
	struct verify_result res;
	struct dmat_error err = { 0 };
	struct dmat_record rec;
	bool named = false;
	u32 i;

	bug = &bugs[_i];
	ck_assert_msg(!dmat_parse(bug->fault, &rec, &err), "%s: %s", bug->name, err.reason);
	ck_assert_int_eq(verify_fault(&opt, &rec, NULL, &res), 0);
	ck_assert_msg(res.verdict == VERIFY_REPRODUCED, "%s: different without the bug", bug->name);
	opt.kind = with_bug;
	ck_assert_int_eq(verify_fault(&opt, &rec, NULL, &res), 0);
	ck_assert_msg(res.verdict == VERIFY_DIFFERENT, "%s: not found", bug->name);
	ck_assert_msg(res.answered == !bug->drop, "%s", bug->name);
	for (i = 0; i < res.n_fields; i++)
		named |= bug->field && res.field[i].match == VERIFY_DIFFERS && !strcmp(res.field[i].name, bug->field);
	ck_assert_msg(named || bug->drop, "%s: %s is not named", bug->name, bug->field);
}

/* ---- found by the golden file ---- */

/* A run in a process of its own, for time runs once in each; its report goes through a file. */
static json_t *run(const struct iommu_kind *k)
{
	struct run_replay r;
	json_t *j = NULL;

	run_replay_init(&r, "verify");
	r.common.run.kind = k;
	r.common.run.faults = bug->faults;
	r.common.run.trace = trace;
	r.common.run.resident = REPLAY_RESIDENT_ALL;
	r.common.functional = !bug->timed;
	r.common.answers = true;
	r.common.cfg.smmuv2.hupcf = 1;
	r.list = json_array();
	if (!run_replay_play(&r))
		j = run_replay_json(&r);
	run_replay_exit(&r);
	return j;
}

static u64 named;

static void found(void *ctx, const char *path, enum golden_what what, const json_t *golden, const json_t *now)
{
	named += strstr(path, bug->path) != NULL;
}

static void pack(const char *text)
{
	char whole[1024];
	struct dmat_error err = { 0 };
	FILE *f;

	snprintf(whole, sizeof(whole), "dmat 1\n%s", text);
	close(mkstemp(trace));
	f = fmemopen(whole, strlen(whole), "r");
	ck_assert_msg(!dmat_pack(f, "text", trace, &err), "%s", err.reason);
	fclose(f);
}

static json_t *sound_run(void)
{
	char path[64], command[128];
	json_t *j;

	snprintf(path, sizeof(path), "%s.json", trace);
	fflush(NULL);
	if (!fork()) {
		j = run(iommu_kind_find(bug->iommu));
		_exit(!j || json_dump_file(j, path, 0));
	}
	wait(NULL);
	j = json_load_file(path, 0, NULL);
	snprintf(command, sizeof(command), "rm -f %s", path);
	ck_assert_int_eq(system(command), 0);
	return j;
}

TEST_TIMES(test_golden_names_it, ARRAY_SIZE(bugs))
{
	struct golden_options opt = { .found = found };
	struct golden_counts n;
	json_t *golden, *now;

	bug = &bugs[_i];
	pack(bug->trace);
	golden = sound_run();
	ck_assert_msg(golden != NULL, "%s: no run without the bug", bug->name);
	now = run(with_bug(bug->iommu));
	unlink(trace);
	if (!*bug->path) {
		ck_assert_msg(!now, "%s: the run ends", bug->name);
		return;
	}
	ck_assert_msg(now != NULL, "%s: no run", bug->name);
	golden_compare(&opt, golden, golden, &n);
	ck_assert_uint_eq(n.differences, 0);
	golden_compare(&opt, golden, now, &n);
	ck_assert_msg(n.differences && named, "%s: %llu differences, none names %s", bug->name, n.differences,
		      bug->path);
	json_decref(golden);
	json_decref(now);
}

/* Every bug of the list is there. */
TEST(test_names)
{
	static const char *const names[] = { "two fields swapped",
					     "HUPCF lost",
					     "MULTI forgotten",
					     "wrong reason",
					     "SSV set",
					     "stall reported as terminated",
					     "one fault of two dropped",
					     "PASID off by one" };
	u32 i, k;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		for (k = 0; k < ARRAY_SIZE(bugs) && strcmp(names[i], bugs[k].name); k++)
			;
		ck_assert_msg(k < ARRAY_SIZE(bugs), "%s", names[i]);
	}
}

SUITE("bugs")
