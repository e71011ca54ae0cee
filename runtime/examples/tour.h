// SPDX-License-Identifier: Apache-2.0
// What every block of runtime/docs/tour.md may use.
#pragma once

#include <chrono>
#include <cstdio>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

#include "weft/blocking.h"
#include "weft/channel.h"
#include "weft/compat/chan.h"
#include "weft/compat/wait_group.h"
#include "weft/context.h"
#include "weft/mutex.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/select.h"
#include "weft/time.h"
#include "weft/wait_group.h"

using namespace weft;
using namespace std::chrono_literals;
