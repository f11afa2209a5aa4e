// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What was found, as a configuration and as a file. */
#include "find.h"
#include "fit.h"

#include <string.h>

/* docs/timing.md, the link: a packet is framing, header, payload; an address of a generated trace is below 4 GiB. */
#define REQUEST_HEADER	  12
#define COMPLETION_HEADER 12

static u64 packets(u64 bytes, u64 most)
{
	return (bytes + most - 1) / most;
}

u64 fit_bytes_up(const struct fl_config *cfg, bool write, u32 size)
{
	u64 n = packets(size, write ? cfg->pcie.max_payload : cfg->pcie.max_read_request);

	return n * (cfg->pcie.framing_bytes + REQUEST_HEADER) + (write ? size : 0);
}

u64 fit_bytes_down(const struct fl_config *cfg, bool write, u32 size)
{
	u64 most = cfg->pcie.max_payload < cfg->pcie.max_read_request ? cfg->pcie.max_payload
								      : cfg->pcie.max_read_request;

	return write ? 0 : packets(size, most) * (cfg->pcie.framing_bytes + COMPLETION_HEADER) + size;
}

/* Each read request takes a tag. */
static u64 most_tags(const struct fit_result *r, const struct fl_config *cfg)
{
	u64 most = cfg->pcie.tags, n;

	for_each_of(e, r->card, r->cards) {
		n = e->outstanding * packets(e->size, cfg->pcie.max_read_request);
		most = !e->write && n > most ? n : most;
	}
	return most;
}

static u64 most_outstanding(const struct fit_result *r)
{
	u64 most = 1;

	for_each_of(e, r->card, r->cards)
		most = e->outstanding > most ? e->outstanding : most;
	return most;
}

/* "64=34/18.345,64w=39" */
static void transfers_text(const struct fit_result *r, char *text, size_t size)
{
	size_t used = 0, i;

	text[0] = '\0';
	for (i = 0; i < r->cards && used < size; i++) {
		const struct fit_card *c = &r->card[i];

		used += (size_t)snprintf(text + used, size - used, "%s%u%s=%llu", i ? "," : "", c->size,
					 c->write ? "w" : "", c->outstanding);
		if (c->interval_ps && used < size)
			used += (size_t)snprintf(text + used, size - used, "/%llu.%03llu", c->interval_ps / 1000,
						 c->interval_ps % 1000);
	}
}

/* What a miss costs beside its walk: the TBU's links first, as the preset has them, and the rest is the TCU's. */
static void apply_walk(const struct fit_result *r, struct fl_config *cfg)
{
	u64 rest = r->miss_ps - r->walk_ps, walk = r->walk_ps;

	if (cfg->tbu.link_ps > rest / 2)
		cfg->tbu.link_ps = rest / 2;
	cfg->tcu.lookup_ps = rest - 2 * cfg->tbu.link_ps;
	if (cfg->tcu.config_cache_ps + cfg->tcu.walk_cache_ps > walk)
		cfg->tcu.config_cache_ps = cfg->tcu.walk_cache_ps = 0;
	cfg->tcu.walk_latency_ps = walk - cfg->tcu.config_cache_ps - cfg->tcu.walk_cache_ps;
}

void fit_apply(const struct fit_result *r, const struct fl_config *base, struct fl_config *cfg)
{
	*cfg = *base;
	cfg->iommu.tlb_sets = r->sets;
	cfg->iommu.tlb_ways = r->ways;
	cfg->tbu.slots = r->tbu_slots;
	cfg->tcu.walk_slots = r->walk_slots;
	if (r->have_walk)
		apply_walk(r, cfg);
	if (cfg->memory.latency_ps > r->base_ps)
		cfg->memory.latency_ps = r->base_ps;
	cfg->pcie.link_ps = (r->base_ps - cfg->memory.latency_ps) / 2;
	cfg->pcie.bandwidth_mb_s = r->link_mb_s;
	cfg->master.bus = FL_BUS_PCIE;
	cfg->master.interval_ps = 0;
	cfg->master.outstanding = cfg->master.outstanding_per_stream = most_outstanding(r);
	cfg->pcie.tags = most_tags(r, cfg);
	transfers_text(r, cfg->master.transfers, sizeof(cfg->master.transfers));
}

/* ---- YAML ---- */

static void write_head(const struct fit_result *r, const struct fit_data *d, const char *base, FILE *out)
{
	struct fit_score lat, off, on, idle;
	size_t i;

	fit_rate(r, d, true, false, &lat);
	fit_rate(r, d, true, true, &idle);
	fit_rate(r, d, false, false, &on);
	fit_rate(r, d, false, true, &off);
	fputs("# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause\n# Made by faultline fit from\n", out);
	for (i = 0; i < d->tables; i++)
		fprintf(out, "#   %s%s\n", d->table[i], d->table_off[i] ? " (without the IOMMU)" : "");
	fprintf(out, "# In the model: latency within 5 %% in %u of %u windows (%.1f %% at most),\n",
		lat.good + idle.good, lat.points + idle.points, lat.worst > idle.worst ? lat.worst : idle.worst);
	fprintf(out,
		"# bandwidth within 8 points of that without the IOMMU in %u of %u windows with it (%.1f at most)\n"
		"# and in %u of %u without (%.1f at most).\n"
		"# Values without \"fitted\" are those of %s or, where it says so, an assumption.\n",
		on.good, on.points, on.worst, off.good, off.points, off.worst, base);
	fprintf(out, "base: %s\n", base);
}

