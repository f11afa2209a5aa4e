// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What is told at the end of calls to an IOMMU: messages of PCIe functions are carried, watched registers looked at. */
#include "face_priv.h"

struct fl_watch {
	struct fl_watch *next;
	struct fl_iommu *iommu;
	struct fl_register reg;
	const u64 *value;
	u64 before;
	u32 what;
	bool gone; /* ended while watches were told: free after that */
	fl_register_watcher *call;
	void *ctx;
};

static bool touches(const struct fl_watch *w, const struct fl_register_event *e)
{
	u64 at = w->iommu->place ? w->iommu->place(e->offset) : e->offset;

	return (e->bytes == 4 || e->bytes == 8) && !(at & (e->bytes - 1)) && at < w->reg.offset + w->reg.bytes &&
	       w->reg.offset < at + e->bytes;
}

/* False: nobody had to be told. */
static bool tell(struct fl_iommu *i, const struct fl_register_event *access)
{
	struct fl_watch *w;
	bool any = false;

	for (w = i->watches; w; w = w->next) {
		struct fl_register_event e = { .reg = &w->reg, .before = w->before, .now = *w->value };

		w->before = e.now;
		if (w->gone)
			continue;
		if ((w->what & access->how) && touches(w, access)) {
			e.how = access->how;
			e.bytes = access->bytes;
			e.offset = access->offset;
			e.value = access->value;
		}
		if ((w->what & FL_WATCH_CHANGE) && e.before != e.now)
			e.how |= FL_WATCH_CHANGE;
		if (!e.how)
			continue;
		any = true;
		w->call(w->ctx, &e);
	}
	return any;
}

static void forget_gone(struct fl_iommu *i)
{
	struct fl_watch **at = &i->watches;

	while (*at) {
		struct fl_watch *w = *at;

		if (!w->gone) {
			at = &w->next;
			continue;
		}
		*at = w->next;
		fl_free(w);
	}
	i->busy = i->watches || i->port;
}

static void tell_all(struct fl_iommu *i, struct fl_register_event access)
{
	if (i->telling || !i->watches)
		return;
	i->telling = true;
	while (tell(i, &access))
		access.how = 0;
	i->telling = false;
	forget_gone(i);
}

void face_look(struct fl_iommu *i, u32 how, u64 offset, unsigned int bytes, u64 value)
{
	struct fl_register_event access = { .how = how, .bytes = bytes, .offset = offset, .value = value };

	tell_all(i, access);
	if (!i->port)
		return;
	i->port->carry(i);
	access.how = 0;
	tell_all(i, access);
}

static int watch(struct fl_iommu *i, const struct fl_register *reg, const u64 *value, u32 what,
		 fl_register_watcher *call, void *ctx, struct fl_watch **out)
{
	struct fl_watch *w;

	if (!value)
		return -ENOENT;
	if (!what || what & ~(u32)(FL_WATCH_READ | FL_WATCH_WRITE | FL_WATCH_CHANGE) || !call)
		return -EINVAL;
	w = fl_zalloc(sizeof(*w));
	if (!w)
		return -ENOMEM;
	*w = (struct fl_watch){ i->watches, i, *reg, value, *value, what, false, call, ctx };
	i->watches = w;
	i->busy = true;
	*out = w;
	return 0;
}

int fl_iommu_watch(struct fl_iommu *i, const char *name, uint32_t what, fl_register_watcher *call, void *ctx,
		   struct fl_watch **out)
{
	struct fl_register r;
	const u64 *value = face_register(i, 0, name, &r);

	return watch(i, &r, value, what, call, ctx, out);
}

int fl_iommu_watch_offset(struct fl_iommu *i, uint64_t offset, uint32_t what, fl_register_watcher *call, void *ctx,
			  struct fl_watch **out)
{
	struct fl_register r;
	const u64 *value = face_register_of(i, offset, &r);

	return watch(i, &r, value, what, call, ctx, out);
}

void fl_iommu_unwatch(struct fl_watch *w)
{
	if (!w)
		return;
	w->gone = true;
	if (!w->iommu->telling)
		forget_gone(w->iommu);
}
