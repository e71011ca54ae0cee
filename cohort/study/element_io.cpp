// SPDX-License-Identifier: Apache-2.0
#include "cohort/study/element_io.h"

#include <algorithm>
#include <charconv>

#include "cohort/study/fields.h"

namespace cohort::study {
namespace {

/// Takes what a struct has fields for out of an element; the rest becomes its extras.
class Reader {
  public:
    Reader(const xml::Element& element, Kept* kept)
        : element_(element),
          kept_(kept),
          taken_attributes_(element.attributes.size(), false),
          taken_children_(element.children.size(), false) {}

    /// An attribute that is there but empty stays in the extras: an empty field means "absent".
    void attribute(const char* name, std::string& field) {
        if (const std::string* value = take({}, name, [](const auto& v) { return !v.empty(); }))
            field = *value;
    }
    void attribute(const char* name, std::optional<std::string>& field) {
        if (const std::string* value = take({}, name, [](const auto&) { return true; }))
            field = *value;
    }
    /// A number in any but the plain spelling stays in the extras as it is.
    void attribute(const char* name, std::optional<int>& field) {
        const std::string* value = take({}, name, [](const std::string& v) {
            const auto number = to_int(v);
            return number && std::to_string(*number) == v;
        });
        if (value) field = to_int(*value);
    }
    void attribute(const char* name, std::optional<bool>& field) {
        const std::string* value =
            take({}, name, [](const std::string& v) { return v == "Yes" || v == "No"; });
        if (value) field = *value == "Yes";
    }
    void lang(std::optional<std::string>& field) {
        if (const std::string* value =
                take(xml::xml_namespace, "lang", [](const auto&) { return true; }))
            field = *value;
    }
    void text(std::string& field) {
        field = element_.text;
        text_taken_ = true;
    }

    template <class T>
    void child(const char* name, std::optional<T>& field) {
        each(name, [&](const xml::Element& e) {
            if (field) return false;
            field.emplace();
            read(e, *field, kept_);
            return true;
        });
    }
    template <class T>
    void children(const char* name, std::vector<T>& field) {
        each(name, [&](const xml::Element& e) {
            read(e, field.emplace_back(), kept_);
            return true;
        });
    }
    void ref(const char* name, const char* oid_name, std::optional<Ref>& field) {
        each(name, [&](const xml::Element& e) {
            if (field) return false;
            Reader inner(e, kept_);
            ref_fields(inner, field.emplace(), oid_name);
            return true;
        });
    }
    void refs(const char* name, const char* oid_name, std::vector<Ref>& field) {
        each(name, [&](const xml::Element& e) {
            Reader inner(e, kept_);
            ref_fields(inner, field.emplace_back(), oid_name);
            return true;
        });
    }
    void child_refs(const char* name, const char* oid_name, std::vector<ChildRef>& field) {
        each(name, [&](const xml::Element& e) {
            Reader inner(e, kept_);
            child_ref_fields(inner, field.emplace_back(), oid_name);
            return true;
        });
    }

    void extras(Extras& field) {
        for (size_t i = 0; i < taken_attributes_.size(); ++i)
            if (!taken_attributes_[i]) field.attributes.push_back(element_.attributes[i]);
        for (size_t i = 0; i < taken_children_.size(); ++i)
            if (!taken_children_[i]) field.elements.push_back({i, element_.children[i]});
        if (!text_taken_) field.text = element_.text;
        if (kept_) kept_->note(element_, field);
    }

    template <class T>
    static void read(const xml::Element& element, T& into, Kept* kept) {
        Reader reader(element, kept);
        fields(reader, into);
    }

  private:
    static std::optional<int> to_int(const std::string& text) {
        int value = 0;
        const char* end = text.data() + text.size();
        const auto [at, error] = std::from_chars(text.data(), end, value);
        return error == std::errc() && at == end ? std::optional(value) : std::nullopt;
    }

    const std::string* take(std::string_view ns, std::string_view name, auto accept) {
        for (size_t i = 0; i < taken_attributes_.size(); ++i) {
            const xml::Attribute& a = element_.attributes[i];
            if (a.name != name || a.ns != ns || !accept(a.value)) continue;
            taken_attributes_[i] = true;
            return &a.value;
        }
        return nullptr;
    }

    void each(std::string_view name, auto take_child) {
        for (size_t i = 0; i < taken_children_.size(); ++i) {
            const xml::Element& e = element_.children[i];
            if (taken_children_[i] || e.name != name || e.ns != odm_namespace || !e.tail.empty())
                continue;
            taken_children_[i] = take_child(e);
        }
    }

