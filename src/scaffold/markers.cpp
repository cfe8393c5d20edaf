#include "scaffold/markers.h"

#include "base/text.h"
#include "syntax/source.h"

#include <fmt/format.h>

#include <optional>

namespace rustcoder::scaffold {

namespace {

struct Marker {
    std::string kind, name; // "feature", "without", "end", "slot"
};

bool is_name(char c) {
    return base::is_ident(c) || c == '-';
}

/// "@slot a @feature b" -> both. nullopt: no markers. A marker that is none has the kind "?".
std::optional<std::vector<Marker>> markers_of(std::string_view comment, std::string_view opener) {
    std::vector<Marker> out;
    std::string_view rest = comment;
    while (true) {
        rest = base::trim(rest);
        if (!out.empty() && rest.starts_with(opener))
            rest = base::trim(rest.substr(opener.size()));
        if (rest.empty() && !out.empty())
            return out;
        if (!rest.starts_with('@') || rest.size() < 2 || !base::is_ident_start(rest[1]))
            return out.empty() ? std::nullopt : std::optional(std::vector{Marker{"?", std::string(comment)}});
        const auto word = [&] {
            std::size_t end = 0;
            while (end < rest.size() && is_name(rest[end]))
                ++end;
            const auto name = rest.substr(0, end);
            rest = base::trim(rest.substr(end));
            return std::string(name);
        };
        rest.remove_prefix(1);
        Marker marker{word(), {}};
        if (!base::one_of(marker.kind, {"feature", "without", "end", "slot"}))
            return std::vector{Marker{"?", "@" + marker.kind}};
        if (marker.kind != "end")
            marker.name = word();
        if (marker.kind != "end" && marker.name.empty())
            return std::vector{Marker{"?", fmt::format("@{} without a name", marker.kind)}};
        out.push_back(std::move(marker));
    }
}

/// Where the comment of a line begins, npos: it has none that could hold markers.
std::size_t hash_comment(std::string_view line) {
    const auto text = base::trim(line);
    if (text.starts_with('#'))
        return line.find('#');
    for (const auto* kind : {" # @feature ", " # @slot "})
        if (const auto at = line.find(kind); at != std::string_view::npos)
            return at + 1;
    return std::string_view::npos;
}

/// Of each line of a Rust file; of a line by itself for code that was commented out.
std::vector<std::size_t> slash_comments(const std::string& text) {
    const syntax::Source source(text);
    std::vector<std::size_t> out(source.line_count() + 1, std::string::npos);
    for (const auto& comment : source.comments())
        if (source.text(comment).starts_with("//")) {
            const auto line = source.line_of(comment.begin);
            out[line] = comment.begin - source.line_begin(line);
        }
    return out;
}

class Reader {
public:
    Reader(std::string_view path, std::string_view bytes)
        : path_(path), rust_(path.ends_with(".rs")), opener_(rust_ ? "//" : "#"), bytes_(bytes) {
        if (rust_)
            comments_ = slash_comments(bytes_);
    }

    Result<MarkedFile> run() {
        const auto lines = base::lines(bytes_);
        for (number_ = 1; number_ <= lines.size(); ++number_)
            RC_TRY(line(lines[number_ - 1], comment_at(lines[number_ - 1])));
        if (!open_.empty())
            return error(open_.back().second, fmt::format("the block of '{}' has no @end", open_.back().first.feature));
        out_.ends_in_newline = bytes_.empty() || bytes_.back() == '\n';
        out_.ends_in_cut = cut_;
        return std::move(out_);
    }

private:
    std::unexpected<Error> error(std::size_t line, std::string message) const {
        return fail(Errc::invalid_input, std::move(message), fmt::format("{}:{}", path_, line),
                    "docs/templates.md tells how markers are written.");
    }

    std::size_t comment_at(std::string_view line) const {
        if (!rust_)
            return hash_comment(line);
        return number_ - 1 < comments_.size() ? comments_[number_ - 1] : std::string::npos;
    }

    bool in_without() const { return !open_.empty() && !open_.back().first.on; }

    Status line(std::string_view text, std::size_t comment) {
        if (comment != std::string_view::npos) {
            const auto inside = text.substr(comment + opener_.size());
            if (inside.starts_with('|') && in_without())
                return commented_out(text.substr(0, comment), inside.substr(1));
            if (const auto markers = markers_of(inside, opener_))
                return marked(text.substr(0, comment), *markers);
        }
        if (in_without() && !base::trim(text).empty())
            return error(number_, fmt::format("code for when '{}' is off must be commented out with '{}| '",
                                              open_.back().first.feature, opener_));
        push(std::string(text));
        return {};
    }

    Status commented_out(std::string_view indent, std::string_view code) {
        if (code.starts_with(' '))
            code.remove_prefix(1);
        auto text = base::trim(code).empty() ? std::string() : std::string(indent) + std::string(code);
        const auto comment = rust_ ? slash_comments(text).front() : hash_comment(text);
        if (comment != std::string::npos)
            if (const auto markers = markers_of(std::string_view(text).substr(comment + opener_.size()), opener_))
                return marked(std::string_view(text).substr(0, comment), *markers);
        push(std::move(text));
        return {};
    }

    Status marked(std::string_view before, const std::vector<Marker>& markers) {
        const bool alone = base::trim(before).empty();
        for (const auto& marker : markers)
            if (marker.kind == "?")
                return error(number_, fmt::format("no such marker: {}", marker.name));
        if (alone) {
            if (markers.size() != 1)
                return error(number_, "a line of its own takes one marker");
            return block(markers.front());
        }
        const auto end = before.find_last_not_of(" \t");
        push(std::string(before.substr(0, end + 1)));
        auto& line = out_.lines.back();
        for (const auto& marker : markers)
            if (marker.kind == "slot")
                line.slots.push_back(marker.name);
            else if (marker.kind == "feature")
                line.conditions.push_back({marker.name, true});
            else
                return error(number_, fmt::format("@{} needs a line of its own", marker.kind));
        return {};
    }

    Status block(const Marker& marker) {
        if (marker.kind == "slot")
            return error(number_, "@slot stands behind the line that holds the value");
        if (marker.kind == "end" && open_.empty())
            return error(number_, "@end without a block");
        if (marker.kind == "end")
            open_.pop_back();
        else
            open_.push_back({{marker.name, marker.kind == "feature"}, number_});
        cut_ = true;
        return {};
    }

    void push(std::string text) {
        MarkedLine line{std::move(text), {}, {}, number_, cut_};
        for (const auto& [condition, from] : open_)
            line.conditions.push_back(condition);
        out_.lines.push_back(std::move(line));
        cut_ = false;
    }

    std::string path_;
    bool rust_;
    std::string opener_;
    std::string bytes_;
    std::vector<std::size_t> comments_;
    std::vector<std::pair<Condition, std::size_t>> open_; // with the line where each began
    std::size_t number_ = 0;
    bool cut_ = false;
    MarkedFile out_;
};

} // namespace

Result<MarkedFile> read_markers(std::string_view path, std::string_view bytes) {
    return Reader(path, bytes).run();
}

} // namespace rustcoder::scaffold
