/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Between a model and its engine: it sees each call and each callback, and holds the model to the contract. */
#ifndef CONTRACT_TAP_H
#define CONTRACT_TAP_H

#include "contract.h"
#include "iommu_model.h"
#include <check.h>
#include <map>

namespace faultline {

struct ContractTap {
    ct *c;
    const iommu_class *cls;
    void *engine;
    const iommu_ops *up;
    void *model;
    iommu_ops ops{};
    bool inside = false;
    const page_request *arriving = nullptr;
    std::map<std::pair<u32, u32>, int> groups; // last requests without a response
    std::map<iommu_walk *, ct_txn *> walks;    // the model gives a walk that ends well no token of its own

    ContractTap(ct *c_, const iommu_ops *up_, void *model_) : c(c_), cls(c_->e->cls), up(up_), model(model_) {
        ops = *up;
        ops.mem_read = [](void *t, u64 pa, void *b, u32 n) { return me(t).up->mem_read(me(t).model, pa, b, n); };
        ops.mem_write = [](void *t, u64 pa, const void *b, u32 n) {
            return me(t).up->mem_write(me(t).model, pa, b, n);
        };
        ops.mem_cas64 = [](void *t, u64 pa, u64 *o, u64 n) { return me(t).up->mem_cas64(me(t).model, pa, o, n); };
        ops.irq = [](void *t, u32 line, bool level) { me(t).up->irq(me(t).model, line, level); };
        ops.msi = [](void *t, u64 pa, u32 data) { return me(t).up->msi(me(t).model, pa, data); };
        ops.event = [](void *t, const iommu_event *ev) {
            me(t).c->ops.event(me(t).c, ev);
            if (me(t).up->event) // the model does not always listen
                me(t).up->event(me(t).model, ev);
        };
        ops.txn_resume = [](void *t, u64 id, iommu_resume how) {
            me(t).c->ops.txn_resume(me(t).c, id, how);
            me(t).up->txn_resume(me(t).model, id, how);
        };
        ops.stall_free = [](void *t, u32 tbu) {
            me(t).c->ops.stall_free(me(t).c, tbu);
            me(t).up->stall_free(me(t).model, tbu);
        };
        ops.ats_invalidate = [](void *t, const ats_inv *inv) {
            me(t).c->ops.ats_invalidate(me(t).c, inv);
            me(t).up->ats_invalidate(me(t).model, inv);
        };
        ops.page_response = [](void *t, const ::page_response *resp) {
            me(t).response(*resp);
            me(t).up->page_response(me(t).model, resp);
        };
    }
    static ContractTap &me(void *t) { return *static_cast<ContractTap *>(t); }

    void response(const ::page_response &r) {
        int &open = groups[{r.sid, r.prgi}];

        if (r.automatic && !(arriving && arriving->sid == r.sid && arriving->prgi == r.prgi))
            ct_fail(c, "an automatic response to a request that does not arrive");
        if (r.automatic && arriving && !arriving->last)
            return;
        if (open-- <= 0)
            ct_fail(c, "a response to group %u of %u, which waits for none", r.prgi, r.sid);
    }

    /* One call into the engine. */
    struct Call {
        ct *c;
        u8 before;
        ContractTap &t;

        Call(ContractTap &tap, engine_call which, ct_txn *about = nullptr) : c(tap.c), before(c->call), t(tap) {
            if (t.inside)
                ct_fail(c, "the model calls from within a callback");
            t.inside = true;
            c->call = u8(which);
            c->about = about ? u32(about - c->s.txn) + 1 : 0;
        }
        ~Call() {
            t.inside = false;
            c->call = before;
            c->about = 0;
        }
    };

    ct_txn *find(u64 id) {
        for (ct_txn &t : c->s.txn)
            if (t.where != CT_IDLE && t.where != CT_WALK && t.t.id == id)
                return &t;
        return nullptr;
    }
    ct_txn *put(const dma_txn &t, ct_where where) {
        for (ct_txn &i : c->s.txn)
            if (i.where == CT_IDLE) {
                i.t = t;
                i.where = u8(where);
                return &i;
            }
        ck_abort_msg("more than %d transactions", CT_TXNS);
    }
    /* A transaction as it is presented: not stalled, not waiting. */
    ct_txn *presented(const dma_txn &t) {
        ct_txn *x = find(t.id);

        if (x && x->where != CT_READY)
            ct_fail(c, "transaction %llu is presented while it is stalled or waits", t.id);
        return x ? x : put(t, CT_READY);
    }
    void outcome(ct_txn *t, xlat x) {
        t->where = x == XLAT_STALL ? CT_STALLED : x == XLAT_WAIT ? CT_WAITING : CT_IDLE;
        c->s.counts[x == XLAT_STALL  ? CT_N_STALLS
                    : x == XLAT_WAIT ? CT_N_WAITS
                    : x == XLAT_OK   ? CT_ENDED_OK
                                     : CT_ENDED_BADLY] += x != XLAT_MISS;
    }
    /* The slot of a walk that ends now. */
    ct_txn *ended(iommu_walk *w) {
        ct_txn *x = walks.at(w);

        walks.erase(w);
        x->where = CT_READY;
        return x;
    }

