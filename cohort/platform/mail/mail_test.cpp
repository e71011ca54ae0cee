// SPDX-License-Identifier: Apache-2.0
// Against a mail server in a process of its own, over TLS.
#include "cohort/platform/mail/mail.h"

#include <algorithm>
#include <functional>

#include "weft/context.h"
#include "weft/run.h"
#include "weft/scope.h"

#include "cohort/base/json.h"
#include "tests/support/goroutines.h"
#include "tests/support/mail_sink.h"

namespace cohort::mail {

using namespace std::chrono_literals;

namespace {

struct World {
    explicit World(std::vector<std::string> modes = {}) : sink(folder, std::move(modes)) {
        server.url = "smtp://" + sink.address();
        server.authorities = sink.certificate();
    }

    static Mail mail(const std::string& to) {
        return {.from = "reports@trial.example",
                .to = to + "@hospital.example",
                .subject = "A report",
                .text = "It is at https://cohort.example/reports/1\n",
                .id = "submission-1@trial.example",
                .date = parse_instant("2026-11-22T18:30:05Z").value()};
    }
    Handed hand_over(const std::string& to) { return send(server, mail(to)).value(); }
    Fate fate(const std::string& to) { return hand_over(to).fate; }

    /// The next thing the sink has met.
    json::object met() {
        return json::as_object(json::parse(sink.next()).value(), "a line of the sink").value();
    }

