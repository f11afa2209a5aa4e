/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What --timeline and --vcd write, read back by readers that know the formats and nothing of who wrote the files:
 * perfetto's protos/perfetto/trace (field numbers below), and IEEE 1364, 18.2. One simulation a process: every run is
 * forked.
 */
#include "replay_rig.h"
#include "timed_replay.h"
#include <algorithm>
#include <cstring>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>
#include <zlib.h>

extern "C" {
#include "suite.h"
}

namespace {

char out[] = "/tmp/timelineXXXXXX";
json_t *watch;

struct Case {
    const char *iommu;
    replay_faults faults;
    std::vector<const char *> set;
};

/* All prices are whole ns, which is what the format counts. */
const Case cases[] = {
    {"smmuv3", REPLAY_STALL, {}},
    {"smmuv3", REPLAY_STALL, {"cpu.count=1", "smmuv3.stall_max=4", "iommu.eventq_log2=1", "tbu.slots=8"}},
    {"smmuv3", REPLAY_STALL, {"iommu.count=2", "iommu.map=2=1", "cpu.workers=2", "cpu.batch_faults=4"}},
    {"smmuv3", REPLAY_TERMINATE, {}},
    {"smmuv3", REPLAY_PRI, {"pcie.credits=2", "iommu.priq_log2=2", "pcie.lanes=0"}},
    {"vtd", REPLAY_PRI, {"pcie.lanes=0", "cpu.batch_faults=8"}},
    {"smmuv2", REPLAY_STALL, {}},
};

void play(const Case &c) {
    static const char *const keys[] = {"accesses=1500", "pages=200", "streams=3", "unmap_every=9", "interval_ns=300"};
    fl_config_error err;

    rig_generate("random", keys, 5, 1);
    rig_opt.kind = iommu_kind_find(c.iommu);
    rig_opt.faults = c.faults;
    ck_assert(!fl_config_set(&rig_cfg, "master.arrival=back-to-back", &err));
    for (const char *s : c.set)
        ck_assert_msg(!fl_config_set(&rig_cfg, s, &err), "%s", err.text);
    watch = json_object();
    rig_opt.series = 10;
    rig_opt.watch = watch;
    ck_assert_msg(!replay_timed_apart(&rig_opt, &rig_res, &rig_err), "%s", rig_err.reason);
}

std::string contents(const char *path) {
    std::ifstream in(path, std::ios::binary);
    std::stringstream all;

    all << in.rdbuf();
    return all.str();
}

/* Check tells its parent of each assertion that it meets: too much for each byte of a file. */
inline void need(bool ok, int line = __builtin_LINE()) {
    if (!ok)
        ck_abort_msg("line %d", line);
}

/* ---- a reader of protocol buffers ---- */

struct Field {
    u64 number = 0, value = 0;
    std::string bytes;
};

class Reader {
public:
    explicit Reader(const std::string &bytes) : bytes_(bytes) {}

    bool next(Field &f) {
        if (at_ == bytes_.size())
            return false;
        u64 tag = varint();
        f = {tag >> 3, 0, ""};
        switch (tag & 7) {
        case 0:
            f.value = varint();
            break;
        case 1:
            for (unsigned i = 0; i < 8; i++)
                f.value |= u64(byte()) << 8 * i;
            break;
        case 2: {
            u64 length = varint();
            need(length <= bytes_.size() - at_);
            f.bytes = bytes_.substr(at_, length);
            at_ += length;
            break;
        }
        default:
            ck_abort_msg("wire type %llu of field %llu", tag & 7, f.number);
        }
        return true;
    }

private:
    u8 byte() {
        need(at_ < bytes_.size());
        return u8(bytes_[at_++]);
    }
    u64 varint() {
        u64 value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            u8 b = byte();
            value |= u64(b & 0x7f) << shift;
            if (!(b & 0x80))
                return value;
        }
        ck_abort_msg("a varint of more than 64 bits");
    }

    const std::string &bytes_;
    std::size_t at_ = 0;
};

/* All fields of a message; of one that is not repeated, the last counts. */
std::multimap<u64, Field> fields(const std::string &bytes) {
    std::multimap<u64, Field> all;
    Reader r(bytes);
    Field f;

    while (r.next(f))
        all.emplace(f.number, f);
    return all;
}

const Field *find(const std::multimap<u64, Field> &all, u64 number) {
    auto found = all.find(number);

    return found == all.end() ? nullptr : &found->second;
}

/* ---- a reader of the trace ---- */

struct Slice {
    std::string name;
    u64 track, begin, end;
    std::size_t depth;
};

