// rustcoder watch with the real compiler: sees changes as editors make them, offers repairs, learns from the author's.
#include "program.h"

#include <thread>

namespace rustcoder::test {
namespace {

namespace json = base::json;
namespace fs = std::filesystem;

constexpr const char* sound =
    "fn main() {\n    let words: Vec<&str> = vec![\"a\"];\n    println!(\"{}\", words.len());\n}\n";
constexpr const char* broken = "fn main() {\n    let words: Vec<&str> = vec![\"a\"];\n    let n: u64 = words.len();\n"
                               "    println!(\"{}\", n);\n}\n";
constexpr const char* repaired =
    "fn main() {\n    let words: Vec<&str> = vec![\"a\"];\n    let n: u64 = words.len() as u64;\n"
    "    println!(\"{}\", n);\n}\n";

struct WatchSystem : OwnFolder {
    /// The next event of that kind; what comes between is passed over.
    static json::object event(Program& p, std::string_view wanted,
                              std::chrono::seconds within = std::chrono::seconds(60)) {
        const auto until = std::chrono::steady_clock::now() + within;
        while (std::chrono::steady_clock::now() < until) {
            const auto line = p.line(within);
            if (!line)
                break;
            auto v = base::parse_json(*line);
            EXPECT_TRUE(v && v->is_object()) << *line;
            if (v && v->is_object() && base::get_string(v->get_object(), "event") == wanted)
                return v->get_object();
        }
        ADD_FAILURE() << "no event " << wanted;
        return {};
    }
    /// As editors save: a new file takes the place of the old one.
    void save(const std::string& path, const std::string& text) const {
        put(path + ".new~", text);
        fs::rename(at(path + ".new~"), at(path));
    }
};

TEST_F(WatchSystem, tells_what_changed_offers_a_repair_and_learns_from_the_authors) {
    const auto path = project("p", sound);
    Program watch({"watch", path, "--json"}, variables);
    EXPECT_EQ(event(watch, "watching").at("files"), 2);
    EXPECT_EQ(event(watch, "checked").at("ok"), true);
    save("p/src/main.rs", broken);
    auto checked = event(watch, "checked");
    EXPECT_EQ(checked.at("ok"), false);
    EXPECT_EQ(checked.at("errors"), 1);
    EXPECT_EQ(checked.at("diagnostics").at(0).at("code"), "E0308");
    const auto fix = event(watch, "fix");
    EXPECT_EQ(fix.at("verdict"), "fixed") << base::dump(fix);
    EXPECT_NE(fix.at("diff").as_string().find("+++ b/src/main.rs"), std::string::npos);
    EXPECT_EQ(fix.at("command").as_string(), "rustcoder fix " + path + " --write");
    EXPECT_EQ(base::read_file(at("p/src/main.rs")).value_or(""), broken) << "nothing is written";
    save("p/src/main.rs", repaired);
    EXPECT_EQ(event(watch, "checked").at("ok"), true);
    const auto learned = event(watch, "learned");
    EXPECT_GE(learned.at("ids").as_array().size(), 1u) << base::dump(learned);
    watch.signal(SIGINT);
    const auto end = watch.end(std::chrono::seconds(10));
    EXPECT_EQ(end.status, 0) << end.err;
    EXPECT_NE(end.out.find("\"stopped\""), std::string::npos) << end.out;
    const auto stats = rustcoder({"knowledge", "stats", "--json"}).json();
    EXPECT_GE(stats.at("sources").at("watch").to_number<int>(), 1) << base::dump(stats);
}

TEST_F(WatchSystem, builds_beside_it_and_swap_files_cause_no_check) {
    const auto path = project("p", sound);
    Program watch({"watch", path, "--json", "--no-learn", "--no-fix"}, variables);
    event(watch, "checked");
    put("p/target/CACHEDIR.TAG", "");
    put("p/target/debug/x.rs", "fn x() {}\n");
    put("p/src/.main.rs.swp", "x");
    put("p/src/main.rs", sound); // written anew with the same content
    EXPECT_FALSE(watch.line(std::chrono::milliseconds(1'500)));
    put("p/src/main.rs", broken);
    EXPECT_EQ(event(watch, "checked").at("ok"), false);
    watch.signal(SIGTERM);
    EXPECT_EQ(watch.end(std::chrono::seconds(10)).status, 0);
    EXPECT_FALSE(fs::exists(variables["RUSTCODER_KNOWLEDGE"])) << "nothing was to be learned";
}

TEST_F(WatchSystem, a_newer_state_takes_over_and_ctrl_c_ends_a_search) {
    const auto path = project("p", sound);
    Program watch({"watch", path, "--json"}, variables);
    event(watch, "checked");
    std::string hopeless = "fn main() {\n";
    for (int i = 0; i < 12; ++i)
        hopeless +=
            "    let a" + std::to_string(i) + ": Deep" + std::to_string(i) + " = ask(everything, 1.5 + \"x\");\n";
    save("p/src/main.rs", hopeless + "}\n");
    event(watch, "searching");
    save("p/src/main.rs", sound);
    auto next = event(watch, "checked");
    EXPECT_EQ(next.at("ok"), true) << base::dump(next);
    save("p/src/main.rs", hopeless + "    // once more\n}\n");
    event(watch, "searching");
    const auto before = std::chrono::steady_clock::now();
    watch.signal(SIGINT);
    EXPECT_EQ(watch.end(std::chrono::seconds(20)).status, 0);
    EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(8));
}

TEST_F(WatchSystem, people_read_a_short_report) {
    const auto file = put("one.rs", "fn main() {\n    println!(\"hello\";\n}\n");
    Program watch({"watch", file, "--no-learn"}, variables);
    std::string text;
    while (text.find("apply it with") == std::string::npos) {
        const auto line = watch.line();
        ASSERT_TRUE(line) << text;
        text += *line + "\n";
    }
    EXPECT_NE(text.find("1 error"), std::string::npos) << text;
    EXPECT_NE(text.find("a repair is ready"), std::string::npos) << text;
    EXPECT_NE(text.find("+    println!(\"hello\");"), std::string::npos) << text;
    EXPECT_NE(text.find("rustcoder fix " + file + " --write"), std::string::npos) << text;
    watch.signal(SIGINT);
    EXPECT_EQ(watch.end(std::chrono::seconds(10)).status, 0);
    EXPECT_EQ(rustcoder({"watch", at("nothing")}).status, 2);
    EXPECT_EQ(rustcoder({"watch", "-"}).status, 2);
}

} // namespace
} // namespace rustcoder::test
