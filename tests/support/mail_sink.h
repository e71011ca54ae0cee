// SPDX-License-Identifier: Apache-2.0
// A mail server in a process of its own, for tests of those who link OpenSSL. What it does with a
// mail is said by the recipient: see mail_sink.py.
#pragma once

#include <string>
#include <vector>

#include "tests/support/certificate.h"
#include "tests/support/process.h"
#include "tests/support/real_data.h"
#include "tests/support/test.h"

namespace test {

class MailSink {
  public:
    explicit MailSink(const TempFolder& folder, std::vector<std::string> modes = {})
        : identity_(folder, "localhost"), process_(arguments(std::move(modes)), folder / "sink") {
        const auto line = process_.read_line();
        REQUIRE(line);
        address_ = "localhost:" + *line;
    }

    const std::string& address() const { return address_; }                   ///< "localhost:40123"
    const std::string& certificate() const { return identity_.certificate; }  ///< PEM file

    /// What it says next of what it has met: a line of JSON.
    std::string next() {
        const auto line = process_.read_line();
        REQUIRE(line);
        return *line;
    }

  private:
    std::vector<std::string> arguments(std::vector<std::string> modes) const {
        const auto script = real_data::project_folder() / "tests/support/mail_sink.py";
        modes.insert(modes.begin(),
                     {"/usr/bin/python3", script.string(), identity_.certificate, identity_.key});
        return modes;
    }

    Identity identity_;
    tests::Process process_;
    std::string address_;
};

}  // namespace test
