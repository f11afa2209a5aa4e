/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "waves.h"
#include "new_file.h"
#include <algorithm>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace faultline {

/* ---- the process that plays ---- */

namespace {

/* What goes through the pipe: signals, each followed by its name, up to one of no bits; then steps. */
struct SignalHead {
    u32 bits, name_length;
};
struct Step {
    ps_t time;
    u32 signal, value;
};

bool get(std::FILE *in, void *to, std::size_t bytes) {
    return std::fread(to, 1, bytes, in) == bytes;
}

/* Each step at its time. */
class Player : public sc_core::sc_module {
public:
    Player(std::FILE *in, sc_core::sc_trace_file *out) : sc_module(sc_core::sc_module_name("player")), in_(in) {
        SC_HAS_PROCESS(Player);
        SignalHead head;
        while (get(in_, &head, sizeof(head)) && head.bits) {
            std::string name(head.name_length, ' ');
            if (!get(in_, name.data(), name.size()))
                return;
            levels_.emplace_back(head.bits, 0);
            names_.push_back(name);
        }
        for (std::size_t i = 0; i < levels_.size(); i++)
            sc_core::sc_trace(out, levels_[i].second, names_[i], int(levels_[i].first));
        more_ = get(in_, &next_, sizeof(next_));
        SC_METHOD(play);
    }

private:
    void play() {
        ps_t now = sc_core::sc_time_stamp().value();

        while (more_ && next_.time <= now) {
            auto &[bits, level] = levels_[next_.signal];
            level = bits == 1 ? next_.value != 0 : next_.value;
            more_ = get(in_, &next_, sizeof(next_));
        }
        if (more_)
            next_trigger(to_sc(next_.time - now));
    }

    std::FILE *in_;
    std::vector<std::pair<u32, unsigned int>> levels_; // with their bits; none moves once it is traced
    std::vector<std::string> names_;
    Step next_{};
    bool more_ = false;
};

constexpr char kSuffix[] = ".vcd"; // SystemC adds it by itself

int child(int fd, const std::string &temp) {
    std::FILE *in = fdopen(fd, "rb");
    std::string stem = temp.substr(0, temp.size() - std::strlen(kSuffix));

    if (!in)
        return 1;
    sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
    sc_core::sc_report_handler::set_actions(sc_core::SC_WARNING, sc_core::SC_DO_NOTHING);
    sc_core::sc_trace_file *out = sc_core::sc_create_vcd_trace_file(stem.c_str());
    out->set_time_unit(1, sc_core::SC_PS);
    Player player(in, out);
    sc_core::sc_start();
    sc_core::sc_close_vcd_trace_file(out);
    return 0;
}

} // namespace

/* ---- the process that runs ---- */

Waves::Waves(const replay_options &opt, const std::vector<u32> &streams)
    : path_(opt.vcd), fsr_(!std::strcmp(opt.kind->name, "smmuv2")) {
    int fds[2] = {-1, -1};

    close(new_file(path_, temp_, kSuffix));
    child_ = pipe(fds) ? -1 : fork();
    if (!child_) {
        close(fds[1]);
        _exit(child(fds[0], temp_));
    }
    close(fds[0]);
    to_child_ = fds[1];
    if (child_ < 0) {
        temp_file_remove(temp_.c_str());
        throw std::runtime_error(path_ + ": " + std::strerror(errno));
    }
    for (u32 sid : streams) {
        char name[32];
        std::snprintf(name, sizeof(name), fsr_ ? "fsr_ss_0x%x" : "stalled_0x%x", sid);
        stalled_[sid] = signal(name, 1);
    }
}

Waves::~Waves() {
    int state;

    if (to_child_ < 0)
        return;
    close(to_child_);
    waitpid(child_, &state, 0);
    temp_file_remove(temp_.c_str());
}

u32 Waves::signal(const std::string &name, u32 bits) {
    signals_.push_back({name, bits});
    return u32(signals_.size() - 1);
}

