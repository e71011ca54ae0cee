// SPDX-License-Identifier: Apache-2.0
#include "cohort/questionnaire/resource.h"

#include <algorithm>

#include "cohort/questionnaire/elements.h"
#include "cohort/questionnaire/resource_xml.h"

namespace cohort::questionnaire {
namespace {

using json::Exact;
using Kind = Exact::Kind;

constexpr json::Limits limits = {.depth = 64, .bytes = std::size_t{4} << 20};
constexpr std::size_t faults_max = 100;

// Between characters.
std::string_view cut(std::string_view text) {
    std::size_t end = std::min<std::size_t>(text.size(), 200);
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return text.substr(0, end);
}

std::string quoted(std::string_view text) {
    return '"' + std::string(cut(text)) + '"';
}

// Walks a tree with the tables beside it.
class Checker {
  public:
    explicit Checker(Resource& out) : out_(out) {}

    void object(Exact& from, std::string_view type, const std::string& place, bool root) {
        if (!from.is(Kind::object)) return wrong(place, "must be an object");
        for (std::size_t i = 0; i < from.members.size();) {
            auto& [name, member] = from.members[i];
            const std::string there = place + '/' + name;
            const Element* element = element_of(type, name);
            if (element != nullptr && element->dropped) {
                out_.dropped.push_back(there);
                from.members.erase(from.members.begin() + static_cast<std::ptrdiff_t>(i));
                continue;
            }
            ++i;
            if (root && name == "resourceType") continue;
            if (element != nullptr)
                value(member, *element, there);
            else if (name.starts_with('_'))
                beside(from, type, std::string_view(name).substr(1), member, there);
            else
                unsupported(there, name, type);
        }
        for (const Element& element : elements_of(type))
            if (element.needed && from.find(element.name) == nullptr)
                fault("missing-element", place, quoted(element.name) + " is missing");
        if (std::count_if(from.members.begin(), from.members.end(), [](const auto& member) {
                return !type_of_choice(member.first).empty() ||
                       !type_of_choice(member.first, "answer").empty();
            }) > 1)
            fault("too-many-values", place, "there is more than one value");
    }

  private:
    void fault(std::string code, std::string place, std::string message) {
        if (out_.faults.size() < faults_max)
            out_.faults.push_back({std::move(code), std::move(place), std::move(message)});
    }
    void wrong(const std::string& place, std::string_view what) {
        fault("wrong-type", place, std::string(what));
    }
    void unsupported(const std::string& place, std::string_view name, std::string_view type) {
        fault("unsupported-element", place,
              quoted(name) + " of " + std::string(type) + " is not supported");
    }

    void value(Exact& from, const Element& element, const std::string& place) {
        if (!element.list) return single(from, element.type, place);
        if (!from.is(Kind::array) || from.elements.empty())
            return wrong(place, "must be a list that is not empty");
        for (std::size_t i = 0; i < from.elements.size(); ++i)
            single(from.elements[i], element.type, place + '/' + std::to_string(i));
    }

    void single(Exact& from, std::string_view type, const std::string& place) {
        if (type == "Extension") return;  // with its owner, who knows where it stands
        if (type == "Resource") return contained(from, place);
        if (primitive_of(type) == Primitive::none) {
            object(from, type, place, false);
            extensions(from, where_in(type), place);
            return;
        }
        const auto wanted = primitive_of(type) == Primitive::boolean  ? Kind::boolean
                            : primitive_of(type) == Primitive::number ? Kind::number
                                                                      : Kind::string;
        if (!from.is(wanted) || !is_of_type(type, from.text))
            wrong(place, "is no " + std::string(type));
    }

    void contained(Exact& from, const std::string& place) {
        const Exact* type = from.find("resourceType");
        if (type == nullptr || type->text != "ValueSet")
            return unsupported(place, type == nullptr ? "contained" : type->text, "contained");
        object(from, "ValueSet", place, true);
    }

    // "_text": the extensions of a primitive; of a list of primitives we support none.
    void beside(const Exact& owner, std::string_view type, std::string_view name, Exact& from,
                const std::string& place) {
        const Element* element = element_of(type, name);
        if (element == nullptr || primitive_of(element->type) == Primitive::none ||
            !from.is(Kind::object))
            return unsupported(place, '_' + std::string(name), type);
        if (owner.find(name) == nullptr && !has_extension(from, extension::xhtml))
            fault("missing-element", place,
                  quoted(name) + " has extensions but no value of its own");
        for (const auto& [member, ignored] : from.members)
            if (member != "id" && member != "extension")
                unsupported(place + '/' + member, member, element->type);
        extensions(from, where_in(element->type), place);
    }

