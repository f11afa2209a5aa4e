// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "board_platform.h"
#include "find.h"
#include "yaml_file_priv.h"

#define WORKERS_MAX 32
#define MOST_NS	    1000000000000ull

/* Each key is a text first, so that the file and --set read numbers alike. */
struct named {
	char *path, *key[4];
};

/* A TBU, or (without @iommu and @input) an input buffer. */
struct tbu {
	char *name, *iommu, *slots, *input;
	char **masters;
	u32 masters_count;
};

struct platform {
	struct named *iommus, *masters;
	u32 iommus_count, masters_count;
	struct tbu *tbus, *inputs;
	u32 tbus_count, inputs_count;
	char *fault_p999_ns, *pager, *workers;
};

static const char *const iommu_keys[] = { "stall", "stall_max", "ssid_bits", "sid_bits" };
static const char *const master_keys[] = { "role", "outstanding", "deadline_ns", NULL };

static const cyaml_schema_field_t iommu_fields[] = {
	YAML_TEXT("path", struct named, path),
	YAML_TEXT_OPT("stall", struct named, key[0]),
	YAML_TEXT_OPT("stall_max", struct named, key[1]),
	YAML_TEXT_OPT("ssid_bits", struct named, key[2]),
	YAML_TEXT_OPT("sid_bits", struct named, key[3]),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t master_fields[] = {
	YAML_TEXT("path", struct named, path),
	YAML_TEXT_OPT("role", struct named, key[0]),
	YAML_TEXT_OPT("outstanding", struct named, key[1]),
	YAML_TEXT_OPT("deadline_ns", struct named, key[2]),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t path_value = { CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 0, 1024) };

static const cyaml_schema_field_t tbu_fields[] = {
	YAML_TEXT("name", struct tbu, name),
	YAML_TEXT("iommu", struct tbu, iommu),
	YAML_TEXT_OPT("slots", struct tbu, slots),
	YAML_TEXT_OPT("input", struct tbu, input),
	CYAML_FIELD_SEQUENCE("masters", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct tbu, masters, &path_value, 0,
			     4096),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t input_fields[] = {
	YAML_TEXT("name", struct tbu, name),
	YAML_TEXT_OPT("slots", struct tbu, slots),
	CYAML_FIELD_SEQUENCE("masters", CYAML_FLAG_POINTER, struct tbu, masters, &path_value, 0, 4096),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t iommu_value = { CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct named, iommu_fields) };
static const cyaml_schema_value_t master_value = { CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct named,
								       master_fields) };
static const cyaml_schema_value_t tbu_value = { CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct tbu, tbu_fields) };
static const cyaml_schema_value_t input_value = { CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct tbu, input_fields) };

static const cyaml_schema_field_t file_fields[] = {
	CYAML_FIELD_SEQUENCE("iommus", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct platform, iommus, &iommu_value,
			     0, 1024),
	CYAML_FIELD_SEQUENCE("tbus", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct platform, tbus, &tbu_value, 0,
			     1024),
	CYAML_FIELD_SEQUENCE("inputs", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct platform, inputs, &input_value,
			     0, 1024),
	CYAML_FIELD_SEQUENCE("masters", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct platform, masters,
			     &master_value, 0, 4096),
	YAML_TEXT_OPT("fault_p999_ns", struct platform, fault_p999_ns),
	YAML_TEXT_OPT("pager", struct platform, pager),
	YAML_TEXT_OPT("workers", struct platform, workers),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t file_value = { CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct platform,
								     file_fields) };

/* ---- keys ---- */

static int key_fails(struct board_error *err, const char *where, const char *key, const char *value, const char *wanted)
{
	return board_fail(err, EINVAL, "%s: %s: '%.60s' is not %s", where, key, value, wanted);
}

static int number(const char *where, const char *key, const char *text, u64 min, u64 max, u64 *out,
		  struct board_error *err)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 0);
	/* not octal, which nobody means */
	if (*text < '0' || *text > '9' || (*text == '0' && text[1] >= '0' && text[1] <= '9') || *end || errno ||
	    *out < min || *out > max)
		return board_fail(err, EINVAL, "%s: %s: '%.60s' is no number from %llu to %llu", where, key, text,
				  (unsigned long long)min, (unsigned long long)max);
	return 0;
}

static int set_u32(const char *where, const char *key, const char *text, u64 min, u64 max, u32 *out,
		   struct board_error *err)
{
	u64 value;
	int ret = number(where, key, text, min, max, &value, err);

