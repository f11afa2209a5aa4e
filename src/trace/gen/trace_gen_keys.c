// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Keys as a person sets them, of one generator or of the parts of a mix, and as the metadata tells them. */
#include "trace_gen_priv.h"
#include "trace_number.h"

#define FIRST_PA 0x100000000ULL
#define NAMES	 "abcdefghijklmnopqrstuvwxyz0123456789_-"

static bool parse_value(const struct trace_gen_key *key, const char *text, u64 *value)
{
	const char *rest;
	u64 i;

	for (i = 0; key->choices && i <= key->most; i++) {
		if (!strcmp(key->choices[i], text)) {
			*value = i;
			return true;
		}
	}
	if (key->choices || text[0] == '-' || !trace_number(text, &rest, value) || *rest)
		return false;
	return *value >= key->least && *value <= key->most;
}

/* @set: without the part's name. */
static int set_key(struct trace_gen *gen, const char *set, struct dmat_error *err)
{
	const struct trace_gen_key *key = gen->generator->key;
	const char *value = strchr(set, '=');
	unsigned int i;

	if (!value)
		return dmat_fail(err, EINVAL, "'%.80s' is not key=value", set);
	for (i = 0; key[i].name; i++) {
		if (strlen(key[i].name) != (size_t)(value - set) || strncmp(key[i].name, set, value - set))
			continue;
		if (parse_value(&key[i], value + 1, &gen->value[i]))
			return 0;
		if (key[i].choices)
			return dmat_fail(err, EINVAL, "%s%s: unknown value '%.40s'", gen->prefix, key[i].name,
					 value + 1);
		return dmat_fail(err, EINVAL, "%s%s: '%.40s' is not a number from %llu to %llu", gen->prefix,
				 key[i].name, value + 1, key[i].least, key[i].most);
	}
	return dmat_fail(err, EINVAL, "unknown key '%s%.*s'", gen->prefix, (int)min(value - set, (ptrdiff_t)80), set);
}

static int init_part(struct trace_gen *gen, const char *name, const char *generator, struct dmat_error *err)
{
	unsigned int i;

	gen->generator = trace_generator_find(generator);
	if (!gen->generator)
		return dmat_fail(err, EINVAL, "no such generator");
	snprintf(gen->name, sizeof(gen->name), "%s", name);
	for (i = 0; gen->generator->key[i].name; i++)
		gen->value[i] = gen->generator->key[i].standard;
	return 0;
}

/* ---- the parts of a mix ---- */

static struct trace_gen *find_part(struct trace_gen *part, unsigned int parts, const char *name, size_t length)
{
	unsigned int i;

	for (i = 0; i < parts; i++) {
		if (strlen(part[i].name) == length && !strncmp(part[i].name, name, length))
			return &part[i];
	}
	return NULL;
}

/* NAME or NAME:GENERATOR */
static int add_part(struct trace_gen *part, unsigned int n, char *text, struct dmat_error *err)
{
	char *generator = strchr(text, ':');
	int ret;

	if (generator)
		*generator++ = '\0';
	if (!text[0] || text[strspn(text, NAMES)] || strlen(text) >= TRACE_GEN_NAME)
		return dmat_fail(err, EINVAL, "parts: '%.40s' is no name: up to %d of a-z, 0-9, _ and -", text,
				 TRACE_GEN_NAME - 1);
	if (n == TRACE_GEN_PARTS)
		return dmat_fail(err, EINVAL, "parts: more than %d", TRACE_GEN_PARTS);
	if (find_part(part, n, text, strlen(text)))
		return dmat_fail(err, EINVAL, "parts: '%s' stands there twice; NAME:GENERATOR tells them apart", text);
	ret = init_part(&part[n], text, generator ? generator : text, err);
	if (ret)
		return dmat_fail(err, EINVAL, "parts: '%.40s' is no generator", generator ? generator : text);
	snprintf(part[n].prefix, sizeof(part[n].prefix), "%s.", part[n].name);
	return 0;
}

static int add_parts(struct trace_gen *part, const char *text, struct dmat_error *err)
{
	char copy[512], *at = copy, *item;
	unsigned int n = 0;
	int ret = 0;

	if (snprintf(copy, sizeof(copy), "%s", text) >= (int)sizeof(copy))
		return dmat_fail(err, EINVAL, "parts: too long");
	while (!ret && (item = strsep(&at, ",")))
		ret = add_part(part, n++, item, err);
	return ret ? ret : (int)n;
}

