// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "verify_state.h"
#include "find.h"
#include "report_json.h"
#include "verify_priv.h"
#include <stdlib.h>

/* ---- registers ---- */

static void set_hex(json_t *o, u64 key, u64 value)
{
	char name[24];

	snprintf(name, sizeof(name), "0x%llx", key);
	report_json_hex(o, name, value);
}

static int take_register(struct verify_state *st, const struct verify_register *r, u64 offset, json_t *registers)
{
	struct verify_register *grown;

	if (!r->value)
		return 0;
	if (!(st->n_regs & (st->n_regs - 1))) {
		grown = realloc(st->reg, (st->n_regs ? 2 * st->n_regs : 1) * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		st->reg = grown;
	}
	st->reg[st->n_regs++] = *r;
	set_hex(registers, offset, r->value);
	return 0;
}

static int take_space(struct verify_scene *s, struct verify_state *st, const struct spec_space *space, u64 base,
		      int bank, json_t *registers)
{
	u32 i, n;
	int err = 0;

	for (i = 0; i < space->n_regs && !err; i++) {
		const struct reg_desc *d = &space->regs[i];

		for (n = 0; n < (d->count ? d->count : 1) && !d->base && !err; n++) {
			struct verify_register r = { .desc = d, .index = n, .bank = bank };
			u64 offset = base + d->offset + (u64)n * (d->stride ? d->stride : d->size);

			r.value = s->m.cls->mmio_read(s->m.hw, offset, d->size);
			err = take_register(st, &r, offset, registers);
		}
	}
	return err;
}

static int take_registers(struct verify_scene *s, struct verify_state *st, const struct iommu_kind *kind,
			  const struct verify_model *model, json_t *registers)
{
	u64 base = 0;
	u32 i, n;
	int err = 0;

	for (i = 0; i < kind->spec->n_spaces && !err; i++)
		for (n = 0; (model->space ? model->space(s, i, n, &base) : !n) && !err; n++)
			err = take_space(s, st, &kind->spec->spaces[i], base, i == 2 ? (int)n : -1, registers);
	return err;
}

/* ---- what the walk reads ---- */

/* A dump fails where it has no page; this memory reads as zero there. */
static void take_table(struct verify_scene *s, struct verify_state *st, const struct walk_access *a,
		       const struct spec_record *format)
{
	struct verify_table *t = &st->table[st->n_tables];
	u64 raw[8] = { 0 };
	u32 i, bytes = min((u32)a->len, (u32)sizeof(raw));

	*t = (struct verify_table){ .format = format, .level = a->level, .addr = a->addr, .words = (bytes + 7) / 8 };
	t->fails = physmem_read(&s->mem, a->addr, raw, bytes);
	if (!t->fails)
		physmem_write(&s->mem, a->addr, raw, bytes);
	for (i = 0; i < t->words; i++)
		t->word[i] = le64toh(raw[i]);
	st->n_tables++;
}

static int take_tables(struct verify_scene *s, struct verify_state *st, const struct verify_model *model,
		       const struct verify_plan *p)
{
	struct iommu_walk *w = calloc(1, sizeof(*w));
	u32 i, config = 0;

	if (!w)
		return -ENOMEM;
	if (!p->request && !p->act) {
		s->m.cls->walk(s->m.hw, &p->txn, w);
		s->m.cls->cancel(s->m.hw, w);
		s->m.cls->step(s->m.hw);
	}
	for (i = 0; i < w->n_accesses && st->n_tables < VERIFY_TABLES; i++) {
		const struct walk_access *a = &w->accesses[i];
		const struct spec_record *format = NULL;

		if (a->what == WALK_UPDATE)
			continue;
		if (a->what == WALK_CONFIG)
			format = model->table ? model->table(p, a->len, config++) : NULL;
		take_table(s, st, a, format);
	}
	free(w);
	return 0;
}

/* ---- memory ---- */

static int by_address(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

static int take_memory(struct verify_scene *s, struct verify_state *st)
{
	u32 i, n_holes = s->mem.n_holes;
	int err = 0;

	st->page = calloc(s->mem.used + 1, sizeof(*st->page));
	st->data = calloc(s->mem.used + 1, PHYSMEM_PAGE_SIZE);
	if (!st->page || !st->data)
		return -ENOMEM;
	for (i = 0; i < s->mem.slots; i++)
		if (s->mem.keys[i])
			st->page[st->pages++] = (s->mem.keys[i] - 1) << PHYSMEM_PAGE_SHIFT;
	qsort(st->page, st->pages, sizeof(*st->page), by_address);
	/* What stands where the bus answers with an error does not matter. */
	s->mem.n_holes = 0;
	for (i = 0; i < st->pages && !err; i++)
		err = physmem_read(&s->mem, st->page[i], st->data + (size_t)i * PHYSMEM_PAGE_SIZE, PHYSMEM_PAGE_SIZE);
	s->mem.n_holes = n_holes;
	return err;
}

static void set_holes(const struct verify_scene *s, json_t *dump)
{
	const struct physmem *m = &s->mem;

	report_json_put(dump,
			J_IF(m->n_holes, J_NODE("memory_error_ranges",
						J_LIST(i, m->n_holes,
						       json_pack("[o, o]", json_sprintf("0x%llx", m->holes[i].first),
								 json_sprintf("0x%llx", m->holes[i].last))))));
}

/* ---- all of it ---- */

int verify_state_take(struct verify_scene *s, const struct iommu_kind *kind, const struct verify_model *model,
		      const struct verify_plan *p, struct verify_state *st)
{
	json_t *registers = json_object();
	int err = take_registers(s, st, kind, model, registers);

	if (!err)
		err = take_tables(s, st, model, p);
	if (!err)
		err = take_memory(s, st);
	/* `translate` makes accesses, untranslated ones. */
	if (!p->request && !p->act && !(p->txn.flags & DMA_TRANSLATED)) {
		st->dump = json_object();
		if (model->identify)
			model->identify(s, st->dump);
		json_object_set(st->dump, "registers", registers);
		set_holes(s, st->dump);
	}
	json_decref(registers);
	return err;
}

void verify_expect_words(const struct verify_result *r, u32 n, json_t *fault)
{
	report_json_put(fault, J_NODE("words", J_LIST(i, n, json_sprintf("0x%llx", r->model[i]))),
			J_NODE("mask", J_LIST(i, n, json_sprintf("0x%llx", ~0ULL))));
}

void verify_state_conclude(struct verify_state *st, const struct verify_model *model, const struct verify_plan *p,
			   const struct verify_result *r)
{
	json_t *entry;

	if (!st->dump || !r->answered)
		return;
	entry = report_json_object(J_HEX("sid", p->txn.sid), J_HEX("iova", p->txn.iova),
				   J_IF(p->txn.flags & DMA_PASID, J_HEX("ssid", p->txn.pasid)),
				   J_TEXT("access", p->txn.flags & DMA_WRITE  ? "w"
						    : p->txn.flags & DMA_EXEC ? "x"
									      : "r"),
				   J_BOOL("priv", p->txn.flags & DMA_PRIV));
	model->expect(r, entry);
	json_object_set_new(st->dump, "translations", json_pack("[o]", entry));
}

void verify_state_free(struct verify_state *st)
{
	if (!st)
		return;
	json_decref(st->dump);
	free(st->reg);
	free(st->page);
	free(st->data);
	free(st);
}

/* ---- for people ---- */

static bool writable(const struct reg_desc *d)
{
	return ANY(i, d->n_fields, d->fields[i].access != REG_RO);
}

static void print_fields(const struct spec_record *f, const u64 *word, u32 words, FILE *out)
{
	for_each_of(field, f->fields, f->n_fields) {
		u64 v = field->word < words ? spec_bits(&field->field, word[field->word]) : 0;

		if (v)
			fprintf(out, " %s=0x%llx", field->field.name, v);
	}
}

static void print_table(const struct verify_table *t, FILE *out)
{
	u32 i;

	if (t->format)
		fprintf(out, "    %-6s at 0x%llx:", t->format->name, t->addr);
	else
		fprintf(out, "    level %d at 0x%llx:", t->level, t->addr);
	if (t->fails) {
		fputs(" bus error\n", out);
		return;
	}
	for (i = 0; i < t->words; i++)
		fprintf(out, " 0x%llx", t->word[i]);
	if (t->format) {
		fputs("\n          ", out);
		print_fields(t->format, t->word, t->words, out);
	}
	fputc('\n', out);
}

/* How many registers of an array follow each other with one value, from @i on. */
static u32 equal_ones(const struct verify_state *s, u32 i)
{
	u32 n = 1;

	while (i + n < s->n_regs && s->reg[i + n].desc == s->reg[i].desc && s->reg[i + n].bank == s->reg[i].bank &&
	       s->reg[i + n].value == s->reg[i].value && s->reg[i + n].index == s->reg[i].index + n)
		n++;
	return n;
}

static void print_register(const struct verify_register *r, u32 n, FILE *out)
{
	char bank[24] = "", index[32] = "", name[80];

	if (r->bank >= 0)
		snprintf(bank, sizeof(bank), "bank %d ", r->bank);
	if (n > 1)
		snprintf(index, sizeof(index), "[%u-%u]", r->index, r->index + n - 1);
	else if (r->desc->count > 1)
		snprintf(index, sizeof(index), "[%u]", r->index);
	snprintf(name, sizeof(name), "%s%s%s", bank, r->desc->name, index);
	fprintf(out, "    %-24s 0x%llx", name, r->value);
	for_each_of(e, r->desc->fields, r->desc->n_fields)
		if (spec_bits(e, r->value))
			fprintf(out, " %s=0x%llx", e->name, spec_bits(e, r->value));
	fputc('\n', out);
}

void verify_state_print(const struct verify_state *s, FILE *out)
{
	u32 i, n;

	for (i = 0; i < s->n_regs; i += n) {
		n = equal_ones(s, i);
		if (writable(s->reg[i].desc))
			print_register(&s->reg[i], n, out);
	}
	for (i = 0; i < s->n_tables; i++)
		print_table(&s->table[i], out);
}
