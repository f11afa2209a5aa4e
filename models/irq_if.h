/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Interrupt lines between models. A call instead of an sc_signal, because a
 * level may change ahead of the kernel's time; IrqSignals makes signals of it.
 */
#ifndef FAULTLINE_IRQ_IF_H
#define FAULTLINE_IRQ_IF_H

#include "scheduler.h"

namespace faultline {

struct IrqIf : sc_core::sc_interface {
    /// Line @p line has @p level from @p delay after the kernel's time on. An edge is a call with true.
    virtual void irq(unsigned line, bool level, const sc_core::sc_time &delay) = 0;
};

/// The lines as sc_signals, for models that were not made for IrqIf; an edge lasts 1 ns.
class IrqSignals : public sc_core::sc_module, public IrqIf {
public:
    sc_core::sc_export<IrqIf> in;
    /// As sc_out<bool>, but a line may stay unbound.
    sc_core::sc_vector<sc_core::sc_port<sc_core::sc_signal_inout_if<bool>, 1, sc_core::SC_ZERO_OR_MORE_BOUND>> out;

    IrqSignals(sc_core::sc_module_name name, unsigned lines, bool edges);
    void irq(unsigned line, bool level, const sc_core::sc_time &delay) override;

private:
    struct Change {
        ps_t time;
        unsigned line;
        bool level;
    };

    void drive();
    void insert(const Change &c);

    std::vector<Change> changes_; // latest first
    sc_core::sc_event event_;
    bool edges_;
};

} // namespace faultline

#endif // FAULTLINE_IRQ_IF_H
