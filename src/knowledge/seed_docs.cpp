// The locally installed rust-docs: books by chapter and heading, the standard library by item.
#include "base/os.h"
#include "base/text.h"
#include "knowledge/format_readers.h"
#include "knowledge/html.h"
#include "knowledge/import_walk.h"
#include "knowledge/seed_sources.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace rustcoder::knowledge {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t page_bytes = 16U << 20U;
constexpr std::size_t pages_a_mark = 100; // between two notes of how far it got
constexpr const char* docs_licence = "MIT OR Apache-2.0";

std::string version_of(const fs::path& html) {
    if (const auto page = base::read_file(html / "std/index.html", page_bytes)) {
        constexpr std::string_view key = "data-rustdoc-version=\"";
        if (const auto at = page->find(key); at != std::string::npos) {
            const auto begin = at + key.size();
            return page->substr(begin, page->find('"', begin) - begin);
        }
    }
    if (const auto page = base::read_file(html / "version_info.html", 1U << 20U))
        return html_text(*page);
    return {};
}

bool is_docs(const fs::path& folder) {
    std::error_code ec;
    return fs::is_directory(folder / "std", ec) || fs::is_directory(folder / "book", ec);
}

/// Folders that may hold docs, best first.
std::vector<fs::path> candidates(const toolchain::Toolchain& toolchain) {
    const fs::path below = "share/doc/rust/html";
    std::vector<fs::path> out{toolchain.sysroot / below};
    std::error_code ec;
    std::vector<fs::path> others;
    const fs::path siblings = toolchain.sysroot.parent_path();
    if (siblings.filename() == "toolchains")
        for (const auto& entry : fs::directory_iterator(siblings, ec))
            others.push_back(entry.path() / below);
    for (const auto& entry : fs::directory_iterator("/usr/share/doc", ec))
        if (const auto name = entry.path().filename().string(); name.starts_with("rust") && name.ends_with("-doc"))
            others.push_back(entry.path() / "html");
    std::sort(others.begin(), others.end());
    out.insert(out.end(), others.begin(), others.end());
    return out;
}

/// Reads pages in order, from where it was left, and notes how far it got.
Status read_pages(Sink& sink, SeedState& state, const RustDocs& docs, const std::vector<std::string>& pages,
                  const std::function<HtmlPlace(const std::string&)>& place) {
    RC_TRY_ASSIGN(const std::string reached, state.reached());
    std::size_t number = 0, since = 0;
    const auto last = std::find(pages.begin(), pages.end(), reached);
    for (const auto& path : pages) {
        RC_TRY(sink.stopped());
        ++number;
        if (last != pages.end() && number <= static_cast<std::size_t>(last - pages.begin()) + 1)
            continue;
        sink.source(fmt::format("rust-docs/{}", path));
        sink.advance(number - 1, pages.size());
        const auto html = base::read_file(docs.html / path, page_bytes);
        Status read;
        if (html)
            read = read_html_page(*html, place(path), sink.emit());
        if (!html || (!read && (read.error().code == Errc::invalid_input || read.error().code == Errc::limit)))
            sink.skip(path, (html ? read.error() : html.error()).text());
        else if (!read)
            return read;
        if (++since >= pages_a_mark) {
            RC_TRY(sink.flush());
            RC_TRY(state.reach(path));
            since = 0;
        }
    }
    sink.advance(pages.size(), pages.size());
    return {};
}

Result<std::vector<std::string>> pages_below(const RustDocs& docs, const fs::path& folder) {
    std::error_code ec;
    if (!fs::is_directory(docs.html / folder, ec))
        return std::vector<std::string>();
    RC_TRY_ASSIGN(const auto files,
                  files_below(docs.html / folder, [](const fs::path& p) { return p.extension() == ".html"; }));
    std::vector<std::string> out;
    out.reserve(files.size());
    for (const auto& file : files)
        out.push_back(file.lexically_relative(docs.html).generic_string());
    return out;
}

/// A book's own machinery, its old editions and its translations.
bool is_chapter(std::string_view path) {
    const auto parts = base::split(path, '/');
    for (std::size_t i = 1; i + 1 < parts.size(); ++i)
        if (parts[i].size() == 2 || parts[i].ends_with("-edition") || parts[i] == "theme")
            return false;
    // Hundreds of pages about targets and releases would crowd out the answers to what learners ask.
    if (base::has(path, "rustc/platform-support/") || base::has(path, "CHANGELOG"))
        return false;
    return !base::one_of(parts.back(), {"print.html", "toc.html", "SUMMARY.html", "404.html"});
}

/// Parts of the API that nobody asks for by mistake: intrinsics and vendor instructions.
bool is_api(std::string_view path) {
    for (const std::string_view part : {"/arch/", "/core_arch/", "/intrinsics/", "/simd/", "/core_simd/", "/all.html",
                                        "/f16/", "/f128/", "/autodiff/", "/contracts/"})
        if (base::has(path, part))
            return false;
    return true;
}