    test::TempFolder folder;
    test::MailSink sink;
    Server server;
};

void in_world(const std::vector<std::string>& modes, const std::function<void(World&)>& body) {
    weft::Options options;
    options.workers = 2;
    CHECK(weft::run(options, [&] {
              World world(modes);
              body(world);
          }) == 0);
}

}  // namespace

static doctest::String toString(Fate fate) {
    return std::string(to_string(fate)).c_str();
}

TEST_CASE("a mail arrives as it was composed, over TLS, with the server's word for it") {
    for (const bool from_the_first_byte : {false, true}) {
        in_world(from_the_first_byte ? std::vector<std::string>{"tls"} : std::vector<std::string>{},
                 [&](World& world) {
                     if (from_the_first_byte) world.server.url = "smtps://" + world.sink.address();
                     const Handed handed = world.hand_over("doctor");
                     CHECK(handed.fate == Fate::sent);
                     CHECK(handed.code == 250);
                     CHECK(handed.reason == "250 2.0.0 taken as 4711");
                     const json::object met = world.met();
                     CHECK(met.at("tls").as_bool());
                     CHECK(met.at("sender").as_string() == "reports@trial.example");
                     CHECK(met.at("to").as_array() == json::array{"doctor@hospital.example"});
                     CHECK(std::string(met.at("text").as_string()) + "\r\n" ==
                           compose(World::mail("doctor")).value());
                 });
    }
}

TEST_CASE("a login is made with name and password, and a wrong password is refused") {
    in_world({"user=cohort:open sesame"}, [](World& world) {
        CHECK(world.fate("doctor") == Fate::refused);  // it says 530
        world.server.user = "cohort";
        world.server.password = "guess";
        const Handed wrong = world.hand_over("doctor");
        CHECK(wrong.fate == Fate::refused);
        CHECK(wrong.code == 535);
        world.server.password = "open sesame";
        CHECK(world.fate("doctor") == Fate::sent);
        CHECK(world.met().at("user").as_string() == "cohort");
    });
}

TEST_CASE(
    "what the server refuses for good is refused, with its words, before and after the text") {
    in_world({}, [](World& world) {
        const Handed recipient = world.hand_over("refuse");
        CHECK(recipient.fate == Fate::refused);
        CHECK(recipient.code == 550);
        CHECK(recipient.reason == "550 5.1.1 nobody of that name");
        const Handed text = world.hand_over("refuse-text");
        CHECK(text.fate == Fate::refused);
        CHECK(text.reason == "554 5.6.0 not with such a text");
    });
}

TEST_CASE("what the server puts off can be tried later, before and after the text") {
    in_world({}, [](World& world) {
        CHECK(world.fate("later") == Fate::try_later);
        const Handed text = world.hand_over("later-text");
        CHECK(text.fate == Fate::try_later);
        CHECK(text.code == 452);
    });
}

TEST_CASE("a connection that is lost once the text was handed over leaves the mail unknown") {
    in_world({}, [](World& world) {
        const Handed handed = world.hand_over("drop-text");
        CHECK(handed.fate == Fate::unknown);
        CHECK_FALSE(handed.reason.empty());
        CHECK(world.met().at("to").as_array().size() == 1);  // indeed it has it
    });
}

TEST_CASE("a connection that is lost at DATA leaves a mail that was certainly not taken") {
    in_world({}, [](World& world) { CHECK(world.fate("drop-data") == Fate::try_later); });
}

TEST_CASE("a connection that is lost while the text is on its way is never taken for a success") {
    in_world({}, [](World& world) {
        const Fate fate = world.fate("drop-middle");
        CHECK((fate == Fate::unknown || fate == Fate::try_later));
    });
}

TEST_CASE("a server that is not there, or is another, or speaks no TLS, gets nothing") {
    in_world({}, [](World& world) {
        const std::string there = world.server.url;
        world.server.url = "smtp://localhost:1";
        CHECK(world.fate("doctor") == Fate::try_later);
        world.server.url = there;
        world.server.authorities = "";  // nobody else vouches for it
        const Handed stranger = world.hand_over("doctor");
        CHECK(stranger.fate == Fate::try_later);
        CHECK(stranger.reason.find("certificate") != std::string::npos);
    });
    in_world({"plain"}, [](World& world) {
        CHECK(world.fate("doctor") == Fate::try_later);
        world.server.url = "smtps://" + world.sink.address();
        CHECK(world.fate("doctor") == Fate::try_later);
    });
}

TEST_CASE("a certificate for another name is not taken") {
    in_world({}, [](World& world) {
        world.server.url =
            "smtp://127.0.0.1" + world.sink.address().substr(world.sink.address().find(':'));
        CHECK(world.fate("doctor") == Fate::try_later);
    });
}

TEST_CASE(
    "a server that falls silent is given up: certainly in vain before the text, unknown after") {
    in_world({}, [](World& world) {
        world.server.limit = 300ms;
        CHECK(world.fate("hang") == Fate::try_later);
        CHECK(world.fate("hang-text") == Fate::unknown);
    });
}

TEST_CASE("the end of the context ends a transfer at once, and its fate is still answered") {
    for (const char* silent : {"hang", "hang-text"}) {
        in_world({}, [&](World& world) {
            world.server.limit = 1h;
            const auto [context, cancel] = weft::Context::background().with_cancel();
            Handed handed;
            weft::scope([&, &context = context, &cancel = cancel](weft::Scope& s) {
                s.go("mail", [&] { context.run([&] { handed = world.hand_over(silent); }); });
                while (!world.met().contains("hangs")) continue;
                cancel.cancel();
            });
            const bool after_text = silent == std::string_view("hang-text");
            CHECK(handed.fate == (after_text ? Fate::unknown : Fate::try_later));
            CHECK(handed.reason == "ended by us");
        });
    }
}

TEST_CASE("many mails at one time arrive each once") {
    in_world({}, [](World& world) {
        weft::scope([&](weft::Scope& s) {
            for (int i = 0; i < 20; ++i)
                s.go("mail", [&world, i] {
                    CHECK(world.fate("doctor" + std::to_string(i)) == Fate::sent);
                });
        });
        std::vector<std::string> recipients;
        for (int i = 0; i < 20; ++i)
            recipients.emplace_back(world.met().at("to").as_array().at(0).as_string());
        std::sort(recipients.begin(), recipients.end());
        CHECK(std::unique(recipients.begin(), recipients.end()) == recipients.end());
    });
}

TEST_CASE("a server that is none and a mail that cannot be written are refused before anything") {
    Server server{.url = "http://localhost"};
    CHECK(send(server, World::mail("doctor")).error().code == "bad-mail-server");
    server.url = "smtps://localhost";
    CHECK(send(server, World::mail("a\r\nb")).error().code == "bad-address");
}

}  // namespace cohort::mail
