// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/api.h"

#include <algorithm>
#include <memory>
#include <set>
#include <string_view>
#include <utility>

#include "weft/ensure.h"

namespace cohort::http {

using json::Schema;

namespace {

constexpr std::string_view problem_type = "application/problem+json";

bool changes_state(const Route& route) {
    return !is_safe(route.method);
}

Schema problem_of(const Route& route) {
    return route.doc.problem.value_or(problem_schema("ProblemBody"));
}

// --- statuses of problems -----------------------------------------------------------------

// 400, 408 and 413 come from reading the request, 429, 500, 503 and 504 from the server's state.
constexpr int of_every_route[] = {400, 408, 413, 429, 500, 503, 504};

std::set<int> problems_of(const Route& route) {
    std::set<int> all(std::begin(of_every_route), std::end(of_every_route));
    all.insert(route.doc.problems.begin(), route.doc.problems.end());
    if (route.access.kind() != Access::Kind::open) {
        all.insert(401);
        if (changes_state(route)) all.insert(403);  // the session's token is missing
    }
    if (route.access.kind() == Access::Kind::needs) all.insert({403, 404});
    if (!route.doc.body.type.empty()) all.insert(415);
    if (route.doc.takes_key) all.insert({409, 422});
    if (route.doc.takes_version) all.insert({412, 428});
    return all;
}

// --- the document -------------------------------------------------------------------------

class Description {
  public:
    json::object made(const Router& router, const Api& api) {
        json::object paths;
        for (const Route& route : router.routes()) {
            ENSURE(!route.doc.name.empty() && !route.doc.good.empty(),
                   "a route says its name and its answers");
            ENSURE(names_.insert(route.doc.name).second, "two routes have one name");
            auto& path = paths[route.pattern];
            if (!path.is_object()) path = json::object{{"parameters", in_path(route.pattern)}};
            path.get_object()[word_of(route.method)] = operation(route);
        }
        return {
            {"openapi", "3.1.0"},
            {"info", {{"title", api.title}, {"version", api.version}}},
            {"paths", std::move(paths)},
            {"components", {{"schemas", std::move(schemas_)}, {"securitySchemes", security(api)}}}};
    }

  private:
    static std::string word_of(Method method) {
        std::string word{to_string(method)};
        for (char& c : word) c = static_cast<char>(c + ('a' - 'A'));
        return word;
    }

    static json::array in_path(std::string_view pattern) {
        json::array all;
        for (auto at = pattern.find('{'); at != std::string_view::npos;
             at = pattern.find('{', at + 1)) {
            const auto end = pattern.find('}', at);
            all.push_back(json::object{{"name", pattern.substr(at + 1, end - at - 1)},
                                       {"in", "path"},
                                       {"required", true},
                                       {"schema", {{"type", "string"}}}});
        }
        return all;
    }

    static json::object header(const char* name, const char* what, bool required) {
        return {{"name", name},
                {"in", "header"},
                {"required", required},
                {"description", what},
                {"schema", {{"type", "string"}}}};
    }

    json::array parameters(const Route& route) {
        json::array all;
        for (const Query& one : route.doc.query) {
            json::object schema = one.schema.to_json(schemas_).get_object();
            if (schema.if_contains("minimum")) schema["default"] = one.fallback;
            all.push_back(json::object{{"name", one.name},
                                       {"in", "query"},
                                       {"description", one.what},
                                       {"schema", std::move(schema)}});
        }
        if (route.doc.takes_key)
            all.push_back(header("Idempotency-Key", "Sent again: the same answer.", false));
        if (route.doc.takes_version)
            all.push_back(header("If-Match", "The version one has seen: its ETag.", true));
        return all;
    }

    json::object content(const Content& of) {
        json::object media;
        if (of.schema) media["schema"] = of.schema->to_json(schemas_);
        return {{of.type, std::move(media)}};
    }

