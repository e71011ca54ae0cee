// SPDX-License-Identifier: Apache-2.0
// What nearly every test includes, compiled once for all of them (cmake/module.cmake). No file
// includes this one: a test names what it uses, and `./dev compilers` builds without it.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "weft/channel.h"
#include "weft/context.h"
#include "weft/event.h"
#include "weft/mutex.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/sim.h"
#include "weft/time.h"

#include "tests/support/test.h"
