// E0599: a method, variant or associated function that is not there: spelling, receiver, missing adapter.
#include "repair/rules/field_table.h"
#include "repair/rules/type_mismatch.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace rustcoder::repair {

namespace {

struct Call {
    Place place; // of the method's name
    std::size_t token = 0;
    std::string name;
    std::string receiver; // type, cleaned
    Range expression;     // of the receiver
    std::size_t dot = 0;  // offset of the `.`
    bool path = false;    // `Type::name`
    int misses = 0;       // errors of this kind on the same receiver type
};

/// The receiver's type as the message tells it.
std::string receiver_type(const toolchain::Diagnostic& d) {
    if (d.message.find("is not an iterator") != std::string::npos) {
        auto ticked = backticked(d.message);
        return ticked.empty() ? "" : clean_type(ticked[0]);
    }
    auto at = d.message.find(" found for ");
    if (at == std::string::npos)
        at = d.message.find(" exists for ");
    if (at == std::string::npos)
        return {};
    auto ticked = backticked(std::string_view(d.message).substr(at));
    return ticked.empty() ? "" : clean_type(ticked[0]);
}

std::optional<Call> call_of(const RuleContext& context) {
    auto p = primary_place(context);
    if (!p)
        return std::nullopt;
    Call c;
    c.token = p->token();
    const Source& s = *p->source;
    if (c.token == 0 || c.token >= s.tokens().size())
        return std::nullopt;
    c.name = std::string(s.text(s.tokens()[c.token]));
    auto before = s.at(static_cast<std::int64_t>(c.token) - 1);
    c.path = before == "::";
    c.receiver = receiver_type(context.diagnostic);
    if (before == ".") {
        c.dot = s.tokens()[c.token - 1].begin;
        c.expression = p->tree->postfix_before(c.dot);
    } else if (!c.path) {
        return std::nullopt;
    }
    c.place = std::move(*p);
    for (const auto& d : context.all)
        c.misses += d.is_error() && d.code == "E0599" && receiver_type(d) == c.receiver;
    return c;
}

class FieldMethod final : public Rule {
public:
    std::string_view name() const override { return "field-method"; }
    bool applies(const toolchain::Diagnostic& d) const override { return d.code == "E0599"; }

    void propose(const RuleContext& context, Proposals& out) const override {
        auto call = call_of(context);
        if (!call)
            return;
        spelling(context, *call, out);
        if (!call->path) {
            adapters(context, *call, out);
            unwraps(context, *call, out);
        }
    }

private:
    static void spelling(const RuleContext& context, const Call& c, Proposals& out) {
        const Source& s = *c.place.source;
        std::vector<std::string> names;
        std::string head = type_head(strip_refs(c.receiver));
        bool local = !types_named(context, head, c.place.path).empty();
        for (const auto& d : methods_of(context, head))
            names.push_back(d.item->name);
        for (const auto& d : types_named(context, head, c.place.path)) {
            for (const auto& v : d.item->variants)
                names.push_back(v.name);
            if (c.path)
                for (const char* derived : {"default", "from", "new"})
                    names.emplace_back(derived);
        }
        for (const Item& i : c.place.tree->items()) // constants and types of the impls
            if (const Item* o = c.place.tree->parent(i); o && o->kind == ItemKind::impl && o->name == head)
                names.push_back(i.name);
        Family family = family_of(c.receiver);
        if (family == Family::other && !local &&
            (c.receiver.size() <= 2 || c.receiver.starts_with("impl ") || c.receiver.starts_with("dyn ")))
            for (const auto& d : items_where(context, [](const Item& i) { return i.kind == ItemKind::function; }))
                if (const Item* o = owner_of(*d.tree, *d.item); o && o->kind == ItemKind::trait)
                    names.push_back(d.item->name);
        if (!local || !c.path)
            for (const auto& m : c.path ? associated_of_family(family) : methods_of_family(family))
                names.push_back(m);
        const auto& t = s.tokens()[c.token];
        int missing = 0;
        for (const auto& d : context.all)
            missing += d.is_error() && d.code == "E0599" && d.message == context.diagnostic.message;
        for (const auto& n : closest(c.name, names, 3)) {
            if (n.closeness < 0.6)
                continue;
            if (std::max(n.name.size(), c.name.size()) <= 5 && base::edit_distance(n.name, c.name, 3) > 1)
                continue; // two wrong letters of four are another word
            out.edit("field-spelling", c.place.path, t.begin, t.end, n.name, Risk::low,
                     std::clamp((n.closeness - 0.45) * 1.9, 0.08, 0.93),
                     fmt::format("`{}` has no `{}`; `{}` is spelt nearly the same.",
                                 c.receiver.empty() ? "The type" : c.receiver, c.name, n.name));
            if (local && n.closeness >= 0.75)
                declaration(context, c, head, n, missing, out);
        }
        if (local && c.path)
            add_variant(context, c, head, missing, out);
        if (local && !c.path) // a field with parentheses, or of a near name
            for (const auto& f : fields_of(context, head)) {
                auto open = static_cast<std::int64_t>(c.token) + 1;
                if (closeness(f.name, c.name) < 0.85 || s.at(open) != "(" || s.at(open + 1) != ")")
                    continue;
                out.edit("field-spelling", c.place.path, t.begin, s.tokens()[c.token + 2].end, f.name, Risk::low, 0.6,
                         fmt::format("`{}` is a field, not a method: it is read without parentheses.", f.name));
            }
    }

