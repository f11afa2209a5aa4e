// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What happens, as a trace.
 *
 * A guest tells its IOMMU of no mapping that it makes. So a page that a translation shows for the first time since it was
 * last invalidated is a map, and an invalidation that concerns such a page is an unmap; each stream has an address space of its
 * own. docs/qemu.md says what that means for a replay.
 */
#include "flq.h"

#include "qapi/error.h"
#include "qemu/error-report.h"
#include "qemu/timer.h"

/* As importers name a space that no log names (docs/trace-format.md). */
#define SPACE_OF(stream) (0x80000000U + (stream))
#define PAGE		 4096ULL
/* Records of the access that is under way. */
#define HELD		 8

G_STATIC_ASSERT((int)FL_PERM_READ == (int)FL_TRACE_READ && (int)FL_PERM_WRITE == (int)FL_TRACE_WRITE &&
		(int)FL_PERM_EXEC == (int)FL_TRACE_EXEC);

/* A page that is known: in stream.pages by its first address, with its shift in the low bits. */
struct page {
	uint64_t key, pa;
	uint8_t perm;
};

struct stream {
	uint32_t id;
	bool globals;	 /* as struct flq_space has it */
	uint64_t shifts; /* of pages that were ever known */
	GHashTable *pages;
};

struct flq_recorder {
	struct fl_trace_writer *writer;
	char *path;
	uint64_t time_ns;
	GHashTable *streams;
	struct fl_trace_record held[HELD];
	unsigned int n_held;
};

static void put(struct flq *q, const struct fl_trace_record *record)
{
	int err = q->recorder->writer ? fl_trace_append(q->recorder->writer, record) : 0;

	const char *why;

	if (!err)
		return;
	why = fl_trace_record_check(record);
	error_report("%s: %s: %s; the recording ends, and there is no file", q->cls->name, q->recorder->path,
		     why ? why : strerror(-err));
	fl_trace_discard(q->recorder->writer);
	q->recorder->writer = NULL;
}

static uint64_t now(struct flq_recorder *r)
{
	int64_t ns = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);

	if (ns > 0 && (uint64_t)ns > r->time_ns)
		r->time_ns = (uint64_t)ns;
	return r->time_ns;
}

/* ---- pages that are known ---- */

static void stream_free(gpointer stream)
{
	g_hash_table_destroy(((struct stream *)stream)->pages);
	g_free(stream);
}

static struct stream *stream_of(struct flq *q, uint32_t id)
{
	struct stream *s = g_hash_table_lookup(q->recorder->streams, GUINT_TO_POINTER(id));
	struct fl_trace_record record;

	if (s)
		return s;
	s = g_new0(struct stream, 1);
	s->id = id;
	s->pages = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
	g_hash_table_insert(q->recorder->streams, GUINT_TO_POINTER(id), s);
	fl_trace_record_init(&record, FL_TRACE_ATTACH, now(q->recorder));
	record.stream = id;
	record.domain = SPACE_OF(id);
	put(q, &record);
	return s;
}

static void learn(struct flq *q, struct stream *s, uint64_t addr, const struct fl_result *result)
{
	bool bypass = result->flags & FL_RESULT_BYPASS;
	uint8_t shift = bypass || result->shift > 47 ? 12 : result->shift;
	uint64_t mask = (1ULL << shift) - 1, key = (addr & ~mask) | shift;
	struct page *page = g_hash_table_lookup(s->pages, &key);
	struct fl_trace_record record;

	if (result->flags & FL_RESULT_GLOBAL)
		s->globals = true;
	if (page && page->pa == (result->addr & ~mask) && page->perm == result->perm)
		return;
	page = g_new(struct page, 1);
	*page = (struct page){ .key = key, .pa = result->addr & ~mask, .perm = result->perm };
	s->shifts |= 1ULL << shift;
	g_hash_table_replace(s->pages, &page->key, page);
	fl_trace_record_init(&record, FL_TRACE_MAP, now(q->recorder));
	record.domain = SPACE_OF(s->id);
	record.iova = addr & ~mask;
	record.size = mask + 1;
	record.pa = page->pa;
	record.perm = page->perm;
	put(q, &record);
}

