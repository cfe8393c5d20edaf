// The real binary, driven by the official TypeScript SDK over stdio and over HTTP.
#include "base/json.h"
#include "base/os.h"

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

extern char** environ;

namespace rustcoder {
namespace {

namespace json = base::json;
namespace fs = std::filesystem;

const std::string node_dir = std::string(RC_TESTS_DIR) + "/system/node";

std::string run(const std::string& command, int& status) {
    std::string out;
    FILE* pipe = ::popen(command.c_str(), "r");
    if (!pipe)
        return out;
    std::array<char, 65536> chunk;
    while (const auto n = std::fread(chunk.data(), 1, chunk.size(), pipe))
        out.append(chunk.data(), n);
    status = ::pclose(pipe);
    return out;
}

struct McpSystem : testing::Test {
    pid_t serving = -1;
    void SetUp() override {
        if (!fs::exists(RC_BINARY))
            GTEST_SKIP() << RC_BINARY << " is not built";
    }
    void TearDown() override {
        if (serving > 0) {
            ::kill(serving, SIGTERM);
            ::waitpid(serving, nullptr, 0);
        }
    }
    static bool need_node() {
        return fs::exists(node_dir + "/node_modules/@modelcontextprotocol/sdk/package.json") &&
               std::system("node --version > /dev/null 2>&1") == 0;
    }
    json::object drive(const std::string& arguments) {
        int status = 0;
        const auto out = run("cd '" + node_dir + "' && timeout 300 node mcp_client.mjs " + arguments, status);
        EXPECT_EQ(status, 0) << out;
        auto v = base::parse_json(out);
        EXPECT_TRUE(v && v->is_object()) << out;
        return v && v->is_object() ? v->get_object() : json::object();
    }
    /// `rustcoder serve` on a free port; empty when it did not start.
    std::string serve() {
        const auto log = fs::temp_directory_path() / ("rustcoder-serve-" + std::to_string(::getpid()) + ".log");
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addopen(&actions, 2, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        std::string program = RC_BINARY;
        char serve_word[] = "serve", port_word[] = "--port", zero[] = "0";
        char* argv[] = {program.data(), serve_word, port_word, zero, nullptr};
        if (::posix_spawn(&serving, RC_BINARY, &actions, nullptr, argv, environ) != 0)
            serving = -1;
        posix_spawn_file_actions_destroy(&actions);
        std::string url;
        for (int i = 0; i < 250 && url.empty(); ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            std::ifstream in(log);
            const std::string text((std::istreambuf_iterator<char>(in)), {});
            const auto at = text.find("http://");
            const auto end = text.find_first_of(" \n/", at + 7);
            if (at != std::string::npos && end != std::string::npos)
                url = text.substr(at, end - at);
        }
        fs::remove(log);
        return url;
    }
    static void expect_all(const json::object& o) {
        EXPECT_EQ(o.at("server").at("name"), "rustcoder");
        EXPECT_EQ(
            base::dump(o.at("list")),
            R"(["compile","compile_and_fix","check","generate","job_result","search_knowledge","explain_error","add_fix","knowledge_stats"])");
        EXPECT_EQ(o.at("compile").at("isError"), false) << base::dump(o.at("compile"));
        EXPECT_EQ(o.at("compile").at("text").as_array().at(0), "Build successful");
        EXPECT_GE(o.at("compile").at("progress").as_array().size(), 1u);
        EXPECT_EQ(o.at("compileBroken").at("isError"), true);
        EXPECT_EQ(o.at("fix").at("isError"), false) << base::dump(o.at("fix"));
        EXPECT_NE(o.at("fix").at("text").as_array().at(0).as_string().find("println!(\"Hello, world!\")"),
                  std::string::npos);
        EXPECT_EQ(o.at("fix").at("structured").at("verdict"), "fixed");
        EXPECT_EQ(o.at("check").at("structured").at("success"), false);
        EXPECT_EQ(o.at("generate").at("isError"), false) << base::dump(o.at("generate"));
        EXPECT_EQ(o.at("generate").at("text").as_array().at(0).as_string().find("[filename: "), 0u);
        EXPECT_EQ(o.at("generate").at("structured").at("template"), "calculator");
        EXPECT_EQ(base::dump(o.at("generate").at("structured").at("examples")), R"([{"passed":true,"what":""}])");
        EXPECT_EQ(o.at("notGenerated").at("isError"), true) << base::dump(o.at("notGenerated"));
        EXPECT_EQ(o.at("invalid").at("isError"), true);
        EXPECT_EQ(o.at("cancel").at("cancelled"), true) << base::dump(o.at("cancel"));
        std::int64_t last = 0;
        for (const auto& p : o.at("fix").at("progress").as_array()) {
            EXPECT_GT(p.at("progress").as_int64(), last);
            last = p.at("progress").as_int64();
        }
        EXPECT_TRUE(o.at("transportErrors").as_array().empty()) << base::dump(o.at("transportErrors"));
    }
};

TEST_F(McpSystem, sdk_over_stdio) {
    if (!need_node())
        GTEST_SKIP() << "run `npm ci` in " << node_dir << " first (./dev test does)";
    expect_all(drive("stdio '" RC_BINARY "' mcp"));
}

TEST_F(McpSystem, sdk_over_http) {
    if (!need_node())
        GTEST_SKIP() << "run `npm ci` in " << node_dir << " first (./dev test does)";
    const auto url = serve();
    ASSERT_FALSE(url.empty());
    const auto o = drive("http " + url + "/mcp");
    expect_all(o);
    EXPECT_TRUE(o.at("session").is_string());
}

TEST_F(McpSystem, sdk_teaches_and_asks_the_knowledge_base) {
    if (!need_node())
        GTEST_SKIP() << "run `npm ci` in " << node_dir << " first (./dev test does)";
    auto folder = base::TempDir::create("mcp-knowledge");
    ASSERT_TRUE(folder);
    ::setenv("RUSTCODER_KNOWLEDGE", (folder->path() / "knowledge.db").c_str(), 1);
    ::setenv("SDK_STEPS", "list,teach,repair,noRepair,search,explain,stats,noQuery", 1);
    const auto o = drive("stdio '" RC_BINARY "' mcp --no-seed");
    ::unsetenv("SDK_STEPS");
    ::setenv("RUSTCODER_KNOWLEDGE", "off", 1);
    EXPECT_EQ(o.at("teach").at("isError"), false) << base::dump(o.at("teach"));
    EXPECT_EQ(o.at("repair").at("isError"), false) << base::dump(o.at("repair"));
    EXPECT_GE(o.at("repair").at("structured").at("fresh").to_number<int>(), 1) << base::dump(o.at("repair"));
    EXPECT_EQ(o.at("noRepair").at("isError"), true);
    EXPECT_EQ(o.at("search").at("structured").at("hits").at(0).at("id"), o.at("teach").at("structured").at("id"));
    EXPECT_EQ(o.at("search").at("structured").at("hits").at(0).at("source"), "agent:sdk");
    EXPECT_NE(o.at("explain").at("structured").at("explanation").as_string().find("moved"), std::string::npos)
        << "asked of the compiler when it was not seeded";
    EXPECT_EQ(o.at("stats").at("structured").at("entries").at("lesson"), 1);
    EXPECT_GE(o.at("stats").at("structured").at("entries").at("fix").to_number<int>(), 1);
    EXPECT_EQ(o.at("noQuery").at("isError"), true);
    EXPECT_NE(o.at("noQuery").at("text").at(0).as_string().find("query"), std::string::npos);
    EXPECT_TRUE(o.at("transportErrors").as_array().empty()) << base::dump(o.at("transportErrors"));
}

TEST_F(McpSystem, a_pipe_is_answered_and_nothing_else_is_printed) {
    int status = 0;
    const auto before = std::chrono::steady_clock::now();
    const auto out = run(
        R"(printf '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}\n' | ')" RC_BINARY
        "' mcp 2>/dev/null",
        status);
    EXPECT_EQ(status, 0);
    EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(2))
        << "start to exit; 50 ms on an idle machine";
    EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 1);
    auto v = base::parse_json(out);
    ASSERT_TRUE(v) << out;
    EXPECT_EQ(v->at("result").at("protocolVersion"), "2025-06-18");
}

} // namespace
} // namespace rustcoder
