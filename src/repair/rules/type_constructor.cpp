// `Some` or `Ok` lost in front of its parentheses, or with them: `while let (x) = stack.pop()`, `if let x = optional`,
// `(match n { .. })` as the value of a function that gives an `Option`. What is left is legal syntax, so the error
// shows up only where the value is used.
#include "repair/rules/type_mismatch.h"

#include "base/text.h"

#include <algorithm>

namespace rustcoder::repair {

namespace {

using Index = std::int64_t;

/// Names in the spans of the error and of the receivers in front of them.
std::vector<std::string> names_involved(const RuleContext& context, std::string& path) {
    std::vector<std::string> out;
    auto add = [&](std::string_view name) {
        if (std::find(out.begin(), out.end(), name) == out.end())
            out.emplace_back(name);
    };
    for (const auto& span : context.diagnostic.spans) {
        auto p = place_of(context, span);
        if (!p)
            continue;
        if (path.empty())
            path = p->path;
        const Source& s = *p->source;
        Index i = static_cast<Index>(p->token());
        if (s.at(i - 1) == ".") { // a method or field: who it is asked of
            Range receiver = p->tree->postfix_before(s.tokens()[static_cast<std::size_t>(i) - 1].begin);
            add(s.at(static_cast<Index>(s.token_at(receiver.begin))));
        }
        for (std::size_t k = p->token(); k < s.tokens().size() && s.tokens()[k].begin < p->end && k < p->token() + 24;
             ++k)
            if (s.tokens()[k].kind == Kind::ident)
                add(s.text(s.tokens()[k]));
        auto text = p->text(); // `{name}` of a format string
        if (text.size() > 2 && text.front() == '{') {
            auto end = text.find_first_of(":}");
            add(text.substr(1, end == std::string_view::npos ? 0 : end - 1));
        }
        if (i < static_cast<Index>(s.tokens().size()) && s.tokens()[p->token()].kind == Kind::punct &&
            s.tokens()[p->token()].end == p->end) { // an operator: both sides
            add(s.at(i - 1));
            add(s.at(i + 1));
        }
    }
    return out;
}

/// "Option", "Result" or "" from the texts of the error.
std::string wrapper_named(const toolchain::Diagnostic& d) {
    std::string all = d.message;
    for (const auto& span : d.spans)
        all += " " + span.label;
    for (const auto& child : d.children)
        all += " " + child.message;
    auto option = all.find("Option"), result = all.find("Result<");
    if (option == std::string::npos && result == std::string::npos)
        return "";
    return option < result ? "Option" : "Result";
}

class ConstructorInPattern final : public Rule {
public:
    std::string_view name() const override { return "type-constructor-pattern"; }
    bool applies(const toolchain::Diagnostic& d) const override {
        return code_is(d, {"E0308", "E0277", "E0369", "E0368", "E0599", "E0614", "E0608", "E0609", "E0600", "E0624",
                           "E0605", "E0606", "E0282", "E0070", "E0618"}) &&
               !wrapper_named(d).empty();
    }
    void propose(const RuleContext& context, Proposals& out) const override {
        std::string path;
        auto names = names_involved(context, path);
        auto tree = context.sources.tree(path);
        const auto* primary = context.diagnostic.primary();
        if (!tree || !primary || primary->file != path)
            return;
        const Source& s = tree->source();
        const bool option = wrapper_named(context.diagnostic) == "Option";
        for (const auto& name : names)
            for (const auto& b : tree->bindings_at(primary->begin)) {
                if (b.name != name)
                    continue;
                in_pattern(s, path, b, option, out);
                break;
            }
    }

private:
    /// `if let x = optional` asks nothing: a name alone fits every value.
    static void plain_name(const Source& s, const std::string& path, const syntax::Binding& b, Index i, bool option,
                           Proposals& out) {
        const Index last = static_cast<Index>(s.token_at(b.name_range.begin));
        auto before = s.at(i - 2);
        if (s.at(i - 1) != "let" || s.at(last + 1) != "=" || (before != "if" && before != "while" && before != "&&"))
            return;
        for (std::string_view head : {"Some", "Ok"})
            out.edits("type-constructor-pattern",
                      {make_edit(path, s.tokens()[static_cast<std::size_t>(i)].begin,
                                 s.tokens()[static_cast<std::size_t>(i)].begin, std::string(head) + "("),
                       make_edit(path, b.name_range.end, b.name_range.end, ")")},
                      Risk::none, (head == "Some") == option ? 0.95 : 0.2,
                      "`" + std::string(before == "while" ? "while" : "if") + " let " + b.name +
                          "` takes the whole value and asks nothing; `" + std::string(head) + "(" + b.name +
                          ")` takes out what is inside.");
    }