/* Pages in order of a hash would make each recording of one run another. */
static int by_address(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void unmap(struct flq *q, const struct stream *s, uint64_t iova, uint64_t size)
{
	struct fl_trace_record record;

	fl_trace_record_init(&record, FL_TRACE_UNMAP, now(q->recorder));
	record.domain = SPACE_OF(s->id);
	record.iova = iova;
	record.size = size;
	put(q, &record);
}

/* A few pages in the range: by address. Whether there was one. */
static bool drop_each(struct flq *q, struct stream *s, uint64_t first, uint64_t last)
{
	bool any = false;
	uint8_t shift;

	for (shift = 12; shift < 48; shift++) {
		uint64_t mask = (1ULL << shift) - 1, at, end = last & ~mask;

		if (!(s->shifts >> shift & 1))
			continue;
		for (at = first & ~mask;; at += mask + 1) {
			uint64_t key = at | shift;

			if (g_hash_table_remove(s->pages, &key)) {
				unmap(q, s, at, mask + 1);
				any = true;
			}
			if (at == end)
				break;
		}
	}
	return any;
}

/* Many: each page that is known is looked at. */
static bool drop_many(struct flq *q, struct stream *s, uint64_t first, uint64_t last)
{
	GArray *keys = g_array_new(false, false, sizeof(uint64_t));
	GHashTableIter iter;
	struct page *page;
	bool any;
	unsigned int i;

	g_hash_table_iter_init(&iter, s->pages);
	while (g_hash_table_iter_next(&iter, NULL, (gpointer *)&page)) {
		uint64_t base = page->key & ~(PAGE - 1), end = base + ((1ULL << (page->key & (PAGE - 1))) - 1);

		if (base <= last && end >= first)
			g_array_append_val(keys, page->key);
	}
	g_array_sort(keys, by_address);
	for (i = 0; i < keys->len; i++) {
		uint64_t key = g_array_index(keys, uint64_t, i);

		unmap(q, s, key & ~(PAGE - 1), 1ULL << (key & (PAGE - 1)));
		g_hash_table_remove(s->pages, &key);
	}
	any = keys->len > 0;
	g_array_free(keys, true);
	return any;
}

static bool drop_all(struct flq *q, struct stream *s)
{
	struct fl_trace_record record;

	if (!g_hash_table_size(s->pages))
		return false;
	g_hash_table_remove_all(s->pages);
	fl_trace_record_init(&record, FL_TRACE_UNMAP, now(q->recorder));
	record.domain = SPACE_OF(s->id);
	record.flags = FL_TRACE_WHOLE;
	put(q, &record);
	return true;
}

/* ---- invalidations ---- */

static void invalidated(struct flq *q, struct stream *s, const struct fl_scope *scope)
{
	bool whole = !(scope->by & FL_SCOPE_ADDR) || !(scope->stages & 1 || q->one_stage);
	uint64_t pages = whole ? 0 : scope->last / PAGE - scope->first / PAGE + 1;
	struct fl_trace_record record;
	bool any;

	if (whole)
		any = drop_all(q, s);
	else if (pages <= g_hash_table_size(s->pages))
		any = drop_each(q, s, scope->first, scope->last);
	else
		any = drop_many(q, s, scope->first, scope->last);
	if (any || whole)
		return;
	fl_trace_record_init(&record, FL_TRACE_INVALIDATE, now(q->recorder));
	record.domain = SPACE_OF(s->id);
	record.iova = scope->first & ~(PAGE - 1);
	record.size = pages * PAGE;
	if (pages < 1ULL << 36)
		put(q, &record);
}

static int by_id(const void *a, const void *b)
{
	const struct stream *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

static void forget(struct flq *q, const struct fl_scope *scope)
{
	GList *streams = g_list_sort(g_hash_table_get_values(q->recorder->streams), by_id), *at;

	for (at = streams; at; at = at->next) {
		struct stream *s = at->data;

		if (flq_concerns(q, scope, s->id, s->globals))
			invalidated(q, s, scope);
	}
	g_list_free(streams);
}

/* ---- what the layer tells ---- */

void flq_record_access(struct flq *q, const struct fl_access *access, enum fl_outcome outcome,
		       const struct fl_result *result)
{
	struct flq_recorder *r = q->recorder;
	struct stream *s = stream_of(q, access->stream);
	struct fl_trace_record record;
	unsigned int i;

	if (outcome == FL_OK)
		learn(q, s, access->addr, result);
	fl_trace_record_init(&record, FL_TRACE_ACCESS, now(r));
	record.stream = access->stream;
	record.domain = SPACE_OF(access->stream);
	record.iova = access->addr;
	record.size = MIN(q->record_length, PAGE - (access->addr & (PAGE - 1)));
	record.flags = access->flags & FL_WRITE ? FL_TRACE_WRITE : FL_TRACE_READ;
	if (outcome == FL_OK) {
		record.outcome = FL_TRACE_OUT_OK;
		record.pa = result->addr;
		record.perm = result->perm;
	} else if (result->fault) {
		record.outcome = FL_TRACE_OUT_FAULT;
		record.model = q->cls->model;
		record.code = result->fault;
	}
	put(q, &record);
	for (i = 0; i < r->n_held; i++) {
		r->held[i].time_ns = record.time_ns;
		put(q, &r->held[i]);
	}
	r->n_held = 0;
}

void flq_record_event(struct flq *q, const struct fl_event *event)
{
	const uint64_t *words = event->kind == FL_EVENT_COMMAND ? event->words : q->entry;
	struct flq_recorder *r = q->recorder;
	struct fl_trace_record record;

	if (event->kind == FL_EVENT_CHANGED ||
	    (event->kind == FL_EVENT_INVALIDATION && event->unit != FL_UNIT_WALK_CACHE &&
	     event->unit != FL_UNIT_WALK_CACHE_S2)) {
		forget(q, event->scope);
		return;
	}
	if (event->kind == FL_EVENT_RECORD && event->addr != q->entry_at)
		words = NULL;
	if ((event->kind != FL_EVENT_RECORD && event->kind != FL_EVENT_COMMAND &&
	     event->kind != FL_EVENT_RECORD_LOST) ||
	    !q->cls->record)
		return;
	fl_trace_record_init(&record, FL_TRACE_MARK, now(r));
	if (!q->cls->record(q, event, words, &record))
		return;
	if (q->translating && r->n_held < HELD)
		r->held[r->n_held++] = record;
	else
		put(q, &record);
}

/* ---- the file ---- */

bool flq_record_open(struct flq *q, Error **errp)
{
	struct flq_recorder *r = g_new0(struct flq_recorder, 1);
	g_autofree char *length = g_strdup_printf("%" PRIu32, q->record_length);
	struct fl_error why = { "out of memory" };
	int err = fl_trace_create(q->record_path, &r->writer, &why);

	if (!err && !q->record_length) {
		err = -EINVAL;
		strcpy(why.text, "record-length: 0 is no length");
		fl_trace_discard(r->writer);
	}
	if (!err)
		err = fl_trace_add_meta(r->writer, "source", q->cls->name) ||
		      fl_trace_add_meta(r->writer, "format", "qemu") ||
		      fl_trace_add_meta(r->writer, "assumed_access_bytes", length);
	if (err) {
		error_setg(errp, "%s: %s", q->cls->name, why.text);
		g_free(r);
		return false;
	}
	r->path = g_strdup(q->record_path);
	r->streams = g_hash_table_new_full(NULL, NULL, NULL, stream_free);
	q->recorder = r;
	return true;
}

void flq_record_close(struct flq *q)
{
	struct flq_recorder *r = q->recorder;
	struct fl_error why;

	if (!r)
		return;
	q->recorder = NULL;
	if (r->writer && fl_trace_commit(r->writer, &why))
		error_report("%s: %s", q->cls->name, why.text);
	g_hash_table_destroy(r->streams);
	g_free(r->path);
	g_free(r);
}
