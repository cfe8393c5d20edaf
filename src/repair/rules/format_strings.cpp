// Format strings: missing or surplus arguments, braces, foreign placeholders, `{}` for what has no Display.
#include "repair/rule_support.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace rustcoder::repair {

namespace {

struct Macro {
    Place place;
    std::size_t literal = 0; // token of the format string
    std::size_t open = 0, close = 0;
    std::vector<Range> arguments; // behind the format string
};

std::optional<Macro> macro_around(const RuleContext& context) {
    auto p = primary_place(context);
    if (!p)
        return std::nullopt;
    const Source& s = *p->source;
    std::size_t at = p->token();
    if (at >= s.tokens().size())
        return std::nullopt;
    for (auto open = s.at(static_cast<std::int64_t>(at)) == "!" ? static_cast<std::int64_t>(at) + 1
                                                                : s.enclosing_open(at);
         open > 0; open = s.enclosing_open(static_cast<std::size_t>(open))) {
        if (s.at(open - 1) != "!")
            continue;
        auto o = static_cast<std::size_t>(open);
        if (s.tokens()[o].match < 0)
            return std::nullopt;
        Macro m;
        m.open = o;
        m.close = static_cast<std::size_t>(s.tokens()[o].match);
        auto all = p->tree->arguments(s.tokens()[o].begin);
        for (std::size_t k = 0; k < all.size(); ++k)
            if (s.tokens()[s.token_at(all[k].begin)].kind == Kind::string) {
                m.literal = s.token_at(all[k].begin);
                m.arguments.assign(all.begin() + static_cast<std::ptrdiff_t>(k) + 1, all.end());
                break;
            }
        if (m.literal == 0)
            return std::nullopt;
        m.place = std::move(*p);
        return m;
    }
    return std::nullopt;
}

class FormatStrings final : public Rule {
public:
    std::string_view name() const override { return "format-strings"; }
    bool applies(const toolchain::Diagnostic& d) const override {
        return (d.code.empty() && (d.message.find("format string") != std::string::npos ||
                                   d.message.find("argument never used") != std::string::npos ||
                                   d.message.find("format trait") != std::string::npos ||
                                   d.message.find("positional argument") != std::string::npos ||
                                   d.message.find("format argument") != std::string::npos ||
                                   d.message.find("arguments never used") != std::string::npos)) ||
               (d.code == "E0277" && d.message.find("doesn't implement") != std::string::npos) || d.code == "E0425";
    }

    void propose(const RuleContext& context, Proposals& out) const override {
        auto m = macro_around(context);
        if (!m)
            return;
        const auto& d = context.diagnostic;
        if (d.code == "E0277")
            debug_instead(context, *m, out);
        else if (d.code.empty()) {
            too_few(context, *m, out);
            too_many(context, *m, out);
            braces(context, *m, out);
            trait_letter(context, *m, out);
        }
    }

private:
    /// `{}` -> `{:?}` at the placeholder that the error names.
    static void debug_instead(const RuleContext& context, const Macro& m, Proposals& out) {
        if (context.diagnostic.message.find("Display") == std::string::npos)
            return;
        const Source& s = *m.place.source;
        for (const auto& span : context.diagnostic.spans) {
            if (!span.in_project || span.file != m.place.path)
                continue;
            auto text = s.text(span.begin, span.end);
            if (!text.starts_with("{") || !text.ends_with("}"))
                continue;
            auto colon = text.find(':');
            std::size_t at = colon == std::string_view::npos ? span.end - 1 : span.begin + colon + 1;
            out.insert("format-debug", m.place.path, colon == std::string_view::npos ? at : span.end - 1,
                       colon == std::string_view::npos ? ":?" : "?", Risk::behaviour, 0.7,
                       "The value has no `Display` form; `{:?}` prints its `Debug` form.");
            return;
        }
    }

