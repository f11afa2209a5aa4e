/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "walk_port.h"

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

    if (unlikely(broken_ - pa < len))
        return -EIO;
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

/* ---- accesses that take their time ---- */

Visit &WalkPort::visit(tlm::tlm_command command, u64 pa, u32 len, Visitor *who) {
    Visit &v = *visits_.take();

    if (v.data.size() < len)
        v.data.resize(len);
    v.who = who;
    v.ext = {};
    set_access(v, command, pa, v.data.data(), len);
    v.set_byte_enable_ptr(nullptr);
    v.set_dmi_allowed(false);
    return v;
}

/* The engine has already written what it writes: reading prices it without a second effect. */
Visit &WalkPort::reading(u64 pa, u32 len, Visitor *who) {
    return visit(tlm::TLM_READ_COMMAND, pa, len, who);
}

Visit &WalkPort::writing(u64 pa, u32 data, Visitor *who) {
    Visit &v = visit(tlm::TLM_WRITE_COMMAND, pa, sizeof(data), who);

    fl_put_le32(v.data.data(), data);
    return v;
}

bool WalkPort::send(Visit &v, ps_t &time) {
    if (unlikely(shut())) {
        v.at = time;
        queue(v);
        return false;
    }
    if (likely(AccessOutlet::send(v, time)))
        return true;
    sent(v, v);
    return false;
}

void WalkPort::turn(Visit &v) {
    ps_t time = std::max(v.at, scheduler_.now());

    if (send(v, time))
        over(v, time);
}

void WalkPort::over(Visit &v, ps_t time) {
    if (v.who)
        v.who->visited(v, time);
    v.release();
}

} // namespace faultline
