// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/api.h"

#include "cohort/platform/http/problem.h"
#include "tests/support/child.h"
#include "tests/support/test.h"

namespace cohort::http {

namespace {

using json::has;
using json::Schema;

Handler nothing() {
    return [](Request&) -> Result<Reply> { return Reply::empty(); };
}

Content note() {
    return Content::json(Schema::named("Note", Schema::object({has("text", Schema::text())})));
}

Router example() {
    Router router;
    router.add(Method::get, "/notes", Access::open("a test"), nothing(),
               {.name = "listNotes",
                .summary = "Notes",
                .query = paging(10, 20),
                .good = {{200, "Some", Content::json(Schema::list(*note().schema))}}});
    router.add(Method::put, "/notes/{note}", Access::needs(Permission::form_edit, whole_system),
               nothing(),
               {.name = "writeNote",
                .summary = "Write one",
                .body = note(),
                .good = {{200, "It", note()}, {204, "Nothing new"}},
                .takes_key = true,
                .takes_version = true});
    router.add(Method::del, "/notes/{note}", Access::signed_in(), nothing(),
               {.name = "dropNote", .summary = "Drop one", .good = {{204, "Gone"}}});
    return router;
}

const Route& route(const Router& router, std::string_view name) {
    for (const Route& one : router.routes())
        if (one.doc.name == name) return one;
    FAIL("no such route");
    return router.routes().front();
}

}  // namespace

TEST_CASE("the statuses of a route follow from who may call it and from what it takes") {
    const Router router = example();
    using Statuses = std::vector<int>;
    CHECK(statuses_of(route(router, "listNotes")) ==
          Statuses{200, 400, 408, 413, 429, 500, 503, 504});
    CHECK(statuses_of(route(router, "dropNote")) ==
          Statuses{204, 400, 401, 403, 408, 413, 429, 500, 503, 504});
    CHECK(statuses_of(route(router, "writeNote")) == Statuses{200, 204, 400, 401, 403, 404, 408,
                                                              409, 412, 413, 415, 422, 428, 429,
                                                              500, 503, 504});
}

TEST_CASE("the description has every route with what it takes, answers, and who may call it") {
    const json::object api = describe(example(), {"Notes", "1.0", "cookie"});
    CHECK(api.at("openapi") == "3.1.0");
    const json::value& paths = api.at("paths");
    CHECK(paths.as_object().size() == 2);
    const json::value& list = paths.at("/notes").at("get");
    CHECK(list.at("operationId") == "listNotes");
    CHECK(json::to_text(list.at("parameters").at(1)) ==
          R"({"name":"limit","in":"query","description":"How many to answer with",)"
          R"("schema":{"type":"integer","minimum":1,"maximum":20,"default":10}})");
    CHECK(json::to_text(list.at("x-cohort-access")) == R"({"who":"anybody","why":"a test"})");
    CHECK(json::to_text(list.at("security")) == "[]");
    const json::value& write = paths.at("/notes/{note}").at("put");
    CHECK(json::to_text(write.at("x-cohort-access")) ==
          R"({"who":"permission","permission":"form.edit"})");
    CHECK(json::to_text(write.at("security")) == R"([{"session":[],"csrf":[]}])");
    CHECK(write.at("responses").as_object().size() ==
          statuses_of(route(example(), "writeNote")).size());
    CHECK(write.at("requestBody").at("required") == true);
    CHECK(json::to_text(paths.at("/notes/{note}").at("parameters").at(0)) ==
          R"({"name":"note","in":"path","required":true,"schema":{"type":"string"}})");
    CHECK(api.at("components").at("schemas").as_object().contains("Note"));
    CHECK(api.at("components").at("schemas").as_object().contains("ProblemBody"));
}

TEST_CASE("an answer is held against what its route says: status, kind and form") {
    const Router router = example();
    const Route& write = route(router, "writeNote");
    CHECK(undescribed(write, Reply::json(200, json::object{{"text", "a"}})) == "");
    CHECK(undescribed(write, Reply::empty(204)) == "");
    CHECK(undescribed(write, problem(conflict("c", "d"))) == "");
    CHECK(undescribed(write, Reply::json(201, json::object{{"text", "a"}})) == "does not say 201");
    CHECK(undescribed(write, Reply::json(200, json::object{{"text", 1}})) ==
          R"(200: "text" must be a string)");
    CHECK(undescribed(write, Reply::json(200, json::object{{"text", "a"}, {"by", "b"}})) ==
          R"(200: "by" is not known here; known are "text")");
    CHECK(undescribed(write, Reply::text(200, "a")) == "200: is text/plain, not application/json");
    CHECK(undescribed(write, Reply::json(409, json::object{})) ==
          "409: is application/json, not application/problem+json");
    CHECK(undescribed(route(router, "listNotes"), problem(conflict("c", "d"))) ==
          "does not say 409");
}

TEST_CASE("the route of the description describes itself too") {
    Router router = example();
    add_description(router, {"Notes", "1.0", "cookie"});
    Request request;
    const auto reply = route(router, "readDescription").handler(request);
    const auto body = json::parse(reply.value().content());
    CHECK(body->at("paths").as_object().size() == 3);
    CHECK(undescribed(route(router, "readDescription"), reply.value()) == "");
}

TEST_CASE("a route that does not say its answers ends the process that would describe it") {
    const auto end = test::in_child([] {
        Router router;
        router.add(Method::get, "/a", Access::open("a test"), nothing(), {.name = "a"});
        describe(router, {"Notes", "1.0", "cookie"});
        return 0;
    });
    CHECK(end.died());
    CHECK(end.said("a route says its name and its answers"));
}

TEST_CASE("two routes of one name end the process that would describe them") {
    const auto end = test::in_child([] {
        Router router;
        for (const char* path : {"/a", "/b"})
            router.add(Method::get, path, Access::open("a test"), nothing(),
                       {.name = "a", .good = {{204, "Done"}}});
        describe(router, {"Notes", "1.0", "cookie"});
        return 0;
    });
    CHECK(end.died());
    CHECK(end.said("two routes have one name"));
}

TEST_CASE("an answer with a choice of contents is described with all, and is one of them") {
    Router router;
    router.add(Method::get, "/file", Access::open("a test"), nothing(),
               {.name = "readFile",
                .summary = "A file",
                .good = {{200, "It", Content::of("text/csv")}, {200, "It", note()}}});
    const json::object api = describe(router, {"Notes", "1.0", "cookie"});
    const json::value& said = api.at("paths").at("/file").at("get").at("responses").at("200");
    CHECK(said.at("content").as_object().contains("text/csv"));
    CHECK(said.at("content").as_object().contains("application/json"));
    const Route& file = route(router, "readFile");
    CHECK(undescribed(file, Reply::bytes(200, "text/csv", "a,b")) == "");
    CHECK(undescribed(file, Reply::json(200, json::object{{"text", "a"}})) == "");
    CHECK(undescribed(file, Reply::text(200, "a")) == "200: is text/plain, not application/json");
}

}  // namespace cohort::http