	if (!ret)
		*out = (u32)value;
	return ret;
}

static int set_iommu(struct board_iommu *i, const char *where, const char *key, const char *value,
		     struct board_error *err)
{
	int s;

	if (!strcmp(key, "stall_max"))
		return set_u32(where, key, value, 1, 1 << 16, &i->stall_max, err);
	if (!strcmp(key, "ssid_bits"))
		return set_u32(where, key, value, 0, 20, &i->ssid_bits, err);
	if (!strcmp(key, "sid_bits"))
		return set_u32(where, key, value, 0, 32, &i->sid_bits, err);
	if (strcmp(key, "stall"))
		return board_fail(err, EINVAL, "%s: an IOMMU has no key '%.60s'", where, key);
	for (s = 0; s < BOARD_STALLS; s++) {
		if (strcmp(board_stall_names[s], value))
			continue;
		i->stall = s;
		return 0;
	}
	return key_fails(err, where, key, value, "unknown, both, none or forced");
}

static int set_master(struct board_master *m, const char *where, const char *key, const char *value,
		      struct board_error *err)
{
	int r;

	if (!strcmp(key, "outstanding"))
		return set_u32(where, key, value, 1, 1 << 20, &m->outstanding, err);
	if (!strcmp(key, "deadline_ns"))
		return number(where, key, value, 1, MOST_NS, &m->deadline_ns, err);
	if (strcmp(key, "role"))
		return board_fail(err, EINVAL, "%s: a device has no key '%.60s'", where, key);
	for (r = 0; r < BOARD_ROLES; r++) {
		if (strcmp(board_role_names[r], value))
			continue;
		m->role = r;
		m->role_given = true;
		return 0;
	}
	return key_fails(err, where, key, value, "other, storage, display, audio, pcie, network, gpu or dma");
}

/* ---- the file ---- */

static u32 find_tbu(const struct board *b, const char *name)
{
	size_t at = FIND(i, b->n_tbus, !strcmp(b->tbu[i].name, name));

	return at < b->n_tbus ? (u32)at : BOARD_NONE;
}

static u32 find_input(const struct board *b, const char *name)
{
	size_t at = FIND(i, b->n_inputs, !strcmp(b->input[i].name, name));

	return at < b->n_inputs ? (u32)at : BOARD_NONE;
}

/* A file that is being read, and by master what it has said: 1 its TBU, 2 its input buffer, 4 the rest. */
struct reading {
	struct board *b;
	const char *file;
	u8 *placed;
};

/* Its masters; @input: they share an input buffer, else a TBU. What the tree says about TBUs a file may correct. */
static int place_masters(struct reading *r, const struct tbu *t, bool input, u32 number, struct board_error *err)
{
	const char *kind = input ? "input" : "tbu";
	u32 i, index, iommu = input ? BOARD_NONE : r->b->tbu[number].iommu;
	struct board_master *m;

	for (i = 0; i < t->masters_count; i++) {
		index = board_find_master(r->b, t->masters[i]);
		if (index == BOARD_NONE)
			return board_fail(err, EINVAL, "%s: %s %s: there is no device '%.200s'", r->file, kind, t->name,
					  t->masters[i]);
		m = &r->b->master[index];
		if (r->placed[index] & 1 << input)
			return board_fail(err, EINVAL, "%s: %s %s: %.200s is in the list of %s %s, too", r->file, kind,
					  t->name, t->masters[i], kind,
					  input ? r->b->input[m->input].name : r->b->tbu[m->tbu].name);
		if (!input && !master_uses(r->b, m, iommu))
			return board_fail(err, EINVAL, "%s: tbu %s: %.150s is not behind %.150s", r->file, t->name,
					  t->masters[i], r->b->iommu[iommu].at.path);
		r->placed[index] |= 1 << input;
		*(input ? &m->input : &m->tbu) = number;
	}
	return 0;
}

static int add_input(struct reading *r, const struct tbu *t, const char *slots, struct board_error *err)
{
	struct board *b = r->b;
	const char *file = r->file;
	struct board_input *n;
	int ret;

	if (find_input(b, t->name) != BOARD_NONE)
		return board_fail(err, EINVAL, "%s: input %s: it is there twice", file, t->name);
	n = board_add_input(b);
	if (!n)
		return board_fail(err, ENOMEM, "%s: out of memory", file);
	n->name = board_name(b, t->name);
	n->slots = BOARD_NONE;
	ret = slots ? set_u32(file, t->iommu ? "input" : "slots", slots, 1, 1 << 16, &n->slots, err) : 0;
	return ret ? ret : place_masters(r, t, true, b->n_inputs - 1, err);
}

