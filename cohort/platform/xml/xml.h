// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weft/result.h"

/// XML in and out, over libxml2. Nothing is ever loaded from outside the given bytes, entities are
/// neither declared nor expanded, and every size has a bound.
namespace cohort::xml {

inline constexpr std::string_view xml_namespace = "http://www.w3.org/XML/1998/namespace";

/// An attribute; `ns` is empty for one without a prefix. Namespace declarations are no attributes.
struct Attribute {
    std::string ns = {};
    std::string prefix = {};
    std::string name = {};
    std::string value = {};

    bool operator==(const Attribute&) const = default;
};

/// An element. Character data lies as in mixed content: `text` before the first child, and each
/// child's `tail` after it. White space between elements that hold no other text is dropped.
struct Element {
    std::string ns = {};
    std::string prefix = {};
    std::string name = {};
    std::vector<Attribute> attributes = {};
    std::string text = {};
    std::vector<Element> children = {};
    std::string tail = {};
    int line = 0;

    /// The value of an attribute without namespace, or null.
    const std::string* attribute(std::string_view name) const;
    /// The value of an attribute in a namespace, or null.
    const std::string* attribute(std::string_view ns, std::string_view name) const;
    /// The first child with this local name in any namespace, or null.
    const Element* child(std::string_view name) const;

    /// Same content; the line and the prefixes do not count.
    bool same_as(const Element& other) const;
};

struct Document {
    Element root;
    /// Prefixes declared in the document, first come first kept: what the author called them.
    std::vector<std::pair<std::string, std::string>> namespaces;  // prefix, URI
    /// Comments and processing instructions: seen, counted, not kept.
    size_t comments = 0;
};

struct Limits {
    size_t bytes_max = size_t{64} << 20;
    int depth_max = 64;
    size_t elements_max = 4'000'000;
    size_t attributes_max = 512;  ///< of one element
};

/// Parses a whole document.
///
/// Errors: `invalid` with code "xml-ill-formed" (text names the line), "xml-entities" (the document
/// declares entities: the way in of the billion laughs and of reading local files), "xml-too-deep",
/// "xml-too-large", "xml-encoding". A DOCTYPE that only names an external DTD is accepted and the
/// DTD is not read.
/// Blocks: nowhere, but uses much stack and time; from a goroutine call it inside
/// `weft::blocking` (libxml2 wants more than a goroutine's stack).
[[nodiscard]] weft::Result<Document> parse(std::string_view bytes, const Limits& limits = {});

struct WriteOptions {
    bool indent = true;
    /// Wanted prefixes for namespaces; the default namespace is the root's.
    std::vector<std::pair<std::string, std::string>> namespaces = {};  // prefix, URI
};

/// Writes UTF-8 with an XML declaration. Everything is escaped so that parsing gives the same
/// element back, line breaks in attributes included. Characters that XML cannot hold at all
/// (U+0000 … U+0008 and friends) become U+FFFD.
[[nodiscard]] std::string write(const Element& root, const WriteOptions& options = {});

/// True when the text is nothing but XML white space.
bool is_blank(std::string_view text);

}  // namespace cohort::xml
