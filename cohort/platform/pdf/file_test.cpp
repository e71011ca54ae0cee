// SPDX-License-Identifier: Apache-2.0
// What PDF/A-2b asks of a file, clause by clause (ISO 19005-2:2011), of a document with all that
// ours have: Latin and Chinese text, lines, areas, discs, several pages. Not a validator: these are
// the clauses that a file of this kind can break.
#include <algorithm>
#include <regex>
#include <sstream>

#include "cohort/platform/pdf/document.h"
#include "cohort/platform/pdf/metadata.h"
#include "cohort/platform/pdf/test_file.h"
#include "tests/support/test.h"

namespace cohort::pdf {

namespace {

const About about{.title = "周记 <A & B>",
                  .language = "zh-CN",
                  .made = parse_instant("2026-11-22T18:30:05Z").value()};

std::string sample() {
    static const Fonts fonts = Fonts::open().value();
    Document document(fonts, about);
    for (int page = 0; page < 2; ++page) {
        document.begin_page();
        document.fill({50, 50}, 100, 20, {0.9, 0.9, 0.9});
        document.line({50, 80}, {200, 80}, 1, {0.5, 0, 0});
        document.disc({100, 120}, 4, {0, 0, 1});
        document.draw(document.set("Score: 12 (moderate), 37.5 ℃", 400, {}), {50, 140});
        document.draw(document.set("如出现发热，请立即联系。张三 №1 Ω", 400, {.size = 14}),
                      {50, 180});
    }
    return document.finish().value();
}

struct Sample {
    std::string bytes = sample();
    TestFile file{bytes};
};

bool has(std::string_view text, std::string_view part) {
    return text.find(part) != text.npos;
}

}  // namespace

TEST_CASE("6.1.2: the file begins with its version and a comment of bytes above 127") {
    const Sample sample;
    CHECK(sample.bytes.starts_with("%PDF-1.7\n%"));
    for (std::size_t i = 10; i < 14; ++i) CHECK(static_cast<unsigned char>(sample.bytes[i]) > 127);
}

TEST_CASE("6.1.3: the trailer has an identifier, no encryption, and nothing follows it") {
    const Sample sample;
    const std::string id = TestFile::value_of(sample.file.trailer, "/ID");
    CHECK(std::regex_match(id, std::regex(R"(\[ <[0-9a-f]{32}> <[0-9a-f]{32}>)")));
    CHECK_FALSE(has(sample.file.trailer, "/Encrypt"));
    CHECK(sample.bytes.ends_with("\n%%EOF\n"));
    CHECK(sample.bytes.find("%%EOF") == sample.bytes.size() - 6);
}

TEST_CASE("6.1.4 and 6.1.9: each object stands where the table says, and every number has one") {
    const Sample sample;  // its reading checks it
    CHECK(static_cast<int>(sample.file.objects.size()) == sample.file.count - 1);
    CHECK(TestFile::value_of(sample.file.trailer, "/Size") == std::to_string(sample.file.count));
}

TEST_CASE("6.1.6: texts in hexadecimal have whole bytes") {
    const Sample sample;
    const std::regex hexadecimal("<([0-9A-Fa-f]+)>");
    for (const auto& [number, object] : sample.file.objects)
        for (std::sregex_iterator it(object.dictionary.begin(), object.dictionary.end(),
                                     hexadecimal);
             it != std::sregex_iterator(); ++it)
            CHECK((*it)[1].length() % 2 == 0);
}

TEST_CASE(
    "6.1.7: streams are as long as they say, lie in the file, and are packed by Flate or not") {
    const Sample sample;
    int streams = 0;
    for (const auto& [number, object] : sample.file.objects) {
        if (!object.is_stream) continue;
        ++streams;
        CHECK_FALSE(has(object.dictionary, "/F "));
        CHECK_FALSE(has(object.dictionary, "/FFilter"));
        const std::string filter = TestFile::value_of(object.dictionary, "/Filter");
        CHECK((filter.empty() || filter == "/FlateDecode"));
    }
    CHECK(streams >= 6);
}

TEST_CASE("6.2.2: each page brings the resources that it uses") {
    const Sample sample;
    int pages = 0;
    for (const auto* page : sample.file.with("/Contents")) {
        ++pages;
        const auto& resources = sample.file.at(TestFile::value_of(page->dictionary, "/Resources"));
        CHECK(has(resources.dictionary, "/Font"));
        const std::string content =
            TestFile::unpacked(sample.file.at(TestFile::value_of(page->dictionary, "/Contents")));
        const std::regex use("/([a-zA-Z]+[-0-9]+) ");
        for (std::sregex_iterator it(content.begin(), content.end(), use);
             it != std::sregex_iterator(); ++it)
            CHECK(has(resources.dictionary, "/" + (*it)[1].str() + " "));
    }
    CHECK(pages == 2);
}

TEST_CASE(
    "6.2.3: one output intent for PDF/A with a profile of three colours says what they mean") {
    const Sample sample;
    const std::string intents =
        TestFile::value_of(sample.file.catalogue().dictionary, "/OutputIntents");
    REQUIRE(std::regex_match(intents, std::regex(R"(\[ \d+ 0 R)")));
    const auto& intent = sample.file.at(intents.substr(2));
    CHECK(has(intent.dictionary, "/S /GTS_PDFA1"));
    CHECK(has(intent.dictionary, "/OutputConditionIdentifier (sRGB)"));
    const auto& profile =
        sample.file.at(TestFile::value_of(intent.dictionary, "/DestOutputProfile"));
    CHECK(has(profile.dictionary, "/N 3"));
    CHECK(TestFile::unpacked(profile) == srgb_profile());
    const std::string bytes = srgb_profile();
    CHECK(bytes.substr(12, 12) == "mntrRGB XYZ ");
    CHECK(bytes.substr(36, 4) == "acsp");
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    CHECK(((byte(2) << 8) | byte(3)) == static_cast<int>(bytes.size()));
}

TEST_CASE("6.2.4: colours are red, green and blue, or grey") {
    const Sample sample;
    for (const auto* page : sample.file.with("/Contents")) {
        const std::string content =
            TestFile::unpacked(sample.file.at(TestFile::value_of(page->dictionary, "/Contents")));
        CHECK(has(content, " rg"));
        CHECK_FALSE(std::regex_search(content, std::regex(R"([0-9] [kK]\b)")));
        CHECK_FALSE(std::regex_search(content, std::regex(R"(/\w+ (cs|CS|sh)\b)")));
    }
    for (const char* other : {"CMYK", "/Separation", "/DeviceN", "/Pattern", "/Shading"})
        CHECK(sample.file.with(other).size() <= (other == std::string_view("/Pattern") ? 99U : 0U));
}

TEST_CASE("6.2.5, 6.2.8 and 6.2.9: no transfer functions, images, forms or PostScript") {
    const Sample sample;
    for (const char* forbidden : {"/TR ", "/TR2", "/HTP", "/Halftone", "/Subtype /Image",
                                  "/Subtype /Form", "/Subtype /PS", "/OPI", "/Interpolate"}) {
        CAPTURE(forbidden);
        CHECK(sample.file.with(forbidden).empty());
    }
}

TEST_CASE("6.2.10: nothing is transparent") {
    const Sample sample;
    CHECK(sample.file.with("/Group").empty());
    CHECK(sample.file.with("/SMask").empty());
    CHECK(sample.file.with("/BM").empty());
    const std::regex opacity("/(ca|CA) ([0-9.]+)");
    for (const auto& [number, object] : sample.file.objects)
        for (std::sregex_iterator it(object.dictionary.begin(), object.dictionary.end(), opacity);
             it != std::sregex_iterator(); ++it)
            CHECK((*it)[2].str() == "1");
}

TEST_CASE("6.2.11.3.2 and 6.2.11.4: each font is in the file, and its glyphs are told by number") {
    const Sample sample;
    int fonts = 0;
    for (const auto* font : sample.file.with("/Type /Font ")) {
        if (has(font->dictionary, "/Subtype /Type0")) {
            CHECK(has(font->dictionary, "/Encoding /Identity-H"));
            CHECK(has(font->dictionary, "/ToUnicode"));
            continue;
        }
        ++fonts;
        REQUIRE(has(font->dictionary, "/Subtype /CIDFontType2"));
        const auto& map = sample.file.at(TestFile::value_of(font->dictionary, "/CIDToGIDMap"));
        CHECK(TestFile::unpacked(map).size() % 2 == 0);
        const auto& descriptor =
            sample.file.at(TestFile::value_of(font->dictionary, "/FontDescriptor"));
        const auto& program =
            sample.file.at(TestFile::value_of(descriptor.dictionary, "/FontFile2"));
        CHECK(TestFile::unpacked(program).substr(0, 4) == std::string("\0\1\0\0", 4));
    }
    CHECK(fonts >= 1);
}

namespace {

// A table of a TrueType program.
std::string table_of(const std::string& program, const std::string& name) {
    const auto number = [&](std::size_t at, int bytes) {
        std::size_t value = 0;
        for (int i = 0; i < bytes; ++i)
            value = value << 8 | static_cast<unsigned char>(program.at(at + i));
        return value;
    };
    for (std::size_t i = 0; i < number(4, 2); ++i)
        if (program.substr(12 + 16 * i, 4) == name)
            return program.substr(number(12 + 16 * i + 8, 4), number(12 + 16 * i + 12, 4));
    return "";
}

unsigned two_bytes(const std::string& table, std::size_t at) {
    return static_cast<unsigned char>(table.at(at)) << 8 |
           static_cast<unsigned char>(table.at(at + 1));
}

std::string program_of(const TestFile& file, const TestFile::Object& font) {
    const auto& descriptor = file.at(TestFile::value_of(font.dictionary, "/FontDescriptor"));
    return TestFile::unpacked(file.at(TestFile::value_of(descriptor.dictionary, "/FontFile2")));
}

}  // namespace

TEST_CASE("6.2.11.5: glyphs are as wide in the file as in the font") {
    const Sample sample;
    const auto fonts = sample.file.with("/CIDFontType2");
    REQUIRE_FALSE(fonts.empty());
    for (const auto* font : fonts) {
        const std::string program = program_of(sample.file, *font);
        const unsigned units = two_bytes(table_of(program, "head"), 18);
        const unsigned metrics = two_bytes(table_of(program, "hhea"), 34);
        const std::string widths = table_of(program, "hmtx");
        const std::string map = TestFile::unpacked(
            sample.file.at(TestFile::value_of(font->dictionary, "/CIDToGIDMap")));
        std::istringstream told(font->dictionary.substr(font->dictionary.find("/W [1 [") + 7));
        unsigned code = 0;
        for (double width = 0; told >> width;) {
            const unsigned glyph = two_bytes(map, 2 * static_cast<std::size_t>(++code));
            CHECK(glyph != 0);
            CHECK(width == doctest::Approx(
                               1000.0 * two_bytes(widths, 4 * std::min(glyph, metrics - 1)) / units)
                               .epsilon(0.001));
        }
        CHECK(map.size() == 2 * (code + 1));
        CHECK(code > 10);
    }
}

TEST_CASE("6.2.11.6: no font has a Latin encoding, which would have to be its own") {
    const Sample sample;
    CHECK(sample.file.with("/Subtype /TrueType").empty());
    CHECK(sample.file.with("/Differences").empty());
}

TEST_CASE("6.2.11.8: no text shows the glyph that stands for a missing one") {
    const Sample sample;
    const std::regex text("<([0-9A-F]+)>");
    int shown = 0;
    for (const auto* page : sample.file.with("/Contents")) {
        const std::string content =
            TestFile::unpacked(sample.file.at(TestFile::value_of(page->dictionary, "/Contents")));
        for (std::sregex_iterator it(content.begin(), content.end(), text);
             it != std::sregex_iterator(); ++it)
            for (std::ptrdiff_t i = 0; i + 4 <= (*it)[1].length(); i += 4, ++shown)
                CHECK((*it)[1].str().substr(static_cast<std::size_t>(i), 4) != "0000");
    }
    CHECK(shown > 20);
}

TEST_CASE("6.3, 6.5, 6.8, 6.9 and 6.10: no annotations, actions, files, layers or slide shows") {
    const Sample sample;
    for (const char* forbidden :
         {"/Annots", "/AA", "/OpenAction", "/JavaScript", "/Launch", "/EmbeddedFiles", "/AcroForm",
          "/OCProperties", "/AlternatePresentations", "/PresSteps", "/Requirements", "/XFA"}) {
        CAPTURE(forbidden);
        CHECK(sample.file.with(forbidden).empty());
    }
}

TEST_CASE(
    "6.6: the file says in XMP that it is PDF/A-2b, and nothing that its dictionary contradicts") {
    const Sample sample;
    const auto& object =
        sample.file.at(TestFile::value_of(sample.file.catalogue().dictionary, "/Metadata"));
    CHECK(has(object.dictionary, "/Type /Metadata"));
    CHECK(has(object.dictionary, "/Subtype /XML"));
    CHECK_FALSE(has(object.dictionary, "/Filter"));
    const std::string& xmp = object.bytes;
    CHECK(xmp.starts_with("<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>"));
    CHECK(xmp.ends_with("<?xpacket end=\"w\"?>"));
    CHECK(has(xmp, "<pdfaid:part>2</pdfaid:part>"));
    CHECK(has(xmp, "<pdfaid:conformance>B</pdfaid:conformance>"));
    CHECK(has(xmp, ">周记 &lt;A &amp; B&gt;</rdf:li>"));
    CHECK(has(xmp, "<xmp:CreateDate>2026-11-22T18:30:05Z</xmp:CreateDate>"));
    CHECK(has(xmp, "<pdf:Producer>Cohort</pdf:Producer>"));
    const auto& info = sample.file.at(TestFile::value_of(sample.file.trailer, "/Info"));
    CHECK(has(info.dictionary,
              "/Title <FEFF54688BB00020003C0041002000260020"
              "0042003E>"));
    CHECK(has(info.dictionary, "/CreationDate (D:20261122183005Z)"));
    CHECK(has(info.dictionary, "/ModDate (D:20261122183005Z)"));
    CHECK(has(info.dictionary, "/Producer (Cohort)"));
}

TEST_CASE("the language of the text is said, for those who have it read aloud") {
    const Sample sample;
    CHECK(has(sample.file.catalogue().dictionary, "/Lang (zh-CN)"));
}

}  // namespace cohort::pdf
