// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "find.h"
#include "run_options.h"
#include "timed_replay.h"

const char run_bus_note[] = "Every variant has its masters behind the PCIe link, for one of them has page requests "
			    "(master.bus).";

void run_options_init(struct run_options *o)
{
	memset(o, 0, sizeof(*o));
	fl_config_init(&o->cfg);
	o->run.seed = 1;
	o->run.cfg = &o->cfg;
	o->options = json_array();
}

void run_options_exit(struct run_options *o)
{
	json_decref(o->options);
	json_decref(o->repeated);
}

/* What is not UTF-8 is left out: the resolved configuration is recorded, too. */
void run_options_note(struct run_options *o, const struct option *option)
{
	char name[40];

	if (option->val == RUN_JSON || option->val == RUN_COUNTERS || option->val == RUN_REPORT)
		return;
	snprintf(name, sizeof(name), "--%.32s", option->name);
	json_array_append_new(o->options, json_string(name));
	if (option->has_arg && optarg)
		json_array_append_new(o->options, json_string(optarg));
}

/* A fraction from 0 to 1 with up to six decimals, exactly. */
static int set_resident(struct run_options *o, const char *command, const char *text)
{
	u64 ppm = 0, unit = REPLAY_RESIDENT_ALL / 10;
	const char *p = text;

	if (!strcmp(text, "all") || !strcmp(text, "none")) {
		o->run.resident = *text == 'a' ? REPLAY_RESIDENT_ALL : REPLAY_RESIDENT_NONE;
		return CLI_OK;
	}
	if (*p == '0' || *p == '1')
		ppm = (u64)(*p++ - '0') * REPLAY_RESIDENT_ALL;
	if (*p == '.')
		for (p++; *p >= '0' && *p <= '9' && unit; p++, unit /= 10)
			ppm += (u64)(*p - '0') * unit;
	if (p == text || *p || ppm > REPLAY_RESIDENT_ALL)
		return cli_usage(command, "%s: --resident %s: not all, none, or a fraction from 0 to 1", command, text);
	o->run.resident = (u32)ppm;
	return CLI_OK;
}

static int set_paged(struct run_options *o, const char *command, const char *text)
{
	u64 sid;
	int status = run_options_number(command, "--paged", text, 0xffffffff, &sid);

	if (status)
		return status;
	o->run.one_paged = true;
	o->run.paged = (u32)sid;
	return CLI_OK;
}

/* The key that an option is short for, a list that each use of it adds to; NULL: none. */
static const char *list_of(int opt)
{
	switch (opt) {
	case RUN_STREAM:
		return "master.streams";
	case RUN_TBU_OF:
		return "tbu.map";
	case RUN_IOMMU_OF:
		return "iommu.map";
	}
	return NULL;
}

static int configure(struct run_options *o, int opt)
{
	struct fl_config_error err;
	char text[64];
	int code;

	if (opt == RUN_CONFIG) {
		code = fl_config_load(&o->cfg, optarg, &err);
	} else if (list_of(opt)) {
		code = fl_config_append(&o->cfg, list_of(opt), optarg, &err);
	} else if (opt == RUN_SET) {
		code = fl_config_set(&o->cfg, optarg, &err);
	} else {
		snprintf(text, sizeof(text), "master.outstanding=%.30s", optarg);
		code = fl_config_set(&o->cfg, text, &err);
	}
	return code ? cli_fail("%s", err.text) : CLI_OK;
}

static int set_series(struct run_options *o, const char *command)
{
	u64 most = RUN_SERIES_STEPS;
	int status = optarg ? cli_number(command, "--series", optarg, 1, 1000000, &most) : CLI_OK;

	o->run.series = (u32)most;
	return status;
}

int run_options_take(struct run_options *o, int opt, int argc, char **argv)
{
	switch (opt) {
	case RUN_RESIDENT:
		return set_resident(o, argv[0], optarg);
	case RUN_PAGED:
		return set_paged(o, argv[0], optarg);
	case RUN_SEED:
		return run_options_number(argv[0], "--seed", optarg, ~0ULL, &o->run.seed);
	case RUN_REPEAT:
		return cli_number(argv[0], "--repeat", optarg, 1, ~0ULL, &o->run.repeat);
	case RUN_WARMUP:
		return run_options_number(argv[0], "--warmup", optarg, ~0ULL, &o->run.warmup);
	case RUN_JSON:
		o->json = optarg;
		return CLI_OK;
	case RUN_REPORT:
		o->report = optarg;
		return CLI_OK;
	case RUN_COUNTERS:
		o->counters = true;
		return CLI_OK;
	case RUN_SERIES:
		return set_series(o, argv[0]);
	case RUN_CONFIG:
	case RUN_SET:
	case RUN_OUTSTANDING:
	case RUN_STREAM:
	case RUN_TBU_OF:
	case RUN_IOMMU_OF:
		return configure(o, opt);
	}
	return cli_bad_option(argc, argv, opt);
}

/* Per cent of the faults' time that waits for room in a queue of records. */
static u64 full_percent(const struct replay_result *res)
{
	u64 all = 0;
	u32 i;

	for (i = 0; i < OWNERS; i++)
		all += res->fault_owner_ns[i];
	return all ? res->fault_owner_ns[OWNER_QUEUE_FULL] * 100 / all : 0;
}

/* Per cent of the run in which the driver maps, unmaps or attaches. */
static u64 driver_percent(const struct replay_result *res)
{
	for_each_of(r, res->resources, res->n_resources)
		if (!strcmp(r->name, "driver_work"))
			return r->utilisation_ppm / 10000;
	return 0;
}

const char *run_note(const struct replay_result *res, char text[RUN_NOTE])
{
	if (res->duplicates * 2 > res->faults)
		snprintf(
			text, RUN_NOTE,
			"%llu of %llu faults are duplicates, of pages on their way; the more accesses may wait at once "
			"(tbu.slots, stall slots, master.outstanding), the more of these there are",
			res->duplicates, res->faults);
	else if (full_percent(res) > 50)
		snprintf(text, RUN_NOTE,
			 "%llu %% of the faults' time is waiting for room in a full queue of records, which limits the "
			 "run "
			 "(iommu.eventq_log2)",
			 full_percent(res));
	else if (res->tries > res->faults)
		snprintf(text, RUN_NOTE,
			 "%llu page requests of %llu faults were sent back by a full queue and made again "
			 "(iommu.priq_log2)",
			 res->tries, res->faults);
	else if (driver_percent(res) > 50)
		snprintf(text, RUN_NOTE,
			 "for %llu %% of the run the driver maps, unmaps or attaches, and accesses of that address "
			 "space "
			 "wait for it before they go out (resources: driver_work)",
			 driver_percent(res));
	else
		return NULL;
	return text;
}

int run_apart(const char *who, const struct replay_options *run, struct replay_result *res)
{
	struct dmat_error err = { 0 };

	fflush(stdout);
	if (!replay_timed_apart(run, res, &err))
		return CLI_OK;
	return cli_fail("%s: %s: %s", who, err.file[0] ? err.file : run->trace, err.reason);
}
