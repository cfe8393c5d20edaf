// E0609, E0560, E0559, E0026, E0610, E0615, E0616, E0063, E0027: fields.
#include "repair/rule_support.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace rustcoder::repair {

namespace {

class FieldName final : public Rule {
public:
    std::string_view name() const override { return "field-name"; }
    bool applies(const toolchain::Diagnostic& d) const override {
        return code_is(d, {"E0609", "E0560", "E0559", "E0026", "E0610", "E0615", "E0616", "E0063"});
    }

    void propose(const RuleContext& context, Proposals& out) const override {
        auto place = primary_place(context);
        if (!place)
            return;
        if (context.diagnostic.code == "E0063")
            missing(context, *place, out);
        else
            spelling(context, *place, out);
    }

private:
    /// The type that the message is about, and the fields it has.
    static std::string owner(const RuleContext& context) {
        auto ticked = backticked(context.diagnostic.message);
        if (ticked.empty())
            return {};
        const std::string& code = context.diagnostic.code;
        std::string type = code == "E0609" || code == "E0615" || code == "E0616" ? ticked.back() : ticked.front();
        return strip_refs(clean_type(type));
    }

    static std::vector<syntax::Field> known_fields(const RuleContext& context, std::string type) {
        auto fields = fields_of(context, type);
        // a record variant: `Enum::Variant`
        auto ticked = backticked(context.diagnostic.message);
        for (const auto& t : ticked)
            if (auto colon = t.rfind("::"); colon != std::string::npos)
                for (const auto& d :
                     items_where(context, [](const Item& i) { return i.kind == ItemKind::enumeration; }))
                    for (const auto& v : d.item->variants)
                        if (v.name == t.substr(colon + 2))
                            fields.insert(fields.end(), v.fields.begin(), v.fields.end());
        if (fields.empty()) { // wrapped: Box<Node>, Rc<RefCell<Node>>, Option<Box<Node>>
            auto arguments = type_arguments(type);
            if (arguments.size() == 1)
                return fields_of(context, arguments[0]);
        }
        return fields;
    }

    static void spelling(const RuleContext& context, const Place& p, Proposals& out) {
        const Source& s = *p.source;
        std::size_t token = p.token();
        if (token >= s.tokens().size())
            return;
        const auto& t = s.tokens()[token];
        std::string name(s.text(t));
        std::string type = owner(context);
        auto fields = known_fields(context, type);
        std::vector<std::string> names;
        for (const auto& f : fields)
            names.push_back(f.name);
        int missing = 0;
        for (const auto& d : context.all)
            missing += d.is_error() && code_is(d, {"E0609", "E0560", "E0559", "E0026"}) &&
                       d.message.find("`" + name + "`") != std::string::npos;
        auto near = closest(name, names, 3);
        for (const auto& n : near) {
            double prior = std::clamp((n.closeness - 0.45) * 1.9, 0.1, 0.93);
            out.edit("field-spelling", p.path, t.begin, t.end, n.name, Risk::low, prior,
                     fmt::format("`{}` has no field `{}`; it has `{}`.", type, name, n.name));
            // the declaration is what is misspelt
            int uses = 0;
            for (const auto& path : context.sources.rust_files())
                if (auto source = context.sources.source(path))
                    for (const auto& u : source->tokens())
                        uses += u.kind == Kind::ident && source->text(u) == n.name;
            if (uses > 1 || n.closeness < 0.7)
                continue;
            for (const auto& d : types_named(context, type_head(type), p.path))
                for (const auto& f : d.item->fields)
                    if (f.name == n.name) {
                        auto at = d.tree->source().text(f.range).find(n.name);
                        if (at != std::string_view::npos)
                            out.edit("field-declaration", d.path, f.range.begin + at,
                                     f.range.begin + at + n.name.size(), name, Risk::low, missing > 1 ? 0.9 : 0.6,
                                     fmt::format("`{}` is used, but the field is declared as `{}`.", name, n.name));
                    }
        }
        const std::string& code = context.diagnostic.code;
        bool access = s.at(static_cast<std::int64_t>(token) - 1) == ".";
        if (access && (code == "E0609" || code == "E0616"))
            for (const auto& m : methods_of(context, type_head(type)))
                if (closeness(m.item->name, name) >= 0.85 && m.item->parameters.size() == 1 &&
                    m.item->parameters[0].is_self)
                    out.edit(
                        "field-call", p.path, t.begin, t.end, m.item->name + "()", Risk::low,
                        m.item->name == name ? 0.85 : 0.5,
                        fmt::format("`{}` is a method of `{}`: it is called with parentheses.", m.item->name, type));
        if (access && (code == "E0615" || code == "E0610" || code == "E0609") &&
            s.at(static_cast<std::int64_t>(token) + 1) != "(")
            if (code == "E0615")
                out.insert("field-call", p.path, t.end, "()", Risk::low, 0.85,
                           fmt::format("`{}` is a method: it is called with parentheses.", name));
        if (access && code == "E0609")
            through(context, p, token, type, name, out);
        // add the field, with a type that is guessed from the value
        if (near.empty() && (code == "E0560" || code == "E0609"))
            add_field(context, p, token, type, name, out);
    }

