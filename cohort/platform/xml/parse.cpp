// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <climits>
#include <cstring>
#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <memory>
#include <optional>

#include "cohort/platform/xml/xml.h"

namespace cohort::xml {
namespace {

using weft::Error;
using weft::ErrorKind;

std::string text_of(const xmlChar* s) {
    return s ? reinterpret_cast<const char*>(s) : "";
}

/// What the callbacks of one parse share. They run inside a C frame: nothing here parks or throws.
struct Builder {
    explicit Builder(const Limits& given) : limits(given) {}

    Limits limits;
    Document document;
    std::vector<Element*> open;  // pointers stay valid: only the innermost element's list grows
    std::optional<Error> refused;
    xmlParserCtxtPtr parser = nullptr;
    size_t elements = 0;

    int line() const { return xmlSAX2GetLineNumber(parser); }

    void refuse(std::string code, std::string text) {
        if (refused) return;
        refused = Error{ErrorKind::invalid, std::move(code),
                        "line " + std::to_string(line()) + ": " + std::move(text)};
        xmlStopParser(parser);
    }

    void name_prefix(const std::string& prefix, const std::string& uri) {
        auto& known = document.namespaces;
        for (const auto& [p, u] : known)
            if (p == prefix && u == uri) return;
        known.emplace_back(prefix, uri);
    }

    void characters(std::string_view text) {
        if (open.empty()) return;
        Element& e = *open.back();
        std::string& where = e.children.empty() ? e.text : e.children.back().tail;
        where.append(text);
    }
};

Builder& builder(void* context) {
    return *static_cast<Builder*>(context);
}

void read_attributes(Element& e, int count, const xmlChar** given) {
    e.attributes.reserve(static_cast<size_t>(count));
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        const xmlChar** a = given + 5 * i;
        e.attributes.push_back(
            {text_of(a[2]), text_of(a[1]), text_of(a[0]),
             std::string(reinterpret_cast<const char*>(a[3]), static_cast<size_t>(a[4] - a[3]))});
    }
}

void start_element(void* context, const xmlChar* name, const xmlChar* prefix, const xmlChar* uri,
                   int namespace_count, const xmlChar** namespaces, int attribute_count, int,
                   const xmlChar** attributes) {
    Builder& b = builder(context);
    if (b.refused) return;
    if (static_cast<int>(b.open.size()) >= b.limits.depth_max)
        return b.refuse("xml-too-deep", "elements are nested deeper than " +
                                            std::to_string(b.limits.depth_max) + " levels");
    if (++b.elements > b.limits.elements_max)
        return b.refuse("xml-too-large", "the document has too many elements");
    if (static_cast<size_t>(attribute_count) > b.limits.attributes_max)
        return b.refuse("xml-too-large", "an element has too many attributes");
    for (std::ptrdiff_t i = 0; i < namespace_count; ++i)
        b.name_prefix(text_of(namespaces[2 * i]), text_of(namespaces[2 * i + 1]));
    Element* e = &b.document.root;
    if (!b.open.empty()) e = &b.open.back()->children.emplace_back();
    e->ns = text_of(uri);
    e->prefix = text_of(prefix);
    e->name = text_of(name);
    e->line = b.line();
    read_attributes(*e, attribute_count, attributes);
    b.open.push_back(e);
}

/// Layout between elements is no content; text beside a real word is.
void drop_layout(Element& e) {
    if (e.children.empty()) return;
    bool blank = is_blank(e.text);
    for (const Element& child : e.children) blank = blank && is_blank(child.tail);
    if (!blank) return;
    e.text.clear();
    for (Element& child : e.children) child.tail.clear();
}

void end_element(void* context, const xmlChar*, const xmlChar*, const xmlChar*) {
    Builder& b = builder(context);
    if (b.refused || b.open.empty()) return;
    drop_layout(*b.open.back());
    b.open.pop_back();
}

void characters(void* context, const xmlChar* text, int length) {
    builder(context).characters({reinterpret_cast<const char*>(text), static_cast<size_t>(length)});
}

void comment(void* context, const xmlChar*) {
    ++builder(context).document.comments;
}
void instruction(void* context, const xmlChar*, const xmlChar*) {
    ++builder(context).document.comments;
}

void entity_declared(void* context, const xmlChar*, int, const xmlChar*, const xmlChar*, xmlChar*) {
    builder(context).refuse("xml-entities",
                            "the document declares an entity; entities are refused");
}

xmlEntityPtr find_entity(void*, const xmlChar* name) {
    return xmlGetPredefinedEntity(name);
}

void reference(void* context, const xmlChar* name) {
    builder(context).refuse("xml-entities", "the entity &" + text_of(name) + "; is not known here");
}

void ignore_error(void*, xmlErrorPtr) {}  // the last error is read from the parser afterwards

xmlSAXHandler handlers() {
    xmlSAXHandler sax;
    std::memset(&sax, 0, sizeof sax);
    sax.initialized = XML_SAX2_MAGIC;
    sax.startElementNs = start_element;
    sax.endElementNs = end_element;
    sax.characters = characters;
    sax.ignorableWhitespace = characters;
    sax.cdataBlock = characters;
    sax.comment = comment;
    sax.processingInstruction = instruction;
    sax.entityDecl = entity_declared;
    sax.getEntity = find_entity;
    sax.reference = reference;
    sax.serror = ignore_error;
    return sax;
}

Error ill_formed(xmlParserCtxtPtr parser) {
    const xmlError& last = parser->lastError;
    std::string what = last.message ? last.message : "the document is not well-formed";
    // libxml2 calls a text without any markup an empty document; whoever picked the wrong file
    // would look for the emptiness.
    if (last.code == XML_ERR_DOCUMENT_EMPTY) what = "this is no XML: it does not begin with '<'";
    while (!what.empty() && (what.back() == '\n' || what.back() == ' ')) what.pop_back();
    const bool encoding = last.code == XML_ERR_UNSUPPORTED_ENCODING ||
                          last.code == XML_ERR_INVALID_ENCODING ||
                          last.code == XML_ERR_UNKNOWN_ENCODING;
    return {ErrorKind::invalid, encoding ? "xml-encoding" : "xml-ill-formed",
            "line " + std::to_string(std::max(last.line, 1)) + ": " + what};
}

struct FreeParser {
    void operator()(xmlParserCtxtPtr p) const {
        if (p->myDoc) xmlFreeDoc(p->myDoc);
        p->myDoc = nullptr;
        xmlFreeParserCtxt(p);
    }
};

}  // namespace

