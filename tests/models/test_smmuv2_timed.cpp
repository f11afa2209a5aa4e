/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The SMMUv2 in time, on a platform put together by hand: two masters that share
 * a bank, a detach while one of them is stalled, and an interrupt handler that
 * does things in the wrong order.
 */
#include "platform.h"
#include <check.h>

extern "C" {
#include "smmuv2_driver.h"
#include "smmuv2_regs.h"
#include "suite.h"
}

using namespace faultline;

static constexpr u32 kSid[2] = {1, 2};
static constexpr u64 kGood = 0x10000, kBad = 0x40000; // mapped; not
static constexpr u64 kSecond = 0x1000;                // the second master's part of each

/* Software has booted by now; the handler takes 200 us. */
static constexpr u64 kStart = 100, kHandled = kStart + 200;

static u64 now_us() {
    return Scheduler::kernel_now() / 1'000'000;
}

/* A master that does one blocking access after the other. */
class Probe : public sc_core::sc_module, public PlainInitiator {
public:
    tlm::tlm_initiator_socket<> socket;
    std::function<void(Probe &)> body;
    u32 sid = 0;
    bool over = true; ///< the body has run to its end

    explicit Probe(sc_core::sc_module_name name) : sc_module(name), socket("socket") {
        SC_HAS_PROCESS(Probe);
        SC_THREAD(run);
        socket.bind(*this);
    }
    struct Outcome {
        xlat how;
        u64 done_us;
        u32 faults;
        u64 data;
    };
    /* A read of 8 bytes, waited for. */
    Outcome read(u64 iova) {
        tlm::tlm_generic_payload gp;
        DmaExtension ext;
        sc_core::sc_time delay;
        u8 word[8] = {};

        ext.stream_id = sid;
        gp.set_extension(&ext);
        set_access(gp, tlm::TLM_READ_COMMAND, iova, word, sizeof(word));
        socket->b_transport(gp, delay);
        wait(delay);
        gp.clear_extension(&ext);
        return {xlat(ext.outcome), now_us(), ext.faults, fl_get_le64(word)};
    }

private:
    void run() {
        if (!body)
            return;
        over = false;
        body(*this);
        over = true;
    }
};

struct Handled {
    u32 sid;
    u64 address;
};

/* Two masters on two TBUs in one domain, and so in one bank. */
struct Rig : sc_core::sc_module {
    fl_config config;
    Scheduler scheduler;
    KindModel iommu;
    MemoryModel memory;
    CpuModel cpu;
    CpuPort &port;
    Probe master[2];
    const drv_class *cls = &smmuv2_drv_class; ///< whose interrupt handlers run
    fault_core *core = nullptr;
    void *drv = nullptr, *drv_cfg = nullptr;
    fault_dev *dev[2] = {};
    fault_domain *dom = nullptr;
    fault_code answer = FAULT_RETRY;
    bool maps = true; ///< the handler maps the page first
    std::vector<Handled> handled;

    explicit Rig(const fl_config &c)
        : sc_module(sc_core::sc_module_name("rig")), config(c), scheduler("scheduler"),
          iommu("iommu", scheduler, config, iommu_kind_smmuv2), memory("memory", 2, config),
          cpu("cpu", scheduler, memory, config, 1),
          port(cpu.connect(iommu.ledger(), iommu_kind_smmuv2.irq_lines, true)), master{Probe("master_0"),
                                                                                       Probe("master_1")} {
        for (unsigned i = 0; i < 2; i++) {
            master[i].socket.bind(iommu.tbu(i));
            master[i].sid = kSid[i];
        }
        iommu.down.bind(memory.in(0));
        iommu.walk.bind(memory.in(1));
        iommu.irq.bind(port.irq_in);
        port.mmio.bind(iommu.mmio);
        memory.window.bind(cpu.doorbell);
        at_us(0, [](Rig &r) { r.boot(); });
    }
    ~Rig() override {
        u64 now = scheduler.now() / 1000;
        for (auto *d : dev)
            if (d)
                smmuv2_drv_class.device_remove(drv, d, now);
        if (dom)
            smmuv2_drv_class.domain_free(drv, dom);
        if (drv)
            smmuv2_drv_class.remove(drv, now);
        fl_free(drv);
        iommu_kind_smmuv2.driver_cfg_free(drv_cfg);
        fault_core_destroy(core);
    }

