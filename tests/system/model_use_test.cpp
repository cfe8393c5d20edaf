// A configured model as people and programs meet it: what `fix` says and sends, what is learned, doctor, REST.
#include "support/scripted_model.h"
#include "system/program.h"
#include "unit/net/blocking_client.h"

namespace rustcoder {
namespace {

const std::string program = "use std::collections::HashMap;\n"
                            "\n"
                            "fn histogram(text: &str) -> HashMap<char, usize> {\n"
                            "    let mut counts = HashMap::new();\n"
                            "    for c in text.chars() {\n"
                            "        counts.tally(c);\n"
                            "    }\n"
                            "    counts\n"
                            "}\n"
                            "\n"
                            "fn main() {\n"
                            "    println!(\"{}\", histogram(\"hello\")[&'l']);\n"
                            "}\n";
const std::string easy = "fn main() {\n    let total = 0;\n    total += 1;\n    println!(\"{total}\");\n}\n";
const std::string right = "src/main.rs\n<<<<<<< SEARCH\n        counts.tally(c);\n=======\n"
                          "        *counts.entry(c).or_insert(0) += 1;\n>>>>>>> REPLACE\n";

struct ModelUseTest : test::OwnFolder {
    test::ScriptedModel server;
    std::string path;

    void SetUp() override {
        OwnFolder::SetUp();
        path = project("p", program);
        variables["LLM_API_BASE"] = server.base();
        variables["LLM_MODEL"] = "scripted";
        server.otherwise([](const net::HttpRequest&) { return test::streamed({right}); });
    }
};

TEST_F(ModelUseTest, fix_says_which_edit_is_the_models_and_what_was_asked) {
    const auto end = rustcoder({"fix", path, "--samples", "2"});
    EXPECT_EQ(end.status, 0) << end.out << end.err;
    for (const auto* part :
         {"model: scripted at http", "2 requests", "1 of 1 edits is its own, verified", "rule model"})
        EXPECT_NE(end.out.find(part), std::string::npos) << part << "\n" << end.out;
    const auto record = rustcoder({"fix", path, "--json", "--samples", "1"}).json();
    const auto* model = base::get_object(record, "model");
    ASSERT_TRUE(model);
    EXPECT_EQ(base::get_int(*model, "requests"), 1);
    EXPECT_EQ(base::get_int(*model, "prompt_tokens"), 11);
    EXPECT_EQ(base::get_array(*model, "edits")->size(), 1u);
}

TEST_F(ModelUseTest, what_the_engine_repairs_alone_and_what_may_not_change_asks_nobody) {
    const auto own = project("own", easy);
    EXPECT_EQ(rustcoder({"fix", own}).status, 0);
    EXPECT_EQ(rustcoder({"fix", path, "--no-model"}).status, 1);
    EXPECT_EQ(rustcoder({"fix", path, "--strict"}).status, 1); // nobody can say what a model's edit changes
    EXPECT_EQ(rustcoder({"fix", path, "--compiler-only"}).status, 1);
    EXPECT_EQ(rustcoder({"compile", path}).status, 1);
    EXPECT_TRUE(server.requests().empty());
}

TEST_F(ModelUseTest, a_verified_edit_is_learned_as_the_models_and_nobody_is_asked_again) {
    const auto vowels =
        project("vowels", "fn main() {\n"
                          "    let n = \"education\".chars().sift(|c| \"aeiou\".contains(*c)).count();\n"
                          "    println!(\"{n}\");\n"
                          "}\n");
    server.otherwise([](const net::HttpRequest&) {
        return test::streamed({"src/main.rs\n<<<<<<< SEARCH\n.sift(\n=======\n.filter(\n>>>>>>> REPLACE\n"});
    });
    EXPECT_EQ(rustcoder({"fix", vowels, "--samples", "1"}).status, 0);
    EXPECT_EQ(server.requests().size(), 1u);
    const auto stats = rustcoder({"knowledge", "stats"});
    EXPECT_NE(stats.out.find("model:scripted"), std::string::npos) << stats.out << stats.err;
    EXPECT_EQ(rustcoder({"fix", vowels}).status, 0);
    EXPECT_EQ(server.requests().size(), 1u);
}

TEST_F(ModelUseTest, doctor_tells_and_asks_only_when_asked_to) {
    EXPECT_NE(rustcoder({"doctor"}).out.find("scripted at http"), std::string::npos);
    EXPECT_TRUE(server.requests().empty());
    EXPECT_NE(rustcoder({"doctor", "--ask-model"}).out.find("answers as scripted"), std::string::npos);
    EXPECT_EQ(server.requests().size(), 1u);
    server.otherwise(
        [](const net::HttpRequest&) { return test::Act{.status = 401, .body = R"({"error":{"message":"bad key"}})"}; });
    const auto end = rustcoder({"doctor", "--ask-model"});
    EXPECT_NE(end.out.find("bad key"), std::string::npos) << end.out;
    EXPECT_EQ(end.status, 3);
    variables["LLM_API_BASE"] = "";
    EXPECT_NE(rustcoder({"doctor"}).out.find("none: repairs are made without one"), std::string::npos);
}

TEST_F(ModelUseTest, rest_has_it_too) {
    test::Program serve({"serve", "--port", "0", "--no-seed"}, variables, "", at("log"));
    std::string log;
    for (int i = 0; i < 200 && log.find("listens on ") == std::string::npos; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        log = base::read_file(at("log")).value_or("");
    }
    const auto mark = log.find("127.0.0.1:");
    ASSERT_NE(mark, std::string::npos) << log;
    const int port = std::atoi(log.c_str() + mark + 10);
    const auto code = "[filename: Cargo.toml]\n[package]\nname = \"p\"\nversion = \"0.1.0\"\nedition = \"2021\"\n"
                      "[filename: src/main.rs]\n" +
                      program;
    const base::json::object body{{"code", code}, {"description", "counts letters"}, {"max_attempts", 5}};
    const auto reply = test::fetch(port, "POST", "/compile-and-fix", base::dump(body));
    EXPECT_EQ(reply.status, 200) << reply.body;
    EXPECT_NE(reply.body.find("or_insert(0) += 1"), std::string::npos) << reply.body;
    const auto asked = server.requests().size();
    EXPECT_GE(asked, 1u);
    EXPECT_NE(server.requests()[0].body.find("counts letters"), std::string::npos);
}

TEST_F(ModelUseTest, a_wrong_setting_stops_the_server_at_once) {
    variables["LLM_CONTEXT"] = "many";
    const auto end = rustcoder({"serve", "--port", "0"});
    EXPECT_EQ(end.status, 2);
    EXPECT_NE(end.err.find("LLM_CONTEXT is 'many'"), std::string::npos) << end.err;
}

} // namespace
} // namespace rustcoder