    /// The enumeration lost a variant that the program uses.
    static void add_variant(const RuleContext& context, const Call& c, const std::string& head, int missing,
                            Proposals& out) {
        const Source& s = *c.place.source;
        if (c.name.empty() || c.name[0] < 'A' || c.name[0] > 'Z')
            return;
        std::string shape;
        auto open = c.token + 1;
        if (open < s.tokens().size() && s.at(static_cast<std::int64_t>(open)) == "(") {
            for (Range r : c.place.tree->arguments(s.tokens()[open].begin)) {
                std::string t = guess_type(context, *c.place.tree, c.place.path, r);
                t = t == "&str" ? "String" : spell_type(*c.place.tree, c.place.begin, t);
                if (t.empty())
                    return;
                shape += (shape.empty() ? "(" : ", ") + t;
            }
            shape += shape.empty() ? "" : ")";
        } else if (s.at(static_cast<std::int64_t>(open)) == "{" && s.at(static_cast<std::int64_t>(open) + 2) == ":") {
            return;
        }
        for (const auto& d : types_named(context, head, c.place.path)) {
            if (d.item->kind != ItemKind::enumeration || d.item->body.empty())
                continue;
            const Source& ds = d.tree->source();
            std::size_t at = d.item->body.begin + 1;
            std::string text = " " + c.name + shape + (d.item->variants.empty() ? " " : ",");
            if (!d.item->variants.empty()) {
                const auto& last = d.item->variants.back();
                auto after = ds.token_at(last.range.end);
                bool comma = ds.at(static_cast<std::int64_t>(after)) == ",";
                bool multi = ds.line_of(d.item->body.begin) != ds.line_of(last.range.begin);
                at = comma ? ds.tokens()[after].end : last.range.end;
                text = (comma ? "" : ",") +
                       (multi ? "\n" + std::string(ds.line_indent(ds.line_of(last.range.begin))) : std::string(" ")) +
                       c.name + shape + (comma ? "," : "");
            }
            out.insert("field-variant", d.path, at, text, Risk::behaviour, missing > 1 ? 0.6 : 0.42,
                       fmt::format("`{}` has no variant `{}`, but the program uses one.", head, c.name));
        }
    }

    static void declaration(const RuleContext& context, const Call& c, const std::string& head, const Near& n,
                            int missing, Proposals& out) {
        int uses = 0;
        for (const auto& path : context.sources.rust_files())
            if (auto source = context.sources.source(path))
                for (const auto& t : source->tokens())
                    uses += t.kind == Kind::ident && source->text(t) == n.name;
        if (uses != 1)
            return;
        double prior = missing > 1 ? 0.88 : 0.58;
        std::string why = fmt::format("`{}` is used {}, but declared as `{}`.", c.name,
                                      missing > 1 ? "several times" : "here", n.name);
        for (const auto& d : methods_of(context, head))
            if (d.item->name == n.name)
                out.edit("field-declaration", d.path, d.item->name_range.begin, d.item->name_range.end, c.name,
                         Risk::low, prior, why);
        for (const auto& d : types_named(context, head, c.place.path))
            for (const auto& v : d.item->variants)
                if (v.name == n.name)
                    out.edit("field-declaration", d.path, v.range.begin, v.range.begin + n.name.size(), c.name,
                             Risk::low, prior, why);
    }

