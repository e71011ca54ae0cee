// SPDX-License-Identifier: Apache-2.0
// The program itself, as a user runs it: arguments, exit codes, starting and stopping.
#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <optional>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "weft/blocking.h"
#include "weft/run.h"

#include "cohort/platform/db/db.h"
#include "tests/support/http_client.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test.h"
#include "tests/world/world.h"

namespace tests {

namespace {

// A run of `cohort` with both its outputs in one pipe.
class Program {
  public:
    explicit Program(std::vector<std::string> arguments) {
        std::array<int, 2> ends{};
        REQUIRE(::pipe(ends.data()) == 0);
        std::vector<char*> argv;
        arguments.insert(arguments.begin(), COHORT_BINARY);
        for (std::string& argument : arguments) argv.push_back(argument.data());
        argv.push_back(nullptr);
        process_ = ::fork();
        REQUIRE(process_ >= 0);
        if (process_ == 0) {
            ::dup2(ends[1], STDOUT_FILENO);
            ::dup2(ends[1], STDERR_FILENO);
            ::close(ends[0]);
            ::close(ends[1]);
            ::execv(argv[0], argv.data());
            ::_exit(127);
        }
        ::close(ends[1]);
        pipe_ = ends[0];
    }
    ~Program() {
        if (process_ > 0) {
            ::kill(process_, SIGKILL);
            ::waitpid(process_, nullptr, 0);
        }
        ::close(pipe_);
    }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    // Waits until the output holds `text`; false when it ended without.
    bool says(const std::string& text) {
        std::array<char, 4096> piece{};
        while (output.find(text) == output.npos) {
            const ssize_t got = ::read(pipe_, piece.data(), piece.size());
            if (got <= 0) return false;
            output.append(piece.data(), static_cast<std::size_t>(got));
        }
        return true;
    }

