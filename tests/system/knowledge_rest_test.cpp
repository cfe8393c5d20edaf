// The knowledge base of `rustcoder serve`: the real server, compiler and explanations.
#include "program.h"
#include "unit/net/blocking_client.h"

#include <thread>

namespace rustcoder::test {
namespace {

namespace json = base::json;

struct KnowledgeServed : OwnFolder {
    std::unique_ptr<Program> server;
    int port = 0;

    void serve(std::vector<std::string> more = {}) {
        std::vector<std::string> arguments{"serve", "--port", "0"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const auto log = at("serve.log");
        server = std::make_unique<Program>(arguments, variables, "", log);
        for (int i = 0; i < 500 && port == 0; ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            const auto text = base::read_file(log).value_or("");
            if (const auto at = text.find("http://127.0.0.1:"); at != std::string::npos)
                port = std::atoi(text.c_str() + at + 17);
        }
        ASSERT_NE(port, 0) << base::read_file(log).value_or("");
    }
    void stop() {
        server->signal(SIGTERM);
        EXPECT_EQ(server->end(std::chrono::seconds(30)).status, 0);
        port = 0;
    }
    json::object get(const std::string& path, int status = 200) const {
        return parse(fetch(port, "GET", path), status);
    }
    json::object post(const std::string& path, const json::object& body, int status = 200) const {
        return parse(fetch(port, "POST", path, base::dump(body)), status);
    }
    static json::object parse(const Reply& r, int status) {
        EXPECT_EQ(r.status, status) << r.body;
        auto v = base::parse_json(r.body);
        EXPECT_TRUE(v && v->is_object()) << r.body;
        return v && v->is_object() ? v->get_object() : json::object();
    }
    std::int64_t entries(const char* kind) const {
        return get("/knowledge/stats").at("entries").at(kind).to_number<std::int64_t>();
    }
};

const json::object before{{"src/main.rs", "fn main() {\n    let words = vec![1, 2];\n    let n: u64 = words.len();\n"
                                          "    println!(\"{n}\");\n}\n"},
                          {"Cargo.toml", "[package]\nname = \"p\"\nversion = \"0.1.0\"\nedition = \"2021\"\n"}};

TEST_F(KnowledgeServed, what_one_request_taught_is_there_for_the_next_and_after_a_restart) {
    serve({"--no-seed"});
    json::object after = before;
    std::string text(after.at("src/main.rs").as_string());
    text.replace(text.find("words.len()"), 11, "words.len() as u64");
    after["src/main.rs"] = text;
    const auto learned = post("/knowledge/errors", {{"before", before}, {"after", after}, {"source", "rest"}});
    EXPECT_GE(learned.at("fresh").to_number<int>(), 1) << base::dump(learned);
    EXPECT_EQ(post("/knowledge/errors", {{"before", after}, {"after", after}}, 400).at("status"), 400);
    EXPECT_EQ(post("/knowledge/errors", {{"before", before}, {"after", before}}, 400).at("status"), 400);
    const auto fixed = post("/compile-and-fix", {{"files", before}, {"description", "counts"}});
    EXPECT_EQ(fixed.at("success"), true) << base::dump(fixed);
    const auto explained = post("/knowledge/explain", {{"error", "E0308"}});
    EXPECT_GE(explained.at("fixes").as_array().size(), 1u);
    EXPECT_NE(explained.at("explanation").as_string().find("Expected type"), std::string::npos)
        << "asked of the compiler when it was not seeded";
    const auto fixes = entries("fix");
    EXPECT_GE(fixes, 1);
    stop();
    serve({"--no-seed"});
    EXPECT_EQ(entries("fix"), fixes);
    stop();
}

TEST_F(KnowledgeServed, the_first_start_seeds_beside_the_requests_and_stopping_interrupts_it) {
    serve();
    // From the first moment on everything answers.
    EXPECT_EQ(get("/readyz").at("checks").at("knowledge").at("ok"), true);
    EXPECT_EQ(post("/compile", {{"files", json::object{{"src/main.rs", "fn main() { println!(\"hi\"); }\n"},
                                                       {"Cargo.toml", before.at("Cargo.toml")}}}})
                  .at("run_output"),
              "hi\n");
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(120);
    while (entries("lesson") < 100 && std::chrono::steady_clock::now() < until)
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
    EXPECT_GE(entries("lesson"), 100);
    const auto before_stop = std::chrono::steady_clock::now();
    stop();
    EXPECT_LT(std::chrono::steady_clock::now() - before_stop, std::chrono::seconds(10));
    EXPECT_EQ(rustcoder({"knowledge", "verify"}).status, 0);
}

TEST_F(KnowledgeServed, switched_off_it_says_so_and_the_rest_works) {
    variables["RUSTCODER_KNOWLEDGE"] = "off";
    serve();
    EXPECT_EQ(get("/knowledge/stats", 503).at("status"), 503);
    EXPECT_EQ(get("/readyz").at("checks").at("knowledge").at("detail"), "off");
    EXPECT_EQ(post("/compile-and-fix", {{"files", before}, {"description", "counts"}}).at("success"), true);
    stop();
}

} // namespace
} // namespace rustcoder::test