/* What is used by every access tells little, and much of it. */
void Waves::resources(const std::vector<const Usage *> &resources) {
    std::unordered_map<std::string, unsigned> seen;

    for (const Usage *u : resources) {
        std::string name = u->name();
        unsigned number = seen[name]++;
        bool queue = name.find("queue") != std::string::npos;
        Gauge g{};
        if (number)
            name += "_" + std::to_string(number);
        if (name.rfind("tbu_input", 0) && name.rfind("memory_bank", 0))
            g.level = signal(name, 32);
        if (queue) {
            g.written = signal(name + "_prod", 32);
            g.read = signal(name + "_cons", 32);
        }
        gauges_.push_back(g);
    }
}

void Waves::level(unsigned gauge, ps_t t, u32 units, bool) {
    Gauge &g = gauges_[gauge];
    s32 by = s32(units - g.units);

    g.units = units;
    if (!g.level || !by)
        return;
    set(g.level, t, s32(units));
    if (g.written && by > 0)
        set(g.written, t, by, true);
    if (g.read && by < 0)
        set(g.read, t, -by, true);
}

void Waves::stalled(unsigned, u32 sid, ps_t t, bool on) {
    set(stalled_[sid], t, on ? 1 : -1, true);
}

/* A pulse for each entry of the hard handler, from the moment at which the line fired. */
void Waves::served(const Served &s) {
    u32 &line = lines_[u64{s.iommu} << 32 | s.line];

    if (!line)
        line = signal("irq_" + std::to_string(s.iommu) + "_" + std::to_string(s.line), 1);
    set(line, s.came, 1);
    set(line, s.entered > s.came ? s.entered - 1 : s.entered, 0);
}

static bool put(int fd, const void *data, std::size_t left) {
    const char *at = static_cast<const char *>(data);
    ssize_t n;

    while (left && (n = write(fd, at, left)) > 0) {
        at += n;
        left -= std::size_t(n);
    }
    return !left;
}

bool Waves::send() {
    std::vector<s32> values(signals_.size());
    std::vector<Step> steps;
    std::string heads;

    for (std::size_t i = 1; i < signals_.size(); i++) {
        SignalHead h{signals_[i].bits, u32(signals_[i].name.size())};
        heads.append(reinterpret_cast<const char *>(&h), sizeof(h)) += signals_[i].name;
    }
    SignalHead last{};
    heads.append(reinterpret_cast<const char *>(&last), sizeof(last));
    bool ok = put(to_child_, heads.data(), heads.size());
    for (const Change &c : changes_) {
        s32 &v = values[c.signal];
        v = c.relative ? v + c.value : c.value;
        steps.push_back({c.time, c.signal - 1, u32(std::max(v, 0))});
        if (steps.size() < 4096 && &c != &changes_.back())
            continue;
        ok = ok && put(to_child_, steps.data(), steps.size() * sizeof(Step));
        steps.clear();
    }
    return ok;
}

/* In the order of time, up to the end; a change there that changes nothing makes the file last until then. */
void Waves::settle() {
    auto later = [](const Change &a, const Change &b) { return a.time < b.time; };

    std::stable_sort(changes_.begin(), changes_.end(), later);
    changes_.erase(std::upper_bound(changes_.begin(), changes_.end(), Change{end_, 0, 0, false}, later),
                   changes_.end());
    if (end_ != kNever)
        set(1, end_, 0, true);
}

int Waves::finish(dmat_error *err) {
    int state = 0;

    settle();
    bool ok = send();
    close(to_child_);
    to_child_ = -1;
    waitpid(child_, &state, 0);
    if (ok && !state && !std::rename(temp_.c_str(), path_.c_str())) {
        temp_file_kept(temp_.c_str());
        return 0;
    }
    temp_file_remove(temp_.c_str());
    return dmat_fail(err, EIO, "%s: cannot be written", path_.c_str());
}

} // namespace faultline
