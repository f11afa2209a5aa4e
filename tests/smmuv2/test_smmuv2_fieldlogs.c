// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Faults that machines in the field have reported: an access of the recorded
 * stream, address and direction leaves the recorded FSR, FAR, FSYNR0 and
 * CBFRSYNRA. The tables lead to where FSYNR0.PLVL says the walk ended; the
 * format is FSR.FORMAT's. FSYNR0.S1CBNDX is UNKNOWN in a stage 1 bank: each part
 * shows a number of its own, which is given to the hardware as configuration.
 */
#include <dirent.h>
#include <stdio.h>

#include "v2_rig.h"

#define ROOT   0x100000ULL
#define NO_SID 0xffffffffU

struct line {
	u32 fsr, fsynr, sid, cb;
	u64 iova;
};

static struct rig r;

static bool field(const char *s, const char *name, u64 *v)
{
	const char *at = strstr(s, name);
	char *end;

	if (!at)
		return false;
	at += strlen(name);
	*v = strtoull(at, &end, 0);
	return end != at;
}

static bool parse(const char *s, struct line *l)
{
	u64 fsr, iova, fsynr, sid = NO_SID, cb;

	if (!strstr(s, "Unhandled context fault"))
		return false;
	if (!field(s, "fsr=", &fsr) || !field(s, "iova=", &iova) || !field(s, "fsynr=", &fsynr) ||
	    !field(s, " cb=", &cb))
		return false;
	field(s, "cbfrsynra=", &sid);
	*l = (struct line){ (u32)fsr, (u32)fsynr, (u32)sid, (u32)cb, iova };
	return true;
}

/* The leaf that gives the fault at its level, 64-bit formats. */
static u64 leaf(const struct line *l)
{
	u64 kind = (l->fsynr & 3) == 3 ? 3 : 1;

	if (l->fsr & 0x4) /* AFF */
		return 0x80000000 | 0x340 | kind;
	if (l->fsr & 0x80) /* ASF: beyond 44 bits */
		return 0x800080000000 | 0x740 | kind;
	if (l->fsr & 0x8) /* PF */
		return 0x80000000 |
		       (l->fsynr & 0x10	  ? 0x7c0
			: l->fsynr & 0x40 ? 0x740
					  : 0x700) |
		       kind | (l->fsynr & 0x40 ? 3ULL << 53 : 0);
	return 0;
}

/* Tables from level @first down to PLVL, 4 KiB granule. */
static void tables64(const struct line *l, unsigned int first)
{
	unsigned int level, last = l->fsynr & 3;
	u64 table = ROOT;

	for (level = first; level < last; level++, table += 0x1000)
		put64(&r, table + (l->iova >> (39 - 9 * level) & 0x1ff) * 8, (table + 0x1000) | 3);
	put64(&r, table + (l->iova >> (39 - 9 * last) & 0x1ff) * 8, leaf(l));
}

static void tables32(const struct line *l)
{
	if ((l->fsynr & 3) != 2)
		return;
	put32(&r, ROOT + (l->iova >> 20) * 4, (u32)(ROOT + 0x4000) | 1);
	if (l->fsr & 0x8)
		put32(&r, ROOT + 0x4000 + (l->iova >> 12 & 0xff) * 4, 0x80000000 | (l->fsynr & 0x10 ? 0x232 : 0x12));
}

static unsigned int base_of_banks(void)
{
	return 0x1000U << (((rd(&r, SMMUV2_GR0_IDR1) >> 28) & 7) + 1);
}

static u32 cb_reg(const struct line *l, u32 offset)
{
	return base_of_banks() + 0x1000 * l->cb + offset;
}

static void bring_up(const struct line *l)
{
	struct smmuv2_cfg cfg = { .num_cb = 128, .fsynr0_s1cbndx = (u8)(l->fsynr >> 16), .no_caches = true };
	u32 format = l->fsr >> 9 & 3;

	rig_up(&r, &cfg);
	wr(&r, SMMUV2_GR0_sCR0, SCR0_ON);
	map_stream(&r, 0, l->sid, l->cb);
	wr(&r, GR1_BASE + SMMUV2_GR1_CBA2R(l->cb), format == 2);
	wr(&r, GR1_BASE + SMMUV2_GR1_CBAR(l->cb), 0x10000);
	if (format == 2) {
		wr(&r, cb_reg(l, SMMUV2_CB_TCR2), 0x38014); /* 44 bits out */
		wr(&r, cb_reg(l, SMMUV2_CB_TCR), 0x803510);
		tables64(l, 0);
	} else if (format == 1) {
		wr(&r, cb_reg(l, SMMUV2_CB_TCR), 0x80803500);
		tables64(l, 1);
	} else {
		tables32(l);
	}
	smmuv2_class.mmio_write(&r.hw, cb_reg(l, SMMUV2_CB_TTBR0), ROOT, 8);
	wr(&r, cb_reg(l, SMMUV2_CB_SCTLR), 0x161 | (l->fsr & 0x40000000 ? 0x80 : 0));
}

