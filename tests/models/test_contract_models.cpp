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
#include "contract_tap.h"
#include "pcie_endpoint.h"
#include "suite.h"
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
        set_access(p, ct_rand(c, 2) ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND, page << 12 | at, p.bytes, n);
        p.set_byte_enable_ptr(nullptr);
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
    ContractTap tap;
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
          iommu("iommu", scheduler, config, true), memory("memory", c), tap(c, iommu.ops(), iommu.ops_context()),
          mmio("mmio"), one("one", c, {0, 1, 0, 1, 2, 4, 5}), two("two", c,
                                                                  e == &ct_vtd      ? std::vector<u32>{2, 3}
                                                                  : e == &ct_smmuv3 ? std::vector<u32>{3}
                                                                                    : std::vector<u32>{2, 3}),
          engine(e->hw_bytes) {
        SC_HAS_PROCESS(Bench);
        SC_THREAD(software);
        tap.engine = engine.data();
        ck_assert_int_eq(e->init(tap.engine, &tap.ops, &tap, seed), 0);
        iommu.set_engine(ContractTap::tapped(), &tap);
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
        set_access(gp, write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND, offset, word, n);
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

/* From SEEDS in the environment. */
static int seeds() {
    const char *n = getenv("SEEDS");

    return n ? atoi(n) : 40;
}

TEST_TIMES(random_smmuv3, seeds()) {
    run(&ct_smmuv3, _i);
}

TEST_TIMES(random_vtd, seeds()) {
    run(&ct_vtd, _i);
}

TEST_TIMES(random_smmuv2, seeds()) {
    run(&ct_smmuv2, _i);
}

SUITE("contract_models")