weft::Result<Document> parse(std::string_view bytes, const Limits& limits) {
    if (bytes.size() > std::min(limits.bytes_max, size_t{INT_MAX}))
        return Error{ErrorKind::invalid, "xml-too-large",
                     "the document has " + std::to_string(bytes.size()) + " bytes; the limit is " +
                         std::to_string(limits.bytes_max)};
    if (bytes.size() < 4)
        return Error{ErrorKind::invalid, "xml-ill-formed", "line 1: the document is empty"};
    Builder b(limits);
    xmlSAXHandler sax = handlers();
    std::unique_ptr<xmlParserCtxt, FreeParser> parser(
        xmlCreatePushParserCtxt(&sax, &b, bytes.data(), 4, nullptr));
    if (!parser) return Error{ErrorKind::unavailable, "xml-memory", "no memory for the parser"};
    b.parser = parser.get();
    // NOENT only makes "&amp;" in an attribute arrive as "&" instead of as "&#38;": no entity can
    // be declared (entity_declared) or found (find_entity), so nothing else is there to substitute.
    xmlCtxtUseOptions(parser.get(), XML_PARSE_NONET | XML_PARSE_NOENT);
    const int failed =
        xmlParseChunk(parser.get(), bytes.data() + 4, static_cast<int>(bytes.size() - 4), 1);
    if (b.refused) return std::move(*b.refused);
    // A namespace error (an unbound prefix) leaves `wellFormed` set and only `nsWellFormed`
    // cleared.
    if (failed != 0 || !parser->wellFormed || !parser->nsWellFormed)
        return ill_formed(parser.get());
    return std::move(b.document);
}

}  // namespace cohort::xml
