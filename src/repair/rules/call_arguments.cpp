// E0061, E0057, E0308 on whole calls: missing, surplus and swapped arguments. E0618: a call of what is no function.
#include "repair/rules/type_conversions.h"
#include "repair/rules/type_mismatch.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>

namespace rustcoder::repair {

namespace {

struct CallSite {
    Place place;
    std::size_t open = 0, close = 0; // offsets of the parentheses
    std::vector<Range> arguments;
    std::vector<syntax::Parameter> parameters; // of the callee, without self; empty when it is not ours
    std::string callee;
    std::optional<Declared> declared;
};

std::optional<CallSite> call_site(const RuleContext& context) {
    auto p = primary_place(context);
    if (!p)
        return std::nullopt;
    const Source& s = *p->source;
    CallSite c;
    std::size_t i = p->token();
    while (i < s.tokens().size() && (s.at(static_cast<std::int64_t>(i)) != "(" || s.tokens()[i].end <= p->begin) &&
           s.tokens()[i].begin < p->end + 64) {
        ++i;
    }
    // the name may be a path with a turbofish; the first `(` at or behind its end is the call's
    while (i < s.tokens().size() && s.tokens()[i].begin < p->end && s.tokens()[i].kind != Kind::open)
        ++i;
    if (s.at(static_cast<std::int64_t>(i)) != "(" || s.tokens()[i].match < 0)
        return std::nullopt;
    c.open = s.tokens()[i].begin;
    c.close = s.tokens()[static_cast<std::size_t>(s.tokens()[i].match)].begin;
    c.arguments = p->tree->arguments(c.open);
    c.callee = std::string(s.at(static_cast<std::int64_t>(i) - 1));
    for (const auto& child : context.diagnostic.children) {
        if (child.message.find("defined here") == std::string::npos)
            continue;
        for (const auto& span : child.spans) {
            auto d = place_of(context, span);
            if (!d)
                continue;
            if (const Item* f = d->tree->function_at(d->begin)) {
                c.declared = Declared{d->path, d->tree, f};
                for (const auto& parameter : f->parameters)
                    if (!parameter.is_self)
                        c.parameters.push_back(parameter);
                break;
            }
        }
        if (c.declared)
            break;
    }
    c.place = std::move(*p);
    return c;
}

class CallArguments final : public Rule {
public:
    std::string_view name() const override { return "call-arguments"; }
    bool applies(const toolchain::Diagnostic& d) const override {
        return code_is(d, {"E0061", "E0057", "E0618"}) ||
               (d.code == "E0308" && d.message.find("arguments to this") != std::string::npos);
    }

    void propose(const RuleContext& context, Proposals& out) const override {
        if (context.diagnostic.code == "E0618") {
            not_callable(context, out);
            return;
        }
        auto call = call_site(context);
        if (!call)
            return;
        compares_instead(context, *call, out);
        reorder(context, *call, out);
        missing(context, *call, out);
        surplus(context, *call, out);
    }

private:
    /// `values.max()`: without `.iter()` this is `Ord::max` of the whole collection, which wants another one.
    static void compares_instead(const RuleContext& context, const CallSite& c, Proposals& out) {
        const Source& s = *c.place.source;
        const auto token = static_cast<std::int64_t>(c.place.token());
        if (s.at(token - 1) != "." || !c.arguments.empty() || (c.callee != "max" && c.callee != "min"))
            return;
        std::string type;
        for (const auto& span : context.diagnostic.spans)
            if (auto t = between(span.label, "of type `", "`"))
                type = strip_refs(clean_type(*t));
        std::string head = type_head(type);
        std::size_t dot = s.tokens()[c.place.token() - 1].begin;
        auto add = [&](std::string text, double prior, std::string why) {
            out.insert("call-iterate", c.place.path, dot, std::move(text), Risk::low, prior, std::move(why));
        };
        std::string why = fmt::format("`{}` of the elements is asked for, so they have to be gone through.", c.callee);
        if (type == "str" || type == "String")
            add(".chars()", 0.93, why);
        else if (type.starts_with("[") || head == "Vec" || head == "HashSet" || head == "BTreeSet" ||
                 head == "VecDeque" || head == "BinaryHeap" || head == "LinkedList") {
            add(".iter()", 0.94, why);
            add(".into_iter()", 0.6, why);
        } else if (head == "HashMap" || head == "BTreeMap") {
            add(".values()", 0.8, why);
            add(".keys()", 0.6, why);
            add(".iter()", 0.5, why);
        }
    }

