// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* faultline compare: what stands side by side. Options, sides, and the columns that they make. */
#include "cmd_compare_priv.h"
#include "find.h"
#include "replay_os.h"

enum { OPT_VARIANTS = RUN_OPTIONS_END, OPT_SIDE, OPT_AGAINST, OPT_SEEDS, OPT_EXPLAIN };

static const struct option long_options[] = {
	RUN_LONG_OPTIONS,
	{ RUN_REPORT_OPTION },
	{ "variants", required_argument, NULL, OPT_VARIANTS },
	{ "side", required_argument, NULL, OPT_SIDE },
	{ "against", required_argument, NULL, OPT_AGAINST },
	{ "seeds", required_argument, NULL, OPT_SEEDS },
	{ "explain", required_argument, NULL, OPT_EXPLAIN },
	{ NULL, 0, NULL, 0 },
};

/* What was typed, before it is known how many sides there are. */
struct typed {
	char *command;
	const struct option *row[COMPARE_OPTIONS];
	char *value[COMPARE_OPTIONS];
	u32 n;
	char *side[COMPARE_SIDES];
	u32 sides;
	char *config[COMPARE_SIDES];
	u32 configs;
	bool one_seed;
	const char *against;
	char **file;
	u32 files;
};

/* ---- what stands outside of sides ---- */

static int too_many(const char *what, int most)
{
	return cli_usage("compare", "compare: more than %d %s", most, what);
}

static int set_seeds(struct compare *o, char *text)
{
	char *to = strstr(text, "..");
	u64 last;
	int status;

	if (!to)
		return cli_usage("compare", "compare: --seeds %s: not A..B", text);
	*to = '\0';
	status = run_options_number("compare", "--seeds", text, ~0ULL >> 1, &o->first_seed) ||
		 run_options_number("compare", "--seeds", to + 2, ~0ULL >> 1, &last);
	*to = '.';
	if (status)
		return CLI_FAILED;
	if (last < o->first_seed || last - o->first_seed >= COMPARE_SEEDS)
		return cli_usage("compare", "compare: --seeds %s: not 1 to %d seeds", text, COMPARE_SEEDS);
	o->seeds = (u32)(last - o->first_seed) + 1;
	return CLI_OK;
}

static int keep(struct typed *t, const struct option *row, char *value)
{
	if (t->n == COMPARE_OPTIONS)
		return too_many("options", COMPARE_OPTIONS);
	t->row[t->n] = row;
	t->value[t->n++] = value;
	t->one_seed |= row->val == RUN_SEED;
	if (row->val != RUN_CONFIG)
		return CLI_OK;
	if (t->configs == COMPARE_SIDES)
		return too_many("times --config", COMPARE_SIDES);
	t->config[t->configs++] = value;
	return CLI_OK;
}

static int outside(struct compare *o, struct typed *t, int opt, const struct option *row, int argc, char **argv)
{
	switch (opt) {
	case RUN_JSON:
		o->json = optarg;
		return CLI_OK;
	case RUN_REPORT:
		o->report = optarg;
		return CLI_OK;
	case RUN_COUNTERS:
		o->counters = true;
		return CLI_OK;
	case OPT_SIDE:
		if (t->sides == COMPARE_SIDES)
			return too_many("sides", COMPARE_SIDES);
		t->side[t->sides++] = optarg;
		return CLI_OK;
	case OPT_AGAINST:
		t->against = optarg;
		return CLI_OK;
	case OPT_SEEDS:
		return set_seeds(o, optarg);
	case OPT_EXPLAIN:
		return run_options_number("compare", "--explain", optarg, 100, &o->percent);
	case ':':
	case '?':
		return cli_bad_option(argc, argv, opt);
	}
	return keep(t, row, optarg);
}

/* ---- a side ---- */

static int take(struct compare_side *s, const struct option *row, char *value, char **argv)
{
	int status = CLI_OK;

	optarg = value;
	if (row->val == OPT_VARIANTS)
		s->list = value;
	else
		status = run_options_take(&s->common, row->val, 1, argv);
	if (!status)
		run_options_note(&s->common, row);
	return status;
}