    json::object answers(const Route& route) {
        json::object all;
        for (const Good& one : route.doc.good) {
            json::object answer{{"description", one.what}};
            if (!one.content.type.empty()) answer["content"] = content(one.content);
            const auto [said, is_new] = all.emplace(std::to_string(one.status), answer);
            if (!is_new)  // the same status with another kind of content
                for (auto& [type, media] : answer["content"].as_object())
                    said->value().as_object()["content"].as_object()[type] = media;
        }
        for (const int status : problems_of(route)) {
            json::object media{{"schema", problem_of(route).to_json(schemas_)}};
            all[std::to_string(status)] =
                json::object{{"description", reason(status)},
                             {"content", json::object{{problem_type, std::move(media)}}}};
        }
        return all;
    }

    static json::object access(const Access& access) {
        switch (access.kind()) {
            case Access::Kind::open:
                return {{"who", "anybody"}, {"why", access.why()}};
            case Access::Kind::signed_in:
                return {{"who", "signed-in"}};
            case Access::Kind::needs:
                break;
        }
        return {{"who", "permission"}, {"permission", to_string(access.permission())}};
    }

    json::object operation(const Route& route) {
        json::object out{{"operationId", route.doc.name},
                         {"summary", route.doc.summary},
                         {"x-cohort-access", access(route.access)}};
        json::array security;
        if (route.access.kind() != Access::Kind::open) {
            json::object needed{{"session", json::array()}};
            if (changes_state(route)) needed["csrf"] = json::array();
            security.push_back(std::move(needed));
        }
        out["security"] = std::move(security);
        if (auto all = parameters(route); !all.empty()) out["parameters"] = std::move(all);
        if (!route.doc.body.type.empty())
            out["requestBody"] = json::object{{"required", !route.doc.body.may_be_empty},
                                              {"content", content(route.doc.body)}};
        out["responses"] = answers(route);
        return out;
    }

    static json::object security(const Api& api) {
        const auto key = [](const std::string& name, const char* in) {
            return json::object{{"type", "apiKey"}, {"in", in}, {"name", name}};
        };
        return {{"session", key(api.session_cookie, "cookie")},
                {"csrf", key("X-CSRF-Token", "header")}};
    }

    json::object schemas_;
    std::set<std::string> names_;
};

// --- holding an answer against it ---------------------------------------------------------

std::string wrong_content(const Content& said, const Reply& reply) {
    const std::string_view type = reply.header("Content-Type");
    const std::string_view media = type.substr(0, type.find(';'));
    if (media != said.type) return "is " + std::string(media) + ", not " + said.type;
    if (!said.schema) return {};
    const auto body = json::parse(reply.content());
    if (!body) return body.error().text;
    const auto checked = said.schema->check(*body);
    return checked ? "" : checked.error().text;
}

}  // namespace

std::vector<int> statuses_of(const Route& route) {
    std::set<int> all = problems_of(route);
    for (const Good& one : route.doc.good) all.insert(one.status);
    return {all.begin(), all.end()};
}

json::object describe(const Router& router, const Api& api) {
    return Description{}.made(router, api);
}

std::string undescribed(const Route& route, const Reply& reply) {
    const std::string status = std::to_string(reply.status);
    std::string wrong;
    for (const Good& one : route.doc.good) {
        if (one.status != reply.status) continue;
        wrong = wrong_content(one.content, reply);
        if (wrong.empty()) return {};
    }
    if (!wrong.empty()) return status + ": " + wrong;
    if (!problems_of(route).contains(reply.status)) return "does not say " + status;
    const Content problem{.type = std::string(problem_type), .schema = problem_of(route)};
    wrong = wrong_content(problem, reply);
    return wrong.empty() ? "" : status + ": " + wrong;
}

void add_description(Router& router, const Api& api) {
    auto text = std::make_shared<std::string>();
    router.add(Method::get, "/api/v1/openapi.json",
               Access::open("It says what is in the source, and nothing of anybody."),
               [text](Request&) -> Result<Reply> {
                   Reply reply = Reply::bytes(200, "application/json", {});
                   reply.shared_body = text;
                   return reply;
               },
               {.name = "readDescription",
                .summary = "This description",
                .good = {{200, "OpenAPI 3.1", Content::json(Schema::map(Schema::any()))}}});
    *text = json::to_text(describe(router, api));
}

}  // namespace cohort::http
