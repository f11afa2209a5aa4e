/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The models' own agenda: one time-ordered queue of actions behind one
 * sc_event.
 *
 * A kernel event costs more host time than a whole TLB hit, so actions run
 * ahead of the kernel's time as long as the kernel has nothing to do before
 * them, at most one quantum: order is exact, time is given to others as
 * annotated delay. now() is the time that counts inside an action.
 */
#ifndef FAULTLINE_SCHEDULER_H
#define FAULTLINE_SCHEDULER_H

#include "ticks.h"

namespace faultline {

/// Simulated time in ticks: the kernel's time resolution, which is 1 ps where nobody says otherwise (ticks.h).
using ps_t = u64;

constexpr ps_t kNever = ~ps_t{0};

/// No action runs later, 106 days of ps: half of what 64 bits can tell is left for what accesses take.
constexpr ps_t kLongest = kNever >> 1;

/// sc_time::from_value(), inline: on the way of every access. The scheduler checks that it is the same.
inline sc_core::sc_time to_sc(ps_t t) {
    sc_core::sc_time time;

    static_assert(sizeof(time) == sizeof(t), "an sc_time is its value");
    std::memcpy(static_cast<void *>(&time), &t, sizeof(t));
    return time;
}

class Scheduler : public sc_core::sc_module {
public:
    using Fn = void (*)(void *object, u64 argument);

    /// @param quantum how far actions may run ahead of the kernel, ticks
    explicit Scheduler(sc_core::sc_module_name name, ps_t quantum = Ticks::of_kernel().count(10'000'000));

    /// The time of the running action plus what it has spent; outside of actions the kernel's time.
    ps_t now() const { return running_ ? base_ + spent_ : kernel_now(); }

    /// Software spends time inside an action; what follows in the same action happens later.
    void spend(ps_t duration) { spent_ += running_ ? duration : 0; }

    /// Spend until @p time, if that is not past already.
    void spend_until(ps_t time) {
        if (running_ && time > base_ + spent_)
            spent_ = time - base_;
    }

    /// Run @p fn at @p time (now, if that is past). Equal times: in the order of the calls.
    void at(ps_t time, Fn fn, void *object, u64 argument = 0);
    /// The same of a method: without an argument, with a number, or with an object.
    template <auto Method, typename T> void call(ps_t time, T &object) { at(time, fn<Method, T>, &object); }
    template <auto Method, typename T> void call(ps_t time, T &object, u64 argument) {
        at(
            time, [](void *o, u64 n) { (static_cast<T *>(o)->*Method)(n); }, &object, argument);
    }
    template <auto Method, typename T, typename A> void call(ps_t time, T &object, A *argument) {
        at(time, fn_of<Method, T, A>, &object, reinterpret_cast<u64>(argument));
    }
    template <auto Method, typename T> static void fn(void *object, u64) { (static_cast<T *>(object)->*Method)(); }
    template <auto Method, typename T, typename A> static void fn_of(void *object, u64 argument) {
        (static_cast<T *>(object)->*Method)(*reinterpret_cast<A *>(argument));
    }

    /// An action may go on by itself up to this time (exclusive): nothing else happens before.
    ps_t horizon() const {
        ps_t next = heap_.empty() ? kNever : heap_.front().time;
        return next < limit_ ? next : limit_;
    }

    /// Another process was notified by an action: look at the kernel's agenda again.
    void kernel_changed() { limit_ = kernel_limit(); }

    /// An action is due after kLongest: it and all others do not run any more.
    bool overrun() const { return overrun_; }

    /// Actions run so far, for benchmarks.
    u64 actions() const { return actions_; }

    /// From the time given in an annotated delay to absolute ticks.
    static ps_t absolute(const sc_core::sc_time &delay) { return kernel_now() + delay.value(); }

    /// The annotated delay that stands for absolute @p time.
    static sc_core::sc_time delay_to(ps_t time) {
        ps_t kernel = kernel_now();
        return to_sc(time > kernel ? time - kernel : 0);
    }

    /// sc_time_stamp(), inline; there must be a scheduler.
    static ps_t kernel_now() { return context_->time_stamp().value(); }

private:
    struct Action {
        ps_t time;
        u64 seq;
        Fn fn;
        void *object;
        u64 argument;

        bool operator<(const Action &o) const { return time != o.time ? time > o.time : seq > o.seq; } // later
    };

    void run();
    void arm();
    ps_t kernel_limit() const;
    void push(const Action &a);
    Action pop();

    inline static const sc_core::sc_simcontext *context_ = nullptr; // SystemC's own singleton

    std::vector<Action> heap_;
    sc_core::sc_event event_;
    ps_t quantum_;
    ps_t base_ = 0, spent_ = 0, limit_ = 0, armed_ = kNever, reached_ = 0;
    u64 seq_ = 0, actions_ = 0;
    bool running_ = false, overrun_ = false;
};

/// A call of @p Method of which the earliest that was asked for happens, and no other.
template <auto Method, typename T> class Alarm {
public:
    Alarm(Scheduler &scheduler, T &object) : scheduler_(scheduler), object_(object) {}

    void set(ps_t time) {
        if (time >= due_)
            return;
        due_ = time;
        scheduler_.call<&Alarm::ring>(time, *this, ++number_);
    }

private:
    void ring(u64 number) {
        if (number != number_)
            return;
        due_ = kNever;
        (object_.*Method)();
    }

    Scheduler &scheduler_;
    T &object_;
    ps_t due_ = kNever;
    u64 number_ = 0; // actions asked for
};

} // namespace faultline

#endif // FAULTLINE_SCHEDULER_H
