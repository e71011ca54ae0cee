// SPDX-License-Identifier: Apache-2.0
#include "cohort/identity/rights.h"

#include <algorithm>
#include <tuple>

namespace cohort::identity {

namespace {

// The whole scope lies within the role's place.
bool contains(const Holding& holding, const Scope& scope) {
    if (holding.study && holding.study != scope.study) return false;
    return !holding.site || holding.site == scope.site;
}

// Some of the scope lies within the role's place.
bool touches(const Holding& holding, const Scope& scope) {
    if (holding.study && scope.study && holding.study != scope.study) return false;
    return !(holding.site && scope.site && holding.site != scope.site);
}

bool grants(const Holding& holding, Permission permission, const Scope& scope) {
    if (!carries(holding.role, permission)) return false;
    return only_looks(permission) ? touches(holding, scope) : contains(holding, scope);
}

bool looks_at(const Holding& holding, const Scope& scope) {
    return std::ranges::any_of(http::all_permissions, [&](Permission permission) {
        return only_looks(permission) && grants(holding, permission, scope);
    });
}

template <class T>
void sort_unique(std::vector<T>& values) {
    std::ranges::sort(values);
    values.erase(std::unique(values.begin(), values.end()), values.end());
}

}  // namespace

Decision decide(const Rights& rights, Permission permission, const Scope& scope, Instant at) {
    bool visible = !scope.study && !scope.site;
    for (const Holding& holding : rights) {
        if (!holding.holds_at(at)) continue;
        if (grants(holding, permission, scope)) return {Verdict::allowed, holding.role};
        visible = visible || looks_at(holding, scope);
    }
    return {visible ? Verdict::forbidden : Verdict::hidden, std::nullopt};
}

bool SiteFilter::covers(const SiteId& site) const {
    return all || std::ranges::binary_search(sites, site);
}

bool StudyFilter::covers(const StudyId& study) const {
    return all || std::ranges::binary_search(studies, study);
}

SiteFilter sites_of(const Rights& rights, Permission permission, const StudyId& study, Instant at) {
    SiteFilter filter;
    for (const Holding& holding : rights) {
        if (!holding.holds_at(at) || !carries(holding.role, permission)) continue;
        if (holding.study && *holding.study != study) continue;
        if (!holding.site) return {.all = true};
        filter.sites.push_back(*holding.site);
    }
    sort_unique(filter.sites);
    return filter;
}

StudyFilter studies_of(const Rights& rights, Permission permission, Instant at) {
    StudyFilter filter;
    for (const Holding& holding : rights) {
        if (!holding.holds_at(at) || !carries(holding.role, permission)) continue;
        if (!holding.study) return {.all = true};
        filter.studies.push_back(*holding.study);
    }
    sort_unique(filter.studies);
    return filter;
}

std::vector<Allowed> list_allowed(const Rights& rights, Instant at) {
    std::vector<Allowed> list;
    for (const Holding& holding : rights)
        for (const Permission permission : http::all_permissions)
            if (holding.holds_at(at) && carries(holding.role, permission))
                list.push_back({permission, holding.study, holding.site});
    const auto key = [](const Allowed& one) {
        return std::tie(one.permission, one.study, one.site);
    };
    std::ranges::sort(list, [&](const Allowed& a, const Allowed& b) { return key(a) < key(b); });
    const auto same = [&](const Allowed& a, const Allowed& b) { return key(a) == key(b); };
    list.erase(std::unique(list.begin(), list.end(), same), list.end());
    return list;
}

}  // namespace cohort::identity
