/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Address translation services: translation requests, page requests, invalidations of endpoints. */
#include "iommu_model_priv.h"

namespace faultline {

void IommuModel::attach_endpoint(u32 requester, AtsSink *sink) {
    endpoints_[requester] = sink;
}

AtsSink *IommuModel::endpoint(u32 requester) const {
    auto found = endpoints_.find(requester);

    return found == endpoints_.end() ? nullptr : found->second;
}

/* A translation request goes no further than here: the translation is its answer. */
void IommuModel::answer_translation(Flow &f) {
    f.ext->outcome = XLAT_OK;
    f.ext->address = f.res.pa;
    f.ext->shift = f.res.shift;
    f.ext->perm = f.res.perm;
    f.ext->global = f.res.global;
    f.ext->untranslated = f.res.untranslated;
    f.gp->set_response_status(tlm::TLM_OK_RESPONSE);
    if (f.at > f.done)
        f.done = f.at;
}

/* ---- page requests: records leave one at a time, whichever queue they go to ---- */

void IommuModel::page_request(const ::page_request &pr, ps_t time) {
    ps_t begin = record_free_ > time ? record_free_ : time;

    record_free_ = begin + config_.notify.pri_write_ps;
    record_use_.use(time, begin, record_free_);
    page_requests_.push_back(pr);
    scheduler_.at(record_free_, page_request_action, this, epoch_);
}

void IommuModel::page_request_action(void *model, u64 epoch) {
    auto *self = static_cast<IommuModel *>(model);

    if (epoch != self->epoch_)
        return;
    self->page_request_ = self->page_requests_.front();
    self->page_requests_.pop_front();
    self->settle(self->scheduler_.now());
    self->cur_ = self->scheduler_.now();
    self->cls_->page_request(self->hw_, &self->page_request_);
}

/* The engine has written the record of page_request_. */
void IommuModel::page_recorded(u64 address) {
    page_records_[address] = page_request_;
    if (AtsSink *sink = endpoint(page_request_.sid))
        sink->page_step(page_request_, PageStep::Recorded, cur_, {});
}

void IommuModel::note_page_record(u64 address, ps_t time, const Reader &reader) {
    auto found = page_records_.find(address);

    if (found == page_records_.end())
        return;
    if (AtsSink *sink = endpoint(found->second.sid))
        sink->page_step(found->second, PageStep::Noticed, time, reader);
    page_records_.erase(found);
}

void IommuModel::op_page_response(void *ctx, const ::page_response *resp) {
    auto *self = static_cast<IommuModel *>(ctx);
    ps_t begin = self->command_free_ > self->cur_ ? self->command_free_ : self->cur_;

    ps_t own = self->config_.command.fetch_ps + self->config_.command.execute_ps;
    AtsSink *sink = self->endpoint(resp->sid);

    if (!sink)
        return;
    if (resp->automatic)
        sink->page_response(*resp, self->cur_, {});
    else
        sink->page_response(*resp, begin, {self->answer_, self->cur_, begin > own ? begin - own : 0});
}

/* PCIe 10.3: a completion is overdue after 1 minute, with a tolerance of 50 % upwards. */
constexpr ps_t kInvalidateTimeout = 60'000'000'000'000;

/* ---- invalidations: carried when the engine has returned, it may not be called from within ---- */

void IommuModel::op_ats_invalidate(void *ctx, const ats_inv *inv) {
    auto *self = static_cast<IommuModel *>(ctx);

    self->invalidations_.emplace_back(*inv, self->command_free_ > self->cur_ ? self->command_free_ : self->cur_);
}

void IommuModel::carry_invalidations() {
    while (!invalidations_.empty()) {
        auto [inv, time] = invalidations_.front();
        AtsSink *sink = endpoint(inv.sid);

        invalidations_.pop_front();
        ps_t back = sink ? sink->ats_invalidate(inv, time) : time;
        if (back == kNever)
            continue;
        cur_ = back;
        complete_invalidation(inv.sid, inv.itag, sink != nullptr);
        cls_->step(hw_); // may send more of them
    }
}

/* A completion that the engine does not see is as good as none: what waits for it gets the time-out. */
void IommuModel::complete_invalidation(u32 requester, u8 itag, bool ok) {
    if (!cls_->ats_inv_done(hw_, requester, itag, ok))
        scheduler_.at(cur_ + kInvalidateTimeout, invalidate_timeout_action, this,
                      epoch_ << 40 | u64(itag) << 32 | requester);
}

void IommuModel::invalidate_timeout_action(void *model, u64 request) {
    auto *self = static_cast<IommuModel *>(model);
    ps_t now = self->scheduler_.now();

    if ((request ^ self->epoch_ << 40) >> 40)
        return;
    self->settle(now);
    self->ats_inv_done(u32(request), u8(request >> 32), false, now);
}

void IommuModel::ats_inv_done(u32 requester, u8 itag, bool ok, ps_t time) {
    cur_ = time;
    complete_invalidation(requester, itag, ok);
    step(time);
}

} // namespace faultline
