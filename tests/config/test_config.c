// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fl_config.h"
#include "suite.h"
#include <stdio.h>
#include <unistd.h>

static struct fl_config cfg;
static struct fl_config_error err;

static int parse(const char *text)
{
	fl_config_init(&cfg);
	err.text[0] = 0;
	return fl_config_parse(&cfg, text, strlen(text), "x.yaml", &err);
}

TEST(defaults_are_in_range)
{
	fl_config_init(&cfg);
	ck_assert_uint_eq(cfg.tbu.slots, 32);
	ck_assert_uint_eq(cfg.tbu.lookup_ps, 2000);
	ck_assert_uint_eq(cfg.cpu.handler, FL_HANDLER_CONSTANT);
}

TEST(values_of_every_type)
{
	ck_assert_int_eq(
		parse("tbu:\n  slots: 0x10\n  lookup_ns: 2.5\ncpu:\n  handler: lognormal\n  handler_file: a b\n"), 0);
	ck_assert_uint_eq(cfg.tbu.slots, 16);
	ck_assert_uint_eq(cfg.tbu.lookup_ps, 2500);
	ck_assert_uint_eq(cfg.cpu.handler, FL_HANDLER_LOGNORMAL);
	ck_assert_str_eq(cfg.cpu.handler_file, "a b");
	ck_assert_uint_eq(cfg.tbu.count, 1); /* absent: the default */
}

static const struct {
	const char *yaml, *message;
} bad[] = {
	{ "tbu:\n  slots: 4\n  slotz: 5\n", "x.yaml:3: Unexpected key: slotz" },
	{ "tub:\n  slots: 4\n", "x.yaml:1: Unexpected key: tub" },
	{ "tbu:\n  count: 1\n\n  slots: 0\n", "x.yaml:4: tbu.slots: 0 is out of range: 1 to 4096" },
	{ "tbu: {count: 1, slots: 5000}\n", "x.yaml:1: tbu.slots: 5000 is out of range: 1 to 4096" },
	{ "iommu:\n  tlb_sets: 3\n", "x.yaml:2: iommu.tlb_sets: 3 is not a power of two" },
	{ "tbu:\n  slots: many\n", "x.yaml:2: tbu.slots: 'many' is not a number" },
	{ "tbu:\n  slots: -4\n", "x.yaml:2: tbu.slots: '-4' is not a number" },
	{ "tbu:\n  lookup_ns: 1.2345\n",
	  "x.yaml:2: tbu.lookup_ns: '1.2345' is not a number of ns with at most three decimals" },
	{ "tbu:\n  lookup_ns: 100000.001\n", "x.yaml:2: tbu.lookup_ns: 100000.001 is out of range: 0 to 100000 ns" },
	{ "cpu:\n  handler: slow\n", "x.yaml:2: cpu.handler: 'slow' is not one of: constant, uniform, exponential, "
				     "lognormal, recorded, histogram" },
	{ "tbu:\n  slots: 3\n   count: 1\n", "x.yaml:3: libyaml: mapping values are not allowed in this context" },
	{ "tbu:\n\tslots: 3\n", "x.yaml:2: libyaml: found character that cannot start any token" },
	{ "tbu:\n  slots: 1\n  slots: 2\n", "x.yaml:2: Mapping field already seen: slots" },
	{ "master:\n  transfers: 64=0\n",
	  "x.yaml:2: master.transfers: '64=0': BYTES[w]=OUTSTANDING[/INTERVAL_NS],... is meant" },
	{ "master:\n  transfers: 64=3/1.5ns\n",
	  "x.yaml:2: master.transfers: '64=3/1.5ns': BYTES[w]=OUTSTANDING[/INTERVAL_NS],... is meant" },
	{ "master:\n  transfers: 64=3, 128r=4\n",
	  "x.yaml:2: master.transfers: '128r=4': BYTES[w]=OUTSTANDING[/INTERVAL_NS],... is meant" },
	{ "master:\n  transfers: 64=3/1000000000.1\n",
	  "x.yaml:2: master.transfers: '64=3/1000000000.1': BYTES[w]=OUTSTANDING[/INTERVAL_NS],... is meant" },
	{ "base: mmu6000\n", "x.yaml:1: base: no preset is named 'mmu6000'" },
};

