// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* faultline fit: a preset from a measured machine. */
#include "cli.h"
#include "find.h"
#include "fit.h"
#include "report_json.h"
#include "report_table.h"
#include "run_options.h"
#include "trace_gen.h"
#include "temp_file.h"

#include <unistd.h>

static const char help[] =
	"Usage: faultline fit MEASURED... [--off OFF]... --preset BASE -o PRESET.yaml\n"
	"Finds the sizes and prices that explain a measured machine, and plays every row of the tables with them.\n"
	"\n"
	"  MEASURED            a CSV file: window against latency, or against bandwidth for a size of transfers;\n"
	"                      or a folder of them. Columns: docs/calibration.md\n"
	"  --off OFF           the same without the IOMMU; may be repeated\n"
	"  --preset BASE       the preset that gives what no table tells\n"
	"  --iommu KIND        " IOMMU_KIND_NAMES "; default: vtd\n"
	"  -o, --output FILE   the preset to write\n"
	"  --json FILE         what was found, and each point, as JSON; -: to standard output, in place of the text\n"
	"\n"
	"The figures called model are those of the model itself with the preset, not of the search.\n"
	"The same tables give the same preset. Exit status: 0 done; 2 could not be done.\n";

struct options {
	struct fit_data data;
	const char *base, *output, *json;
	const struct iommu_kind *kind;
};

/* ---- options ---- */

static int take_table(struct options *o, const char *path, bool off)
{
	char error[FIT_ERROR];

	return fit_read(&o->data, path, off, error) ? cli_fail("%s", error) : CLI_OK;
}

static int take_off(void *options, const char *name, char *path)
{
	return take_table(options, path, true);
}

static int take_iommu(void *options, const char *name, char *iommu)
{
	struct options *o = options;

	o->kind = iommu_kind_find(iommu);
	return o->kind ? CLI_OK : cli_usage("fit", "fit: --%s %s: no such IOMMU", name, iommu);
}

static const struct cli_option options[] = {
	{ "off", 0, CLI_CALL(take_off) },
	{ "preset", 0, CLI_TEXT(struct options, base) },
	{ "iommu", 0, CLI_CALL(take_iommu) },
	{ "json", 0, CLI_TEXT(struct options, json) },
	{ "output", 'o', CLI_TEXT(struct options, output) },
	{ 0 },
};

static int parse(struct options *o, int argc, char **argv)
{
	int status;

	o->kind = iommu_kind_find("vtd");
	status = cli_options(argc, argv, options, o, NULL, NULL);
	if (status)
		return status;
	if (optind == argc)
		return cli_usage("fit", "fit: no table given");
	if (!o->base)
		return cli_usage("fit", "fit: no preset to start from given (--preset)");
	if (!o->output)
		return cli_usage("fit", "fit: no output file given (-o)");
	for (; !status && optind < argc; optind++)
		status = take_table(o, argv[optind], false);
	return status;
}

/* The written file names its base, and that names no files. */
static int load_base(const char *name, struct fl_config *cfg)
{
	const struct fl_preset *p = fl_config_presets;
	struct fl_config_error err;

	while (p->name && strcmp(p->name, name))
		p++;
	if (!p->name)
		return cli_fail("fit: --preset %s: no such preset", name);
	fl_config_init(cfg);
	return fl_config_load(cfg, name, &err) ? cli_fail("%s", err.text) : CLI_OK;
}

/* ---- the model ---- */

/*
 * A benchmark touches each page of its window many times over (pcie-bench: two million accesses a window), so that first
 * touches do not show. In the model they do where the TLB holds many pages: then so many accesses come before that all
 * but three pages of ten thousand have been touched (1 - e^-8), as far as the benchmark itself goes.
 */
static u64 warmup_of(const struct fl_config *cfg, const struct fit_point *p)
{
	u64 pages = (p->window + FIT_PAGE - 1) / FIT_PAGE, held = min(pages, cfg->iommu.tlb_sets * cfg->iommu.tlb_ways);

	return p->off || held * 100 < FIT_ACCESSES ? 0 : min(8 * pages, (u64)FIT_WARMUP);
}

