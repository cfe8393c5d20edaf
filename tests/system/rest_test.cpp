// The published examples of the contract, replayed over HTTP against the real engine and the real toolchain.
#include "server/server.h"

#include "base/json.h"
#include "unit/net/blocking_client.h"

#include <cstring>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

namespace rustcoder {
namespace {

namespace json = base::json;
using test::Connection;
using test::fetch;
using test::request_text;

constexpr const char* cargo_toml =
    "[package]\nname = \"hello_world\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[dependencies]\n";

std::string flat(const std::string& main) {
    return std::string("[filename: Cargo.toml]\n") + cargo_toml + "\n[filename: src/main.rs]\n" + main;
}

class RestSystem : public testing::Test {
protected:
    static void SetUpTestSuite() {
        server::ServerOptions options;
        options.http.port = 0;
        auto started = server::Server::start(options, [] -> Result<agent::Environment> {
            agent::Environment e;
            RC_TRY_ASSIGN(e.toolchain, toolchain::discover());
            e.sandbox = process::Sandbox::from_environment();
            return e;
        });
        ASSERT_TRUE(started) << started.error().text();
        server_ = std::move(*started);
    }
    static void TearDownTestSuite() { server_.reset(); }
    static json::object post(std::string_view path, const json::object& body, int status = 200) {
        const auto r = fetch(server_->port(), "POST", path, base::dump(body));
        EXPECT_EQ(r.status, status) << r.body;
        auto v = base::parse_json(r.body);
        EXPECT_TRUE(v && v->is_object()) << r.body;
        return v && v->is_object() ? v->get_object() : json::object();
    }
    static inline std::unique_ptr<server::Server> server_;
};

TEST_F(RestSystem, ready_with_the_real_toolchain) {
    const auto r = fetch(server_->port(), "GET", "/readyz");
    EXPECT_EQ(r.status, 200) << r.body;
}

TEST_F(RestSystem, compile_runs_hello_world) {
    const auto o = post("/compile", {{"code", flat("fn main() {\n    println!(\"Hello, World!\");\n}\n")}});
    EXPECT_EQ(o.at("success"), true) << base::dump(o);
    EXPECT_EQ(o.at("build_output"), "Build successful");
    EXPECT_EQ(o.at("run_output"), "Hello, World!\n");
    EXPECT_EQ(base::dump(o.at("files")), R"(["Cargo.toml","src/main.rs"])");
}

TEST_F(RestSystem, compile_reports_a_type_error_where_it_is) {
    const auto o =
        post("/compile", {{"code", flat("fn main() {\n    let x: i32 = \"5\";\n    println!(\"{}\", x);\n}\n")}});
    EXPECT_EQ(o.at("success"), false);
    const auto& d = o.at("error_details").as_object();
    EXPECT_EQ(d.at("error_message"), "error[E0308]: mismatched types");
    EXPECT_EQ(d.at("error_location"), "--> src/main.rs:2:18");
    EXPECT_NE(o.at("build_output").as_string().find("E0308"), std::string::npos);
}

TEST_F(RestSystem, syntax_errors_have_a_message_too) { // upstream left it empty
    const auto o = post("/compile", {{"code", flat("fn main() {\n    println!(\"Hello\";\n}\n")}});
    EXPECT_EQ(o.at("success"), false);
    EXPECT_EQ(o.at("error_details").at("error_message").as_string().find("error: "), 0u);
}

TEST_F(RestSystem, the_demo_without_its_parenthesis_is_fixed) {
    const std::string broken = flat("fn main() {\n    println!(\"Hello, World!\" // Missing closing parenthesis\n}\n");
    const auto o = post("/compile-and-fix",
                        {{"code", broken}, {"description", "A simple hello world program"}, {"max_attempts", 3}});
    EXPECT_EQ(o.at("success"), true) << base::dump(o);
    EXPECT_EQ(o.at("message"), "Code fixed and compiled successfully");
    EXPECT_EQ(o.at("run_output"), "Hello, World!\n");
    EXPECT_EQ(o.at("files").at("Cargo.toml"), cargo_toml) << "other files are not touched";
    const auto& attempts = o.at("attempts").as_array();
    ASSERT_GE(attempts.size(), 1u);
    EXPECT_LE(attempts.size(), 3u);
    EXPECT_EQ(attempts[attempts.size() - 1].at("success"), true);
    EXPECT_EQ(attempts[attempts.size() - 1].at("output"), nullptr);
    // The answer compiles when it is sent back.
    const auto again = post("/compile", {{"code", o.at("combined_text")}});
    EXPECT_EQ(again.at("success"), true) << base::dump(again);
}

TEST_F(RestSystem, what_compiles_already_is_left_alone) {
    const std::string code = flat("fn main() {\n    println!(\"as it was\");\n}\n");
    const auto o = post("/compile-and-fix", {{"code", code}, {"description", "d"}});
    EXPECT_EQ(o.at("success"), true);
    EXPECT_EQ(o.at("verdict"), "already_ok");
    EXPECT_EQ(o.at("diff"), "");
    EXPECT_EQ(o.at("files").at("src/main.rs"), "fn main() {\n    println!(\"as it was\");\n}\n");
}

TEST_F(RestSystem, what_cannot_be_fixed_is_no_success) {
    const auto o = post(
        "/compile-and-fix",
        {{"code",
          flat("fn main() {\n    let answer: Deep = ask_the_universe_about(everything);\n    zorp!(answer);\n}\n")},
         {"description", "d"},
         {"max_attempts", 2},
         {"timeout_seconds", 60}});
    EXPECT_EQ(o.at("success"), false);
    EXPECT_EQ(o.at("build_success"), false);
    EXPECT_FALSE(o.contains("run_output"));
    EXPECT_NE(o.at("combined_text").as_string().find("# Build failed"), std::string::npos);
}

TEST_F(RestSystem, a_program_that_fails_is_said_to_have_failed) {
    EXPECT_EQ(post("/compile", {{"code", flat("fn main() {\n    std::process::exit(3);\n}\n")}}).at("run_output"),
              "Failed to run project");
}

TEST_F(RestSystem, a_library_builds_and_has_nothing_to_run) {
    const auto o = post("/compile", {{"code", std::string("[filename: Cargo.toml]\n") + cargo_toml +
                                                  "\n[filename: src/lib.rs]\npub fn one() -> i32 {\n    1\n}\n"}});
    EXPECT_EQ(o.at("success"), true) << base::dump(o);
    EXPECT_EQ(o.at("run_output"), nullptr);
    EXPECT_EQ(o.at("files").as_array().size(), 2u) << "no main.rs is invented";
}

TEST_F(RestSystem, health_answers_while_compilers_run) {
    std::vector<std::thread> busy;
    for (int i = 0; i < 4; ++i)
        busy.emplace_back([i] {
            post("/compile", {{"code", flat("fn main() {\n    println!(\"" + std::to_string(i) + "\");\n}\n")}});
        });
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(fetch(server_->port(), "GET", "/healthz").status, 200);
    for (auto& t : busy)
        t.join();
}

TEST_F(RestSystem, leaving_stops_a_running_program) {
    auto c = std::make_unique<Connection>(server_->port());
    c->send(request_text(
        "POST", "/compile",
        base::dump(json::object{
            {"code", flat("fn main() {\n    loop { std::thread::sleep(std::time::Duration::from_secs(1)); }\n}\n")}})));
    const auto running = [] {
        return fetch(server_->port(), "GET", "/metrics").body.find("rustcoder_jobs_running 1") != std::string::npos;
    };
    for (int i = 0; i < 200 && !running(); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    ASSERT_TRUE(running());
    std::this_thread::sleep_for(std::chrono::seconds(1));
    c.reset();
    for (int i = 0; i < 500 && running(); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    EXPECT_FALSE(running()) << "ten seconds later";
}

} // namespace
} // namespace rustcoder
