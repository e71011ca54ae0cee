// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "cohort/platform/xml/xml.h"

namespace cohort::xml {
namespace {

/// How many bytes the UTF-8 sequence at `at` has when XML may hold it; 0 when it may not.
size_t legal_sequence(std::string_view s, size_t at) {
    const auto byte = [&](size_t i) {
        return i < s.size() ? static_cast<unsigned char>(s[i]) : 0U;
    };
    const unsigned first = byte(at);
    if (first < 0x80)
        return (first >= 0x20 || first == '\t' || first == '\n' || first == '\r') ? 1 : 0;
    const size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4) return 0;
    unsigned code = first & (0xFFU >> (length + 1));
    for (size_t i = 1; i < length; ++i) {
        if ((byte(at + i) & 0xC0U) != 0x80U) return 0;
        code = (code << 6U) | (byte(at + i) & 0x3FU);
    }
    const unsigned least = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    if (code < least || code > 0x10FFFF || surrogate || code == 0xFFFE || code == 0xFFFF) return 0;
    return length;
}

void append_escaped(std::string& out, std::string_view s, bool in_attribute) {
    for (size_t i = 0; i < s.size();) {
        const size_t length = legal_sequence(s, i);
        if (length != 1) {
            out += length == 0 ? std::string_view("\xEF\xBF\xBD") : s.substr(i, length);
            i += std::max<size_t>(length, 1);
            continue;
        }
        const char c = s[i++];
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '\r':
                out += "&#13;";
                break;
            case '"':
                out += in_attribute ? "&quot;" : "\"";
                break;
            case '\n':
                out += in_attribute ? "&#10;" : "\n";
                break;
            case '\t':
                out += in_attribute ? "&#9;" : "\t";
                break;
            default:
                out += c;
        }
    }
}

/// One prefix for each namespace, declared once at the root.
class Prefixes {
  public:
    Prefixes(const Element& root, const WriteOptions& options) : default_(root.ns) {
        by_uri_[std::string(xml_namespace)] = "xml";
        taken_["xml"] = std::string(xml_namespace);
        for (const auto& [prefix, uri] : options.namespaces)
            if (!prefix.empty() && !uri.empty()) claim(prefix, uri);
        collect(root);
    }

    const std::string& of(const std::string& uri) const { return by_uri_.at(uri); }
    const std::string& default_uri() const { return default_; }

    void declare(std::string& out) const {
        if (!default_.empty()) append(out, "xmlns", default_);
        for (const auto& [prefix, uri] : taken_)
            if (prefix != "xml") append(out, "xmlns:" + prefix, uri);
    }

  private:
    static void append(std::string& out, const std::string& name, const std::string& uri) {
        out += ' ' + name + "=\"";
        append_escaped(out, uri, true);
        out += '"';
    }

    void claim(std::string prefix, const std::string& uri) {
        if (by_uri_.count(uri) != 0) return;
        if (prefix.empty() || prefix == "xmlns") prefix = "ns";
        std::string free = prefix;
        for (int n = 2; taken_.count(free) != 0; ++n) free = prefix + std::to_string(n);
        taken_[free] = uri;
        by_uri_[uri] = free;
    }

    void collect(const Element& e) {
        if (!e.ns.empty() && e.ns != default_) claim(e.prefix, e.ns);
        for (const Attribute& a : e.attributes)
            if (!a.ns.empty()) claim(a.prefix, a.ns);
        for (const Element& child : e.children) collect(child);
    }

    std::string default_;
    std::map<std::string, std::string> by_uri_;
    std::map<std::string, std::string> taken_;  // prefix → URI
};

class Writer {
  public:
    Writer(const Element& root, const WriteOptions& options)
        : prefixes_(root, options), indent_(options.indent) {
        out_ = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
        element(root, 0, prefixes_.default_uri(), true);
        out_ += '\n';
    }

    std::string take() { return std::move(out_); }

  private:
    void element(const Element& e, int depth, const std::string& default_here, bool is_root) {
        const bool in_default = e.ns == default_here;
        const bool undeclare = !in_default && e.ns.empty();
        std::string name = e.name;
        if (!in_default && !undeclare) name = prefixes_.of(e.ns) + ':' + e.name;
        out_ += '<' + name;
        if (is_root) prefixes_.declare(out_);
        if (undeclare) out_ += " xmlns=\"\"";
        for (const Attribute& a : e.attributes) {
            out_ += ' ';
            if (!a.ns.empty()) out_ += prefixes_.of(a.ns) + ':';
            out_ += a.name + "=\"";
            append_escaped(out_, a.value, true);
            out_ += '"';
        }
        if (e.text.empty() && e.children.empty()) {
            out_ += "/>";
            return;
        }
        out_ += '>';
        append_escaped(out_, e.text, false);
        content(e, depth, undeclare ? std::string() : default_here);
        out_ += "</" + name + '>';
    }

    void content(const Element& e, int depth, const std::string& default_here) {
        bool layout = indent_ && !e.children.empty() && e.text.empty();
        for (const Element& child : e.children) layout = layout && child.tail.empty();
        for (const Element& child : e.children) {
            if (layout) line(depth + 1);
            element(child, depth + 1, default_here, false);
            append_escaped(out_, child.tail, false);
        }
        if (layout) line(depth);
    }

    void line(int depth) { out_.append(1, '\n').append(static_cast<size_t>(depth) * 2, ' '); }

    Prefixes prefixes_;
    bool indent_;
    std::string out_;
};

}  // namespace

std::string write(const Element& root, const WriteOptions& options) {
    return Writer(root, options).take();
}

}  // namespace cohort::xml
