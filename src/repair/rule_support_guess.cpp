// Types without a type checker: enough to rank candidates, never to decide.
#include "repair/rule_support.h"

#include "base/text.h"

#include <algorithm>
#include <array>

namespace rustcoder::repair {

namespace {

constexpr int max_depth = 6;

struct Guess {
    const RuleContext& context;
    const Tree& tree;
    std::string_view path;
    int depth;

    const Source& source() const { return tree.source(); }
    std::string of(Range r) const { return depth >= max_depth ? "" : guess_type(context, tree, path, r, depth + 1); }

    std::string literal(const syntax::Token& t) const {
        std::string_view text = source().text(t);
        switch (t.kind) {
        case Kind::string:
            return "&str";
        case Kind::character:
            return "char";
        case Kind::byte:
            return "u8";
        case Kind::byte_string:
            return "&[u8]";
        case Kind::integer:
        case Kind::floating:
            for (std::string_view suffix :
                 {"u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize", "f32", "f64"})
                if (text.ends_with(suffix) && !text.starts_with("0x"))
                    return std::string(suffix);
            return t.kind == Kind::integer ? "{integer}" : "{float}";
        case Kind::keyword:
            return text == "true" || text == "false" ? "bool" : "";
        default:
            return "";
        }
    }

    std::string self_type(std::size_t offset) const {
        const Item* f = tree.function_at(offset);
        const Item* owner = f ? owner_of(tree, *f) : nullptr;
        return owner ? (owner->kind == ItemKind::impl ? clean_type(owner->self_type) : "Self") : "";
    }

    std::string resolve_self(std::string type, std::size_t offset) const {
        if (type.find("Self") == std::string::npos)
            return type;
        auto self = self_type(offset);
        return self.empty() ? type : base::replace_all(std::move(type), "Self", self);
    }

    std::string name(std::string_view n, std::size_t offset) const {
        if (n == "self") {
            const Item* f = tree.function_at(offset);
            if (!f)
                return "";
            for (const auto& p : f->parameters)
                if (p.is_self)
                    return resolve_self(p.type_text, offset);
            return "";
        }
        for (const auto& b : tree.bindings_at(offset)) {
            if (b.name != n)
                continue;
            if (!b.type_text.empty())
                return resolve_self(clean_type(b.type_text), offset);
            // only a plain `let name = init` has the type of its initialiser
            if (b.origin == syntax::Binding::Origin::let && !b.initializer.empty() && b.initializer.begin > offset)
                return "";
            if (b.origin == syntax::Binding::Origin::let && !b.initializer.empty()) {
                auto before = source().at(static_cast<std::int64_t>(source().token_at(b.name_range.begin)) - 1);
                if (before == "let" || before == "mut")
                    return of(b.initializer);
            }
            return "";
        }
        for (const Item& i : tree.items())
            if ((i.kind == ItemKind::constant || i.kind == ItemKind::static_) && i.name == n)
                return clean_type(i.type_text);
        return "";
    }

    std::string return_of(const Declared& d, std::string_view self) const {
        std::string r = clean_type(d.tree->source().text(d.item->return_type));
        if (r.empty())
            return "()";
        if (const Item* owner = owner_of(*d.tree, *d.item); owner && owner->kind == ItemKind::impl)
            r = base::replace_all(std::move(r), "Self", clean_type(owner->self_type));
        else if (!self.empty())
            r = base::replace_all(std::move(r), "Self", self);
        return r;
    }

    std::string method(const std::string& receiver, std::string_view name, std::string_view turbofish) const {
        std::string base = strip_refs(receiver);
        for (const auto& d : methods_of(context, base))
            if (d.item->name == name)
                return return_of(d, base);
        static constexpr std::array<std::pair<std::string_view, std::string_view>, 34> fixed = {
            {{"len", "usize"},
             {"count", "usize"},
             {"capacity", "usize"},
             {"is_empty", "bool"},
             {"contains", "bool"},
             {"starts_with", "bool"},
             {"ends_with", "bool"},
             {"contains_key", "bool"},
             {"is_some", "bool"},
             {"is_none", "bool"},
             {"is_ok", "bool"},
             {"is_err", "bool"},
             {"any", "bool"},
             {"all", "bool"},
             {"is_alphabetic", "bool"},
             {"is_numeric", "bool"},
             {"to_string", "String"},
             {"to_uppercase", "String"},
             {"to_lowercase", "String"},
             {"repeat", "String"},
             {"trim", "&str"},
             {"trim_start", "&str"},
             {"trim_end", "&str"},
             {"as_str", "&str"},
             {"join", "String"},
             {"concat", "String"},
             {"as_bytes", "&[u8]"},
             {"chars", "Chars"},
             {"bytes", "Bytes"},
             {"lines", "Lines"},
             {"split_whitespace", "SplitWhitespace"},
             {"char_indices", "CharIndices"},
             {"into_bytes", "Vec<u8>"},
             {"is_ascii_digit", "bool"}}};
        for (const auto& [n, t] : fixed)
            if (n == name)
                return std::string(t);
        if (name == "clone" || name == "to_owned")
            return base == "str" ? "String" : base;
        if (name == "parse" && !turbofish.empty())
            return "Result<" + std::string(turbofish) + ", _>";
        if ((name == "collect" || name == "sum" || name == "product") && !turbofish.empty())
            return std::string(turbofish);
        if (name == "unwrap" || name == "expect" || name == "unwrap_or" || name == "unwrap_or_default") {
            auto inner = wraps(base, "Option");
            return inner ? *inner : wraps(base, "Result").value_or("");
        }
        auto element = wraps(base, "Vec");
        if (!element && base.starts_with("[") && base.ends_with("]"))
            element = std::string(
                base::trim(std::string_view(base).substr(1, std::min(base.find(';'), base.size() - 1) - 1)));
        if (element) {
            if (name == "iter")
                return "Iter<" + *element + ">";
            if (name == "into_iter")
                return "IntoIter<" + *element + ">";
            if (name == "first" || name == "last" || name == "get")
                return "Option<&" + *element + ">";
            if (name == "pop")
                return "Option<" + *element + ">";
            if (name == "to_vec")
                return "Vec<" + *element + ">";
        }
        if ((name == "abs" || name == "pow" || name == "min" || name == "max" || name == "sqrt") && is_numeric(base))
            return base;
        if (is_iterator_adapter(base)) {
            auto item = iterator_item(base);
            if (item.empty())
                return "";
            if (name == "next" || name == "last" || name == "nth" || name == "max" || name == "min")
                return "Option<" + item + ">";
        }
        return "";
    }

