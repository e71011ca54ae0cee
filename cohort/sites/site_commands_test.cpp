// SPDX-License-Identifier: Apache-2.0
#include "cohort/sites/site_commands.h"

#include "cohort/sites/test_world.h"

namespace cohort::sites {

namespace {

const AddSite harbour{.oid = "S07", .name = "Harbour Clinic", .time_zone = "Asia/Shanghai"};

}  // namespace

TEST_CASE("an added site is listed and audited, and its number is taken from then on") {
    in_world([](World& world) {
        CHECK(said(list_sites(*world.db)) == "There are no sites.\n");
        CHECK(said(add_site(*world.db, harbour)) == "Added S07.\n");
        CHECK(said(list_sites(*world.db)) == "S07  Harbour Clinic  Asia/Shanghai\n");
        CHECK(world.records("site.created") == 1);
        CHECK(said(add_site(*world.db, harbour)) == "site-exists");
        AddSite other = harbour;
        other.oid = "S08";
        other.time_zone = "Asia/Shangai";
        CHECK(said(add_site(*world.db, other)) == "unknown-zone");
        CHECK(said(list_sites(*world.db)) == "S07  Harbour Clinic  Asia/Shanghai\n");
    });
}

TEST_CASE("in an empty store the first site brings an organisation along") {
    in_world<EmptyWorld>([](EmptyWorld& world) {
        CHECK(said(add_site(*world.db, harbour)) == "which-organisation");
        AddSite wish = harbour;
        wish.organisation = "Harbour Group";
        CHECK(said(add_site(*world.db, wish)) == "Added S07.\n");
    });
}

TEST_CASE("a site joins a study under a number and leaves it, and a stranger does neither") {
    in_world([](World& world) {
        REQUIRE(add_site(*world.db, harbour));
        const auto active = [&] {
            return world.read([](db::Tx& tx) { return active_of_study(tx, study); }).size();
        };
        CHECK(said(join_study(*world.db, {.oid = "S99", .study = "HTN"}, find_study)) == "site");
        CHECK(said(join_study(*world.db, {.oid = "S07", .study = "X"}, find_study)) == "study");
        CHECK(said(leave_study(*world.db, {.oid = "S07", .study = "HTN"}, find_study)) == "site");
        CHECK(said(join_study(*world.db, {.oid = "S07", .study = "HTN", .number = "12"},
                              find_study)) == "S07 takes part in HTN.\n");
        CHECK(active() == 1);
        CHECK(world.read([](db::Tx& tx) { return find_in_study(tx, study, "12"); }).has_value());
        CHECK(said(leave_study(*world.db, {.oid = "S07", .study = "HTN"}, find_study))
                  .starts_with("S07 enrols nobody in HTN any more"));
        CHECK(active() == 0);
    });
}

TEST_CASE("a number that two organisations use names neither site") {
    in_world([](World& world) {
        REQUIRE(add_site(*world.db, harbour));
        AddSite twin = harbour;
        twin.organisation = "Another Group";
        REQUIRE(add_site(*world.db, twin));
        CHECK(said(join_study(*world.db, {.oid = "S07", .study = "HTN"}, find_study)) ==
              "which-site");
    });
}

}  // namespace cohort::sites
