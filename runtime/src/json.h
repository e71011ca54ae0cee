// SPDX-License-Identifier: Apache-2.0
// What reports need of JSON: objects and lists, written.
#pragma once

#include <source_location>
#include <string>
#include <string_view>
#include <vector>

#include "weft/time.h"

namespace weft::inline abi1::detail {

std::string quoted(std::string_view text);

/// One object or list, member by member; what is empty is left out.
class Json {
  public:
    explicit Json(char open) : text_(1, open), close_(open == '{' ? '}' : ']') {}
    Json& add(const char* key, const std::string& value) {
        return value.empty() ? *this : raw(key, quoted(value));
    }
    Json& add(const char* key, const std::source_location& where);
    Json& raw(const char* key, const std::string& json) {
        separate();
        text_ += quoted(key) + ':' + json;
        return *this;
    }
    Json& item(const std::string& json) {
        separate();
        text_ += json;
        return *this;
    }
    std::string end() const { return text_ + close_; }

  private:
    void separate() {
        if (text_.size() > 1) text_ += ',';
    }
    std::string text_;
    char close_;
};

template <class T, class F>
std::string list(const std::vector<T>& all, F json_of) {
    Json json('[');
    for (const T& one : all) json.item(json_of(one));
    return json.end();
}

inline std::string milliseconds(Duration time) {
    return std::to_string(time.count() / 1'000'000);
}

}  // namespace weft::inline abi1::detail