/* Words between blanks; an exit status. */
static int cut(struct compare_side *s, const char *text, char *command, int *argc)
{
	char *at, *save = NULL;
	int n = 0;

	s->words = strdup(text);
	if (!s->words)
		return cli_fail("compare: out of memory");
	s->word[n++] = command;
	for (at = strtok_r(s->words, " \t\n", &save); at; at = strtok_r(NULL, " \t\n", &save)) {
		if (n == COMPARE_OPTIONS - 1)
			return too_many("words in a side", COMPARE_OPTIONS - 2);
		s->word[n++] = at;
	}
	*argc = n;
	return CLI_OK;
}

/* The words of one --side, after its name. */
static int take_words(struct compare_side *s, const char *text, char *command)
{
	int argc = 0, opt, which = 0, status = cut(s, text, command, &argc);

	optind = 0; /* getopt_long() begins anew */
	while (!status && (opt = getopt_long(argc, s->word, ":", long_options, &which)) != -1) {
		if (opt == ':' || opt == '?')
			status = cli_bad_option(argc, s->word, opt);
		else if (opt > OPT_VARIANTS || opt == RUN_JSON || opt == RUN_REPORT || opt == RUN_COUNTERS)
			status = cli_usage("compare", "compare: --side: --%s is for all sides",
					   long_options[which].name);
		else
			status = take(s, &long_options[which], optarg, s->word);
	}
	for (; !status && optind < argc; optind++) {
		if (s->traces == COMPARE_COLUMNS)
			return too_many("traces", COMPARE_COLUMNS);
		s->trace[s->traces++] = s->word[optind];
	}
	return status;
}

static int set_name(struct compare_side *s, const char *name, size_t len)
{
	if (!len || len >= sizeof(s->name))
		return cli_usage("compare", "compare: --side: no name of less than %zu letters before a colon",
				 sizeof(s->name));
	memcpy(s->name, name, len);
	return CLI_OK;
}

/* The name of a file without its folder and, if that is @suffix, its end. */
static void short_name(const char *path, const char *suffix, char *out, size_t size)
{
	const char *slash = strrchr(path, '/');
	size_t len, end = strlen(suffix);

	snprintf(out, size, "%s", slash ? slash + 1 : path);
	len = strlen(out);
	if (len > end && !strcmp(out + len - end, suffix))
		out[len - end] = '\0';
}

/* Of a side: its configuration, if it is one of several, then what stands outside, then its own words. */
static int make_side(struct compare *o, const struct typed *t, u32 n, bool by_config)
{
	static const struct option config = { "config", required_argument, NULL, RUN_CONFIG };
	struct compare_side *s = &o->side[o->sides++];
	char *argv[] = { t->command, NULL };
	struct fl_config_error err;
	const char *colon;
	int status = CLI_OK;
	u32 i;

	run_options_init(&s->common);
	s->common.run.series = o->report ? RUN_SERIES_STEPS : 0;
	if (fl_config_set(&s->common.cfg, "master.arrival=back-to-back", &err))
		return cli_fail("%s", err.text);
	if (by_config) {
		short_name(t->config[n], ".yaml", s->name, sizeof(s->name));
		status = take(s, &config, t->config[n], argv);
	}
	for (i = 0; !status && i < t->n; i++)
		if (!by_config || t->row[i]->val != RUN_CONFIG)
			status = take(s, t->row[i], t->value[i], argv);
	if (status || !t->sides)
		return status;
	colon = strchr(t->side[n], ':');
	status = set_name(s, t->side[n], colon ? (size_t)(colon - t->side[n]) : 0);
	return status ? status : take_words(s, colon + 1, t->command);
}

static int make_sides(struct compare *o, const struct typed *t)
{
	bool by_config = !t->sides && t->configs > 1;
	u32 i, n = t->sides ? t->sides : by_config ? t->configs : 1;
	int status = CLI_OK;

	for (i = 0; !status && i < n; i++)
		status = make_side(o, t, i, by_config);
	return status;
}