static int set_part_key(struct trace_gen *part, unsigned int parts, const char *set, struct dmat_error *err)
{
	const char *dot = set + strcspn(set, ".=");
	struct trace_gen *gen;

	if (*dot != '.')
		return dmat_fail(err, EINVAL, "'%.80s' is not PART.KEY=VALUE", set);
	gen = find_part(part, parts, set, dot - set);
	if (!gen)
		return dmat_fail(err, EINVAL, "'%.80s': no such part", set);
	return set_key(gen, dot + 1, err);
}

static int parse_mix(const char *const *set, size_t sets, struct trace_gen *part, struct dmat_error *err)
{
	const char *list = NULL;
	int parts, ret = 0;
	size_t s;

	for (s = 0; s < sets; s++) {
		if (!strncmp(set[s], "parts=", 6))
			list = set[s] + 6;
	}
	if (!list)
		return dmat_fail(err, EINVAL, "parts=PART,... is needed");
	parts = add_parts(part, list, err);
	if (parts < 0)
		return parts;
	for (s = 0; !ret && s < sets; s++) {
		if (strncmp(set[s], "parts=", 6))
			ret = set_part_key(part, parts, set[s], err);
	}
	return ret ? ret : parts;
}

static void count(const struct trace_gen *gen, u64 *streams, u64 *spaces)
{
	*streams = *spaces = 1;
	if (gen->generator->count)
		gen->generator->count(gen, streams, spaces);
}

int trace_gen_parse(const char *name, const char *const *set, size_t sets, u64 seed,
		    struct trace_gen part[TRACE_GEN_PARTS], struct dmat_error *err)
{
	bool mix = !strcmp(name, "mix");
	u64 streams, spaces, sid = 1, domain = 1;
	int i, parts = 1, ret;
	size_t s;

	ret = mix ? parse_mix(set, sets, part, err) : init_part(&part[0], name, name, err);
	if (mix)
		parts = ret;
	else
		for (s = 0; !ret && s < sets; s++)
			ret = set_key(&part[0], set[s], err);
	if (ret < 0)
		return ret;
	for (i = 0; i < parts; i++) {
		ret = part[i].generator->check ? part[i].generator->check(&part[i], err) : 0;
		if (ret)
			return ret;
		count(&part[i], &streams, &spaces);
		part[i].random = seed + i;
		part[i].next_pa = FIRST_PA + i * TRACE_GEN_MEMORY;
		part[i].sid = mix ? sid : part[i].generator->sid;
		part[i].domain = domain;
		sid += streams;
		domain += spaces;
	}
	return parts;
}

void trace_gen_free(struct trace_gen *gen)
{
	trace_pages_free(gen->mapped);
	free(gen->queue);
	free(gen->state);
}

/* ---- metadata ---- */

static int put_part_meta(struct dmat_writer *writer, const struct trace_gen *gen)
{
	const struct trace_gen_key *key = gen->generator->key;
	char name[128], value[32];
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && key[i].name; i++) {
		snprintf(name, sizeof(name), "gen.%s%s", gen->prefix, key[i].name);
		snprintf(value, sizeof(value), "%llu", gen->value[i]);
		ret = dmat_writer_meta(writer, name, key[i].choices ? key[i].choices[gen->value[i]] : value);
	}
	return ret;
}

/* Which generator a part is, and which streams are its own. */
static int put_mix_meta(struct dmat_writer *writer, const struct trace_gen *gen)
{
	char name[128], value[64];
	u64 streams, spaces;
	int ret;

	count(gen, &streams, &spaces);
	snprintf(name, sizeof(name), "gen.%sgenerator", gen->prefix);
	ret = dmat_writer_meta(writer, name, gen->generator->name);
	if (ret)
		return ret;
	snprintf(name, sizeof(name), "gen.%ssids", gen->prefix);
	snprintf(value, sizeof(value), streams > 1 ? "0x%x to 0x%llx" : "0x%x", gen->sid, gen->sid + streams - 1);
	return dmat_writer_meta(writer, name, value);
}

int trace_gen_put_meta(struct dmat_writer *writer, const struct trace_gen *part, unsigned int parts, u64 seed)
{
	bool mix = part[0].prefix[0];
	char value[32];
	unsigned int i;
	int ret = dmat_writer_meta(writer, "generator", mix ? "mix" : part[0].generator->name);

	snprintf(value, sizeof(value), "%llu", seed);
	if (!ret)
		ret = dmat_writer_meta(writer, "seed", value);
	for (i = 0; !ret && i < parts; i++) {
		if (mix)
			ret = put_mix_meta(writer, &part[i]);
		if (!ret)
			ret = put_part_meta(writer, &part[i]);
	}
	return ret;
}