/* A new one, or one that the tree has. */
static int add_tbu(struct reading *r, const struct tbu *t, struct board_error *err)
{
	struct board *b = r->b;
	const char *file = r->file;
	u32 iommu = board_find_iommu(b, t->iommu), number = find_tbu(b, t->name);
	struct board_tbu *n;
	int ret;

	if (iommu == BOARD_NONE)
		return board_fail(err, EINVAL, "%s: tbu %s: there is no IOMMU '%.200s'", file, t->name, t->iommu);
	if (number != BOARD_NONE && (!b->tbu[number].node || b->tbu[number].iommu != iommu))
		return board_fail(err, EINVAL, "%s: tbu %s: it is there twice", file, t->name);
	n = number != BOARD_NONE ? &b->tbu[number] : board_add_tbu(b);
	if (!n)
		return board_fail(err, ENOMEM, "%s: out of memory", file);
	if (number == BOARD_NONE) {
		number = b->n_tbus - 1;
		n->name = board_name(b, t->name);
		n->iommu = iommu;
		n->slots = BOARD_NONE;
	}
	n->node = false; /* not a second time */
	ret = t->slots ? set_u32(file, "slots", t->slots, 1, 1 << 16, &n->slots, err) : 0;
	if (!ret)
		ret = place_masters(r, t, false, number, err);
	return ret || !t->input ? ret : add_input(r, t, t->input, err);
}

/* One entry of iommus or masters. */
static int set_named(struct board *b, const struct named *n, bool iommu, const char *file, struct board_error *err)
{
	u32 index = iommu ? board_find_iommu(b, n->path) : board_find_master(b, n->path);
	const char *const *keys = iommu ? iommu_keys : master_keys;
	int k, ret = 0;

	if (index == BOARD_NONE)
		return board_fail(err, EINVAL, "%s: there is no %s '%.200s'", file, iommu ? "IOMMU" : "device",
				  n->path);
	for (k = 0; k < 4 && !ret; k++) {
		if (!n->key[k])
			continue;
		ret = iommu ? set_iommu(&b->iommu[index], file, keys[k], n->key[k], err)
			    : set_master(&b->master[index], file, keys[k], n->key[k], err);
	}
	return ret;
}

static int set_pager(struct board *b, const char *where, const char *path, struct board_error *err)
{
	u32 index = board_find_master(b, path);

	if (index == BOARD_NONE)
		return board_fail(err, EINVAL, "%s: pager: there is no device '%.200s'", where, path);
	b->pager = index + 1;
	return 0;
}

int board_platform(struct board *b, const char *file, struct board_error *err)
{
	struct reading r = { b, file, fl_zalloc(b->n_masters + 1) };
	struct platform *p;
	void *data;
	u32 i;
	int ret = r.placed ? yaml_file_load(file, &file_value, &data, err)
			   : board_fail(err, ENOMEM, "%s: out of memory", file);

	if (ret) {
		free(r.placed);
		return ret;
	}
	p = data;
	for (i = 0; i < p->iommus_count && !ret; i++)
		ret = set_named(b, &p->iommus[i], true, file, err);
	for (i = 0; i < p->masters_count && !ret; i++) {
		u32 index = board_find_master(b, p->masters[i].path);

		ret = set_named(b, &p->masters[i], false, file, err);
		if (!ret && r.placed[index] & 4)
			ret = board_fail(err, EINVAL, "%s: masters has '%.200s' twice", file, p->masters[i].path);
		if (!ret)
			r.placed[index] |= 4;
	}
	for (i = 0; i < p->tbus_count && !ret; i++)
		ret = add_tbu(&r, &p->tbus[i], err);
	for (i = 0; i < p->inputs_count && !ret; i++)
		ret = add_input(&r, &p->inputs[i], p->inputs[i].slots, err);
	if (!ret && p->fault_p999_ns)
		ret = number(file, "fault_p999_ns", p->fault_p999_ns, 1, MOST_NS, &b->fault_p999_ns, err);
	if (!ret && p->pager)
		ret = set_pager(b, file, p->pager, err);
	if (!ret && p->workers)
		ret = set_u32(file, "workers", p->workers, 1, WORKERS_MAX, &b->workers, err);
	free(r.placed);
	fl_yaml_free(&file_value, data);
	return ret;
}

/* ---- what if ---- */