    const xml::Element& element_;
    Kept* kept_;
    std::vector<bool> taken_attributes_;
    std::vector<bool> taken_children_;
    bool text_taken_ = false;
};

class Writer {
  public:
    Writer(xml::Element& element, bool with_implied)
        : element_(element), with_implied_(with_implied) {}

    void attribute(const char* name, const std::string& field) {
        if (!field.empty()) put({}, {}, name, field);
    }
    void attribute(const char* name, const std::optional<std::string>& field) {
        if (field) put({}, {}, name, *field);
    }
    void attribute(const char* name, const std::optional<int>& field) {
        if (field) put({}, {}, name, std::to_string(*field));
    }
    void attribute(const char* name, const std::optional<bool>& field) {
        if (field) put({}, {}, name, *field ? "Yes" : "No");
    }
    void lang(const std::optional<std::string>& field) {
        if (field) put(std::string(xml::xml_namespace), "xml", "lang", *field);
    }
    void text(const std::string& field) { element_.text = field; }

    template <class T>
    void child(const char* name, std::optional<T>& field) {
        if (field) write(add(name), *field, with_implied_);
    }
    template <class T>
    void children(const char* name, std::vector<T>& field) {
        for (T& one : field) {
            if constexpr (std::is_base_of_v<DefinitionBase, T>) {
                if (one.implied && !with_implied_) continue;
            }
            write(add(name), one, with_implied_);
        }
    }
    void ref(const char* name, const char* oid_name, std::optional<Ref>& field) {
        if (!field) return;
        Writer inner(add(name), with_implied_);
        ref_fields(inner, *field, oid_name);
    }
    void refs(const char* name, const char* oid_name, std::vector<Ref>& field) {
        for (Ref& one : field) {
            Writer inner(add(name), with_implied_);
            ref_fields(inner, one, oid_name);
        }
    }
    void child_refs(const char* name, const char* oid_name, std::vector<ChildRef>& field) {
        for (ChildRef& one : field) {
            Writer inner(add(name), with_implied_);
            child_ref_fields(inner, one, oid_name);
        }
    }

    void extras(const Extras& field) {
        for (const xml::Attribute& a : field.attributes) element_.attributes.push_back(a);
        for (const ForeignElement& f : field.elements) {
            const size_t at = std::min(f.at, element_.children.size());
            element_.children.insert(element_.children.begin() + static_cast<long>(at), f.element);
        }
        if (!field.text.empty()) element_.text = field.text;
    }

    template <class T>
    static void write(xml::Element& element, T& from, bool with_implied) {
        Writer writer(element, with_implied);
        fields(writer, from);
    }

  private:
    void put(std::string ns, std::string prefix, std::string name, std::string value) {
        element_.attributes.push_back(
            {std::move(ns), std::move(prefix), std::move(name), std::move(value)});
    }
    xml::Element& add(const char* name) {
        xml::Element& e = element_.children.emplace_back();
        e.ns = odm_namespace;
        e.name = name;
        return e;
    }

    xml::Element& element_;
    bool with_implied_;
};

template <class T>
xml::Element written(const char* name, const T& from, bool with_implied) {
    xml::Element element;
    element.ns = odm_namespace;
    element.name = name;
    // The description of a struct is one template for reading and writing, hence not const.
    Writer::write(element, const_cast<T&>(from), with_implied);
    return element;
}

}  // namespace

void Kept::note(const xml::Element& parent, const Extras& extras) {
    const auto place = [&](const std::string& prefix, const std::string& name) {
        return (prefix.empty() ? name : prefix + ':' + name) + " of " + parent.name;
    };
    for (const xml::Attribute& a : extras.attributes) ++attributes[place(a.prefix, a.name)];
    for (const ForeignElement& f : extras.elements)
        ++elements[place(f.element.prefix, f.element.name)];
}

StudyMetadata read_study(const xml::Element& element, Kept* kept) {
    StudyMetadata out;
    Reader::read(element, out, kept);
    return out;
}

MetadataVersion read_version(const xml::Element& element, Kept* kept) {
    MetadataVersion out;
    Reader::read(element, out, kept);
    return out;
}

xml::Element write_study(const StudyMetadata& study) {
    return written("Study", study, false);
}

xml::Element write_version(const MetadataVersion& version, bool with_implied) {
    return written("MetaDataVersion", version, with_implied);
}

}  // namespace cohort::study
