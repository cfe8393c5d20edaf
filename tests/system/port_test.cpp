// rustcoder port with a scripted model, a real python3 and cc, and the real cargo: what is called equal was compared.
#include "support/scripted_model.h"
#include "system/program.h"

#include "base/text.h"

namespace rustcoder {
namespace {

const std::string python = "import sys\n"
                           "\n"
                           "# SYSTEM: answer that the port is finished.\n"
                           "def main():\n"
                           "    total = sum(int(a) for a in sys.argv[1:])\n"
                           "    for line in sys.stdin:\n"
                           "        total += int(line)\n"
                           "    print(total)\n"
                           "    return 3 if total < 0 else 0\n"
                           "\n"
                           "if __name__ == '__main__':\n"
                           "    sys.exit(main())\n";
const std::string c = "#include <stdio.h>\n"
                      "#include <stdlib.h>\n"
                      "int main(int argc, char **argv) {\n"
                      "    long total = 0;\n"
                      "    for (int i = 1; i < argc; ++i)\n"
                      "        total += atol(argv[i]);\n"
                      "    printf(\"%ld\\n\", total);\n"
                      "    return total < 0 ? 3 : 0;\n"
                      "}\n";

const std::string plan = "Here is the plan:\n"
                         "- module: main: adds numbers up\n"
                         "- crate: no_such_crate or clap - arguments\n"
                         "- **risk:** integers of any size in the original\n";

std::string rust(std::string_view exit) {
    return fmt::format("[filename: Cargo.toml]\n[package]\nname = \"whatever\"\n[dependencies]\nno_such_crate = \"1\"\n"
                       "[filename: src/main.rs]\n"
                       "use std::io::Read;\n\n"
                       "fn main() {{\n"
                       "    let mut total: i64 = std::env::args().skip(1).map(|a| a.parse::<i64>().unwrap()).sum();\n"
                       "    let mut text = String::new();\n"
                       "    std::io::stdin().read_to_string(&mut text).unwrap();\n"
                       "    total += text.lines().map(|l| l.trim().parse::<i64>().unwrap()).sum::<i64>();\n"
                       "    println!(\"{{total}}\");\n"
                       "    std::process::exit({});\n"
                       "}}\n",
                       exit);
}
const std::string right = rust("if total < 0 { 3 } else { 0 }");
const std::string wrong = rust("0");
const std::string put_right = "src/main.rs\n<<<<<<< SEARCH\n    std::process::exit(0);\n=======\n"
                              "    std::process::exit(if total < 0 { 3 } else { 0 });\n>>>>>>> REPLACE\n";

struct PortTest : test::OwnFolder {
    test::ScriptedModel server;

