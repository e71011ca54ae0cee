// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/xml/xml.h"

#include "tests/support/test.h"

using namespace cohort;

namespace {

xml::Document parsed(std::string_view text) {
    auto result = xml::parse(text);
    REQUIRE_MESSAGE(result.ok(), (result.ok() ? "" : result.error().text));
    return std::move(result).value();
}

std::string code_of(std::string_view text, const xml::Limits& limits = {}) {
    const auto result = xml::parse(text, limits);
    return result.ok() ? "" : result.error().code;
}

}  // namespace

TEST_CASE("A parsed element has its namespace, attributes in order, text, tails and line") {
    const auto document = parsed(
        "<a xmlns='urn:one' xmlns:v='urn:two' z='1' v:y='2' x='&lt;3'>\n"
        "  <v:b>text<c/>after<c/></v:b>\n  <d> </d></a>");
    const xml::Element& a = document.root;
    CHECK(a.ns == "urn:one");
    REQUIRE(a.attributes.size() == 3);
    CHECK(a.attributes[0].name == "z");
    CHECK(a.attributes[1].ns == "urn:two");
    CHECK(a.attributes[2].value == "<3");
    CHECK(a.text.empty());
    REQUIRE(a.children.size() == 2);
    const xml::Element& b = a.children[0];
    CHECK(b.prefix == "v");
    CHECK(b.line == 2);
    CHECK(b.text == "text");
    CHECK(b.children[0].tail == "after");
    CHECK(a.children[1].text == " ");
    CHECK(document.namespaces.size() == 2);
}

TEST_CASE("An ill-formed document is refused with the line") {
    const auto result = xml::parse("<a>\n<b>\n</a>");
    REQUIRE_FALSE(result.ok());
    CHECK(result.error().code == "xml-ill-formed");
    CHECK(result.error().text.find("line 3") != std::string::npos);
}

TEST_CASE("An unbound prefix is ill-formed, as in a file that forgot its xmlns") {
    const auto result = xml::parse("<a>\n\n<x:b/></a>");
    REQUIRE_FALSE(result.ok());
    CHECK(result.error().code == "xml-ill-formed");
    CHECK(result.error().text.find("line 3") != std::string::npos);
}

TEST_CASE("A document that declares entities is refused before any expansion") {
    CHECK(code_of("<!DOCTYPE a [<!ENTITY x 'ha'><!ENTITY y '&x;&x;&x;'>]><a>&y;</a>") ==
          "xml-entities");
    CHECK(code_of("<!DOCTYPE a [<!ENTITY x 'ha'><!ENTITY y '&x;&x;&x;'>]><a b='&y;'/>") ==
          "xml-entities");
    CHECK(code_of("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>") ==
          "xml-entities");
    CHECK(code_of("<!DOCTYPE a [<!ENTITY % p SYSTEM 'http://127.0.0.1:1/'>%p;]><a/>") ==
          "xml-entities");
}

TEST_CASE("A DOCTYPE that names an external DTD is accepted and the DTD is not read") {
    CHECK(parsed("<!DOCTYPE a SYSTEM 'http://127.0.0.1:1/no.dtd'><a b='1'/>").root.name == "a");
    CHECK(code_of("<!DOCTYPE a SYSTEM 'no.dtd'><a>&unknown;</a>") == "xml-entities");
}

TEST_CASE("Deep, big and crowded documents are refused by their bounds") {
    std::string deep;
    for (int i = 0; i < 65; ++i) deep += "<a>";
    CHECK(code_of(deep) == "xml-too-deep");
    CHECK(code_of("<a>123456</a>", {.bytes_max = 8}) == "xml-too-large");
    CHECK(code_of("<a><b/><b/><b/></a>", {.elements_max = 3}) == "xml-too-large");
    CHECK(code_of("<a b='1' c='2'/>", {.attributes_max = 1}) == "xml-too-large");
    CHECK(code_of("") == "xml-ill-formed");
    CHECK(code_of("not xml at all") == "xml-ill-formed");
}

TEST_CASE("What is written parses to the same element") {
    xml::Element root{.ns = "urn:one", .name = "a"};
    root.attributes.push_back(
        {"urn:two", "v", "x", "tab\tline\nreturn\r quote\" & <\xE4\xB8\xAD>"});
    root.attributes.push_back({std::string(xml::xml_namespace), "xml", "lang", "zh-CN"});
    xml::Element mixed{.ns = "urn:two", .prefix = "v", .name = "m", .text = "before "};
    mixed.children.push_back({.name = "plain", .text = "no namespace \r\n", .tail = " after"});
    root.children.push_back(mixed);
    root.children.push_back({.ns = "urn:three", .prefix = "v", .name = "clash"});
    root.children.push_back({.ns = "urn:one", .name = "blank", .text = "  \n "});
    for (const bool indent : {true, false}) {
        const std::string text = xml::write(root, {.indent = indent});
        CAPTURE(text);
        CHECK(parsed(text).root.same_as(root));
    }
}

TEST_CASE("Characters that XML cannot hold are written as U+FFFD, not as a broken file") {
    xml::Element root{.name = "a", .text = std::string("x\x01\xFFy\xED\xA0\x80", 7)};
    const auto back = parsed(xml::write(root));
    CHECK(back.root.text.substr(0, 4) == "x\xEF\xBF\xBD");
    CHECK(back.root.text.find('y') != std::string::npos);
}