    /// Text of what follows, to see what the closure does with the item.
    static std::string_view closure_text(const Call& c) {
        const Source& s = *c.place.source;
        if (c.token + 1 < s.tokens().size() && s.tokens()[c.token + 1].match > 0)
            return s.text(s.tokens()[c.token + 1].end,
                          s.tokens()[static_cast<std::size_t>(s.tokens()[c.token + 1].match)].begin);
        return {};
    }

    struct Option {
        std::string text;
        double prior;
        std::string why;
    };

    static void add(const Call& c, const std::vector<Option>& options, Proposals& out, Risk risk = Risk::low) {
        for (const auto& o : options) {
            if (o.text.empty())
                continue;
            out.insert("field-adapter", c.place.path, c.dot, o.text, risk, o.prior, o.why);
            at_initializer(c, o.text, risk, o.prior, o.why, out);
        }
    }

    /// The receiver is a variable: what is missing may be missing where it got its value.
    static void at_initializer(const Call& c, const std::string& text, Risk risk, double prior, const std::string& why,
                               Proposals& out) {
        const Source& s = *c.place.source;
        std::string_view name = s.text(c.expression);
        if (c.misses == 0 || prior < 0.3)
            return;
        for (const auto& b : c.place.tree->bindings_at(c.place.begin)) {
            if (b.name != name)
                continue;
            if (b.origin == syntax::Binding::Origin::let && !b.initializer.empty())
                out.edits("field-initializer", wrap_edits(s, c.place.path, b.initializer, "", text, true), risk,
                          c.misses > 1 ? std::min(0.9, prior * 1.15) : prior * 0.62,
                          why + " It is missing where `" + std::string(name) + "` is set.");
            return;
        }
    }

