// SPDX-License-Identifier: Apache-2.0
#include "cohort/capture/pointer.h"

#include <algorithm>

namespace cohort::capture {

namespace {

// A part of a JSON pointer (RFC 6901).
std::string escaped(std::string_view part) {
    std::string out;
    for (const char c : part) {
        if (c == '~')
            out += "~0";
        else if (c == '/')
            out += "~1";
        else
            out += c;
    }
    return out;
}

std::string unescaped(std::string_view part) {
    std::string out;
    for (std::size_t i = 0; i < part.size(); ++i) {
        const bool is_escape = part[i] == '~' && i + 1 < part.size();
        out += is_escape ? (part[++i] == '0' ? '~' : '/') : part[i];
    }
    return out;
}

// The part in front, which is taken away.
std::string next_part(std::string_view& pointer) {
    const std::size_t end = std::min(pointer.find('/'), pointer.size());
    std::string part = unescaped(pointer.substr(0, end));
    pointer.remove_prefix(std::min(end + 1, pointer.size()));
    return part;
}

}  // namespace

std::string pointer_to(const ItemKey& key) {
    std::string out = "/items/" + escaped(key.group);
    if (!key.repeat.empty()) out += "/" + escaped(key.repeat);
    if (!key.item.empty()) out += "/" + escaped(key.item);
    return out;
}

ItemKey key_at(std::string_view pointer) {
    pointer.remove_prefix(std::string_view("/items/").size());
    ItemKey key;
    key.group = next_part(pointer);
    key.repeat = next_part(pointer);
    key.item = next_part(pointer);
    return key;
}

}  // namespace cohort::capture