/* ---- columns ---- */

/* The first stream faults, so that the others show what is left to them. */
static int choose_paged(struct compare_column *c)
{
	struct replay_scan *scan = malloc(sizeof(*scan));
	struct dmat_error err = { 0 };
	char text[sizeof(err) + 64];
	int code = scan ? replay_scan(c->source, scan, &err) : -ENOMEM;

	c->several = !code && scan->n_sids > 1;
	if (c->several && !c->run.one_paged) {
		c->run.one_paged = true;
		c->run.paged = scan->sids[0];
	}
	free(scan);
	return code ? cli_fail("%s", dmat_error_text(&err, text, sizeof(text))) : CLI_OK;
}

/* One variant of one side with one trace. */
static int add_variant(struct compare *o, struct compare_side *s, const char *trace, const char *text, size_t len)
{
	char kind[sizeof(o->column->variant)];
	struct compare_column *c;
	char *mode;

	if (len >= sizeof(kind))
		return cli_usage("compare", "compare: --variants: '%.*s' is not IOMMU-FAULTS, e.g. smmuv3-stall",
				 (int)len, text);
	c = compare_add_column(o);
	if (!c)
		return CLI_FAILED;
	memcpy(c->variant, text, len);
	strcpy(kind, c->variant);
	mode = strrchr(kind, '-');
	if (mode)
		*mode++ = '\0';
	c->side = s;
	c->source = trace;
	c->run = s->common.run;
	c->run.trace = trace;
	c->run.cfg = &s->common.cfg;
	c->run.kind = iommu_kind_find(kind);
	c->run.faults = REPLAY_TERMINATE;
	if (!c->run.kind || (mode ? !replay_faults_find(mode, &c->run.faults) : !c->run.kind->bypass))
		return cli_usage("compare", "compare: --variants: '%s' is not IOMMU-FAULTS, e.g. smmuv3-stall",
				 c->variant);
	return choose_paged(c);
}

/* Every way in which an IOMMU can let an access wait for its page. */
static int all_variants(struct compare *o, struct compare_side *s, const char *trace)
{
	const struct iommu_kind *const *k;
	int status = CLI_OK;

	for (k = iommu_kinds; *k; k++) {
		const bool can[REPLAY_FAULTS] = { [REPLAY_STALL] = (*k)->stall, [REPLAY_PRI] = (*k)->pri };
		char text[sizeof(o->column->variant)];
		int i;

		for (i = 0; !status && i < REPLAY_FAULTS; i++) {
			if (!can[i])
				continue;
			snprintf(text, sizeof(text), "%s-%s", (*k)->name, replay_fault_names[i]);
			status = add_variant(o, s, trace, text, strlen(text));
		}
	}
	return status;
}

static int add_variants(struct compare *o, struct compare_side *s, const char *trace)
{
	const char *p = s->list;
	int status = CLI_OK;

	if (!p)
		return all_variants(o, s, trace);
	if (!*p)
		return cli_usage("compare", "compare: --variants: the list is empty");
	while (!status && *p) {
		size_t len = strcspn(p, ",");

		status = add_variant(o, s, trace, p, len);
		p += len + (p[len] == ',');
	}
	return status;
}

/* JSON begins with a brace; a trace never does. */
static bool is_result(const char *path)
{
	FILE *f = fopen(path, "rb");
	int c = EOF;

	while (f && (c = getc(f)) != EOF && strchr(" \t\r\n", c))
		;
	if (f)
		fclose(f);
	return c == '{';
}

static int add_columns(struct compare *o, const struct typed *t)
{
	u32 i, k, results = 0;
	int status = CLI_OK;

	for (i = 0; !status && i < t->files; i++) {
		if (!is_result(t->file[i]))
			continue;
		status = compare_read_file(o, t->file[i]);
		results++;
	}
	for (i = 0; !status && i < o->sides; i++) {
		struct compare_side *s = &o->side[i];

		if (!s->traces && results == t->files && (!results || t->sides))
			return cli_usage("compare", "compare: no trace given");
		for (k = 0; !status && k < s->traces; k++)
			status = add_variants(o, s, s->trace[k]);
		for (k = 0; !status && !s->traces && k < t->files; k++)
			if (!is_result(t->file[k]))
				status = add_variants(o, s, t->file[k]);
	}
	return status;
}