static void add(struct fit_values *v, const char *key, enum fit_origin origin, const char *why)
{
	fl_assert(v->n < ARRAY_SIZE(v->value));
	v->value[v->n++] = (struct fit_value){ key, origin, why };
}

/* @have: the tables give it; @known: they give no other. */
static void add_found(struct fit_values *v, const char *key, bool have, bool known, const char *fitted,
		      const char *none)
{
	add(v, key, known ? FIT_FITTED : FIT_ASSUMED,
	    known  ? fitted
	    : have ? "assumption: the tables fit it, and others as well"
		   : none);
}

/* Two keys limit the walks. */
static void add_rate(struct fit_values *v, const char *key, const struct fit_result *r, bool known, const char *fitted)
{
	if (r->have_rate && r->known_rate && !known)
		add(v, key, FIT_ASSUMED,
		    "assumption: tbu.slots or tcu.walk_slots limits the walks; how many a second is fitted, not which "
		    "of them");
	else
		add_found(v, key, r->have_rate, known, fitted, "assumption: no bandwidth shows it");
}

static void add_walk(const struct fit_result *r, struct fit_values *v)
{
	const char *sum = "fitted: one of the parts of a miss, of which only the sum is known";

	add_found(v, "iommu.tlb_sets", r->have_walk, r->known_tlb,
		  "fitted: sets times ways is the knee of the curve; how they share it does not show",
		  "assumption: no window shows a miss, so all of them fit");
	add_found(v, "iommu.tlb_ways", r->have_walk, r->known_tlb, "fitted, as above", "assumption, as above");
	add_rate(v, "tbu.slots", r, r->known_slots, "fitted: the bandwidth of middle windows");
	add_found(v, "tbu.link_ns", r->have_walk, r->known_miss, sum, "assumption: no window shows a miss");
	add_found(v, "tcu.lookup_ns", r->have_walk, r->known_miss, sum, "assumption, as above");
	add_found(v, "tcu.walk_latency_ns", r->have_walk, r->known_miss, sum, "assumption, as above");
	add_rate(v, "tcu.walk_slots", r, r->known_walks, "fitted: the bandwidth where most accesses miss");
}

/* One key has all sizes: what is so of one is said of all. */
static void add_cards(const struct fit_result *r, struct fit_values *v)
{
	bool known = true;

	for_each_of(e, r->card, r->cards)
		known = known && e->known;
	if (r->cards)
		add(v, "master.transfers", known ? FIT_FITTED : FIT_ASSUMED,
		    known ? "fitted: the card, by size: in flight / ns between two"
			  : "assumption in part: the card, by size: in flight (of some, others fit as well) / ns "
			    "between "
			    "two");
}

void fit_list(const struct fit_result *r, struct fit_values *v)
{
	v->n = 0;
	add_walk(r, v);
	add(v, "memory.latency_ns", FIT_ASSUMED, "assumption: only its sum with the link is known");
	add_found(v, "pcie.link_ns", true, r->known_hit, "fitted: a transfer whose translation is cached", "");
	add(v, "pcie.bandwidth_mb_s", r->known_link ? FIT_FITTED : FIT_ASSUMED,
	    r->known_link  ? "fitted: what the fastest transfers take, packets and all"
	    : r->have_link ? "assumption: at least so much, for one size of transfers reaches it"
			   : "assumption: no bandwidth");
	add(v, "pcie.tags", r->cards ? FIT_FOLLOWS : FIT_ASSUMED,
	    r->cards ? "never less than the card has in flight" : "assumption");
	add(v, "master.bus", FIT_ASSUMED, "a card behind a link");
	add(v, "master.interval_ns", FIT_FOLLOWS, "what limits the card stands in transfers");
	add(v, "master.outstanding", FIT_FOLLOWS, "the most of any size below");
	add(v, "master.outstanding_per_stream", FIT_FOLLOWS, "as above");
	add_cards(r, v);
}

const char *fit_value_text(const struct fl_config *cfg, const struct fit_value *v, char *text, size_t size)
{
	return fl_config_format(cfg, fl_config_find(v->key, strlen(v->key)), text, size);
}

void fit_write(const struct fit_result *r, const struct fit_data *d, const char *base, const struct fl_config *cfg,
	       FILE *out)
{
	struct fit_values v;
	char text[FL_TEXT_MAX + 2];
	size_t i;

	write_head(r, d, base, out);
	fit_list(r, &v);
	for (i = 0; i < v.n; i++) {
		const char *key = v.value[i].key;
		size_t section = strcspn(key, ".");
		int used;

		if (!i || strncmp(key, v.value[i - 1].key, section + 1))
			fprintf(out, "%.*s:\n", (int)section, key);
		used = fprintf(out, "  %s: %s", key + section + 1,
			       fit_value_text(cfg, &v.value[i], text, sizeof(text)));
		fprintf(out, "%*s# %s\n", used < 26 ? 26 - used : 1, "", v.value[i].why);
	}
}