    /// Every order of two to four arguments in which the known types fit.
    static void reorder(const RuleContext& context, const CallSite& c, Proposals& out) {
        std::size_t n = c.arguments.size();
        if (n < 2 || n > 4 || c.parameters.size() != n)
            return;
        std::vector<std::string> have;
        for (Range r : c.arguments)
            have.push_back(guess_type(context, *c.place.tree, c.place.path, r));
        for (const auto& m : mismatches(context))
            for (std::size_t i = 0; i < n; ++i)
                if (c.arguments[i] == m.expression && !m.found.empty())
                    have[i] = m.found;
        std::vector<std::size_t> order(n);
        std::iota(order.begin(), order.end(), 0);
        while (std::next_permutation(order.begin(), order.end())) {
            bool fits = true;
            int known = 0;
            for (std::size_t i = 0; i < n; ++i) {
                const std::string& type = have[order[i]];
                if (type.empty())
                    continue;
                known += order[i] != i;
                fits &= fits_parameter(clean_type(c.parameters[i].type_text), type);
            }
            if (!fits || known == 0)
                continue;
            std::vector<project::Edit> edits;
            std::size_t moved = 0;
            for (std::size_t i = 0; i < n; ++i)
                if (order[i] != i) {
                    edits.push_back(make_edit(c.place.path, c.arguments[i].begin, c.arguments[i].end,
                                              std::string(c.place.source->text(c.arguments[order[i]]))));
                    ++moved;
                }
            out.edits("call-order", std::move(edits), Risk::low, moved == 2 ? 0.84 : 0.6,
                      fmt::format("The arguments of `{}` are in another order than its parameters.", c.callee));
        }
    }

    static bool fits_parameter(const std::string& parameter, const std::string& argument) {
        if (same_type(parameter, argument))
            return true;
        if (parameter == "&str" && argument == "&String")
            return true;
        if (parameter.starts_with("&[") && argument.starts_with("&Vec<"))
            return true;
        return parameter.size() <= 2 || parameter.starts_with("impl ");
    }

    struct Fill {
        std::string text;
        double prior;
        Risk risk;
    };

