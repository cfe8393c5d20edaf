// What Markdown files of the knowledge base carry besides prose: front matter and code with a role. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rustcoder::knowledge {

struct FrontMatter {
    bool present = false;
    std::string title, licence, edition;
    std::string says; // what the compiler's message holds, where it has no code
    std::vector<std::string> codes;
};
/// Reads "key: value" lines between two lines "---" and removes them from `text`.
FrontMatter front_matter(std::string_view& text);

/// A fenced block. Its info string: language, "broken" or "fixed", "file=PATH".
struct MarkdownCode {
    std::string language, role, file, code;
};
std::vector<MarkdownCode> code_blocks(std::string_view markdown);

} // namespace rustcoder::knowledge
