/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "driver_access.h"
#include "tlm_parts.h"

namespace faultline {

static constexpr u32 kPollTries = 100000;

DriverAccess::DriverAccess(CpuParts &parts, Ledger &ledger, Registers &mmio)
    : parts_(parts), scheduler_(parts.scheduler), ledger_(ledger), memory_(parts.memory), config_(parts.config),
      mmio_(mmio), mmio_write_ps_(config_.cpu.mmio_write_ps + (config_.driver.nested ? config_.driver.trap_ps : 0)),
      memory_ps_(config_.cpu.memory_ps) {}

const drv_ops *DriverAccess::ops() {
    using P = DriverAccess;
    static const drv_ops table = [] {
        drv_ops o{};
        o.mmio_read = [](void *p, u64 offset, unsigned size) {
            return static_cast<P *>(p)->read_register(offset, size);
        };
        o.mmio_write = [](void *p, u64 offset, u64 value, unsigned size) {
            static_cast<P *>(p)->write_register(offset, value, size);
        };
        o.mem_alloc = [](void *p, u64 bytes, u64 align, u64 *pa) {
            return static_cast<P *>(p)->alloc(bytes, align, pa);
        };
        o.mem_free = [](void *p, u64 pa, u64 bytes) { frames_free(static_cast<P *>(p)->parts_.tables, pa, bytes); };
        o.mem_read = [](void *p, u64 pa, void *buf, u32 len) { return static_cast<P *>(p)->read(pa, buf, len); };
        o.mem_write = [](void *p, u64 pa, const void *buf, u32 len) {
            return static_cast<P *>(p)->write(pa, buf, len);
        };
        o.poll = [](void *p, u32 tries) { return static_cast<P *>(p)->poll(tries); };
        o.now = [](void *p) { return static_cast<P *>(p)->parts_.now_ns(); };
        o.hypervisor = [](void *p, bool on) {
            auto *self = static_cast<P *>(p);
            self->memory_ps_ = on ? 0 : self->config_.cpu.memory_ps;
        };
        o.set_page_request_allocation = [](void *p, u32 sid, u32 n) {
            auto &allocate = static_cast<P *>(p)->parts_.allocate;
            return allocate ? allocate(sid, n) : 0;
        };
        return o;
    }();
    return &table;
}

/*
 * Software looks at a register or at memory. The engine has completed a SYNC already; software sees that only when its
 * time has come.
 */
void DriverAccess::look(u64 address, u32 len) {
    if (ledger_.sync_done() > sync_seen_) {
        sync_seen_ = ledger_.sync_done();
        scheduler_.spend_until(sync_seen_);
    }
    ledger_.read(address, len, scheduler_.now(), reader_ ? *reader_ : Reader{});
}

u64 DriverAccess::transact(tlm::tlm_command command, u64 offset, u64 value, unsigned size) {
    tlm::tlm_generic_payload &gp = mmio_gp_;
    sc_core::sc_time delay = Scheduler::delay_to(scheduler_.now());
    u8 word[8];

    fl_put_le64(word, value);
    set_access(gp, command, offset, word, size);
    mmio_->b_transport(gp, delay);
    return size == 4 ? fl_get_le32(word) : fl_get_le64(word);
}

u64 DriverAccess::read_register(u64 offset, unsigned size) {
    scheduler_.spend(config_.cpu.mmio_read_ps);
    look(offset, size);
    return transact(tlm::TLM_READ_COMMAND, offset, 0, size);
}

void DriverAccess::write_register(u64 offset, u64 value, unsigned size) {
    scheduler_.spend(mmio_write_ps_);
    transact(tlm::TLM_WRITE_COMMAND, offset, value, size);
}

int DriverAccess::alloc(u64 bytes, u64 align, u64 *pa) {
    static const u8 zeros[PHYSMEM_PAGE_SIZE] = {};
    physmem &m = memory_.store();
    int ret = frames_alloc(parts_.tables, bytes, align, pa);

    /* Pages that were never written read as zero already. */
    for (u64 at = 0; !ret && at < bytes; at += PHYSMEM_PAGE_SIZE)
        if (physmem_find(&m, *pa + at))
            ret = physmem_write(&m, *pa + at, zeros, u32(std::min<u64>(bytes - at, sizeof(zeros))));
    return ret;
}

int DriverAccess::read_slow(u64 pa, void *buf, u32 len) {
    look(pa, len);
    if (const unsigned char *at = memory_.host(pa, len)) {
        copy_words(buf, at, len);
        return 0;
    }
    memory_.remember(pa);
    return physmem_read(&memory_.store(), pa, buf, len);
}

int DriverAccess::write_slow(u64 pa, const void *buf, u32 len) {
    if (unsigned char *at = memory_.host(pa, len)) {
        copy_words(at, buf, len);
        return 0;
    }
    int ret = physmem_write(&memory_.store(), pa, buf, len);
    memory_.remember(pa);
    return ret;
}

/* Most accesses are to entries of page tables that were used before. */
inline int DriverAccess::read(u64 pa, void *buf, u32 len) {
    scheduler_.spend(memory_ps_);
    const unsigned char *at = memory_.host(pa, len);
    if (unlikely(!at || len != 8 || attentive()))
        return read_slow(pa, buf, len);
    std::memcpy(buf, at, 8);
    return 0;
}

inline int DriverAccess::write(u64 pa, const void *buf, u32 len) {
    scheduler_.spend(memory_ps_);
    unsigned char *at = memory_.host(pa, len);
    if (unlikely(!at || len != 8))
        return write_slow(pa, buf, len);
    std::memcpy(at, buf, 8);
    return 0;
}

/* Between two looks hardware goes on: whatever it waits for next happens. */
bool DriverAccess::poll(u32 tries) {
    ps_t next = ledger_.next_due();

    if (next != kNever)
        scheduler_.spend_until(next);
    transact(tlm::TLM_IGNORE_COMMAND, 0, 0, 4);
    return tries < kPollTries;
}

} // namespace faultline
