// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/mail/compose.h"

#include "tests/support/test.h"

namespace cohort::mail {

static Mail some_mail() {
    return {.from = "reports@trial.example",
            .to = "doctor@hospital.example",
            .subject = "A report",
            .text = "Hello.\n",
            .id = "submission-1@trial.example",
            .date = parse_instant("2026-11-22T18:30:05Z").value()};
}

static std::string outcome(const Mail& mail) {
    const auto message = compose(mail);
    return message ? "ok" : message.error().code;
}

TEST_CASE("a mail has the headers that a mail needs, each in one line, and its text in base64") {
    CHECK(compose(some_mail()).value() ==
          "Date: Sun, 22 Nov 2026 18:30:05 +0000\r\n"
          "From: <reports@trial.example>\r\n"
          "To: <doctor@hospital.example>\r\n"
          "Message-ID: <submission-1@trial.example>\r\n"
          "Subject: A report\r\n"
          "MIME-Version: 1.0\r\n"
          "Content-Type: text/plain; charset=utf-8\r\n"
          "Content-Transfer-Encoding: base64\r\n"
          "Auto-Submitted: auto-generated\r\n"
          "\r\n"
          "SGVsbG8uDQo=\r\n");
}

TEST_CASE("the same mail is the same bytes") {
    CHECK(compose(some_mail()).value() == compose(some_mail()).value());
}

TEST_CASE("a header cannot be brought in by the subject, an address or the identifier") {
    for (const char* bad : {"x\r\nBcc: all@x.example", "x\nBcc: y", "x\ry", "\x7F", "a\tb"}) {
        CAPTURE(bad);
        Mail mail = some_mail();
        mail.subject = bad;
        CHECK(outcome(mail) == "bad-subject");
        for (std::string Mail::* field : {&Mail::to, &Mail::from, &Mail::id}) {
            mail = some_mail();
            mail.*field = std::string(bad) + "@x.example";
            CHECK(outcome(mail) == "bad-address");
        }
    }
}

TEST_CASE("an address is refused that would need quotes, or is a list, or is none") {
    for (const char* good : {"a@b", "first.last@b.example", "a+b@b-c.example", "o'neil@b.example"})
        CHECK(is_address(good));
    for (const char* bad :
         {"", "a", "@b", "a@", "a@b@c", "a b@c", "a@b,c@d", "<a@b>", "\"a\"@b", "a..b@c", ".a@b",
          "a.@b", "a@b.", "a@.b", "张@b.example", "a@b c", "a@[127.0.0.1]"}) {
        CAPTURE(bad);
        CHECK_FALSE(is_address(bad));
    }
    CHECK_FALSE(is_address(std::string(250, 'a') + "@b.example"));
}

TEST_CASE("a subject in Chinese is cut into encoded words between characters, none too long") {
    Mail mail = some_mail();
    mail.subject = "报告";
    CHECK(compose(mail).value().find("\r\nSubject: =?UTF-8?B?5oql5ZGK?=\r\n") != std::string::npos);
    mail.subject = "";
    for (int i = 0; i < 20; ++i) mail.subject += "a如出现发热";
    const std::string message = compose(mail).value();
    const auto start = message.find("Subject: ");
    std::string subject = message.substr(start, message.find("\r\nMIME") - start);
    subject.erase(0, 9);
    int words = 0;
    while (!subject.empty()) {
        const auto end = subject.find("\r\n ");
        const std::string word = subject.substr(0, end);
        CHECK(word.size() <= 75);
        CHECK(word.starts_with("=?UTF-8?B?"));
        ++words;
        subject.erase(0, end == subject.npos ? end : end + 3);
    }
    CHECK(words == 8);
}

TEST_CASE("a subject that looks encoded is encoded, so that it is shown as it is") {
    Mail mail = some_mail();
    mail.subject = "=?UTF-8?B?5oql?=";
    CHECK(compose(mail).value().find("Subject: =?UTF-8?B?PT9VVEYtOD9CPzVvcWw/PQ==?=") !=
          std::string::npos);
}

TEST_CASE("a long text is cut into lines that every server takes, and a lone dot ends nothing") {
    Mail mail = some_mail();
    mail.text = std::string(5000, 'x') + "\n.\nafter";
    const std::string message = compose(mail).value();
    std::size_t line = 0;
    for (const char c : message) {
        line = c == '\n' ? 0 : line + 1;
        CHECK(line <= 78);
    }
    CHECK(message.find("\r\n.\r\n") == std::string::npos);
}

}  // namespace cohort::mail
