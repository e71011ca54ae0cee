// SPDX-License-Identifier: Apache-2.0
// What a service manager that started the server wants to know. Source: sd_notify(3), of which only
// the datagram is used; where no manager asks, nothing is sent.
#pragma once

#include <string_view>

namespace cohort::app {

/// Tells the service manager `state`, such as "READY=1", when NOTIFY_SOCKET names its socket. A
/// manager that does not listen is not an error.
void tell_service_manager(std::string_view state) noexcept;

/// Tells it "WATCHDOG=1" twice in the time after which WATCHDOG_USEC says that it takes the server
/// for stuck. Returns at once when it does not want to know.
/// Blocks: the goroutine. Cancels: yes.
void keep_service_manager_calm();

}  // namespace cohort::app
