#include "model/file_answer.h"

#include "base/json.h"
#include "base/text.h"
#include "project/flat_lines.h"
#include "project/flat_text.h"

#include <algorithm>

namespace rustcoder::model {

namespace {

namespace json = base::json;
namespace flat = project::flat;

constexpr std::size_t max_answer = 4u << 20;

EditBlock file_block(std::string_view path, std::string_view content) {
    EditBlock block{.path = std::string(path), .whole_file = true};
    block.replace = content;
    if (!block.replace.ends_with('\n'))
        block.replace += '\n';
    return block;
}

bool looks_like_path(std::string_view key) {
    return !key.empty() && key.find_first_of(" \n\t") == std::string_view::npos && base::has(key, ".");
}

std::string_view first_of(const json::object& object, std::initializer_list<std::string_view> names) {
    for (const auto name : names)
        if (const auto text = base::get_string(object, name); !text.empty())
            return text;
    return {};
}

/// {path: content}, {"files": {...}}, {"files": [{"path", "content"}]}.
void add_json(const json::value& value, ParsedAnswer& out, int depth = 0) {
    if (const auto* list = value.if_array()) {
        for (const auto& item : *list) {
            const auto* file = item.if_object();
            if (!file)
                continue;
            const auto path = first_of(*file, {"path", "filename", "name", "file"});
            const auto text = first_of(*file, {"content", "contents", "code", "text"});
            if (looks_like_path(path) && !text.empty())
                out.blocks.push_back(file_block(path, text));
        }
        return;
    }
    const auto* object = value.if_object();
    if (!object)
        return;
    for (const auto& member : *object) {
        if (depth == 0 && base::one_of(member.key(), {"files", "project", "project_files"}))
            add_json(member.value(), out, 1);
        else if (looks_like_path(member.key()) && member.value().is_string())
            out.blocks.push_back(file_block(member.key(), std::string_view(member.value().get_string())));
    }
}

/// An answer that is JSON, or holds it in a fence, after some prose or before some.
ParsedAnswer from_json(std::string_view answer) {
    ParsedAnswer out;
    const auto begin = answer.find('{'), end = answer.rfind('}');
    if (begin == std::string_view::npos || end == std::string_view::npos || end < begin)
        return out;
    for (const auto text : {base::trim(answer), answer.substr(begin, end - begin + 1)})
        if (const auto value = base::parse_json(text); value && out.blocks.empty())
            add_json(*value, out);
    return out;
}

bool has_markers(std::string_view answer) {
    const auto lines = base::lines(answer);
    return std::any_of(lines.begin(), lines.end(), [](auto line) { return flat::parse_marker(line).has_value(); });
}

bool has_blocks(std::string_view answer) {
    return base::has(answer, "<<<<<") && base::has(answer, ">>>>>");
}

/// Without the files whose paths are not safe, which would cost the rest their hearing.
std::string without_unsafe(std::string_view answer, ParsedAnswer& told) {
    std::string out;
    bool skip = false;
    std::size_t number = 0;
    for (const auto line : base::lines(answer)) {
        ++number;
        if (const auto marker = flat::parse_marker(line)) {
            skip = !project::safe_path(marker->path);
            if (skip)
                told.refused.push_back({marker->path, number, "its path is outside the project"});
        }
        if (!skip)
            out.append(line).append("\n");
    }
    return out;
}

/// In the order of the text, so that the last one is the one that a token limit cut.
ParsedAnswer from_markers(std::string_view answer) {
    ParsedAnswer out;
    const auto safe = without_unsafe(answer, out);
    if (!has_markers(safe))
        return out;
    const auto parsed = project::parse_flat_text(safe);
    if (!parsed) {
        out.refused.push_back({"", 1, parsed.error().message});
        return out;
    }
    for (const auto line : base::lines(safe))
        if (const auto marker = flat::parse_marker(line))
            if (const auto path = project::safe_path(marker->path))
                if (const auto* text = parsed->project.find(*path))
                    out.blocks.push_back(file_block(*path, *text));
    return out;
}

/// The one fence of an answer that names no file, when it is a program or a library.
ParsedAnswer from_bare_fence(std::string_view answer) {
    ParsedAnswer out;
    std::optional<flat::Fence> open;
    std::string text;
    std::vector<std::string> found;
    for (const auto line : base::lines(answer)) {
        const auto fence = flat::parse_fence(line);
        if (open && fence && fence->closes(*open)) {
            found.push_back(std::exchange(text, {}));
            open.reset();
        } else if (open) {
            text.append(line).append("\n");
        } else if (fence) {
            open = fence;
        }
    }
    std::erase_if(found, [](const std::string& s) { return !flat::looks_like_rust(s); });
    if (found.size() == 1)
        out.blocks.push_back(file_block(base::has(found[0], "fn main(") ? "src/main.rs" : "src/lib.rs", found[0]));
    return out;
}

} // namespace

EditAnswer read_files(std::string_view answer, const project::Project& base, const EditRules& rules, bool cut) {
    if (answer.size() > max_answer)
        return {{}, 0, {{"", 1, "the answer is too long"}}};
    ParsedAnswer parsed;
    if (has_blocks(answer)) {
        parsed = parse_edit_blocks(answer);
    } else {
        if (has_markers(answer)) {
            parsed = from_markers(answer);
            if (cut && !parsed.blocks.empty()) {
                parsed.refused.push_back({parsed.blocks.back().path, 1, "the answer ended within this file"});
                parsed.blocks.pop_back();
            }
        }
        if (parsed.blocks.empty() && parsed.refused.empty())
            parsed = parse_edit_blocks(answer);
        if (parsed.blocks.empty())
            if (auto other = from_json(answer); !other.blocks.empty())
                parsed = std::move(other);
        if (parsed.blocks.empty() && parsed.refused.empty() && base.empty())
            parsed = from_bare_fence(answer);
    }
    return apply_edits(std::move(parsed), base, rules);
}

} // namespace rustcoder::model
