// A small template for tests, and changes to it.
#pragma once

#include "base/text.h"
#include "scaffold/template.h"

#include <gtest/gtest.h>

namespace rustcoder::scaffold {

inline const char* const sample_toml = R"(title = "Greeter"
summary = "Greets people by name."
area = "cli"
kind = "bin"
keywords = ["greeting", "hello"]
asks = ["Say hello to somebody", "A program that greets", "Print a welcome", "Greet my friends"]

[[covers]]
says = "Greets a name"
words = ["greet", "hello", "name", "welcome"]

[[covers]]
says = "Refuses empty names"
words = ["empty", "invalid", "error"]

[[covers]]
says = "Reads names from standard input"
words = ["stdin", "standard input", "read"]

[[feature]]
name = "shout"
says = "Writes in capitals with --shout"
words = ["shout", "capitals", "upper case"]
default = false
needs = []

[[feature]]
name = "count"
says = "Says how many were greeted"
words = ["count", "how many"]
default = true
needs = ["log"]

[[feature]]
name = "log"
says = "Keeps a log of greetings"
words = ["log", "history"]
default = false

[[slot]]
name = "limit"
says = "most names that are greeted"
kind = "integer"
default = "64"
min = 1
max = 1000
cues = ["names", "at most", "limit"]

[[slot]]
name = "greeting"
says = "word before the name"
kind = "text"
default = "Hello"
cues = ["greeting", "greet with"]

[[slot]]
name = "mark"
says = "mark behind the name"
kind = "choice"
default = "!"
choices = ["!", ".", ";"]
cues = ["end mark", "followed by", "ending in"]

[[example]]
args = ["Ann"]
stdin = ""
stdout = "Hello, Ann!\n"
code = 0

[[example]]
args = []
stdout = ""
code = 2
)";

inline const char* const sample_lib = R"(//! Greetings. Use it as `my_greeter::greet`.

const LIMIT: usize = 64; // @slot limit
pub const GREETING: &str = "Hello"; // @slot greeting
pub const MARK: char = '!'; // @slot mark

pub fn greet(name: &str) -> String {
    // @feature shout
    let name = name.to_uppercase();
    // @end

    // @feature log
    log(&name); // @feature count
    // @end
    format!("{GREETING}, {name}{MARK}")
}

// @feature log
fn log(_: &str) {}
// @end

// @without log
//| pub fn no_log() -> bool {
//|     true
//| }
// @end

#[cfg(test)]
mod tests {
    #[test]
    fn text_with_marks_is_text() {
        assert_eq!("// @feature shout", r"// @feature shout");
        assert!(super::LIMIT > 0);
    }
}
)";

inline const char* const sample_main = R"(use my_greeter::greet;

mod cli {
    pub fn my_greeter() -> &'static str {
        env!("CARGO_PKG_NAME")
    }
}

fn main() {
    let my_greeter_count = 1;
    let text = my_greeter::GREETING;
    println!("{}{}{}{}", greet("you"), text, my_greeter_count, cli::my_greeter());
}
)";

inline project::Project sample_files(const std::string& toml = sample_toml) {
    project::Project files;
    EXPECT_TRUE(files.set("template.toml", toml));
    EXPECT_TRUE(files.set("Cargo.toml", "[package]\nname = \"my-greeter\"\nversion = \"0.1.0\"\nedition = \"2021\"\n"));
    EXPECT_TRUE(files.set("src/lib.rs", sample_lib));
    EXPECT_TRUE(files.set("src/main.rs", sample_main));
    EXPECT_TRUE(
        files.set("README.md", "# my-greeter\n\nUse `my-greeter Ann` or my_greeter::greet, not my-greeter-two.\n"));
    return files;
}

inline Template sample() {
    auto read = read_template("my-greeter", sample_files());
    EXPECT_TRUE(read) << read.error().text();
    return read.value_or(Template{});
}

/// The sample's template.toml with one text replaced by another.
inline std::string sample_with(std::string_view from, std::string_view to) {
    EXPECT_TRUE(base::has(sample_toml, from)) << from;
    return base::replace_all(sample_toml, from, to);
}

} // namespace rustcoder::scaffold