struct Trace {
    struct Sequence {
        u64 now = 0, track = 0;
        bool clock = false;
        std::map<u64, std::string> names;
    };
    std::map<u64, std::string> tracks;
    std::set<u64> counters;
    std::map<u64, Sequence> sequences;
    std::map<u64, std::vector<Slice>> open;
    std::vector<Slice> slices;
    std::map<u64, unsigned> flows;
    struct Value {
        u64 at, is;
    };
    std::map<std::string, std::vector<Value>> values;
    u64 packets = 0;

    explicit Trace(const std::string &file) { read(file, false); }

    /* Trace.packet is 1; TracePacket.compressed_packets is 50. */
    void read(const std::string &bytes, bool inflated) {
        Reader r(bytes);
        Field f;
        while (r.next(f)) {
            need(f.number == 1);
            auto packet = fields(f.bytes);
            if (const Field *compressed = find(packet, 50)) {
                need(!inflated);
                need(f.bytes.size() < 512 << 10);
                std::string plain(512 << 10, ' ');
                uLongf length = plain.size();
                ck_assert_int_eq(uncompress(reinterpret_cast<Bytef *>(plain.data()), &length,
                                            reinterpret_cast<const Bytef *>(compressed->bytes.data()),
                                            compressed->bytes.size()),
                                 Z_OK);
                plain.resize(length);
                read(plain, true);
            } else {
                take(packet);
            }
        }
    }

    /* timestamp 8, trusted_packet_sequence_id 10, track_event 11, interned_data 12, track_descriptor 60 */
    void take(const std::multimap<u64, Field> &packet) {
        packets++;
        need(find(packet, 10) != nullptr);
        Sequence &s = sequences[find(packet, 10)->value];
        if (const Field *d = find(packet, 60))
            describe(fields(d->bytes));
        if (const Field *snapshot = find(packet, 6))
            set_clock(s, fields(snapshot->bytes));
        if (const Field *defaults = find(packet, 59))
            set_defaults(s, fields(defaults->bytes));
        if (const Field *interned = find(packet, 12)) {
            auto all = fields(interned->bytes);
            auto names = all.equal_range(2); // event_names: iid 1, name 2
            for (auto n = names.first; n != names.second; ++n) {
                auto name = fields(n->second.bytes);
                s.names[find(name, 1)->value] = find(name, 2)->bytes;
            }
        }
        if (const Field *event = find(packet, 11)) {
            need(find(packet, 8) != nullptr);
            u64 delta = find(packet, 8)->value;
            need(s.clock);
            need(delta < 1ULL << 62); // never back
            s.now += delta;
            take_event(s, fields(event->bytes));
        }
    }

    /* Clocks 64 to 127 are a sequence's own; is_incremental 3: a packet's time counts from the one before. */
    static void set_clock(Sequence &s, const std::multimap<u64, Field> &snapshot) {
        auto clocks = snapshot.equal_range(1);
        for (auto c = clocks.first; c != clocks.second; ++c) {
            auto clock = fields(c->second.bytes);
            if (find(clock, 1)->value == 64) {
                need(find(clock, 3)->value == 1);
                s.now = find(clock, 2)->value;
                s.clock = true;
            }
        }
    }

    /* timestamp_clock_id 58, track_event_defaults 11: track_uuid 11 */
    static void set_defaults(Sequence &s, const std::multimap<u64, Field> &defaults) {
        need(find(defaults, 58)->value == 64);
        s.track = find(fields(find(defaults, 11)->bytes), 11)->value;
    }

    /* uuid 1, name 2, parent_uuid 5, counter 8 */
    void describe(const std::multimap<u64, Field> &d) {
        u64 uuid = find(d, 1)->value;
        need(!tracks.count(uuid));
        tracks[uuid] = find(d, 2)->bytes;
        if (find(d, 8))
            counters.insert(uuid);
        if (find(d, 5))
            need(tracks.count(find(d, 5)->value));
    }

