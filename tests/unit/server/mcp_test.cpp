// MCP rule by rule, over pipes and over HTTP, on a fake engine.
#include "server_fixture.h"

#include "base/os.h"

#include <fcntl.h>
#include <poll.h>

namespace rustcoder::test {
namespace {

using namespace std::chrono_literals;
using Pairs = std::vector<std::pair<std::string, std::string>>;

json::object call(int id, std::string_view tool, json::object arguments, json::object meta = {}) {
    json::object params;
    params["name"] = tool;
    params["arguments"] = std::move(arguments);
    if (!meta.empty())
        params["_meta"] = std::move(meta);
    return {{"jsonrpc", "2.0"}, {"id", id}, {"method", "tools/call"}, {"params", params}};
}

json::object request(int id, std::string_view method, json::object params = {}) {
    return {{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}};
}

json::object initialize(std::string_view revision) {
    return request(1, "initialize",
                   {{"protocolVersion", revision},
                    {"capabilities", json::object()},
                    {"clientInfo", json::object{{"name", "test"}, {"version", "1"}}}});
}

json::object modern_meta() {
    return {{"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
            {"io.modelcontextprotocol/clientCapabilities", json::object()}};
}

/// run_mcp_stdio between two pipes.
struct Stdio : ServerFixture {
    base::Fd to, from;
    std::thread thread;
    std::atomic<bool> ended{false};
    std::string buffer;
    server::StdioOptions options;

    void begin() {
        int in[2], out[2];
        ASSERT_EQ(::pipe2(in, O_CLOEXEC), 0);
        ASSERT_EQ(::pipe2(out, O_CLOEXEC), 0);
        to = base::Fd(in[1]);
        from = base::Fd(out[0]);
        options.jobs.workers = 2;
        thread = std::thread([this, i = in[0], o = out[1]] {
            base::Fd a(i), b(o);
            EXPECT_TRUE(server::run_mcp_stdio(i, o, std::static_pointer_cast<server::UseCases>(fake), options));
            ended = true;
        });
    }
    void TearDown() override {
        to.reset();
        if (thread.joinable())
            thread.join();
    }
    void send_text(const std::string& line) {
        ASSERT_EQ(::write(to.get(), line.data(), line.size()), static_cast<ssize_t>(line.size()));
    }
    void send(const json::value& v) { send_text(base::dump(v) + "\n"); }
    /// The next line as JSON; null when none comes.
    json::value next(int timeout_ms = 10'000) {
        std::size_t eol;
        while ((eol = buffer.find('\n')) == std::string::npos) {
            pollfd p{from.get(), POLLIN, 0};
            char chunk[65536];
            if (::poll(&p, 1, timeout_ms) <= 0)
                return nullptr;
            const auto n = ::read(from.get(), chunk, sizeof chunk);
            if (n <= 0)
                return nullptr;
            buffer.append(chunk, static_cast<std::size_t>(n));
        }
        auto v = base::parse_json(std::string_view(buffer).substr(0, eol));
        EXPECT_TRUE(v) << buffer.substr(0, eol);
        buffer.erase(0, eol + 1);
        return v ? *v : json::value(nullptr);
    }
    json::object ask(const json::object& message) {
        send(message);
        auto v = next();
        EXPECT_TRUE(v.is_object());
        return v.is_object() ? v.get_object() : json::object();
    }
};

struct Sampling : Stdio {
    void greet(json::object capabilities) {
        begin();
        auto hello = initialize("2025-11-25");
        hello["params"].as_object()["capabilities"] = std::move(capabilities);
        send(hello);
        ASSERT_TRUE(next().is_object());
    }
    /// The next request of the server's to the client.
    json::object question() {
        for (;;) {
            const auto v = next();
            if (!v.is_object())
                return {};
            if (v.get_object().contains("method") && v.get_object().contains("id"))
                return v.get_object();
        }
    }
    std::string said() {
        std::lock_guard lock(fake->mutex);
        return fake->chat_said;
    }
    json::object ask() { return {{"code", "[filename: src/main.rs]\nfn main() {} // ASK BROKEN\n"}}; }
};

TEST_F(Sampling, TheClientsModelIsAskedWhenItIsOffered) {
    greet({{"sampling", json::object()}});
    send(call(7, "compile_and_fix", ask()));
    const auto asked = question();
    ASSERT_EQ(base::get_string(asked, "method"), "sampling/createMessage");
    const auto* params = base::get_object(asked, "params");
    ASSERT_TRUE(params);
    EXPECT_GT(base::get_int(*params, "maxTokens"), 0);
    EXPECT_EQ(base::get_array(*params, "messages")->at(0).at("content").at("text"), "what is missing?");
    send(json::object{{"jsonrpc", "2.0"}, {"id", 99}, {"result", json::object()}}); // nobody's
    send(json::object{{"jsonrpc", "2.0"},
                      {"id", asked.at("id")},
                      {"result", json::object{{"role", "assistant"},
                                              {"model", "theirs"},
                                              {"stopReason", "endTurn"},
                                              {"content", json::object{{"type", "text"}, {"text", "a brace"}}}}}});
    const auto answer = next();
    EXPECT_EQ(answer.at("id"), 7);
    EXPECT_EQ(said(), "a brace");
}

TEST_F(Sampling, ARefusalIsAnError) {
    greet({{"sampling", json::object()}});
    send(call(7, "compile_and_fix", ask()));
    const auto asked = question();
    send(json::object{{"jsonrpc", "2.0"},
                      {"id", asked.at("id")},
                      {"error", json::object{{"code", -1}, {"message", "the user said no"}}}});
    EXPECT_EQ(next().at("id"), 7);
    EXPECT_NE(said().find("the user said no"), std::string::npos) << said();
}

TEST_F(Sampling, NobodyIsAskedWhoDidNotOfferIt) {
    greet({});
    send(call(7, "compile_and_fix", ask()));
    EXPECT_EQ(next().at("id"), 7);
    EXPECT_EQ(said(), "");
}

TEST_F(Sampling, CancellingEndsTheQuestion) {
    greet({{"sampling", json::object()}});
    send(call(7, "compile_and_fix", ask()));
    const auto asked = question();
    send(json::object{
        {"jsonrpc", "2.0"}, {"method", "notifications/cancelled"}, {"params", json::object{{"requestId", 7}}}});
    EXPECT_TRUE(eventually([&] { return !said().empty(); })) << "the worker is free again";
}

TEST_F(Stdio, initialize_agrees_on_a_revision_each_side_knows) {
    begin();
    for (const char* revision : {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"})
        EXPECT_EQ(ask(initialize(revision)).at("result").at("protocolVersion"), revision);
    const auto r = ask(initialize("1999-01-01")).at("result").as_object();
    EXPECT_EQ(r.at("protocolVersion"), "2025-11-25");
    EXPECT_EQ(r.at("serverInfo").at("name"), "rustcoder");
    EXPECT_TRUE(r.at("capabilities").as_object().contains("tools"));
    EXPECT_TRUE(r.contains("instructions"));
    EXPECT_EQ(fake->calls, 0);
}

TEST_F(Stdio, small_requests_and_faults) {
    begin();
    EXPECT_EQ(base::dump(ask(request(7, "ping"))), R"({"jsonrpc":"2.0","id":7,"result":{}})");
    EXPECT_TRUE(ask(request(8, "logging/setLevel", {{"level", "info"}})).contains("result"));
    EXPECT_EQ(ask(request(8, "logging/setLevel", {{"level", "loud"}})).at("error").at("code"), -32602);
    EXPECT_EQ(ask(request(9, "resources/list")).at("error").at("code"), -32601);
    send_text("{ not json\n");
    auto e = next();
    EXPECT_EQ(e.at("error").at("code"), -32700);
    EXPECT_TRUE(e.at("id").is_null());
    for (const char* bad :
         {"5\n", "{}\n", "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"ping\"}\n",
          "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"ping\"}\n", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":5}\n",
          "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":[]}\n", "[]\n"}) {
        send_text(bad);
        EXPECT_EQ(next().at("error").at("code"), -32600) << bad;
    }
    send_text("\n\r\n");                                                 // blank lines are nothing
    send({{"jsonrpc", "2.0"}, {"method", "notifications/initialized"}}); // no answer
    send({{"jsonrpc", "2.0"}, {"id", 3}, {"result", json::object()}});   // nobody asked
    send({{"jsonrpc", "2.0"}, {"method", "notifications/cancelled"}, {"params", json::object{{"requestId", 99}}}});
    json::object named = request(0, "ping");
    named["id"] = "a string";
    EXPECT_EQ(ask(named).at("id"), "a string");
}

TEST_F(Stdio, the_tools_are_described_for_every_client) {
    begin();
    const auto tools = ask(request(1, "tools/list")).at("result").at("tools").as_array();
    std::vector<std::string> names;
    for (const auto& t : tools) {
        const auto& o = t.as_object();
        names.emplace_back(o.at("name").as_string().c_str());
        EXPECT_LE(names.back().size(), 40u);
        for (const char* schema : {"inputSchema", "outputSchema"}) {
            EXPECT_EQ(o.at(schema).at("type"), "object");
            EXPECT_TRUE(o.at(schema).at("properties").is_object());
        }
        EXPECT_EQ(o.at("annotations").at("readOnlyHint"), names.back() != "add_fix") << names.back();
        EXPECT_FALSE(o.at("description").as_string().empty());
        EXPECT_TRUE(o.contains("title"));
    }
    EXPECT_EQ(names, (std::vector<std::string>{"compile", "compile_and_fix", "check", "generate", "job_result",
                                               "search_knowledge", "explain_error", "add_fix", "knowledge_stats"}));
    const auto& fix = tools[1].as_object().at("inputSchema").as_object();
    EXPECT_EQ(fix.at("properties").at("description").at("default"), "A Rust project");
    EXPECT_EQ(fix.at("properties").at("max_attempts").at("default"), 3);
    EXPECT_EQ(base::dump(fix.at("required")), R"(["code"])");
}

TEST_F(Stdio, compile_answers_in_the_contracts_words) {
    begin();
    auto r = ask(call(1, "compile", {{"code", code("")}})).at("result").as_object();
    EXPECT_EQ(r.at("content").as_array().at(0).at("text"), "Build successful");
    EXPECT_EQ(r.at("isError"), false);
    EXPECT_EQ(r.at("structuredContent").at("success"), true);
    EXPECT_EQ(r.at("structuredContent").at("status"), "done");
    EXPECT_EQ(r.at("structuredContent").at("run_output"), "Hello \xEF\xBF\xBD!\n");
    r = ask(call(2, "compile", {{"code", code("BROKEN")}})).at("result").as_object();
    EXPECT_EQ(r.at("isError"), true);
    EXPECT_EQ(r.at("content").as_array().at(0).at("text").as_string().find("error[E0425]"), 0u);
    EXPECT_NE(r.at("content").as_array().at(1).at("text").as_string().find("compile_and_fix"), std::string::npos);
    EXPECT_EQ(r.at("structuredContent").at("diagnostics").as_array().at(0).at("code"), "E0425");
}

TEST_F(Stdio, compile_and_fix_answers_the_project_in_flat_text) {
    begin();
    auto r = ask(call(1, "compile_and_fix", {{"code", code("BROKEN")}})).at("result").as_object();
    EXPECT_EQ(fake->last_fix.options.max_builds, 3);
    EXPECT_EQ(fake->last_fix.description, "A Rust project");
    const auto& text = r.at("content").as_array().at(0).at("text").as_string();
    EXPECT_NE(text.find("[filename: src/main.rs]"), std::string::npos);
    EXPECT_EQ(text.find("BROKEN"), std::string::npos);
    EXPECT_EQ(r.at("isError"), false);
    EXPECT_TRUE(r.at("structuredContent").at("files").as_object().contains("src/main.rs")) << "self-sufficient";
    EXPECT_EQ(r.at("structuredContent").at("verdict"), "fixed");
    EXPECT_NE(r.at("content").as_array().at(1).at("text").as_string().find("The word was in the way."),
              std::string::npos);
    r = ask(call(2, "compile_and_fix", {{"code", code("BROKEN HOPELESS")}, {"max_attempts", 5}}))
            .at("result")
            .as_object();
    EXPECT_EQ(fake->last_fix.options.max_builds, 5);
    EXPECT_EQ(r.at("isError"), true);
    EXPECT_NE(r.at("content").as_array().at(0).at("text").as_string().find("# Build failed"), std::string::npos);
}

TEST_F(Stdio, generate_answers_the_project_in_flat_text_and_what_is_covered) {
    begin();
    auto r = ask(call(1, "generate",
                      {{"description", "a calculator"},
                       {"requirements", "keep a history"},
                       {"artifact", true},
                       {"examples", json::array{json::object{{"stdin", "1\n"}, {"stdout", "1\n"}}}}}))
                 .at("result")
                 .as_object();
    EXPECT_EQ(r.at("isError"), false);
    const auto& text = r.at("content").as_array().at(0).at("text").as_string();
    EXPECT_EQ(text.find("[filename: "), 0u);
    EXPECT_NE(text.find("\n# Build succeeded"), std::string::npos);
    const auto& summary = r.at("content").as_array().at(1).at("text").as_string();
    for (const char* part : {"A calculator.", "done: keep a history (feature history)", "MISSING: fly", "SHA-256"})
        EXPECT_NE(summary.find(part), std::string::npos) << part << " in " << summary.c_str();
    const auto& data = r.at("structuredContent").as_object();
    EXPECT_EQ(data.at("status"), "done");
    EXPECT_EQ(data.at("template"), "calculator");
    EXPECT_TRUE(data.at("files").as_object().contains("src/main.rs"));
    EXPECT_FALSE(data.contains("combined_text")) << "each thing once";
    EXPECT_FALSE(fake->last_generate.run);
    EXPECT_EQ(fake->last_generate.examples.size(), 1u);
    // The contract wants requirements; a model that leaves them out, or says null, is not sent away.
    int id = 2;
    for (const json::object& arguments :
         {json::object{{"description", "d"}}, json::object{{"description", "d"}, {"requirements", nullptr}}})
        EXPECT_EQ(ask(call(id++, "generate", arguments)).at("result").at("isError"), false);
}

TEST_F(Stdio, generate_that_fails_is_an_error_with_a_way_on) {
    begin();
    auto r = ask(call(1, "generate", {{"description", "IMPOSSIBLE"}})).at("result").as_object();
    EXPECT_EQ(r.at("isError"), true);
    EXPECT_NE(r.at("content").as_array().at(1).at("text").as_string().find("calculator: A calculator"),
              std::string::npos);
    r = ask(call(2, "generate", {{"description", "WRONG"}})).at("result").as_object();
    EXPECT_EQ(r.at("isError"), true);
    EXPECT_NE(r.at("content").as_array().at(0).at("text").as_string().find("# Build failed"), std::string::npos);
    EXPECT_EQ(ask(call(3, "generate", {{"description", "REFUSED"}})).at("result").at("isError"), true);
    int id = 4;
    for (const json::object& arguments :
         {json::object{}, json::object{{"description", ""}}, json::object{{"description", "d"}, {"artifact", 5}}})
        EXPECT_EQ(ask(call(id++, "generate", arguments)).at("result").at("isError"), true);
}

TEST_F(Stdio, generate_can_be_cancelled_and_fetched_later) {
    begin();
    send(call(5, "generate", {{"description", "HANG"}}, {{"progressToken", "t"}}));
    ASSERT_TRUE(eventually([&] { return fake->running == 1; }));
    send({{"jsonrpc", "2.0"}, {"method", "notifications/cancelled"}, {"params", json::object{{"requestId", 5}}}});
    EXPECT_TRUE(eventually([&] { return fake->stopped == 1; }, 1s));
    json::value v;
    send(call(6, "generate", {{"description", "HANG"}, {"wait_seconds", 0.05}}));
    do
        v = next();
    while (v.is_object() && !v.as_object().contains("id"));
    const auto id = v.at("result").at("structuredContent").at("job_id");
    EXPECT_EQ(v.at("result").at("structuredContent").at("status"), "running");
    fake->go_on = true;
    const auto r = ask(call(7, "job_result", {{"job_id", id}})).at("result").as_object();
    EXPECT_EQ(r.at("structuredContent").at("message"), "Project generated successfully");
}

TEST_F(Stdio, bad_arguments_are_tool_errors_a_model_can_act_on) {
    begin();
    for (const json::object& arguments : {json::object{}, json::object{{"code", 5}}, json::object{{"code", ""}},
                                          json::object{{"code", "fn main(){}"}, {"max_attempts", "x"}},
                                          json::object{{"code", "fn main(){}"}, {"wait_seconds", "x"}}}) {
        const auto r = ask(call(1, "compile_and_fix", arguments)).at("result").as_object();
        EXPECT_EQ(r.at("isError"), true);
        EXPECT_GT(r.at("content").as_array().at(0).at("text").as_string().size(), 20u);
    }
    EXPECT_EQ(ask(call(1, "job_result", {{"job_id", "nope"}})).at("result").at("isError"), true);
    EXPECT_EQ(ask(call(1, "job_result", {})).at("result").at("isError"), true);
    EXPECT_EQ(ask(call(1, "no_such_tool", {})).at("error").at("code"), -32602);
    auto odd = call(1, "compile", {});
    odd.at("params").as_object()["arguments"] = "text";
    EXPECT_EQ(ask(odd).at("error").at("code"), -32602);
    EXPECT_EQ(fake->calls, 0);
}

TEST_F(Stdio, check_gives_diagnostics_and_failure_is_no_tool_error) {
    begin();
    const auto r = ask(call(1, "check", {{"code", code("BROKEN")}})).at("result").as_object();
    EXPECT_EQ(r.at("isError"), false);
    EXPECT_EQ(r.at("structuredContent").at("errors"), 1);
    auto text = base::parse_json(r.at("content").as_array().at(0).at("text").as_string());
    ASSERT_TRUE(text);
    EXPECT_EQ(text->at("errors"), 1);
}

TEST_F(Stdio, progress_comes_at_once_rises_and_precedes_the_result) {
    begin();
    send(call(1, "compile_and_fix", {{"code", code("BROKEN")}}, {{"progressToken", "tok"}}));
    std::int64_t last = 0;
    int count = 0;
    for (;;) {
        const auto v = next();
        ASSERT_TRUE(v.is_object());
        if (v.as_object().contains("id")) {
            EXPECT_EQ(v.at("id"), 1);
            break;
        }
        EXPECT_EQ(v.at("method"), "notifications/progress");
        EXPECT_EQ(v.at("params").at("progressToken"), "tok");
        EXPECT_GT(v.at("params").at("progress").as_int64(), last);
        last = v.at("params").at("progress").as_int64();
        EXPECT_FALSE(v.at("params").at("message").as_string().empty());
        ++count;
    }
    EXPECT_GE(count, 5); // queued, started, three steps, finished
}

TEST_F(Stdio, without_a_token_there_is_no_progress) {
    begin();
    EXPECT_EQ(ask(call(1, "compile_and_fix", {{"code", code("BROKEN")}})).at("id"), 1);
}

TEST_F(Stdio, cancelling_stops_the_work_within_a_second_and_answers_nothing) {
    begin();
    send(call(5, "compile_and_fix", {{"code", code("HANG")}}));
    ASSERT_TRUE(eventually([&] { return fake->running == 1; }));
    send({{"jsonrpc", "2.0"},
          {"method", "notifications/cancelled"},
          {"params", json::object{{"requestId", 5}, {"reason", "enough"}}}});
    EXPECT_TRUE(eventually([&] { return fake->stopped == 1; }, 1s));
    EXPECT_EQ(ask(request(6, "ping")).at("id"), 6) << "the next line is the ping's, none for 5";
}

TEST_F(Stdio, a_slow_call_does_not_hold_up_others_and_ids_are_unique) {
    begin();
    send(call(1, "compile", {{"code", code("HANG")}}));
    ASSERT_TRUE(eventually([&] { return fake->running == 1; }));
    EXPECT_EQ(ask(request(2, "ping")).at("id"), 2);
    EXPECT_EQ(ask(call(1, "compile", {{"code", code("")}})).at("error").at("code"), -32600);
    EXPECT_EQ(ask(call(3, "compile", {{"code", code("")}})).at("id"), 3);
    fake->go_on = true;
    EXPECT_EQ(next().at("id"), 1);
}

TEST_F(Stdio, work_that_outlives_the_wait_is_fetched_later) {
    begin();
    auto r = ask(call(1, "compile_and_fix", {{"code", code("BROKEN HANG")}, {"wait_seconds", 0.05}}))
                 .at("result")
                 .as_object();
    EXPECT_EQ(r.at("isError"), false);
    EXPECT_EQ(r.at("structuredContent").at("status"), "running");
    const auto id = r.at("structuredContent").at("job_id");
    EXPECT_NE(r.at("content").as_array().at(0).at("text").as_string().find(id.as_string()), std::string::npos);
    r = ask(call(2, "job_result", {{"job_id", id}, {"wait_seconds", 0.05}})).at("result").as_object();
    EXPECT_EQ(r.at("structuredContent").at("status"), "running");
    // Giving up the waiting does not give up the work.
    send(call(3, "job_result", {{"job_id", id}}));
    EXPECT_EQ(ask(request(4, "ping")).at("id"), 4);
    send({{"jsonrpc", "2.0"}, {"method", "notifications/cancelled"}, {"params", json::object{{"requestId", 3}}}});
    fake->go_on = true;
    r = ask(call(5, "job_result", {{"job_id", id}})).at("result").as_object();
    EXPECT_EQ(r.at("structuredContent").at("status"), "done");
    EXPECT_EQ(r.at("structuredContent").at("verdict"), "fixed");
    EXPECT_EQ(fake->stopped, 0);
}

TEST_F(Stdio, batches_belong_to_one_revision) {
    begin();
    json::array batch;
    batch.emplace_back(request(2, "ping"));
    batch.emplace_back(json::object{{"jsonrpc", "2.0"}, {"method", "notifications/initialized"}});
    batch.emplace_back(request(3, "ping"));
    ask(initialize("2025-06-18"));
    send(batch);
    EXPECT_EQ(next().at("error").at("code"), -32600);
    ask(initialize("2025-03-26"));
    send(batch);
    const auto v = next();
    ASSERT_TRUE(v.is_array());
    EXPECT_EQ(v.as_array().size(), 2u);
}

TEST_F(Stdio, the_stateless_revision_needs_no_initialize) {
    begin();
    json::object params{{"_meta", modern_meta()}};
    auto r = ask(request(1, "server/discover", params)).at("result").as_object();
    EXPECT_EQ(base::dump(r.at("supportedVersions")), R"(["2026-07-28"])");
    EXPECT_EQ(r.at("resultType"), "complete");
    r = ask(request(2, "tools/list", params)).at("result").as_object();
    EXPECT_TRUE(r.at("ttlMs").is_int64());
    EXPECT_EQ(r.at("cacheScope"), "public");
    r = ask(call(3, "compile", {{"code", code("")}}, modern_meta())).at("result").as_object();
    EXPECT_EQ(r.at("resultType"), "complete");
    EXPECT_EQ(ask(request(4, "ping", params)).at("error").at("code"), -32601) << "removed there";
    params.at("_meta").as_object()["io.modelcontextprotocol/protocolVersion"] = "2030-01-01";
    const auto e = ask(request(5, "tools/list", params)).at("error").as_object();
    EXPECT_EQ(e.at("code"), -32022);
    EXPECT_EQ(e.at("data").at("requested"), "2030-01-01");
    json::object half{{"_meta", json::object{{"io.modelcontextprotocol/protocolVersion", "2026-07-28"}}}};
    EXPECT_EQ(ask(request(6, "tools/list", half)).at("error").at("code"), -32602);
}

TEST_F(Stdio, the_end_of_input_ends_the_program_and_its_work) {
    options.end_grace = 50ms;
    begin();
    send(call(1, "compile", {{"code", code("HANG")}}));
    ASSERT_TRUE(eventually([&] { return fake->running == 1; }));
    to.reset();
    EXPECT_TRUE(eventually([&] { return ended.load(); }, 2s));
    EXPECT_EQ(fake->stopped, 1);
}

TEST_F(Stdio, a_pipe_gets_its_answers_before_the_end) {
    begin();
    send(initialize("2025-06-18"));
    send_text(base::dump(call(2, "compile", {{"code", code("")}}))); // no newline at the end
    to.reset();
    EXPECT_EQ(next().at("id"), 1);
    EXPECT_EQ(next().at("id"), 2);
    EXPECT_TRUE(next().is_null());
}

// --- over HTTP

struct McpHttp : ServerFixture {
    std::string session;
    static Pairs both(Pairs more = {}) {
        more.emplace_back("Accept", "application/json, text/event-stream");
        return more;
    }
    Pairs in_session(Pairs more = {}) {
        more.emplace_back("Mcp-Session-Id", session);
        return both(std::move(more));
    }
    void begin(std::string_view revision = "2025-11-25", server::ServerOptions options = {}) {
        start(options);
        const auto r = post("/mcp", initialize(revision), both());
        ASSERT_EQ(r.status, 200) << r.body;
        session = r.headers.get("Mcp-Session-Id");
        EXPECT_EQ(session.size(), 32u);
        EXPECT_EQ(parse(r).at("result").at("protocolVersion"), json::value(revision));
        EXPECT_EQ(post("/mcp", {{"jsonrpc", "2.0"}, {"method", "notifications/initialized"}}, in_session()).status,
                  202);
    }
    static std::string last_data(const std::string& stream) {
        const auto at = stream.rfind("data: ");
        return at == std::string::npos ? "" : stream.substr(at + 6, stream.find('\n', at) - at - 6);
    }
};

TEST_F(McpHttp, a_session_from_beginning_to_end) {
    begin();
    EXPECT_EQ(post("/mcp", request(2, "ping"), in_session()).status, 200);
    EXPECT_EQ(post("/mcp", request(2, "tools/list"), in_session({{"MCP-Protocol-Version", "2025-11-25"}})).status, 200);
    EXPECT_EQ(post("/mcp", request(2, "ping"), in_session({{"MCP-Protocol-Version", "1.0"}})).status, 400);
    EXPECT_EQ(post("/mcp", request(2, "ping"), both()).status, 400) << "no session";
    EXPECT_EQ(post("/mcp", request(2, "ping"), both({{"Mcp-Session-Id", "nope"}})).status, 404);
    EXPECT_EQ(fetch(port, "DELETE", "/mcp", "", in_session()).status, 204);
    EXPECT_EQ(post("/mcp", request(2, "ping"), in_session()).status, 404);
}

TEST_F(McpHttp, faults_of_the_message_and_its_headers) {
    begin();
    EXPECT_EQ(fetch(port, "POST", "/mcp", "{oops", in_session()).status, 400);
    EXPECT_EQ(parse(fetch(port, "POST", "/mcp", "{oops", in_session())).at("error").at("code"), -32700);
    EXPECT_EQ(parse(fetch(port, "POST", "/mcp", "{\"a\":1}", in_session())).at("error").at("code"), -32600);
    EXPECT_EQ(
        fetch(port, "POST", "/mcp", body(request(1, "ping")), {{"Accept", "text/html"}, {"Mcp-Session-Id", session}})
            .status,
        406);
    EXPECT_EQ(
        fetch(port, "POST", "/mcp", body(request(1, "ping")), in_session({{"Content-Type", "text/plain"}})).status,
        415);
    EXPECT_EQ(fetch(port, "POST", "/mcp", "[" + body(request(1, "ping")) + "]", in_session()).status, 400);
    EXPECT_EQ(get("/mcp").status, 405);
    EXPECT_EQ(parse(post("/mcp", request(3, "nope/nope"), in_session())).at("error").at("code"), -32601);
}

TEST_F(McpHttp, a_call_streams_progress_and_then_its_result) {
    begin();
    const auto r =
        post("/mcp", call(3, "compile_and_fix", {{"code", code("BROKEN")}}, {{"progressToken", 7}}), in_session());
    EXPECT_EQ(r.headers.get("Content-Type"), "text/event-stream");
    EXPECT_EQ(r.body.rfind("id: 1_0\nretry: 1000\ndata: \n\n", 0), 0u) << "primed: " << r.body.substr(0, 60);
    EXPECT_NE(r.body.find("notifications/progress"), std::string::npos);
    auto v = base::parse_json(last_data(r.body));
    ASSERT_TRUE(v) << r.body;
    EXPECT_EQ(v->at("id"), 3);
    EXPECT_EQ(v->at("result").at("isError"), false);
}

TEST_F(McpHttp, older_revisions_are_not_primed_and_plain_json_is_answered_plainly) {
    begin("2025-06-18");
    auto r = post("/mcp", call(3, "compile", {{"code", code("")}}), in_session());
    EXPECT_EQ(r.body.rfind("id: 1_1\n", 0), 0u) << r.body.substr(0, 60);
    r = fetch(port, "POST", "/mcp", body(call(4, "compile", {{"code", code("")}})),
              {{"Accept", "application/json"}, {"Mcp-Session-Id", session}});
    EXPECT_EQ(r.headers.get("Content-Type"), "application/json");
    EXPECT_EQ(parse(r).at("id"), 4);
}

TEST_F(McpHttp, a_lost_connection_does_not_cancel_and_its_stream_resumes) {
    begin();
    auto c = std::make_unique<Connection>(port);
    c->send(request_text("POST", "/mcp",
                         body(call(3, "compile_and_fix", {{"code", code("BROKEN HANG")}}, {{"progressToken", 7}})),
                         in_session()));
    c->read_head();
    c->read_stream_until("step 2");
    c.reset();
    std::this_thread::sleep_for(50ms);
    EXPECT_EQ(fake->stopped, 0);
    fake->go_on = true;
    const auto r =
        get("/mcp", {{"Mcp-Session-Id", session}, {"Accept", "text/event-stream"}, {"Last-Event-ID", "1_2"}});
    EXPECT_EQ(r.body.find("id: 1_2\n"), std::string::npos);
    EXPECT_NE(r.body.find("id: 1_3\n"), std::string::npos) << r.body;
    EXPECT_NE(r.body.find("\"verdict\":\"fixed\""), std::string::npos);
    EXPECT_EQ(
        get("/mcp", {{"Mcp-Session-Id", session}, {"Accept", "text/event-stream"}, {"Last-Event-ID", "99_1"}}).status,
        404);
}

TEST_F(McpHttp, cancelling_ends_the_stream_and_the_work) {
    begin();
    Connection c(port);
    c.send(request_text("POST", "/mcp", body(call(3, "compile_and_fix", {{"code", code("HANG")}})), in_session()));
    c.read_head();
    ASSERT_TRUE(eventually([&] { return fake->running == 1; }));
    EXPECT_EQ(
        post("/mcp",
             {{"jsonrpc", "2.0"}, {"method", "notifications/cancelled"}, {"params", json::object{{"requestId", 3}}}},
             in_session())
            .status,
        202);
    EXPECT_TRUE(eventually([&] { return fake->stopped == 1; }, 1s));
    const auto rest = c.read_stream_until("\"id\":3", 2000);
    EXPECT_EQ(rest.find("\"id\":3"), std::string::npos) << "no response follows";
}

TEST_F(McpHttp, ending_the_session_ends_its_work_and_streams) {
    begin();
    Connection listen(port), work(port);
    listen.send(request_text("GET", "/mcp", "", {{"Mcp-Session-Id", session}, {"Accept", "text/event-stream"}}));
    EXPECT_EQ(listen.read_head().status, 200);
    work.send(request_text("POST", "/mcp", body(call(3, "compile", {{"code", code("HANG")}})), in_session()));
    ASSERT_TRUE(eventually([&] { return fake->running == 1; }));
    EXPECT_EQ(fetch(port, "DELETE", "/mcp", "", in_session()).status, 204);
    EXPECT_TRUE(eventually([&] { return fake->stopped == 1; }, 1s));
    std::string chunk = "?";
    while (listen.read_chunk(chunk, 2000) && !chunk.empty()) {
    }
    EXPECT_TRUE(chunk.empty());
}

TEST_F(McpHttp, batches_in_their_revision) {
    begin("2025-03-26");
    const auto r = fetch(port, "POST", "/mcp",
                         "[" + body(request(1, "ping")) + "," + body(call(2, "compile", {{"code", code("")}})) + "]",
                         in_session());
    auto v = base::parse_json(r.body);
    ASSERT_TRUE(v && v->is_array()) << r.body;
    EXPECT_EQ(v->as_array().size(), 2u);
}

TEST_F(McpHttp, stateless_requests_check_their_headers) {
    start();
    const json::object params{{"_meta", modern_meta()}};
    const auto headers = [&](const char* method, Pairs more = {}) {
        more.emplace_back("MCP-Protocol-Version", "2026-07-28");
        more.emplace_back("Mcp-Method", method);
        return both(std::move(more));
    };
    EXPECT_EQ(post("/mcp", request(1, "server/discover", params), headers("server/discover")).status, 200);
    EXPECT_EQ(
        parse(post("/mcp", request(1, "tools/list", params), headers("tools/list"))).at("result").at("resultType"),
        "complete");
    auto r = post("/mcp", request(1, "tools/list", params), headers("other"));
    EXPECT_EQ(r.status, 400);
    EXPECT_EQ(parse(r).at("error").at("code"), -32020);
    EXPECT_EQ(post("/mcp", request(1, "tools/list", params), both()).status, 400);
    r = post("/mcp", request(1, "tools/list"), headers("tools/list"));
    EXPECT_EQ(parse(r).at("error").at("code"), -32602);
    r = post("/mcp", request(1, "ping", params), headers("ping"));
    EXPECT_EQ(r.status, 404);
    EXPECT_EQ(parse(r).at("error").at("code"), -32601);
    r = post("/mcp", call(1, "compile", {{"code", code("")}}, modern_meta()),
             headers("tools/call", {{"Mcp-Name", "compile"}}));
    EXPECT_EQ(r.status, 200);
    EXPECT_EQ(parse(r).at("result").at("structuredContent").at("success"), true);
    EXPECT_EQ(r.headers.find("Mcp-Session-Id"), nullptr);
    EXPECT_EQ(
        post("/mcp", call(1, "compile", {}, modern_meta()), headers("tools/call", {{"Mcp-Name", "check"}})).status,
        400);
}

TEST_F(McpHttp, leaving_a_stateless_call_cancels_it) {
    start();
    auto c = std::make_unique<Connection>(port);
    c->send(request_text(
        "POST", "/mcp", body(call(1, "compile", {{"code", code("HANG")}}, modern_meta())),
        both({{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "tools/call"}, {"Mcp-Name", "compile"}})));
    ASSERT_TRUE(eventually([&] { return fake->running == 1; }));
    c.reset();
    EXPECT_TRUE(eventually([&] { return fake->stopped == 1; }, 1s));
}

TEST_F(McpHttp, sessions_are_bounded) {
    server::ServerOptions o;
    o.max_sessions = 2;
    begin("2025-11-25", o);
    EXPECT_EQ(post("/mcp", initialize("2025-11-25"), both()).status, 200);
    EXPECT_EQ(post("/mcp", initialize("2025-11-25"), both()).status, 503);
}

TEST_F(McpHttp, a_standing_stream_does_not_hold_up_a_drain) {
    begin();
    Connection listen(port);
    listen.send(request_text("GET", "/mcp", "", {{"Mcp-Session-Id", session}, {"Accept", "text/event-stream"}}));
    EXPECT_EQ(listen.read_head().status, 200);
    const auto before = std::chrono::steady_clock::now();
    EXPECT_TRUE(running->stop(30s));
    EXPECT_LT(std::chrono::steady_clock::now() - before, 10s);
}

} // namespace
} // namespace rustcoder::test
