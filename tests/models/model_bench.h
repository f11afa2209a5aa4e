/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A platform of the smallest kind: one master socket, the model, memory, and an ear for interrupts. */
#ifndef MODEL_BENCH_H
#define MODEL_BENCH_H

#include "fake_engine.h"
#include "iommu_model.h"
#include "memory_model.h"
#include "round_prices.h"
#include "suite_leaks.h"
#include <check.h>
#include <functional>

namespace faultline {

class Master : public sc_core::sc_module, public tlm::tlm_bw_transport_if<> {
public:
    tlm::tlm_initiator_socket<> socket;
    std::function<void()> body;
    std::function<tlm::tlm_sync_enum(tlm::tlm_generic_payload &, tlm::tlm_phase &, sc_core::sc_time &)> backward;
    unsigned dmi_invalidations = 0;

    explicit Master(sc_core::sc_module_name name) : sc_module(name), socket("socket") {
        SC_HAS_PROCESS(Master);
        SC_THREAD(run);
        socket.bind(*this);
    }
    tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload &gp, tlm::tlm_phase &phase,
                                       sc_core::sc_time &delay) override {
        return backward(gp, phase, delay);
    }
    void invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) override { dmi_invalidations++; }

private:
    void run() {
        if (body)
            body();
    }
};

class Ear : public sc_core::sc_module, public IrqIf {
public:
    sc_core::sc_export<IrqIf> in;
    std::vector<ps_t> times;

    explicit Ear(sc_core::sc_module_name name) : sc_module(name), in("in") { in.bind(*this); }
    void irq(unsigned, bool level, const sc_core::sc_time &delay) override {
        if (level)
            times.push_back(Scheduler::absolute(delay));
    }
};

/* A target that serves nothing: the memory's window in these tests. */
struct NoTarget : PlainTarget {
    void b_transport(tlm::tlm_generic_payload &gp, sc_core::sc_time &) override {
        gp.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    }
};

struct ModelBench : sc_core::sc_module, FaultSink {
    fl_config config;
    Scheduler scheduler;
    FakeEngine engine;
    IommuModel iommu;
    MemoryModel memory;
    Master master;
    Ear ear;
    tlm::tlm_initiator_socket<> mmio;
    tlm::tlm_initiator_socket<> unused;
    tlm::tlm_target_socket<> nothing, other;
    std::unique_ptr<tlm::tlm_target_socket<>> unplugged; ///< what the master meets if it is not plugged in
    PlainInitiator no_bw;
    NoTarget no_target;
    std::vector<FaultStamps> faults;
    unsigned delivered = 0;

    /// @param plugged the master sits at the first TBU
    /// @p target: what lies behind the IOMMU instead of the memory
    explicit ModelBench(const fl_config &c = round_prices(), sc_core::sc_module_name name = "bench",
                        bool plugged = true, tlm::tlm_fw_transport_if<> *target = nullptr)
        : sc_module(name), config(c), scheduler("scheduler"), iommu("iommu", scheduler, config, true),
          memory("memory", 2, config), master("master"), ear("ear"), mmio("mmio"), unused("unused"), nothing("nothing"),
          other("other") {
        engine.ops = iommu.ops();
        engine.ctx = iommu.ops_context();
        iommu.set_engine(fake_class(), &engine);
        iommu.set_sink(this);
        other.bind(target ? *target : no_target);
        unused.bind(no_bw);
        if (target) {
            iommu.down.bind(other);
            unused.bind(memory.in(0));
        } else {
            iommu.down.bind(memory.in(0));
            unused.bind(other);
        }
        iommu.walk.bind(memory.in(1));
        iommu.irq.bind(ear.in);
        if (plugged)
            master.socket.bind(iommu.tbu(0));
        else {
            unplugged.reset(new tlm::tlm_target_socket<>("unplugged"));
            unplugged->bind(no_target);
            master.socket.bind(*unplugged);
        }
        for (unsigned i = 1; i < config.tbu.count; i++)
            spare.emplace_back(new tlm::tlm_initiator_socket<>(("spare_" + std::to_string(i)).c_str()))->bind(no_bw),
                spare.back()->bind(iommu.tbu(i));
        mmio.bind(no_bw);
        mmio.bind(iommu.mmio);
        nothing.bind(no_target);
        memory.window.bind(nothing);
    }
    std::vector<std::unique_ptr<tlm::tlm_initiator_socket<>>> spare;

    /// The master's thread does @p body, from the beginning to the end of the simulation.
    void run(std::function<void()> body) {
        master.body = std::move(body);
        sc_core::sc_start();
    }
    void fault_delivered(const dma_txn &, const xlat_result &, xlat, ps_t) override { delivered++; }
    void fault_over(const dma_txn &, xlat, const FaultStamps &s, const LoggedBill *, u64) override {
        faults.push_back(s);
    }

    void write_register(u64 offset, u64 value, sc_core::sc_time delay = sc_core::SC_ZERO_TIME) {
        tlm::tlm_generic_payload gp;
        u8 word[8];
        fl_put_le64(word, value);
        set_access(gp, tlm::TLM_WRITE_COMMAND, offset, word, 8);
        mmio->b_transport(gp, delay);
    }
};

/* A payload with its data and extension. */
struct Payload : tlm::tlm_generic_payload, tlm::tlm_mm_interface {
    std::vector<unsigned char> data;
    DmaExtension ext;
    unsigned freed = 0;

    Payload(u64 address, u32 length, bool write = false, u32 stream = 1) : data(length) {
        set_mm(this);
        set_access(*this, write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND, address, data.data(), length);
        set_byte_enable_ptr(nullptr);
        ext.stream_id = stream;
        set_extension(&ext);
        acquire();
    }
    ~Payload() override { clear_extension(&ext); }
    void free(tlm::tlm_generic_payload *) override { freed++; }
};

constexpr ps_t ns(u64 n) {
    return n * 1000;
}

/* b_transport after @p delay_ns; the annotated end in ns. */
inline u64 access_ns(ModelBench &b, Payload &p, u64 delay_ns = 0) {
    sc_core::sc_time delay = to_sc(ns(delay_ns));

    b.master.socket->b_transport(p, delay);
    ck_assert_uint_eq(Scheduler::absolute(delay) % 1000, 0);
    return Scheduler::absolute(delay) / 1000;
}

} // namespace faultline

#endif // MODEL_BENCH_H