    int wait() {
        says("\n(never said)");
        int status = 0;
        ::waitpid(process_, &status, 0);
        process_ = 0;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

    void signal(int number) { ::kill(process_, number); }

    std::string address() {
        if (!says("/\n")) return "";
        const auto at = output.find("http://") + 7;
        return output.substr(at, output.find('/', at) - at);
    }

    std::string output;

  private:
    pid_t process_ = 0;
    int pipe_ = -1;
};

std::vector<std::string> serve(const std::string& folder) {
    return {"serve", "--data", folder, "--port", "0", "--set", "data.demo=false"};
}

std::size_t lines(const std::string& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

// Nothing is sealed here, so that no signature is looked at.
const std::string any_key(64, '0');

std::string complete_form(World& w) {
    const std::string form = w.form();
    const std::string target = "/api/v1/forms/" + form;
    const auto saved =
        w.ask("ann", "PATCH", target,
              R"({"changes":[{"group":"VITALS","item":"SYS","raw":"120","base_version":0}]})");
    REQUIRE(saved.outcome() == "200");
    const auto done = w.ask("ann", "POST", target + "/complete", "{}", {{"if-match", "\"2\""}});
    REQUIRE(done.outcome() == "200");
    return form;
}

}  // namespace

TEST_SUITE_BEGIN("whatever the store");

TEST_CASE("bad arguments get one sentence and exit 64") {
    const std::vector<std::vector<std::string>> wrong{
        {},
        {"bogus"},
        {"serve", "--bogus"},
        {"serve", "--port"},
        {"serve", "--port", "many"},
        {"serve", "--set", "http.prot=1"},
        {"serve", "--set", "http.port"},
        {"serve", "--config", "/nowhere/cohort.toml"},
        {"import"},
        {"user"},
        {"site"},
        {"site", "add", "S01", "--name", "Riverside"},
    };
    for (const auto& arguments : wrong) {
        Program program{arguments};
        CAPTURE(arguments);
        CHECK(program.wait() == 64);
        CHECK(program.output.starts_with("cohort: "));
        CHECK(lines(program.output) == 1);
    }
}

TEST_CASE("help and version are answered on every level with exit 0") {
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{"--help"}, {"--version"}, {"serve", "--help"}}) {
        Program program{arguments};
        CHECK(program.wait() == 0);
        CHECK_FALSE(program.output.empty());
    }
}

TEST_CASE("config shows what is in force and where each value comes from") {
    const test::TempFolder folder;
    const std::string file = folder / "cohort.toml";
    std::ofstream{file} << "[http]\nport = 81\nrequests_max = 7\n";
    Program program{{"config", "--config", file, "--port", "82"}};
    CHECK(program.wait() == 0);
    CHECK(program.output.find("http.port = 82  (flag)") != std::string::npos);
    CHECK(program.output.find("http.requests_max = 7  (" + file + ":3)") != std::string::npos);
    CHECK(program.output.find("http.address = 127.0.0.1  (default)") != std::string::npos);
}

TEST_CASE("--set may be given for several settings, and takes one value each time") {
    Program program{{"config", "--set", "http.port=83", "--set", "log.level=warn"}};
    CHECK(program.wait() == 0);
    CHECK(program.output.find("http.port = 83  (flag)") != std::string::npos);
    CHECK(program.output.find("log.level = warn  (flag)") != std::string::npos);
    Program greedy{{"config", "--set", "http.port=83", "log.level=warn"}};
    CHECK(greedy.wait() == 64);
}

TEST_CASE("an import that is refused says why in one sentence, with exit 1, and leaves no study") {
    const std::string odm = R"(<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3")";
    const std::pair<const char*, std::string> refused[] = {
        {"line 3: ", odm + ">\n<Study>\n</ODM>"},
        {"this is no XML", "this is a letter"},
        {"is empty", ""},
        {"entit", "<!DOCTYPE ODM [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>" + odm + ">&e;</ODM>"},
        {"the root element is html", "<html><body/></html>"},
        {"no study, no data", odm + "/>"},
        {"MetaDataVersion alone",
         "<MetaDataVersion xmlns=\"http://www.cdisc.org/ns/odm/v1.3\" OID=\"M\"/>"},
        {"not one of ODM 1.x or 2.0", R"(<ODM xmlns="http://www.cdisc.org/ns/odm/v9"/>)"},
        {"a Dataset-XML file", R"(<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3"
            xmlns:data="http://www.cdisc.org/ns/Dataset-XML/v1.0"
            data:DatasetXMLVersion="1.0.0"/>)"},
        {"a Define-XML file", R"(<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3"
            xmlns:def="http://www.cdisc.org/ns/def/v2.0"><Study OID="S"><MetaDataVersion OID="M"
            Name="M" def:DefineVersion="2.0.0"/></Study></ODM>)"},
        {"import the study \"S\" with metadata version \"M\" first",
         odm + R"( ><ClinicalData StudyOID="S" MetaDataVersionOID="M">
            <SubjectData SubjectKey="1"/></ClinicalData></ODM>)"},
        {"deeper than 64 levels", odm + ">" +
                                      [] {
                                          std::string deep;
                                          for (int i = 0; i < 2000; ++i) deep += "<a>";
                                          return deep;
                                      }()},
    };
    const test::TempFolder folder;
    for (const auto& [says, text] : refused) {
        const std::string file = folder / "study.xml";
        std::ofstream{file, std::ios::binary} << text;
        Program program{{"import", file, "--data", folder / "data"}};
        CAPTURE(text);
        CHECK(program.wait() == 1);
        CHECK(program.output.starts_with("cohort: " + file + ": "));
        CHECK(lines(program.output) == 1);
        CHECK(program.output.find(says) != std::string::npos);
    }
    Program missing{{"import", folder / "nowhere.xml", "--data", folder / "data"}};
    CHECK(missing.wait() == 1);
    CHECK(lines(missing.output) == 1);
    Program exported{{"export", "S", "--data", folder / "data"}};
    CHECK(exported.wait() == 1);
    CHECK(lines(exported.output) == 1);
}

TEST_CASE("a server answers, refuses a second one on its folder, and stops with exit 0") {
    for (const int number : {SIGINT, SIGTERM}) {
        const test::TempFolder folder;
        Program server{serve(folder.path())};
        const std::string address = server.address();
        REQUIRE_FALSE(address.empty());

        Program second{serve(folder.path())};
        CHECK(second.wait() == 1);
        CHECK(second.output.find("in use by another server") != std::string::npos);
        CHECK(lines(second.output) == 1);

        const int code = weft::run([&] {
            cohort::test::HttpClient client{address};
            CHECK(client.get("/ping").value().body == "pong");
            CHECK(client.get("/healthz").value().status == 200);
            CHECK(client.get("/metrics").value().status == 401);
            CHECK(client.get("/config").value().status == 401);
            CHECK(client.get("/api/v1/nowhere").value().status == 404);
        });
        CHECK(code == 0);
        CHECK(server.says("Ctrl-C stops it."));
        server.signal(number);
        CHECK(server.wait() == 0);
        CHECK(server.output.ends_with("Stopped.\n"));
    }
}

TEST_CASE("every --set of a line counts, and of two for one setting the last") {
    Program program{{"config", "--set", "http.port=81", "--set", "log.level=warn", "--set",
                     "http.port=82", "--set", "identity.session_idle=5m"}};
    CHECK(program.wait() == 0);
    CHECK(program.output.find("http.port = 82  (flag)") != std::string::npos);
    CHECK(program.output.find("log.level = warn  (flag)") != std::string::npos);
    CHECK(program.output.find("identity.session_idle = 5m  (flag)") != std::string::npos);
    CHECK(program.output.find("identity.hash_memory = 64MiB  (default)") != std::string::npos);
}

TEST_CASE("verify-audit names the first archive that is not what it was, or is not there") {
    CHECK(weft::run([] {
              World w;
              const std::string form = complete_form(w);
              const auto verify = [&](int code) {
                  Program program{{"verify-audit", "--data", w.folder(), "--key", any_key}};
                  CHECK(weft::blocking("verify", [&] { return program.wait(); }) == code);
                  return program.output;
              };
              const auto change = [&](const std::string& sql) {
                  CHECK(w.db()
                            .transact([&](cohort::db::Tx& tx) -> cohort::Result<void> {
                                CHECK(TRY(tx.run(sql, form)) == 1);
                                return {};
                            })
                            .ok());
              };
              CHECK(verify(0).find("1 archives of completed forms.") != std::string::npos);
              change(
                  "UPDATE form_archive SET document = replace(document, '120', '121') "
                  "WHERE form_id = ?");
              CHECK(verify(1).find("BAD archive of form " + form +
                                   ", version 3: the archive is "
                                   "not what its digest was made of.") != std::string::npos);
              change("DELETE FROM form_archive WHERE form_id = ?");
              CHECK(verify(1).find("BAD archive of form " + form +
                                   ", version 3: it is complete "
                                   "and has no archive.") != std::string::npos);
          }) == 0);
}

TEST_CASE("a server that cannot listen says so in one sentence") {
    const test::TempFolder folder;
    Program server{
        {"serve", "--data", folder.path(), "--address", "203.0.113.1", "--set", "data.demo=false"}};
    CHECK(server.wait() == 1);
    CHECK(server.output.starts_with("cohort: "));
    CHECK(lines(server.output) == 1);
}

TEST_SUITE_END();

}  // namespace tests
