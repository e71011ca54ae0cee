// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/pdf/document.h"

#include <array>
#include <optional>
#include <utility>

#include "weft/ensure.h"

#include "cohort/platform/pdf/embedded.h"
#include "cohort/platform/pdf/fonts_state.h"
#include "cohort/platform/pdf/metadata.h"
#include "cohort/platform/pdf/page.h"

namespace cohort::pdf {

namespace {

struct FreePango {
    void operator()(cairo_font_options_t* options) const noexcept {
        cairo_font_options_destroy(options);
    }
    void operator()(PangoFontDescription* font) const noexcept {
        pango_font_description_free(font);
    }
    void operator()(PangoLayoutIter* iterator) const noexcept { pango_layout_iter_free(iterator); }
};
template <class T>
using Owned = std::unique_ptr<T, FreePango>;

GObjectPtr<PangoContext> make_context(PangoFontMap* map, const std::string& language) {
    GObjectPtr<PangoContext> context(pango_font_map_create_context(map));
    const Owned<cairo_font_options_t> options(cairo_font_options_create());
    cairo_font_options_set_hint_style(options.get(), CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options.get(), CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(context.get(), options.get());
    pango_context_set_round_glyph_positions(context.get(), FALSE);
    pango_context_set_language(context.get(), pango_language_from_string(language.c_str()));
    return context;
}

// Spaces and signs that only steer the text have no picture.
bool is_visible(gunichar character) {
    return g_unichar_isgraph(character) && !g_unichar_iszerowidth(character) &&
           g_unichar_type(character) != G_UNICODE_FORMAT;
}

bool is_drawn(PangoFont* font, PangoGlyph glyph) {
    if (glyph == 0 || (glyph & PANGO_GLYPH_UNKNOWN_FLAG) != 0) return false;
    PangoRectangle ink;
    pango_font_get_glyph_extents(font, glyph, &ink, nullptr);
    return ink.width > 0 && ink.height > 0;
}

std::optional<gunichar> undrawn_character(const PangoGlyphItem& run, const char* text) {
    const PangoGlyphString& glyphs = *run.glyphs;
    for (int i = 0; i < glyphs.num_glyphs; ++i) {
        const gunichar character =
            g_utf8_get_char(text + run.item->offset + glyphs.log_clusters[i]);
        const PangoGlyph glyph = glyphs.glyphs[i].glyph;
        const bool unknown = (glyph & PANGO_GLYPH_UNKNOWN_FLAG) != 0 && glyph != PANGO_GLYPH_EMPTY;
        if (unknown || (is_visible(character) && !is_drawn(run.item->analysis.font, glyph)))
            return character;
    }
    return std::nullopt;
}

std::optional<gunichar> undrawn_character(PangoLayout* layout) {
    const char* text = pango_layout_get_text(layout);
    const Owned<PangoLayoutIter> at(pango_layout_get_iter(layout));
    do {
        const PangoLayoutRun* run = pango_layout_iter_get_run_readonly(at.get());
        if (run == nullptr) continue;  // the end of a line
        if (const auto found = undrawn_character(*run, text)) return found;
    } while (pango_layout_iter_next_run(at.get()));
    return std::nullopt;
}

Error no_glyph(gunichar character) {
    std::array<char, 6> utf8{};
    const int length = g_unichar_to_utf8(character, utf8.data());
    std::array<char, 16> code{};
    g_snprintf(code.data(), code.size(), "U+%04X", character);
    return invalid("no-glyph",
                   std::string("No font here can draw the character ") + code.data() + " (" +
                       std::string(utf8.data(), static_cast<std::size_t>(length)) + ").");
}

}  // namespace

struct Document::State {
    State(const Fonts& from, About says)
        : fonts(from),
          about(std::move(says)),
          typesetter(fonts.state().typesetters.borrow()),
          context(make_context(typesetter->map.get(), about.language)),
          font(pango_font_description_new()) {
        pango_font_description_set_family(font.get(), fonts.state().families.c_str());
    }

    Page& page() {
        ENSURE(!pages.empty(), "a page is begun before anything is drawn");
        return pages.back();
    }
    std::size_t font_of(PangoFont* of);
    void draw(const PangoLayoutRun& run, const char* text, Point at, const Style& style);