    void at_us(u64 us, void (*action)(Rig &)) {
        scheduler.at(
            us * 1'000'000, [](void *rig, u64 f) { reinterpret_cast<void (*)(Rig &)>(f)(*static_cast<Rig *>(rig)); },
            this, reinterpret_cast<u64>(action));
    }

    void boot() {
        static const fault_host_ops host = {[](void *rig) { static_cast<Rig *>(rig)->cpu.kick(); }, nullptr, nullptr};
        static const fault_domain_ops ops = {handle, nullptr};
        fault_core_cfg core_cfg = {&host, this, 0};
        kind_request req{};
        fault_owner owner{};

        req.cfg = &config;
        req.devices = 2;
        ck_assert_int_eq(fault_core_create(&core_cfg, &core), 0);
        drv = fl_zalloc(smmuv2_drv_class.size);
        drv_cfg = iommu_kind_smmuv2.driver_cfg(&req);
        ck_assert_int_eq(smmuv2_drv_class.probe(drv, drv_cfg, DriverAccess::ops(), port.access(), core), 0);
        for (unsigned i = 0; i < 2; i++) {
            drv_device_cfg d{};
            d.sids[0] = kSid[i];
            d.n_sids = 1;
            d.can_stall = true;
            ck_assert_int_eq(smmuv2_drv_class.device_add(drv, &d, &dev[i]), 0);
        }
        ck_assert_int_eq(smmuv2_drv_class.domain_alloc(drv, dev[0], DRV_DOMAIN_PAGING, &dom), 0);
        owner.handler.ops = &ops;
        owner.handler.ctx = this;
        ck_assert_int_eq(fault_domain_set_owner(dom, &owner), 0);
        ck_assert_int_eq(fault_domain_enable_stalls(dom), 0);
        ck_assert_int_eq(smmuv2_drv_class.map(drv, dom, kGood, kGood, 0x2000, DRV_PROT_READ | DRV_PROT_WRITE), 0);
        for (auto *d : dev)
            ck_assert_int_eq(smmuv2_drv_class.attach(drv, d, DRV_NO_PASID, dom, 0), 0);
        for (u64 pa : {kGood, kGood + kSecond, kBad, kBad + kSecond}) {
            u8 word[8];
            fl_put_le64(word, pa);
            physmem_write(&memory.store(), pa, word, 8);
        }
        port.set_software(cls, drv, core);
    }

    static fault_code handle(void *ctx, fault_group *, const fault_record *f) {
        auto *self = static_cast<Rig *>(ctx);
        self->handled.push_back({f->sid, f->addr});
        if (self->maps)
            smmuv2_drv_class.map(self->drv, self->dom, f->addr & ~u64{0xfff}, f->addr & ~u64{0xfff}, 0x1000,
                                 DRV_PROT_READ);
        return self->answer;
    }
    /// @p first is the first master's from kStart on, @p second the other's 20 us later.
    void both(std::function<void(Probe &)> first, std::function<void(Probe &)> second) {
        auto from = [](u64 us, std::function<void(Probe &)> then) {
            return [us, then](Probe &m) {
                sc_core::wait(to_sc(us * 1'000'000) - sc_core::sc_time_stamp());
                then(m);
            };
        };
        master[0].body = from(kStart, first);
        master[1].body = from(kStart + 20, second);
        play();
    }
    /// Until nothing happens any more; every access was answered.
    void play() {
        sc_core::sc_start();
        ck_assert(master[0].over && master[1].over);
        ck_assert_uint_gt(now_us(), kStart);
    }
    void detach(unsigned i) {
        ck_assert_int_eq(smmuv2_drv_class.detach(drv, dev[i], DRV_NO_PASID, scheduler.now() / 1000), 0);
    }
};

static fl_config settings(const char *hupcf, const char *behaviour = "mmu500") {
    fl_config c;
    fl_config_error e;

    ck_assert_int_eq((fl_config_init(&c), 0), 0);
    for (std::string s : {std::string("smmuv2.hupcf=") + hupcf, std::string("smmuv2.behaviour=") + behaviour,
                          std::string("tbu.count=2"), std::string("cpu.handler_ns=200000")})
        ck_assert_msg(!fl_config_set(&c, s.c_str(), &e), "%s", e.text);
    return c;
}

static void wait_us(u64 us) {
    sc_core::wait(to_sc(us * 1'000'000) - sc_core::sc_time_stamp());
}