    std::string call(Range e, std::size_t open) const {
        const auto& s = source();
        auto i = static_cast<std::int64_t>(s.token_at(open)) - 1;
        std::string turbofish;
        if (s.at(i) == ">" || s.at(i) == ">>") {
            int angle = 0;
            auto end = s.tokens()[static_cast<std::size_t>(i)].begin;
            for (; i >= 0; --i) {
                auto t = s.at(i);
                angle += t == ">" ? 1 : t == ">>" ? 2 : t == "<" ? -1 : 0;
                if (angle == 0)
                    break;
            }
            if (i < 1)
                return "";
            turbofish = clean_type(s.text(s.tokens()[static_cast<std::size_t>(i)].end, end));
            --i;
            if (s.at(i) == "::")
                --i;
        }
        if (i < 0)
            return "";
        const auto& token = s.tokens()[static_cast<std::size_t>(i)];
        std::string_view name = s.text(token);
        if (s.at(i - 1) == ".") {
            Range receiver{e.begin, s.tokens()[static_cast<std::size_t>(i - 1)].begin};
            return method(of(receiver), name, turbofish);
        }
        if (s.at(i - 1) == "::") {
            std::string head(s.at(i - 2));
            if (head == ">" || head.empty())
                return "";
            if (head == "Self")
                head = self_type(e.begin);
            for (const auto& d : methods_of(context, head))
                if (d.item->name == name)
                    return return_of(d, head);
            for (const auto& d : types_named(context, type_head(head), path))
                if (d.item->kind == ItemKind::enumeration)
                    for (const auto& v : d.item->variants)
                        if (v.name == name)
                            return d.item->name;
            if (head == "String")
                return "String";
            if (name == "new" || name == "with_capacity" || name == "from" || name == "default")
                return is_integer(head) || is_float(head) || head == "char" ? head : "";
            return "";
        }
        if (name == "Some" || name == "Ok" || name == "Err") {
            auto arguments = tree.arguments(open);
            std::string inner = arguments.size() == 1 ? of(arguments[0]) : "";
            if (inner.empty())
                inner = "_";
            return name == "Some" ? "Option<" + inner + ">"
                   : name == "Ok" ? "Result<" + inner + ", _>"
                                  : "Result<_, " + inner + ">";
        }
        for (const auto& d : functions_named(context, name, path))
            if (!owner_of(*d.tree, *d.item))
                return return_of(d, "");
        for (const auto& d : types_named(context, name, path))
            if (d.item->kind == ItemKind::structure)
                return d.item->name;
        return "";
    }
};

std::string field_type(const RuleContext& context, const std::string& receiver, std::string_view name) {
    for (const auto& f : fields_of(context, receiver))
        if (f.name == name)
            return clean_type(f.type_text);
    if (receiver.starts_with("(") && !name.empty() && name[0] >= '0' && name[0] <= '9') {
        auto parts = type_arguments(receiver);
        auto k = static_cast<std::size_t>(name[0] - '0');
        return k < parts.size() ? parts[k] : "";
    }
    return "";
}

} // namespace

std::string guess_type(const RuleContext& context, const Tree& tree, std::string_view path, Range e, int depth) {
    const Source& s = tree.source();
    if (e.empty() || e.end > s.text().size())
        return "";
    const auto& tokens = s.tokens();
    std::size_t first = s.token_at(e.begin);
    auto last_index = s.token_before(e.end);
    if (first >= tokens.size() || last_index < static_cast<std::int64_t>(first))
        return "";
    auto last = static_cast<std::size_t>(last_index);
    Guess g{context, tree, path, depth};
    if (first == last)
        return tokens[first].kind == Kind::ident || s.text(tokens[first]) == "self"
                   ? g.name(s.text(tokens[first]), e.begin)
                   : g.literal(tokens[first]);
    std::string_view head = s.text(tokens[first]);
    // operators at the top level, loosest first
    std::size_t arithmetic = 0;
    for (std::size_t i = first; i <= last; ++i) {
        if (tokens[i].kind == Kind::open) {
            if (tokens[i].match < 0)
                return "";
            i = static_cast<std::size_t>(tokens[i].match);
            continue;
        }
        if (i == first)
            continue;
        auto t = s.text(tokens[i]);
        bool operand_before = tokens[i - 1].kind != Kind::punct && s.text(tokens[i - 1]) != "as";
        if (t == "==" || t == "!=" || t == "&&" || t == "||" || ((t == "<=" || t == ">=") && operand_before))
            return head == "|" || head == "||" || head == "move" ? "" : "bool";
        if (t == "as")
            return clean_type(s.text(tokens[i].end, e.end));
        if (operand_before && (t == "+" || t == "-" || t == "*" || t == "/" || t == "%") && !arithmetic)
            arithmetic = i;
    }
    if (head == "|" || head == "||" || head == "move" || head == "if" || head == "match" || head == "return")
        return "";
    if (arithmetic) {
        auto left = strip_refs(g.of({e.begin, tokens[arithmetic - 1].end}));
        if (!left.empty() && left[0] != '{')
            return left;
        auto right = strip_refs(g.of({tokens[arithmetic + 1].begin, e.end}));
        return right.empty() ? left : right;
    }
    if (head == "&") {
        bool is_mut = s.at(static_cast<std::int64_t>(first) + 1) == "mut";
        auto inner = g.of({tokens[first + (is_mut ? 2 : 1)].begin, e.end});
        return inner.empty() ? "" : (is_mut ? "&mut " : "&") + inner;
    }
    if (head == "*")
        return strip_ref(g.of({tokens[first + 1].begin, e.end}));
    if (head == "-")
        return g.of({tokens[first + 1].begin, e.end});
    if (head == "!")
        return g.of({tokens[first + 1].begin, e.end});
    std::string_view tail = s.text(tokens[last]);
    if (tail == "?") {
        auto t = g.of({e.begin, tokens[last].begin});
        auto inner = wraps(t, "Option");
        return inner ? *inner : wraps(t, "Result").value_or("");
    }
    if (tokens[last].kind == Kind::close && tokens[last].match > static_cast<std::int32_t>(first)) {
        auto open = static_cast<std::size_t>(tokens[last].match);
        if (s.at(static_cast<std::int64_t>(open) - 1) == "!") {
            if (head == "format")
                return "String";
            if (head == "vec") {
                auto items = tree.arguments(tokens[open].begin);
                auto inner = items.empty() ? "" : g.of(items[0]);
                return "Vec<" + (inner.empty() ? "_" : inner) + ">";
            }
            return "";
        }
        if (tail == ")")
            return g.call(e, tokens[open].begin);
        if (tail == "]") {
            auto base = strip_refs(g.of({e.begin, tokens[open].begin}));
            auto index = s.text(tokens[open].end, tokens[last].begin);
            if (index.find("..") != std::string_view::npos)
                return "";
            if (auto element = wraps(base, "Vec"))
                return *element;
            if (base.starts_with("["))
                return std::string(
                    base::trim(std::string_view(base).substr(1, std::min(base.find(';'), base.size() - 1) - 1)));
            if (type_head(base) == "HashMap" || type_head(base) == "BTreeMap") {
                auto arguments = type_arguments(base);
                return arguments.size() == 2 ? arguments[1] : "";
            }
            return "";
        }
        if (tail == "}" && open == first + 1 && tokens[first].kind == Kind::ident)
            return g.resolve_self(std::string(head), e.begin);
        return "";
    }
    if (tokens[first].kind == Kind::open && tokens[first].match == static_cast<std::int32_t>(last)) {
        auto parts = tree.arguments(tokens[first].begin);
        if (head == "(") {
            if (parts.size() == 1)
                return g.of(parts[0]);
            std::string out = "(";
            for (std::size_t i = 0; i < parts.size(); ++i) {
                auto t = g.of(parts[i]);
                out += (i ? ", " : "") + (t.empty() ? "_" : t);
            }
            return out + ")";
        }
        return "";
    }
    if (last > first + 1 && s.text(tokens[last - 1]) == ".")
        return field_type(context, strip_refs(g.of({e.begin, tokens[last - 1].begin})), tail);
    if (last > first + 1 && s.text(tokens[last - 1]) == "::") { // Enum::Variant
        std::string type(s.at(static_cast<std::int64_t>(last) - 2));
        type = g.resolve_self(type, e.begin);
        for (const auto& d : types_named(context, type_head(type), path))
            if (d.item->kind == ItemKind::enumeration)
                return d.item->name;
    }
    return "";
}

} // namespace rustcoder::repair
