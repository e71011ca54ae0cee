// SPDX-License-Identifier: Apache-2.0
// Whether a text is what Prometheus reads.
#pragma once

#include <map>
#if defined(__clang__)
#include <regex>
#else  // GCC 12 warns about its own <regex> under AddressSanitizer (bug 105562)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <regex>
#pragma GCC diagnostic pop
#endif
#include <set>
#include <sstream>
#include <string>

namespace test {

/// What is wrong with a text of metrics, a line each; empty when nothing.
/// Source: Prometheus exposition format, version 0.0.4; and that a histogram's buckets grow up to
/// +Inf, which is its count, and a counter is called so.
inline std::string prometheus_errors(const std::string& text) {
    static const std::regex help(R"(# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) .+)");
    static const std::regex type(
        R"(# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram|summary|untyped))");
    static const std::string pair = R"re([a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*")re";
    static const std::regex sample("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{((?:" + pair + "(?:," + pair +
                                   ")*)?)\\})? (NaN|[+-]?Inf|[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)");
    static const std::regex bound(R"re(,?le="([^"]*)")re");
    std::string errors;
    std::map<std::string, std::string> types;
    std::set<std::string> helped;
    std::set<std::string> seen;
    std::map<std::string, double> bucket;  // the last of each series
    std::map<std::string, double> whole;   // +Inf of each series
    std::string current;
    const auto wrong = [&](const std::string& what, const std::string& line) {
        errors += what + ": " + line + "\n";
    };
    if (!text.ends_with('\n')) wrong("does not end in a line break", "");
    std::istringstream in(text);
    std::smatch match;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with("# HELP ")) {
            if (!std::regex_match(line, match, help)) wrong("no help", line);
            if (!helped.insert(match[1]).second) wrong("helped twice", line);
        } else if (line.starts_with("# TYPE ")) {
            if (!std::regex_match(line, match, type)) wrong("no type", line);
            current = match[1];
            if (!types.emplace(current, match[2]).second) wrong("typed twice", line);
            if ((match[2] == "counter") != current.ends_with("_total"))
                wrong("a counter ends in _total and nothing else does", line);
        } else if (!std::regex_match(line, match, sample)) {
            wrong("no sample", line);
        } else {
            const std::string name = match[1];
            const std::string labels = match[2];
            const double value = std::stod(match[3]);
            if (!seen.insert(name + "{" + labels + "}").second) wrong("said twice", line);
            if (types[current] != "histogram") {
                if (name != current) wrong("not below its type", line);
                continue;
            }
            const std::string series = std::regex_replace(labels, bound, "");
            if (name == current + "_bucket") {
                if (value < bucket[series]) wrong("a bucket is smaller than the one before", line);
                bucket[series] = value;
                if (labels.find("le=\"+Inf\"") != std::string::npos) whole[series] = value;
            } else if (name == current + "_count") {
                if (!whole.contains(series) || whole[series] != value)
                    wrong("the count is not the bucket of +Inf", line);
                bucket.erase(series);
            } else if (name != current + "_sum") {
                wrong("not below its type", line);
            }
        }
    }
    for (const auto& [name, kind] : types)
        if (!helped.contains(name)) wrong("no help", name);
    return errors;
}

}  // namespace test
