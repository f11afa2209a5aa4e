// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "cli.h"
#include "trace_gen.h"

#define SETS 256

struct arguments {
	const char *set[SETS];
	size_t sets;
	u64 seed;
	const char *output;
	bool keys;
};

static int add_set(void *arguments, const char *name, char *value)
{
	struct arguments *a = arguments;

	if (a->sets == SETS)
		return cli_usage("gen", "gen: more than %d times --set", SETS);
	a->set[a->sets++] = value;
	return CLI_OK;
}

static const struct cli_option options[] = {
	{ "output", 'o', CLI_TEXT(struct arguments, output) },
	{ "set", 0, CLI_CALL(add_set) },
	{ "seed", 0, CLI_NUMBER(struct arguments, seed, 0, ~0ULL) },
	{ "keys", 0, CLI_FLAG(struct arguments, keys) },
	{ 0 },
};

/* The names of a key, or its range. */
static void range_text(const struct trace_gen_key *key, char *text, size_t size)
{
	size_t used = 0;
	u64 i;

	if (!key->choices) {
		snprintf(text, size, "%llu .. %llu", key->least, key->most);
		return;
	}
	for (i = 0; i <= key->most && used < size; i++)
		used += snprintf(text + used, size - used, "%s%s", i ? "|" : "", key->choices[i]);
}

static void print_keys(const struct trace_generator *generator)
{
	const struct trace_gen_key *key;
	char range[96], standard[24];
	int width = 5;

	for (key = generator->key; key->name; key++) {
		range_text(key, range, sizeof(range));
		width = max(width, (int)strlen(range));
	}
	printf("%-14s %-8s %-*s %-9s %s\n", "KEY", "DEFAULT", width, "RANGE", "UNIT", "MEANING");
	for (key = generator->key; key->name; key++) {
		range_text(key, range, sizeof(range));
		snprintf(standard, sizeof(standard), "%llu", key->standard);
		printf("%-14s %-8s %-*s %-9s %s\n", key->name, key->choices ? key->choices[key->standard] : standard,
		       width, range, key->unit, key->help);
	}
}

static void help_keys(void)
{
	unsigned int i;

	for (i = 0; trace_generators[i]; i++) {
		printf("\nKeys of %s:\n", trace_generators[i]->name);
		print_keys(trace_generators[i]);
	}
	printf("\nKeys of mix: parts=PART,... (1 to %d), and PART.KEY for each key of a part's generator.\n",
	       TRACE_GEN_PARTS);
}

static int list_keys(const char *name)
{
	const struct trace_generator *generator = trace_generator_find(name);

	if (!strcmp(name, "mix"))
		help_keys();
	else if (!generator)
		return cli_usage("gen", "gen %s: no such generator", name);
	else
		print_keys(generator);
	return cli_finish(CLI_OK);
}

static int run(int argc, char **argv)
{
	struct arguments a = { .seed = 1 };
	struct dmat_error err;
	const char *name = NULL;

	if (!cli_options(argc, argv, options, &a, NULL, NULL))
		name = cli_one_argument(argc, argv, "generator");
	if (!name)
		return CLI_FAILED;
	if (a.keys)
		return list_keys(name);
	if (!a.output)
		return cli_usage("gen", "gen: no output file given (-o)");
	return trace_generate(name, a.set, a.sets, a.seed, a.output, &err) ? cli_fail_error(&err) : CLI_OK;
}

const struct cli_command cli_gen = {
	.name = "gen",
	.summary = "make a synthetic trace",
	.help = "Usage: faultline gen random|nic|nvme|gpu|mix [OPTION]... -o OUT.dmat\n"
		"Makes a synthetic trace: the same one for the same keys and seed.\n\n"
		"  random  independent streams: rate, bursts, locality, fresh pages, pointer chases\n"
		"  nic     a network card: two rings, one buffer a packet\n"
		"  nvme    an NVMe drive: queues, PRP lists and data pages\n"
		"  gpu     a GPU: command, texture and colour units over frames\n"
		"  mix     several of them in one trace, each with StreamIDs of its own, counted from 1:\n"
		"          --set parts=PART,... --set PART.KEY=VALUE; a PART is the name of a generator,\n"
		"          or NAME:GENERATOR; part i (from 0) is made with seed N + i\n\n"
		"  --set KEY=VALUE    set a key; may be repeated; unknown keys are errors\n"
		"  --keys             list the generator's keys, their defaults and ranges\n"
		"  --seed N           seed of all that is random; default 1\n"
		"  -o, --output FILE  the trace to write\n",
	.more_help = help_keys,
	.run = run,
};
