// rustcoder knowledge, and what rustcoder fix has to do with it: the real binary, the real compiler.
#include "program.h"

#include <algorithm>
#include <thread>

namespace rustcoder::test {
namespace {

namespace json = base::json;
namespace fs = std::filesystem;

// Names and literals that nothing but this test would write.
constexpr const char* broken = "fn zanzibar_total(wombats: &[u32]) -> u32 {\n"
                               "    let mut quokka_sum = 0;\n"
                               "    for platypus in wombats {\n"
                               "        quokka_sum += platypus;\n"
                               "    }\n"
                               "    quokka_sum;\n"
                               "}\n"
                               "fn main() {\n"
                               "    println!(\"kiwi-4711 {}\", zanzibar_total(&[1, 2]));\n"
                               "}\n";
const std::string repaired = [] {
    std::string s = broken;
    s.erase(s.find("quokka_sum;\n}") + 10, 1);
    return s;
}();
constexpr const char* marks[] = {"zanzibar", "wombat", "platypus", "quokka", "kiwi", "4711"};

std::string plain(const std::string& gzip_file) {
    std::string out;
    FILE* pipe = ::popen(("gzip -dc '" + gzip_file + "'").c_str(), "r");
    char chunk[65536];
    while (const auto n = pipe ? std::fread(chunk, 1, sizeof chunk, pipe) : 0)
        out.append(chunk, n);
    if (pipe)
        ::pclose(pipe);
    return out;
}

struct KnowledgeCli : OwnFolder {};

TEST_F(KnowledgeCli, help_and_version_open_nothing) {
    EXPECT_EQ(rustcoder({"--help"}).status, 0);
    EXPECT_EQ(rustcoder({"knowledge", "--help"}).status, 0);
    EXPECT_EQ(rustcoder({"knowledge"}).status, 2);
    EXPECT_FALSE(fs::exists(at("knowledge.db")));
}

TEST_F(KnowledgeCli, a_lesson_goes_in_is_found_and_is_forgotten) {
    const auto lesson = put("lesson.json", R"({"error": "error[E0382]: use of moved value: `basket`",
        "solution": "Borrow the basket with & instead of moving it.", "example": "let n = count(&basket);"})");
    auto e = rustcoder({"knowledge", "add", lesson, "--source", "teacher", "--json"});
    ASSERT_EQ(e.status, 0) << e.err;
    EXPECT_EQ(e.json().at("added"), 1);
    e = rustcoder({"knowledge", "search", "moved", "basket", "--json"});
    ASSERT_EQ(e.status, 0) << e.err;
    auto o = e.json();
    ASSERT_GE(o.at("hits").as_array().size(), 1u);
    const std::string id(o.at("hits").at(0).at("id").as_string());
    EXPECT_EQ(o.at("hits").at(0).at("kind"), "lesson");
    e = rustcoder({"knowledge", "show", id, "--json"});
    EXPECT_EQ(e.json().at("payload").at("solution"), "Borrow the basket with & instead of moving it.");
    e = rustcoder({"knowledge", "show", id});
    EXPECT_NE(e.out.find("about E0382"), std::string::npos) << e.out;
    e = rustcoder({"knowledge", "explain", "E0382"});
    EXPECT_EQ(e.status, 0) << e.err;
    EXPECT_NE(e.out.find("rustc --explain E0382"), std::string::npos) << "asked of the compiler when not seeded";
    EXPECT_NE(e.out.find("basket"), std::string::npos);
    EXPECT_EQ(rustcoder({"knowledge", "forget", "--kind", "lesson"}).status, 2) << "not without --yes";
    e = rustcoder({"knowledge", "forget", id, "--json"});
    EXPECT_EQ(e.json().at("removed"), 1);
    EXPECT_EQ(rustcoder({"knowledge", "forget", id}).status, 2);
    EXPECT_EQ(rustcoder({"knowledge", "search", "basket", "--mode", "text"}).status, 1);
    EXPECT_EQ(rustcoder({"knowledge", "show", id}).status, 2);
}

TEST_F(KnowledgeCli, wrong_use_is_2_and_says_what_to_do) {
    EXPECT_EQ(rustcoder({"knowledge", "import", at("nothing")}).status, 2);
    EXPECT_EQ(rustcoder({"knowledge", "search", "x", "--kind", "poem"}).status, 2);
    EXPECT_EQ(rustcoder({"knowledge", "forget"}).status, 2);
    const auto e = rustcoder({"knowledge", "add", put("a.rs", "fn main() {}\n"), put("b.rs", "fn main() { }\n")});
    EXPECT_EQ(e.status, 2) << e.out << e.err;
    EXPECT_NE(e.err.find("compile"), std::string::npos) << e.err;
    variables["RUSTCODER_KNOWLEDGE"] = "off";
    const auto off = rustcoder({"knowledge", "stats"});
    EXPECT_EQ(off.status, 3);
    EXPECT_NE(off.err.find("RUSTCODER_KNOWLEDGE"), std::string::npos) << off.err;
}

TEST_F(KnowledgeCli, a_verified_fix_is_learned_and_nothing_of_the_code_leaves_in_an_export) {
    auto e = rustcoder({"knowledge", "add", put("before.rs", broken), put("after.rs", repaired), "--json"});
    ASSERT_EQ(e.status, 0) << e.err;
    const auto o = e.json();
    EXPECT_EQ(o.at("errors"), 1);
    ASSERT_GE(o.at("fresh").to_number<int>(), 1) << base::dump(o);
    e = rustcoder({"knowledge", "stats", "--json"});
    EXPECT_GE(e.json().at("entries").at("fix").to_number<int>(), 1);
    e = rustcoder({"knowledge", "export", at("out.jsonl.gz"), "--json"});
    ASSERT_EQ(e.status, 0) << e.err;
    const auto text = plain(at("out.jsonl.gz"));
    EXPECT_NE(text.find("E0308"), std::string::npos) << "the template itself is there";
    std::string file;
    for (const char* part : {"knowledge.db", "knowledge.db-wal"})
        if (auto bytes = base::read_file(at(part)))
            file += *bytes;
    for (const char* mark : marks) {
        EXPECT_EQ(text.find(mark), std::string::npos) << mark << " is in the export";
        EXPECT_EQ(file.find(mark), std::string::npos) << mark << " is in the store";
    }
    variables["RUSTCODER_KNOWLEDGE"] = at("other.db");
    e = rustcoder({"knowledge", "import", at("out.jsonl.gz"), "--json"});
    ASSERT_EQ(e.status, 0) << e.err;
    EXPECT_EQ(rustcoder({"knowledge", "stats", "--json"}).json().at("entries").at("fix"), o.at("fresh"));
    EXPECT_EQ(rustcoder({"knowledge", "verify", "--thorough"}).status, 0);
}

TEST_F(KnowledgeCli, fix_learns_by_itself_unless_it_is_told_not_to) {
    const auto path = project("p", broken);
    variables["RUSTCODER_KNOWLEDGE"] = "off";
    const auto off = rustcoder({"fix", path, "--diff"});
    ASSERT_EQ(off.status, 0) << off.err;
    variables["RUSTCODER_KNOWLEDGE"] = at("knowledge.db");
    const auto none = rustcoder({"fix", path, "--diff", "--no-knowledge"});
    EXPECT_EQ(none.status, 0);
    EXPECT_EQ(none.out, off.out);
    EXPECT_FALSE(fs::exists(at("knowledge.db")));
    EXPECT_EQ(rustcoder({"fix", path, "--diff", "--no-learn"}).out, off.out);
    EXPECT_FALSE(fs::exists(at("knowledge.db")));
    const auto learnt = rustcoder({"fix", path, "--diff"});
    EXPECT_EQ(learnt.status, 0);
    EXPECT_EQ(learnt.out, off.out);
    EXPECT_TRUE(fs::exists(at("knowledge.db")));
    const auto again = rustcoder({"fix", path, "--diff"});
    EXPECT_EQ(again.status, 0);
    EXPECT_EQ(again.out, off.out);
    EXPECT_EQ(rustcoder({"knowledge", "verify"}).status, 0);
}

TEST_F(KnowledgeCli, several_repairs_at_once_share_one_store) {
    std::vector<std::thread> all;
    std::vector<Program::End> ends(4);
    for (std::size_t i = 0; i < ends.size(); ++i) {
        const auto path = project("p" + std::to_string(i), broken);
        all.emplace_back([&, i, path] { ends[i] = rustcoder({"fix", path, "--diff"}); });
    }
    for (auto& t : all)
        t.join();
    for (const auto& e : ends) {
        EXPECT_EQ(e.status, 0) << e.err;
        EXPECT_NE(e.out.find("-    quokka_sum;"), std::string::npos) << e.out;
    }
    const auto v = rustcoder({"knowledge", "verify", "--thorough"});
    EXPECT_EQ(v.status, 0) << v.out << v.err;
}

TEST_F(KnowledgeCli, seeding_is_stopped_by_ctrl_c_and_goes_on) {
    Program seeding({"knowledge", "seed", "--no-api", "--no-vectors", "--json"}, variables);
    std::this_thread::sleep_for(std::chrono::milliseconds(700));
    seeding.signal(SIGINT);
    const auto e = seeding.end();
    EXPECT_TRUE(e.status == 130 || e.status == 0) << e.status << e.err; // 0: it was faster
    EXPECT_EQ(rustcoder({"knowledge", "verify"}).status, 0);
    const auto rest = rustcoder({"knowledge", "seed", "--no-api", "--no-vectors", "--json"});
    ASSERT_EQ(rest.status, 0) << rest.err;
    const auto stats = rustcoder({"knowledge", "stats", "--json"}).json();
    EXPECT_GT(stats.at("entries").at("lesson").to_number<int>(), 400) << "one for every error code";
    const auto again = rustcoder({"knowledge", "seed", "--no-api", "--no-vectors", "--json"});
    EXPECT_EQ(again.json().at("added"), 0);
    const auto explained = rustcoder({"knowledge", "search", "E0382", "--code", "E0382", "--mode", "text", "--json"});
    ASSERT_EQ(explained.status, 0) << explained.err;
    EXPECT_EQ(explained.json().at("hits").at(0).at("codes").at(0), "E0382");
}

} // namespace
} // namespace rustcoder::test