TEST(the_other_waits_with_hupcf_0) {
    Rig r(settings("0"));
    r.both(
        [](Probe &m) {
            Probe::Outcome o = m.read(kBad);
            ck_assert_int_eq(o.how, XLAT_OK);
            ck_assert_uint_eq(o.data, kBad);
            ck_assert_uint_ge(o.done_us, kHandled);
        },
        [](Probe &m) {
            Probe::Outcome o = m.read(kGood);
            ck_assert_uint_eq(o.data, kGood); // late, but whole
            ck_assert_uint_eq(o.faults, 0);
            ck_assert_uint_ge(o.done_us, kHandled);
        });
    ck_assert_uint_eq(r.handled.size(), 1);
}

TEST(the_other_goes_on_with_hupcf_1) {
    Rig r(settings("1"));
    r.both([](Probe &m) { ck_assert_uint_ge(m.read(kBad).done_us, kHandled); },
           [](Probe &m) {
               Probe::Outcome o = m.read(kGood);
               ck_assert_uint_eq(o.data, kGood);
               ck_assert_uint_le(o.done_us, kStart + 21);
           });
    ck_assert_uint_eq(r.handled.size(), 1);
}

/* Both fault. mmu500: the second waits its turn, and takes a handler of its own. */
TEST(both_fault_mmu500) {
    Rig r(settings("1"));
    r.both([](Probe &m) { ck_assert_uint_eq(m.read(kBad).data, kBad); },
           [](Probe &m) {
               Probe::Outcome o = m.read(kBad + kSecond);
               ck_assert_uint_eq(o.data, kBad + kSecond);
               ck_assert_uint_ge(o.done_us, kHandled + 200);
           });
    ck_assert_uint_eq(r.handled.size(), 2);
    ck_assert_uint_eq(r.handled[0].sid, kSid[0]);
    ck_assert_uint_eq(r.handled[1].sid, kSid[1]);
    ck_assert_uint_eq(r.cpu.interrupts(), 2);
}

/* smmu-v2: the second is terminated at once, and nobody is told: CBFRSYNRA names the first. */
TEST(both_fault_smmu_v2) {
    Rig r(settings("1", "smmu-v2"));
    r.both([](Probe &m) { ck_assert_uint_eq(m.read(kBad).data, kBad); },
           [](Probe &m) {
               Probe::Outcome o = m.read(kBad + kSecond);
               ck_assert_int_eq(o.how, XLAT_ABORT);
               ck_assert_uint_le(o.done_us, kStart + 21);
           });
    ck_assert_uint_eq(r.handled.size(), 1);
    ck_assert_uint_eq(r.handled[0].sid, kSid[0]);
}

/* Detach of the master whose fault is on record: answered then, not after the handler. The other's turn comes next. */
TEST(detach_answers_its_own_fault) {
    Rig r(settings("1"));
    r.master[0].body = [](Probe &m) {
        wait_us(kStart);
        Probe::Outcome o = m.read(kBad);
        ck_assert_int_eq(o.how, XLAT_ABORT); // tried again, and its stream leads nowhere by now
        ck_assert_uint_ge(o.done_us, kStart + 50);
        ck_assert_uint_lt(o.done_us, kStart + 60);
    };
    r.master[1].body = [](Probe &m) {
        wait_us(kStart + 20);
        Probe::Outcome o = m.read(kBad + kSecond);
        ck_assert_int_eq(o.how, XLAT_OK);
        ck_assert_uint_eq(o.data, kBad + kSecond);
    };
    r.at_us(kStart + 50, [](Rig &rig) { rig.detach(0); });
    r.play();
    // The handler of the first was under way: it has run, and its answer has done nothing.
    ck_assert_uint_eq(r.handled.size(), 2);
    ck_assert_uint_eq(r.handled[1].sid, kSid[1]);
    const struct smmuv2_drv_stats *s = smmuv2_drv_stats(r.drv);
    ck_assert_uint_eq(s->resumes[0] + s->resumes[1], 2);
    ck_assert_uint_eq(s->stale_answers, 0);
    ck_assert_uint_eq(s->sync_timeouts, 0);
}

