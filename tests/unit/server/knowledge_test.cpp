// /knowledge and the knowledge tools of MCP, on a real store and a fake compiler.
#include "server_fixture.h"

#include "base/os.h"
#include "server/front.h"
#include "server/knowledge_requests.h"
#include "server/mcp.h"

#include <latch>

namespace rustcoder::test {
namespace {

using namespace std::chrono_literals;

struct KnowledgeRest : ServerFixture {
    Result<base::TempDir> folder = base::TempDir::create("knowledge-rest");

    void open(server::ServerOptions options = {}) {
        ASSERT_TRUE(folder);
        agent::KnowledgeOptions o;
        o.file = folder->path() / "knowledge.db";
        fake->base = std::make_shared<agent::Knowledge>(o);
        start(std::move(options));
    }
    std::string add_lesson(const std::string& error, const std::string& solution) {
        const auto r = post("/knowledge/errors", {{"error", error}, {"solution", solution}});
        EXPECT_EQ(r.status, 201) << r.body;
        const auto o = parse(r);
        EXPECT_EQ(r.headers.get("Location"), "/knowledge/entries/" + std::string(o.at("id").as_string()));
        return std::string(o.at("id").as_string());
    }
};

TEST_F(KnowledgeRest, a_lesson_is_added_found_read_and_forgotten) {
    open();
    const auto id = add_lesson("error[E0382]: borrow of moved value: `basket`", "Clone the basket before it moves.");
    EXPECT_EQ(fake->additions, 1);
    auto o = parse(get("/knowledge/search?q=moved+value&limit=3"));
    EXPECT_EQ(o.at("query"), "moved value");
    ASSERT_EQ(o.at("count"), 1) << base::dump(o);
    EXPECT_EQ(o.at("hits").at(0).at("id").as_string(), id);
    EXPECT_EQ(o.at("hits").at(0).at("kind"), "lesson");
    EXPECT_FALSE(o.at("note").as_string().empty()) << "there is no embedding model here, and that is said";
    o = parse(get("/knowledge/entries/" + id));
    EXPECT_EQ(o.at("codes").at(0), "E0382");
    EXPECT_EQ(o.at("payload").at("solution"), "Clone the basket before it moves.");
    EXPECT_EQ(o.at("source"), "user");
    EXPECT_EQ(fetch(port, "DELETE", "/knowledge/entries/" + id).status, 200);
    EXPECT_EQ(get("/knowledge/entries/" + id).status, 404);
    EXPECT_EQ(fetch(port, "DELETE", "/knowledge/entries/" + id).status, 404);
    EXPECT_EQ(parse(get("/knowledge/search?q=moved+value")).at("count"), 0);
}

TEST_F(KnowledgeRest, the_same_lesson_twice_is_one_entry) {
    open();
    const auto a = add_lesson("cannot find value `x`", "Declare it.");
    EXPECT_EQ(add_lesson("cannot find value `x`", "Declare it."), a);
    EXPECT_EQ(parse(get("/knowledge/stats")).at("entries").at("lesson"), 1);
}

TEST_F(KnowledgeRest, searches_by_kind_code_and_body) {
    open();
    add_lesson("error[E0308]: mismatched types", "Convert the number.");
    add_lesson("error[E0277]: cannot add a float to an integer", "Convert the number.");
    ASSERT_EQ(post("/knowledge/projects", {{"query", "convert a number between bases"},
                                           {"project_files", json::object{{"src/main.rs", "fn main() {}\n"}}}})
                  .status,
              201);
    auto o = parse(post("/knowledge/search", {{"query", "convert number"}}));
    EXPECT_EQ(o.at("count"), 3);
    o = parse(post("/knowledge/search", {{"query", "convert number"}, {"kind", "project"}}));
    ASSERT_EQ(o.at("count"), 1);
    EXPECT_EQ(o.at("hits").at(0).at("title"), "convert a number between bases");
    o = parse(get("/knowledge/search?q=convert+number&code=E0277"));
    ASSERT_EQ(o.at("count"), 1);
    EXPECT_EQ(o.at("hits").at(0).at("codes").at(0), "E0277");
    o = parse(get("/knowledge/search?q=convert+number&kind=lesson,project&limit=1&mode=text"));
    EXPECT_EQ(o.at("count"), 1);
    EXPECT_EQ(post("/knowledge/search", {{"query", "x"}, {"mode", "vector"}}).status, 503)
        << "there is no model, and nothing else was asked for";
}

TEST_F(KnowledgeRest, wrong_questions_are_refused_with_the_field) {
    open();
    EXPECT_EQ(get("/knowledge/search").status, 400);
    EXPECT_EQ(get("/knowledge/search?q=").status, 400);
    const std::pair<const char*, json::object> wrong[] = {
        {"kind", {{"query", "x"}, {"kind", "poem"}}},    {"kind", {{"query", "x"}, {"kind", 5}}},
        {"limit", {{"query", "x"}, {"limit", 0}}},       {"limit", {{"query", "x"}, {"limit", "many"}}},
        {"mode", {{"query", "x"}, {"mode", "magic"}}},   {"query", {{"query", 7}}},
        {"query", {{"query", std::string(9'000, 'x')}}}, {"code", {{"query", "x"}, {"code", true}}}};
    for (const auto& [field, body] : wrong) {
        const auto r = post("/knowledge/search", body);
        EXPECT_EQ(r.status, 422) << base::dump(body).substr(0, 100);
        EXPECT_EQ(parse(r).at("detail").at(0).at("loc").at(1), field);
    }
    for (const char* id : {"nonsense", "0123456789abcdef0123456789ABCDEF"})
        EXPECT_EQ(get(std::string("/knowledge/entries/") + id).status, 404) << id;
    EXPECT_EQ(fetch(port, "POST", "/knowledge/search", "not json").status, 422);
    EXPECT_EQ(post("/knowledge/search", {{"query", "x"}}, {{"Content-Type", "text/plain"}}).status, 415);
}

TEST_F(KnowledgeRest, a_repair_counts_when_the_compiler_says_so) {
    open();
    auto r = post("/knowledge/errors", {{"before", code("BROKEN")}, {"after", code("")}, {"source", "tests"}});
    ASSERT_EQ(r.status, 200) << r.body;
    auto o = parse(r);
    EXPECT_EQ(o.at("kind"), "fix");
    EXPECT_EQ(o.at("fresh"), 1);
    EXPECT_EQ(o.at("learned").at(0), "E0425 from user:tests");
    r = post("/knowledge/errors", {{"before", json::object{{"src/main.rs", "fn main() { /* BROKEN */ }"}}},
                                   {"after", json::object{{"src/main.rs", "fn main() {}"}}}});
    EXPECT_EQ(r.status, 200) << r.body;
    r = post("/knowledge/errors", {{"before", code("")}, {"after", code("")}});
    EXPECT_EQ(r.status, 400);
    EXPECT_NE(parse(r).at("detail").as_string().find("compiles already"), std::string::npos);
    EXPECT_EQ(post("/knowledge/errors", {{"before", code("BROKEN")}, {"after", code("BROKEN")}}).status, 400);
    EXPECT_EQ(post("/knowledge/errors", {{"before", code("BROKEN")}}).status, 400);
    EXPECT_EQ(post("/knowledge/errors", {{"before", 5}, {"after", ""}}).status, 422);
    EXPECT_EQ(post("/knowledge/errors", {{"error", "E0382"}}).status, 400) << "a lesson needs a solution";
    EXPECT_EQ(post("/knowledge/errors", {{"error", "e"}, {"solution", "s"}, {"source", std::string(200, 'x')}}).status,
              422);
}

TEST_F(KnowledgeRest, searching_goes_on_while_all_workers_compile) {
    server::ServerOptions options;
    options.jobs.workers = 1;
    open(options);
    add_lesson("slow compilers", "Wait.");
    std::thread busy([&] { post("/knowledge/errors", {{"before", code("BROKEN HANG")}, {"after", code("")}}); });
    ASSERT_TRUE(eventually([&] { return fake->running == 1; }));
    EXPECT_EQ(parse(get("/knowledge/search?q=compilers")).at("count"), 1);
    EXPECT_EQ(get("/knowledge/stats").status, 200);
    fake->go_on = true;
    busy.join();
}

TEST_F(KnowledgeRest, stats_have_every_kind_and_the_background) {
    open();
    add_lesson("a", "b");
    const auto o = parse(get("/knowledge/stats"));
    EXPECT_EQ(keys(o.at("entries").as_object()),
              (std::vector<std::string>{"lesson", "fix", "project", "passage", "all"}));
    EXPECT_EQ(o.at("entries").at("all"), 1);
    EXPECT_EQ(o.at("sources").at("user"), 1);
    EXPECT_EQ(o.at("growth").as_object().size(), 1u);
    EXPECT_EQ(o.at("background").at("phase"), "waiting");
    EXPECT_GE(fake->background_starts, 1);
}

TEST_F(KnowledgeRest, a_snapshot_goes_to_another_server_once) {
    open();
    add_lesson("error[E0499]: two mutable borrows", "End the first one.");
    const auto file = get("/knowledge/snapshot");
    ASSERT_EQ(file.status, 200);
    EXPECT_EQ(file.headers.get("Content-Type"), "application/gzip");
    EXPECT_EQ(file.headers.get("X-Entries"), "1");
    EXPECT_EQ(get("/knowledge/snapshot?kind=poem").status, 400);
    running.reset();
    folder = base::TempDir::create("knowledge-rest");
    open();
    const std::vector<std::pair<std::string, std::string>> gzip = {{"Content-Type", "application/gzip"}};
    EXPECT_EQ(fetch(port, "POST", "/knowledge/snapshot", file.body, gzip).status, 200);
    EXPECT_EQ(parse(get("/knowledge/search?q=mutable+borrows")).at("count"), 1);
    const auto again = parse(fetch(port, "POST", "/knowledge/snapshot", file.body, gzip));
    EXPECT_EQ(again.at("fresh"), 0);
    auto damaged = file.body;
    damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 1);
    const auto refused = fetch(port, "POST", "/knowledge/snapshot", damaged, gzip);
    EXPECT_EQ(refused.status, 400) << refused.body;
    EXPECT_EQ(fetch(port, "POST", "/knowledge/snapshot", file.body, {{"Content-Type", "application/json"}}).status,
              415);
}

TEST_F(KnowledgeRest, the_key_is_asked_for_and_without_a_base_it_is_said) {
    server::ServerOptions options;
    options.api_key = "secret";
    start(options);
    EXPECT_EQ(get("/knowledge/stats").status, 401);
    EXPECT_EQ(get("/knowledge/search?q=x").status, 401);
    const std::vector<std::pair<std::string, std::string>> key = {{"Authorization", "Bearer secret"}};
    const auto r = get("/knowledge/stats", key);
    EXPECT_EQ(r.status, 503);
    EXPECT_NE(parse(r).at("detail").as_string().find("RUSTCODER_KNOWLEDGE"), std::string::npos);
    EXPECT_EQ(post("/knowledge/errors", {{"error", "e"}, {"solution", "s"}}, key).status, 503);
    EXPECT_EQ(post("/compile", {{"code", code("")}}, key).status, 200) << "all else works";
}

TEST_F(KnowledgeRest, explanations_bring_the_lessons_of_the_code) {
    open();
    const auto id = add_lesson("error[E0382]: use of moved value: `v`", "Borrow it instead.");
    add_lesson("error[E0308]: mismatched types", "Convert.");
    const auto o = parse(post("/knowledge/explain", {{"error", "error[E0382]: borrow of moved value: `list`\n"
                                                               " --> src/main.rs:3:5\n  |\n3 |     list.len();\n"
                                                               "  |     ^^^^ value borrowed here after move\n"}}));
    EXPECT_EQ(o.at("code"), "E0382");
    EXPECT_EQ(o.at("message"), "error[E0382]: borrow of moved value: `list`");
    ASSERT_GE(o.at("lessons").as_array().size(), 1u);
    EXPECT_EQ(o.at("lessons").at(0).at("id").as_string(), id);
    EXPECT_EQ(post("/knowledge/explain", json::object()).status, 400);
}

// --- MCP

/// A conversation without a transport.
struct KnowledgeMcp : testing::Test {
    struct Reply final : server::McpReply {
        std::latch done{1};
        json::object response;
        void notify(const json::object&) override {}
        void finish(json::object r, int) override {
            response = std::move(r);
            done.count_down();
        }
        void drop() override { done.count_down(); }
    };
    std::shared_ptr<FakeUseCases> fake = std::make_shared<FakeUseCases>();
    Result<base::TempDir> folder = base::TempDir::create("knowledge-mcp");
    server::Timers timers;
    server::JobStore jobs{fake, timers, {.workers = 2}};
    server::Front desk{2};
    std::shared_ptr<server::McpConversation> conversation =
        std::make_shared<server::McpConversation>(server::McpServices{jobs, timers, *fake, desk});

    void open() {
        agent::KnowledgeOptions o;
        o.file = folder->path() / "knowledge.db";
        fake->base = std::make_shared<agent::Knowledge>(o);
    }
    void TearDown() override {
        fake->go_on = true;
        desk.stop();
        jobs.shutdown(0ms);
        timers.stop();
    }
    json::object call(std::string_view tool, json::object arguments) {
        static int id = 0;
        auto reply = std::make_shared<Reply>();
        conversation->handle(
            server::classify(json::object{{"jsonrpc", "2.0"},
                                          {"id", ++id},
                                          {"method", "tools/call"},
                                          {"params", json::object{{"name", tool}, {"arguments", arguments}}}}),
            reply);
        reply->done.wait();
        const auto* result = base::get_object(reply->response, "result");
        EXPECT_TRUE(result) << base::dump(reply->response);
        return result ? *result : json::object();
    }
    static std::string text(const json::object& result) {
        return std::string(result.at("content").at(0).at("text").as_string());
    }
};

TEST_F(KnowledgeMcp, a_lesson_is_taught_and_found) {
    open();
    auto r = call("add_fix", {{"error", "error[E0502]: cannot borrow `v` as mutable"},
                              {"solution", "Copy what the loop needs first."},
                              {"source", "model"}});
    EXPECT_EQ(r.at("isError"), false) << base::dump(r);
    const auto id = std::string(r.at("structuredContent").at("id").as_string());
    r = call("search_knowledge", {{"query", "borrow mutable"}});
    EXPECT_EQ(r.at("isError"), false);
    EXPECT_EQ(r.at("structuredContent").at("hits").at(0).at("id").as_string(), id);
    EXPECT_EQ(r.at("structuredContent").at("hits").at(0).at("source"), "agent:model");
    EXPECT_NE(text(r).find("E0502"), std::string::npos);
    r = call("explain_error", {{"error", "E0502"}});
    EXPECT_EQ(r.at("structuredContent").at("code"), "E0502");
    EXPECT_NE(text(r).find("cannot borrow"), std::string::npos);
    r = call("knowledge_stats", {});
    EXPECT_EQ(r.at("structuredContent").at("entries").at("lesson"), 1);
    EXPECT_NE(text(r).find("1 entries: 1 lesson"), std::string::npos) << text(r);
}

TEST_F(KnowledgeMcp, a_repair_goes_through_the_compiler) {
    open();
    auto r = call("add_fix", {{"before", ServerFixture::code("BROKEN")}, {"after", ServerFixture::code("")}});
    EXPECT_EQ(r.at("isError"), false) << base::dump(r);
    EXPECT_EQ(r.at("structuredContent").at("status"), "done");
    EXPECT_EQ(r.at("structuredContent").at("fresh"), 1);
    EXPECT_NE(text(r).find("Learned 1 new"), std::string::npos) << text(r);
    r = call("add_fix", {{"before", ServerFixture::code("")}, {"after", ServerFixture::code("")}});
    EXPECT_EQ(r.at("isError"), true);
    EXPECT_NE(text(r).find("compiles already"), std::string::npos);
}

TEST_F(KnowledgeMcp, wrong_arguments_are_told_how_to_do_it) {
    open();
    const std::pair<const char*, json::object> wrong[] = {
        {"search_knowledge", {}},
        {"search_knowledge", {{"query", 5}}},
        {"search_knowledge", {{"query", "x"}, {"kind", "poem"}}},
        {"search_knowledge", {{"query", "x"}, {"limit", -1}}},
        {"explain_error", {}},
        {"explain_error", {{"error", "  "}}},
        {"explain_error", {{"error", "E0382"}, {"limit", "all"}}},
        {"add_fix", {}},
        {"add_fix", {{"error", "E0382"}}},
        {"add_fix", {{"before", "fn main() {}"}}},
        {"add_fix", {{"before", 1}, {"after", 2}}},
        {"add_fix", {{"error", "e"}, {"solution", "s"}, {"source", "line\nbreak"}}},
    };
    for (const auto& [tool, arguments] : wrong) {
        const auto r = call(tool, arguments);
        EXPECT_EQ(r.at("isError"), true) << tool << " " << base::dump(arguments);
        EXPECT_NE(text(r).find('\''), std::string::npos) << "no field is named: " << text(r);
    }
}

TEST_F(KnowledgeMcp, without_a_base_the_tools_say_so) {
    for (const char* tool : {"search_knowledge", "explain_error", "knowledge_stats"}) {
        const auto r = call(tool, {{"query", "x"}, {"error", "E0382"}});
        EXPECT_EQ(r.at("isError"), true) << tool;
        EXPECT_NE(text(r).find("RUSTCODER_KNOWLEDGE"), std::string::npos);
    }
}

TEST(Front, runs_in_order_refuses_when_full_and_drops_what_waits_at_the_end) {
    server::Front front(1, 2);
    std::latch started(1), go_on(1);
    std::vector<int> order;
    ASSERT_TRUE(front.post([&] {
        started.count_down();
        go_on.wait();
        order.push_back(1);
    }));
    started.wait();
    EXPECT_TRUE(front.post([&] { order.push_back(2); }));
    EXPECT_TRUE(front.post([&] { order.push_back(3); }));
    EXPECT_FALSE(front.post([&] { order.push_back(4); }));
    go_on.count_down();
    ASSERT_TRUE(eventually([&] {
        std::latch seen(1);
        return front.post([&] { seen.count_down(); }) && (seen.wait(), true);
    }));
    EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
    front.stop();
    EXPECT_FALSE(front.post([] {}));
}

} // namespace
} // namespace rustcoder::test
