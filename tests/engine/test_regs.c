// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "regs.h"
#include "ring.h"
#include "suite.h"

static const struct reg_field id_fields[] = { { "VERSION", 7, 0, REG_RO, "" } };
static const struct reg_field ctl_fields[] = { { "EN", 0, 0, REG_RW, "" }, { "MODE", 5, 4, REG_RW, "" } };
static const struct reg_field status_fields[] = { { "FAULT", 3, 0, REG_W1C, "" }, { "BUSY", 31, 31, REG_RO, "" } };
static const struct reg_field base_fields[] = { { "ADDR", 51, 12, REG_RW, "" }, { "RA", 62, 62, REG_RW, "" } };
static const struct reg_field go_fields[] = { { "GO", 7, 0, REG_WO, "" } };
static const struct reg_field set_fields[] = { { "SET", 7, 0, REG_W1S, "" } };

static const struct reg_desc table[] = {
	{ .offset = 0x0, .size = 4, .name = "ID", .reset = 0x21, .fields = id_fields, .n_fields = 1 },
	{ .offset = 0x4, .size = 4, .name = "CTL", .fields = ctl_fields, .n_fields = 2 },
	{ .offset = 0x8, .size = 4, .name = "STATUS", .reset = 0x8000000f, .fields = status_fields, .n_fields = 2 },
	{ .offset = 0x10, .size = 8, .name = "BASE", .fields = base_fields, .n_fields = 2 },
	{ .offset = 0x18, .size = 4, .name = "GO", .fields = go_fields, .n_fields = 1 },
	{ .offset = 0x1c, .size = 4, .name = "SET", .fields = set_fields, .n_fields = 1 },
	{ .offset = 0x40, .size = 8, .count = 3, .stride = 16, .name = "BANK", .fields = base_fields, .n_fields = 2 },
};

static struct reg_bank bank;
static struct reg_ref ref;
static u64 old;

static void setup(void)
{
	ck_assert_int_eq(reg_bank_init(&bank, table, ARRAY_SIZE(table)), 0);
}

TEST(test_access_classes)
{
	setup();
	ck_assert(reg_write(&bank, 0x0, 0xff, 4, &ref, &old));
	ck_assert_uint_eq(reg_read(&bank, 0x0, 4), 0x21);
	reg_write(&bank, 0x4, 0xffffffff, 4, &ref, &old);
	ck_assert_uint_eq(reg_read(&bank, 0x4, 4), 0x31);
	ck_assert_uint_eq(reg_read(&bank, 0x8, 4), 0x8000000f);
	reg_write(&bank, 0x8, 0x80000005, 4, &ref, &old);
	ck_assert_uint_eq(reg_read(&bank, 0x8, 4), 0x8000000a);
	ck_assert_uint_eq(old, 0x8000000f);
	reg_write(&bank, 0x18, 0x12, 4, &ref, &old);
	ck_assert_uint_eq(reg_read(&bank, 0x18, 4), 0);
	ck_assert_uint_eq(reg_get(&bank, 0x18), 0x12);
	reg_write(&bank, 0x1c, 0x81, 4, &ref, &old);
	reg_write(&bank, 0x1c, 0x02, 4, &ref, &old);
	ck_assert_uint_eq(reg_read(&bank, 0x1c, 4), 0x83);
	reg_bank_reset(&bank);
	ck_assert_uint_eq(reg_read(&bank, 0x4, 4), 0);
	reg_bank_exit(&bank);
}

TEST(test_halves_of_a_wide_register)
{
	setup();
	reg_write(&bank, 0x10, 0xc000123456789fffULL, 8, &ref, &old);
	ck_assert_uint_eq(reg_read(&bank, 0x10, 8), 0x4000123456789000ULL);
	ck_assert_uint_eq(reg_read(&bank, 0x14, 4), 0x40001234);
	reg_write(&bank, 0x14, 0xff0fabcd, 4, &ref, &old);
	ck_assert_uint_eq(ref.byte, 4);
	ck_assert_uint_eq(reg_read(&bank, 0x10, 8), 0x400fabcd56789000ULL);
	ck_assert_uint_eq(reg_read(&bank, 0x10, 4), 0x56789000);
	reg_bank_exit(&bank);
}

TEST(test_arrays)
{
	setup();
	ck_assert(reg_write(&bank, 0x60, 0x7000, 8, &ref, &old));
	ck_assert_str_eq(ref.desc->name, "BANK");
	ck_assert_uint_eq(ref.index, 2);
	ck_assert_uint_eq(reg_read(&bank, 0x60, 8), 0x7000);
	ck_assert_uint_eq(reg_read(&bank, 0x50, 8), 0);
	reg_set(&bank, 0x50, 0x9000);
	ck_assert_uint_eq(reg_read(&bank, 0x50, 4), 0x9000);
	reg_bank_exit(&bank);
}

TEST(test_bad_accesses_are_ignored)
{
	static const struct {
		u32 offset;
		unsigned int size;
	} bad[] = { { 0xc, 4 }, { 0x2, 4 },  { 0x4, 8 },  { 0x0, 8 },	    { 0x0, 1 },
		    { 0x0, 2 }, { 0x48, 4 }, { 0x70, 4 }, { 0xfffffffc, 4 } };
	size_t i;

	setup();
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		ck_assert(!reg_write(&bank, bad[i].offset, ~0ULL, bad[i].size, &ref, &old));
		ck_assert_uint_eq(reg_read(&bank, bad[i].offset, bad[i].size), 0);
	}
	reg_bank_exit(&bank);
}

/* SMMUv3 3.5.1: size 4, so index bits 1:0 and the wrap bit 2. */
TEST(test_ring_wraps)
{
	ck_assert(ring_empty(0, 0, 2));
	ck_assert(ring_empty(RING_OVF | 5, 5, 2));
	ck_assert(ring_full(4, 0, 2));
	ck_assert(ring_full(1, 5, 2));
	ck_assert(!ring_full(5, 5, 2));
	ck_assert_uint_eq(ring_used(1, 7, 2), 2);
	ck_assert_uint_eq(ring_next(3, 2), 4);
	ck_assert_uint_eq(ring_next(7, 2), 0);
	ck_assert_uint_eq(ring_next(RING_OVF | 7, 2), RING_OVF);
	ck_assert_uint_eq(ring_index(7, 2), 3);
	ck_assert(ring_full(1, 0, 0));
	ck_assert_uint_eq(ring_next(1, 0), 0);
	ck_assert_uint_eq(ring_next(0xfffff, 19), 0);
}

SUITE("regs")
