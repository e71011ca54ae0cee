// SPDX-License-Identifier: Apache-2.0
#include "cohort/interop/kept.h"

#include "cohort/base/json.h"
#include "cohort/study/element_io.h"

namespace cohort::interop {
namespace {

void put_extras(json::object& out, const study::Extras& extras) {
    if (!extras.empty()) out["extras"] = study::extras_to_json(extras);
}

Result<study::Extras> take_extras(const json::object& from) {
    const json::value* stored = from.if_contains("extras");
    if (!stored) return study::Extras{};
    return study::extras_from_json(*stored);
}

void put_repeat(json::object& out, const SaidRepeat& repeat) {
    if (repeat.same) return;
    out["repeat"] = repeat.key ? json::value(*repeat.key) : json::value(nullptr);
}

SaidRepeat take_repeat(const json::object& from) {
    const json::value* stored = from.if_contains("repeat");
    if (!stored) return {};
    if (stored->is_string()) return {false, std::string(stored->get_string())};
    return {false, std::nullopt};
}

bool take_flag(const json::object& from, std::string_view key) {
    const json::value* stored = from.if_contains(key);
    return stored && stored->is_bool() && stored->get_bool();
}

std::string text_or_nothing(const json::object& out) {
    return out.empty() ? std::string() : json::to_text(out);
}

Result<json::object> parse(const std::string& text) {
    if (text.empty()) return json::object();
    auto parsed = json::parse(text, {.depth = 512, .bytes = std::size_t{64} << 20});
    if (!parsed || !parsed->is_object())
        return internal("stored-element", "what was kept of an import is not JSON");
    return std::move(parsed->get_object());
}

}  // namespace

std::string to_text(const KeptNode& node) {
    json::object out;
    put_repeat(out, node.repeat);
    put_extras(out, node.extras);
    return json::to_text(out);
}

std::string to_text(const KeptItem& item) {
    json::object out;
    if (!item.type.empty()) out["type"] = item.type;
    if (item.no_value) out["no_value"] = true;
    if (item.empty) out["empty"] = true;
    put_extras(out, item.extras);
    return text_or_nothing(out);
}

std::string to_text(const std::vector<KeptPart>& parts) {
    json::array all;
    for (const KeptPart& part : parts) {
        json::object one{{"version", part.version}};
        if (part.direct) one["direct"] = true;
        put_repeat(one, part.repeat);
        put_extras(one, part.extras);
        all.push_back(std::move(one));
    }
    return json::to_text(json::object{{"parts", std::move(all)}});
}

Result<KeptNode> node_from_text(const std::string& text) {
    const json::object from = TRY(parse(text));
    return KeptNode{take_repeat(from), TRY(take_extras(from))};
}

Result<KeptItem> item_from_text(const std::string& text) {
    const json::object from = TRY(parse(text));
    KeptItem out;
    out.type = TRY(json::find_string(from, "type")).value_or("");
    out.no_value = take_flag(from, "no_value");
    out.empty = take_flag(from, "empty");
    out.extras = TRY(take_extras(from));
    return out;
}

Result<std::vector<KeptPart>> parts_from_text(const std::string& text) {
    std::vector<KeptPart> out;
    const json::object from = TRY(parse(text));
    const auto parts = TRY(json::find_array(from, "parts")).value_or(json::array());
    for (const json::value& value : parts) {
        const json::object one = TRY(json::as_object(value, "part"));
        KeptPart part;
        part.version = TRY(json::get_string(one, "version"));
        part.direct = take_flag(one, "direct");
        part.repeat = take_repeat(one);
        part.extras = TRY(take_extras(one));
        out.push_back(std::move(part));
    }
    return out;
}

const KeptPart* find_part(const std::vector<KeptPart>& parts, const std::string& version) {
    for (const KeptPart& part : parts)
        if (part.version == version) return &part;
    return nullptr;
}

}  // namespace cohort::interop