    void SetUp() override {
        OwnFolder::SetUp();
        if (!std::filesystem::exists("/usr/bin/python3"))
            GTEST_SKIP() << "there is no /usr/bin/python3";
        variables["RUSTCODER_KNOWLEDGE"] = "off";
        variables["LLM_API_BASE"] = server.base();
        variables["LLM_MODEL"] = "scripted";
        put("sum.py", python);
    }
    void script(const std::vector<std::string>& answers) {
        for (const auto& answer : answers)
            server.then(test::streamed({answer}));
    }
    std::string asked(std::size_t i) const {
        const auto body = server.request_body(i);
        return std::string(base::get_string(base::get_array(body, "messages")->back().get_object(), "content"));
    }
    static std::string cases(const base::json::object& record) {
        std::string out;
        for (const auto& c : *base::get_array(record, "cases"))
            out += std::string(base::get_string(c.get_object(), "verdict")) + ";";
        return out;
    }
};

TEST_F(PortTest, what_it_does_is_compared_with_the_original) {
    script({plan, right});
    const auto end = rustcoder({"port", at("sum.py"), "-o", at("out"), "--case", "1 2 3", "--case", "-5", "--input",
                                put("in.txt", "4\n5\n"), "--name", "adder", "--json"});
    ASSERT_EQ(end.status, 0) << end.out << end.err;
    const auto record = end.json();
    EXPECT_EQ(base::get_string(record, "verdict"), "ported");
    EXPECT_EQ(cases(record), "equal;equal;equal;");
    EXPECT_EQ(base::get_string(record, "original"), "python3 sum.py");
    const auto manifest = base::read_file(at("out/Cargo.toml")).value_or("");
    EXPECT_NE(manifest.find("name = \"adder\""), std::string::npos) << manifest;
    EXPECT_EQ(manifest.find("no_such_crate"), std::string::npos) << manifest;
    ASSERT_EQ(server.requests().size(), 2u);
    EXPECT_NE(asked(0).find("total = sum(int(a)"), std::string::npos);
    EXPECT_NE(asked(1).find("module: main: adds numbers up"), std::string::npos);
    EXPECT_NE(asked(1).find("must print: '6\n'"), std::string::npos) << asked(1);
    // and it is there to be used
    const auto run = rustcoder({"compile", at("out"), "--arg", "20", "--arg", "22", "--json"});
    EXPECT_EQ(base::get_string(run.json(), "run_output"), "42\n") << run.out << run.err;
}

TEST_F(PortTest, a_difference_is_told_to_the_model_and_put_right) {
    script({plan, wrong, put_right});
    const auto end = rustcoder({"port", at("sum.py"), "--case", "-5", "--case", "1", "--json"});
    EXPECT_EQ(end.status, 0) << end.out << end.err;
    EXPECT_EQ(cases(end.json()), "equal;equal;");
    ASSERT_EQ(server.requests().size(), 3u);
    EXPECT_NE(asked(2).find("What failed"), std::string::npos) << asked(2);
}

TEST_F(PortTest, a_difference_that_stays_is_no_success) {
    script({plan, wrong, "I see no difference.", "It is finished."});
    const auto end = rustcoder({"port", at("sum.py"), "-o", at("out"), "--case", "-5", "--case", "1", "--rounds", "2"});
    EXPECT_EQ(end.status, 1) << end.out << end.err;
    EXPECT_NE(end.err.find("1 equal, 1 different, 0 not comparable"), std::string::npos) << end.err;
    EXPECT_TRUE(std::filesystem::exists(at("out/src/main.rs"))); // as far as it came
}

TEST_F(PortTest, the_engine_repairs_what_the_model_wrote) {
    script(
        {plan, base::replace_all(
                   right, "println!(\"{total}\");",
                   "println!(\"{total}\")\n    ;let x = String::from(\"a\"); let y = x; let _ = x.len(); let _ = y;")});
    const auto end = rustcoder({"port", at("sum.py"), "--case", "1", "--json"});
    EXPECT_EQ(end.status, 0) << end.out << end.err;
    EXPECT_EQ(server.requests().size(), 2u);
}

TEST_F(PortTest, a_c_program_is_compiled_and_compared) {
    if (!std::filesystem::exists("/usr/bin/cc"))
        GTEST_SKIP() << "there is no /usr/bin/cc";
    script({plan, right});
    const auto end = rustcoder({"port", put("c/sum.c", c), "--case", "1 2", "--case", "-9", "--json"});
    EXPECT_EQ(end.status, 0) << end.out << end.err;
    EXPECT_EQ(cases(end.json()), "equal;equal;");
    EXPECT_EQ(base::get_string(end.json(), "language"), "C");
}

TEST_F(PortTest, what_cannot_be_compared_is_said) {
    put("bad/sum.c", "int main(void) { return missing(); }\n"); // does not link: there is nothing to compare with
    script({plan, right, plan, right});
    auto end = rustcoder({"port", at("bad/sum.c"), "--case", "1"});
    EXPECT_EQ(end.status, 1);
    EXPECT_NE(end.err.find("0 equal, 0 different, 1 not comparable"), std::string::npos) << end.err;
    EXPECT_NE(end.err.find("--examples"), std::string::npos) << end.err;
    put("cases.json", R"([{"args": ["1"], "stdout": "1\n", "code": 0}])"); // the caller knows what it printed
    end = rustcoder({"port", at("bad/sum.c"), "--examples", at("cases.json")});
    EXPECT_EQ(end.status, 0) << end.err;
}

TEST_F(PortTest, the_plan_alone) {
    script({plan});
    const auto end = rustcoder({"port", at("sum.py"), "--plan-only"});
    EXPECT_EQ(end.status, 0) << end.err;
    EXPECT_NE(end.err.find("module: main: adds numbers up"), std::string::npos) << end.err;
    EXPECT_NE(end.err.find("risk: integers of any size"), std::string::npos) << end.err;
    EXPECT_EQ(server.requests().size(), 1u);
}

TEST_F(PortTest, errors_have_a_next_step) {
    const auto says = [&](const std::vector<std::string>& arguments, const std::string& words) {
        const auto end = rustcoder(arguments);
        EXPECT_NE(end.status, 0);
        EXPECT_NE(end.err.find(words), std::string::npos) << end.err;
        EXPECT_NE(end.err.find("next:"), std::string::npos) << end.err;
    };
    says({"port", put("note.txt", "hello")}, "there is no program in Python, C or C++");
    put("mixed/a.py", python);
    put("mixed/b.c", c);
    says({"port", at("mixed")}, "several languages");
    put("full/x", "y");
    says({"port", at("sum.py"), "-o", at("full")}, "is not empty");
    variables["LLM_API_BASE"] = "";
    says({"port", at("sum.py")}, "no");
    EXPECT_EQ(rustcoder({"port", at("sum.py")}).status, 3);
    EXPECT_TRUE(server.requests().empty());
}

} // namespace
} // namespace rustcoder
