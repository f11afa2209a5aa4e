/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Parameters of the models by CCI (SystemC Configuration, Control and Inspection), where the embedder has it. Nothing of it
 * is in the library.
 */
#ifndef FAULTLINE_TLM_CCI_H
#define FAULTLINE_TLM_CCI_H

#include <faultline/tlm.h>

#if __has_include(<cci_configuration>)
#include <cci_configuration>

namespace faultline::models
{

/// @p p with what the broker has preset for the model of the hierarchical name @p model: "top.smmu.tcu.walk_slots" is the
/// key tcu.walk_slots. They come after the keys that @p p has already. A value is a number, true or false, or a text.
template <typename P> P with_cci(P p, const std::string &model, cci::cci_broker_handle broker = cci::cci_get_broker())
{
	for (const std::string &key : config_keys()) {
		const std::string name = model + "." + key;
		if (!broker.has_preset_value(name))
			continue;
		cci::cci_value value = broker.get_preset_cci_value(name);
		p.keys.push_back(key + "=" + (value.is_string() ? value.get<std::string>() : value.to_json()));
	}
	return p;
}

} // namespace faultline::models

#endif

#endif /* FAULTLINE_TLM_CCI_H */