    static void adapters(const RuleContext&, const Call& c, Proposals& out) {
        Family family = family_of(c.receiver);
        bool iterator_method = has_method(Family::iterator, c.name) && c.name != "clone" && c.name != "into_iter";
        auto closure = closure_text(c);
        auto mentions = [&](std::string_view w) { return closure.find(w) != std::string_view::npos; };
        if ((family == Family::text || family == Family::owned_text) && iterator_method) {
            bool pair = closure.starts_with("|(") || mentions("|(i, ");
            bool bytes = mentions("b'") || mentions("as char");
            bool text = mentions(".parse") || mentions(".trim") || mentions(".split") || mentions(".to_string()") ||
                        mentions("push_str");
            add(c,
                {{".chars()", pair || bytes || text ? 0.5 : 0.85,
                  "A text is no iterator; `chars` goes through its characters."},
                 {".bytes()", bytes ? 0.7 : 0.35, "A text is no iterator; `bytes` goes through its bytes."},
                 {".char_indices()", pair ? 0.6 : 0.15, "`char_indices` gives each character with its position."},
                 {".lines()", text ? 0.5 : 0.25, "`lines` goes through the lines."},
                 {".split_whitespace()", text ? 0.5 : 0.2, "`split_whitespace` goes through the words."},
                 {".chars().enumerate()", pair ? 0.5 : 0.03, "Numbers the characters."}},
                out);
        }
        if ((family == Family::vector || family == Family::slice || family == Family::deque || family == Family::set) &&
            iterator_method) {
            bool pair = closure.starts_with("|(i");
            bool by_ref = closure.starts_with("|&") || c.name == "cloned" || c.name == "copied" || mentions("*");
            add(c,
                {{".iter()", by_ref ? 0.88 : 0.8,
                  "A collection is no iterator itself; `iter` goes through its elements."},
                 {".into_iter()", by_ref ? 0.2 : 0.55,
                  "A collection is no iterator itself; `into_iter` hands its elements out."},
                 {".iter_mut()", c.name == "for_each" ? 0.4 : 0.12, "`iter_mut` lends each element for changing."},
                 {".iter().enumerate()", pair ? 0.6 : 0.02, "`enumerate` numbers the elements."}},
                out);
        }
        if (family == Family::map && iterator_method)
            add(c,
                {{".iter()", closure.starts_with("|(") ? 0.8 : 0.6,
                  "A map is no iterator itself; `iter` goes through its pairs."},
                 {".into_iter()", 0.55, "`into_iter` hands out the pairs."},
                 {".values()", closure.starts_with("|(") ? 0.2 : 0.5, "`values` goes through the values."},
                 {".keys()", closure.starts_with("|(") ? 0.1 : 0.35, "`keys` goes through the keys."}},
                out);
        if (family == Family::iterator && !has_method(Family::iterator, c.name)) {
            if (c.name == "len")
                out.edit("field-adapter", c.place.path, c.place.begin, c.place.end, "count", Risk::low, 0.6,
                         "An iterator has no length; `count` counts what it gives.");
            if (has_method(Family::vector, c.name))
                add(c,
                    {{".collect::<Vec<_>>()", 0.85, "Only a collection has this method: gather the items first."},
                     {".collect::<Vec<String>>()", c.name == "join" || c.name == "concat" ? 0.7 : 0.05,
                      "Only a collection has this method: gather the items first."}},
                    out);
            if (has_method(Family::owned_text, c.name) && !has_method(Family::iterator, c.name))
                add(c,
                    {{".collect::<String>()", has_method(Family::vector, c.name) ? 0.4 : 0.82,
                      "Only a text has this method: gather the characters first."}},
                    out);
        }
        if (family == Family::character && has_method(Family::text, c.name) && !has_method(Family::character, c.name))
            add(c, {{".to_string()", 0.4, "A single character lacks the methods of a text."}}, out);
        if ((family == Family::integer || family == Family::floating) && has_method(Family::owned_text, c.name))
            add(c, {{".to_string()", 0.7, "A number has no such method; its text has."}}, out);
        if ((family == Family::integer) && has_method(Family::floating, c.name) &&
            !has_method(Family::integer, c.name)) {
            auto edits = wrap_edits(*c.place.source, c.place.path, c.expression, "(", " as f64)", true);
            out.edits("field-adapter", std::move(edits), Risk::behaviour, 0.6,
                      "Only floating-point numbers have this method.");
        }
        if ((family == Family::text || family == Family::owned_text) && !iterator_method &&
            has_method(Family::character, c.name) && !has_method(Family::text, c.name))
            add(c, {{".chars().next().unwrap()", 0.3, "Only a character has this method: take the first one."}}, out,
                Risk::destructive);
        if ((family == Family::text || family == Family::owned_text) && !iterator_method &&
            has_method(Family::slice, c.name) && !has_method(Family::owned_text, c.name))
            add(c,
                {{".chars().collect::<Vec<_>>()", 0.4, "Only a list has this method: gather the characters."},
                 {".as_bytes()", 0.35, "Only a list has this method: take the bytes."}},
                out);
        if (family == Family::set && c.name == "contains_key")
            out.edit("field-adapter", c.place.path, c.place.begin, c.place.end, "contains", Risk::low, 0.9,
                     "A set is asked with `contains`.");
        if (family == Family::map && c.name == "contains")
            out.edit("field-adapter", c.place.path, c.place.begin, c.place.end, "contains_key", Risk::low, 0.9,
                     "A map is asked with `contains_key`.");
        if (family == Family::vector &&
            (c.name == "add" || c.name == "push_back" || c.name == "append" || c.name == "push_str"))
            out.edit("field-adapter", c.place.path, c.place.begin, c.place.end, "push", Risk::low, 0.7,
                     "`push` puts one element at the end of a vector.");
        if (family == Family::owned_text && (c.name == "append" || c.name == "add" || c.name == "concat"))
            out.edit("field-adapter", c.place.path, c.place.begin, c.place.end, "push_str", Risk::low, 0.7,
                     "`push_str` appends a text.");
        static constexpr std::pair<std::string_view, std::string_view> foreign[] = {
            {"length", "len"},         {"size", "len"},           {"count", "len"},
            {"toString", "to_string"}, {"upper", "to_uppercase"}, {"lower", "to_lowercase"},
            {"strip", "trim"},         {"includes", "contains"},  {"indexOf", "find"},
            {"substring", "get"},      {"reverse", "rev"},        {"forEach", "for_each"},
            {"reduce", "fold"},        {"push", "push_back"},     {"startsWith", "starts_with"},
            {"endsWith", "ends_with"}, {"has", "contains"},       {"has_key", "contains_key"},
            {"charAt", "chars"},       {"isEmpty", "is_empty"},   {"enqueue", "push_back"},
            {"dequeue", "pop_front"},  {"put", "insert"},         {"sqrt", "isqrt"},
            {"delete", "remove"}};
        for (auto [from, to] : foreign)
            if (c.name == from && has_method(family, to))
                out.edit("field-spelling", c.place.path, c.place.begin, c.place.end, std::string(to), Risk::low, 0.6,
                         fmt::format("In Rust `{}` is called `{}`.", from, to));
    }