/* Variants differ in what is compared, not in their masters' way to the IOMMU. */
static void choose_bus(struct compare *o)
{
	bool any = false;
	u32 i;

	for (i = 0; i < o->columns; i++)
		any |= o->column[i].side && o->column[i].run.faults == REPLAY_PRI &&
		       o->column[i].side->common.cfg.master.bus == FL_BUS_AUTO;
	for (i = 0; any && i < o->sides; i++)
		if (o->side[i].common.cfg.master.bus == FL_BUS_AUTO)
			o->side[i].common.cfg.master.bus = FL_BUS_PCIE;
	o->pcie_for_all = any;
}

/* ---- names ---- */

static void append(struct compare_column *c, const char *text)
{
	size_t len = strlen(c->name);

	snprintf(c->name + len, sizeof(c->name) - len, "%s%s", len ? " " : "", text);
}

/* What tells the columns apart, and what always names one: its side, else its variant. */
static int name_columns(struct compare *o)
{
	bool traces = false, variants = false;
	char text[COMPARE_NAME];
	u32 i, k;

	for (i = 1; i < o->columns; i++) {
		const struct compare_column *a = &o->column[i], *b = &o->column[i - 1];

		traces |= a->side && b->side && strcmp(a->source, b->source);
		variants |= a->side && b->side && strcmp(a->variant, b->variant);
	}
	for_each_of(c, o->column, o->columns) {
		const char *side = c->side ? c->side->name : "";

		if (!c->side)
			continue;
		short_name(c->source, ".dmat", text, sizeof(text));
		if (*side)
			append(c, side);
		if (traces && (!*side || c->side->traces != 1))
			append(c, text);
		if ((variants && !(*side && c->side->list)) || !*c->name ||
		    strchr(c->side->list ? c->side->list : "", ','))
			append(c, c->variant);
	}
	for (i = 0; i < o->columns; i++)
		for (k = 0; k < i; k++)
			if (!strcmp(o->column[i].name, o->column[k].name))
				return cli_usage("compare", "compare: two columns are called %s: --side names them",
						 o->column[i].name);
	return CLI_OK;
}

static int find_against(struct compare *o, const char *name)
{
	u32 i;

	o->against = o->column;
	for (i = 0; name && i < o->columns; i++) {
		if (strcmp(o->column[i].name, name))
			continue;
		o->against = &o->column[i];
		return CLI_OK;
	}
	return name ? cli_usage("compare", "compare: --against %s: no column is called so", name) : CLI_OK;
}

int compare_parse(struct compare *o, int argc, char **argv)
{
	struct typed t = { .command = argv[0] };
	int opt, which = 0, status = CLI_OK;
	u32 i;

	optind = 1;
	opterr = 0;
	o->seeds = 1;
	o->percent = 10;
	while (!status && (opt = getopt_long(argc, argv, ":", long_options, &which)) != -1)
		status = outside(o, &t, opt, &long_options[which], argc, argv);
	t.file = argv + optind;
	t.files = (u32)(argc - optind);
	if (!status && t.one_seed && o->seeds > 1)
		status = cli_usage("compare", "compare: --seed does not go with --seeds");
	if (!status)
		status = make_sides(o, &t);
	if (!status)
		status = add_columns(o, &t);
	for (i = 0; !status && o->seeds > 1 && i < o->columns; i++)
		if (!o->column[i].side)
			status = cli_usage("compare", "compare: --seeds: %s is the result of one run",
					   o->column[i].source);
	if (!status)
		status = name_columns(o);
	if (!status)
		status = find_against(o, t.against);
	if (!status)
		choose_bus(o);
	return status;
}
