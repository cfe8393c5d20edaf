// Cuts a long section into passages that are good to find and to read: at paragraph bounds, without overlap. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rustcoder::knowledge {

struct SplitOptions {
    std::size_t target = 1200; // bytes that a passage is filled to
    std::size_t most = 2400;   // a single paragraph or code block larger than this is cut at sentences or lines
};

/// Paragraphs and fenced code blocks of Markdown, in order; white space around them dropped, fences kept whole.
std::vector<std::string> paragraphs(std::string_view markdown);

/// Joins blocks with blank lines into passages.
std::vector<std::string> split_passages(const std::vector<std::string>& blocks, const SplitOptions& options = {});

/// At most `bytes` of the text, cut before a UTF-8 character and, where there is one near, at a space; "..." when cut.
std::string clip(std::string_view text, std::size_t bytes);
/// ASCII letters in lower case.
std::string lowered(std::string_view text);

} // namespace rustcoder::knowledge
