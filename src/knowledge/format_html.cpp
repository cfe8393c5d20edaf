// Pages of rust-docs: mdBook chapters by heading, rustdoc pages by item.
#include "base/text.h"
#include "knowledge/format_readers.h"
#include "knowledge/html.h"
#include "knowledge/import_split.h"

#include <fmt/format.h>
#include <map>
#include <set>

namespace rustcoder::knowledge {

namespace {

using Block = HtmlBlock;

constexpr std::size_t parts_of_item = 4; // passages of one method's or section's documentation
constexpr std::size_t parts_of_list = 1; // of a module's list of items
constexpr std::size_t items_of_page = 500;
constexpr std::string_view unstable = "\xF0\x9F\x94\xAC"; // rustdoc's microscope: nightly only

/// One passage after another under the same title and place.
class Writer {
public:
    Writer(const HtmlPlace& place, const Emit& emit) : place_(place), emit_(emit) {}

    Status write(const std::string& title, std::string_view anchor, const std::vector<std::string>& blocks,
                 std::size_t most_parts = 1000, const std::string& code = {}) {
        std::size_t number = 0;
        for (auto& passage : split_passages(blocks)) {
            if (++number > most_parts)
                break;
            Entry e;
            e.title = number == 1 ? title : fmt::format("{} ({})", title, number);
            e.codes = code.empty() ? codes_in(title) : std::vector<std::string>{code};
            for (auto& code : codes_in(passage))
                if (std::find(e.codes.begin(), e.codes.end(), code) == e.codes.end())
                    e.codes.push_back(std::move(code));
            e.text = std::move(passage);
            e.provenance.source = place_.source;
            if (!anchor.empty())
                e.provenance.source += fmt::format("#{}", anchor);
            RC_TRY(emit_(std::move(e)));
        }
        return {};
    }

private:
    const HtmlPlace& place_;
    const Emit& emit_;
};

/// "What is Ownership? - The Rust Programming Language" -> the part behind the last " - ".
std::string book_of(const HtmlPage& page) {
    const auto dash = page.title.rfind(" - ");
    return dash == std::string::npos ? page.title : page.title.substr(dash + 3);
}

/// A chapter of a book. What is too small to be found by itself ("Example", "See also") is told with the section that
/// it belongs to.
class Chapter {
public:
    Chapter(const HtmlPage& page, const HtmlPlace& place, const Emit& emit)
        : page_(page), place_(place), writer_(place, emit) {}

    Status read() {
        collect();
        fold();
        for (const auto& section : sections_)
            if (!section.blocks.empty())
                RC_TRY(writer_.write(title_of(section), section.anchor, section.blocks, 1000, lint_of(section)));
        return {};
    }

private:
    struct Section {
        std::vector<std::pair<int, std::string>> path; // level and heading, from the page's title down
        std::string anchor;
        std::vector<std::string> blocks;
        std::size_t bytes() const {
            std::size_t n = 0;
            for (const auto& b : blocks)
                n += b.size();
            return n;
        }
    };

    void collect() {
        sections_.emplace_back();
        for (const auto& block : page_.blocks) {
            if (block.kind != Block::Kind::heading) {
                sections_.back().blocks.push_back(block.text);
                continue;
            }
            auto path = sections_.back().path;
            // The first heading is the page's title, whatever its level; the others are below it.
            const int level = path.empty() ? 0 : block.level;
            while (!path.empty() && path.back().first >= level)
                path.pop_back();
            path.emplace_back(level, block.text);
            sections_.push_back({std::move(path), block.anchor, {}});
        }
    }

    static bool is_part(const Section& s) {
        const std::string name = lowered(s.path.back().second);
        if (name.starts_with("see also"))
            return true;
        return s.path.size() > 2 &&
               base::one_of(name, {"example", "examples", "explanation", "note", "notes", "output"});
    }