static int make_trace(const struct fit_point *p, u64 n, const char *path, struct dmat_error *err)
{
	char pages[40], size[40], write[40], accesses[40];
	const char *set[] = { "streams=1", "maps=front", "pattern=uniform", "interval_ns=0", "spacing=fixed", pages,
			      size,	   write,	 accesses };

	snprintf(pages, sizeof(pages), "pages=%llu", (p->window + FIT_PAGE - 1) / FIT_PAGE);
	snprintf(size, sizeof(size), "size_bytes=%u", p->size);
	snprintf(write, sizeof(write), "write_percent=%d", p->kind == FIT_WRITE ? 100 : 0);
	snprintf(accesses, sizeof(accesses), "accesses=%llu", n);
	return trace_generate("random", set, ARRAY_SIZE(set), 1, path, err);
}

static int ask_model(const struct options *o, const struct fl_config *cfg, struct fit_point *p, const char *path)
{
	struct replay_options run = { .trace = path,
				      .kind = p->off ? iommu_kind_find("none") : o->kind,
				      .resident = REPLAY_RESIDENT_ALL,
				      .seed = 1 };
	struct fl_config mine = *cfg;
	struct replay_result res;
	struct dmat_error err = { 0 };
	char who[64];
	int status;

	mine.master.arrival = FL_ARRIVAL_BACK_TO_BACK;
	if (p->kind == FIT_LATENCY)
		mine.master.outstanding = 1;
	run.cfg = &mine;
	run.warmup = warmup_of(cfg, p);
	snprintf(who, sizeof(who), "fit: window of %llu bytes", p->window);
	if (make_trace(p, run.warmup + FIT_ACCESSES, path, &err))
		return cli_fail("%s: %s", who, err.reason);
	status = run_apart(who, &run, &res);
	if (!status)
		p->model = p->kind == FIT_LATENCY ? (double)res.access.mean
						  : (double)res.bytes * 1000 / (double)res.duration_ns;
	return status;
}

/* Without an IOMMU no window differs from another. */
static const struct fit_point *same_as(const struct fit_data *d, size_t number)
{
	const struct fit_point *p = &d->point[number], *q;

	for (q = d->point; q < p; q++)
		if (q->kind == p->kind && q->size == p->size && q->off == p->off && (p->off || q->window == p->window))
			return q;
	return NULL;
}

static int ask_all(struct options *o, const struct fl_config *cfg)
{
	struct report_progress bar = { .what = "windows", .total = o->data.points };
	const struct fit_point *same;
	char path[CLI_PATH];
	int status;
	size_t i;

	status = cli_temporary("fit", path);
	if (status)
		return status;
	for (i = 0; !status && i < o->data.points; i++) {
		same = same_as(&o->data, i);
		if (same)
			o->data.point[i].model = same->model;
		else
			status = ask_model(o, cfg, &o->data.point[i], path);
		report_progress(&bar, i + 1);
	}
	report_progress_end(&bar);
	temp_file_remove(path);
	return status;
}

/* ---- output ---- */

static const char *kind_name(enum fit_kind kind)
{
	static const char *const names[] = { "latency", "read", "write" };

	return names[kind];
}

static int print_points(const struct fit_result *r, const struct fit_data *d)
{
	bool bandwidths = false;
	struct report_table t = REPORT_TABLE("kind", ">size", ">window", "iommu", ">measured", ">model", ">difference");

	for_each_of(p, d->point, d->points) {
		const char *unit = p->kind == FIT_LATENCY ? "ns" : "MB/s";

		report_table_cell(&t, "%s", kind_name(p->kind));
		report_table_cell(&t, "%u", p->size);
		report_table_cell(&t, "%llu", p->window);
		report_table_cell(&t, "%s", p->off ? "off" : "on");
		report_table_cell(&t, "%.1f %s", p->measured, unit);
		report_table_cell(&t, "%.1f %s", p->model, unit);
		report_table_cell(&t, "%+.1f %s", fit_difference(r, p), p->kind == FIT_LATENCY ? "%" : "points");
		bandwidths |= p->kind != FIT_LATENCY;
	}
	if (report_table_print(&t, stdout))
		return -ENOMEM;
	if (bandwidths)
		puts("\npoints: % of the bandwidth that this size has without the IOMMU");
	return 0;
}