    static void unwraps(const RuleContext& context, const Call& c, Proposals& out) {
        std::string type = strip_refs(c.receiver), head = type_head(type);
        while (head == "Rc" || head == "Arc" || head == "Box") { // methods are found through these
            auto inner = wraps(type, head);
            if (!inner)
                break;
            type = *inner;
            head = type_head(type);
        }
        if (head == "RefCell" || head == "Mutex" || head == "RwLock") {
            bool cell = head == "RefCell";
            auto methods = methods_of(context, type_head(wraps(type, head).value_or("")));
            bool changes = std::any_of(methods.begin(), methods.end(), [&](const Declared& m) {
                return m.item->name == c.name && !m.item->parameters.empty() &&
                       m.item->parameters.front().type_text.starts_with("&mut");
            });
            add(c,
                {{cell              ? ".borrow()"
                  : head == "Mutex" ? ".lock().unwrap()"
                                    : ".read().unwrap()",
                  changes && head != "Mutex" ? 0.3 : 0.75, "The value inside has to be borrowed first."},
                 {cell              ? ".borrow_mut()"
                  : head == "Mutex" ? ""
                                    : ".write().unwrap()",
                  changes ? 0.8 : 0.55, "The value inside has to be borrowed first."}},
                out);
            return;
        }
        if (head != "Option" && head != "Result")
            return;
        std::string r = return_type_at(*c.place.tree, c.dot);
        auto inner = wraps(strip_refs(c.receiver), head).value_or("");
        bool exists = false;
        for (const auto& child : context.diagnostic.children)
            exists |= child.message.find("exists on the type") != std::string::npos;
        double base = exists || has_method(family_of(inner), c.name) ? 0.6 : 0.4;
        if (type_head(r) == head)
            out.insert("field-unwrap", c.place.path, c.dot, "?", Risk::low, base + 0.08,
                       fmt::format("The receiver is an `{}`; `?` takes the value out or returns early.", head));
        std::string why = fmt::format(
            "The receiver is an `{}`; the value has to be taken out first (panics when there is none).", head);
        out.insert("field-unwrap", c.place.path, c.dot, ".unwrap()", Risk::destructive, base, why);
        at_initializer(c, ".unwrap()", Risk::destructive, base, why, out);
        if (type_head(r) == head)
            at_initializer(c, "?", Risk::low, base + 0.08, why, out);
        out.insert("field-unwrap", c.place.path, c.dot, ".as_ref().unwrap()", Risk::destructive, base * 0.4,
                   "Lends the value inside.");
        out.insert("field-unwrap", c.place.path, c.dot, ".as_mut().unwrap()", Risk::destructive, base * 0.3,
                   "Lends the value inside for changing.");
        // the receiver is `Some(x).f()` for one call: map
        auto open = c.token + 1;
        const Source& s = *c.place.source;
        if (open < s.tokens().size() && s.at(static_cast<std::int64_t>(open)) == "(" && s.tokens()[open].match > 0) {
            std::size_t end = s.tokens()[static_cast<std::size_t>(s.tokens()[open].match)].end;
            out.edits("field-unwrap",
                      {make_edit(c.place.path, c.dot, c.dot, ".map(|v| v"), make_edit(c.place.path, end, end, ")")},
                      Risk::low, 0.3, "`map` applies the method to the value inside, if there is one.");
        }
    }
};

RC_REGISTER_RULE(FieldMethod)

} // namespace

} // namespace rustcoder::repair