TEST_TIMES(errors_name_file_line_and_key, (int)ARRAY_SIZE(bad))
{
	ck_assert_int_eq(parse(bad[_i].yaml), -EINVAL);
	ck_assert_str_eq(err.text, bad[_i].message);
	ck_assert_uint_eq(cfg.tbu.slots, 32); /* nothing was changed */
}

TEST(not_yaml_at_all)
{
	ck_assert_int_eq(parse("tbu: [1, 2\n  : {"), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "x.yaml"));
	ck_assert_int_eq(parse("- a\n- b\n"), -EINVAL);
	ck_assert_int_eq(parse("tbu: 5\n"), -EINVAL);
}

TEST(base_then_own_keys)
{
	ck_assert_int_eq(parse("base: mmu600\ntbu:\n  slots: 8\n"), 0);
	ck_assert_uint_eq(cfg.tbu.slots, 8);
	ck_assert_uint_eq(cfg.tcu.walk_slots, 64);
}

TEST(every_preset_loads)
{
	const struct fl_preset *p;

	for (p = fl_config_presets; p->name; p++) {
		fl_config_init(&cfg);
		ck_assert_msg(!fl_config_load(&cfg, p->name, &err), "%s", err.text);
	}
}

TEST(set_uses_the_same_table)
{
	fl_config_init(&cfg);
	ck_assert_int_eq(fl_config_set(&cfg, "tbu.slots=7", &err), 0);
	ck_assert_uint_eq(cfg.tbu.slots, 7);
	ck_assert_int_eq(fl_config_set(&cfg, "tbu.slots=0", &err), -EINVAL);
	ck_assert_str_eq(err.text, "--set: tbu.slots: 0 is out of range: 1 to 4096");
	ck_assert_int_eq(fl_config_set(&cfg, "tbu.slot=1", &err), -EINVAL);
	ck_assert_str_eq(err.text, "--set tbu.slot=1: unknown key 'tbu.slot'");
	ck_assert_int_eq(fl_config_set(&cfg, "tbu.slots", &err), -EINVAL);
	ck_assert_uint_eq(cfg.tbu.slots, 7);
}

TEST(missing_file)
{
	fl_config_init(&cfg);
	ck_assert_int_eq(fl_config_load(&cfg, "/nowhere/x.yaml", &err), -ENOENT);
	ck_assert_str_eq(err.text, "/nowhere/x.yaml: neither a preset nor a file");
}

TEST(dump_reads_back)
{
	static struct fl_config again;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	ck_assert_int_eq(parse("tbu:\n  lookup_ns: 0.125\ncpu:\n  handler: uniform\nos:\n  table_base: 0x10000000\n"),
			 0);
	fl_config_dump(&cfg, out);
	fclose(out);
	fl_config_init(&again);
	ck_assert_msg(!fl_config_parse(&again, text, len, "dump", &err), "%s", err.text);
	ck_assert_mem_eq(&again, &cfg, sizeof(cfg));
	free(text);
}

TEST(the_document_is_the_table)
{
	char *made = NULL, *have;
	size_t len = 0, n;
	FILE *out = open_memstream(&made, &len), *in = fopen(FL_SOURCE_DIR "/docs/configuration.md", "rb");

	ck_assert_ptr_nonnull(in);
	fl_config_markdown(out);
	fclose(out);
	have = calloc(1, len + 2);
	n = fread(have, 1, len + 1, in);
	fclose(in);
	ck_assert_msg(n == len && !memcmp(have, made, len),
		      "docs/configuration.md is old: faultline config --markdown > docs/configuration.md");
	free(have);
	free(made);
}