    /* type 9, name_iid 10, counter_value 30, flow_ids 47 */
    void take_event(Sequence &s, const std::multimap<u64, Field> &e) {
        std::vector<Slice> &stack = open[s.track];
        need(tracks.count(s.track));
        auto ids = e.equal_range(47);
        for (auto f = ids.first; f != ids.second; ++f)
            flows[f->second.value]++;
        switch (find(e, 9)->value) {
        case 1:
            need(s.names.count(find(e, 10)->value));
            stack.push_back({s.names[find(e, 10)->value], s.track, s.now, 0, stack.size()});
            break;
        case 2:
            need(!stack.empty());
            stack.back().end = s.now;
            slices.push_back(stack.back());
            stack.pop_back();
            break;
        case 4: {
            need(counters.count(s.track));
            values[tracks[s.track]].push_back({s.now, find(e, 30)->value});
            break;
        }
        default:
            ck_abort_msg("type %llu", find(e, 9)->value);
        }
    }
    /* The highest from @begin on and before @end. */
    static u64 peak(const std::vector<Value> &changes, u64 begin, u64 end) {
        u64 before = 0, most = 0;
        for (const Value &v : changes) {
            if (v.at < begin)
                before = v.is;
            else if (v.at < end)
                most = std::max(most, v.is);
        }
        return std::max(before, most);
    }
    /* The measured interval. */
    Slice interval() const {
        for (const Slice &s : slices)
            if (s.name == "measured interval")
                return s;
        ck_abort_msg("no measured interval");
    }
    u64 count(const char *name) const {
        return u64(std::count_if(slices.begin(), slices.end(), [=](const Slice &s) { return s.name == name; }));
    }
    u64 total(const std::string &name) const {
        u64 all = 0;
        for (const Slice &s : slices)
            all += s.name == name ? s.end - s.begin : 0;
        return all;
    }
};

Trace play_timeline(const Case &c) {
    rig_opt.timeline = out;
    play(c);
    Trace t(contents(out));
    for (auto &stack : t.open)
        ck_assert_msg(stack.second.empty(), "%s: a slice has no end", t.tracks[stack.first].c_str());
    for (auto &f : t.flows)
        if (f.second < 2)
            ck_abort_msg("flow 0x%llx has one end", f.first);
    return t;
}

u64 number(const json_t *o, const char *key) {
    return u64(json_integer_value(json_object_get(o, key)));
}

} // namespace

TEST_TIMES(faults_are_those_of_the_result, std::size(cases)) {
    Trace t = play_timeline(cases[_i]);
    ck_assert_uint_gt(rig_res.latency.count, 0);
    ck_assert_uint_eq(t.count("fault"), rig_res.latency.count);
    u64 longest = 0;
    for (const Slice &s : t.slices)
        longest = s.name == "fault" ? std::max(longest, s.end - s.begin) : longest;
    ck_assert_uint_eq(longest, rig_res.latency.max);
    // Each nanosecond has one owner, the same as in the result.
    u64 owned = 0;
    for (unsigned i = 0; i < OWNERS; i++) {
        ck_assert_msg(t.total(owner_table[i].name) == rig_res.fault_owner_ns[i], "%s: %llu ns, not %llu",
                      owner_table[i].name, t.total(owner_table[i].name), rig_res.fault_owner_ns[i]);
        owned += rig_res.fault_owner_ns[i];
    }
    ck_assert_uint_eq(t.total("fault"), owned);
    for (unsigned i = 0; i < FAULT_PARTS; i++)
        ck_assert_uint_le(t.total(std::string("part ") + fault_part_names[i]),
                          rig_res.parts[i].count * rig_res.parts[i].max);
}

TEST_TIMES(slowest_faults_are_there, std::size(cases)) {
    Trace t = play_timeline(cases[_i]);
    const json_t *list = json_object_get(watch, "slowest_faults");
    std::multiset<std::pair<u64, u64>> faults;
    u64 begin = t.interval().begin;
    ck_assert_uint_eq(t.interval().end - begin, rig_res.duration_ns);
    for (const Slice &s : t.slices)
        if (s.name == "fault")
            faults.emplace(s.begin - begin, s.end - begin);
    for (std::size_t i = 0; i < json_array_size(list); i++) {
        const json_t *f = json_array_get(list, i);
        auto found = faults.find({number(f, "begin_ns"), number(f, "end_ns")});
        ck_assert(found != faults.end());
        faults.erase(found);
    }
}

TEST_TIMES(levels_reach_their_peaks, std::size(cases)) {
    Trace t = play_timeline(cases[_i]);
    unsigned compared = 0;
    Slice in = t.interval();
    for (u32 i = 0; i < rig_res.n_resources; i++) {
        const replay_resource &r = rig_res.resources[i];
        auto found = t.values.find(r.name);
        if (found == t.values.end()) // one of several
            continue;
        u64 peak = Trace::peak(found->second, in.begin, in.end);
        ck_assert_msg(peak == r.peak, "%s: %llu, not %u", r.name, peak, r.peak);
        compared++;
    }
    ck_assert_uint_gt(compared, 2);
    if (cases[_i].faults == REPLAY_TERMINATE)
        return;
    ck_assert_uint_gt(t.count("handler call"), 0);
    ck_assert_uint_gt(t.count("thread"), 0);
    ck_assert_uint_eq(t.count("write record") > 0, rig_opt.kind != &iommu_kind_smmuv2); // it has registers
}

