/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The same software and the same accounts around the SystemC models: masters
 * that go through b_transport and nb_transport at random times, an endpoint
 * with ATS and PRI, software at the register socket with random delays, resets.
 * Every payload comes back exactly once, and in the end all is at rest.
 *
 * A tap between model and engine sees each call and each callback, and holds
 * the model to the contract.
 */
#include "contract.h"
#include "iommu_model.h"
#include "pcie_endpoint.h"
#include "suite.h"
#include <map>
#include <tlm_utils/simple_target_socket.h>

using namespace faultline;
using sc_core::sc_time;

extern "C" __attribute__((used)) const char *__lsan_default_options() {
    return "print_suppressions=0";
}
extern "C" __attribute__((used)) const char *__lsan_default_suppressions() {
    return "leak:emalloc\nleak:erealloc\nleak:srunner";
}

namespace {

constexpr u32 kAccesses = 250; // of each process of each master

/* Between the model and the engine. */
struct Tap {
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

    Tap(ct *c_, const iommu_ops *up_, void *model_) : c(c_), cls(c_->e->cls), up(up_), model(model_) {
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
    static Tap &me(void *t) { return *static_cast<Tap *>(t); }

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
        Tap &t;

        Call(Tap &tap, engine_call which, ct_txn *about = nullptr) : c(tap.c), before(c->call), t(tap) {
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
            Tap &tap = me(p);
            ct_txn *x = tap.presented(*t);
            Call call(tap, CALL_LOOKUP, x);
            xlat how = tap.cls->lookup(tap.engine, t, r);

            tap.outcome(x, how);
            return how;
        };
        k.walk = [](void *p, const dma_txn *t, iommu_walk *w) {
            Tap &tap = me(p);
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
            Tap &tap = me(p);
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
            Tap &tap = me(p);
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
            Tap &tap = me(p);
            ct_txn *x = tap.ended(w);
            Call call(tap, CALL_CANCEL, x);

            tap.cls->cancel(tap.engine, w);
            tap.c->owes_step = true;
            x->where = CT_IDLE;
        };
        k.ats_inv_done = [](void *p, u32 sid, u8 itag, bool ok) {
            Tap &tap = me(p);
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
            Tap &tap = me(p);
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

struct Memory : sc_core::sc_module {
    tlm_utils::simple_target_socket<Memory> tables, data;
    ct *c;

    Memory(sc_core::sc_module_name name, ct *c_) : sc_module(name), tables("tables"), data("data"), c(c_) {
        tables.register_b_transport(this, &Memory::table_access);
        tables.register_transport_dbg(this, &Memory::debug);
        tables.register_get_direct_mem_ptr(this, &Memory::direct);
        data.register_b_transport(this, &Memory::data_access);
    }
    unsigned debug(tlm::tlm_generic_payload &gp) {
        u64 at = gp.get_address(), n = gp.get_data_length();

        if (at >= CT_MEM_BYTES || n > CT_MEM_BYTES - at)
            return 0;
        if (gp.is_write())
            std::memcpy(c->s.mem + at, gp.get_data_ptr(), n);
        else
            std::memcpy(gp.get_data_ptr(), c->s.mem + at, n);
        return unsigned(n);
    }
    void table_access(tlm::tlm_generic_payload &gp, sc_time &delay) {
        bool ok = debug(gp) != 0;

        delay += sc_time(80, sc_core::SC_NS);
        gp.set_response_status(ok ? tlm::TLM_OK_RESPONSE : tlm::TLM_ADDRESS_ERROR_RESPONSE);
    }
    bool direct(tlm::tlm_generic_payload &, tlm::tlm_dmi &dmi) {
        dmi.init();
        dmi.set_dmi_ptr(c->s.mem);
        dmi.set_start_address(0);
        dmi.set_end_address(CT_MEM_BYTES - 1);
        dmi.allow_read_write();
        return true;
    }
    /* What a device reads and writes is nowhere: the tables must not be hit by a stream that bypasses. */
    void data_access(tlm::tlm_generic_payload &gp, sc_time &delay) {
        delay += sc_time(40, sc_core::SC_NS);
        gp.set_response_status(tlm::TLM_OK_RESPONSE);
    }
};

struct Payload : tlm::tlm_generic_payload, tlm::tlm_mm_interface {
    u8 bytes[64] = {0};
    DmaExtension ext;
    u32 back = 0;

    Payload() {
        set_mm(this);
        set_extension(&ext);
        acquire();
    }
    ~Payload() override { clear_extension(&ext); }
    void free(tlm::tlm_generic_payload *) override {}
};

/* One process that blocks and one that does not, on the same socket. */
struct Traffic : sc_core::sc_module, tlm::tlm_bw_transport_if<> {
    tlm::tlm_initiator_socket<> socket;
    ct *c;
    std::vector<u32> streams;
    std::vector<std::unique_ptr<Payload>> sent;
    std::vector<Payload *> mine; // of the process that does not block
    Payload *requesting = nullptr;
    u32 over = 0, ended = 0;
    sc_core::sc_event moved;

    Traffic(sc_core::sc_module_name name, ct *c_, std::vector<u32> s)
        : sc_module(name), socket("socket"), c(c_), streams(std::move(s)) {
        SC_HAS_PROCESS(Traffic);
        SC_THREAD(blocking);
        SC_THREAD(nonblocking);
        socket.bind(*this);
    }
    bool done() const { return ended == 2; }
    Payload &next() {
        auto &p = *sent.emplace_back(new Payload).get();
        u64 page = ct_rand(c, CT_PAGES), at = ct_rand(c, 4096);
        u32 n = 1 + ct_rand(c, 64);

        if (page == CT_PAGES - 1 && at + n > 4096)
            n = u32(4096 - at);
        p.set_command(ct_rand(c, 2) ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
        p.set_address(page << 12 | at);
        p.set_data_ptr(p.bytes);
        p.set_data_length(n);
        p.set_streaming_width(n);
        p.set_byte_enable_ptr(nullptr);
        p.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
        p.ext.stream_id = streams[ct_rand(c, u32(streams.size()))];
        return p;
    }
    void returned(Payload &p) {
        if (p.back++)
            ct_fail(c, "a payload comes back twice");
        if (p.get_response_status() == tlm::TLM_INCOMPLETE_RESPONSE)
            ct_fail(c, "a payload comes back without a response");
        over++;
        moved.notify(sc_core::SC_ZERO_TIME);
    }
    void pause() { wait(sc_time(1 + ct_rand(c, 800), sc_core::SC_NS)); }
    void blocking() {
        wait(sc_time(20, sc_core::SC_US));
        for (u32 i = 0; i < kAccesses; i++) {
            Payload &p = next();
            sc_time delay(ct_rand(c, 300), sc_core::SC_NS);

            socket->b_transport(p, delay);
            returned(p);
            wait(delay);
            if (ct_rand(c, 2))
                pause();
        }
        ended++;
    }
    void nonblocking() {
        wait(sc_time(20, sc_core::SC_US));
        for (u32 i = 0; i < kAccesses; i++) {
            while (open() >= 5)
                wait(moved);
            begin(next());
            while (requesting)
                wait(moved);
            if (ct_rand(c, 2))
                pause();
        }
        while (open())
            wait(moved);
        ended++;
    }
    u32 open() const {
        u32 n = 0;

        for (const Payload *p : mine)
            n += !p->back;
        return n;
    }
    void begin(Payload &p) {
        tlm::tlm_phase phase = tlm::BEGIN_REQ;
        sc_time delay(ct_rand(c, 100), sc_core::SC_NS);

        mine.push_back(&p);
        requesting = &p;
        switch (socket->nb_transport_fw(p, phase, delay)) {
        case tlm::TLM_COMPLETED:
            requesting = nullptr;
            returned(p);
            break;
        case tlm::TLM_UPDATED:
            requesting = nullptr;
            if (phase == tlm::BEGIN_RESP) {
                phase = tlm::END_RESP;
                socket->nb_transport_fw(p, phase, delay);
                returned(p);
            }
            break;
        default:
            break;
        }
    }
    tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload &gp, tlm::tlm_phase &phase, sc_time &) override {
        if (&gp == requesting) {
            requesting = nullptr;
            moved.notify(sc_core::SC_ZERO_TIME);
        }
        if (phase == tlm::END_REQ)
            return tlm::TLM_ACCEPTED;
        returned(static_cast<Payload &>(gp));
        phase = tlm::END_RESP;
        return tlm::TLM_COMPLETED;
    }
    void invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) override {}
};

struct Bench : sc_core::sc_module, tlm::tlm_bw_transport_if<> {
    ct *c;
    fl_config config;
    Scheduler scheduler;
    IommuModel iommu;
    Memory memory;
    Tap tap;
    tlm::tlm_initiator_socket<> mmio;
    Traffic one, two;
    std::unique_ptr<PcieEndpoint> device;
    std::vector<u8> engine;
    bool quiet = false;

    static fl_config prices() {
        fl_config f;

        fl_config_init(&f);
        f.tbu.count = 2;
        f.tbu.slots = 4;
        return f;
    }
    Bench(sc_core::sc_module_name name, const ct_engine *e, u64 seed)
        : sc_module(name), c(ct_new_software(e, seed)), config(prices()), scheduler("scheduler"),
          iommu("iommu", scheduler, config), memory("memory", c), tap(c, iommu.ops(), iommu.ops_context()),
          mmio("mmio"), one("one", c, {0, 1, 0, 1, 2, 4, 5}), two("two", c,
                                                                  e == &ct_vtd      ? std::vector<u32>{2, 3}
                                                                  : e == &ct_smmuv3 ? std::vector<u32>{3}
                                                                                    : std::vector<u32>{2, 3}),
          engine(e->hw_bytes) {
        SC_HAS_PROCESS(Bench);
        SC_THREAD(software);
        tap.engine = engine.data();
        ck_assert_int_eq(e->init(tap.engine, &tap.ops, &tap, seed), 0);
        iommu.set_engine(Tap::tapped(), &tap);
        iommu.down.bind(memory.data);
        iommu.walk.bind(memory.tables);
        mmio.bind(*this);
        mmio.bind(iommu.mmio);
        one.socket.bind(iommu.tbu(0));
        if (e == &ct_smmuv2) {
            two.socket.bind(iommu.tbu(1));
        } else {
            device.reset(
                new PcieEndpoint("device", scheduler, iommu.ats(), config, {two.streams.begin(), two.streams.end()}));
            device->up.bind(iommu.tbu(1));
            two.socket.bind(device->dma);
        }
        c->hw = this;
        c->s.gentle = true;
        c->cls.mmio_read = [](void *b, u64 offset, unsigned n) {
            return static_cast<Bench *>(b)->access(offset, 0, n, false);
        };
        c->cls.mmio_write = [](void *b, u64 offset, u64 value, unsigned n) {
            static_cast<Bench *>(b)->access(offset, value, n, true);
        };
        c->cls.reset = [](void *b) { static_cast<Bench *>(b)->iommu.reset(); };
    }
    u64 access(u64 offset, u64 value, unsigned n, bool write) {
        tlm::tlm_generic_payload gp;
        u8 word[8];
        sc_time delay;

        fl_put_le64(word, value);
        gp.set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
        gp.set_address(offset);
        gp.set_data_ptr(word);
        gp.set_data_length(n);
        gp.set_streaming_width(n);
        gp.set_byte_enable_ptr(nullptr);
        mmio->b_transport(gp, delay);
        if (ct_rand(c, 4) == 0)
            wait(delay + sc_time(ct_rand(c, 50), sc_core::SC_NS));
        return n == 8 ? fl_get_le64(word) : fl_get_le64(word) & 0xffffffff;
    }
    /* Without software, what needs none goes on: an invalidation that nobody carries to its endpoint is seen here. */
    void silence() {
        wait(sc_time(20, sc_core::SC_US));
        if (c->s.n_inv)
            ct_fail(c, "%u ATS invalidations wait for software to do something", c->s.n_inv);
        if (c->owes_step)
            ct_fail(c, "the model owes a step");
        if (!ct_count(c, CT_WALK) && !ct_count(c, CT_STALLED) && c->e->held(c) == CT_OPEN)
            ct_fail(c, "commands wait for nothing");
    }
    void act() {
        u32 sid = ct_rand(c, c->e->n_sids);
        u64 iova = u64(ct_rand(c, CT_PAGES)) << 12;
        static const u8 perms[] = {0, PERM_R, PERM_R | PERM_W, PERM_R | PERM_W};

        c->s.step++;
        switch (ct_rand(c, 16)) {
        case 0 ... 2:
            c->e->command(c);
            if (ct_rand(c, 3) == 0)
                silence();
            break;
        case 3 ... 9:
            c->e->service(c, 1 + ct_rand(c, 4), ct_rand(c, 3));
            break;
        case 10 ... 11:
            ct_map(c, sid, iova, perms[ct_rand(c, 4)]);
            c->e->invalidate(c, sid, iova);
            break;
        case 12 ... 13:
            c->e->poke(c);
            break;
        case 14:
            c->e->sane(c);
            break;
        default:
            if (ct_rand(c, 40) == 0) {
                ct_reset(c);
                ct_bring_up(c);
            }
        }
    }
    bool at_rest() {
        for (const auto &g : tap.groups)
            if (g.second)
                return false;
        return ct_count(c, CT_IDLE) == CT_TXNS && !c->s.n_inv && c->e->held(c) == CT_NONE_OPEN && !c->owes_step;
    }
    void software() {
        ct_bring_up(c);
        while (!c->why[0] && !(one.done() && two.done()) && sc_core::sc_time_stamp() < sc_time(100, sc_core::SC_MS)) {
            wait(sc_time(1 + ct_rand(c, 3000), sc_core::SC_NS));
            act();
        }
        for (u32 i = 0; i < 400 && !c->why[0] && !quiet; i++) {
            c->e->sane(c);
            c->e->service(c, 64, 2);
            wait(sc_time(5, sc_core::SC_US));
            quiet = at_rest();
        }
        sc_core::sc_stop();
    }
    tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload &, tlm::tlm_phase &, sc_time &) override {
        return tlm::TLM_ACCEPTED;
    }
    void invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) override {}
};

void run(const ct_engine *e, int seed) {
    Bench b("bench", e, u64(seed));

    sc_core::sc_report_handler::set_actions("/OSCI/SystemC", sc_core::SC_DO_NOTHING);
    sc_core::sc_start();
    ck_assert_msg(!b.c->why[0], "%s, seed %d: %s", e->cls->name, seed, b.c->why);
    ck_assert_msg(b.one.over == 2 * kAccesses && b.two.over == 2 * kAccesses,
                  "%s, seed %d: a hang: %u and %u of %u payloads came back; %u stalled, %u waiting, %u groups",
                  e->cls->name, seed, b.one.over, b.two.over, 2 * kAccesses, ct_count(b.c, CT_STALLED),
                  ct_count(b.c, CT_WAITING), u32(b.tap.groups.size()));
    ck_assert_msg(b.quiet, "%s, seed %d: not at rest: %u ready, %u walks, %u stalled, %u waiting, %u invalidations, %d",
                  e->cls->name, seed, ct_count(b.c, CT_READY), ct_count(b.c, CT_WALK), ct_count(b.c, CT_STALLED),
                  ct_count(b.c, CT_WAITING), b.c->s.n_inv, b.c->e->held(b.c));
}

} // namespace

START_TEST(random_smmuv3) {
    run(&ct_smmuv3, _i);
}
END_TEST

START_TEST(random_vtd) {
    run(&ct_vtd, _i);
}
END_TEST

START_TEST(random_smmuv2) {
    run(&ct_smmuv2, _i);
}
END_TEST

int main(int argc, char **argv) {
    const int seeds = argc > 1 ? atoi(argv[1]) : 40;
    const suite_loop loops[] = {{random_smmuv3, seeds}, {random_vtd, seeds}, {random_smmuv2, seeds}};

    return suite_run_loops("contract_models", nullptr, nullptr, nullptr, 0, loops, 3);
}