    static const iommu_class *tapped() {
        static const iommu_class k = make();

        return &k;
    }
    static void tap_begins(iommu_class &k) {
        k.lookup = [](void *p, const dma_txn *t, xlat_result *r) {
            ContractTap &tap = me(p);
            ct_txn *x = tap.presented(*t);
            Call call(tap, CALL_LOOKUP, x);
            xlat how = tap.cls->lookup(tap.engine, t, r);

            tap.outcome(x, how);
            return how;
        };
        k.walk = [](void *p, const dma_txn *t, iommu_walk *w) {
            ContractTap &tap = me(p);
            ct_txn *x = tap.put(*t, CT_READY);
            Call call(tap, CALL_WALK, x);
            xlat how = tap.cls->walk(tap.engine, t, w);
            iommu_walk &copy = tap.c->walk[x - tap.c->s.txn];

            copy.kind = w->kind;
            copy.res = w->res;
            std::memset(x->overtaken, 0, sizeof(x->overtaken));
            x->begun = tap.c->s.invs;
            x->dead = false;
            x->where = CT_WALK;
            tap.walks[w] = x;
            return how;
        };
        k.translate = [](void *p, const dma_txn *t, xlat_result *r) {
            ContractTap &tap = me(p);
            ct_txn *x = tap.presented(*t);
            Call call(tap, CALL_TRANSLATE, x);
            xlat how = tap.cls->translate(tap.engine, t, r);

            tap.owe();
            tap.outcome(x, how);
            return how;
        };
    }
    static void tap_ends(iommu_class &k) {
        k.fill = [](void *p, iommu_walk *w) {
            ContractTap &tap = me(p);
            ct_txn *x = tap.ended(w);
            Call call(tap, CALL_FILL, x);
            xlat decided = xlat(w->kind), how = tap.cls->fill(tap.engine, w);

            tap.c->owes_step = true;
            if (x->dead ? how != XLAT_ABORT : decided == XLAT_OK && how != XLAT_OK)
                ct_fail(tap.c, "%s ends with %d", x->dead ? "a walk from before a reset" : "a walk that was well", how);
            tap.outcome(x, how);
            return how;
        };
        k.cancel = [](void *p, iommu_walk *w) {
            ContractTap &tap = me(p);
            ct_txn *x = tap.ended(w);
            Call call(tap, CALL_CANCEL, x);

            tap.cls->cancel(tap.engine, w);
            tap.c->owes_step = true;
            x->where = CT_IDLE;
        };
        k.ats_inv_done = [](void *p, u32 sid, u8 itag, bool ok) {
            ContractTap &tap = me(p);
            Call call(tap, CALL_ATS_INV_DONE);

            bool seen = tap.cls->ats_inv_done(tap.engine, sid, itag, ok);
            if (seen)
                tap.completed(sid, itag);
            tap.c->owes_step = true;
            return seen;
        };
    }
    static void tap_rest(iommu_class &k) {
        k.mmio_read = [](void *p, u64 offset, unsigned size) {
            Call call(me(p), CALL_MMIO_READ);
            return me(p).cls->mmio_read(me(p).engine, offset, size);
        };
        k.mmio_write = [](void *p, u64 offset, u64 value, unsigned size) {
            Call call(me(p), CALL_MMIO_WRITE);
            me(p).cls->mmio_write(me(p).engine, offset, value, size);
        };
        k.page_request = [](void *p, const ::page_request *pr) {
            ContractTap &tap = me(p);
            Call call(tap, CALL_PAGE_REQUEST);

            tap.arriving = pr;
            tap.groups[{pr->sid, pr->prgi}] += pr->last;
            tap.c->s.invs++;
            tap.cls->page_request(tap.engine, pr);
            tap.arriving = nullptr;
        };
        k.step = [](void *p) {
            Call call(me(p), CALL_STEP);
            me(p).c->owes_step = false;
            me(p).cls->step(me(p).engine);
        };
        k.reset = [](void *p) {
            Call call(me(p), CALL_RESET);
            me(p).cls->reset(me(p).engine);
            me(p).after_reset();
        };
        k.concerns = [](void *p, const iommu_scope *s, u32 sid, u32 pasid) {
            return me(p).cls->concerns ? me(p).cls->concerns(me(p).engine, s, sid, pasid) : true;
        };
    }
    static iommu_class make() {
        iommu_class k{};

        k.name = "tap";
        tap_begins(k);
        tap_ends(k);
        tap_rest(k);
        return k;
    }
    void owe() { c->owes_step |= ct_count(c, CT_WALK) != 0; }
    void completed(u32 sid, u8 itag) {
        for (u32 i = 0; i < c->s.n_inv; i++)
            if (c->s.inv[i].itag == itag && c->s.inv[i].sid == sid) {
                c->s.inv[i] = c->s.inv[--c->s.n_inv];
                return;
            }
        ct_fail(c, "the completion of an invalidation that is not on its way");
    }
    void after_reset() {
        for (ct_txn &t : c->s.txn) {
            if (t.where == CT_STALLED || t.where == CT_WAITING)
                ct_fail(c, "transaction %llu is stalled or waits after a reset", t.t.id);
            if (t.where == CT_WALK)
                t.dead = true;
            else
                t.where = CT_IDLE;
        }
        groups.clear();
        c->owes_step = false;
    }
};

} // namespace faultline

#endif // CONTRACT_TAP_H