    static void too_few(const RuleContext& context, const Macro& m, Proposals& out) {
        const std::string& message = context.diagnostic.message;
        bool few = message.find("positional argument") != std::string::npos &&
                   message.find("format string, but") != std::string::npos;
        bool reference = message.find("invalid reference to positional argument") != std::string::npos;
        if (!few && !reference)
            return;
        const Source& s = *m.place.source;
        std::size_t at = m.arguments.empty() ? s.tokens()[m.literal].end : m.arguments.back().end;
        auto used = [&](const std::string& n) {
            for (Range r : m.arguments)
                if (s.text(r) == n)
                    return true;
            return s.text(s.tokens()[m.literal]).find("{" + n) != std::string_view::npos;
        };
        double prior = 0.6;
        int n = 0;
        auto bindings = m.place.tree->bindings_at(m.place.begin);
        for (const auto& b : bindings) {
            if (b.name.empty() || b.name == "self" || used(b.name) || n >= 4)
                continue;
            out.insert("format-argument", m.place.path, at, ", " + b.name, Risk::behaviour, prior,
                       fmt::format("The format string has one placeholder more than there are values; `{}` is in scope "
                                   "and not printed.",
                                   b.name));
            prior *= 0.7;
            ++n;
        }
        for (const auto& f : self_fields(context, m))
            if (!used("self." + f) && n++ < 6)
                out.insert("format-argument", m.place.path, at, ", self." + f, Risk::behaviour, 0.45,
                           "A placeholder has no value; the field is not printed yet.");
        if (few) { // or one placeholder too many
            const auto& d = context.diagnostic;
            const toolchain::Span* last = nullptr;
            for (const auto& span : d.spans)
                if (span.primary && s.text(span.begin, span.end).starts_with("{"))
                    last = &span;
            if (last) {
                std::size_t begin = last->begin;
                if (begin > 0 && s.text()[begin - 1] == ' ')
                    --begin;
                out.edit("format-placeholder", m.place.path, begin, last->end, "", Risk::behaviour, 0.3,
                         "There is one placeholder more than values.");
            }
        }
        if (reference) { // positions count from zero
            auto number = between(message, "positional argument ", " ");
            auto p = m.place;
            if (number && std::atoi(number->c_str()) > 0)
                out.edit("format-position", p.path, p.begin, p.end, std::to_string(std::atoi(number->c_str()) - 1),
                         Risk::behaviour, 0.3, "Positions count from zero.");
        }
    }

    static std::vector<std::string> self_fields(const RuleContext& context, const Macro& m) {
        std::vector<std::string> out;
        const Item* f = m.place.tree->function_at(m.place.begin);
        const Item* owner = f ? owner_of(*m.place.tree, *f) : nullptr;
        if (owner && !f->parameters.empty() && f->parameters.front().is_self)
            for (const auto& field : fields_of(context, clean_type(owner->self_type)))
                out.push_back(field.name);
        if (owner && !f->parameters.empty() && f->parameters.front().is_self)
            for (const auto& method : methods_of(context, clean_type(owner->self_type)))
                if (method.item != f && method.item->parameters.size() == 1 && method.item->parameters[0].is_self &&
                    !method.item->return_type.empty())
                    out.push_back(method.item->name + "()");
        return out;
    }