/* ---- waveforms ---- */

namespace {

struct Vcd {
    std::map<std::string, std::string> names; // by identifier
    std::map<std::string, u64> now, peak, rises;
    u64 last = 0;

    explicit Vcd(const std::string &text) {
        std::istringstream in(text);
        std::string word;
        bool defined = false;
        while (in >> word) {
            if (word == "$var") {
                std::string type, bits, id, name;
                in >> type >> bits >> id >> name;
                names[id] = name;
            } else if (word == "$date" || word == "$version" || word == "$comment") {
                while (word != "$end")
                    in >> word;
            } else if (word == "$enddefinitions") {
                defined = true;
            } else if (defined && word[0] == '#') {
                u64 t = std::stoull(word.substr(1));
                need(t >= last);
                last = t;
            } else if (defined && word[0] == 'b') {
                std::string id;
                in >> id;
                change(id, std::stoull(word.substr(1), nullptr, 2));
            } else if (defined && (word[0] == '0' || word[0] == '1') && names.count(word.substr(1))) {
                change(word.substr(1), u64(word[0] - '0'));
            }
        }
        ck_assert(defined);
    }
    void change(const std::string &id, u64 value) {
        need(names.count(id));
        const std::string &name = names[id];
        rises[name] += value > now[name];
        now[name] = value;
        peak[name] = std::max(peak[name], value);
    }
};

} // namespace

TEST_TIMES(waves_are_those_of_the_result, std::size(cases)) {
    rig_opt.vcd = out;
    play(cases[_i]);
    Vcd v(contents(out));
    u64 interrupts = 0;
    for (auto &r : v.rises)
        interrupts += r.first.rfind("irq_", 0) ? 0 : r.second;
    // An aborted access does not wait for its interrupt: the last may come when the interval is over.
    ck_assert_uint_ge(interrupts, rig_res.counters.interrupts);
    ck_assert_uint_le(interrupts, rig_res.counters.interrupts + (cases[_i].faults == REPLAY_TERMINATE));
    unsigned compared = 0;
    for (u32 i = 0; i < rig_res.n_resources; i++) {
        const replay_resource &r = rig_res.resources[i];
        // Drivers send commands before the measured interval, too.
        if (r.index || !v.peak.count(r.name) || strchr(r.name, '@') || strstr(r.name, "command"))
            continue;
        ck_assert_msg(v.peak[r.name] == r.peak, "%s: %llu, not %u", r.name, v.peak[r.name], r.peak);
        compared++;
    }
    ck_assert_uint_gt(compared, 2);
    rig_opt.vcd = nullptr;
    ck_assert_uint_eq(v.last / 1000, play_timeline(cases[_i]).interval().end); // not what software does behind it
    // The stall state of each stream: it begins without, and ends without.
    for (u32 i = 0; i < rig_res.n_streams; i++) {
        char name[32];
        snprintf(name, sizeof(name), "%s_0x%x", rig_opt.kind == &iommu_kind_smmuv2 ? "fsr_ss" : "stalled",
                 rig_res.streams[i].sid);
        ck_assert_uint_eq(v.now[name], 0);
        ck_assert_uint_eq(v.rises[name] > 0, cases[_i].faults == REPLAY_STALL);
    }
}

/* A file that cannot be made is named, and nothing is left of it. */
TEST_TIMES(no_file, 4) {
    static const char *const where[] = {"/tmp/no such folder/out", "/tmp"};
    (_i & 1 ? rig_opt.vcd : rig_opt.timeline) = where[_i / 2];
    rig_text("access 1 sid=1 iova=0x1000 size=8 dir=r\n");
    ck_assert_int_ne(replay_timed_apart(&rig_opt, &rig_res, &rig_err), 0);
    ck_assert_msg(strstr(rig_err.reason, where[_i / 2]), "%s", rig_err.reason);
}

/* A run is a function of its options, and so is what is drawn of it. */
TEST(same_bytes_each_time) {
    play_timeline(cases[0]);
    std::string first = contents(out);
    ck_assert_msg(!replay_timed_apart(&rig_opt, &rig_res, &rig_err), "%s", rig_err.reason);
    ck_assert(first == contents(out));
}

static void setup() {
    rig_setup();
    strcpy(out, "/tmp/timelineXXXXXX");
    close(mkstemp(out));
}

static void teardown() {
    json_decref(watch);
    watch = nullptr;
    unlink(out);
    rig_teardown();
}

SUITE_WITH("timeline", setup, teardown)
