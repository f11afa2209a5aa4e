/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "walk_port.h"
#include "tlm_parts.h"

namespace faultline {

unsigned char *WalkPort::ask(u64 pa, bool write) {
    u64 first = pa & ~(kPage - 1);
    tlm::tlm_generic_payload gp;
    tlm::tlm_dmi dmi;

    gp.set_address(pa);
    gp.set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
    if (!socket_->get_direct_mem_ptr(gp, dmi) || dmi.get_start_address() > first ||
        dmi.get_end_address() < first + kPage - 1 || !dmi.is_read_allowed() || (write && !dmi.is_write_allowed()))
        return nullptr;
    Page &page = pages_[pa / kPage % kPages];
    page = {pa / kPage, dmi.get_dmi_ptr() + (first - dmi.get_start_address()), dmi.is_write_allowed()};
    return page.host + pa % kPage;
}

int WalkPort::debug(u64 pa, void *buf, u32 len, bool write) {
    tlm::tlm_generic_payload gp;

    set_access(gp, write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND, pa, buf, len);
    return socket_->transport_dbg(gp) == len ? 0 : -EIO;
}

int WalkPort::read(u64 pa, void *buf, u32 len) {
    const unsigned char *host = direct(pa, len, false);

    if (unlikely(!host))
        return debug(pa, buf, len, false);
    copy_words(buf, host, len);
    return 0;
}

int WalkPort::write(u64 pa, const void *buf, u32 len) {
    unsigned char *host = direct(pa, len, true);

    if (!host)
        return debug(pa, const_cast<void *>(buf), len, true);
    std::memcpy(host, buf, len);
    return 0;
}

/* The engine has already written what it writes: reading prices it without a second effect. */
ps_t WalkPort::price(u64 pa, u32 len, ps_t t, ps_t &waited) {
    tlm::tlm_generic_payload gp;
    sc_core::sc_time delay = Scheduler::delay_to(t);

    if (scratch_.size() < len)
        scratch_.resize(len);
    set_access(gp, tlm::TLM_READ_COMMAND, pa, scratch_.data(), len);
    ext_.bank_waited = 0;
    gp.set_extension(&ext_);
    socket_->b_transport(gp, delay);
    gp.clear_extension(&ext_);
    waited = ext_.bank_waited;
    return Scheduler::absolute(delay);
}

void WalkPort::post(u64 pa, u32 data, ps_t t) {
    tlm::tlm_generic_payload gp;
    sc_core::sc_time delay = Scheduler::delay_to(t);
    u8 word[4];

    fl_put_le32(word, data);
    set_access(gp, tlm::TLM_WRITE_COMMAND, pa, word, sizeof(word));
    socket_->b_transport(gp, delay);
}

} // namespace faultline