    /// What could stand for a missing argument, best first.
    static std::vector<Fill> fills(const RuleContext& context, const CallSite& c, const std::string& type,
                                   const std::string& name) {
        std::vector<Fill> out;
        auto push = [&](std::string text, double prior, Risk risk) {
            for (auto& f : out)
                if (f.text == text) {
                    f.prior = std::max(f.prior, prior);
                    return;
                }
            out.push_back({std::move(text), prior, risk});
        };
        const Source& s = *c.place.source;
        auto used = [&](const std::string& n) {
            for (Range r : c.arguments)
                if (s.text(r) == n || s.text(r) == "&" + n)
                    return true;
            return false;
        };
        auto weigh = [&](const std::string& text, std::string have, const std::string& base_name, double nearness) {
            if (have.empty())
                return;
            double similar = name.empty() ? 0 : closeness(base_name, name);
            double prior = 0.45 + 0.4 * similar + nearness - (used(text) ? 0.35 : 0);
            prior = std::clamp(prior, 0.1, 0.9);
            if (same_type(type, have) && !type.empty())
                push(text, prior, Risk::low);
            else if (is_ref(type) && !is_ref(have) &&
                     (same_type(strip_ref(type), have) || (strip_ref(type) == "str" && have == "String") ||
                      (strip_ref(type).starts_with("[") && type_head(have) == "Vec")))
                push((is_mut_ref(type) ? "&mut " : "&") + text, prior * 0.95, Risk::low);
            else if (is_ref(have) && is_copy(type) && same_type(type, strip_ref(have)))
                push("*" + text, prior * 0.9, Risk::low);
            else if (is_numeric(type) && is_numeric(have) && similar > 0.8)
                push(text + " as " + type, prior * 0.8, Risk::behaviour);
            else if (similar >= 0.99)
                push(text, prior * 0.6, Risk::low);
        };
        double nearness = 0.08;
        for (const auto& b : c.place.tree->bindings_at(c.place.begin)) {
            if (b.name.empty() || b.name == "_" || b.name == "self")
                continue;
            std::string have = b.type_text.empty() ? "" : clean_type(b.type_text);
            if (have.empty())
                have = guess_type(context, *c.place.tree, c.place.path, {b.name_range.begin, b.name_range.end});
            if (have.empty() && !b.initializer.empty())
                have = guess_type(context, *c.place.tree, c.place.path, b.initializer);
            if (have.empty() && !name.empty() && closeness(b.name, name) > 0.9)
                push(b.name, 0.6, Risk::low);
            weigh(b.name, have, b.name, nearness);
            nearness = std::max(0.0, nearness - 0.015);
        }
        const Item* f = c.place.tree->function_at(c.place.begin);
        const Item* owner = f ? owner_of(*c.place.tree, *f) : nullptr;
        if (owner && !f->parameters.empty() && f->parameters[0].is_self) {
            for (const auto& field : fields_of(context, owner->name))
                weigh("self." + field.name, clean_type(field.type_text), field.name, 0);
            if (type_head(strip_refs(type)) == owner->name)
                push(is_ref(type) ? "self" : "*self", 0.5, Risk::low);
        }
        for (const Item& i : c.place.tree->items())
            if (i.kind == ItemKind::constant && i.parent == -1)
                weigh(i.name, clean_type(i.type_text), i.name, -0.1);
        // the same argument of other calls of this function in the file
        std::string zero = is_integer(type) ? "0"
                           : is_float(type) ? "0.0"
                           : type == "bool" ? "true"
                           : type == "&str" ? "\"\""
                                            : "";
        if (type == "bool") {
            push("true", 0.3, Risk::behaviour);
            push("false", 0.3, Risk::behaviour);
        } else if (is_integer(type)) {
            push("0", 0.3, Risk::behaviour);
            push("1", 0.28, Risk::behaviour);
        } else if (!zero.empty()) {
            push(zero, 0.25, Risk::behaviour);
        }
        if (type_head(type) == "Option")
            push("None", 0.4, Risk::behaviour);
        for (std::string_view h : {"Vec", "String", "HashMap", "HashSet"})
            if (type_head(type) == h)
                push(std::string(h) + "::new()", 0.3, Risk::behaviour);
        if (type_head(type) == "char" || c.callee == "join")
            push(type == "char" ? "' '" : "\"\"", 0.25, Risk::behaviour);
        if (c.callee == "join" || c.callee == "concat") {
            push("\" \"", 0.4, Risk::behaviour);
            push("\", \"", 0.35, Risk::behaviour);
            push("\"\\n\"", 0.25, Risk::behaviour);
        }
        if (c.callee == "to_digit" || c.callee == "is_digit" || c.callee == "from_str_radix" ||
            c.callee == "from_digit")
            push("10", 0.8, Risk::low);
        if (c.callee == "expect")
            push("\"no value\"", 0.5, Risk::low);
        std::stable_sort(out.begin(), out.end(), [](const Fill& a, const Fill& b) { return a.prior > b.prior; });
        if (out.size() > 6)
            out.resize(6);
        return out;
    }

    static void missing(const RuleContext& context, const CallSite& c, Proposals& out) {
        std::vector<std::pair<std::size_t, std::string>> gaps; // index, type
        for (const auto& span : context.diagnostic.spans) {
            if (span.label.find("missing") == std::string::npos || span.label.find("argument #") == std::string::npos)
                continue;
            auto number = between(span.label, "argument #", " ");
            auto type = between(span.label, "of type `", "`");
            if (number)
                gaps.emplace_back(static_cast<std::size_t>(std::max(1, std::atoi(number->c_str()))) - 1,
                                  type ? clean_type(*type) : "");
        }
        if (gaps.empty() || context.diagnostic.labelled("unexpected argument"))
            return;
        // every place where the single missing argument may stand: rustc guesses the last when types repeat
        if (gaps.size() == 1) {
            auto [index, type] = gaps.front();
            // whichever parameters have the type and fit where the given ones move over
            std::vector<std::size_t> places{index};
            for (std::size_t i = 0; i < c.parameters.size(); ++i)
                if (i != index && same_type(clean_type(c.parameters[i].type_text), type) && i <= c.arguments.size() &&
                    shift_fits(context, c, i))
                    places.push_back(i);
            for (std::size_t place : places) {
                std::string name = place < c.parameters.size() ? c.parameters[place].name : "";
                if (place < c.parameters.size() && type.empty())
                    type = clean_type(c.parameters[place].type_text);
                for (const auto& f : fills(context, c, type, name)) {
                    double prior = f.prior * (place == index ? 1.0 : 0.85);
                    insert_at(c, place, f.text, f.risk, prior, out);
                }
            }
            default_argument(c, index, type, out);
        } else {
            std::sort(gaps.begin(), gaps.end());
            std::string all;
            double prior = 0.8;
            bool tail = gaps.front().first == c.arguments.size();
            for (const auto& [index, type] : gaps) {
                auto options = fills(context, c, type, index < c.parameters.size() ? c.parameters[index].name : "");
                if (options.empty())
                    return;
                all += (all.empty() ? "" : ", ") + options.front().text;
                prior = std::min(prior, options.front().prior);
            }
            if (tail)
                insert_at(c, gaps.front().first, all, Risk::behaviour, prior * 0.9, out);
        }
        // the callee has a parameter too many: nobody fills it
        if (c.declared && gaps.size() == 1 && gaps.front().first < c.parameters.size())
            unused_parameter(context, c, gaps.front().first, out);
    }