    static bool has_extension(const Exact& from, std::string_view wanted) {
        const Exact* all = from.find("extension");
        return all != nullptr &&
               std::any_of(all->elements.begin(), all->elements.end(), [wanted](const Exact& one) {
                   const Exact* url = one.is(Kind::object) ? one.find("url") : nullptr;
                   return url != nullptr && url->text == wanted;
               });
    }

  public:
    void extensions(Exact& owner, unsigned where, const std::string& place) {
        Exact* all = owner.find("extension");
        if (all == nullptr || !all->is(Kind::array)) return;
        for (std::size_t i = 0; i < all->elements.size(); ++i)
            one_extension(all->elements[i], where, place + "/extension/" + std::to_string(i));
    }

  private:
    void one_extension(Exact& from, unsigned where, const std::string& place) {
        const Exact* url = from.is(Kind::object) ? from.find("url") : nullptr;
        if (url == nullptr || !url->is(Kind::string)) return wrong(place, "is no extension");
        const ExtensionRule* rule = extension_rule(url->text, where);
        if (rule == nullptr)
            return fault("unsupported-extension", place,
                         "the extension " + std::string(cut(url->text)) + " is not supported here");
        if (rule->values.empty()) return parts(from, *rule, place);
        extension_value(from, rule->values, place);
    }

    // A word of "valueDate valueTime".
    static bool among(std::string_view words, std::string_view word) {
        for (auto at = words.find(word); at != std::string_view::npos;
             at = words.find(word, at + 1))
            if ((at == 0 || words[at - 1] == ' ') &&
                (at + word.size() == words.size() || words[at + word.size()] == ' ' ||
                 words[at + word.size()] == '!'))
                return true;
        return false;
    }

    void extension_value(Exact& from, std::string_view values, const std::string& place) {
        int found = 0;
        for (auto& [name, member] : from.members) {
            if (name == "url" || name == "id") continue;
            const std::string_view type = type_of_choice(name);
            if (type.empty() || (!values.empty() && !among(values, name)))
                return fault("unsupported-element", place + '/' + name,
                             quoted(name) + " is not supported in this extension");
            single(member, type, place + '/' + name);
            ++found;
        }
        if (found != 1) fault("missing-element", place, "the extension has no value of its own");
    }

    void parts(Exact& from, const ExtensionRule& rule, const std::string& place) {
        for (const auto& [name, member] : from.members)
            if (name != "url" && name != "id" && name != "extension")
                return unsupported(place + '/' + name, name, "Extension");
        Exact* all = from.find("extension");
        if (all == nullptr || !all->is(Kind::array)) return wrong(place, "has no parts");
        for (std::size_t i = 0; i < all->elements.size(); ++i) {
            Exact& part = all->elements[i];
            const std::string there = place + "/extension/" + std::to_string(i);
            const Exact* url = part.is(Kind::object) ? part.find("url") : nullptr;
            if (url == nullptr || !url->is(Kind::string) || !among(rule.parts, url->text))
                return fault("unsupported-extension", there,
                             "an unknown part of " + std::string(rule.url));
            extension_value(part, "", there);
        }
        needed_parts(*all, rule.parts, place);
    }

    void needed_parts(const Exact& all, std::string_view parts, const std::string& place) {
        for (auto end = parts.find('!'); end != std::string_view::npos; end = parts.find('!')) {
            const auto space = parts.substr(0, end).rfind(' ');
            const auto start = space == std::string_view::npos ? 0 : space + 1;
            const std::string_view name = parts.substr(start, end - start);
            parts.remove_prefix(end + 1);
            if (std::none_of(all.elements.begin(), all.elements.end(), [&](const Exact& part) {
                    const Exact* url = part.is(Kind::object) ? part.find("url") : nullptr;
                    return url != nullptr && url->text == name;
                }))
                fault("missing-element", place, "the part " + quoted(name) + " is missing");
        }
    }

    Resource& out_;
};

}  // namespace

Format format_of(std::string_view bytes) {
    if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
    const auto first = bytes.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && bytes[first] == '<' ? Format::xml : Format::json;
}

Result<Resource> read_resource(std::string_view bytes, Format format, std::string_view type) {
    Resource out;
    if (format == Format::json && bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
    out.tree = format == Format::xml ? TRY(tree_of_xml(bytes, limits.bytes))
                                     : TRY(json::parse_exact(bytes, limits));
    const Exact* named = out.tree.is(Kind::object) ? out.tree.find("resourceType") : nullptr;
    if (named == nullptr || !named->is(Kind::string) || named->text != type)
        return invalid("resource-type", "this is no " + std::string(type));
    Checker checker(out);
    checker.object(out.tree, type, "", true);
    checker.extensions(out.tree, where_in(type), "");
    return out;
}

}  // namespace cohort::questionnaire