    /// `option.field`, `cell.field`.
    static void through(const RuleContext& context, const Place& p, std::size_t token, const std::string& type,
                        const std::string& name, Proposals& out) {
        std::string head = type_head(type);
        auto arguments = type_arguments(type);
        if (arguments.empty())
            return;
        std::string inner = strip_refs(arguments[0]);
        while (type_head(inner) == "Box" || type_head(inner) == "Rc" || type_head(inner) == "RefCell" ||
               type_head(inner) == "Arc") {
            auto next = type_arguments(inner);
            if (next.empty())
                break;
            inner = next[0];
        }
        bool has = false;
        for (const auto& f : fields_of(context, inner))
            has |= f.name == name;
        std::size_t dot = p.source->tokens()[token - 1].begin;
        double base = has ? 0.6 : 0.3;
        if (head == "Option" || head == "Result") {
            const Item* f = p.tree->function_at(p.begin);
            std::string r = f ? clean_type(p.source->text(f->return_type)) : "";
            if (type_head(r) == head)
                out.insert("field-unwrap", p.path, dot, "?", Risk::low, base + 0.05,
                           "The value is inside; `?` takes it out or returns early.");
            for (auto [text, prior] : {std::pair{".unwrap()", base},
                                       {".as_ref().unwrap()", base * 0.85},
                                       {".as_mut().unwrap()", base * 0.7}})
                out.insert("field-unwrap", p.path, dot, text, Risk::destructive, prior,
                           "The value is inside and has to be taken out first.");
        }
        if (head == "Rc" || head == "Arc" || head == "RefCell" || head == "Mutex") {
            bool mutex = type.find("Mutex") != std::string::npos;
            for (auto [text, prior] : {std::pair{mutex ? ".lock().unwrap()" : ".borrow()", base},
                                       {mutex ? "" : ".borrow_mut()", base * 0.9}})
                if (*text)
                    out.insert("field-unwrap", p.path, dot, text, Risk::low, prior,
                               "The value inside has to be borrowed first.");
        }
    }

    static void add_field(const RuleContext& context, const Place& p, std::size_t token, const std::string& type,
                          const std::string& name, Proposals& out) {
        const Source& s = *p.source;
        std::string value;
        if (s.at(static_cast<std::int64_t>(token) + 1) == ":" && token + 2 < s.tokens().size()) {
            auto open = s.enclosing_open(token);
            if (open >= 0)
                for (Range r : p.tree->arguments(s.tokens()[static_cast<std::size_t>(open)].begin))
                    if (r.contains(s.tokens()[token].begin))
                        value = guess_type(context, *p.tree, p.path, {s.tokens()[token + 2].begin, r.end});
        } else {
            value = guess_type(context, *p.tree, p.path, {s.tokens()[token].begin, s.tokens()[token].end});
        }
        if (value.empty())
            return;
        for (const auto& d : types_named(context, type_head(type), p.path)) {
            if (d.item->fields.empty() || d.item->fields[0].name == "0")
                continue;
            std::string spelled = spell_type(*d.tree, d.item->range.begin, value);
            if (spelled.empty())
                continue;
            const auto& last = d.item->fields.back();
            const Source& ds = d.tree->source();
            auto after = ds.token_at(last.range.end);
            bool comma = ds.at(static_cast<std::int64_t>(after)) == ",";
            std::size_t at = comma ? ds.tokens()[after].end : last.range.end;
            bool multi = ds.line_of(d.item->body.begin) != ds.line_of(last.range.begin);
            std::string text =
                (comma ? "" : ",") +
                (multi ? "\n" + std::string(ds.line_indent(ds.line_of(last.range.begin))) : std::string(" ")) +
                (last.is_public ? "pub " : "") + name + ": " + spelled + (comma && multi ? "," : "");
            out.insert("field-add", d.path, at, text, Risk::behaviour, 0.5,
                       fmt::format("`{}` has no field `{}`; it is declared from the value it is given.", type, name));
        }
    }

    static std::string default_for(const std::string& type) {
        std::string h = type_head(type);
        if (is_integer(type))
            return "0";
        if (is_float(type))
            return "0.0";
        if (type == "bool")
            return "false";
        if (h == "String" || h == "Vec" || h == "HashMap" || h == "HashSet" || h == "BTreeMap" || h == "BTreeSet" ||
            h == "VecDeque" || h == "BinaryHeap")
            return h + "::new()";
        if (h == "Option")
            return "None";
        if (type == "&str")
            return "\"\"";
        if (h == "PhantomData")
            return "PhantomData";
        return "";
    }

