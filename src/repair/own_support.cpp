#include "repair/own_support.h"

#include "base/text.h"

#include <algorithm>
#include <array>

namespace rustcoder::repair {

namespace {

using base::has;

} // namespace

Site::Site(const RuleContext& c, Proposals& out, std::string_view rule)
    : context(c), d(c.diagnostic), out_(out), rule_(rule), place_(primary_place(c)) {}

Range Site::range(const Span* span) const {
    if (!span || !place_ || span->file != place_->path || span->begin > span->end || span->end > s().text().size())
        return {};
    return {span->begin, span->end};
}

const Span* Site::child_span(std::string_view message, std::string_view label) const {
    for (const Child& child : d.children)
        if (has(child.message, message))
            for (const Span& span : child.spans)
                if (span.in_project && has(span.label, label))
                    return &span;
    return nullptr;
}

void Site::propose(Risk risk, double prior, std::string why, std::vector<Edit> edits) {
    if (edits.empty())
        return;
    for (const Edit& e : edits) {
        auto source = context.sources.source(e.path);
        if (!source || e.begin > e.end || e.end > source->text().size())
            return;
    }
    out_.edits(rule_, std::move(edits), risk, prior, std::move(why));
}

bool CodeRule::applies(const Diagnostic& d) const {
    return std::any_of(codes_.begin(), codes_.end(), [&](std::string_view code) {
        return code.starts_with("~") ? has(d.message, code.substr(1)) : d.code == code;
    });
}

void CodeRule::propose(const RuleContext& context, Proposals& out) const {
    Site site(context, out, name_);
    if (site.ok() && site.token() < site.s().tokens().size())
        propose_(site);
}

// ---- edits --------------------------------------------------------------------------------------------------------

std::string indent_at(const Source& s, std::size_t offset) {
    return std::string(s.line_indent(s.line_of(offset)));
}

std::string gap_at(const Source& s, std::size_t offset) {
    bool first = base::trim(s.text(s.line_begin(s.line_of(offset)), offset)).empty();
    return first ? "\n" + indent_at(s, offset) : " ";
}

std::string fresh_name(const Source& s, std::string wish) {
    if (wish.empty() || syntax::is_keyword(wish) || !base::is_ident_start(wish[0]))
        wish = "value";
    // fields and methods of that name do not clash with a variable
    auto taken = [&](const std::string& name) {
        for (std::size_t i = 0; i < s.tokens().size(); ++i) {
            auto k = static_cast<std::int64_t>(i);
            if (s.text(s.tokens()[i]) != name || s.at(k - 1) == "." || s.at(k - 1) == "::")
                continue;
            const Kind next = i + 1 < s.tokens().size() ? s.tokens()[i + 1].kind : Kind::unknown;
            if (s.at(k - 1) != "fn" && s.at(k + 1) != ":" && !(next == Kind::open && s.at(k + 1) == "("))
                return true;
        }
        return false;
    };
    std::string name = wish;
    for (int n = 2; taken(name); ++n)
        name = wish + "_" + std::to_string(n);
    return name;
}

namespace {

/// The whole lines (with terminator) when nothing but comments shares them with the range, else the range itself.
Range whole_lines(const Source& s, Range r) {
    std::size_t first = s.line_of(r.begin), last = s.line_of(r.end > r.begin ? r.end - 1 : r.end);
    std::size_t begin = s.line_begin(first), end = s.line_end(last);
    if (!base::trim(s.text(begin, r.begin)).empty())
        return r;
    auto rest = base::trim(s.text(r.end, end));
    if (!rest.empty() && !rest.starts_with("//"))
        return r;
    if (end < s.text().size())
        end = last + 1 < s.line_count() ? s.line_begin(last + 1) : s.text().size();
    return {begin, end};
}

} // namespace

Edit cut_line(const Source& s, std::string_view path, Range r) {
    Range lines = whole_lines(s, r);
    return make_edit(path, lines.begin, lines.end, {});
}

std::vector<Edit> move_before(const Source& s, std::string_view path, Range statement, std::size_t before) {
    Range lines = whole_lines(s, statement);
    std::string body(s.text(statement));
    if (!body.ends_with(";") && !body.ends_with("}"))
        body += ";";
    return {make_edit(path, lines.begin, lines.end, {}), make_edit(path, before, before, body + gap_at(s, before))};
}

std::vector<Edit> move_after(const Source& s, std::string_view path, Range statement, Range after) {
    Range lines = whole_lines(s, statement);
    std::string body(s.text(statement));
    std::string_view last = base::trim(s.text(after));
    if (!last.ends_with(";") && !last.ends_with("}"))
        return {}; // a tail expression is the block's value
    return {make_edit(path, lines.begin, lines.end, {}),
            make_edit(path, after.end, after.end, gap_at(s, after.begin) + body)};
}

std::vector<Edit> hoist(const Source& s, std::string_view path, Range expression, Range statement, std::string name,
                        bool mutable_binding) {
    std::string let = std::string(mutable_binding ? "let mut " : "let ") + name + " = " +
                      std::string(s.text(expression)) + ";" + gap_at(s, statement.begin);
    return {make_edit(path, statement.begin, statement.begin, let),
            make_edit(path, expression.begin, expression.end, std::move(name))};
}

Range with_separator(const Source& s, Range element) {
    auto after = s.token_at(element.end);
    auto before = s.token_before(element.begin);
    const auto& tokens = s.tokens();
    if (after < tokens.size() && (s.text(tokens[after]) == "," || s.text(tokens[after]) == "+")) {
        std::size_t end = tokens[after].end;
        if (after + 1 < tokens.size() && tokens[after + 1].kind != Kind::close &&
            tokens[after + 1].line == tokens[after].line)
            end = tokens[after + 1].begin;
        return {element.begin, end};
    }
    if (before >= 0 && (s.at(before) == "," || s.at(before) == "+"))
        return {tokens[static_cast<std::size_t>(before)].begin, element.end};
    return element;
}

// ---- types --------------------------------------------------------------------------------------------------------

std::string borrowed_type(std::string_view type) {
    std::string t(base::trim(type));
    if (t == "String" || t == "std::string::String")
        return "&str";
    if (auto item = wraps(t, "Vec"); item && t.starts_with("Vec<"))
        return "&[" + *item + "]";
    if (t.starts_with("impl ") && has(t, " + "))
        return "&(" + t + ")";
    return "&" + t;
}

std::string moved_type(const Diagnostic& d) {
    for (const Span& span : d.spans)
        for (std::string_view mark : {"has type `", "value has type `"})
            if (auto type = between(span.label, mark, "`"))
                return *type;
    for (const Child& child : d.children)
        if (auto type = between(child.message, "has type `", "`"))
            return *type;
    return {};
}

std::optional<Declared> local_type(const RuleContext& context, std::string_view type) {
    std::string head = type_head(clean_type(strip_refs(type)));
    if (head.empty())
        return std::nullopt;
    auto found = types_named(context, head);
    std::erase_if(found, [](const Declared& d) {
        return d.item->kind != ItemKind::structure && d.item->kind != ItemKind::enumeration &&
               d.item->kind != ItemKind::union_;
    });
    if (found.size() != 1)
        return std::nullopt;
    return found.front();
}

std::optional<Declared> trait_named(const RuleContext& context, std::string_view name) {
    auto found = types_named(context, name);
    std::erase_if(found, [](const Declared& d) { return d.item->kind != ItemKind::trait; });
    if (found.empty())
        return std::nullopt;
    return found.front();
}

std::optional<Edit> derive_edit(const Declared& type, std::vector<std::string> traits) {
    const Item& item = *type.item;
    std::erase_if(traits, [&](const std::string& t) {
        return std::find(item.derives.begin(), item.derives.end(), t) != item.derives.end();
    });
    if (traits.empty())
        return std::nullopt;
    std::string list;
    for (const auto& t : traits)
        list += (list.empty() ? "" : ", ") + t;
    const Source& s = type.tree->source();
    for (Range a : item.attributes) {
        auto text = s.text(a);
        auto open = text.find("derive(");
        if (open == std::string_view::npos)
            continue;
        open += 7;
        auto rest = base::trim(text.substr(open));
        return make_edit(type.path, a.begin + open, a.begin + open, rest.starts_with(")") ? list : list + ", ");
    }
    std::size_t at = item.signature.begin;
    return make_edit(type.path, at, at, "#[derive(" + list + ")]\n" + indent_at(s, at));
}

bool fields_copy(const RuleContext& context, const Item& type) {
    auto copy = [&](const std::string& text, auto&& self, int depth) -> bool {
        std::string t = clean_type(text);
        if (is_copy(t))
            return true;
        if (t.starts_with("(") || t.starts_with("[") || t.starts_with("Option<")) {
            auto parts = type_arguments(
                t.starts_with("[")
                    ? "[" + t.substr(1, t.find(';') == std::string::npos ? std::string::npos : t.find(';') - 1) + "]"
                    : t);
            return !parts.empty() &&
                   std::all_of(parts.begin(), parts.end(), [&](const auto& p) { return self(p, self, depth); });
        }
        if (depth > 3)
            return false;
        auto local = local_type(context, t);
        return local && std::find(local->item->derives.begin(), local->item->derives.end(), "Copy") !=
                            local->item->derives.end();
    };
    auto all = [&](const std::vector<syntax::Field>& fields) {
        return std::all_of(fields.begin(), fields.end(), [&](const auto& f) { return copy(f.type_text, copy, 0); });
    };
    return all(type.fields) &&
           std::all_of(type.variants.begin(), type.variants.end(), [&](const auto& v) { return all(v.fields); });
}

std::vector<const Item*> members_of(const Tree& tree, const Item& owner) {
    std::vector<const Item*> out;
    for (const Item& item : tree.items())
        if (item.parent >= 0 && &tree.items()[static_cast<std::size_t>(item.parent)] == &owner)
            out.push_back(&item);
    return out;
}

std::string default_value(const RuleContext& context, std::string_view type) {
    std::string t = clean_type(type);
    if (is_integer(t))
        return "0";
    if (is_float(t))
        return "0.0";
    if (t == "bool")
        return "false";
    if (t == "char")
        return "' '";
    if (t == "()")
        return "()";
    if (t == "&str")
        return "\"\"";
    if (t.starts_with("&[") && t.ends_with("]"))
        return "&[]";
    if (t.starts_with("Option<"))
        return "None";
    if (t.starts_with("["))
        if (auto semi = t.rfind(';'); semi != std::string::npos) {
            auto item = default_value(context, t.substr(1, semi - 1));
            return item.empty() ? "" : "[" + item + t.substr(semi, t.size() - semi - 1) + "]";
        }
    if (t.starts_with("(")) {
        std::string out;
        for (const auto& part : type_arguments(t)) {
            auto value = default_value(context, part);
            if (value.empty())
                return {};
            out += (out.empty() ? "" : ", ") + value;
        }
        return out.empty() ? "" : "(" + out + ")";
    }
    static constexpr std::array owned = {"String",   "Vec",      "HashMap",  "HashSet",
                                         "BTreeMap", "BTreeSet", "VecDeque", "BinaryHeap"};
    std::string head = type_head(t);
    if (std::find(owned.begin(), owned.end(), head) != owned.end())
        return head + "::new()";
    if (auto local = local_type(context, t)) {
        const auto& derives = local->item->derives;
        if (std::find(derives.begin(), derives.end(), "Default") != derives.end())
            return head + "::default()";
    }
    return {};
}

} // namespace rustcoder::repair
