// SPDX-License-Identifier: Apache-2.0
// Whether each character leaves ink on the page. Text that can be copied out of a file proves
// nothing: a font can be embedded so that a character is blank and its code is right. So pages of
// characters, one a cell, are drawn by two programs that share no code (poppler and mupdf), and
// every cell is looked at.
#include <array>
#include <fstream>
#include <iconv.h>
#include <sstream>

#include "cohort/platform/pdf/document.h"
#include "tests/support/command.h"

namespace cohort::pdf {

namespace {

constexpr double cell = 11;
constexpr int columns = 52;
constexpr int rows = 74;
constexpr double left = 10;
constexpr double top = 10;
constexpr int dpi = 96;

// The characters of GB 2312 in its order: signs, letters, and 6,763 hanzi.
std::vector<std::string> gb2312() {
    const iconv_t converter = iconv_open("UTF-8", "GB2312");
    REQUIRE(converter != reinterpret_cast<iconv_t>(-1));
    std::vector<std::string> found;
    for (int row = 1; row <= 87; ++row) {
        for (int column = 1; column <= 94; ++column) {
            std::array<char, 2> code{static_cast<char>(0xA0 + row),
                                     static_cast<char>(0xA0 + column)};
            std::array<char, 8> utf8{};
            char* in = code.data();
            char* out = utf8.data();
            std::size_t in_left = code.size();
            std::size_t out_left = utf8.size();
            iconv(converter, nullptr, nullptr, nullptr, nullptr);
            if (iconv(converter, &in, &in_left, &out, &out_left) == static_cast<std::size_t>(-1))
                continue;
            found.emplace_back(utf8.data(), utf8.size() - out_left);
        }
    }
    iconv_close(converter);
    return found;
}

std::vector<std::string> medical_signs() {
    std::vector<std::string> signs;
    std::istringstream all(
        "℃ ℉ ° % ‰ ‱ µ μ Å Ω ± × ÷ ≈ ≠ ≤ ≥ < > ∞ √ ∑ Δ α β γ δ κ λ π σ Ⅰ Ⅱ Ⅲ Ⅳ Ⅴ Ⅵ Ⅶ Ⅷ Ⅸ Ⅹ ① ② ③ ④ "
        "⑤ ⑥ ⑦ "
        "⑧ ⑨ ⑩ ² ³ ¹ ½ ¼ ¾ → ← ↑ ↓ ♀ ♂ ✓ ✔ ✕ ⁺ ⁻ ₂ ㎖ ㎍ □ ■ ○ ● ☐ ☑ ★ ㎎ ㎏ ㎜ ㎝ ㎡ ㏄ · … — – “ "
        "” ‘ ’ 「 」 《 》 、 。 ， "
        "； ： ？ ！ （ ） 【 】 § © ® ™ € £ ¥ é è ü ö ä ß ñ ç Ł ø");
    for (std::string sign; all >> sign;) signs.push_back(sign);
    return signs;
}

struct Picture {
    int width = 0;
    int height = 0;
    std::string grey;

    explicit Picture(const std::string& path) {
        std::ifstream in(path, std::ios::binary);
        std::string kind;
        int most = 0;
        in >> kind >> width >> height >> most;
        REQUIRE(kind == "P5");
        in.get();
        grey.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
        in.read(grey.data(), static_cast<std::streamsize>(grey.size()));
        REQUIRE(in.gcount() == static_cast<std::streamsize>(grey.size()));
    }
    bool has_ink(double x, double y) const {
        constexpr double scale = dpi / 72.0;
        for (int row = static_cast<int>(y * scale); row < static_cast<int>((y + cell) * scale);
             ++row)
            for (int column = static_cast<int>(x * scale);
                 column < static_cast<int>((x + cell) * scale); ++column)
                if (static_cast<unsigned char>(
                        grey[static_cast<std::size_t>(row * width + column)]) < 200)
                    return true;
        return false;
    }
};

Point place(std::size_t index) {
    const auto in_page = static_cast<int>(index % (columns * rows));
    return {left + cell * (in_page % columns), top + cell * (in_page / columns)};
}

// A sheet of them, every hundredth cell left empty.
std::vector<std::string> sheet() {
    std::vector<std::string> cells;
    for (const auto& some : {gb2312(), medical_signs()})
        for (const std::string& one : some) {
            if (one == "\u3000") continue;  // the wide space
            if (cells.size() % 100 == 99) cells.emplace_back();
            cells.push_back(one);
        }
    return cells;
}

std::string draw(const Fonts& fonts, const std::vector<std::string>& cells) {
    Document document(fonts, {.title = "All", .language = "zh-CN", .made = {}});
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i % (columns * rows) == 0) document.begin_page();
        document.draw(document.set(cells[i], cell, {.size = 8}), place(i));
    }
    const auto file = document.finish();
    REQUIRE_MESSAGE(file, file.error().text);
    return *file;
}

std::string wrong_cells(const std::vector<std::string>& cells,
                        const std::vector<Picture>& pictures) {
    std::string wrong;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const Point at = place(i);
        const bool has_ink = pictures.at(i / (columns * rows)).has_ink(at.x, at.y);
        if (has_ink == cells[i].empty())
            wrong += cells[i].empty() ? " (ink in an empty cell)" : " " + cells[i];
    }
    return wrong;
}

}  // namespace

TEST_CASE("text is copied out as it was set, also where two characters look alike") {
    const std::string text = "µg and μ, ﬁ and fi, Ω and Ω, é and e\u0301, 如 № 1";
    const Fonts fonts = Fonts::open().value();
    Document document(fonts, {.title = "t", .language = "zh-CN", .made = {}});
    document.begin_page();
    document.draw(document.set(text, 500, {}), {50, 50});
    const test::TempFolder folder;
    std::ofstream(folder / "t.pdf", std::ios::binary) << document.finish().value();
    test::run_program({"/usr/bin/pdftotext", folder / "t.pdf", folder / "t.txt"}, folder);
    std::ifstream in(folder / "t.txt");
    std::string copied;
    std::getline(in, copied);
    CHECK(copied == text);
}

TEST_CASE("every character of GB 2312 and every medical sign leaves ink, in poppler and in mupdf") {
    const Fonts fonts = Fonts::open().value();
    const std::vector<std::string> cells = sheet();
    CHECK(cells.size() > 7'400);
    const test::TempFolder folder;
    const std::string file = folder / "all.pdf";
    std::ofstream(file, std::ios::binary) << draw(fonts, cells);
    const std::string resolution = std::to_string(dpi);
    test::run_program({"/usr/bin/pdftoppm", "-gray", "-r", resolution, file, folder / "poppler"},
                      folder);
    test::run_program({"/usr/bin/mutool", "draw", "-q", "-c", "gray", "-r", resolution, "-o",
                       folder / "mupdf-%d.pgm", file},
                      folder);
    for (const char* program : {"poppler", "mupdf"}) {
        CAPTURE(program);
        std::vector<Picture> pictures;
        const auto pages = (cells.size() - 1) / (columns * rows) + 1;
        for (std::size_t page = 1; page <= pages; ++page)
            pictures.emplace_back(folder / (program + ("-" + std::to_string(page)) + ".pgm"));
        CHECK(wrong_cells(cells, pictures) == "");
    }
    // Neither has anything to complain about; Debian's mupdf says what it was built without.
    std::ifstream errors(folder / "errors");
    for (std::string line; std::getline(errors, line);)
        CHECK(line == "warning: ICC support is not available");
}

}  // namespace cohort::pdf
