// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/pdf/document.h"

#include <array>
#include <cairo-pdf.h>
#include <numbers>
#include <optional>
#include <utility>

#include "cohort/platform/pdf/archive.h"
#include "cohort/platform/pdf/fonts_state.h"

namespace cohort::pdf {

namespace {

struct FreeCairo {
    void operator()(cairo_t* cairo) const noexcept { cairo_destroy(cairo); }
    void operator()(cairo_surface_t* surface) const noexcept { cairo_surface_destroy(surface); }
    void operator()(cairo_font_options_t* options) const noexcept {
        cairo_font_options_destroy(options);
    }
    void operator()(PangoFontDescription* font) const noexcept {
        pango_font_description_free(font);
    }
    void operator()(PangoLayoutIter* iterator) const noexcept { pango_layout_iter_free(iterator); }
};
template <class T>
using Owned = std::unique_ptr<T, FreeCairo>;

cairo_status_t append(void* to, const unsigned char* bytes, unsigned int count) {
    static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(bytes), count);
    return CAIRO_STATUS_SUCCESS;
}

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
          font(pango_font_description_new()),
          surface(cairo_pdf_surface_create_for_stream(append, &bytes, page_width, page_height)) {
        pango_font_description_set_family(font.get(), fonts.state().families.c_str());
        // Later versions pack objects into streams, where archive() does not look.
        cairo_pdf_surface_restrict_to_version(surface.get(), CAIRO_PDF_VERSION_1_4);
        cairo.reset(cairo_create(surface.get()));
    }

    void take(Colour colour) const {
        cairo_set_source_rgb(cairo.get(), colour.red, colour.green, colour.blue);
    }

    Fonts fonts;
    About about;
    weft::Pool<Typesetter>::Loan typesetter;
    GObjectPtr<PangoContext> context;
    Owned<PangoFontDescription> font;
    std::string bytes;
    Owned<cairo_surface_t> surface;
    Owned<cairo_t> cairo;
    std::optional<Error> error;  // the first
    bool has_page = false;
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
    made.colour_ = style.colour;
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
    if (state_->has_page) cairo_show_page(state_->cairo.get());
    state_->has_page = true;
}

void Document::draw(const Paragraph& paragraph, Point at) {
    state_->take(paragraph.colour_);
    cairo_move_to(state_->cairo.get(), at.x, at.y);
    pango_cairo_show_layout(state_->cairo.get(), paragraph.layout_->layout.get());
}

void Document::line(Point from, Point to, double width, Colour colour) {
    lines({from, to}, width, colour);
}

void Document::lines(const std::vector<Point>& points, double width, Colour colour) {
    cairo_t* cairo = state_->cairo.get();
    state_->take(colour);
    cairo_new_path(cairo);  // text leaves a point behind
    cairo_set_line_width(cairo, width);
    for (const Point& point : points) cairo_line_to(cairo, point.x, point.y);
    cairo_stroke(cairo);
}

void Document::fill(Point at, double width, double height, Colour colour) {
    state_->take(colour);
    cairo_new_path(state_->cairo.get());
    cairo_rectangle(state_->cairo.get(), at.x, at.y, width, height);
    cairo_fill(state_->cairo.get());
}

void Document::disc(Point centre, double radius, Colour colour) {
    state_->take(colour);
    cairo_new_path(state_->cairo.get());
    cairo_arc(state_->cairo.get(), centre.x, centre.y, radius, 0, 2 * std::numbers::pi);
    cairo_fill(state_->cairo.get());
}

Result<std::string> Document::finish() {
    State& state = *state_;
    if (state.error) return *state.error;
    cairo_show_page(state.cairo.get());
    cairo_surface_finish(state.surface.get());
    const cairo_status_t status = cairo_surface_status(state.surface.get());
    if (status != CAIRO_STATUS_SUCCESS)
        return internal("pdf", std::string("Cairo: ") + cairo_status_to_string(status));
    return archive(state.bytes, state.about);
}

}  // namespace cohort::pdf