    static void missing(const RuleContext& context, const Place& p, Proposals& out) {
        auto ticked = backticked(context.diagnostic.message);
        const Source& s = *p.source;
        std::size_t i = s.token_at(p.begin);
        while (i < s.tokens().size() && s.at(static_cast<std::int64_t>(i)) != "{" && s.tokens()[i].begin < p.end + 4)
            ++i;
        if (ticked.size() < 2 || s.at(static_cast<std::int64_t>(i)) != "{" || s.tokens()[i].match < 0)
            return;
        std::string type = ticked.back();
        if (auto colon = type.rfind("::"); colon != std::string::npos)
            type = type.substr(colon + 2);
        auto fields = fields_of(context, type);
        for (const auto& d : items_where(context, [](const Item& e) { return e.kind == ItemKind::enumeration; }))
            for (const auto& v : d.item->variants)
                if (v.name == type)
                    fields.insert(fields.end(), v.fields.begin(), v.fields.end());
        ticked.pop_back();
        auto bindings = p.tree->bindings_at(p.begin);
        struct Fill {
            std::string text;
            double prior;
        };
        std::vector<std::vector<Fill>> choices;
        std::size_t open = s.tokens()[i].begin, close = s.tokens()[static_cast<std::size_t>(s.tokens()[i].match)].begin;
        for (const auto& name : ticked) {
            std::string wanted;
            for (const auto& f : fields)
                if (f.name == name)
                    wanted = clean_type(f.type_text);
            std::vector<Fill> fills;
            bool same_name = false;
            for (const auto& b : bindings)
                same_name |= b.name == name;
            if (same_name)
                fills.push_back({name, 0.92});
            for (const auto& b : bindings) {
                if (b.name == name || b.name.empty() || wanted.empty() || b.name == "self")
                    continue;
                std::string have = guess_type(context, *p.tree, p.path, b.name_range);
                if (b.type_text.empty() && have.empty())
                    continue;
                if (!b.type_text.empty())
                    have = clean_type(b.type_text);
                bool used = false; // in another field of this literal
                for (std::size_t k = s.token_at(open); k < s.tokens().size() && s.tokens()[k].begin < close; ++k)
                    used |= s.text(s.tokens()[k]) == b.name;
                if (have == wanted)
                    fills.push_back({name + ": " + b.name, used ? 0.25 : 0.4 + 0.3 * closeness(b.name, name)});
                else if (wanted == "String" && strip_refs(have) == "str")
                    fills.push_back(
                        {name + ": " + b.name + ".to_string()", used ? 0.2 : 0.35 + 0.3 * closeness(b.name, name)});
            }
            const Item* f = p.tree->function_at(p.begin);
            if (f && !f->parameters.empty() && f->parameters[0].is_self) {
                bool of_self = false;
                if (const Item* o = owner_of(*p.tree, *f))
                    for (const auto& field : fields_of(context, o->name))
                        of_self |= field.name == name;
                if (of_self)
                    fills.push_back({name + (is_copy(wanted) ? ": self." + name : ": self." + name + ".clone()"), 0.6});
            }
            std::string zero = default_for(wanted);
            if (!zero.empty())
                fills.push_back({name + ": " + zero, same_name ? 0.15 : 0.6});
            else
                fills.push_back({name + ": Default::default()", 0.25});
            std::stable_sort(fills.begin(), fills.end(),
                             [](const Fill& a, const Fill& b) { return a.prior > b.prior; });
            choices.push_back(std::move(fills));
        }
        std::size_t rounds = 0;
        for (const auto& c : choices)
            rounds = std::max(rounds, c.size());
        for (std::size_t r = 0; r < std::min<std::size_t>(rounds, 4); ++r) {
            std::string list;
            double prior = 1;
            bool invented = false;
            for (const auto& c : choices) {
                const Fill& f = c[std::min(r, c.size() - 1)];
                list += (list.empty() ? "" : ", ") + f.text;
                prior = std::min(prior, f.prior);
                invented |= f.text.find("::") != std::string::npos || f.text.ends_with(": 0") ||
                            f.text.ends_with("None") || f.text.ends_with("false");
            }
            insert_fields(p, open, close, list, invented ? Risk::behaviour : Risk::low, prior, out);
        }
    }

    static void insert_fields(const Place& p, std::size_t open, std::size_t close, const std::string& list, Risk risk,
                              double prior, Proposals& out) {
        const Source& s = *p.source;
        auto last = s.token_before(close);
        bool empty = last >= 0 && s.tokens()[static_cast<std::size_t>(last)].begin == open;
        std::size_t at = last >= 0 ? s.tokens()[static_cast<std::size_t>(last)].end : close;
        bool comma = s.at(last) == ",";
        bool multi = s.line_of(open) != s.line_of(close) && !empty;
        std::string indent =
            multi ? "\n" + std::string(s.line_indent(s.line_of(s.tokens()[static_cast<std::size_t>(last)].begin)))
                  : " ";
        std::string separated = multi ? base::replace_all(list, ", ", "," + indent) : list;
        std::string text = (empty || comma ? "" : ",") + indent + separated + (multi ? "," : empty ? " " : "");
        out.insert("field-missing", p.path, at, text, risk, prior,
                   fmt::format("A struct literal has to give every field a value: `{}` is added.", list));
    }
};

RC_REGISTER_RULE(FieldName)

} // namespace

} // namespace rustcoder::repair
