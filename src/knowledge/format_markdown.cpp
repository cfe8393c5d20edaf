// Markdown: one passage a section, or one error lesson when the front matter says so.
#include "knowledge/format_markdown.h"
#include "base/text.h"
#include "knowledge/format_readers.h"
#include "knowledge/import_split.h"

#include <fmt/format.h>

namespace rustcoder::knowledge {

namespace json = base::json;

namespace {

std::string unquoted(std::string_view s) {
    s = base::trim(s);
    if (s.size() >= 2 && (s.front() == '"' || s.front() == '\'') && s.back() == s.front())
        s = s.substr(1, s.size() - 2);
    return std::string(s);
}

int heading(std::string_view line) {
    int level = 0;
    while (level < 7 && static_cast<std::size_t>(level) < line.size() && line[static_cast<std::size_t>(level)] == '#')
        ++level;
    const bool spaced = static_cast<std::size_t>(level) < line.size() && line[static_cast<std::size_t>(level)] == ' ';
    return level >= 1 && level <= 6 && spaced ? level : 0;
}

std::string heading_text(std::string_view line, int level) {
    std::string_view s = base::trim(line.substr(static_cast<std::size_t>(level)));
    while (s.ends_with('#'))
        s = base::trim(s.substr(0, s.size() - 1));
    return base::replace_all(std::string(s), "`", "");
}

/// GitHub's way to make an anchor of a heading.
std::string anchor_of(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (base::is_ident(c) || c == '-')
            out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        else if (c == ' ')
            out += '-';
    }
    return out;
}

json::object files_of(const std::vector<MarkdownCode>& blocks, std::string_view role) {
    json::object o;
    for (const auto& b : blocks)
        if (b.role == role)
            o[b.file] = b.code;
    return o;
}

std::string single_code(const std::vector<MarkdownCode>& blocks, std::string_view role) {
    for (const auto& b : blocks)
        if (b.role == role && b.file.empty())
            return b.code;
    return {};
}

/// Fences of a lesson say "rust broken"; readers of the text need only the language.
std::string shown(std::string_view body) {
    std::string out;
    for (const auto line : base::lines(body)) {
        if (const auto s = base::trim(line); s.starts_with("```") && base::has(s, " ")) {
            const auto space = s.find(' ');
            const auto rest = base::trim(s.substr(space));
            if (rest.starts_with("broken") || rest.starts_with("fixed")) {
                if (const auto file = rest.find("file="); file != std::string_view::npos)
                    out += fmt::format("{}:\n\n", base::trim(rest.substr(file + 5)));
                out += fmt::format("{}\n", s.substr(0, space));
                continue;
            }
        }
        out += fmt::format("{}\n", line);
    }
    return std::string(base::trim(out));
}

Status lesson(const FrontMatter& front, std::string_view body, const std::vector<MarkdownCode>& code,
              std::string_view name, const Emit& emit) {
    Entry e;
    e.kind = Kind::lesson;
    e.title = front.title.empty() ? std::string(name) : front.title;
    e.text = shown(body);
    e.codes = front.codes;
    e.provenance.licence = front.licence;
    json::object payload;
    if (auto text = single_code(code, "broken"); !text.empty())
        payload["broken"] = text;
    else
        payload["broken_files"] = files_of(code, "broken");
    if (auto text = single_code(code, "fixed"); !text.empty())
        payload["fixed"] = text;
    else
        payload["fixed_files"] = files_of(code, "fixed");
    if (!front.edition.empty())
        payload["edition"] = front.edition;
    e.payload = base::dump(payload);
    return emit(std::move(e));
}

class Sections {
public:
    Sections(const FrontMatter& front, std::string_view name, const Emit& emit)
        : front_(front), name_(name), emit_(emit) {}

    Status read(std::string_view body) {
        std::string_view fence;
        for (const auto line : base::lines(body)) {
            const auto s = base::trim(line);
            const bool mark = s.starts_with("```") || s.starts_with("~~~");
            if (mark && fence.empty())
                fence = s.substr(0, 3);
            else if (mark && s == fence)
                fence = {};
            else if (const int level = heading(line); level != 0 && fence.empty()) {
                RC_TRY(end());
                enter(level, heading_text(line, level));
                continue;
            }
            text_ += line;
            text_ += '\n';
        }
        return end();
    }

private:
    void enter(int level, std::string title) {
        while (!path_.empty() && path_.back().first >= level)
            path_.pop_back();
        path_.emplace_back(level, std::move(title));
    }

