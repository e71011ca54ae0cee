// SPDX-License-Identifier: Apache-2.0
// Studies in and out over the whole server.
#include <functional>

#include "weft/run.h"

#include "tests/support/test.h"
#include "tests/world/world.h"

namespace tests {

namespace {

using cohort::http::Pairs;

const Pairs xml{{"content-type", "application/xml; charset=utf-8"}};

const std::string study = R"(<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" ODMVersion="1.3.2"
 xmlns:v="urn:vendor" FileOID="F"><Study OID="NEW"><GlobalVariables><StudyName>A new one</StudyName>
<StudyDescription>What for</StudyDescription><ProtocolName>P-1</ProtocolName></GlobalVariables>
<MetaDataVersion OID="M" Name="M"><ItemDef OID="I" Name="I" DataType="integer" v:hint="x">
<Question><TranslatedText xml:lang="en">How many?</TranslatedText></Question></ItemDef>
</MetaDataVersion></Study></ODM>)";

std::string id_of(const Answer& posted) {
    return posted.at("/study/id");
}

}  // namespace

TEST_CASE("a posted study is listed, described and given out again") {
    in_world([](World& w) {
        const Answer posted = w.ask("builder", "POST", "/api/v1/studies", study, xml);
        REQUIRE(posted.outcome() == "201");
        CHECK(posted.at("/study/name") == "A new one");
        CHECK(posted.at("/study/protocol") == "P-1");
        CHECK(posted.at("/study/metadata_version") == "M");
        CHECK(posted.at("/report/studies/0/items") == "1");
        CHECK(posted.at("/report/kept/attributes/v:hint of ItemDef") == "1");
        const std::string one = "/api/v1/studies/" + id_of(posted);
        CHECK(w.ask("builder", "GET", "/api/v1/studies").at("/studies/1/oid") == "NEW");
        CHECK(w.ask("builder", "GET", one).at("/description") == "What for");
        const Answer definition = w.ask("builder", "GET", one + "/definition");
        CHECK(definition.at("/items/0/question/en") == "How many?");
        CHECK(w.ask("builder", "GET", one + "/definition?version=M").outcome() == "200");
        // The browser may keep it, nobody else, and has to ask.
        CHECK(definition.header("Cache-Control") == "private, no-cache");
        const Pairs kept = {{"if-none-match", definition.header("ETag")}};
        const Answer same = w.ask("builder", "GET", one + "/definition", "", kept);
        CHECK(same.status == 304);
        CHECK(same.text.empty());
        CHECK(same.header("ETag") == definition.header("ETag"));
        CHECK(w.ask("editor", "GET", one + "/definition", "", kept).status == 404);
        CHECK(
            w.ask("builder", "GET", one + "/definition", "", {{"if-none-match", "\"x\""}}).status ==
            200);
        CHECK(w.ask("builder", "GET", one + "/definition?version=X").outcome() ==
              "404 metadata-version");
        const Answer exported = w.ask("builder", "GET", one + "/export.xml");
        CHECK(exported.status == 200);
        CHECK(exported.text.find("v:hint=\"x\"") != std::string::npos);
    });
}

TEST_CASE("a file that cannot be taken in is refused by name and leaves nothing") {
    in_world([](World& w) {
        const auto post = [&](const std::string& body, const Pairs& headers = xml) {
            return w.ask("builder", "POST", "/api/v1/studies", body, headers).outcome();
        };
        const auto before = w.count("study");
        CHECK(post("<ODM><Study></ODM>") == "400 xml-ill-formed");
        CHECK(post("<!DOCTYPE a [<!ENTITY x 'y'>]><ODM/>") == "400 xml-entities");
        CHECK(post("<RuleImport/>") == "422 openclinica-rules");
        CHECK(post("<ODM><ClinicalData StudyOID='S' MetaDataVersionOID='M'/></ODM>") ==
              "422 metadata-first");
        CHECK(post(study, {}) == "415 wrong-content-type");
        CHECK(w.count("study") == before);
    });
}

TEST_CASE("only who may build studies may post one, and only who may export gets the file") {
    in_world([](World& w) {
        CHECK(w.ask("", "POST", "/api/v1/studies", study, xml).status == 401);
        CHECK(w.ask("ann", "POST", "/api/v1/studies", study, xml).status == 403);
        const std::string one = "/api/v1/studies/" + w.ground().study.text;
        CHECK(w.ask("ann", "GET", one).outcome() == "200");
        CHECK(w.ask("ann", "GET", one + "/export.xml").status == 403);
        const Answer posted = w.ask("builder", "POST", "/api/v1/studies", study, xml);
        const std::string other = "/api/v1/studies/" + id_of(posted);
        CHECK(w.ask("ann", "GET", other).status == 404);
        CHECK(w.ask("ann", "GET", other + "/definition").status == 404);
        CHECK(w.ask("ann", "GET", other + "/export.xml").status == 404);
        CHECK(w.ask("ann", "GET", "/api/v1/studies").at("/studies/1/oid") == "");
    });
}

TEST_CASE("a study posted twice with one key is stored once and answered alike") {
    in_world([](World& w) {
        Pairs headers = xml;
        headers.emplace_back("idempotency-key", "k1");
        const Answer first = w.ask("builder", "POST", "/api/v1/studies", study, headers);
        const auto there = w.count("study");
        const Answer again = w.ask("builder", "POST", "/api/v1/studies", study, headers);
        CHECK(again.status == 201);
        CHECK(again.text == first.text);
        CHECK(w.count("study") == there);
    });
}

}  // namespace tests