    static void too_many(const RuleContext& context, const Macro& m, Proposals& out) {
        if (context.diagnostic.message.find("never used") == std::string::npos)
            return;
        const Source& s = *m.place.source;
        const auto& literal = s.tokens()[m.literal];
        std::string text(s.text(literal));
        // foreign placeholders: %d %s {0:d}
        for (std::string_view foreign : {"%d", "%s", "%i", "%f", "%u", "%c", "%v", "%ld", "%5d"})
            if (text.find(foreign) != std::string::npos) {
                std::string fixed = text;
                for (std::string_view f : {"%d", "%s", "%i", "%f", "%u", "%c", "%v", "%ld"})
                    fixed = base::replace_all(fixed, f, "{}");
                out.edit("format-printf", m.place.path, literal.begin, literal.end, fixed, Risk::none, 0.9,
                         "Rust's placeholders are `{}`.");
                return;
            }
        if (text.size() < 2)
            return;
        std::size_t tail = literal.end - 1;
        if (text.ends_with("\\n\""))
            tail -= 2;
        out.insert("format-placeholder", m.place.path, tail, text.size() > 2 ? " {}" : "{}", Risk::behaviour, 0.55,
                   "A value is given that no placeholder prints.");
        out.insert("format-placeholder", m.place.path, tail, "{}", Risk::behaviour, 0.5,
                   "A value is given that no placeholder prints.");
        out.insert("format-placeholder", m.place.path, tail, ", {}", Risk::behaviour, 0.25,
                   "A value is given that no placeholder prints.");
        out.insert("format-placeholder", m.place.path, tail, ": {}", Risk::behaviour, 0.3,
                   "A value is given that no placeholder prints.");
        for (std::size_t i = 0; i < m.arguments.size(); ++i)
            if (m.arguments[i].begin <= m.place.begin && m.place.end <= m.arguments[i].end) {
                std::size_t begin = i ? m.arguments[i - 1].end : literal.end;
                out.edit("format-argument", m.place.path, begin, m.arguments[i].end, "", Risk::behaviour, 0.4,
                         "The value is not used by the format string.");
                // `{name}` given a value without a name
                auto open = text.find('{');
                auto name =
                    open == std::string::npos ? "" : text.substr(open + 1, text.find_first_of(":}", open) - open - 1);
                if (!name.empty() && base::is_ident_start(name[0]))
                    out.insert("format-named", m.place.path, m.arguments[i].begin, name + " = ", Risk::low, 0.65,
                               fmt::format("`{{{}}}` takes its value from an argument of that name.", name));
            }
    }

    static void braces(const RuleContext& context, const Macro& m, Proposals& out) {
        const std::string& message = context.diagnostic.message;
        if (message.find("invalid format string") == std::string::npos)
            return;
        const Source& s = *m.place.source;
        const auto& literal = s.tokens()[m.literal];
        const toolchain::Span* brace = context.diagnostic.labelled("because of this opening brace");
        if (message.find("unmatched `}`") != std::string::npos) {
            out.insert("format-brace", m.place.path, m.place.begin, "}", Risk::none, 0.6,
                       "A brace that is to be printed is written twice.");
            out.insert("format-brace", m.place.path, m.place.begin, "{", Risk::none, 0.62,
                       "The placeholder lost its opening brace.");
            out.edit("format-brace", m.place.path, m.place.begin, m.place.end, "", Risk::low, 0.45,
                     "The brace closes nothing.");
            return;
        }
        if (!brace)
            return;
        std::size_t end = brace->end; // of the placeholder's inside
        while (end < literal.end &&
               (base::is_ident(s.text()[end]) || s.text()[end] == ':' || s.text()[end] == '?' || s.text()[end] == '.'))
            ++end;
        // `{:?` and `{x` lost their brace, `{` before a space is meant to be printed
        bool placeholder = end > brace->end || s.text()[end] == '"' || s.text()[end] == ')';
        out.insert("format-brace", m.place.path, end, "}", Risk::none, placeholder ? 0.8 : 0.5,
                   "The placeholder is not closed.");
        out.insert("format-brace", m.place.path, brace->end, "{", Risk::none, placeholder ? 0.3 : 0.65,
                   "A brace that is to be printed is written twice.");
        out.insert("format-brace", m.place.path, brace->end, "}", Risk::none, 0.5, "The placeholder is not closed.");
    }

    static void trait_letter(const RuleContext& context, const Macro& m, Proposals& out) {
        auto letter = between(context.diagnostic.message, "unknown format trait `", "`");
        if (!letter)
            return;
        const Source& s = *m.place.source;
        std::size_t begin = m.place.begin, end = m.place.end;
        if (s.text(begin, end) != *letter)
            return;
        bool colon = begin > 0 && s.text()[begin - 1] == ':';
        bool known = *letter == "d" || *letter == "s" || *letter == "i" || *letter == "f" || *letter == "u" ||
                     *letter == "c" || *letter == "v";
        out.edit("format-trait", m.place.path, colon ? begin - 1 : begin, end, "", Risk::none, known ? 0.9 : 0.6,
                 fmt::format("Rust needs no type letter: `{{}}` prints any value; `{}` is not known.", *letter));
        out.edit("format-trait", m.place.path, begin, end, "?", Risk::behaviour, 0.4, "`?` prints the `Debug` form.");
    }
};

RC_REGISTER_RULE(FormatStrings)

} // namespace

} // namespace rustcoder::repair