static void check(const char *file, unsigned int number, const struct line *at)
{
	struct line l = *at;
	u16 flags = (l.fsynr & 0x10 ? DMA_WRITE : 0) | (l.fsynr & 0x20 ? DMA_PRIV : 0) |
		    (l.fsynr & 0x40 ? DMA_EXEC : 0);
	struct xlat_result res;
	enum xlat x;

	/* qcom-iommu does not tell the stream: any will do. */
	if (l.sid == NO_SID)
		l.sid = 0x7;
	bring_up(&l);
	if (l.fsr & 0x10)
		r.fail_read = (l.fsynr & 3) + 1;
	x = go(&r, l.sid, l.iova, flags, 0, &res);
	if (l.fsr & 0x80000000)
		go(&r, l.sid, l.iova, flags, 0, &res);
	ck_assert_msg(x == (l.fsr & 0x40000000 ? XLAT_STALL : XLAT_ABORT), "%s:%u: outcome %d", file, number, x);
	ck_assert_msg(rd(&r, cb_reg(&l, SMMUV2_CB_FSR)) == l.fsr, "%s:%u: FSR %08x", file, number,
		      rd(&r, cb_reg(&l, SMMUV2_CB_FSR)));
	ck_assert_msg(smmuv2_class.mmio_read(&r.hw, cb_reg(&l, SMMUV2_CB_FAR), 8) == l.iova, "%s:%u: FAR", file,
		      number);
	ck_assert_msg(rd(&r, cb_reg(&l, SMMUV2_CB_FSYNR0)) == l.fsynr, "%s:%u: FSYNR0 %08x", file, number,
		      rd(&r, cb_reg(&l, SMMUV2_CB_FSYNR0)));
	ck_assert_msg(rd(&r, GR1_BASE + SMMUV2_GR1_CBFRSYNRA(l.cb)) == l.sid, "%s:%u: CBFRSYNRA", file, number);
	ck_assert_msg(r.irq[SMMUV2_IRQ_CONTEXT + l.cb], "%s:%u: interrupt", file, number);
	rig_down(&r);
}

/* Lines of the newer form that spell out what the line before has said. */
static void check_decoded(const char *file, unsigned int number, const char *s, const struct line *l)
{
	const char *at;

	at = strstr(s, "FSR    = ");
	if (at && !strstr(s, "GFSR"))
		ck_assert_msg(strtoul(at + 9, NULL, 16) == l->fsr, "%s:%u", file, number);
	at = strstr(s, "FSYNR0 = ");
	if (at && l->fsr)
		ck_assert_msg(strtoul(at + 9, NULL, 16) == l->fsynr, "%s:%u", file, number);
}

static unsigned int check_file(const char *path, const char *name)
{
	FILE *f = fopen(path, "r");
	struct line l = { 0 };
	unsigned int number = 0, n = 0;
	char s[1024];

	ck_assert_msg(f, "%s", path);
	while (fgets(s, sizeof(s), f)) {
		number++;
		if (parse(s, &l)) {
			check(name, number, &l);
			n++;
		} else {
			check_decoded(name, number, s, &l);
		}
	}
	fclose(f);
	return n;
}

TEST(every_line)
{
	DIR *d = opendir(FL_SOURCE_DIR "/tests/smmuv2/data");
	unsigned int lines = 0, files = 0;
	struct dirent *e;
	char path[1024];

	ck_assert_ptr_nonnull(d);
	while ((e = readdir(d))) {
		if (!strstr(e->d_name, ".log"))
			continue;
		snprintf(path, sizeof(path), FL_SOURCE_DIR "/tests/smmuv2/data/%s", e->d_name);
		lines += check_file(path, e->d_name);
		files++;
	}
	closedir(d);
	ck_assert_uint_ge(files, 4);
	ck_assert_uint_ge(lines, 18);
}

/* Forms that the files at hand do not have, written by hand. */
TEST(other_faults)
{
	static const char *const lines[] = {
		"Unhandled context fault: fsr=0x408, iova=0x12345678, fsynr=0x30013, cbfrsynra=0x2, cb=1",
		"Unhandled context fault: fsr=0x404, iova=0x100012345678, fsynr=0x3, cbfrsynra=0x3, cb=127",
		"Unhandled context fault: fsr=0x410, iova=0x1000, fsynr=0x402, cbfrsynra=0x3, cb=2",
		"Unhandled context fault: fsr=0x480, iova=0x1000, fsynr=0x22, cbfrsynra=0x3, cb=2",
		"Unhandled context fault: fsr=0x80000402, iova=0x7000, fsynr=0x13, cbfrsynra=0x7ff, cb=9",
		"Unhandled context fault: fsr=0xc0000202, iova=0xfffff000, fsynr=0x1, cbfrsynra=0x7ff, cb=9",
		"Unhandled context fault: fsr=0x2, iova=0x5a5000, fsynr=0x11, cbfrsynra=0x1, cb=0",
		"Unhandled context fault: fsr=0x8, iova=0x5a5000, fsynr=0x12, cbfrsynra=0x1, cb=0",
		"Unhandled context fault: fsr=0x408, iova=0x5a5000, fsynr=0x43, cbfrsynra=0x1, cb=0",
	};
	struct line l;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		ck_assert(parse(lines[i], &l));
		check("by hand", i, &l);
	}
}

SUITE("smmuv2_fieldlogs")
