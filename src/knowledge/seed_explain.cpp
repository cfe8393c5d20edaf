// Error lessons from the compiler's own explanations.
#include "base/os.h"
#include "base/text.h"
#include "knowledge/format_readers.h"
#include "knowledge/html.h"
#include "knowledge/import_split.h"
#include "knowledge/import_walk.h"
#include "knowledge/seed_sources.h"

#include <atomic>
#include <fmt/format.h>
#include <mutex>
#include <thread>

namespace rustcoder::knowledge {

namespace fs = std::filesystem;

namespace {

constexpr int last_code = 999;
// Numbers are given out one after the other: behind so many unknown ones past this number there are none.
constexpr int dense_until = 700;
constexpr int unknown_at_most = 64;
constexpr std::size_t page_bytes = 4U << 20U;

struct Part {
    std::string text; // a paragraph, or a fenced block
    bool code = false;
    std::optional<bool> fails; // of code, when the source says so
};

/// Emphasis, links and typographic quotes away, so that both sources give the same words.
std::string plain(std::string_view s) {
    std::string out;
    bool in_code = false;
    for (std::size_t i = 0; i < s.size(); ++i) {
        const char c = s[i];
        if (c == '`')
            in_code = !in_code;
        if (!in_code &&
            (c == '*' ||
             (c == '_' && (i == 0 || !base::is_ident(s[i - 1]) || i + 1 == s.size() || !base::is_ident(s[i + 1])))) &&
            !(c == '*' && i + 1 < s.size() && s[i + 1] == ' ' && (i == 0 || s[i - 1] == '\n')))
            continue;
        if (!in_code && c == '[') {
            // [text](url), [text][reference], [text]
            int depth = 0;
            std::size_t end = i;
            for (; end < s.size(); ++end) {
                depth += s[end] == '[' ? 1 : s[end] == ']' ? -1 : 0;
                if (depth == 0)
                    break;
            }
            if (end < s.size()) {
                out += plain(s.substr(i + 1, end - i - 1));
                i = end;
                if (i + 1 < s.size() && (s[i + 1] == '(' || s[i + 1] == '['))
                    i = std::min(s.find(s[i + 1] == '(' ? ')' : ']', i + 1), s.size() - 1);
                continue;
            }
        }
        out += c;
    }
    for (const auto& [from, to] : {std::pair{"\xE2\x80\x98", "'"},
                                   {"\xE2\x80\x99", "'"},
                                   {"\xE2\x80\x9C", "\""},
                                   {"\xE2\x80\x9D", "\""},
                                   {"\xE2\x80\xA6", "..."},
                                   {"\xC2\xA0", " "},
                                   {"\xE2\x80\x93", "--"},
                                   {"\xE2\x80\x94", "---"}})
        out = base::replace_all(std::move(out), from, to);
    return out;
}

/// Lines of a paragraph joined; entries of a list keep their line.
std::string reflowed(std::string_view paragraph) {
    std::string out;
    for (const auto raw : base::lines(paragraph)) {
        auto line = base::trim(raw);
        const bool entry = line.starts_with("* ") || line.starts_with("- ") ||
                           (line.size() > 2 && line[0] >= '0' && line[0] <= '9' && line.substr(1).starts_with(". "));
        if (entry)
            out += fmt::format("{}- {}", out.empty() ? "" : "\n", line.substr(line.find(' ') + 1));
        else
            out += fmt::format("{}{}", out.empty() ? "" : " ", line);
    }
    while (out.starts_with('#'))
        out.erase(0, 1);
    return std::string(base::trim(out));
}

bool is_link_definition(std::string_view paragraph) {
    return paragraph.starts_with('[') && base::has(paragraph.substr(0, 80), "]: ");
}

std::vector<Part> parts_of_text(std::string_view text) {
    std::vector<Part> parts;
    for (const auto& paragraph : paragraphs(text)) {
        if (paragraph.starts_with("```")) {
            const auto line = paragraph.find('\n');
            const std::string info = paragraph.substr(3, line - 3);
            parts.push_back(
                {(info.empty() ? "```rust" : "```" + info) + paragraph.substr(std::min(line, paragraph.size())),
                 true,
                 {}});
        } else if (!is_link_definition(paragraph)) {
            parts.push_back({plain(reflowed(paragraph)), false, {}});
        }
    }
    return parts;
}

/// Examples that are not tested ("ignore") may be either.
std::optional<bool> fails_by_flags(std::string_view flags) {
    if (base::has(flags, "compile_fail"))
        return true;
    return base::has(flags, "ignore") ? std::nullopt : std::optional(false);
}

std::vector<Part> parts_of_page(std::string_view html) {
    std::vector<Part> parts;
    const auto page = read_html(html);
    if (!page)
        return parts;
    for (const auto& block : page->blocks) {
        if (block.kind == HtmlBlock::Kind::heading && block.level == 1)
            continue;
        if (block.kind == HtmlBlock::Kind::code)
            parts.push_back({block.text, true, fails_by_flags(block.flags)});
        else
            parts.push_back({plain(block.text), false, {}});
    }
    return parts;
}

bool names_one(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::any_of(words.begin(), words.end(), [&](std::string_view w) { return base::has(text, w); });
}

/// Whether an example fails, told from what introduces it, when the source does not say.
bool fails_by_words(const std::string& introduction, const std::string& code) {
    if (names_one(lowered(code), {"// error", "//~ error", "// ^ error", "/* error"}))
        return true;
    const std::string words = lowered(introduction);
    if (names_one(words, {"erroneous"}))
        return !names_one(words, {"to fix", "changing", "correct"});
    const bool bad =
        names_one(words, {"error", "fail", "invalid", "incorrect", "not allowed", "not accepted", "doesn't compile",
                          "won't", "nor will", "cannot", "wrong", "illegal", "unnecessary", "same goes",
                          "another situation", "or alternatively", "when you write", "like the following"});
    const bool good =
        names_one(words, {"fix",     "correct",  "instead",     "works",    "solution",  "solve",      "avoid",
                          "should",  "proper",   "workaround",  "need to",  "consider",  "please",     "try ",
                          "can do",  "are ok",   "can totally", "must be",  "make sure", "only these", "prevent",
                          "you can", "is valid", "are valid",   "possible", "now "});
    return bad && !good;
}

std::string code_of(const Part& part) {
    const auto first = part.text.find('\n');
    const auto last = part.text.rfind('\n');
    return first == std::string::npos || last <= first ? std::string() : part.text.substr(first + 1, last - first);
}

/// The failing example and the working one that follows it. Where no example is known to fail, it is the first: the
/// explanations begin with what is wrong.
std::pair<std::string, std::string> examples(const std::vector<Part>& parts) {
    const bool known = std::any_of(parts.begin(), parts.end(), [](const Part& p) { return p.fails == true; });
    std::string broken, fixed, introduction;
    for (const auto& part : parts) {
        if (!part.code) {
            introduction = part.text;
            continue;
        }
        const std::string code = code_of(part);
        if (broken.empty()) {
            if (!known || part.fails == true)
                broken = code;
        } else if (part.text.starts_with("```rust") && fixed.empty() &&
                   !part.fails.value_or(fails_by_words(introduction, code))) {
            fixed = code;
        }
        introduction.clear();
    }
    return {broken, fixed};
}

std::optional<Entry> entry_of_parts(std::string_view code, const std::vector<Part>& parts) {
    if (parts.empty())
        return std::nullopt;
    Entry e;
    e.kind = Kind::lesson;
    std::string summary;
    bool retired = false;
    for (const auto& part : parts) {
        const bool note = base::has(part.text, "no longer emitted");
        retired = retired || note;
        if (summary.empty() && !part.code && !note)
            summary = part.text.substr(0, part.text.find(". "));
        e.text += fmt::format("{}{}", e.text.empty() ? "" : "\n\n", part.text);
    }
    while (summary.ends_with('.') || summary.ends_with(':'))
        summary.pop_back();
    e.title = fmt::format("{}: {}{}", code, clip(summary, 160), retired ? " (no longer emitted)" : "");
    e.codes = {std::string(code)};
    const auto [broken, fixed] = examples(parts);
    e.payload = lesson_payload(broken, fixed);
    e.provenance.source = fmt::format("rustc --explain {}", code);
    e.provenance.licence = "MIT OR Apache-2.0";
    return e;
}

bool is_code_page(const fs::path& path) {
    const std::string stem = path.stem().string();
    return path.extension() == ".html" && stem.size() == 5 && codes_in(stem).size() == 1;
}

Status from_pages(Sink& sink, const fs::path& folder) {
    RC_TRY_ASSIGN(const auto pages, files_below(folder, is_code_page, {.files = 10'000, .depth = 1}));
    std::size_t done = 0;
    for (const auto& page : pages) {
        RC_TRY(sink.stopped());
        sink.advance(done++, pages.size());
        RC_TRY_ASSIGN(const std::string html, base::read_file(page, page_bytes));
        if (auto entry = explained_entry_of_page(page.stem().string(), html))
            RC_TRY(sink.add(std::move(*entry)));
    }
    sink.advance(done, pages.size());
    return {};
}

/// Asks rustc for one code; "" when it does not know it.
Result<std::string> ask(const toolchain::Toolchain& toolchain, const process::Sandbox& sandbox, const std::string& code,
                        std::stop_token stop) {
    process::Command command;
    command.argv = {toolchain.rustc.string(), "--explain", code};
    command.env = {"PATH=/usr/bin:/bin", "HOME=/nonexistent", "LC_ALL=C"};
    command.cwd = toolchain.rustc.parent_path();
    process::Policy policy;
    policy.tier = process::Tier::checking;
    policy.read_only = {toolchain.rustc.parent_path(), toolchain.sysroot};
    policy.limits.wall = std::chrono::seconds(30);
    RC_TRY_ASSIGN(const process::Exit exit, sandbox.run(command, policy, std::move(stop)));
    return exit.ok() ? exit.out : std::string();
}

/// Every number is tried, several at a time: a start of rustc costs about 15 ms of one core.
Status from_rustc(Sink& sink, const toolchain::Toolchain& toolchain, const process::Sandbox& sandbox,
                  std::stop_token stop) {
    std::atomic<int> next{1}, highest{dense_until};
    std::mutex mutex; // of what follows
    std::vector<std::string> answers(last_code + 1);
    std::optional<Error> failed;
    std::size_t done = 0;
    {
        std::vector<std::jthread> threads;
        const unsigned count = std::clamp(std::thread::hardware_concurrency(), 1U, 8U);
        for (unsigned t = 0; t < count; ++t)
            threads.emplace_back([&] {
                for (int n = next++; n <= std::min<int>(last_code, highest + unknown_at_most) && !stop.stop_requested();
                     n = next++) {
                    auto answer = ask(toolchain, sandbox, fmt::format("E{:04}", n), stop);
                    const std::scoped_lock lock(mutex);
                    if (failed)
                        return;
                    if (!answer) {
                        failed = std::move(answer).error();
                        return;
                    }
                    if (!answer->empty())
                        highest = std::max<int>(highest, n);
                    answers[static_cast<std::size_t>(n)] = std::move(*answer);
                    if (++done % 50 == 0)
                        sink.advance(done, last_code);
                }
            });
    }
    if (failed)
        return std::unexpected(std::move(*failed));
    RC_TRY(sink.stopped());
    for (int n = 1; n <= last_code; ++n)
        if (auto entry = explained_entry(fmt::format("E{:04}", n), answers[static_cast<std::size_t>(n)]))
            RC_TRY(sink.add(std::move(*entry)));
    sink.advance(last_code, last_code);
    return {};
}

} // namespace

std::optional<Entry> explained_entry(std::string_view code, std::string_view text) {
    return entry_of_parts(code, parts_of_text(text));
}

std::optional<Entry> explained_entry_of_page(std::string_view code, std::string_view html) {
    return entry_of_parts(code, parts_of_page(html));
}

Status seed_explanations(Sink& sink, const toolchain::Toolchain& toolchain, const process::Sandbox& sandbox,
                         const std::optional<RustDocs>& docs, std::stop_token stop) {
    sink.source("rustc --explain");
    std::error_code ec;
    if (docs && docs->version.starts_with(toolchain.rustc_version + " ") &&
        fs::is_directory(docs->html / "error_codes", ec))
        return from_pages(sink, docs->html / "error_codes");
    return from_rustc(sink, toolchain, sandbox, std::move(stop));
}

} // namespace rustcoder::knowledge