    void fold() {
        for (std::size_t i = sections_.size(); i-- > 2;) {
            auto& s = sections_[i];
            if (s.path.size() < 2 || s.blocks.empty() || (!is_part(s) && s.bytes() >= tiny_section))
                continue;
            std::size_t parent = i - 1;
            while (parent > 0 && sections_[parent].path.size() >= s.path.size())
                --parent;
            auto& into = sections_[parent].blocks;
            std::vector<std::string> blocks{s.path.back().second + (s.path.back().second.ends_with(':') ? "" : ":")};
            blocks.insert(blocks.end(), s.blocks.begin(), s.blocks.end());
            // Behind the parent's own text, before what was folded from further below.
            const std::size_t at = own_.contains(parent) ? own_[parent] : (own_[parent] = into.size());
            into.insert(into.begin() + static_cast<long>(at), blocks.begin(), blocks.end());
            s.blocks.clear();
        }
    }

    std::string title_of(const Section& section) const {
        std::vector<std::string> titles{place_.book.empty() ? book_of(page_) : place_.book};
        titles.insert(titles.end(), place_.parents.begin(), place_.parents.end());
        for (const auto& [level, text] : section.path)
            titles.push_back(text);
        std::string title;
        for (std::size_t i = 0; i < titles.size(); ++i)
            if (!titles[i].empty() && (i == 0 || titles[i] != titles[i - 1]))
                title += (title.empty() ? "" : " > ") + titles[i];
        return title;
    }

    /// The rustc book lists lints by name: "unused-mut" is about unused_mut.
    std::string lint_of(const Section& section) const {
        if (!base::has(place_.path, "lints/listing/") || section.path.size() < 2)
            return {};
        return base::replace_all(section.path[1].second, "-", "_");
    }

    static constexpr std::size_t tiny_section = 120;
    const HtmlPage& page_;
    const HtmlPlace& place_;
    Writer writer_;
    std::vector<Section> sections_;
    std::map<std::size_t, std::size_t> own_; // section -> how many blocks are its own
};

/// What a page of rustdoc is about, from its place: "std/option/enum.Option.html".
struct ApiPage {
    std::string name;  // "std::option::Option", "i32", "keyword async", "std::vec!"
    std::string items; // what methods' titles begin with
    bool module = false;
};
ApiPage api_page(std::string_view path) {
    ApiPage page;
    std::vector<std::string_view> parts = base::split(path, '/');
    std::string_view file = parts.back();
    parts.pop_back();
    std::string modules;
    for (const auto part : parts)
        if (!part.empty())
            modules += fmt::format("{}{}", modules.empty() ? "" : "::", part);
    if (file.ends_with(".html"))
        file.remove_suffix(5);
    const auto dot = file.find('.');
    if (file == "index" || dot == std::string_view::npos) {
        page.module = file == "index";
        page.name = page.module ? modules : fmt::format("{}::{}", modules, file);
    } else {
        const auto kind = file.substr(0, dot);
        const auto name = file.substr(dot + 1);
        if (kind == "primitive")
            page.name = name;
        else if (kind == "keyword")
            page.name = fmt::format("keyword {}", name);
        else
            page.name = fmt::format("{}::{}{}", modules, name, kind == "macro" ? "!" : "");
    }
    page.items = page.name;
    return page;
}

/// "method.map-1" -> {"method", "map"}: rustdoc numbers what occurs again.
std::pair<std::string_view, std::string_view> item_of(std::string_view anchor) {
    const auto dot = anchor.find('.');
    if (dot == std::string_view::npos)
        return {};
    std::string_view name = anchor.substr(dot + 1);
    if (const auto dash = name.rfind('-'); dash != std::string_view::npos)
        name = name.substr(0, dash);
    return {anchor.substr(0, dot), name};
}

class Api {
public:
    Api(const HtmlPage& page, const HtmlPlace& place, const Emit& emit)
        : page_(page), place_(place), writer_(place, emit), about_(api_page(place.path)) {
        title_ = about_.name;
    }

