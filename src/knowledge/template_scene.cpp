#include "knowledge/template_scene.h"

#include "base/text.h"
#include "knowledge/template_words.h"

#include <algorithm>
#include <cctype>

namespace rustcoder::knowledge {

namespace {

using syntax::Kind;

constexpr std::size_t max_message = 600;
constexpr std::size_t max_atoms = 40;
constexpr std::size_t max_places = 60;
constexpr std::size_t max_atom_tokens = 24;

bool is_digit(char c) {
    return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

bool is_word(char c) {
    return base::is_ident(c) || c == '\'';
}

// Quoted text that is the language's own: punctuation and keywords say what was expected where.
bool is_rusts_own(std::string_view quoted) {
    if (quoted.empty())
        return false;
    if (std::none_of(quoted.begin(), quoted.end(), [](char c) { return base::is_ident(c); }))
        return quoted.size() <= 4 &&
               std::all_of(quoted.begin(), quoted.end(), [](char c) { return c > 32 && c < 127; });
    return syntax::is_keyword(quoted);
}

std::string normal_word(std::string_view word) {
    if (std::any_of(word.begin(), word.end(), is_digit))
        return "#";
    std::string lower(word);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return is_message_word(lower) ? lower : "_";
}

void append(std::string& out, std::string_view part) {
    if (part == "_" && (out == "_" || out.ends_with(" _")))
        return; // a run of foreign words is one
    if (!out.empty())
        out += ' ';
    out += part;
}

} // namespace

std::vector<Tok> tokens_of(const syntax::Source& source) {
    std::vector<Tok> out;
    out.reserve(source.tokens().size() + 8);
    for (const syntax::Token& t : source.tokens()) {
        std::string_view text = source.text(t);
        if (t.kind == Kind::punct && (text == ">>" || text == "&&" || text == "||")) {
            out.push_back({t.kind, text.substr(0, 1), t.begin, t.begin + std::size_t{1}});
            out.push_back({t.kind, text.substr(1, 1), t.begin + std::size_t{1}, t.end});
            continue;
        }
        out.push_back({t.kind, text, t.begin, t.end});
    }
    return out;
}

Shape shape_of(std::string_view message) {
    message = message.substr(0, max_message);
    Shape shape;
    for (std::size_t i = 0; i < message.size();) {
        const char c = message[i];
        if (c == '`') {
            const std::size_t end = std::min(message.find('`', i + 1), message.size());
            const std::string_view quoted = message.substr(i + 1, end - i - 1);
            if (is_rusts_own(quoted)) {
                append(shape.text, "`" + std::string(quoted) + "`");
            } else {
                append(shape.text, "`_`");
                shape.atoms.emplace_back(quoted);
            }
            i = std::min(end + 1, message.size());
        } else if (is_word(c)) {
            std::size_t end = i;
            while (end < message.size() && is_word(message[end]))
                ++end;
            append(shape.text, normal_word(message.substr(i, end - i)));
            i = end;
        } else {
            ++i;
        }
    }
    return shape;
}

std::string shape_of(const toolchain::Diagnostic& diagnostic) {
    std::string shape = shape_of(diagnostic.message).text;
    if (const toolchain::Span* primary = diagnostic.primary(); primary && !primary->label.empty())
        shape += " | " + shape_of(primary->label).text;
    return shape;
}

int SceneFile::token_at(std::size_t offset) const {
    auto it = std::partition_point(tokens.begin(), tokens.end(), [&](const Tok& t) { return t.end <= offset; });
    return static_cast<int>(it - tokens.begin());
}

Scene::Scene(const toolchain::Diagnostic& diagnostic, const TreeOf& tree_of)
    : tree_of_(tree_of), code_(diagnostic.code), shape_(shape_of(diagnostic)) {
    add_atoms("m", shape_of(diagnostic.message).atoms);
    const toolchain::Span* primary = diagnostic.primary();
    if (primary) {
        add_atoms("p", shape_of(primary->label).atoms);
        add_span("p", *primary);
    }
    for (const toolchain::Span& span : diagnostic.spans) {
        if (&span == primary || !span.in_project)
            continue;
        const Shape label = shape_of(span.label);
        const std::string role = fresh_role((span.primary ? "q:" : "s:") + label.text);
        add_atoms(role + "/", label.atoms);
        add_span(role, span);
    }
    for (const toolchain::Child& child : diagnostic.children) {
        const Shape message = shape_of(child.message);
        const std::string role = fresh_role("c:" + message.text.substr(0, 80));
        add_atoms(role + "/", message.atoms);
        for (const toolchain::Span& span : child.spans)
            if (span.in_project) {
                add_span(role, span);
                break;
            }
    }
    for (const toolchain::Suggestion& s : diagnostic.suggestions) {
        const std::string role = fresh_role("g:" + shape_of(s.message).text.substr(0, 80));
        for (const toolchain::Replacement& part : s.parts) {
            suggested_.push_back(part.text);
            if (!part.in_project || suggested_.size() > 8)
                continue;
            add_atoms(role + "/", {part.text});
            add_range(role, part.file, {part.begin, part.end});
        }
    }
    if (!primary)
        return;
    if (const Place* at = place("p")) {
        const SceneFile* f = file(at->path);
        if (f && at->end > at->begin && at->end - at->begin <= 6)
            add_atoms("t", {std::string(f->source().text(f->tokens[static_cast<std::size_t>(at->begin)].begin,
                                                         f->tokens[static_cast<std::size_t>(at->end - 1)].end))});
    }
    add_definitions(primary->file, primary->begin);
    add_surroundings(primary->file, primary->begin);
}

const SceneFile* Scene::file(std::string_view path) const {
    if (auto it = files_.find(path); it != files_.end())
        return it->second.tree ? &it->second : nullptr;
    SceneFile f;
    f.tree = tree_of_ ? tree_of_(path) : nullptr;
    if (f.tree)
        f.tokens = tokens_of(f.tree->source());
    auto& kept = files_.emplace(std::string(path), std::move(f)).first->second;
    return kept.tree ? &kept : nullptr;
}

const Scene::Place* Scene::place(std::string_view role) const {
    auto it = std::find_if(places_.begin(), places_.end(), [&](const Place& p) { return p.role == role; });
    return it == places_.end() ? nullptr : &*it;
}

const Scene::Atom* Scene::atom(std::string_view role) const {
    auto it = std::find_if(atoms_.begin(), atoms_.end(), [&](const Atom& a) { return a.role == role; });
    return it == atoms_.end() ? nullptr : &*it;
}

std::string Scene::fresh_role(std::string role) const {
    auto taken = [&](const std::string& r) {
        return place(r) ||
               std::any_of(atoms_.begin(), atoms_.end(), [&](const Atom& a) { return a.role.starts_with(r + "/"); });
    };
    std::string numbered = role;
    for (int n = 2; taken(numbered); ++n)
        numbered = role + "#" + std::to_string(n);
    return numbered;
}

void Scene::add_atoms(const std::string& prefix, const std::vector<std::string>& texts) {
    for (std::size_t i = 0; i < texts.size() && atoms_.size() < max_atoms; ++i) {
        Atom atom{prefix + std::to_string(i), texts[i], std::make_shared<const syntax::Source>(texts[i]), {}};
        atom.tokens = tokens_of(*atom.source);
        if (!atom.tokens.empty() && atom.tokens.size() <= max_atom_tokens)
            atoms_.push_back(std::move(atom));
    }
}

void Scene::add_span(const std::string& role, const toolchain::Span& span) {
    if (span.in_project)
        add_range(role, span.file, {span.begin, span.end});
}

void Scene::add_range(const std::string& role, const std::string& path, syntax::Range range) {
    const SceneFile* f = places_.size() < max_places && !place(role) ? file(path) : nullptr;
    if (!f)
        return;
    const int begin = f->token_at(range.begin);
    int end = begin;
    while (end < static_cast<int>(f->tokens.size()) && f->tokens[static_cast<std::size_t>(end)].begin < range.end)
        ++end;
    places_.push_back({role, path, begin, std::max(begin, end)});
}

// Where the names that the diagnostic quotes are declared.
void Scene::add_definitions(const std::string& path, std::size_t at) {
    const SceneFile* f = file(path);
    if (!f)
        return;
    const std::vector<Atom> atoms = atoms_;
    const auto bindings = f->tree->bindings_at(at);
    for (const Atom& atom : atoms) {
        if (atom.tokens.size() != 1 || atom.tokens[0].kind != Kind::ident)
            continue;
        for (const syntax::Binding& b : bindings)
            if (b.name == atom.text) {
                add_range("b:" + atom.role, path, b.name_range);
                if (!b.type_range.empty())
                    add_range("bt:" + atom.role, path, b.type_range);
                if (!b.initializer.empty())
                    add_range("bi:" + atom.role, path, b.initializer);
                break;
            }
        for (const syntax::Item& item : f->tree->items()) {
            if (item.name == atom.text && !item.name_range.empty() && item.kind != syntax::ItemKind::impl) {
                add_range("d:" + atom.role, path, item.name_range);
                add_range("di:" + atom.role, path, item.range);
                add_range("ds:" + atom.role, path, item.signature);
                break;
            }
            auto field = std::find_if(item.fields.begin(), item.fields.end(),
                                      [&](const syntax::Field& x) { return x.name == atom.text; });
            if (field != item.fields.end()) {
                add_range("df:" + atom.role, path, field->range);
                break;
            }
        }
    }
}

void Scene::add_surroundings(const std::string& path, std::size_t at) {
    const SceneFile* f = file(path);
    if (!f)
        return;
    const syntax::Tree& tree = *f->tree;
    if (syntax::Range statement = tree.statement_at(at); !statement.empty())
        add_range("st", path, statement);
    if (const syntax::Item* fn = tree.function_at(at)) {
        add_range("f:name", path, fn->name_range);
        add_range("f:signature", path, fn->signature);
        if (!fn->body.empty())
            add_range("f:body", path, fn->body);
        if (!fn->return_type.empty())
            add_range("f:return", path, fn->return_type);
        if (const syntax::Item* owner = tree.parent(*fn)) {
            add_range("o:signature", path, owner->signature);
            if (!owner->body.empty())
                add_range("o:body", path, owner->body);
        }
    }
    if (const syntax::Item* item = tree.item_at(at)) {
        add_range("it", path, item->range);
        add_range("it:signature", path, item->signature);
    }
    for (const syntax::Item& item : tree.items())
        if (item.depth == 0) {
            add_range("u", path, item.range); // imports go before the first item
            break;
        }
}

} // namespace rustcoder::knowledge
