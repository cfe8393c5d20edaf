// The contract of /compile and /compile-and-fix, rule by rule, on a fake engine.
#include "server_fixture.h"

namespace rustcoder::test {
namespace {

using namespace std::chrono_literals;
using Strings = std::vector<std::string>;

struct Rest : ServerFixture {};

TEST_F(Rest, compile_success_has_exactly_the_contracts_fields) {
    start();
    const auto r = post("/compile", {{"code", code("")}});
    EXPECT_EQ(r.status, 200);
    EXPECT_EQ(r.headers.get("Content-Type"), "application/json");
    const auto o = parse(r);
    EXPECT_EQ(keys(o), (Strings{"success", "files", "build_output", "run_output"}));
    EXPECT_EQ(o.at("success"), true);
    EXPECT_EQ(o.at("build_output"), "Build successful");
    EXPECT_EQ(o.at("run_output"), "Hello \xEF\xBF\xBD!\n") << "bytes that are no UTF-8 are replaced";
    ASSERT_EQ(o.at("files").as_array().size(), 2u);
    EXPECT_EQ(o.at("files").as_array()[1], "src/main.rs");
}

TEST_F(Rest, compile_failure_is_200_with_error_details) {
    start();
    const auto r = post("/compile", {{"code", code("BROKEN")}});
    EXPECT_EQ(r.status, 200);
    const auto o = parse(r);
    EXPECT_EQ(keys(o), (Strings{"success", "files", "build_output", "error_details"}));
    EXPECT_EQ(o.at("success"), false);
    const auto& d = o.at("error_details").as_object();
    EXPECT_EQ(keys(d), (Strings{"full_error", "error_message", "error_location"}));
    EXPECT_EQ(d.at("full_error"), o.at("build_output"));
    EXPECT_EQ(d.at("error_message"), "error[E0425]: cannot find value `x` in this scope");
    EXPECT_EQ(d.at("error_location"), "--> src/main.rs:1:5");
}

TEST_F(Rest, run_output_differs_between_the_two_as_upstream) {
    start();
    EXPECT_EQ(parse(post("/compile", {{"code", code("CRASH")}})).at("run_output"), "Failed to run project");
    EXPECT_EQ(parse(post("/compile-and-fix", {{"code", code("CRASH")}, {"description", "d"}})).at("run_output"),
              nullptr);
    EXPECT_EQ(parse(post("/compile", {{"code", code("LIBRARY")}})).at("run_output"), nullptr);
}

TEST_F(Rest, fix_success_starts_with_the_contracts_fields_in_order) {
    start();
    const auto r = post("/compile-and-fix", {{"code", code("BROKEN")}, {"description", "d"}});
    EXPECT_EQ(r.status, 200);
    const auto o = parse(r);
    auto k = keys(o);
    ASSERT_GE(k.size(), 8u);
    k.resize(8);
    EXPECT_EQ(k, (Strings{"success", "message", "attempts", "combined_text", "files", "build_output", "run_output",
                          "build_success"}));
    EXPECT_EQ(o.at("message"), "Code fixed and compiled successfully");
    EXPECT_EQ(o.at("build_output"), "Build successful");
    EXPECT_EQ(o.at("build_success"), true);
    const auto& attempts = o.at("attempts").as_array();
    ASSERT_EQ(attempts.size(), 2u);
    EXPECT_EQ(base::dump(attempts[0]),
              R"({"attempt":1,"success":false,"output":"error[E0425]: cannot find value `x`"})");
    EXPECT_EQ(base::dump(attempts[1]), R"({"attempt":2,"success":true,"output":null})");
    const std::string text(o.at("combined_text").as_string().c_str());
    EXPECT_NE(text.find("[filename: src/main.rs]"), std::string::npos);
    EXPECT_EQ(text.find("BROKEN"), std::string::npos);
    EXPECT_EQ(text.find("# Build"), std::string::npos) << "no tail on success";
    EXPECT_EQ(o.at("files").as_object().at("src/main.rs").as_string().find("BROKEN"), std::string::npos);
    const auto& edit = o.at("edits").as_array().at(0).as_object();
    EXPECT_EQ(keys(edit), (Strings{"file", "line", "code", "message", "why", "rule", "risk", "confidence"}));
    EXPECT_EQ(edit.at("line"), 1);
    EXPECT_EQ(o.at("verdict"), "fixed");
    EXPECT_NE(o.at("diff").as_string().find("-fn main() { /* BROKEN */ }"), std::string::npos);
    EXPECT_EQ(o.at("evidence").as_object().at("toolchain"), "fake");
    EXPECT_TRUE(o.contains("preservation"));
}

TEST_F(Rest, fix_failure_has_no_run_output_and_the_tail) {
    start();
    const auto o = parse(post("/compile-and-fix", {{"code", code("BROKEN HOPELESS")}, {"description", "d"}}));
    EXPECT_EQ(o.at("success"), false);
    EXPECT_EQ(o.at("message"), "Failed to fix code after 2 attempts");
    EXPECT_FALSE(o.contains("run_output"));
    EXPECT_EQ(o.at("build_output"), "error[E0425]: cannot find value `x`");
    EXPECT_EQ(o.at("build_success"), false);
    const std::string text(o.at("combined_text").as_string().c_str());
    EXPECT_NE(text.find("\n# Build failed\n"), std::string::npos);
    // What comes out can be sent in again: the tail is not part of the last file.
    const auto again = parse(post("/compile-and-fix", {{"code", text}, {"description", "d"}}));
    EXPECT_EQ(again.at("files"), o.at("files"));
}

TEST_F(Rest, attempts_are_builds_with_the_contracts_default_and_zero) {
    start();
    post("/compile-and-fix", {{"code", code("")}, {"description", "what it does"}});
    EXPECT_EQ(fake->last_fix.options.max_builds, 10);
    EXPECT_EQ(fake->last_fix.description, "what it does");
    EXPECT_TRUE(fake->last_fix.run);
    post("/compile-and-fix", {{"code", code("")}, {"description", "d"}, {"max_attempts", 3}});
    EXPECT_EQ(fake->last_fix.options.max_builds, 3);
    post("/compile-and-fix", {{"code", code("")}, {"description", "d"}, {"max_attempts", 100000}});
    EXPECT_EQ(fake->last_fix.options.max_builds, 100);
    const int before = fake->calls;
    const auto o = parse(post("/compile-and-fix", {{"code", code("")}, {"description", "d"}, {"max_attempts", 0}}));
    EXPECT_EQ(o.at("success"), false);
    EXPECT_EQ(o.at("attempts").as_array().size(), 0u);
    EXPECT_EQ(o.at("build_output"), "No compilation attempts were made");
    EXPECT_EQ(o.at("message"), "Failed to fix code after 0 attempts");
    EXPECT_EQ(fake->calls, before);
}

TEST_F(Rest, missing_fields_are_400_in_the_contracts_words) {
    start();
    auto r = post("/compile", {{"other", 1}});
    EXPECT_EQ(r.status, 400);
    EXPECT_EQ(r.body, R"({"detail":"Missing 'code' field"})");
    for (const json::object& o : {json::object{{"code", "x"}}, json::object{{"description", "x"}}, json::object{}}) {
        r = post("/compile-and-fix", o);
        EXPECT_EQ(r.status, 400);
        EXPECT_EQ(r.body, R"({"detail":"Missing required fields"})");
    }
}

TEST_F(Rest, wrong_types_are_422_lists_as_fastapi_makes_them) {
    start();
    const auto check = [&](std::string_view path, std::string_view body, std::string_view type,
                           std::string_view field) {
        const auto r = fetch(port, "POST", path, body);
        EXPECT_EQ(r.status, 422) << body;
        const auto item = parse(r).at("detail").as_array().at(0).as_object();
        EXPECT_EQ(item.at("type"), json::value(type)) << body;
        EXPECT_EQ(item.at("loc").as_array().at(0), "body");
        if (!field.empty()) {
            EXPECT_EQ(item.at("loc").as_array().at(1), json::value(field));
        }
        EXPECT_TRUE(item.contains("msg") && item.contains("input"));
    };
    check("/compile", R"({"code":5})", "string_type", "code");
    check("/compile", R"({"code":null})", "string_type", "code");
    check("/compile", "[1]", "dict_type", "");
    check("/compile", "\"text\"", "dict_type", "");
    check("/compile", "{\"code\":", "json_invalid", "");
    check("/compile", "{\"code\":\"\xff\"}", "json_invalid", "");
    check("/compile", "  ", "missing", "");
    check("/compile-and-fix", R"({"code":"fn main(){}","description":"d","max_attempts":"3"})", "int_type",
          "max_attempts");
    check("/compile-and-fix", R"({"code":"fn main(){}","description":"d","max_attempts":1.5})", "int_from_float",
          "max_attempts");
    check("/compile-and-fix", R"({"code":"fn main(){}","description":7})", "string_type", "description");
    check("/compile", R"({"files":[]})", "dict_type", "files");
    check("/compile", R"({"files":{"a.rs":1}})", "string_type", "files.a.rs");
}

TEST_F(Rest, unreadable_projects_are_400_and_say_why) {
    start();
    const auto r = post("/compile", {{"code", "[filename: ../../etc/passwd]\nx\n"}});
    EXPECT_EQ(r.status, 400);
    EXPECT_NE(parse(r).at("detail").as_string().find("flat text"), std::string::npos);
    EXPECT_EQ(post("/compile", {{"code", ""}}).status, 400) << "no hello world is invented";
    EXPECT_EQ(post("/compile", {{"files", json::object{{"/etc/x", "y"}}}}).status, 400);
    EXPECT_EQ(post("/compile", {{"files", json::object{}}}).status, 400);
    EXPECT_EQ(post("/compile", {{"code", "fn main(){}"}, {"files", json::object{{"a.rs", "y"}}}}).status, 400);
    EXPECT_EQ(fake->calls, 0);
}

TEST_F(Rest, a_map_of_files_is_taken_as_well) {
    start();
    const auto o = parse(
        post("/compile", {{"files", json::object{{"src/main.rs", "fn main() {}"}, {"Cargo.toml", "[package]"}}}}));
    EXPECT_EQ(o.at("success"), true);
    EXPECT_EQ(o.at("files").as_array().size(), 2u);
}

TEST_F(Rest, other_paths_and_methods) {
    start();
    auto r = get("/nope");
    EXPECT_EQ(r.status, 404);
    EXPECT_EQ(r.body, R"({"detail":"Not Found"})");
    r = get("/compile");
    EXPECT_EQ(r.status, 405);
    EXPECT_EQ(r.body, R"({"detail":"Method Not Allowed"})");
    EXPECT_EQ(r.headers.get("Allow"), "POST, OPTIONS");
    EXPECT_EQ(fetch(port, "OPTIONS", "/compile").status, 204);
    EXPECT_EQ(fetch(port, "HEAD", "/healthz").status, 200);
    EXPECT_EQ(get("/.well-known/oauth-protected-resource").status, 404);
}

TEST_F(Rest, bodies_that_are_not_json_are_415_and_large_ones_413) {
    server::ServerOptions o;
    o.http.body_bytes = 100'000;
    start(o);
    const auto r = fetch(port, "POST", "/compile", "{\"code\":\"x\"}", {{"Content-Type", "text/plain"}});
    EXPECT_EQ(r.status, 415);
    EXPECT_EQ(r.headers.get("Content-Type"), "application/problem+json");
    const auto big = fetch(port, "POST", "/compile", std::string(100'001, ' '));
    EXPECT_EQ(big.status, 413);
    EXPECT_EQ(parse(big).at("status"), 413);
    EXPECT_EQ(fetch(port, "POST", "/compile", body({{"code", code("")}}),
                    {{"Content-Type", "application/json; charset=utf-8"}})
                  .status,
              200);
    EXPECT_EQ(post("/compile", {{"code", code(std::string(60'000, 'x'))}}).status, 200) << "parsed off the I/O thread";
}

TEST_F(Rest, failures_of_the_machinery_are_problems) {
    start();
    fake->throws = true;
    const auto r = post("/compile", {{"code", code("")}});
    EXPECT_EQ(r.status, 500);
    EXPECT_EQ(r.headers.get("Content-Type"), "application/problem+json");
    EXPECT_EQ(r.body.find("fake failure"), std::string::npos) << "inner messages stay inside";
}

TEST_F(Rest, a_full_queue_is_503_with_retry_after_and_nothing_else_suffers) {
    server::ServerOptions o;
    o.jobs.workers = 1;
    o.jobs.queue = 1;
    start(o);
    Connection first(port), second(port);
    first.send(request_text("POST", "/compile", body({{"code", code("HANG")}})));
    ASSERT_TRUE(eventually([&] { return fake->running == 1; }));
    second.send(request_text("POST", "/compile", body({{"code", code("")}})));
    ASSERT_TRUE(eventually([&] { return get("/readyz").status == 503; })) << "the queue check sees the waiting one";
    const auto r = post("/compile", {{"code", code("")}});
    EXPECT_EQ(r.status, 503);
    EXPECT_NE(r.headers.find("Retry-After"), nullptr);
    EXPECT_EQ(get("/healthz").status, 200);
    fake->go_on = true;
    EXPECT_EQ(first.read().status, 200);
    EXPECT_EQ(second.read().status, 200);
}

TEST_F(Rest, the_queue_is_bounded_in_bytes_too) {
    server::ServerOptions o;
    o.jobs.workers = 1;
    o.jobs.queue_bytes = 20'000;
    start(o);
    const auto submit = [&](const std::string& words) { return post("/v1/jobs", {{"code", code(words)}}).status; };
    EXPECT_EQ(submit("HANG"), 202);
    ASSERT_TRUE(eventually([&] { return fake->running == 1; }));
    EXPECT_EQ(submit(std::string(15'000, 'x')), 202);
    EXPECT_EQ(submit(std::string(15'000, 'x')), 503);
    EXPECT_EQ(submit("small"), 202);
}

TEST_F(Rest, a_client_that_leaves_cancels_its_job) {
    server::ServerOptions o;
    o.jobs.workers = 1;
    start(o);
    auto running_one = std::make_unique<Connection>(port), queued_one = std::make_unique<Connection>(port);
    running_one->send(request_text("POST", "/compile-and-fix", body({{"code", code("HANG")}, {"description", "d"}})));
    ASSERT_TRUE(eventually([&] { return fake->running == 1; }));
    queued_one->send(request_text("POST", "/compile", body({{"code", code("")}})));
    queued_one.reset();
    running_one.reset();
    EXPECT_TRUE(eventually([&] { return fake->stopped == 1; }, 1s));
    EXPECT_EQ(post("/compile", {{"code", code("")}}).status, 200);
    EXPECT_LE(fake->calls, 3);
}

TEST_F(Rest, a_job_past_its_limit_is_504) {
    server::ServerOptions o;
    o.jobs.longest = 200ms;
    start(o);
    EXPECT_EQ(post("/compile", {{"code", code("HANG")}}).status, 504);
    EXPECT_EQ(fake->stopped, 1);
}

} // namespace
} // namespace rustcoder::test
