// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/kept_name.h"

#include <functional>
#include <mutex>
#include <set>
#include <string>

#include "weft/detail/spin_lock.h"

#include "runtime/src/fiber.h"

namespace weft::inline abi1::detail {
namespace {

constexpr std::size_t most = 4096;

struct Names {
    SpinLock lock;
    std::set<std::string, std::less<>> texts;
};

Names& names() {
    static Names* one = new Names;  // never destroyed: reports come until the very end
    return *one;
}

}  // namespace

const char* kept_name(std::string_view text) {
    Names& all = names();
    std::lock_guard guard(all.lock);
    auto at = all.texts.find(text);
    if (at == all.texts.end()) {
        if (all.texts.size() >= most) return "(one of too many names to keep)";
        at = all.texts.emplace(text).first;
        publish(const_cast<char*>(at->c_str()));
    }
    return at->c_str();
}

}  // namespace weft::inline abi1::detail
