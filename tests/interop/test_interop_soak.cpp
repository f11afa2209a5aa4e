/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * test_interop_soak [ACCESSES [SEED]]: random accesses through several SMMUs in one simulation, each with one master
 * that keeps accesses under way and one that runs ahead in b_transport and uses DMI, and with software that answers
 * stalls, unmaps, invalidates and resets. Everybody keeps the base protocol's rules, the data are right, and all
 * payloads come back. Each error has its reason: a stream, an SMMU that is off (GBPA.ABORT), a reset that came while
 * the access was under way; there is no other, and
 * the first two always end with one. A master that runs ahead makes a quantum's worth of accesses while simulated time
 * stands still: where that is within a reset, all of them are refused. ACCESSES are of all SMMUs and masters together.
 */
#include "rig.h"
#include <cstdio>
#include <cstdlib>

using namespace interop;

namespace {

[[noreturn]] void fail(Rig &r, const std::string &what) {
    std::fprintf(stderr, "%s at %s: %s\n", r.name(), sc_core::sc_time_stamp().to_string().c_str(), what.c_str());
    std::exit(1);
}

struct Plan {
    Style memory, walks;
    EndResp end_resp;
    unsigned outstanding, quantum_ns;
    bool dmi, on_the_bus;
};

const Plan kPlans[] = {
    {Style::Annotates, Style::Annotates, EndResp::AtOnce, 8, 10'000, true, false},
    {Style::Pipelined, Style::Annotates, EndResp::Later, 16, 100, false, true},
    {Style::Holds, Style::Waits, EndResp::Annotated, 4, 1'000, true, true},
    {Style::Mixed, Style::Mixed, EndResp::Annotated, 12, 10'000, true, true},
    {Style::Waits, Style::Pipelined, EndResp::AtOnce, 8, 1'000, true, true},
    {Style::Mixed, Style::Annotates, EndResp::Later, 32, 100, false, false},
};

fl_config config_of(const Plan &p) {
    fl_config c = prices();

    if (p.on_the_bus)
        c.tcu.walk_port = FL_WALK_ISSUED;
    return c;
}

class Soak {
public:
    Rig rig;

    Soak(const Plan &p, u64 accesses, unsigned seed, const char *name)
        : rig(p.memory, config_of(p), p.quantum_ns * 1000ULL, name, p.walks), plan_(p), left_(accesses / 2),
          right_(accesses - accesses / 2), random_(seed), shadow_(kPages * kPage), busy_(shadow_.size()) {
        rig.memory.dmi = p.dmi;
        rig.left.end_resp = p.end_resp;
        rig.left.ended = [this](Access &a) { ended(a); };
        rig.left.begins = [this](Access &a) { begins(a); };
        rig.left.body = [this] { phases(); };
        rig.right.body = [this] { blocking(); };
        sc_core::sc_spawn([this] { software(); });
    }
    bool over() const { return !left_ && !right_ && !open_; }
    [[noreturn]] void stuck() {
        faultline::Waiting w{};
        rig.iommu.count_waiting(w);
        fail(rig, "this never ends: " + std::to_string(left_) + " and " + std::to_string(right_) + " to come, " +
                      std::to_string(open_) + " under way, " + std::to_string(w.stalled) + " stalled, " +
                      std::to_string(w.input) + " at the input; " + rig.broken());
    }
    void check() {
        std::string broken = rig.broken();
        if (!broken.empty())
            fail(rig, broken);
        for (Monitor *m : rig.monitors())
            if (!m->idle())
                fail(rig, std::string(m->name()) + ": a transaction is not over");
        if (rig.left.pool.out() + rig.right.pool.out() || rig.memory.under_way || rig.tables.under_way)
            fail(rig, "payloads are not back");
        for (sc_dt::uint64 i = 0; i < shadow_.size(); i++)
            if (rig.store.bytes[Rig::pa(i)] != shadow_[i])
                fail(rig, "memory is not what was written");
        std::printf("%s: %llu well; errors: %llu streams, %llu off, %llu at %u resets; %llu by DMI, %llu stalled, %u "
                    "under way, %u in memory\n",
                    rig.name(), (unsigned long long)well_, (unsigned long long)streams_, (unsigned long long)off_,
                    (unsigned long long)cut_, resets_ / 2, (unsigned long long)direct_,
                    (unsigned long long)rig.iommu.counters().stalled, unsigned(rig.left.most), rig.memory.most);
        if (cut_ > resets_ / 2 * (plan_.outstanding + 1))
            fail(rig, "a reset has ended more than was under way");
        if (!well_ || !rig.iommu.counters().stalled || rig.left.most < 2 || (plan_.dmi && !direct_))
            fail(rig, "this has shown nothing");
    }

private:
    unsigned draw(unsigned n) { return unsigned(random_() % n); }

    /* What no access under way touches. */
    bool choose(Access &a) {
        unsigned length = draw(8) ? 1 + draw(64) : 1 + draw(6000);
        sc_dt::uint64 at = random_() % (shadow_.size() - length);

        for (unsigned i = 0; i < length; i++)
            if (busy_[at + i])
                return false;
        a.set(draw(2), at, length);
        for (unsigned i = 0; i < length; i++) {
            busy_[at + i] = 1;
            a.data[i] = static_cast<unsigned char>(random_());
        }
        if (!draw(4)) {
            std::vector<unsigned char> pattern(1 + draw(9));
            for (unsigned char &p : pattern)
                p = draw(2) ? 0xff : 0;
            a.enable(pattern);
        }
        if (!draw(32) && length > 1)
            a.set_streaming_width(length / 2);
        a.was = a.data;
        open_++;
        return true;
    }
    void begins(Access &a) {
        Access cr0;
        cr0.set(false, 0x20, 4);
        if (rig.cpu->transport_dbg(cr0) != 4)
            fail(rig, "registers cannot be read");
        a.resets = resets_;
        a.off = !(cr0.data[0] & 1); // SMMUEN
    }
    /* Each error has a reason, and each reason its error. */
    void judge(Access &a, bool streams) {
        bool error = a.is_response_error(), off = a.off, cut = a.resets != resets_ || (a.resets & 1);

        if (error && a.is_dmi_allowed())
            fail(rig, "a DMI hint with an error");
        if (streams != (a.get_response_status() == tlm::TLM_BURST_ERROR_RESPONSE))
            fail(rig, "a stream, and no other, is a burst error");
        if (!streams && off && !error)
            fail(rig, "an SMMU that is off lets an access pass");
        if (!streams && error && a.get_response_status() != tlm::TLM_ADDRESS_ERROR_RESPONSE)
            fail(rig, "an error that is none of the SMMU's");
        if (!streams && error && !off && !cut)
            fail(rig, "an access has failed without a reset");
        (!error ? well_ : streams ? streams_ : off ? off_ : cut_)++;
    }
    void compare(Access &a, sc_dt::uint64 at) {
        bool streams = a.get_streaming_width() < a.get_data_length();

        judge(a, streams);
        for (unsigned i = 0; i < a.get_data_length(); i++) {
            bool on = a.enables_byte(i);
            unsigned char &known = shadow_[at + i];
            if (a.is_response_error() && !streams)
                known = rig.store.bytes[Rig::pa(at + i)]; // the pieces before the one that failed
            else if (a.is_write() && on && !streams)
                known = a.was[i];
            else if (a.is_read() && a.data[i] != (on && !streams ? known : a.was[i]))
                fail(rig, "wrong data at " + std::to_string(at + i));
            busy_[at + i] = 0;
        }
        open_--;
    }
    void ended(Access &a) {
        compare(a, a.get_address());
        go_.notify(sc_core::SC_ZERO_TIME);
    }

    void phases() {
        sc_core::wait(ns(10));
        while (left_) {
            Access *a = rig.left.pool.take();
            if (rig.left.under_way < plan_.outstanding && choose(*a)) {
                left_--;
                rig.left.send(a);
                if (!draw(4))
                    sc_core::wait(ns(draw(300)));
            } else {
                a->release();
                sc_core::wait(ns(100), go_);
            }
        }
    }
    /* Ahead of the kernel by a quantum at most. */
    void blocking() {
        const sc_time quantum = ns(plan_.quantum_ns);
        sc_time delay;
        Access a;

        sc_core::wait(ns(10));
        while (right_) {
            if (!choose(a)) {
                sc_core::wait(ns(50));
                continue;
            }
            right_--;
            sc_dt::uint64 at = a.get_address();
            begins(a);
            if (by_dmi(a, delay))
                compare(a, at);
            else {
                rig.right.out->b_transport(a, delay);
                compare(a, at);
                if (a.is_dmi_allowed())
                    ask_dmi(a);
            }
            delay += ns(draw(100));
            if (delay > quantum) {
                sc_core::wait(delay);
                delay = sc_core::SC_ZERO_TIME;
            }
        }
        sc_core::wait(delay);
    }
    void ask_dmi(Access &a) {
        dmi_valid_ = rig.right.out->get_direct_mem_ptr(a, dmi_);
        dmi_asked_ = rig.right.dmi_invalidations;
    }
    bool by_dmi(Access &a, sc_time &delay) {
        sc_dt::uint64 first = a.get_address(), last = first + a.get_data_length() - 1;

        if (!dmi_valid_ || dmi_asked_ != rig.right.dmi_invalidations || first < dmi_.get_start_address() ||
            last > dmi_.get_end_address() || a.get_byte_enable_ptr() || a.get_streaming_width() < a.get_data_length() ||
            !(a.is_write() ? dmi_.is_write_allowed() : dmi_.is_read_allowed()))
            return false;
        unsigned char *there = dmi_.get_dmi_ptr() + (first - dmi_.get_start_address());
        if (a.is_write())
            std::memcpy(there, a.data.data(), a.data.size());
        else
            std::memcpy(a.data.data(), there, a.data.size());
        a.set_response_status(tlm::TLM_OK_RESPONSE);
        delay += dmi_.get_read_latency();
        direct_++;
        return true;
    }

    void software() {
        rig.set_up();
        while (!over()) {
            sc_core::wait(ns(500 + draw(1000)));
            rig.answer_events(true);
            unsigned what = draw(40);
            if (what < 4) { // a page goes, for a while
                rig.unmap(draw(kPages));
                rig.invalidate();
                rig.sync();
                rig.ring(ns(draw(200)));
            } else if (what == 4) {
                resets_++;
                rig.reset.write(true);
                sc_core::wait(ns(20));
                rig.reset.write(false);
                sc_core::wait(ns(20));
                rig.store.set_word(kEvents, 0);
                rig.set_up();
                resets_++; // what came in between was refused, too
            }
        }
    }

    Plan plan_;
    u64 left_, right_, open_ = 0, well_ = 0, streams_ = 0, off_ = 0, cut_ = 0, direct_ = 0;
    std::mt19937_64 random_;
    std::vector<unsigned char> shadow_, busy_;
    unsigned resets_ = 0, dmi_asked_ = 0; // resets_: odd from a reset to the end of the set-up
    bool dmi_valid_ = false;
    tlm::tlm_dmi dmi_;
    sc_core::sc_event go_;
};

} // namespace

int sc_main(int argc, char **argv) {
    u64 accesses = argc > 1 ? std::strtoull(argv[1], nullptr, 0) : 24000;
    unsigned seed = argc > 2 ? unsigned(std::strtoul(argv[2], nullptr, 0)) : 1, n = 0;
    std::vector<std::unique_ptr<Soak>> soaks;
    std::mt19937 slices(seed);

    for (const Plan &p : kPlans) {
        std::string name = "soak_" + std::to_string(n);
        soaks.emplace_back(new Soak(p, accesses / (sizeof(kPlans) / sizeof(kPlans[0])), seed + n++, name.c_str()));
    }
    for (u64 slice = 0;; slice++) {
        bool over = true;
        for (auto &s : soaks)
            over &= s->over();
        if (over)
            break;
        for (auto &s : soaks)
            if (slice > 4 * accesses + 4000 && !s->over())
                s->stuck();
        sc_core::sc_start(ns(1 + slices() % 3000));
    }
    sc_core::sc_start(ns(100000));
    for (auto &s : soaks)
        s->check();
    return 0;
}
