/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A soak: random accesses through an IOMMU, by one master that keeps accesses under way and one that runs ahead in
 * b_transport and uses DMI, while software answers faults, takes pages away, invalidates and resets. Everybody keeps
 * the base protocol's rules, the data are right, and all payloads come back. Each error has its reason: a stream, an
 * IOMMU that is off and ends accesses, a reset that came while the access was under way, or a page that is not there
 * where nobody brings it; there is no other. A stream, what meets an IOMMU that is off, and a page that is gone for
 * good always end with one. A master that runs ahead makes a quantum's worth of accesses while simulated time stands
 * still: where that is within a reset, all of them are refused.
 */
#ifndef INTEROP_SOAK_H
#define INTEROP_SOAK_H

#include "monitor.h"
#include "software.h"
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace interop {

struct Plan {
    Style memory, walks;
    EndResp end_resp;
    unsigned outstanding, quantum_ns;
    bool dmi, on_the_bus;
};

/// What is played on: an IOMMU in a platform, with its software.
struct Ground {
    AnyMaster *left, *right;
    AnyMemory *data, *walks;
    std::vector<AnyMonitor *> rules;
    Tables *pages;
    sc_core::sc_signal<bool> *reset_line;
    bool aborts_when_off = true; ///< else accesses pass by it, untranslated
    bool near = true;            ///< an access is at the IOMMU when it begins
    bool brings_pages = true;    ///< software maps what is missing, and the access goes on; else it fails

    virtual ~Ground() = default;
    virtual void start() = 0;             ///< as after power-on
    virtual unsigned answer() = 0;        ///< faults that are recorded; how many
    virtual void take(sc_dt::uint64) = 0; ///< a page goes, and what was cached of it
    virtual bool taken() = 0;             ///< ... of the last take(), that is complete
    virtual bool off() = 0;               ///< nobody translates
    virtual std::string state() = 0;      ///< for who looks why it is stuck
};

class Soak {
public:
    Soak(Ground &g, const Plan &p, std::uint64_t accesses, unsigned seed, const char *name)
        : name_(name), g_(g), plan_(p), left_(accesses / 2), right_(accesses - accesses / 2), random_(seed),
          shadow_(kPages * kPage), busy_(shadow_.size()), changes_(kPages), gone_(kPages) {
        g.data->dmi = p.dmi;
        g.left->end_resp = p.end_resp;
        g.left->ended = [this](Access &a) {
            compare(a, a.get_address());
            go_.notify(sc_core::SC_ZERO_TIME);
        };
        g.left->begins = [this](Access &a) { begins(a); };
        g.left->body = [this] { phases(); };
        g.right->body = [this] { blocking(); };
        sc_core::sc_spawn([this] { software(); });
    }
    bool over() const { return !left_ && !right_ && !open_; }
    [[noreturn]] void stuck() {
        fail("this never ends: " + std::to_string(left_) + " and " + std::to_string(right_) + " to come, " +
             std::to_string(open_) + " under way, " + g_.state() + "; " + broken());
    }
    void check() {
        if (!broken().empty())
            fail(broken());
        for (AnyMonitor *m : g_.rules)
            if (!m->idle())
                fail(std::string(m->name()) + ": a transaction is not over");
        if (g_.left->pool.out() + g_.right->pool.out() || g_.data->under_way || g_.walks->under_way)
            fail("payloads are not back");
        for (sc_dt::uint64 i = 0; i < shadow_.size(); i++)
            if (memory(i) != shadow_[i])
                fail("memory is not what was written");
        std::printf("%s: %ju well; errors: %ju streams, %ju off, %ju at %u resets, %ju without a page; %ju by DMI, %ju "
                    "faults answered, %u under way, %u in memory\n",
                    name_.c_str(), well_, streams_, off_, cut_, resets_ / 2, missing_, direct_, faults_,
                    unsigned(g_.left->most), g_.data->most);
        if (cut_ > resets_ / 2 * (plan_.outstanding + 1))
            fail("a reset has ended more than was under way");
        if (!well_ || !faults_ || !missing_ == !g_.brings_pages || g_.left->most < 2 ||
            (plan_.dmi && g_.near && !direct_))
            fail("this has shown nothing");
    }

private:
    static constexpr unsigned kNone = ~0U;

    struct Pointer { // into a page
        tlm::tlm_dmi dmi;
        unsigned asked; // so many invalidations before
        bool valid = false;
    };

    [[noreturn]] void fail(const std::string &what) {
        std::fprintf(stderr, "%s at %s: %s\n", name_.c_str(), sc_core::sc_time_stamp().to_string().c_str(),
                     what.c_str());
        std::exit(1);
    }
    /* The first rule that somebody has broken, or nothing. */
    std::string broken() {
        for (AnyMonitor *m : g_.rules)
            if (!m->broken.empty())
                return m->first();
        return "";
    }
    unsigned draw(unsigned n) { return unsigned(random_() % n); }
    unsigned char memory(sc_dt::uint64 iova) { return g_.pages->store.bytes[Tables::pa(iova)]; }

    /* ---- an access ---- */

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
    /* Of its pages: one is gone, and how often they have come and gone. */
    bool look_at_pages(const Access &a, sc_dt::uint64 at, unsigned &changes) const {
        bool gone = false;

        changes = 0;
        for (sc_dt::uint64 n = at / kPage; n <= (at + a.get_data_length() - 1) / kPage; n++) {
            changes += changes_[n];
            gone |= gone_[n];
        }
        return gone;
    }
    void begins(Access &a) {
        a.resets = resets_;
        a.off = g_.off();
        a.gone = look_at_pages(a, a.get_address(), a.changes);
    }
    /* Each error has a reason, and each reason its error. */
    void judge(Access &a, bool streams, bool cut, bool changed) {
        bool error = a.is_response_error();

        if (error && a.is_dmi_allowed())
            fail("a DMI hint with an error");
        if (streams != (a.get_response_status() == tlm::TLM_BURST_ERROR_RESPONSE))
            fail("a stream, and no other, is a burst error");
        if (!streams && a.off && !error && g_.aborts_when_off && g_.near)
            fail("an IOMMU that is off lets an access pass");
        if (!streams && error && a.get_response_status() != tlm::TLM_ADDRESS_ERROR_RESPONSE)
            fail("an error that is none of the IOMMU's");
        if (!streams && error && !a.off && !cut && !a.gone && !changed)
            fail("an access has failed without a reason: " + std::to_string(a.get_address()));
        if (!streams && !error && !a.off && !cut && a.gone && !changed)
            fail("an access to a page that is gone ends well");
        (!error ? well_ : streams ? streams_ : a.off ? off_ : cut ? cut_ : missing_)++;
    }
    void compare(Access &a, sc_dt::uint64 at) {
        bool streams = a.get_streaming_width() < a.get_data_length();
        bool cut = a.resets != resets_ || (a.resets & 1), passed = !g_.aborts_when_off && (a.off || cut);
        unsigned changes;

        look_at_pages(a, at, changes);
        judge(a, streams, cut, changes != a.changes || changes & 1);
        for (unsigned i = 0; i < a.get_data_length(); i++) {
            bool on = a.enables_byte(i);
            unsigned char &known = shadow_[at + i];
            if ((a.is_response_error() || passed) && !streams)
                known = memory(at + i); // the pieces before the one that failed; what has passed by
            else if (a.is_write() && on && !streams)
                known = a.was[i];
            else if (a.is_read() && a.data[i] != (on && !streams ? known : a.was[i]))
                fail("wrong data at " + std::to_string(at + i));
            busy_[at + i] = 0;
        }
        open_--;
    }

    /* ---- masters ---- */

    void phases() {
        sc_core::wait(ns(10));
        while (left_) {
            Access *a = g_.left->pool.take();
            if (g_.left->under_way < plan_.outstanding && choose(*a)) {
                left_--;
                g_.left->send(a);
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
            if (by_dmi(a, delay)) {
                compare(a, at);
            } else {
                g_.right->target().b_transport(a, delay);
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
        Pointer &p = pointers_[a.get_address() / kPage];

        p.valid = g_.right->target().get_direct_mem_ptr(a, p.dmi);
        p.asked = g_.right->dmi_invalidations;
    }
    bool by_dmi(Access &a, sc_time &delay) {
        sc_dt::uint64 first = a.get_address(), last = first + a.get_data_length() - 1;

        Pointer &p = pointers_[first / kPage];
        tlm::tlm_dmi &dmi = p.dmi;

        if (!p.valid || p.asked != g_.right->dmi_invalidations || first < dmi.get_start_address() ||
            last > dmi.get_end_address() || a.get_byte_enable_ptr() || a.get_streaming_width() < a.get_data_length() ||
            !(a.is_write() ? dmi.is_write_allowed() : dmi.is_read_allowed()))
            return false;
        unsigned char *there = dmi.get_dmi_ptr() + (first - dmi.get_start_address());
        if (a.is_write())
            std::memcpy(there, a.data.data(), a.data.size());
        else
            std::memcpy(a.data.data(), there, a.data.size());
        a.set_response_status(tlm::TLM_OK_RESPONSE);
        delay += dmi.get_read_latency();
        direct_++;
        return true;
    }

    /* ---- software ---- */

    void software() {
        g_.start();
        while (!over()) {
            sc_core::wait(ns(500 + draw(1000)));
            faults_ += g_.answer();
            unsigned what = draw(40);
            if (!g_.brings_pages)
                go_on_with_page();
            if (what < 4)
                take(draw(kPages));
            else if (what == 4)
                reset();
        }
    }
    /* A page goes, for a while. */
    void take(unsigned n) {
        if (!g_.brings_pages) {
            if (page_ != kNone)
                return;
            page_ = n;
            changes_[n]++;
        }
        g_.take(n);
    }
    /* Where nobody brings it: when it is gone for all, then when it is back, which nobody has to be told. */
    void go_on_with_page() {
        if (page_ == kNone || (gone_[page_] ? draw(8) != 0 : !g_.taken()))
            return;
        changes_[page_]++;
        gone_[page_] = !gone_[page_];
        if (!gone_[page_])
            bring();
    }
    void bring() {
        changes_[page_] += changes_[page_] & 1;
        gone_[page_] = 0;
        g_.pages->map(page_);
        page_ = kNone;
    }
    void reset() {
        resets_++;
        g_.reset_line->write(true);
        sc_core::wait(ns(20));
        g_.reset_line->write(false);
        sc_core::wait(ns(20));
        if (page_ != kNone)
            bring();
        g_.start();
        resets_++; // what came in between was refused, too
    }

    const std::string name_;
    Ground &g_;
    const Plan plan_;
    std::uint64_t left_, right_, open_ = 0, well_ = 0, streams_ = 0, off_ = 0, cut_ = 0, missing_ = 0, direct_ = 0,
                                 faults_ = 0;
    std::mt19937_64 random_;
    std::vector<unsigned char> shadow_, busy_;
    std::vector<unsigned> changes_; // of each page; odd: on its way
    std::vector<char> gone_;        // for all
    unsigned page_ = kNone;         // that is on its way, or gone
    unsigned resets_ = 0;           // odd from a reset to the end of the set-up
    Pointer pointers_[kPages];
    sc_core::sc_event go_;
};

/// All of them in one simulation, in slices of 1 to 3000 ns. @p accesses: what they play in all.
inline void play(std::vector<std::unique_ptr<Soak>> &soaks, std::uint64_t accesses, unsigned seed) {
    std::mt19937 slices(seed);

    for (std::uint64_t slice = 0;; slice++) {
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
}

} // namespace interop

#endif // INTEROP_SOAK_H
