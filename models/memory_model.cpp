/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "memory_model.h"
#include "dma_extension.h"

namespace faultline {

using tlm::tlm_generic_payload;

static constexpr u64 kSlicesPerUs = 8;
static constexpr ps_t kSlice = 1'000'000 / kSlicesPerUs;
static constexpr std::size_t kSlices = 4096 * kSlicesPerUs;

MemoryModel::MemoryModel(sc_core::sc_module_name name, unsigned sockets, const fl_config &config, u64 seed)
    : sc_module(name), window("window"), config_(config),
      simple_(!config.memory.banks && config.memory.latency == FL_HANDLER_CONSTANT),
      latency_(FL_DRAWN(config_.memory, latency), seed), banks_(config.memory.banks), pages_(kPages, {kNever, nullptr}),
      slices_(kSlices, {kNever, 0}) {
    if (physmem_init(&store_, config.memory.size_bytes))
        throw std::bad_alloc();
    for (unsigned i = 0; i < sockets; i++) {
        sockets_.emplace_back(new tlm::tlm_target_socket<>(("in_" + std::to_string(i)).c_str()));
        sockets_.back()->bind(*this);
    }
    window.bind(window_backward_);
    slice_parts_ = config.memory.bandwidth_mb_s; // MB/s are bytes a microsecond
}

MemoryModel::~MemoryModel() {
    physmem_exit(&store_);
}

void MemoryModel::set_window(u64 first, u64 last) {
    window_first_ = first;
    window_last_ = last;
}

/* When the last byte has passed. */
ps_t MemoryModel::transfer(ps_t t, u32 bytes) {
    u64 number = t / kSlice, parts = bytes * kSlicesPerUs, left = parts;
    bool shared = false;

    for (;; number++) {
        Slice &s = slices_[number % kSlices];
        if (s.number != number)
            s = {number, 0};
        shared |= s.used != 0;
        u64 room = slice_parts_ - s.used;
        if (!room)
            continue;
        u64 take = left < room ? left : room;
        s.used += take;
        left -= take;
        if (!left) {
            ps_t filled = number * kSlice + s.used * kSlice / slice_parts_;
            ps_t alone = t + parts * kSlice / slice_parts_;
            // A slice that is busier than its share of time so far delays; an idle one does not.
            return filled > alone && shared ? filled : alone;
        }
    }
}

/* One unit of interleaving: when its bank begins to serve it. @hit: its row was open. */
ps_t MemoryModel::visit(u64 unit, ps_t t, bool &hit) {
    Bank &b = banks_[unit % banks_.size()];
    u64 row_bytes = config_.memory.row_bytes;
    u64 row = row_bytes ? unit / banks_.size() * config_.memory.interleave_bytes / row_bytes : 0;

    hit = row_bytes && b.row == row;
    b.row = row;
    ps_t length = hit ? config_.memory.bank_hit_ps : config_.memory.bank_ps;
    return b.times.reserve(t, t, length);
}

ps_t MemoryModel::price_at(u64 pa, ps_t t, u32 bytes, ps_t &waited) {
    u64 size = config_.memory.interleave_bytes;
    ps_t begin = t;
    bool open = !banks_.empty() && config_.memory.row_bytes;

    if (!banks_.empty())
        for (u64 unit = pa / size; unit <= (pa + bytes - 1) / size; unit++) {
            bool hit;
            begin = std::max(begin, visit(unit, t, hit));
            open &= hit;
        }
    waited = begin - t;
    if (config_.memory.bandwidth_mb_s)
        begin = transfer(begin, bytes);
    return begin + (open ? config_.memory.row_hit_ps : latency_.next());
}

std::vector<const Usage *> MemoryModel::usages(ps_t until) const {
    std::vector<const Usage *> all;

    for (const Bank &b : banks_)
        all.push_back(&b.times.usage(until));
    return all;
}

void MemoryModel::mark(ps_t t) {
    for (Bank &b : banks_)
        b.times.mark(t);
}

static bool enabled(const tlm_generic_payload &gp, u32 i) {
    return gp.get_byte_enable_ptr()[i % gp.get_byte_enable_length()] == TLM_BYTE_ENABLED;
}

static int masked(physmem &m, tlm_generic_payload &gp) {
    u64 last = gp.get_address() + gp.get_data_length() - 1;

    // No byte at all: an access whose data nobody knows.
    if (gp.get_byte_enable_ptr() && gp.get_byte_enable_length() == 1 && !enabled(gp, 0))
        return last < m.size ? 0 : -EIO;
    for (u32 i = 0; i < gp.get_data_length(); i++) {
        u64 pa = gp.get_address() + i % gp.get_streaming_width();
        if (gp.get_byte_enable_ptr() && !enabled(gp, i))
            continue;
        int ret = gp.is_write() ? physmem_write(&m, pa, gp.get_data_ptr() + i, 1)
                                : physmem_read(&m, pa, gp.get_data_ptr() + i, 1);
        if (ret)
            return ret;
    }
    return 0;
}

/* Within a page that was used before: most accesses. */
bool MemoryModel::plain(tlm_generic_payload &gp) {
    u32 len = gp.get_data_length();

    if (gp.get_byte_enable_ptr() || gp.get_streaming_width() < len)
        return false;
    unsigned char *at = host(gp.get_address(), len);
    if (!at)
        return false;
    if (gp.is_read())
        std::memcpy(gp.get_data_ptr(), at, len);
    else if (gp.is_write())
        std::memcpy(at, gp.get_data_ptr(), len);
    else
        return false;
    gp.set_response_status(tlm::TLM_OK_RESPONSE);
    return true;
}

bool MemoryModel::access(tlm_generic_payload &gp) {
    int ret = 0;

    if (gp.get_byte_enable_ptr() || gp.get_streaming_width() < gp.get_data_length())
        ret = masked(store_, gp);
    else if (gp.is_read())
        ret = physmem_read(&store_, gp.get_address(), gp.get_data_ptr(), gp.get_data_length());
    else if (gp.is_write())
        ret = physmem_write(&store_, gp.get_address(), gp.get_data_ptr(), gp.get_data_length());
    gp.set_response_status(ret ? tlm::TLM_ADDRESS_ERROR_RESPONSE : tlm::TLM_OK_RESPONSE);
    if (!ret && !gp.get_byte_enable_ptr())
        remember(gp.get_address());
    return !ret;
}

/* Banks, or a latency that is drawn. */
__attribute__((noinline)) void MemoryModel::annotate(tlm_generic_payload &gp, sc_core::sc_time &delay) {
    DmaExtension *ext = nullptr;
    ps_t waited;

    delay = Scheduler::delay_to(price_at(gp.get_address(), Scheduler::absolute(delay), gp.get_data_length(), waited));
    gp.get_extension(ext);
    if (ext)
        ext->bank_waited = waited;
}

void MemoryModel::b_transport(tlm_generic_payload &gp, sc_core::sc_time &delay) {
    if (unlikely(in_window(gp.get_address()))) {
        window->b_transport(gp, delay);
        return;
    }
    if (!gp.get_streaming_width()) {
        gp.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
        return;
    }
    if (unlikely(!plain(gp)))
        access(gp);
    gp.set_dmi_allowed(true);
    if (likely(simple_))
        delay = Scheduler::delay_to(price(Scheduler::absolute(delay), gp.get_data_length()));
    else
        annotate(gp, delay);
}

bool MemoryModel::get_direct_mem_ptr(tlm_generic_payload &gp, tlm::tlm_dmi &dmi) {
    u64 base = gp.get_address() & ~u64{PHYSMEM_PAGE_SIZE - 1};
    // A page that was never written reads as zero and stays absent.
    u8 *page = gp.is_write() ? physmem_page(&store_, base) : physmem_find(&store_, base);

    dmi.init();
    dmi.set_start_address(base);
    dmi.set_end_address(base + PHYSMEM_PAGE_SIZE - 1);
    if (!page || in_window(gp.get_address())) {
        dmi.allow_none();
        return false;
    }
    dmi.set_dmi_ptr(page);
    dmi.allow_read_write();
    dmi.set_read_latency(to_sc(config_.memory.latency_ps));
    dmi.set_write_latency(to_sc(config_.memory.latency_ps));
    return true;
}

unsigned MemoryModel::transport_dbg(tlm_generic_payload &gp) {
    if (in_window(gp.get_address()))
        return window->transport_dbg(gp);
    int ret = gp.is_write()  ? physmem_write(&store_, gp.get_address(), gp.get_data_ptr(), gp.get_data_length())
              : gp.is_read() ? physmem_read(&store_, gp.get_address(), gp.get_data_ptr(), gp.get_data_length())
                             : -EIO;
    return ret ? 0 : gp.get_data_length();
}

} // namespace faultline
