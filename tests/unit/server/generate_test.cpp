// The contract of /generate, /generate-sync and /project, rule by rule, on a fake engine.
#include "server_fixture.h"

#include "project/flat_text.h"

namespace rustcoder::test {
namespace {

using namespace std::chrono_literals;
using Strings = std::vector<std::string>;

struct Generate : ServerFixture {
    std::string begin(json::object o) {
        const auto r = post("/generate", o);
        EXPECT_EQ(r.status, 200) << r.body;
        const auto answer = parse(r);
        return answer.contains("project_id") ? std::string(answer.at("project_id").as_string()) : std::string();
    }
    json::object finish(const std::string& id) {
        json::object o;
        EXPECT_TRUE(eventually([&] {
            o = parse(get("/project/" + id));
            return o.at("status") == "completed" || o.at("status") == "failed";
        }));
        return o;
    }
    std::string made(const std::string& description) {
        const auto id = begin({{"description", description}});
        finish(id);
        return id;
    }
};

const Strings contract_fields = {"project_id", "status", "message", "files", "build_output", "run_output"};

TEST_F(Generate, answers_at_once_with_the_contracts_nulls) {
    start();
    const auto r = post("/generate", {{"description", "a calculator HANG"}});
    EXPECT_EQ(r.status, 200);
    const auto o = parse(r);
    EXPECT_EQ(keys(o), contract_fields);
    EXPECT_EQ(o.at("status"), "processing");
    EXPECT_EQ(o.at("message"), "Project generation started");
    for (const char* field : {"files", "build_output", "run_output"})
        EXPECT_TRUE(o.at(field).is_null());
    const std::string id(o.at("project_id").as_string());
    ASSERT_EQ(id.size(), 36u);
    EXPECT_EQ(id[14], '4') << "a UUID of version 4";
    EXPECT_TRUE(std::string("89ab").find(id[19]) != std::string::npos);
    EXPECT_EQ(r.headers.get("Location"), "/project/" + id);
}

TEST_F(Generate, lives_the_contracts_life) {
    server::ServerOptions options;
    options.jobs.workers = 1;
    start(options);
    const auto before = begin({{"description", "HANG"}});
    ASSERT_TRUE(eventually([&] { return fake->running == 1; }));
    EXPECT_EQ(parse(get("/project/" + before)).at("status"), "generating");
    EXPECT_EQ(parse(get("/project/" + before)).at("message"), "Generating project code");
    const auto id = begin({{"description", "SLOWLY HANG"}});
    EXPECT_EQ(parse(get("/project/" + id)).at("status"), "processing") << "it waits for the worker";
    EXPECT_EQ(fetch(port, "DELETE", "/jobs/" + before).status, 202);
    ASSERT_TRUE(eventually([&] { return parse(get("/project/" + id)).at("status") == "error"; }));
    auto o = parse(get("/project/" + id));
    EXPECT_EQ(o.at("message"), "Compilation failed, attempting to fix");
    EXPECT_EQ(o.at("build_output"), "error[E0425]: cannot find value");
    fake->go_on = true;
    o = finish(id);
    auto k = keys(o);
    k.resize(6);
    EXPECT_EQ(k, contract_fields);
    EXPECT_EQ(o.at("status"), "completed");
    EXPECT_EQ(o.at("message"), "Project generated successfully");
    EXPECT_EQ(base::dump(o.at("files")), R"(["Cargo.toml","README.md","src/main.rs"])");
    EXPECT_TRUE(o.at("build_output").is_null());
    EXPECT_EQ(o.at("run_output"), "Hello \xEF\xBF\xBD!\n");
    EXPECT_EQ(o.at("template"), "calculator");
    EXPECT_EQ(o.at("requirements").as_array().at(1).at("met"), false);
    EXPECT_EQ(o.at("links").at("download"), json::value("/project/" + id + "/download"));
    EXPECT_FALSE(o.at("links").as_object().contains("artifact"));
    o = parse(get("/project/" + before));
    EXPECT_EQ(o.at("status"), "failed");
    EXPECT_EQ(o.at("message").as_string().find("Project generation failed: "), 0u);
}

TEST_F(Generate, what_cannot_be_made_is_failed_and_says_what_is_near) {
    start();
    auto o = finish(begin({{"description", "WRONG"}}));
    EXPECT_EQ(o.at("status"), "failed");
    EXPECT_EQ(o.at("message"), "Failed to generate working project");
    EXPECT_EQ(o.at("build_output"), "error[E0425]: cannot find value `x`\n");
    EXPECT_EQ(o.at("files").as_array().size(), 3u) << "the best state is there";
    o = finish(begin({{"description", "IMPOSSIBLE"}}));
    EXPECT_EQ(o.at("status"), "failed");
    EXPECT_EQ(o.at("nearest").as_array().at(0).at("name"), "calculator");
    EXPECT_EQ(o.at("explanation"), "Nothing like that can be made here.");
    EXPECT_EQ(finish(begin({{"description", "CRASH"}})).at("run_output"), "Failed to run project");
    fake->throws = true;
    o = finish(begin({{"description", "d"}}));
    EXPECT_EQ(o.at("message").as_string().find("Project generation failed: The server failed on this job"), 0u);
    EXPECT_EQ(base::dump(o).find("fake failure"), std::string::npos);
}

TEST_F(Generate, sync_answers_in_the_contracts_order_and_its_text_compiles_as_it_is) {
    start();
    const auto r = post("/generate-sync", {{"description", "a calculator"}, {"requirements", nullptr}});
    EXPECT_EQ(r.status, 200);
    const auto o = parse(r);
    auto k = keys(o);
    k.resize(6);
    EXPECT_EQ(k, (Strings{"success", "message", "combined_text", "files", "build_output", "build_success"}));
    EXPECT_EQ(o.at("message"), "Project generated successfully");
    EXPECT_EQ(o.at("build_output"), "Build successful");
    EXPECT_EQ(o.at("build_success"), true);
    EXPECT_FALSE(fake->last_generate.run) << "the contract never runs it here";
    const std::string text(o.at("combined_text").as_string());
    EXPECT_NE(text.find("\n# Build succeeded"), std::string::npos);
    const auto parsed = project::parse_flat_text(text);
    ASSERT_TRUE(parsed);
    for (const auto& [path, file] : parsed->project.files())
        EXPECT_EQ(o.at("files").at(path).as_string(), *file.bytes);
    EXPECT_EQ(parsed->project.files().size(), o.at("files").as_object().size());
}

TEST_F(Generate, sync_failures) {
    start();
    auto o = parse(post("/generate-sync", {{"description", "WRONG"}}));
    EXPECT_EQ(o.at("success"), false);
    EXPECT_EQ(o.at("message"), "Failed to generate working project");
    EXPECT_EQ(o.at("build_success"), false);
    EXPECT_NE(o.at("combined_text").as_string().find("\n# Build failed\n"), std::string::npos);
    o = parse(post("/generate-sync", {{"description", "IMPOSSIBLE"}}));
    EXPECT_EQ(o.at("success"), false);
    EXPECT_TRUE(o.at("build_output").is_null());
    EXPECT_TRUE(o.at("files").as_object().empty());
    EXPECT_EQ(o.at("combined_text"), "# Build failed\n# Nothing like that can be made here.\n");
    auto r = post("/generate-sync", {{"description", "REFUSED"}});
    EXPECT_EQ(r.status, 400);
    EXPECT_EQ(parse(r).at("detail").as_string().find("Error generating project: there is no template"), 0u);
    fake->throws = true;
    r = post("/generate-sync", {{"description", "d"}});
    EXPECT_EQ(r.status, 500);
    EXPECT_EQ(parse(r).at("detail").as_string().find("Error generating project: "), 0u);
}

TEST_F(Generate, a_client_that_leaves_cancels_a_sync_one) {
    start();
    auto c = std::make_unique<Connection>(port);
    c->send(request_text("POST", "/generate-sync", body({{"description", "HANG"}})));
    ASSERT_TRUE(eventually([&] { return fake->running == 1; }));
    c.reset();
    EXPECT_TRUE(eventually([&] { return fake->stopped == 1; }, 1s));
}

TEST_F(Generate, wrong_bodies_are_422_lists_as_fastapi_makes_them) {
    start();
    const auto check = [&](std::string_view text, std::string_view type, std::string_view field) {
        for (const char* path : {"/generate", "/generate-sync"}) {
            const auto r = fetch(port, "POST", path, text);
            EXPECT_EQ(r.status, 422) << text;
            const auto item = parse(r).at("detail").as_array().at(0).as_object();
            EXPECT_EQ(item.at("type"), json::value(type)) << text;
            EXPECT_EQ(item.at("loc").as_array().back(), json::value(field)) << text;
        }
    };
    const auto missing = parse(fetch(port, "POST", "/generate", R"({"other":1})"));
    EXPECT_EQ(
        base::dump(missing),
        R"({"detail":[{"type":"missing","loc":["body","description"],"msg":"Field required","input":{"other":1}}]})");
    check(R"({"description":null})", "string_type", "description");
    check(R"({"description":5})", "string_type", "description");
    check(R"({"description":"  "})", "value_error", "description");
    check(R"({"description":"d","requirements":["a"]})", "string_type", "requirements");
    check(R"({"description":"d","use_model":1})", "bool_type", "use_model");
    check(R"({"description":"d","tests":["a"]})", "dict_type", "tests");
    check(R"({"description":"d","tests":{"tests/a.rs":1}})", "string_type", "tests.tests/a.rs");
    check(R"({"description":"d","tests":{"../../evil.rs":"x"}})", "value_error", "tests.../../evil.rs");
    check(R"({"description":"d","tests":{"src/main.rs":"x"}})", "value_error", "tests.src/main.rs");
    check(R"({"description":"d","artifact":"yes"})", "value_error", "artifact");
    check(R"({"description":"d","artifact":{"odd":1}})", "extra_forbidden", "artifact.odd");
    check(R"({"description":"d","artifact":{"release":1}})", "bool_type", "release");
    check(R"({"description":"d","examples":[{}]})", "value_error", "examples");
    check(R"({"description":"d","timeout_seconds":0})", "value_error", "timeout_seconds");
    EXPECT_EQ(fake->calls, 0);
}

TEST_F(Generate, every_field_reaches_the_engine) {
    start();
    const auto r =
        post("/generate-sync",
             {{"description", "d"},
              {"requirements", "r"},
              {"name", "n"},
              {"edition", "2018"},
              {"template", "calculator"},
              {"use_model", false},
              {"examples", json::array{json::object{{"args", json::array{"1"}}, {"stdout", "1\n"}, {"code", 0}}}},
              {"tests", json::object{{"tests/a.rs", "#[test] fn a() {}"}}},
              {"artifact", json::object{{"release", false}, {"target", "t"}, {"bin", "b"}}},
              {"run", true},
              {"max_attempts", 4},
              {"timeout_seconds", 9}});
    EXPECT_EQ(r.status, 200) << r.body;
    const auto& g = fake->last_generate;
    EXPECT_EQ(g.description, "d");
    EXPECT_EQ(g.requirements, "r");
    EXPECT_EQ(g.package, "n");
    EXPECT_EQ(g.edition, "2018");
    EXPECT_EQ(g.from, "calculator");
    EXPECT_FALSE(g.use_model);
    ASSERT_EQ(g.examples.size(), 1u);
    EXPECT_EQ(g.examples[0].expected_stdout, "1\n");
    EXPECT_EQ(g.tests.at("tests/a.rs"), "#[test] fn a() {}");
    ASSERT_TRUE(g.artifact);
    EXPECT_FALSE(g.artifact->release);
    EXPECT_EQ(g.artifact->target, "t");
    EXPECT_EQ(g.artifact->bin, "b");
    EXPECT_TRUE(g.run);
    EXPECT_EQ(g.max_attempts, 4);
    EXPECT_EQ(g.deadline, 9s);
    post("/generate-sync", {{"description", "d"}});
    EXPECT_FALSE(fake->last_generate.artifact);
    EXPECT_TRUE(fake->last_generate.use_model);
    EXPECT_EQ(fake->last_generate.deadline, 300s);
}

TEST_F(Generate, files_are_the_projects_own_and_nothing_else) {
    start();
    const auto id = made("a BINARY one");
    const auto base = "/project/" + id;
    auto r = get(base + "/files/src/main.rs");
    EXPECT_EQ(r.status, 200);
    EXPECT_EQ(r.headers.get("Content-Type"), "text/plain; charset=utf-8");
    EXPECT_EQ(r.body, "fn main() {\n    println!(\"hi\");\n}\n");
    r = get(base + "/files/data/%C3%A4.bin");
    EXPECT_EQ(r.headers.get("Content-Type"), "application/octet-stream");
    EXPECT_EQ(r.body, std::string("\x00\xff\x01", 3));
    for (const char* path : {"/files/nope", "/files/status.json", "/files/target/debug/p", "/files/../status.json",
                             "/files/src/../Cargo.toml", "/files//etc/passwd", "/files/%2e%2e/%2e%2e/etc/passwd",
                             "/files/..%2f..%2fetc%2fpasswd", "/files/src", "/files/src/", "/files/./Cargo.toml",
                             "/files/src%5cmain.rs", "/files/request.json"}) {
        r = get(base + path);
        EXPECT_EQ(r.status, 404) << path;
        EXPECT_EQ(r.body, R"({"detail":"File not found"})") << path;
    }
    EXPECT_EQ(get(base + "/files/").status, 404);
    EXPECT_EQ(get("/project/nope/files/Cargo.toml").body, R"({"detail":"File not found"})");
}

TEST_F(Generate, unknown_projects_are_404_in_the_contracts_words) {
    start();
    const std::string job(parse(post("/jobs", {{"kind", "check"}, {"code", code("")}})).at("id").as_string());
    for (const std::string& id : {std::string("nope"), job, std::string("..")})
        for (const char* rest : {"", "/download", "/artifact", "/evidence"}) {
            const auto r = get("/project/" + id + rest);
            EXPECT_EQ(r.status, 404) << id << rest;
            EXPECT_EQ(r.body, R"({"detail":"Project not found"})") << id << rest;
        }
}

TEST_F(Generate, download_is_a_zip_of_the_project) {
    start();
    const auto id = made("a BINARY one");
    const auto r = get("/project/" + id + "/download");
    EXPECT_EQ(r.status, 200);
    EXPECT_EQ(r.headers.get("Content-Type"), "application/zip");
    EXPECT_EQ(r.headers.get("Content-Disposition"), "attachment; filename=\"project-" + id + ".zip\"");
    EXPECT_EQ(r.body.substr(0, 4), "PK\x03\x04");
    EXPECT_NE(r.body.find(id + "/src/main.rs"), std::string::npos);
    EXPECT_EQ(r.body.find("target/"), std::string::npos);
    EXPECT_EQ(r.body.find("status.json"), std::string::npos);
    EXPECT_EQ(get("/project/" + id + "/download").body, r.body) << "deterministic";
    EXPECT_EQ(get("/project/" + made("IMPOSSIBLE") + "/download").status, 404);
    const auto running = begin({{"description", "HANG"}});
    EXPECT_EQ(get("/project/" + running + "/download").status, 409);
}

TEST_F(Generate, artifact_and_evidence) {
    start();
    const auto id = begin({{"description", "d"}, {"artifact", true}});
    const auto o = finish(id);
    EXPECT_EQ(o.at("links").at("artifact"), json::value("/project/" + id + "/artifact"));
    const auto r = get("/project/" + id + "/artifact");
    EXPECT_EQ(r.status, 200);
    EXPECT_EQ(r.headers.get("Content-Type"), "application/octet-stream");
    EXPECT_EQ(r.headers.get("Content-Disposition"), "attachment; filename=\"p\"");
    EXPECT_EQ(json::value(base::sha256_hex(r.body)), o.at("artifact").at("sha256"));
    EXPECT_EQ(parse(get("/project/" + id + "/evidence")).at("made"), true);
    EXPECT_EQ(get("/project/" + made("d") + "/artifact").status, 404) << "none was asked for";
    EXPECT_EQ(get("/project/" + made("IMPOSSIBLE") + "/evidence").status, 404);
}

TEST_F(Generate, is_a_job_like_the_others) {
    start();
    const auto created = post("/jobs", {{"kind", "generate"}, {"description", "a thing"}});
    EXPECT_EQ(created.status, 202) << created.body;
    const std::string self(created.headers.get("Location"));
    const auto id = self.substr(6);
    EXPECT_EQ(parse(created).at("links").at("project"), json::value("/project/" + id));
    ASSERT_TRUE(eventually([&] { return parse(get(self)).at("state") == "done"; }));
    EXPECT_EQ(parse(get(self + "/result")).at("message"), "Project generated successfully");
    EXPECT_EQ(parse(get("/project/" + id)).at("status"), "completed");
    EXPECT_NE(get(self + "/events").body.find("event: done"), std::string::npos);
    EXPECT_EQ(parse(get("/jobs?kind=generate")).at("jobs").as_array().at(0).at("title"), "a thing");
    EXPECT_EQ(post("/jobs", {{"kind", "generate"}}).status, 422);
    EXPECT_EQ(fetch(port, "DELETE", self).status, 200);
    EXPECT_EQ(get("/project/" + id).status, 404);
}

TEST_F(Generate, the_page_and_its_script) {
    start();
    const auto r = get("/generate");
    EXPECT_EQ(r.status, 200);
    EXPECT_NE(r.body.find("/assets/generate.js"), std::string::npos);
    EXPECT_EQ(get("/assets/generate.js").status, 200);
}

} // namespace
} // namespace rustcoder::test
