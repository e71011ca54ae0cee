// SPDX-License-Identifier: Apache-2.0
// Puts the blocks of a report on pages.
#include <utility>

#include "cohort/report/blocks.h"

namespace cohort::report {

namespace {

constexpr double top = 50;
constexpr double bottom = pdf::page_height - 56;

using Page = std::vector<std::pair<double, const Block*>>;  // where each begins

// What has to be on one page with the block: those behind it that it must not be last before.
double height_kept_together(const std::vector<Block>& blocks, std::size_t i) {
    double height = blocks[i].height;
    while (blocks[i].with_next && i + 1 < blocks.size()) height += blocks[++i].height;
    return height;
}

std::vector<Page> paginate(const std::vector<Block>& blocks) {
    std::vector<Page> pages(1);
    double y = top;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        const bool goes_with_last = i > 0 && blocks[i - 1].with_next && !pages.back().empty();
        if (!goes_with_last && y + height_kept_together(blocks, i) > bottom &&
            !pages.back().empty()) {
            pages.emplace_back();
            y = top + blocks[i].heading_height;
        }
        pages.back().emplace_back(y, &blocks[i]);
        y += blocks[i].height;
    }
    return pages;
}

void draw_footer(pdf::Document& document, const Report& report, std::size_t page,
                 std::size_t pages) {
    constexpr double above = 8;
    document.line({margin, bottom + above}, {margin + text_width, bottom + above}, 0.5, rule);
    const auto words = [&](const std::string& text, pdf::Align align) {
        document.draw(document.set(text, text_width, {.size = 8, .colour = quiet, .align = align}),
                      {margin, bottom + above + 4});
    };
    words(std::string(labels(report.language).reference) + " " + report.reference,
          pdf::Align::left);
    words(report.subject + "  ·  " + page_of(report.language, page, pages), pdf::Align::right);
}

}  // namespace

Result<std::string> render(const pdf::Fonts& fonts, const Report& report) {
    pdf::Document document(fonts, {.title = report.questionnaire + " · " + report.subject,
                                   .language = labels(report.language).language,
                                   .made = report.submitted});
    std::vector<Block> blocks = head_blocks(document, report);
    for (Block& block : score_blocks(document, report)) blocks.push_back(std::move(block));
    for (Block& block : answer_blocks(document, report)) blocks.push_back(std::move(block));
    for (const Block& block : blocks)
        if (block.height + block.heading_height > bottom - top)
            return invalid("text-too-long", "A title or a label of the report fills a page.");
    const std::vector<Page> pages = paginate(blocks);
    for (std::size_t i = 0; i < pages.size(); ++i) {
        document.begin_page();
        const Block& first = *pages[i].front().second;
        if (i > 0 && first.heading) first.heading(document, top);
        for (const auto& [y, block] : pages[i]) block->draw(document, y);
        draw_footer(document, report, i + 1, pages.size());
    }
    return document.finish();
}

}  // namespace cohort::report