/// Integers (and floats) share their methods: they are told once, with i32, u32 and f64, except what only one has.
class Families {
public:
    explicit Families(const RustDocs& docs) {
        for (const auto& [first, others] : groups()) {
            const auto html = base::read_file(docs.html / page_of(first), page_bytes);
            if (!html)
                continue;
            std::set<std::string> names;
            const HtmlPlace place{.path = page_of(first),
                                  .source = {},
                                  .book = {},
                                  .parents = {},
                                  .leave_out = [&](std::string_view item) {
                                      names.emplace(item);
                                      return true;
                                  }};
            (void)read_html_page(*html, place, [](Entry) -> Status { return {}; });
            for (const auto& other : others)
                told_[page_of(other)] = names;
        }
    }
    bool told_elsewhere(const std::string& page, std::string_view item) const {
        const auto it = told_.find(page);
        return it != told_.end() && it->second.contains(std::string(item));
    }

private:
    static std::string page_of(std::string_view type) { return fmt::format("std/primitive.{}.html", type); }
    static const std::vector<std::pair<std::string, std::vector<std::string>>>& groups() {
        static const std::vector<std::pair<std::string, std::vector<std::string>>> all{
            {"i32", {"i8", "i16", "i64", "i128", "isize"}},
            {"u32", {"u8", "u16", "u64", "u128", "usize"}},
            {"f64", {"f16", "f32", "f128"}},
        };
        return all;
    }
    std::map<std::string, std::set<std::string>> told_;
};

} // namespace

std::optional<RustDocs> find_rust_docs(const toolchain::Toolchain& toolchain, const fs::path& wanted) {
    if (!wanted.empty())
        return is_docs(wanted) ? std::optional(RustDocs{wanted, version_of(wanted)}) : std::nullopt;
    std::optional<RustDocs> first;
    for (const auto& folder : candidates(toolchain)) {
        if (!is_docs(folder))
            continue;
        RustDocs docs{folder, version_of(folder)};
        if (docs.version.starts_with(toolchain.rustc_version))
            return docs;
        if (!first || (first->version < docs.version && first->html != candidates(toolchain).front()))
            first = std::move(docs);
    }
    return first;
}

const std::vector<std::pair<std::string, std::string>>& seeded_books() {
    static const std::vector<std::pair<std::string, std::string>> books{
        {"book", "The Book"},
        {"rust-by-example", "Rust by Example"},
        {"reference", "Reference"},
        {"cargo", "Cargo Book"},
        {"rustc", "rustc Book"},
        {"nomicon", "Rustonomicon"},
        {"edition-guide", "Edition Guide"},
    };
    return books;
}

std::map<std::string, std::vector<std::string>> chapters_above(std::string_view html) {
    std::map<std::string, std::vector<std::string>> out;
    std::vector<std::string> path; // titles from the top down to the last link
    std::size_t depth = 0;
    for (std::size_t i = html.find("<ol class=\"chapter\""); i != std::string_view::npos && i < html.size();
         i = html.find('<', i + 1)) {
        const std::string_view rest = html.substr(i);
        if (rest.starts_with("<ol")) {
            ++depth;
        } else if (rest.starts_with("</ol>")) {
            if (--depth == 0)
                break;
        } else if (rest.starts_with("<a ") && base::has(rest.substr(0, rest.find('>')), "href=\"")) {
            const auto begin = rest.find("href=\"") + 6;
            const std::string href(rest.substr(begin, rest.find('"', begin) - begin));
            const auto text_begin = rest.find('>') + 1;
            std::string_view inside = rest.substr(text_begin, rest.find("</a>") - text_begin);
            if (const auto number = inside.find("</strong>"); number != std::string_view::npos)
                inside = inside.substr(number + 9);
            if (!href.ends_with(".html") || depth > 32)
                continue;
            path.resize(std::min(path.size(), depth - 1));
            out[href] = path;
            path.resize(depth - 1);
            path.push_back(html_text(inside));
        }
    }
    return out;
}

Status seed_book(Sink& sink, SeedState& state, const RustDocs& docs, const std::string& folder,
                 const std::string& title) {
    RC_TRY_ASSIGN(auto pages, pages_below(docs, folder));
    std::erase_if(pages, [](const std::string& p) { return !is_chapter(p); });
    std::map<std::string, std::vector<std::string>> above;
    for (const char* contents : {"toc.html", "index.html"})
        if (const auto html = base::read_file(docs.html / folder / contents, page_bytes); html && above.empty())
            above = chapters_above(*html);
    // A chapter that is not in the table of contents is a page that moved; index.html repeats the first one.
    if (!above.empty())
        std::erase_if(pages, [&](const std::string& p) { return !above.contains(p.substr(folder.size() + 1)); });
    sink.licence(docs_licence);
    return read_pages(sink, state, docs, pages, [&](const std::string& page) {
        const auto it = above.find(page.substr(folder.size() + 1));
        return HtmlPlace{.path = page,
                         .source = sink.source(),
                         .book = title,
                         .parents = it == above.end() ? std::vector<std::string>() : it->second,
                         .leave_out = {}};
    });
}

Status seed_std(Sink& sink, SeedState& state, const RustDocs& docs) {
    RC_TRY_ASSIGN(auto pages, pages_below(docs, "std"));
    // Most of core and alloc is shown again in std, under the name that programs use.
    const std::set<std::string> in_std(pages.begin(), pages.end());
    for (const char* crate : {"alloc", "core"}) {
        RC_TRY_ASSIGN(const auto more, pages_below(docs, crate));
        for (const auto& page : more)
            if (is_api(page) && !in_std.contains("std" + page.substr(page.find('/'))))
                pages.push_back(page);
    }
    std::erase_if(pages, [](const std::string& p) { return !is_api(p); });
    sink.licence(docs_licence);
    const Families families(docs);
    return read_pages(sink, state, docs, pages, [&](const std::string& page) {
        return HtmlPlace{
            .path = page,
            .source = sink.source(),
            .book = {},
            .parents = {},
            .leave_out = [&families, page](std::string_view item) { return families.told_elsewhere(page, item); }};
    });
}

} // namespace rustcoder::knowledge