static void print_score(const struct fit_result *r, const struct fit_data *d, bool latency, bool off)
{
	struct fit_score s;

	fit_rate(r, d, latency, off, &s);
	if (!s.points)
		return;
	printf("%s, IOMMU %s: %u of %u windows within %s, %.1f at most\n", latency ? "latency" : "bandwidth",
	       off ? "off" : "on", s.good, s.points, latency ? "5 %" : "8 points of the bandwidth without the IOMMU",
	       s.worst);
}

/* Why a value that tables gave is an assumption all the same. */
static const char *unless(bool known, const char *why)
{
	return known ? "" : why;
}

static const char *origin(bool known)
{
	return known ? "fitted" : "assumed";
}

static void print_walks(const struct fit_result *r)
{
	const char *none = r->have_walk ? "; other values fit as well" : "; no window shows a miss";
	const char *slow = !r->have_rate ? "; no bandwidth shows them"
			   : r->known_rate
				   ? "; these or the others limit the walks; how many a second is fitted, not which"
				   : "; others fit as well";

	printf("%-9s a miss: %.1f ns more%s\n", origin(r->known_miss), (double)r->miss_ps / 1000,
	       unless(r->known_miss, none));
	printf("%-9s %llu TLB entries%s\n", origin(r->known_tlb), r->sets * r->ways, unless(r->known_tlb, none));
	printf("%-9s %llu walk slots, each held for %.1f ns: %.1f walks a us%s\n", origin(r->known_walks),
	       r->walk_slots, (double)r->walk_ps / 1000,
	       r->walk_ps ? (double)r->walk_slots * 1e6 / (double)r->walk_ps : 0, unless(r->known_walks, slow));
	printf("%-9s %llu translation slots%s\n", origin(r->known_slots), r->tbu_slots, unless(r->known_slots, slow));
}

static void print_found(const struct fit_result *r)
{
	printf("%-9s a transfer that hits, link and memory: %.1f ns%s\n", origin(r->known_hit),
	       (double)r->base_ps / 1000, unless(r->known_hit, "; no window is sure to hit"));
	print_walks(r);
	if (r->link_mb_s)
		printf("%-9s the link: %llu MB/s, packets and all%s\n", origin(r->known_link), r->link_mb_s,
		       unless(r->known_link, r->have_link ? "; at least so much, for one size reaches it"
							  : "; no bandwidth shows it"));
	else
		printf("%-9s the link: unlimited; no bandwidth shows it\n", "assumed");
	for_each_of(e, r->card, r->cards)
		printf("%-9s the card's %ss of %u bytes: %llu in flight, %.3f ns from one to the next%s\n",
		       origin(e->known), e->write ? "write" : "read", e->size, e->outstanding,
		       (double)e->interval_ps / 1000, unless(e->known, "; others in flight fit as well"));
	printf("%-9s associativity, the parts of a miss and of a transfer, and all else: the preset's\n\n", "assumed");
}

/* ---- for programs ---- */

/* Whole numbers only: a latency in ps, a bandwidth in kB/s, a difference in millionths; rounded to the nearest. */
static json_int_t thousand(double value)
{
	return (json_int_t)(value * 1000 + (value < 0 ? -0.5 : 0.5));
}

static json_t *found_json(const struct fit_result *r, const struct fl_config *cfg)
{
	static const char *const origins[] = { "fitted", "assumed", "follows" };
	json_t *list = json_array();
	char text[FL_TEXT_MAX + 2];
	struct fit_values v;

	fit_list(r, &v);
	for_each_of(each, v.value, v.n)
		report_json_append(list, J_TEXT("key", each->key),
				   J_TEXT("value", fit_value_text(cfg, each, text, sizeof(text))),
				   J_TEXT("origin", origins[each->origin]), J_TEXT("why", each->why));
	return list;
}