/* Detach of the other master: the fault on record is none of its business. */
TEST(detach_leaves_the_others_fault) {
    Rig r(settings("1"));
    r.master[0].body = [](Probe &m) {
        wait_us(kStart);
        Probe::Outcome o = m.read(kBad);
        ck_assert_int_eq(o.how, XLAT_OK);
        ck_assert_uint_eq(o.data, kBad);
        ck_assert_uint_ge(o.done_us, kHandled);
    };
    r.master[1].body = [](Probe &m) {
        wait_us(kStart + 20);
        // It waits for its turn, and then its stream leads nowhere.
        Probe::Outcome o = m.read(kBad + kSecond);
        ck_assert_int_eq(o.how, XLAT_ABORT);
        ck_assert_uint_ge(o.done_us, kHandled);
    };
    r.at_us(kStart + 50, [](Rig &rig) { rig.detach(1); });
    r.play();
    ck_assert_uint_eq(r.handled.size(), 1);
    ck_assert_uint_eq(r.handled[0].sid, kSid[0]);
    ck_assert_uint_eq(smmuv2_drv_stats(r.drv)->sync_timeouts, 0);
}

/* ---- the order of FSR and RESUME ---- */

static Rig *the_rig; // the naive handler's; each test is a process

static u64 bank_register(u64 offset) {
    DriverAccess *port = the_rig->port.access();
    u32 idr1 = u32(DriverAccess::ops()->mmio_read(port, SMMUV2_GR0_IDR1, 4));
    u64 page = idr1 & BIT(31) ? 0x10000 : 0x1000, pages = 2ULL << (idr1 >> 28 & 7); // NUMPAGENDXB: half of the space

    return (pages + u64(smmuv2_drv_bank(the_rig->dom))) * page + offset;
}

/* Everything in the hard handler; a bank without a fault bit is not its interrupt. */
static drv_irq naive(bool clear_first) {
    DriverAccess *port = the_rig->port.access();
    u32 fsr = u32(DriverAccess::ops()->mmio_read(port, bank_register(SMMUV2_CB_FSR), 4));

    if (!(fsr & 0x1fe))
        return DRV_IRQ_NONE;
    if (clear_first)
        DriverAccess::ops()->mmio_write(port, bank_register(SMMUV2_CB_FSR), fsr, 4);
    DriverAccess::ops()->mmio_write(port, bank_register(SMMUV2_CB_RESUME), 1, 4);
    if (!clear_first)
        DriverAccess::ops()->mmio_write(port, bank_register(SMMUV2_CB_FSR), fsr, 4);
    return DRV_IRQ_HANDLED;
}

/* One fault, then 10 ms. Returns the interrupts. */
static u64 one_fault(Rig &r, drv_irq (*irq)(void *, u32, u64)) {
    static drv_class cls;

    the_rig = &r;
    r.maps = false;
    r.answer = FAULT_TERMINATE;
    if (irq) {
        cls = smmuv2_drv_class;
        cls.irq = irq;
        r.cls = &cls;
    }
    r.master[0].body = [](Probe &m) {
        wait_us(kStart);
        ck_assert_int_eq(m.read(kBad).how, XLAT_ABORT);
    };
    sc_core::sc_start(sc_core::sc_time(10, sc_core::SC_MS));
    ck_assert(r.master[0].over);
    return r.cpu.interrupts();
}

static drv_irq clear_then_resume(void *, u32, u64) {
    return naive(true);
}

static drv_irq resume_then_clear(void *, u32, u64) {
    return naive(false);
}

TEST(fsr_after_resume_storms_on_mmu500) {
    Rig r(settings("1"));
    u64 interrupts = one_fault(r, resume_then_clear);

    // As fast as they can be taken: entry 1000 ns, handler 200 ns, three register reads of 150 ns.
    ck_assert_uint_gt(interrupts, 5000);
    ck_assert_uint_lt(interrupts, 10000);
    // SS is all that is left.
    ck_assert_uint_eq(u32(DriverAccess::ops()->mmio_read(r.port.access(), bank_register(SMMUV2_CB_FSR), 4)), BIT(30));
}

TEST(fsr_before_resume_does_not) {
    Rig r(settings("1"));

    ck_assert_uint_eq(one_fault(r, clear_then_resume), 1);
}

TEST(smmu_v2_forgives_it) {
    Rig r(settings("1", "smmu-v2"));

    ck_assert_uint_eq(one_fault(r, resume_then_clear), 1);
}

TEST(our_driver_takes_one_interrupt) {
    Rig r(settings("1"));

    ck_assert_uint_eq(one_fault(r, nullptr), 1);
    ck_assert_uint_eq(smmuv2_drv_stats(r.drv)->resumes[1], 1);
    ck_assert_uint_eq(smmuv2_drv_stats(r.drv)->ss_only, 0);
}

SUITE("smmuv2_timed")
