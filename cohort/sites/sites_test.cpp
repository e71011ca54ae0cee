// SPDX-License-Identifier: Apache-2.0
#include "cohort/sites/sites.h"

#include "cohort/sites/test_world.h"

namespace cohort::sites {

namespace {

const StudyId other{"00000000-0000-7000-8000-00000000000b"};

std::string code(const auto& result) {
    return result ? "ok" : result.error().code;
}

std::vector<std::string> oids(const std::vector<Site>& sites) {
    std::vector<std::string> list;
    for (const Site& site : sites) list.push_back(site.oid);
    return list;
}

using Oids = std::vector<std::string>;

}  // namespace

TEST_CASE("a site has an OID, a name in any script and a time zone that exists") {
    in_world([](World& world) {
        const auto create_one = [&](const NewSite& wish) {
            return code(world.write([&](db::Tx& tx) { return create(tx, wish, command_line()); }));
        };
        const auto& here = world.organisation;
        CHECK(create_one({here, "S01", "上海江畔医院", "Asia/Shanghai"}) == "ok");
        CHECK(create_one({here, "S02", "Lakeside", "UTC"}) == "ok");
        CHECK(create_one({here, "S03", "X", "Asia/Atlantis"}) == "unknown-zone");
        CHECK(create_one({here, "S03", "X", ""}) == "unknown-zone");
        CHECK(create_one({here, "S03", "X", "../../../etc/passwd"}) == "unknown-zone");
        CHECK(create_one({here, "S03", "X", "+08:00"}) == "unknown-zone");
        CHECK(create_one({here, "", "X", "UTC"}) == "bad-site-oid");
        CHECK(create_one({here, " S03", "X", "UTC"}) == "bad-site-oid");
        CHECK(create_one({here, "S\n03", "X", "UTC"}) == "bad-site-oid");
        CHECK(create_one({here, std::string(65, 'S'), "X", "UTC"}) == "bad-site-oid");
        CHECK(create_one({here, "S03", "", "UTC"}) == "bad-site-name");
        CHECK(create_one({here, "S03", std::string(201, 'x'), "UTC"}) == "bad-site-name");
        CHECK(create_one({here, "S01", "Again", "UTC"}) == "site-exists");
        CHECK(create_one({new_id<OrganisationId>(), "S01", "X", "UTC"}) == "organisation");
        CHECK(world.records("site.created") == 2);
        CHECK(oids(world.read(list)) == Oids{"S01", "S02"});
    });
}

TEST_CASE("a site is found by its id and by its organisation's OID, and nothing else") {
    in_world([](World& world) {
        const auto site = world.site("S01");
        CHECK(world.read([&](db::Tx& tx) { return get(tx, site); }).time_zone == "Asia/Shanghai");
        CHECK(code(world.db->read([&](db::Tx& tx) { return get(tx, new_id<SiteId>()); })) ==
              "site");
        const auto found = [&](const OrganisationId& organisation, const std::string& oid) {
            return world.read([&](db::Tx& tx) { return find(tx, organisation, oid); });
        };
        CHECK(found(world.organisation, "S01")->id == site);
        CHECK_FALSE(found(world.organisation, "S02").has_value());
        CHECK_FALSE(found(new_id<OrganisationId>(), "S01").has_value());
    });
}

TEST_CASE("a site takes part in the studies it was activated in, and in no others") {
    in_world([](World& world) {
        const auto first = world.site("S01");
        world.site("S02");
        CHECK(world.activate(study, first) == "ok");
        CHECK(world.activate(study, first) == "ok");
        CHECK(world.activate(study, new_id<SiteId>()) == "site");
        const auto active = [&](const StudyId& in, const SiteId& site) {
            return world.read([&](db::Tx& tx) { return is_active(tx, in, site); });
        };
        CHECK(active(study, first));
        CHECK_FALSE(active(other, first));
        CHECK(oids(world.read([](db::Tx& tx) { return of_study(tx, study); })) == Oids{"S01"});
        CHECK(world.read([](db::Tx& tx) { return of_study(tx, other); }).empty());
        CHECK(world.records("site.activated") == 1);
    });
}

TEST_CASE("a site that left a study is still read but no longer enrols, and may come back") {
    in_world([](World& world) {
        const auto site = world.site("S01");
        const auto leave = [&](const SiteId& who) {
            return code(world.write(
                [&](db::Tx& tx) { return deactivate(tx, study, who, command_line()); }));
        };
        CHECK(leave(site) == "site");
        world.activate(study, site);
        CHECK(leave(site) == "ok");
        CHECK(leave(site) == "ok");
        const auto all = [](db::Tx& tx) { return of_study(tx, study); };
        const auto enrolling = [](db::Tx& tx) { return active_of_study(tx, study); };
        CHECK(world.read(all).size() == 1);
        CHECK(world.read(enrolling).empty());
        CHECK(world.activate(study, site) == "ok");
        CHECK(world.read(enrolling).size() == 1);
        CHECK(world.records("site.activated") == 2);
        CHECK(world.records("site.deactivated") == 1);
    });
}

TEST_CASE("two studies number the same site differently, and one number is one site's") {
    in_world([](World& world) {
        const auto first = world.site("S01");
        const auto second = world.site("S02");
        CHECK(world.activate(study, first, "101") == "ok");
        CHECK(world.activate(other, first, "7") == "ok");
        CHECK(world.activate(study, second, "101") == "site-oid-taken");
        CHECK(world.activate(study, second, "\t") == "bad-site-oid");
        CHECK(world.activate(study, second) == "ok");
        CHECK(oids(world.read([](db::Tx& tx) { return of_study(tx, study); })) ==
              Oids{"101", "S02"});
        const auto found = [&](const StudyId& in, const std::string& oid) {
            return world.read([&](db::Tx& tx) { return find_in_study(tx, in, oid); });
        };
        CHECK(found(study, "101")->id == first);
        CHECK(found(other, "7")->id == first);
        CHECK_FALSE(found(study, "S01").has_value());
    });
}

TEST_CASE("a list of sites shows those the caller may see") {
    in_world([](World& world) {
        const auto first = world.site("S01");
        const auto second = world.site("S02");
        world.activate(study, first);
        world.activate(study, second);
        const auto seen = [&](const identity::SiteFilter& filter) {
            return oids(world.read([&](db::Tx& tx) { return of_study(tx, study, filter); }));
        };
        CHECK(seen({.all = true}) == Oids{"S01", "S02"});
        CHECK(seen({.all = false, .sites = {second}}) == Oids{"S02"});
        CHECK(seen({}).empty());
        CHECK(seen({.all = false, .sites = {new_id<SiteId>()}}).empty());
    });
}

}  // namespace cohort::sites
