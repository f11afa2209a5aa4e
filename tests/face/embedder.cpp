// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The same in C++: attributes and std::min stay what they are. Compiled by headers.sh.
using u64 = unsigned long;
constexpr u64 BIT(int n)
{
	return 1ul << n;
}

#include "all_headers.h"

#include <algorithm>
#include <memory>

constexpr u64 GENMASK(int h, int l)
{
	return BIT(h + 1) - BIT(l);
}

template <typename T> T likely(T x)
{
	return x;
}

struct Free {
	void operator()(fl_iommu *iommu) const
	{
		fl_iommu_destroy(iommu);
	}
};

int count(int what);
int count(int what)
{
	std::unique_ptr<fl_iommu, Free> none;
	switch (what) {
	case 0:
		what = 2;
		[[fallthrough]];
	default:
		return std::min(likely(what), static_cast<int>(GENMASK(7, 4) != 0 && !none));
	}
}
