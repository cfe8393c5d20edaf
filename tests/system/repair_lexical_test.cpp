// The lexical rules against the real compiler: every delimiter of a program is taken out in turn, and a file with many
// faults at once is repaired by following the first proposal.
#include "base/os.h"
#include "base/text.h"
#include "repair/rule.h"
#include "toolchain/toolchain.h"

#include <gtest/gtest.h>

#include <cstdio>

namespace rustcoder::repair {
namespace {

const char* const program = R"(use std::collections::HashMap;

#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    Circle { radius: f64 },
    Square(f64),
}

pub struct Stock {
    items: HashMap<String, Vec<Shape>>,
    limit: usize,
}

impl Stock {
    pub fn new(limit: usize) -> Self {
        Stock { items: HashMap::new(), limit }
    }

    pub fn add(&mut self, name: &str, shape: Shape) -> Result<usize, String> {
        let list = self.items.entry(name.to_string()).or_insert_with(Vec::new);
        if list.len() >= self.limit {
            return Err(format!("{} is full", name));
        }
        list.push(shape);
        Ok(list.len())
    }

    pub fn area(&self, name: &str) -> f64 {
        let mut sum = 0.0;
        for shape in self.items.get(name).into_iter().flatten() {
            sum += match shape {
                Shape::Circle { radius } => radius * radius * 3.14,
                Shape::Square(side) => {
                    let s = *side;
                    s * s
                }
            };
        }
        sum
    }
}

fn main() {
    let mut stock = Stock::new(2);
    if let Err(e) = stock.add("a", Shape::Square(2.0)) {
        println!("{}", e);
    } else {
        println!("{:?}", stock.area("a"));
    }
}
)";

bool is_ours(void*, std::string_view file) {
    return file == "main.rs";
}

std::vector<toolchain::Diagnostic> errors_of(const std::string& source) {
    static const auto found = toolchain::discover();
    static const auto scratch = base::TempDir::create("repair-lexical");
    EXPECT_TRUE(found && scratch);
    std::vector<toolchain::Diagnostic> out;
    if (!found || !scratch || !base::write_file(scratch->path() / "main.rs", source))
        return out;
    std::string command =
        "cd " + base::shell_quote(scratch->path().string()) + " && " + base::shell_quote(found->rustc.string()) +
        " --edition 2021 --error-format=json --emit=metadata --cap-lints allow -o out.rmeta main.rs 2>&1";
    std::string json;
    if (FILE* pipe = popen(command.c_str(), "r")) {
        char buffer[8192];
        for (std::size_t n; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;)
            json.append(buffer, n);
        pclose(pipe);
    }
    for (auto& d : toolchain::parse_output(json, "", is_ours, nullptr).diagnostics)
        if (d.is_error())
            out.push_back(std::move(d));
    return out;
}

/// What each proposal for the first error makes of the text, best first.
std::vector<std::string> repaired(const std::string& text, const std::vector<toolchain::Diagnostic>& errors) {
    project::Project project;
    EXPECT_TRUE(project.set("main.rs", text));
    SourceMap sources(project);
    std::vector<std::string> out;
    for (const Candidate& c : propose_all({sources, errors.front(), errors, 95}))
        if (auto changed = project::apply(project, c.patch))
            out.push_back(*changed->find("main.rs"));
    return out;
}

std::string tokens_of(const std::string& text) {
    syntax::Source source(text);
    std::string out;
    for (const auto& t : source.tokens())
        out += std::string(source.text(t)) + ' ';
    return out;
}

TEST(RepairLexical, EveryLostDelimiterComesBack) {
    const std::string whole = program;
    ASSERT_TRUE(errors_of(whole).empty());
    const std::string wanted = tokens_of(whole);
    syntax::Source source(whole);
    int faults = 0, first = 0, among_five = 0;
    std::string missed;
    for (const auto& t : source.tokens()) {
        if (t.kind != syntax::Kind::open && t.kind != syntax::Kind::close)
            continue;
        std::string broken = whole.substr(0, t.begin) + " " + whole.substr(t.end);
        auto errors = errors_of(broken);
        if (errors.empty())
            continue;
        ++faults;
        auto list = repaired(broken, errors);
        std::size_t rank = 0;
        while (rank < list.size() && tokens_of(list[rank]) != wanted)
            ++rank;
        first += rank == 0;
        among_five += rank < 5;
        if (rank > 0)
            missed += "line " + std::to_string(t.line + 1) + " `" + std::string(source.text(t)) + "` rank " +
                      std::to_string(rank + 1) + "\n";
    }
    EXPECT_GT(faults, 80);
    EXPECT_GE(first, faults * 85 / 100) << missed;
    EXPECT_GE(among_five, faults * 97 / 100) << missed;
}

TEST(RepairLexical, ManyFaultsInOneFileAreAnsweredOneByOne) {
    std::string text = program;
    auto change = [&](std::string_view from, std::string_view to) {
        std::size_t at = text.find(from);
        ASSERT_NE(at, text.npos) << from;
        text.replace(at, from.size(), to);
    };
    change("pub struct", "pub strcut");
    change("pub fn add", "pub func add");
    change("HashMap<String, Vec<Shape>>,\n    limit", "HashMap<String, Vec<Shape>>\n    limit");
    change("list.push(shape);", "list.push(shape;");
    change("let mut sum = 0.0;", "let mut sum = 0.0");
    change("radius } => radius", "radius } = radius");
    change("} else {\n        println!(\"{:?}\"", "else {\n        println!(\"{:?}\"");
    int rounds = 0;
    for (auto errors = errors_of(text); !errors.empty() && rounds < 9; errors = errors_of(text), ++rounds) {
        auto list = repaired(text, errors);
        ASSERT_FALSE(list.empty()) << errors.front().rendered;
        text = list.front();
    }
    EXPECT_EQ(rounds, 7);
    EXPECT_EQ(tokens_of(text), tokens_of(program)) << text;
}

} // namespace
} // namespace rustcoder::repair