    Fonts fonts;
    About about;
    weft::Pool<Typesetter>::Loan typesetter;
    GObjectPtr<PangoContext> context;
    Owned<PangoFontDescription> font;
    std::vector<Embedded> embedded;
    std::vector<Page> pages;
    std::optional<Error> error;  // the first
};

struct Paragraph::Layout {
    GObjectPtr<PangoLayout> layout;
};

Paragraph::Paragraph() : layout_(std::make_unique<Layout>()) {}
Paragraph::Paragraph(Paragraph&&) noexcept = default;
Paragraph& Paragraph::operator=(Paragraph&&) noexcept = default;
Paragraph::~Paragraph() = default;

std::size_t Paragraph::bytes_within(double height) const {
    PangoLayout* layout = layout_->layout.get();
    const auto size = std::string_view(pango_layout_get_text(layout)).size();
    const Owned<PangoLayoutIter> at(pango_layout_get_iter(layout));
    while (pango_layout_iter_next_line(at.get())) {
        int bottom = 0;
        pango_layout_iter_get_line_yrange(at.get(), nullptr, &bottom);
        if (bottom > height * PANGO_SCALE)
            return static_cast<std::size_t>(
                pango_layout_iter_get_line_readonly(at.get())->start_index);
    }
    return size;
}

Document::Document(const Fonts& fonts, const About& about)
    : state_(std::make_unique<State>(fonts, about)) {}
Document::~Document() = default;

static PangoAlignment to_pango(Align align) {
    switch (align) {
        case Align::left:
            return PANGO_ALIGN_LEFT;
        case Align::centre:
            return PANGO_ALIGN_CENTER;
        case Align::right:
            return PANGO_ALIGN_RIGHT;
    }
    return PANGO_ALIGN_LEFT;
}

Paragraph Document::set(std::string_view text, double width, const Style& style) {
    Paragraph made;
    made.style_ = style;
    auto& layout = made.layout_->layout;
    layout.reset(pango_layout_new(state_->context.get()));
    pango_font_description_set_absolute_size(state_->font.get(), style.size * PANGO_SCALE);
    pango_layout_set_font_description(layout.get(), state_->font.get());
    pango_layout_set_width(layout.get(), static_cast<int>(width * PANGO_SCALE));
    pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
    pango_layout_set_alignment(layout.get(), to_pango(style.align));
    const std::string whole(text);
    const auto length = static_cast<int>(whole.size());
    if (!g_utf8_validate(whole.c_str(), length, nullptr)) {
        if (!state_->error) state_->error = invalid("bad-text", "A text is not UTF-8.");
        return made;
    }
    pango_layout_set_text(layout.get(), whole.c_str(), length);
    if (const auto character = undrawn_character(layout.get()); character && !state_->error)
        state_->error = no_glyph(*character);
    PangoRectangle extents;
    pango_layout_get_extents(layout.get(), nullptr, &extents);
    made.height_ = static_cast<double>(extents.height) / PANGO_SCALE;
    made.width_ = static_cast<double>(extents.width) / PANGO_SCALE;
    return made;
}

void Document::begin_page() {
    state_->pages.emplace_back();
}

std::size_t Document::State::font_of(PangoFont* of) {
    const Typeface& typeface = fonts.state().typeface_of(of);
    std::size_t i = 0;
    while (i < embedded.size() && &embedded[i].typeface() != &typeface) ++i;
    if (i == embedded.size()) embedded.emplace_back(typeface);
    return i;
}

// Which part of the text each glyph is for: as many characters as glyphs are one each; else the
// first glyph of a cluster stands for all of it.
static std::vector<std::string_view> texts_of(const PangoLayoutRun& run, const char* text) {
    const PangoGlyphString& glyphs = *run.glyphs;
    std::vector<std::string_view> texts(static_cast<std::size_t>(glyphs.num_glyphs));
    const bool is_backwards = (run.item->analysis.level & 1) != 0;
    for (int from = 0; from < glyphs.num_glyphs;) {
        int to = from;
        while (to < glyphs.num_glyphs && glyphs.log_clusters[to] == glyphs.log_clusters[from]) ++to;
        int end = run.item->length;
        if (is_backwards && from > 0) end = glyphs.log_clusters[from - 1];
        if (!is_backwards && to < glyphs.num_glyphs) end = glyphs.log_clusters[to];
        const char* first = text + run.item->offset + glyphs.log_clusters[from];
        const char* last = text + run.item->offset + end;
        const bool is_one_each = g_utf8_strlen(first, last - first) == to - from && !is_backwards;
        for (int i = from; i < to; ++i) {
            const char* next = is_one_each ? g_utf8_next_char(first) : last;
            if (is_one_each || i == from)
                texts[static_cast<std::size_t>(i)] = {first,
                                                      static_cast<std::size_t>(next - first)};
            first = next;
        }
        from = to;
    }
    return texts;
}

static double points(int pango_units) {
    return static_cast<double>(pango_units) / PANGO_SCALE;
}

void Document::State::draw(const PangoLayoutRun& run, const char* text, Point at,
                           const Style& style) {
    const std::size_t which = font_of(run.item->analysis.font);
    Embedded& used = embedded[which];
    const auto texts = texts_of(run, text);
    std::vector<Placed> placed;
    for (int i = 0; i < run.glyphs->num_glyphs; ++i) {
        const PangoGlyphInfo& one = run.glyphs->glyphs[i];
        const Point pen{at.x + points(one.geometry.x_offset), at.y + points(one.geometry.y_offset)};
        at.x += points(one.geometry.width);
        if (one.glyph == PANGO_GLYPH_EMPTY || (one.glyph & PANGO_GLYPH_UNKNOWN_FLAG) != 0) continue;
        const Code code = used.code_of(one.glyph, texts[static_cast<std::size_t>(i)]);
        if (code == 0 && !error) error = internal("pdf", "The document has too many characters.");
        placed.push_back({code, pen, used.typeface().width(one.glyph) * style.size / 1000});
    }
    if (!placed.empty()) page().text(which, style.size, placed, style.colour);
}

void Document::draw(const Paragraph& paragraph, Point at) {
    PangoLayout* layout = paragraph.layout_->layout.get();
    const char* text = pango_layout_get_text(layout);
    const Owned<PangoLayoutIter> place(pango_layout_get_iter(layout));
    do {
        const PangoLayoutRun* run = pango_layout_iter_get_run_readonly(place.get());
        if (run == nullptr) continue;  // the end of a line
        PangoRectangle extents;
        pango_layout_iter_get_run_extents(place.get(), nullptr, &extents);
        const int base = pango_layout_iter_get_baseline(place.get()) - run->y_offset;
        state_->draw(*run, text, {at.x + points(extents.x), at.y + points(base)}, paragraph.style_);
    } while (pango_layout_iter_next_run(place.get()));
}

void Document::line(Point from, Point to, double width, Colour colour) {
    lines({from, to}, width, colour);
}

void Document::lines(const std::vector<Point>& points, double width, Colour colour) {
    state_->page().lines(points, width, colour);
}

void Document::fill(Point at, double width, double height, Colour colour) {
    state_->page().fill(at, width, height, colour);
}

void Document::disc(Point centre, double radius, Colour colour) {
    state_->page().disc(centre, radius, colour);
}

Result<std::string> Document::finish() {
    State& state = *state_;
    if (state.error) return *state.error;
    ENSURE(!state.pages.empty(), "a document has a page");
    File file;
    std::string fonts;
    for (std::size_t i = 0; i < state.embedded.size(); ++i)
        fonts +=
            "/F" + std::to_string(i) + " " + reference(TRY(state.embedded[i].write(file))) + " ";
    const int resources = file.add("<< /Font << " + fonts + ">> >>");
    const int pages = file.reserve();
    std::string kids;
    for (const Page& page : state.pages) {
        const int content = file.add_packed("", page.content());
        kids += reference(file.add("<< /Type /Page /Parent " + reference(pages) + " /Resources " +
                                   reference(resources) + "\n   /Contents " + reference(content) +
                                   "\n>>")) +
                " ";
    }
    std::string box = "[ 0 0 ";
    append_number(box, page_width);
    box += ' ';
    append_number(box, page_height);
    file.put(pages, "<< /Type /Pages /MediaBox " + box + " ]\n   /Count " +
                        std::to_string(state.pages.size()) + " /Kids [ " + kids + "] >>");
    const int root = add_catalogue(file, state.about, pages);
    return file.to_text(root, add_info(file, state.about));
}

}  // namespace cohort::pdf
