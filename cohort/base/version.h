// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace cohort {

/// The version of this program, as the build was told it ("0.1.0"). Audit records carry it.
const char* software_version() noexcept;

}  // namespace cohort
