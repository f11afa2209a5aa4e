/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The holder of an engine: it calls the engine, says what time the call belongs
 * to, and gives it memory and interrupts.
 */
#ifndef FAULTLINE_ENGINE_HOST_H
#define FAULTLINE_ENGINE_HOST_H

#include "irq_if.h"
#include "usage.h"
#include "walk_port.h"
#include <set>

namespace faultline {

/// Who wants to hear of what an engine says and does; nobody has to.
struct EngineWatch {
    virtual ~EngineWatch() = default;
    virtual void event(const iommu_event &ev) = 0;
    /// Registers, or what is in flight, may have changed.
    virtual void changed() = 0;
};

using IrqPort = sc_core::sc_port<IrqIf, 1, sc_core::SC_ZERO_OR_MORE_BOUND>;

class EngineHost : private Visitor {
public:
    EngineHost(Scheduler &scheduler, const fl_config &config, WalkPort &memory, IrqPort &irq)
        : scheduler_(scheduler), config_(config), memory_(memory), irq_(irq) {}

    iommu_ops ops{};                  ///< what the engine may call; filled by whoever puts the parts together
    const iommu_class *cls = nullptr; ///< the engine
    void *hw = nullptr;
    EngineWatch *watch = nullptr;
    ps_t now = 0; ///< the time that the engine's services and events belong to
    /// What it does now has effects that others see at this time: a command's come when that is carried out.
    ps_t effect = 0;

    // Lookups and walks have one price: nobody listens, and the engine need not speak.
    xlat lookup(const dma_txn &t, xlat_result &r, ps_t time) {
        now = time;
        Silence silence(*this);
        return cls->lookup(hw, &t, &r);
    }
    xlat walk(const dma_txn &t, iommu_walk &w, ps_t time) {
        now = time;
        Silence silence(*this);
        return cls->walk(hw, &t, &w);
    }
    /// What a walk that ended well found is installed.
    void install(iommu_walk &w, ps_t time) {
        now = time;
        Silence silence(*this);
        cls->fill(hw, &w);
        changed();
    }
    /// A walk ends in a fault: the engine tells.
    xlat deliver(iommu_walk &w, ps_t time) {
        now = time;
        xlat kind = cls->fill(hw, &w);
        changed();
        return kind;
    }
    /// False: the engine counts nothing.
    bool stats(iommu_stats &st) const {
        if (cls->stats)
            cls->stats(hw, &st);
        return cls->stats;
    }
    /// A register of 4 or 8 bytes.
    void mmio_read(u64 offset, unsigned char *data, u32 len, ps_t time);
    void mmio_write(u64 offset, u64 value, u32 len, ps_t time) {
        now = time;
        cls->mmio_write(hw, offset, value, len);
        effect = 0;
        changed();
    }
    /// What an end that it was told of has made possible.
    void step() {
        cls->step(hw);
        effect = 0;
        changed();
    }
    /// Something has happened that somebody may watch.
    void changed() {
        if (unlikely(watch != nullptr))
            watch->changed();
    }
    /// A reset: what was on its way to memory is not written any more.
    void forget() { completions_.clear(); }

    // Services of the engine
    int read(u64 pa, void *buf, u32 len) { return memory_.read(pa, buf, len); }
    int write(u64 pa, const void *buf, u32 len) { return memory_.write(pa, buf, len); }
    int cas64(u64 pa, u64 *old, u64 value);
    void irq(u32 line, bool level);
    int msi(u64 pa, u32 data);
    /// A SYNC's end, at its time.
    int sync_write(u64 pa, u32 data);

private:
    class Silence {
    public:
        explicit Silence(EngineHost &host) : ops_(host.ops), event_(ops_.event) { ops_.event = nullptr; }
        ~Silence() { ops_.event = event_; }

    private:
        iommu_ops &ops_;
        decltype(iommu_ops::event) event_;
    };

    struct Completion {
        ps_t time;
        u64 pa;
        u32 data;
    };

    ps_t when() const { return std::max(now, effect); }
    int send(u64 pa, u32 data);
    void send_message();
    void complete();
    void visited(Visit &message, ps_t time) override;

    Scheduler &scheduler_;
    const fl_config &config_;
    WalkPort &memory_;
    IrqPort &irq_;
    Server messages_{"messages"};
    std::deque<std::pair<u64, u32>> message_queue_;
    std::deque<Completion> completions_;
    std::set<u64> refused_; // addresses where a message has ended with an error
};

} // namespace faultline

#endif // FAULTLINE_ENGINE_HOST_H
