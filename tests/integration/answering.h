// SPDX-License-Identifier: Apache-2.0
// Patients who answer one window after the other at a running server; all windows are open to them.
#pragma once

#include <string>
#include <vector>

#include "tests/integration/client.h"

namespace tests {

/// A published form and a plan with a thousand windows, all of them late; its id. An answer that is
/// not a 2xx throws std::runtime_error.
std::string plan_in(const std::string& address, const Ground& ground);

/// A request as it is sent; in the head {W} stands for the window.
struct Submission {
    std::string head;
    std::string body;
};

class AnsweringPatient {
  public:
    /// Is enrolled, invited and signed in at the server of this address. An answer that is not a
    /// 2xx throws std::runtime_error.
    AnsweringPatient(const std::string& address, const Ground& ground, std::string plan);

    /// From here on to another server of the same store.
    void turn_to(const std::string& address);

    /// The answers to a window, from 1; always the same ones. Every third calls somebody.
    Answer send(std::size_t window);

    /// The answers to the next window; one that is not a 201 throws std::runtime_error.
    void act();

    /// The answers to any window, to be sent to this address by somebody else; who asks to send
    /// expects to be told to go on before the body. They call nobody.
    Submission any_submission(const std::string& address, bool asks_to_send) const;

    std::vector<double> milliseconds;  ///< that each act took

  private:
    std::string plan_;
    cohort::http::Pairs session_;
    Client client_;
    std::size_t window_ = 0;
};

using Patients = std::vector<AnsweringPatient>;

Patients patients_at(const std::string& address, const Ground& ground, std::int64_t count);

}  // namespace tests