TEST(transfers_by_size)
{
	struct fl_transfer t[FL_TRANSFERS];

	ck_assert_int_eq(fl_config_transfers("", t, &err), 0);
	ck_assert_int_eq(fl_config_transfers("64=34/18.345, 512w=7", t, &err), 2);
	ck_assert(!t[0].write && t[0].size == 64 && t[0].outstanding == 34 && t[0].interval_ps == 18345);
	ck_assert(t[1].write && t[1].size == 512 && t[1].outstanding == 7 && t[1].interval_ps == 0);
	ck_assert_int_eq(fl_config_transfers("1=1/0.5", t, &err), 1);
	ck_assert_uint_eq(t[0].interval_ps, 500);
	ck_assert_int_lt(
		fl_config_transfers("1=1,2=1,3=1,4=1,5=1,6=1,7=1,8=1,9=1,10=1,11=1,12=1,13=1,14=1,15=1,16=1,17=1", t,
				    &err),
		0);
	ck_assert_ptr_nonnull(strstr(err.text, "more than 16 sizes"));
}

TEST(lists_are_as_long_as_a_trace_has_streams)
{
	char item[32], text[300];
	u32 i;

	fl_config_init(&cfg);
	for (i = 0; i < 256; i++) {
		snprintf(item, sizeof(item), "0x%08x=%u", i, i % 16);
		ck_assert_int_eq(fl_config_append(&cfg, "iommu.map", item, &err), 0);
	}
	cfg.iommu.count = 16;
	ck_assert_uint_eq(fl_config_iommu(&cfg, 0), 0);
	ck_assert_uint_eq(fl_config_iommu(&cfg, 255), 15);
	/* what is too long is refused, not cut off */
	snprintf(text, sizeof(text), "master.transfers=1=1,%*s", 251, "");
	ck_assert_int_eq(fl_config_set(&cfg, text, &err), 0);
	snprintf(text, sizeof(text), "master.transfers=1=1,%*s", 252, "");
	ck_assert_int_eq(fl_config_set(&cfg, text, &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "master.transfers: longer than 255 bytes"));
}

static const struct {
	const char *set[2], *message;
} contradictions[] = {
	{ { "memory.latency=uniform", "memory.latency_max_ns=49.5" },
	  "memory.latency=uniform: from memory.latency_ns=50.000 to memory.latency_max_ns=49.500: the maximum is below "
	  "the minimum" },
	{ { "cpu.handler=uniform", "cpu.handler_max_ns=1" }, "cpu.handler=uniform: from cpu.handler_ns=1600.000 to" },
	{ { "cpu.page=uniform", "cpu.page_ns=1" }, "cpu.page=uniform: from cpu.page_ns=1.000 to cpu.page_max_ns=0" },
	{ { "cpu.fault=histogram", "cpu.fault_ns=1" }, "the times come from a file, and cpu.fault_file names none" },
};

TEST_TIMES(keys_that_contradict_each_other, (int)ARRAY_SIZE(contradictions))
{
	fl_config_init(&cfg);
	ck_assert_int_eq(fl_config_check(&cfg, &err), 0);
	ck_assert_int_eq(fl_config_set(&cfg, contradictions[_i].set[0], &err), 0);
	ck_assert_int_eq(fl_config_set(&cfg, contradictions[_i].set[1], &err), 0);
	ck_assert_int_eq(fl_config_check(&cfg, &err), -EINVAL);
	ck_assert_msg(strstr(err.text, contradictions[_i].message) != NULL, "%s", err.text);
}

/* A page of a group takes a credit. */
TEST(a_group_is_no_larger_than_the_credits)
{
	fl_config_init(&cfg);
	cfg.pcie.group_pages = 8;
	ck_assert_uint_eq(fl_config_group(&cfg), 8);
	cfg.pcie.credits = 4;
	ck_assert_uint_eq(fl_config_group(&cfg), 4);
}

SUITE("config")
