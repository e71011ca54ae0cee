// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/many_sites.h"

#include <algorithm>
#include <atomic>
#include <random>

#include "weft/ensure.h"
#include "weft/scope.h"

#include "cohort/identity/users.h"
#include "cohort/sites/sites.h"
#include "tests/integration/archive.h"
#include "tests/integration/client.h"
#include "tests/integration/saving.h"

namespace tests {

using namespace cohort;

namespace {

constexpr int people = 16;  // at once

// A form as it is entered.
struct Made {
    int sys;
    bool has_sex;
    int events;  // rows of the repeating group
    bool is_completed;

    std::int64_t values() const { return 1 + (has_sex ? 1 : 0) + 2 * events; }
    std::string patch() const;
};

std::string change(const std::string& group, const std::string& repeat, const std::string& item,
                   const std::string& raw) {
    return R"({"group":")" + group + R"(","repeat":")" + repeat + R"(","item":")" + item +
           R"(","raw":")" + raw + R"(","base_version":0})";
}

std::string Made::patch() const {
    std::string additions;
    std::string changes = change("VITALS", "1", "SYS", std::to_string(sys));
    if (has_sex) changes += "," + change("VITALS", "1", "SEX", sys % 2 == 0 ? "F" : "M");
    for (int event = 1; event <= events; ++event) {
        const std::string repeat = std::to_string(event);
        additions += (event == 1 ? "" : ",") + (R"({"group":"AE","repeat":")" + repeat + "\"}");
        changes += "," + change("AE", repeat, "TERM", "Headache, " + repeat);
        changes += "," + change("AE", repeat, "GRADE", std::to_string(event));
    }
    return R"({"additions":[)" + additions + R"(],"changes":[)" + changes + "]}";
}

Made make_up(std::mt19937_64& random) {
    const auto up_to = [&](int most) {
        return std::uniform_int_distribution<int>(0, most)(random);
    };
    return {.sys = 90 + up_to(90),
            .has_sex = up_to(1) == 1,
            .events = up_to(3),
            .is_completed = up_to(4) > 0};
}

void enter_form(Client& client, const StudyId& study, EnteredSite& site, const Made& form) {
    const Answer subject = client.ask("POST", "/api/v1/studies/" + study.text + "/subjects",
                                      R"({"site":")" + site.id.text + "\"}");
    must(subject, 201, "a new subject");
    const Answer made = client.ask("POST", "/api/v1/subjects/" + subject.at("/id") + "/forms",
                                   R"({"event":"V","form":"F"})");
    must(made, 201, "a new form");
    const std::string path = "/api/v1/forms/" + made.at("/id");
    const Answer saved = client.ask("PATCH", path, form.patch());
    must(saved, 200, "a save");
    if (!form.is_completed) {
        ++site.open_forms;
        return;
    }
    const Answer complete = client.ask("POST", path + "/complete", "{}",
                                       {{"If-Match", "\"" + saved.at("/version") + "\""}});
    must(complete, 200, "a completion");
    site.rows.push_back(site.oid + "," + subject.at("/key") + ",V,1,1," + complete.at("/version") +
                        ",MDV.1," + std::to_string(form.sys) + ",");
    site.group_rows += form.events;
    site.values += form.values();
}

std::int64_t lines_of(const std::string& csv) {  // without that of the names
    return std::ranges::count(csv, '\n') - 1;
}

}  // namespace

std::vector<EnteredSite> add_sites(db::Db& db, const StudyId& study, int count) {
    const auto added = db.transact([&](db::Tx& tx) -> Result<std::vector<EnteredSite>> {
        const auto actor = identity::command_line();
        const auto hospital = TRY(identity::create_organisation(tx, "Hospitals", actor)).id;
        std::vector<EnteredSite> all;
        for (int i = 0; i < count; ++i) {
            const std::string oid = "S" + std::to_string(1000 + i);
            all.push_back(
                {.id = TRY(sites::create(tx, {hospital, oid, oid, "UTC"}, actor)).id, .oid = oid});
            TRY(sites::activate(tx, study, all.back().id, actor));
        }
        return all;
    });
    ENSURE(added.ok(), added.error().text.c_str());
    return *added;
}

void enter_forms(const std::string& address, const std::string& token, const StudyId& study,
                 std::vector<EnteredSite>& sites, std::uint64_t seed) {
    std::atomic<std::size_t> next{0};
    weft::scope([&](weft::Scope& scope) {
        for (int person = 0; person < people; ++person)
            scope.go([&] {
                Client client(address, token);
                for (;;) {
                    const std::size_t mine = next.fetch_add(1);
                    if (mine >= sites.size()) return;
                    std::mt19937_64 random(seed + mine);  // the same, whoever's turn it is
                    for (auto subjects = 1 + random() % 8; subjects > 0; --subjects)
                        enter_form(client, study, sites[mine], make_up(random));
                }
            });
    });
    for (EnteredSite& site : sites) std::ranges::sort(site.rows);
}

std::string difference(const EnteredSite& site, const std::string& archive) {
    auto files = unzip(archive);
    if (std::string fault = fault_of(files); !fault.empty()) return fault;
    const std::string& csv = files["crf_f.csv"];
    if (lines_of(csv) != static_cast<std::int64_t>(site.rows.size())) return "forms: " + csv;
    std::size_t at = 0;
    for (const std::string& row : site.rows) {
        at = csv.find("\n" + row, at);
        if (at == std::string::npos) return "not there: " + row + "\n" + csv;
        ++at;
    }
    if (lines_of(files["crf_f_ae.csv"]) != site.group_rows) return files["crf_f_ae.csv"];
    if (lines_of(files["lineage.csv"]) != site.values) return files["lineage.csv"];
    const auto counts = json::parse(files["manifest.json"])->at("counts");
    if (counts.at("forms").at("open").as_int64() != site.open_forms) return json::to_text(counts);
    return {};
}

}  // namespace tests
