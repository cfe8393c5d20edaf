// links: model
// The input is a model's answer. Whatever it says, the change that is read from it applies, touches only files that the
// answer may mean, and never what runs at build time.
#include "base/text.h"
#include "model/edit_blocks.h"
#include "model/reasoning.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace {

using namespace rustcoder;

void require(bool condition, const char* what) {
    if (condition)
        return;
    std::fprintf(stderr, "violated: %s\n", what);
    std::abort();
}

project::Project sample() {
    project::Project p;
    const bool made = p.set("Cargo.toml", "[package]\nname = \"p\"\n") &&
                      p.set("src/main.rs", "mod util;\n\nfn main() {\n    let a = 1;\n    println!(\"{}\", a);\n}\n") &&
                      p.set("src/util.rs", "pub fn add(a: i32) -> i32 {\r\n\ta + 1\r\n}\r\n") && p.set("notes.md", "a");
    require(made, "the sample is a project");
    return p;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto project = sample();
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto parts = model::separate_reasoning(text, {{"<think>", "</think>"}, {"[THINK]", "[/THINK]"}});
    require(parts.answer.size() <= text.size(), "an answer does not grow");
    model::is_babbling(text);
    const auto answer = model::read_edits(parts.answer, project);
    const auto after = project::apply(project, answer.patch);
    require(after.has_value(), "the patch applies");
    require(answer.patch.removed.empty(), "nothing is removed");
    require((answer.applied == 0) <= (*after == project), "without a block that fits nothing changes");
    for (const auto& [path, file] : after->files()) {
        const auto* old = project.find(path);
        if (old && *old == *file.bytes)
            continue;
        require(old || path.ends_with(".rs") || path.ends_with(".md") || path.ends_with(".txt") ||
                    path.ends_with("Cargo.toml"),
                "only plain files are added");
        require(!path.ends_with("build.rs") || path.ends_with("_build.rs") || !(path == "build.rs"), "no build script");
        require(!path.starts_with("."), "nothing hidden");
        require(!base::valid_utf8(text) || base::valid_utf8(*file.bytes), "text stays text");
    }
    for (const auto& refused : answer.refused)
        require(!refused.reason.empty(), "a refusal has a reason");
    return 0;
}
