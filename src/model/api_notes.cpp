#include "model/api_notes.h"

#include "base/text.h"
#include "syntax/tree.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>

namespace rustcoder::model {

namespace {

using syntax::Item;
using syntax::ItemKind;

constexpr std::size_t max_bytes = 5'000, max_errors = 8, max_files = 300, max_item_lines = 40, shown_whole = 120;

using Names = std::set<std::string, std::less<>>;

void add_names(const syntax::Source& source, std::size_t begin, std::size_t end, Names& out) {
    for (auto i = source.token_at(begin); i < source.tokens().size() && source.tokens()[i].begin < end; ++i)
        if (source.tokens()[i].kind == syntax::Kind::ident)
            out.emplace(source.text(source.tokens()[i]));
}

void add_names(std::string_view text, Names& out) {
    const syntax::Source source{std::string(text)};
    add_names(source, 0, text.size(), out);
}

/// What stands between backticks in a message.
void add_quoted(std::string_view message, Names& out) {
    for (std::size_t at = 0; (at = message.find('`', at)) != std::string_view::npos;) {
        const auto end = message.find('`', at + 1);
        if (end == std::string_view::npos)
            return;
        add_names(message.substr(at + 1, end - at - 1), out);
        at = end + 1;
    }
}

/// Names in the lines that a span covers, and the types of the bindings that they use.
void add_names_at(const syntax::Tree& tree, const toolchain::Span& span, Names& out) {
    const auto& source = tree.source();
    if (span.begin >= source.text().size())
        return;
    Names here;
    const auto last = source.line_of(std::min(span.end, source.text().size() - 1));
    add_names(source, source.line_begin(source.line_of(span.begin)), source.line_end(last), here);
    for (const auto& binding : tree.bindings_at(span.begin))
        if (!binding.type_text.empty() && here.contains(binding.name))
            add_names(binding.type_text, out);
    if (const auto* function = tree.function_at(span.begin))
        add_names(source, function->signature.begin, function->signature.end, out);
    out.merge(here);
}

bool is_type(ItemKind kind) {
    return kind == ItemKind::structure || kind == ItemKind::enumeration || kind == ItemKind::union_ ||
           kind == ItemKind::trait || kind == ItemKind::type_alias;
}

std::string clipped(std::string_view text) {
    const auto lines = base::lines(text);
    if (lines.size() <= max_item_lines)
        return std::string(text);
    std::string out;
    for (std::size_t i = 0; i < max_item_lines; ++i)
        out.append(lines[i]).append("\n");
    return out + "// (cut)";
}

std::string declaration(const syntax::Tree& tree, std::size_t at) {
    const auto& source = tree.source();
    const Item& item = tree.items()[at];
    if (item.kind != ItemKind::impl)
        return item.kind == ItemKind::function ? fmt::format("{};", base::trim(source.text(item.signature)))
                                               : clipped(source.text(item.range));
    std::string out = fmt::format("{} {{\n", base::trim(source.text(item.signature)));
    for (const auto& member : tree.items())
        if (member.parent == static_cast<int>(at) && member.kind == ItemKind::function)
            out += fmt::format("    {};\n", base::trim(source.text(member.signature)));
    return clipped(out + "}");
}

} // namespace

std::string api_notes(const project::Project& project, std::span<const toolchain::Diagnostic> errors) {
    std::map<std::string, std::unique_ptr<syntax::Tree>, std::less<>> trees;
    for (const auto& [path, file] : project.files())
        if (path.ends_with(".rs") && trees.size() < max_files)
            trees[path] = std::make_unique<syntax::Tree>(std::make_shared<const syntax::Source>(*file.bytes));
    Names names;
    std::set<std::string, std::less<>> whole;
    for (const auto& error : errors.first(std::min(errors.size(), max_errors))) {
        add_quoted(error.message, names);
        for (const auto& span : error.spans) {
            const auto tree = trees.find(span.file);
            if (tree == trees.end())
                continue;
            add_names_at(*tree->second, span, names);
            add_quoted(span.label, names);
            if (tree->second->source().line_count() <= shown_whole)
                whole.insert(span.file);
        }
    }
    std::string out;
    for (const auto& [path, tree] : trees) {
        if (whole.contains(path))
            continue;
        std::string here;
        for (std::size_t i = 0; i < tree->items().size(); ++i) {
            const Item& item = tree->items()[i];
            const bool free_function = item.kind == ItemKind::function &&
                                       (!tree->parent(item) || tree->parent(item)->kind == ItemKind::module);
            const bool wanted = (is_type(item.kind) || item.kind == ItemKind::impl || free_function) && !item.is_test;
            if (wanted && !item.name.empty() && names.contains(item.name))
                here += declaration(*tree, i) + "\n";
        }
        if (!here.empty() && out.size() + here.size() <= max_bytes)
            out += fmt::format("// {}\n{}", path, here);
    }
    return out;
}

} // namespace rustcoder::model