    static void in_pattern(const Source& s, const std::string& path, const syntax::Binding& b, bool option,
                           Proposals& out) {
        Index i = static_cast<Index>(s.token_at(b.name_range.begin));
        for (auto before = s.at(i - 1); before == "mut" || before == "&" || before == "ref"; before = s.at(i - 1))
            --i;
        if (s.at(i - 1) != "(") {
            plain_name(s, path, b, i, option, out);
            return;
        }
        const auto& open = s.tokens()[static_cast<std::size_t>(i) - 1];
        if (open.match < 0 || s.tokens()[static_cast<std::size_t>(open.match)].begin != b.name_range.end)
            return;
        auto before = s.at(i - 2), after = s.at(open.match + 1);
        bool refutable = false;
        if (before == "let") {
            auto two = s.at(i - 3);
            refutable = two == "if" || two == "while" || two == "&&";
            for (std::size_t k = s.token_at(open.begin); // let .. else
                 !refutable && k < s.tokens().size() && s.text(s.tokens()[k]) != ";"; ++k) {
                refutable = s.text(s.tokens()[k]) == "else";
                if (s.tokens()[k].kind == Kind::open && s.tokens()[k].match > 0)
                    k = static_cast<std::size_t>(s.tokens()[k].match);
            }
        } else {
            refutable = (before == "{" || before == "," || before == "}" || before == "|") &&
                        (after == "=>" || after == "if" || after == "|");
        }
        if (!refutable)
            return;
        for (std::string_view head : {"Some", "Ok"})
            out.insert("type-constructor-pattern", path, open.begin, std::string(head), Risk::none,
                       (head == "Some") == option ? 0.94 : 0.3,
                       "`(" + b.name + ")` takes the whole value; `" + std::string(head) +
                           "` in front of it takes out what is inside.");
    }
};

/// The value of a parenthesised expression has the inner type of what is wanted.
class ConstructorInValue final : public Rule {
public:
    std::string_view name() const override { return "type-constructor-value"; }
    bool applies(const toolchain::Diagnostic& d) const override { return d.code == "E0308"; }
    void propose(const RuleContext& context, Proposals& out) const override {
        for (const Mismatch& m : mismatches(context)) {
            auto head = type_head(m.expected);
            if (head != "Option" && head != "Result")
                continue;
            auto arguments = type_arguments(m.expected);
            if (arguments.empty())
                continue;
            const Source& s = *m.place.source;
            bool error = arguments.size() == 2 && same_type(arguments[1], m.found);
            bool good = same_type(arguments[0], m.found);
            if (!good && !error)
                continue;
            std::string constructor = head == "Option" ? "Some" : good ? "Ok" : "Err";
            std::size_t token = s.token_at(m.expression.begin);
            Index open = s.at(static_cast<Index>(token)) == "(" ? static_cast<Index>(token) : s.enclosing_open(token);
            for (int depth = 0; open > 0 && depth < 6; ++depth) {
                if (s.at(open) == "(" && stands_alone(s, open)) {
                    bool direct = s.tokens()[static_cast<std::size_t>(open)].begin == m.expression.begin;
                    if (!direct || !tuple(s, open))
                        out.insert("type-constructor-value", m.place.path,
                                   s.tokens()[static_cast<std::size_t>(open)].begin, constructor, Risk::none, 0.93,
                                   "The parentheses hold the value, but `" + constructor +
                                       "` in front of them is missing.");
                    break;
                }
                open = s.enclosing_open(static_cast<std::size_t>(open));
            }
        }
    }

private:
    /// No call, no tuple type, no grouping within a calculation.
    static bool stands_alone(const Source& s, Index open) {
        const auto& o = s.tokens()[static_cast<std::size_t>(open)];
        auto before = s.at(open - 1);
        bool starts = before == "{" || before == "}" || before == ";" || before == "return" || before == "=>" ||
                      before == "=" || before == "," || before == "else";
        if (!starts || o.match < 0)
            return false;
        auto after = s.at(o.match + 1);
        return after == "}" || after == ";" || after == "," || after == ")" || after.empty();
    }
    static bool tuple(const Source& s, Index open) {
        Index end = s.tokens()[static_cast<std::size_t>(open)].match;
        for (Index i = open + 1; i < end; ++i) {
            if (s.at(i) == ",")
                return true;
            if (s.tokens()[static_cast<std::size_t>(i)].kind == Kind::open &&
                s.tokens()[static_cast<std::size_t>(i)].match > i)
                i = s.tokens()[static_cast<std::size_t>(i)].match;
        }
        return false;
    }
};

RC_REGISTER_RULE(ConstructorInPattern)
RC_REGISTER_RULE(ConstructorInValue)

} // namespace

} // namespace rustcoder::repair