    static void unused_parameter(const RuleContext& context, const CallSite& c, std::size_t index, Proposals& out) {
        const auto& parameter = c.parameters[index];
        const Source& s = c.declared->tree->source();
        for (std::size_t i = s.token_at(c.declared->item->body.begin);
             i < s.tokens().size() && s.tokens()[i].begin < c.declared->item->body.end; ++i)
            if (s.text(s.tokens()[i]) == parameter.name)
                return;
        int same = 0;
        for (const auto& d : context.all)
            same += d.is_error() && d.message == context.diagnostic.message;
        std::size_t begin = parameter.range.begin, end = parameter.range.end;
        if (s.at(static_cast<std::int64_t>(s.token_at(end))) == ",")
            end = s.token_at(end) + 1 < s.tokens().size() ? s.tokens()[s.token_at(end) + 1].begin : end;
        out.edit("call-parameter", c.declared->path, begin, end, "", Risk::behaviour, same > 1 ? 0.6 : 0.35,
                 fmt::format("Nobody passes `{}` and the body does not use it.", parameter.name));
    }

    static bool shift_fits(const RuleContext& context, const CallSite& c, std::size_t place) {
        for (std::size_t i = 0; i < c.arguments.size(); ++i) {
            std::size_t at = i < place ? i : i + 1;
            if (at >= c.parameters.size())
                return false;
            std::string have = guess_type(context, *c.place.tree, c.place.path, c.arguments[i]);
            if (!have.empty() && !fits_parameter(clean_type(c.parameters[at].type_text), have))
                return false;
        }
        return true;
    }

    static void insert_at(const CallSite& c, std::size_t index, const std::string& text, Risk risk, double prior,
                          Proposals& out) {
        std::string why =
            fmt::format("`{}` wants one argument more; `{}` has the type and suits its name.", c.callee, text);
        if (c.arguments.empty())
            out.insert("call-missing", c.place.path, c.open + 1, text, risk, prior, why);
        else if (index < c.arguments.size())
            out.insert("call-missing", c.place.path, c.arguments[index].begin, text + ", ", risk, prior, why);
        else
            out.insert("call-missing", c.place.path, c.arguments.back().end, ", " + text, risk, prior, why);
    }

    static void default_argument(const CallSite& c, std::size_t index, const std::string& type, Proposals& out) {
        if (type.empty() || is_ref(type))
            return;
        insert_at(c, index, "Default::default()", Risk::behaviour, 0.12, out);
    }

