/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * An engine small enough to compute by hand: a page map given by the test, a
 * walk of `depth` table accesses, and faults that end as the test says.
 * Registers: 0x0 RESUME (id << 4 | how), 0x8 invalidate (a stream's, 0: everything), 0x10 SYNC,
 * 0x18 nothing.
 */
#ifndef FAKE_ENGINE_H
#define FAKE_ENGINE_H

#include "c_api.h"
#include <map>
#include <set>

struct FakeEngine {
    const iommu_ops *ops = nullptr;
    void *ctx = nullptr;
    std::map<u64, u64> pages;  // iova page -> pa page
    std::set<u64> readonly;    // iova pages without write permission
    std::map<u64, u64> cached; // the TLB
    iommu_walk *flying = nullptr;
    std::set<u64> stalled; // ids
    xlat fault = XLAT_STALL;
    u32 depth = 4;
    u32 room = 64;                 // stalls it can hold; beyond: XLAT_WAIT
    u64 record_address = 0x100000; // next record
    u64 fills = 0, lookups = 0, stale_fills = 0, steps = 0;

    bool allowed(const dma_txn &t) const {
        return pages.count(t.iova >> 12) && !((t.flags & DMA_WRITE) && readonly.count(t.iova >> 12));
    }
    void say(u8 kind, u8 unit, u64 id = 0, u64 addr = 0, const iommu_scope *scope = nullptr) const {
        iommu_event ev{};
        ev.kind = kind;
        ev.unit = unit;
        ev.id = id;
        ev.addr = addr;
        ev.scope = scope;
        ops->event(ctx, &ev);
    }
};

inline xlat fake_lookup(void *hw, const dma_txn *t, xlat_result *r) {
    auto *e = static_cast<FakeEngine *>(hw);
    auto found = e->cached.find(t->iova >> 12);

    e->lookups++;
    std::memset(r, 0, sizeof(*r));
    if (found == e->cached.end() || !e->allowed(*t))
        return XLAT_MISS;
    r->pa = found->second << 12 | (t->iova & 0xfff);
    r->perm = PERM_R | PERM_W;
    r->shift = 12;
    r->hit = true;
    return XLAT_OK;
}

inline xlat fake_walk(void *hw, const dma_txn *t, iommu_walk *w) {
    auto *e = static_cast<FakeEngine *>(hw);

    w->txn = *t;
    std::memset(&w->res, 0, sizeof(w->res));
    w->stale = false;
    w->n_accesses = u16(e->depth);
    for (u32 i = 0; i < e->depth; i++)
        w->accesses[i] = {0x200000 + i * 8, 8, WALK_S1, s8(i), false, false};
    if (e->allowed(*t)) {
        w->kind = XLAT_OK;
        w->res.pa = e->pages[t->iova >> 12] << 12 | (t->iova & 0xfff);
        w->res.perm = e->readonly.count(t->iova >> 12) ? PERM_R : PERM_R | PERM_W;
        w->res.shift = 12;
    } else {
        w->kind = u8(e->fault);
        w->res.fault = e->pages.count(t->iova >> 12) ? 0x13 : 0x10;
    }
    w->next = e->flying;
    w->pprev = &e->flying;
    if (e->flying)
        e->flying->pprev = &w->next;
    e->flying = w;
    return xlat(w->kind);
}

inline void fake_unlink(iommu_walk *w) {
    *w->pprev = w->next;
    if (w->next)
        w->next->pprev = w->pprev;
}

inline xlat fake_fill(void *hw, iommu_walk *w) {
    auto *e = static_cast<FakeEngine *>(hw);
    u8 record[32] = {0x10};

    fake_unlink(w);
    e->fills++;
    if (w->kind == XLAT_OK) {
        if (w->stale)
            e->stale_fills++;
        else
            e->cached[w->txn.iova >> 12] = w->res.pa >> 12;
        return XLAT_OK;
    }
    if (w->kind == XLAT_STALL) {
        if (e->stalled.size() == e->room)
            return XLAT_WAIT;
        e->stalled.insert(w->txn.id);
    }
    e->ops->mem_write(e->ctx, e->record_address, record, 32);
    e->say(IOMMU_EV_RECORD, UNIT_EVENTQ, w->txn.id, e->record_address);
    e->record_address += 32;
    e->ops->irq(e->ctx, 0, true);
    return xlat(w->kind);
}

inline void fake_cancel(void *, iommu_walk *w) {
    fake_unlink(w);
}

inline u64 fake_mmio_read(void *hw, u64, unsigned) {
    return static_cast<FakeEngine *>(hw)->stalled.size();
}

inline void fake_mmio_write(void *hw, u64 offset, u64 value, unsigned) {
    auto *e = static_cast<FakeEngine *>(hw);

    if (offset == 24)
        return;
    e->say(IOMMU_EV_COMMAND, UNIT_CMDQ);
    if (offset == 0 && e->stalled.erase(value >> 4)) {
        e->ops->txn_resume(e->ctx, value >> 4, iommu_resume(value & 15));
        e->ops->stall_free(e->ctx, 0);
    }
    if (offset == 8) {
        iommu_scope scope{};
        if (value) {
            scope.by = SCOPE_SID;
            scope.sid_first = scope.sid_last = u32(value);
        }
        e->cached.clear();
        for (iommu_walk *w = e->flying; w; w = w->next)
            w->stale = true;
        e->say(IOMMU_EV_INVALIDATE, UNIT_TLB, 0, 0, &scope);
    }
    if (offset == 16)
        e->say(IOMMU_EV_SYNC, UNIT_CMDQ);
}

inline void fake_step(void *hw) {
    static_cast<FakeEngine *>(hw)->steps++;
}

inline void fake_reset(void *hw) {
    auto *e = static_cast<FakeEngine *>(hw);
    std::set<u64> ended;

    ended.swap(e->stalled);
    e->cached.clear();
    for (u64 id : ended)
        e->ops->txn_resume(e->ctx, id, RESUME_ABORT);
    e->ops->stall_free(e->ctx, 0);
}

inline bool fake_concerns(void *, const iommu_scope *scope, u32 sid, u32) {
    return !(scope->by & SCOPE_SID) || (scope->sid_first <= sid && sid <= scope->sid_last);
}

inline const iommu_class *fake_class() {
    static const iommu_class c = [] {
        iommu_class f{};
        f.name = "fake";
        f.lookup = fake_lookup;
        f.walk = fake_walk;
        f.fill = fake_fill;
        f.cancel = fake_cancel;
        f.mmio_read = fake_mmio_read;
        f.mmio_write = fake_mmio_write;
        f.step = fake_step;
        f.reset = fake_reset;
        f.concerns = fake_concerns;
        return f;
    }();
    return &c;
}

#endif // FAKE_ENGINE_H