    Status end() {
        const std::string text = std::exchange(text_, {});
        if (base::trim(text).empty())
            return {};
        std::string title = front_.title.empty() && path_.empty() ? std::string(name_) : front_.title;
        for (const auto& [level, part] : path_)
            if (part != title)
                title += (title.empty() ? "" : " > ") + part;
        std::size_t number = 0;
        for (auto& passage : split_passages(paragraphs(text))) {
            Entry e;
            e.title = ++number == 1 ? title : fmt::format("{} ({})", title, number);
            e.codes = front_.codes.empty() ? codes_in(passage) : front_.codes;
            e.text = std::move(passage);
            e.provenance.licence = front_.licence;
            if (!path_.empty())
                e.provenance.source = "#" + anchor_of(path_.back().second);
            RC_TRY(emit_(std::move(e)));
        }
        return {};
    }

    const FrontMatter& front_;
    std::string_view name_;
    const Emit& emit_;
    std::vector<std::pair<int, std::string>> path_;
    std::string text_;
};

} // namespace

FrontMatter front_matter(std::string_view& text) {
    FrontMatter front;
    if (text.starts_with("\xEF\xBB\xBF"))
        text.remove_prefix(3);
    if (!text.starts_with("---\n") && !text.starts_with("---\r\n"))
        return front;
    const auto end = text.find("\n---", 3);
    if (end == std::string_view::npos)
        return front;
    std::string list_key;
    for (auto line : base::lines(text.substr(4, end - 4))) {
        const auto s = base::trim(line);
        if (s.starts_with("- ") && (list_key == "codes" || list_key == "code")) {
            front.codes.push_back(unquoted(s.substr(2)));
            continue;
        }
        const auto colon = s.find(':');
        if (colon == std::string_view::npos || s.starts_with('#'))
            continue;
        const std::string key(base::trim(s.substr(0, colon)));
        std::string_view value = base::trim(s.substr(colon + 1));
        list_key = key;
        if (key == "title")
            front.title = unquoted(value);
        else if (key == "licence" || key == "license")
            front.licence = unquoted(value);
        else if (key == "edition")
            front.edition = unquoted(value);
        else if (key == "says")
            front.says = unquoted(value);
        else if ((key == "codes" || key == "code") && !value.empty()) {
            if (value.starts_with('[') && value.ends_with(']'))
                value = value.substr(1, value.size() - 2);
            for (const auto code : base::split(value, ','))
                if (!base::trim(code).empty())
                    front.codes.push_back(unquoted(code));
        }
    }
    const auto after = text.find('\n', end + 1);
    text = after == std::string_view::npos ? std::string_view() : text.substr(after + 1);
    front.present = true;
    return front;
}

std::vector<MarkdownCode> code_blocks(std::string_view markdown) {
    std::vector<MarkdownCode> out;
    for (const auto& block : paragraphs(markdown)) {
        if (!block.starts_with("```"))
            continue;
        MarkdownCode code;
        const auto first = block.find('\n');
        const std::string info = block.substr(3, first == std::string::npos ? first : first - 3);
        const std::string spaced = base::replace_all(info, ",", " ");
        for (const auto word : base::split(spaced, ' ')) {
            if (word == "broken" || word == "fixed")
                code.role = word;
            else if (word.starts_with("file="))
                code.file = word.substr(5);
            else if (code.language.empty())
                code.language = word;
        }
        if (first == std::string::npos)
            continue;
        const auto last = block.rfind("\n```");
        code.code =
            block.substr(first + 1, last == std::string::npos || last < first ? std::string::npos : last - first);
        out.push_back(std::move(code));
    }
    return out;
}

Status read_markdown(std::string_view text, std::string_view name, const Emit& emit) {
    const FrontMatter front = front_matter(text);
    if (front.present) {
        const auto code = code_blocks(text);
        const auto has = [&](std::string_view role) {
            return std::any_of(code.begin(), code.end(), [&](const auto& c) { return c.role == role; });
        };
        if (has("broken") && has("fixed"))
            return lesson(front, text, code, name, emit);
    }
    return Sections(front, name, emit).read(text);
}

} // namespace rustcoder::knowledge