    static void surplus(const RuleContext& context, const CallSite& c, Proposals& out) {
        std::vector<const toolchain::Span*> extra;
        for (const auto& span : context.diagnostic.spans)
            if (span.label.find("unexpected argument") != std::string::npos)
                extra.push_back(&span);
        if (extra.empty() || context.diagnostic.labelled("is missing"))
            return;
        // extend the callee first: the caller knows what it wants to pass
        if (c.declared && extra.size() == 1) {
            auto type = between(extra[0]->label, "of type `", "`");
            const Item& f = *c.declared->item;
            std::string spelled = type ? spell_type(*c.declared->tree, f.signature.begin, clean_type(*type)) : "";
            if (type && *type == "{integer}")
                spelled = likely_integers(*c.declared->tree, &f).front();
            auto text = c.place.source->text(extra[0]->begin, extra[0]->end);
            std::string name;
            for (char ch : base::trim(text))
                name += base::is_ident(ch) ? ch : ' ';
            auto last = std::string(base::trim(name));
            if (auto space = last.rfind(' '); space != std::string::npos)
                last = last.substr(space + 1);
            bool named = !last.empty() && base::is_ident_start(last[0]);
            bool needed = false; // the body uses a name that is not there
            for (const auto& d : context.all)
                if (d.code == "E0425" && d.is_error())
                    if (const auto* at = d.primary();
                        at && at->file == c.declared->path && f.body.contains(at->begin)) {
                        auto ticked = backticked(d.message);
                        if (!ticked.empty()) {
                            last = ticked[0];
                            named = needed = true;
                        }
                    }
            const Source& ds = c.declared->tree->source();
            std::size_t open = ds.token_at(f.name_range.end);
            while (open < ds.tokens().size() && ds.at(static_cast<std::int64_t>(open)) != "(")
                ++open;
            if (!spelled.empty() && named && open < ds.tokens().size() && ds.tokens()[open].match > 0) {
                auto number = between(extra[0]->label, "argument #", " ");
                std::size_t k = number ? static_cast<std::size_t>(std::max(1, std::atoi(number->c_str()))) - 1
                                       : c.parameters.size();
                std::string parameter = last + ": " + spelled;
                double prior = needed ? 0.85 : 0.15;
                if (k < c.parameters.size())
                    out.insert("call-parameter", c.declared->path, c.parameters[k].range.begin, parameter + ", ",
                               Risk::low, prior,
                               fmt::format("`{}` is passed `{}`, which its signature lacks.", c.callee, last));
                else
                    out.insert("call-parameter", c.declared->path,
                               ds.tokens()[static_cast<std::size_t>(ds.tokens()[open].match)].begin,
                               (f.parameters.empty() ? "" : ", ") + parameter, Risk::low, prior,
                               fmt::format("`{}` is passed `{}`, which its signature lacks.", c.callee, last));
            }
        }
        // take the extra one away
        std::vector<project::Edit> edits;
        for (const auto* span : extra)
            for (std::size_t i = 0; i < c.arguments.size(); ++i)
                if (c.arguments[i].begin <= span->begin && span->end <= c.arguments[i].end) {
                    std::size_t begin = i > 0 ? c.arguments[i - 1].end : c.arguments[i].begin;
                    std::size_t end =
                        i > 0 || i + 1 >= c.arguments.size() ? c.arguments[i].end : c.arguments[i + 1].begin;
                    edits.push_back(make_edit(c.place.path, begin, end, ""));
                }
        if (!edits.empty())
            out.edits("call-surplus", std::move(edits), Risk::behaviour, 0.5,
                      fmt::format("`{}` takes fewer arguments.", c.callee));
    }

    static void not_callable(const RuleContext& context, Proposals& out) {
        auto p = primary_place(context);
        if (!p)
            return;
        const Source& s = *p->source;
        std::size_t open = s.token_at(p->end);
        if (s.at(static_cast<std::int64_t>(open)) != "(" || s.tokens()[open].match < 0)
            return;
        std::size_t close = s.tokens()[static_cast<std::size_t>(s.tokens()[open].match)].end;
        if (s.tokens()[open].match == static_cast<std::int32_t>(open) + 1)
            out.edit("call-drop", p->path, s.tokens()[open].begin, close, "", Risk::low, 0.7,
                     "This is a value, not a function: no parentheses.");
        else
            out.edit("call-index", p->path, s.tokens()[open].begin, close,
                     "[" + std::string(s.text(s.tokens()[open].end, close - 1)) + "]", Risk::low, 0.5,
                     "An element is read with square brackets.");
        bool next_line = s.tokens()[open].first_on_line;
        if (next_line) // a statement without `;` before a parenthesised one
            out.insert("call-semicolon", p->path, p->end, ";", Risk::low, 0.8,
                       "The statement before the parenthesis has to end with `;`.");
        const Item* f = p->tree->function_at(p->begin);
        std::string name(p->text());
        for (const auto& d : functions_named(context, name, p->path)) // a variable hides the function
            if (const Item* owner = f ? owner_of(*p->tree, *f) : nullptr; owner && owner_of(*d.tree, *d.item))
                out.insert("call-self", p->path, p->begin, "self.", Risk::low, 0.6,
                           fmt::format("`{}` is a method here.", name));
        if (close > 0 && s.at(static_cast<std::int64_t>(open) - 1) == ")")
            out.insert("call-operator", p->path, s.tokens()[open].begin, " * ", Risk::behaviour, 0.35,
                       "Between two parentheses an operator is missing.");
    }
};

RC_REGISTER_RULE(CallArguments)

} // namespace

} // namespace rustcoder::repair