static json_t *points_json(const struct fit_result *r, const struct fit_data *d)
{
	json_t *list = json_array();

	for_each_of(p, d->point, d->points) {
		bool latency = p->kind == FIT_LATENCY;

		report_json_append(
			list, J_TEXT("kind", kind_name(p->kind)), J_U64("size_bytes", p->size),
			J_U64("window_bytes", p->window), J_TEXT("iommu", p->off ? "off" : "on"),
			J_NODE(latency ? "measured_ps" : "measured_kb_s", json_integer(thousand(p->measured))),
			J_NODE(latency ? "model_ps" : "model_kb_s", json_integer(thousand(p->model))),
			J_NODE("difference_ppm", json_integer(thousand(fit_difference(r, p) * 10))));
	}
	return list;
}

static json_t *scores_json(const struct fit_result *r, const struct fit_data *d)
{
	json_t *list = json_array();
	struct fit_score s;
	int i;

	for (i = 0; i < 4; i++) {
		bool latency = i < 2, off = i & 1;
		json_t *one = json_object();

		fit_rate(r, d, latency, off, &s);
		report_json_put(one, J_TEXT("of", latency ? "latency" : "bandwidth"),
				J_TEXT("iommu", off ? "off" : "on"), J_MEMBER(&s, points), J_MEMBER(&s, good),
				J_NODE("worst_ppm", json_integer(thousand(s.worst * 10))));
		if (s.points)
			json_array_append(list, one);
		json_decref(one);
	}
	return list;
}

static json_t *tables_json(const struct fit_data *d)
{
	return J_LIST(i, d->tables,
		      report_json_object(J_TEXT("file", d->table[i]), J_TEXT("iommu", d->table_off[i] ? "off" : "on")));
}

static int write_json(const struct options *o, const struct fit_result *r, const struct fl_config *cfg)
{
	json_t *j = report_json_object(
		J_TEXT("version", FL_VERSION), J_TEXT("base", o->base), J_TEXT("iommu", o->kind->name),
		J_NODE("tables", tables_json(&o->data)), J_NODE("parameters", found_json(r, cfg)),
		J_NODE("points", points_json(r, &o->data)), J_NODE("scores", scores_json(r, &o->data)));

	return cli_write_json(j, o->json);
}

/* ---- all of it ---- */

struct preset {
	const struct options *o;
	const struct fit_result *r;
	const struct fl_config *cfg;
};

static int print_preset(const void *what, FILE *out)
{
	const struct preset *p = what;

	errno = 0;
	fit_write(p->r, &p->o->data, p->o->base, p->cfg, out);
	return fflush(out) || ferror(out) ? -(errno ? errno : EIO) : 0;
}

static int write_preset(const struct options *o, const struct fit_result *r, const struct fl_config *cfg)
{
	const struct preset p = { o, r, cfg };
	int ret = report_write_file(o->output, print_preset, &p);

	return ret ? cli_fail("%s: %s", o->output, strerror(-ret)) : CLI_OK;
}

static int print_all(const struct options *o, const struct fit_result *r)
{
	print_found(r);
	if (print_points(r, &o->data))
		return cli_fail("out of memory");
	putchar('\n');
	print_score(r, &o->data, true, false);
	print_score(r, &o->data, true, true);
	print_score(r, &o->data, false, false);
	print_score(r, &o->data, false, true);
	return CLI_OK;
}

static int fit(struct options *o)
{
	struct fl_config base, cfg;
	struct fit_result r;
	char error[FIT_ERROR];
	int status = load_base(o->base, &base);

	if (status)
		return status;
	if (fit_search(&o->data, &base, &r, error))
		return cli_fail("fit: %s", error);
	fit_apply(&r, &base, &cfg);
	status = ask_all(o, &cfg);
	if (!status)
		status = write_preset(o, &r, &cfg);
	if (!status && o->json)
		status = write_json(o, &r, &cfg);
	if (!status && !cli_only_json(o->json))
		status = print_all(o, &r);
	return status ? status : cli_finish(CLI_OK);
}

static int run(int argc, char **argv)
{
	struct options o = { 0 };
	int status = parse(&o, argc, argv);

	if (!status)
		status = fit(&o);
	fit_free(&o.data);
	return status;
}

const struct cli_command cli_fit = {
	.name = "fit",
	.summary = "a preset from a measured machine",
	.help = help,
	.run = run,
};