    Status read() {
        for (const auto& block : page_.blocks) {
            if (block.kind == Block::Kind::item)
                RC_TRY(item(block));
            else if (block.kind == Block::Kind::heading)
                RC_TRY(heading(block));
            else
                text(block);
        }
        return end();
    }

private:
    Status heading(const Block& block) {
        if (block.level == 1)
            return {};
        // Headings inside an item's documentation (h5) belong to it; the sections of the page itself are h2.
        if (in_item_ && block.level > 2) {
            blocks_.push_back(block.text + ":");
            return {};
        }
        RC_TRY(end());
        in_item_ = false;
        lists_ = base::one_of(block.anchor, {"variants", "fields"});
        parts_ = about_.module && is_list(block.anchor) ? parts_of_list : parts_of_item;
        if (base::one_of(block.anchor, {"implementations", "required-methods", "provided-methods"})) {
            title_ = about_.name;
        } else if (block.level == 2) {
            section_ = block.text;
            title_ = fmt::format("{} > {}", about_.name, block.text);
        } else {
            title_ = section_.empty() ? fmt::format("{} > {}", about_.name, block.text)
                                      : fmt::format("{} > {} > {}", about_.name, section_, block.text);
        }
        anchor_ = block.anchor;
        return {};
    }

    static bool is_list(std::string_view anchor) {
        return base::one_of(anchor, {"modules", "structs", "enums", "traits", "functions", "macros", "constants",
                                     "types", "primitives", "keywords", "unions", "statics", "attributes", "derives"});
    }

    Status item(const Block& block) {
        if (block.anchor.starts_with("impl-"))
            return end_item();
        const auto [kind, name] = item_of(block.anchor);
        if (base::one_of(kind, {"variant", "structfield"})) {
            if (lists_) {
                blocks_.push_back(fmt::format("- `{}`", block.text));
                in_item_ = false;
                return {};
            }
            return end_item();
        }
        RC_TRY(end());
        in_item_ = true;
        unwanted_ = !base::one_of(kind, {"method", "tymethod", "associatedtype", "associatedconstant"}) ||
                    ++items_ > items_of_page || !seen_.insert(std::string(name)).second ||
                    (place_.leave_out && place_.leave_out(name));
        title_ = fmt::format("{}::{}", about_.items, name);
        anchor_ = block.anchor;
        parts_ = parts_of_item;
        signature_ = fmt::format("```rust\n{}\n```", block.text);
        return {};
    }

    void text(const Block& block) {
        if (block.text.starts_with(unstable))
            unwanted_ = true;
        else if (lists_ && !blocks_.empty() && blocks_.back().starts_with("- `") && !base::has(blocks_.back(), ": "))
            blocks_.back() += ": " + block.text;
        else
            blocks_.push_back(block.text);
    }

    /// What follows is no documentation of the item before.
    Status end_item() {
        RC_TRY(end());
        unwanted_ = true;
        return {};
    }

    Status end() {
        std::vector<std::string> blocks = std::exchange(blocks_, {});
        std::string signature = std::exchange(signature_, {});
        const bool wanted = !std::exchange(unwanted_, false);
        if (blocks.empty() || !wanted) // an item without a word of documentation says nothing
            return {};
        if (!signature.empty())
            blocks.insert(blocks.begin(), std::move(signature));
        return writer_.write(title_, anchor_, blocks, parts_);
    }

    const HtmlPage& page_;
    const HtmlPlace& place_;
    Writer writer_;
    ApiPage about_;
    std::string title_, section_, anchor_, signature_;
    std::vector<std::string> blocks_;
    std::set<std::string, std::less<>> seen_;
    std::size_t parts_ = 1000, items_ = 0;
    bool in_item_ = false, unwanted_ = false, lists_ = false;
};

/// A page whose first words are the microscope is for nightly only.
bool is_unstable(const HtmlPage& page) {
    for (const auto& block : page.blocks) {
        if (block.kind == Block::Kind::item)
            return false;
        if (block.kind == Block::Kind::text)
            return block.text.starts_with(unstable);
    }
    return false;
}

} // namespace

Status read_html_page(std::string_view html, const HtmlPlace& place, const Emit& emit) {
    RC_TRY_ASSIGN(const HtmlPage page, read_html(html));
    if (page.maker == HtmlMaker::redirect || (!page.language.empty() && !page.language.starts_with("en")))
        return {};
    if (page.maker != HtmlMaker::rustdoc)
        return Chapter(page, place, emit).read();
    if (is_unstable(page))
        return {};
    return Api(page, place, emit).read();
}

} // namespace rustcoder::knowledge
