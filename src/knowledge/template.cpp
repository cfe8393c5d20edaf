#include "knowledge/template.h"

#include "base/json.h"
#include "base/text.h"
#include "knowledge/template_words.h"
#include "syntax/lexer.h"

#include <fmt/format.h>

#include <algorithm>

namespace rustcoder::knowledge {

namespace {

namespace json = base::json;

constexpr std::size_t max_terms = 64; // of one pattern
constexpr std::size_t max_holes = 64;
constexpr std::size_t max_hunks = 8;
constexpr std::size_t max_atom_patterns = 40;
constexpr std::size_t max_text = 1000;

constexpr const char* hole_names[] = {"name", "lifetime", "integer", "float", "text", "operand", "run"};

json::value print_term(const Term& t) {
    constexpr char sign[] = {'=', '?', '~', '!'};
    std::string s(1, sign[static_cast<int>(t.kind)]);
    s += t.kind == Term::Kind::word ? t.word : std::to_string(t.hole);
    return json::value(std::to_string(t.gap) + s);
}

json::array print_pattern(const Pattern& pattern) {
    json::array out;
    for (const Term& t : pattern)
        out.push_back(print_term(t));
    return out;
}

// A word that comes from outside (an imported snapshot) must be one that may be stored at all.
bool is_storable(std::string_view word) {
    if (word.empty() || word.size() > 32)
        return false;
    const syntax::Lexed lexed = syntax::lex(word);
    if (lexed.tokens.size() != 1 || lexed.tokens[0].end != word.size())
        return false;
    switch (lexed.tokens[0].kind) {
    case syntax::Kind::ident:
        return word == "_" || is_public_name(word);
    case syntax::Kind::lifetime:
        return word == "'static" || word == "'_";
    case syntax::Kind::keyword:
    case syntax::Kind::punct:
    case syntax::Kind::open:
    case syntax::Kind::close:
        return true;
    default:
        return false;
    }
}

bool read_term(const json::value& v, std::size_t holes, Term& out) {
    if (!v.is_string())
        return false;
    const std::string_view s = v.get_string();
    if (s.size() < 3 || s[0] < '0' || s[0] > '2')
        return false;
    out.gap = static_cast<std::uint8_t>(s[0] - '0');
    const std::size_t kind = std::string_view("=?~!").find(s[1]);
    if (kind == std::string_view::npos)
        return false;
    out.kind = static_cast<Term::Kind>(kind);
    if (out.kind == Term::Kind::word) {
        out.word = s.substr(2);
        return is_storable(out.word);
    }
    if (s.size() > 4 || !std::all_of(s.begin() + 2, s.end(), [](char c) { return c >= '0' && c <= '9'; }))
        return false;
    out.hole = std::stoi(std::string(s.substr(2)));
    return static_cast<std::size_t>(out.hole) < holes;
}

bool read_pattern(const json::object& o, std::string_view key, std::size_t holes, Pattern& out) {
    const json::array* list = base::get_array(o, key);
    if (!list || list->size() > max_terms)
        return false;
    for (const json::value& v : *list)
        if (Term t; read_term(v, holes, t))
            out.push_back(std::move(t));
        else
            return false;
    return true;
}

bool read_hunk(const json::value& v, std::size_t holes, TemplateHunk& h) {
    if (!v.is_object())
        return false;
    const json::object& o = v.get_object();
    h.anchor = base::get_string(o, "anchor");
    h.at_end = base::get_bool(o, "end");
    h.offset = static_cast<int>(
        std::clamp<std::int64_t>(base::get_int(o, "offset"), -TemplateHunk::anywhere, TemplateHunk::anywhere));
    h.trail = static_cast<std::uint8_t>(std::clamp<std::int64_t>(base::get_int(o, "trail"), 0, 2));
    return !h.anchor.empty() && h.anchor.size() <= max_text && read_pattern(o, "left", holes, h.left) &&
           read_pattern(o, "removed", holes, h.removed) && read_pattern(o, "added", holes, h.added) &&
           read_pattern(o, "right", holes, h.right);
}

std::string readable(const Template& t, const Pattern& pattern, bool spaced = false) {
    std::string out;
    for (const Term& term : pattern) {
        if (!out.empty() && (spaced || term.gap > 0))
            out += ' ';
        switch (term.kind) {
        case Term::Kind::word:
            out += term.word;
            break;
        case Term::Kind::near:
            out += "$respelt";
            break;
        case Term::Kind::fresh:
            out += "'new";
            break;
        case Term::Kind::hole:
            out += fmt::format("${}{}", hole_names[static_cast<int>(t.holes[static_cast<std::size_t>(term.hole)])],
                               term.hole);
        }
    }
    return out;
}

} // namespace

double Template::specificity() const {
    double concrete = 0, all = 0;
    auto count = [&](const Pattern& p, double weight) {
        for (const Term& t : p) {
            all += weight;
            concrete += t.kind == Term::Kind::word ? weight : 0;
        }
    };
    for (const AtomPattern& a : atoms)
        count(a.pattern, 1);
    for (const TemplateHunk& h : hunks) {
        count(h.left, 1);
        count(h.removed, 1);
        count(h.right, 1);
    }
    // Six concrete tokens say as much as can be hoped for.
    return all > 0 ? std::min(1.0, concrete / 6) * 0.7 + 0.3 * concrete / all : 0;
}

std::string print(const Template& t) {
    json::object o;
    o["template"] = 1;
    o["code"] = t.code;
    o["shape"] = t.shape;
    json::array holes;
    for (HoleType h : t.holes)
        holes.push_back(json::value(hole_names[static_cast<int>(h)]));
    o["holes"] = std::move(holes);
    json::array atoms;
    for (const AtomPattern& a : t.atoms)
        atoms.push_back(json::object{{"role", a.role}, {"pattern", print_pattern(a.pattern)}});
    o["atoms"] = std::move(atoms);
    json::array hunks;
    for (const TemplateHunk& h : t.hunks)
        hunks.push_back(json::object{{"anchor", h.anchor},
                                     {"end", h.at_end},
                                     {"offset", h.offset},
                                     {"left", print_pattern(h.left)},
                                     {"removed", print_pattern(h.removed)},
                                     {"added", print_pattern(h.added)},
                                     {"right", print_pattern(h.right)},
                                     {"trail", h.trail}});
    o["hunks"] = std::move(hunks);
    return base::dump(o);
}

std::optional<Template> parse_template(std::string_view text) {
    auto parsed = base::parse_json(text);
    if (!parsed || !parsed->is_object())
        return std::nullopt;
    const json::object& o = parsed->get_object();
    const json::array *holes = base::get_array(o, "holes"), *atoms = base::get_array(o, "atoms"),
                      *hunks = base::get_array(o, "hunks");
    if (base::get_int(o, "template") != 1 || !holes || !atoms || !hunks || hunks->empty() ||
        holes->size() > max_holes || atoms->size() > max_atom_patterns || hunks->size() > max_hunks)
        return std::nullopt;
    Template t;
    t.code = base::get_string(o, "code");
    t.shape = base::get_string(o, "shape");
    if (t.code.size() > 64 || t.shape.size() > max_text * 2)
        return std::nullopt;
    for (const json::value& v : *holes) {
        const auto* end = std::end(hole_names);
        const auto* at = v.is_string() ? std::find(std::begin(hole_names), end, v.get_string()) : end;
        if (at == end)
            return std::nullopt;
        t.holes.push_back(static_cast<HoleType>(at - std::begin(hole_names)));
    }
    for (const json::value& v : *atoms) {
        AtomPattern a;
        if (!v.is_object() || !read_pattern(v.get_object(), "pattern", t.holes.size(), a.pattern))
            return std::nullopt;
        a.role = base::get_string(v.get_object(), "role");
        if (a.role.empty() || a.role.size() > max_text)
            return std::nullopt;
        t.atoms.push_back(std::move(a));
    }
    for (const json::value& v : *hunks)
        if (TemplateHunk h; read_hunk(v, t.holes.size(), h))
            t.hunks.push_back(std::move(h));
        else
            return std::nullopt;
    return t;
}

std::string title_of(const Template& t) {
    std::string out = (t.code.empty() ? "syntax error" : t.code) + ": ";
    for (const TemplateHunk& h : t.hunks) {
        const std::string removed = readable(t, h.removed, true), added = readable(t, h.added);
        if (&h != &t.hunks.front())
            out += ", ";
        if (removed.empty())
            out += "insert `" + added + "`";
        else if (added.empty())
            out += "remove `" + removed + "`";
        else
            out += "replace `" + removed + "` by `" + added + "`";
    }
    return out;
}

std::string text_of(const Template& t) {
    std::string out = "Error: " + t.shape + "\n";
    for (const TemplateHunk& h : t.hunks) {
        const std::string left = readable(t, h.left, true), right = readable(t, h.right, true);
        out += fmt::format("- {} {} {}\n+ {} {} {}\n", left, readable(t, h.removed, true), right, left,
                           readable(t, h.added), right);
    }
    return out;
}

} // namespace rustcoder::knowledge