/* The first IOMMU that the master uses. */
static u32 iommu_of(const struct board *b, const struct board_master *m)
{
	if (m->pci && m->parent != BOARD_NONE)
		m = &b->master[m->parent];
	return m->n_streams ? m->stream[0].iommu : m->n_maps ? m->map[0].iommu : BOARD_NONE;
}

/* PATH=TBU; a TBU that does not exist yet is a new one of the master's IOMMU. What is moved has a path of its own there. */
static int move(struct board *b, const char *path, const char *name, struct board_error *err)
{
	u32 index = board_find_master(b, path), tbu = find_tbu(b, name);
	struct board_tbu *t;

	if (index == BOARD_NONE)
		return board_fail(err, EINVAL, "--move: there is no device '%.200s'", path);
	if (tbu == BOARD_NONE) {
		if (iommu_of(b, &b->master[index]) == BOARD_NONE)
			return board_fail(err, EINVAL, "--move: %.200s is behind no IOMMU", path);
		t = board_add_tbu(b);
		if (!t)
			return board_fail(err, ENOMEM, "--move: out of memory");
		t->name = board_name(b, name);
		t->iommu = iommu_of(b, &b->master[index]);
		t->slots = BOARD_NONE;
		tbu = b->n_tbus - 1;
	}
	if (!master_uses(b, &b->master[index], b->tbu[tbu].iommu))
		return board_fail(err, EINVAL, "--move: %.150s is not behind %.150s, of which %.60s is", path,
				  b->iommu[b->tbu[tbu].iommu].at.path, name);
	b->master[index].tbu = tbu;
	b->master[index].input = BOARD_NONE;
	return 0;
}

static int set(struct board *b, const char *path, const char *key, const char *value, struct board_error *err)
{
	u32 index;

	if (!path) {
		if (!strcmp(key, "pager"))
			return set_pager(b, "--set", value, err);
		if (!strcmp(key, "workers"))
			return set_u32("--set", key, value, 1, WORKERS_MAX, &b->workers, err);
		if (strcmp(key, "fault_p999_ns"))
			return board_fail(err, EINVAL, "--set: the board has no key '%.60s'", key);
		return number("--set", key, value, 1, MOST_NS, &b->fault_p999_ns, err);
	}
	index = board_find_iommu(b, path);
	if (index != BOARD_NONE)
		return set_iommu(&b->iommu[index], "--set", key, value, err);
	index = board_find_master(b, path);
	if (index != BOARD_NONE)
		return set_master(&b->master[index], "--set", key, value, err);
	index = find_tbu(b, path);
	if (index == BOARD_NONE && find_input(b, path) != BOARD_NONE && !strcmp(key, "slots"))
		return set_u32("--set", key, value, 1, 1 << 16, &b->input[find_input(b, path)].slots, err);
	if (index == BOARD_NONE || strcmp(key, "slots"))
		return board_fail(err, EINVAL, "--set: there is no '%.200s' with a key '%.60s'", path, key);
	return set_u32("--set", key, value, 1, 1 << 16, &b->tbu[index].slots, err);
}

static int change_master(struct board *b, const struct board_change *c, struct board_error *err)
{
	static const char *const options[] = { "--without", "--terminate", "--pri" };
	u32 index = board_find_master(b, c->what), i;
	struct board_master *m;

	if (index == BOARD_NONE)
		return board_fail(err, EINVAL, "%s: there is no device '%.200s'", options[c->kind], c->what);
	m = &b->master[index];
	m->can_stall = false;
	if (c->kind == BOARD_USE_PRI)
		m->ats = m->pri = true;
	for (i = 0; c->kind == BOARD_WITHOUT && i < b->n_masters; i++)
		if (i == index || b->master[i].parent == index)
			b->master[i].enabled = false;
	return 0;
}

int board_change(struct board *b, const struct board_change *c, struct board_error *err)
{
	char text[1024], *value, *key;

	if (c->kind <= BOARD_USE_PRI)
		return change_master(b, c, err);
	if (strlen(c->what) >= sizeof(text))
		return board_fail(err, EINVAL, "'%.60s...' is too long", c->what);
	strcpy(text, c->what);
	value = strrchr(text, '=');
	if (!value)
		return board_fail(err, EINVAL, "'%.200s' has no =", c->what);
	*value++ = 0;
	if (c->kind == BOARD_MOVE)
		return *value ? move(b, text, value, err)
			      : board_fail(err, EINVAL, "--move: '%.200s' names no TBU", c->what);
	key = strrchr(text, ':');
	if (key)
		*key++ = 0;
	return set(b, key ? text : NULL, key ? key : text, value, err);
}
