// E0277, E0369, E0368, E0614, E0600, E0608: operands, indexes, iteration and collecting.
#include "repair/rules/type_conversions.h"
#include "repair/rules/type_mismatch.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace rustcoder::repair {

namespace {

bool comparison(std::string_view op) {
    return op == "==" || op == "!=" || op == "<" || op == ">" || op == "<=" || op == ">=";
}

void put(const Place& p, Range e, std::string before, std::string after, Risk risk, double prior, std::string why,
         Proposals& out) {
    out.edits("type-operand", wrap_edits(*p.source, p.path, e, std::move(before), std::move(after), true), risk, prior,
              std::move(why));
}

/// Stars to get from a reference of `layers` to its value.
std::string stars(std::string_view type) {
    std::string out, t(type);
    while (is_ref(t)) {
        out += '*';
        t = strip_ref(t);
    }
    return out;
}

/// The operand is a cast (in parentheses when needed) to the wrong type.
void recast(const Place& op, Range side, const std::string& have, const std::string& wanted, Proposals& out) {
    const Source& s = *op.source;
    auto text = s.text(side);
    std::size_t end = text.ends_with(")") ? side.end - 1 : side.end;
    if (std::string cast = " as " + have; s.text(side.begin, end).ends_with(cast))
        out.edit("type-recast", op.path, end - have.size(), end, wanted, Risk::low, 0.72,
                 fmt::format("The cast makes a `{}`, the other side is a `{}`.", have, wanted));
}

void operands(const RuleContext& context, const Place& op, Proposals& out) {
    auto types = operands_of(context.diagnostic);
    auto ranges = operand_ranges(op);
    if (!types || !ranges)
        return;
    const std::string &l = types->left, &r = types->right;
    std::string lv = strip_refs(l), rv = strip_refs(r);
    const bool compares = comparison(types->op) || comparison(op.text());
    auto text = [&](Range e) { return op.source->text(e); };
    // references on one side
    if (is_ref(l) && (same_type(lv, rv) || is_numeric(lv)) && !is_ref(r))
        put(op, ranges->left, stars(l), "", Risk::low, 0.82, "The left side is a reference; `*` gets at the value.",
            out);
    if (is_ref(r) && (same_type(lv, rv) || is_numeric(rv)) && !is_ref(l) && !text(ranges->right).starts_with("&"))
        put(op, ranges->right, stars(r), "", Risk::low, 0.82, "The right side is a reference; `*` gets at the value.",
            out);
    if (text(ranges->right).starts_with("&") && is_ref(r) && same_type(lv, rv))
        out.edit("type-operand", op.path, ranges->right.begin, ranges->right.begin + 1, "", Risk::low, 0.7,
                 "The value itself is wanted on the right, not a reference.");
    if (is_ref(l) && is_ref(r) && l != r && same_type(lv, rv)) {
        if (stars(l).size() > stars(r).size())
            put(op, ranges->left, "*", "", Risk::low, 0.75, "The left side is one reference too deep.", out);
        else
            put(op, ranges->right, "*", "", Risk::low, 0.75, "The right side is one reference too deep.", out);
    }
    if (is_ref(l) && !is_ref(r) && compares && same_type(lv, rv) && !text(ranges->right).starts_with("*"))
        put(op, ranges->right, "&", "", Risk::low, 0.55, "Both sides of a comparison have to be references or values.",
            out);
    if (is_ref(r) && !is_ref(l) && compares && same_type(lv, rv))
        put(op, ranges->left, "&", "", Risk::low, 0.4, "Both sides of a comparison have to be references or values.",
            out);
    // numbers of two types
    if (is_numeric(lv) && is_numeric(rv) && lv != rv) {
        std::string le = stars(l), re = stars(r);
        if (rv[0] != '{' && lv[0] != '{') {
            recast(op, ranges->right, rv, lv, out);
            if (types->op.size() == 1 || compares)
                recast(op, ranges->left, lv, rv, out);
            bool right_fits = lossless(rv, lv), left_fits = lossless(lv, rv);
            put(op, ranges->right, re, " as " + lv, right_fits ? Risk::low : Risk::behaviour,
                right_fits || !left_fits ? 0.62 : 0.5,
                fmt::format("`{}` and `{}` do not mix: the right side is converted.", lv, rv), out);
            if (types->op.size() == 1 || compares)
                put(op, ranges->left, le, " as " + rv, left_fits ? Risk::low : Risk::behaviour, left_fits ? 0.6 : 0.45,
                    fmt::format("`{}` and `{}` do not mix: the left side is converted.", lv, rv), out);
        } else if (rv == "{integer}" && is_float(lv) && !text(ranges->right).empty() &&
                   text(ranges->right).back() >= '0' && text(ranges->right).back() <= '9') {
            out.insert("type-operand", op.path, ranges->right.end, ".0", Risk::none, 0.88,
                       "A floating-point number is written with a point.");
        } else if (rv == "{float}" && is_integer(lv)) {
            put(op, ranges->left, le, " as f64", Risk::behaviour, 0.6,
                "An integer and a floating-point number do not mix.", out);
            if (text(ranges->right).ends_with(".0"))
                out.edit("type-operand", op.path, ranges->right.end - 2, ranges->right.end, "", Risk::low, 0.55,
                         "An integer is written without a point.");
        } else if (lv == "{integer}" && is_float(rv)) {
            out.insert("type-operand", op.path, ranges->left.end, ".0", Risk::none, 0.85,
                       "A floating-point number is written with a point.");
        } else if (lv == "{float}" && is_integer(rv)) {
            put(op, ranges->right, re, " as f64", Risk::behaviour, 0.7,
                "An integer and a floating-point number do not mix.", out);
        }
    }
    // text
    if (lv == "String" && types->op != "==" && (rv == "String" || rv == "char" || is_numeric(rv)) && !is_ref(r)) {
        if (rv == "String")
            put(op, ranges->right, "&", "", Risk::low, 0.85, "`+` appends a borrowed text to a `String`.", out);
        else
            put(op, ranges->right, "&", ".to_string()", Risk::low, 0.7, "Only text can be appended to a `String`.",
                out);
    }
    if ((l == "&str" || l == "&String") && (rv == "str" || rv == "String") && types->op != "==" && types->op != "!=")
        put(op, ranges->left, "", ".to_string()", Risk::low, 0.6, "The left side of `+` has to be an owned `String`.",
            out);
    if (types->op == "+=" && lv == "String" && rv == "char") {
        out.edits("type-operand",
                  {make_edit(op.path, ranges->left.end, ranges->right.begin, ".push("),
                   make_edit(op.path, ranges->right.end, ranges->right.end, ")")},
                  Risk::low, 0.8, "A single character is appended with `push`.");
        put(op, ranges->right, "&", ".to_string()", Risk::low, 0.4, "Only text can be appended with `+=`.", out);
    }
    if (compares) {
        std::string rt(text(ranges->right));
        if ((rv == "char" && (lv == "str" || lv == "String")) && rt.size() >= 3 && rt.front() == '\'')
            out.edit("type-operand", op.path, ranges->right.begin, ranges->right.end,
                     "\"" + rt.substr(1, rt.size() - 2) + "\"", Risk::none, 0.8,
                     "A text is compared with a text: double quotes.");
        if ((lv == "char") && rv == "str" && rt.size() >= 3 && rt.front() == '"')
            out.edit("type-operand", op.path, ranges->right.begin, ranges->right.end,
                     "'" + rt.substr(1, rt.size() - 2) + "'", Risk::none, 0.85,
                     "A character is compared with a character: single quotes.");
        if (lv == "u8" && rv == "char" && rt.front() == '\'')
            out.insert("type-operand", op.path, ranges->right.begin, "b", Risk::none, 0.85,
                       "A byte is written `b'x'`.");
        if (lv == "char" && rv == "u8" && rt.starts_with("b'"))
            out.edit("type-operand", op.path, ranges->right.begin, ranges->right.begin + 1, "", Risk::none, 0.85,
                     "A character is written `'x'`.");
        for (bool left : {true, false}) {
            const std::string& side = left ? l : r;
            const std::string& other = left ? r : l;
            if (auto inner = wraps(side, "Option"); inner && type_head(other) != "Option") {
                Range e = left ? ranges->right : ranges->left;
                std::string lift = is_ref(*inner) && !is_ref(other) ? "Some(&" : "Some(";
                out.edits("type-operand", wrap_edits(*op.source, op.path, e, lift, ")", false), Risk::low, 0.7,
                          "An `Option` is compared with an `Option`: wrap the value in `Some`.");
            }
            if (side == "usize" || is_integer(side))
                if (auto f = strip_refs(other);
                    type_head(f) == "Vec" || f.starts_with("[") || f == "String" || f == "str")
                    put(op, left ? ranges->right : ranges->left, "", ".len()", Risk::low, 0.6,
                        "A number is compared with a length.", out);
        }
    }
    // an `Option` or `Result` among the operands
    for (bool left : {true, false}) {
        const std::string& side = left ? l : r;
        std::string head = type_head(side);
        if (head != "Option" && head != "Result")
            continue;
        Range e = left ? ranges->left : ranges->right;
        auto inner = wraps(side, head).value_or("");
        if (type_head(return_type_at(*op.tree, op.begin)) == head)
            put(op, e, "", "?", Risk::low, 0.62, "`?` takes the value out or returns early.", out);
        put(op, e, "", ".unwrap()", Risk::destructive, 0.5,
            "The value has to be taken out before one can calculate with it.", out);
        if (auto init = plain_initializer(*op.tree, e)) {
            if (type_head(return_type_at(*op.tree, op.begin)) == head)
                put(op, *init, "", "?", Risk::low, 0.66, "`?` takes the value out or returns early.", out);
            put(op, *init, "", ".unwrap()", Risk::destructive, 0.52,
                "The value has to be taken out where the variable is set.", out);
        }
        if (is_numeric(inner))
            put(op, e, "", ".unwrap_or(0)", Risk::behaviour, 0.2,
                "The value is taken out, zero in its place when there is none.", out);
    }
    if (lv == "()" || rv == "()")
        return;
    for (bool left : {true, false}) { // an iterator where a number is wanted
        const std::string& side = left ? l : r;
        if (is_iterator_adapter(side) && is_numeric(left ? rv : lv))
            for (auto [call, prior] : {std::pair{".sum::<", 0.5}, {".count()", 0.45}})
                put(op, left ? ranges->left : ranges->right, "",
                    std::string(call) + (std::string_view(call) == ".sum::<" ? (left ? rv : lv) + ">()" : ""),
                    Risk::behaviour, prior, "One number is wanted, not an iterator.", out);
    }
}

/// "a value of type `V` cannot be built from an iterator over elements of type `T`": adapt the items, or the
/// collection.
void collecting(const RuleContext& context, const Place& p, Proposals& out) {
    auto ticked = backticked(context.diagnostic.message);
    if (ticked.size() < 2)
        return;
    std::string wanted = clean_type(ticked[0]), item = clean_type(ticked[1]);
    const Source& s = *p.source;
    std::size_t token = p.token();
    bool turbofish =
        s.at(static_cast<std::int64_t>(token) - 1) == "<" && s.at(static_cast<std::int64_t>(token) - 2) == "::";
    if (turbofish) { // the span is the type in `collect::<..>`
        std::string owned = wanted == "&str" ? "String"
                            : is_ref(wanted) && wanted.starts_with("&[")
                                ? "Vec<" + wanted.substr(2, wanted.size() - 3) + ">"
                                : "";
        if (!owned.empty())
            out.edit("type-collect", p.path, p.begin, p.end, owned, Risk::low, 0.88,
                     fmt::format("What is gathered has to be owned: `{}`.", owned));
        token -= 3;
    }
    if (token == 0 || s.at(static_cast<std::int64_t>(token) - 1) != ".")
        return;
    std::size_t dot = s.tokens()[token - 1].begin;
    auto a = type_arguments(wanted);
    std::string element = wanted == "String" ? "char" : a.size() == 1 ? a[0] : "";
    if (element == "&str" && item == "String") // declared by `let` or the signature
        if (const Item* f = p.tree->function_at(p.begin)) {
            auto retype = [&](Range r) {
                if (!r.empty() && clean_type(s.text(r)) == wanted)
                    out.edit("type-collect", p.path, r.begin, r.end, base::replace_all(wanted, element, item),
                             Risk::low, 0.78, "The iterator gives owned texts.");
            };
            for (const auto& b : p.tree->bindings_in(*f))
                if (b.statement.contains(p.begin))
                    retype(b.type_range);
            retype(f->return_type);
        }
    auto insert = [&](std::string text, Risk risk, double prior, std::string why) {
        out.insert("type-collect", p.path, dot, std::move(text), risk, prior, std::move(why));
    };
    if (is_ref(item) && !element.empty() && same_type(element, strip_ref(item))) {
        bool copy = is_copy(element);
        insert(copy ? ".copied()" : ".cloned()", copy ? Risk::low : Risk::cost, 0.75,
               "The items are references; the values are wanted.");
        insert(copy ? ".cloned()" : ".copied()", Risk::cost, 0.6, "The items are references; the values are wanted.");
        // `.iter()` at the start of the chain could hand the values out instead
        Range chain = p.tree->postfix_before(dot);
        for (std::size_t i = s.token_at(chain.begin); i < token; ++i)
            if (s.at(static_cast<std::int64_t>(i)) == "iter" && s.at(static_cast<std::int64_t>(i) + 1) == "(")
                out.edit("type-collect", p.path, s.tokens()[i].begin, s.tokens()[i].end, "into_iter", Risk::low, 0.5,
                         "`into_iter` gives the values, `iter` only references.");
    }
    if (element == "String" && strip_refs(item) == "str")
        insert(".map(|s| s.to_string())", Risk::cost, 0.7, "Each text has to be owned.");
    if (element == "String" && (item == "char" || is_numeric(item)))
        insert(".map(|x| x.to_string())", Risk::low, 0.6, "Each item has to be turned into text.");
    if (wanted == "String" && is_numeric(item)) {
        insert(item == "u8" ? ".map(|b| b as char)" : ".map(|x| x.to_string())", Risk::low, 0.6,
               "A `String` is made of characters or texts.");
    }
    if (is_numeric(element) && is_numeric(strip_refs(item)) && element != strip_refs(item))
        insert(fmt::format(".map(|x| {}x as {})", stars(item), element), Risk::behaviour, 0.5,
               "Each number has to be converted.");
    if (element == "{integer}" || element.empty())
        return;
    if (is_iterator_adapter(item)) // `|w| w.iter()` inside: its own collect is missing
        for (auto call : {".collect::<", ""})
            if (*call) {
                auto close = s.token_before(dot);
                if (close > 0 && s.at(close) == ")")
                    out.insert("type-collect", p.path, s.tokens()[static_cast<std::size_t>(close)].begin,
                               ".collect::<" + element + ">()", Risk::low, 0.75,
                               "The inner iterator has to be gathered as well.");
            }
    // the turbofish or annotation says the wrong element type
    std::string right = base::replace_all(wanted, element, item);
    if (turbofish && is_complete_type(right) && right != wanted)
        out.edit("type-collect", p.path, p.begin, p.end, right, Risk::low, is_ref(element) ? 0.8 : 0.6,
                 fmt::format("The iterator gives `{}`.", item));
    else if (s.at(static_cast<std::int64_t>(token) + 1) == "::" && is_complete_type(right)) {
        auto open = s.token_at(s.tokens()[token + 1].end);
        std::size_t end = open;
        while (end < s.tokens().size() && s.at(static_cast<std::int64_t>(end)) != "(")
            ++end;
        if (end > open + 1)
            out.edit("type-collect", p.path, s.tokens()[open].end, s.tokens()[end - 1].end - 1, right, Risk::low, 0.5,
                     fmt::format("The iterator gives `{}`.", item));
    }
}

/// A declared `&str`, `&[T]` that is collected into: it has to own.
void owned_target(const RuleContext& context, const Place& p, Proposals& out) {
    auto ticked = backticked(context.diagnostic.message);
    std::string wanted = ticked.empty() ? "" : clean_type(ticked[0]);
    std::string owned = wanted == "&str" || wanted == "str"                   ? "String"
                        : wanted.starts_with("&[") || wanted.starts_with("[") ? "Vec<" + strip_refs(wanted).substr(1)
                                                                              : "";
    if (owned.empty())
        return;
    if (owned.starts_with("Vec<"))
        owned.back() = '>';
    const Source& s = *p.source;
    const Item* f = p.tree->function_at(p.begin);
    auto replace = [&](Range type, double prior) {
        if (clean_type(s.text(type)) == wanted)
            out.edit("type-owned", p.path, type.begin, type.end, owned, Risk::low, prior,
                     fmt::format("What is gathered here has to be owned: `{}`.", owned));
    };
    if (f)
        for (const auto& b : p.tree->bindings_in(*f))
            if (b.statement.contains(p.begin) && !b.type_range.empty())
                replace(b.type_range, 0.85);
    if (f && !f->return_type.empty())
        replace(f->return_type, 0.75);
}

void not_an_iterator(const RuleContext& context, const Place& p, Proposals& out) {
    auto ticked = backticked(context.diagnostic.message);
    if (ticked.empty())
        return;
    std::string type = clean_type(ticked[0]), value = strip_refs(type);
    Range e{p.begin, p.end};
    const Source& s = *p.source;
    const auto token = static_cast<std::int64_t>(p.token());
    if (s.at(token - 1) == "." && s.at(token + 1) == "(" && s.tokens()[p.token()].end == p.end) {
        // the method's name is marked, but it is the argument that cannot be gone through
        auto arguments = p.tree->arguments(s.tokens()[p.token() + 1].begin);
        if (arguments.size() != 1)
            return;
        e = arguments[0];
    }
    auto add = [&](std::string before, std::string after, double prior, std::string why, Risk risk = Risk::low) {
        out.edits("type-iterate", wrap_edits(*p.source, p.path, e, std::move(before), std::move(after), !after.empty()),
                  risk, prior, std::move(why));
    };
    if (is_integer(value)) {
        add("0..", "", 0.85, "A number cannot be gone through; the range `0..n` can.");
        add("1..=", "", 0.45, "A number cannot be gone through; the range `1..=n` can.", Risk::behaviour);
    } else if (value == "str" || value == "String") {
        add("", ".chars()", 0.85, "`chars` goes through the characters of a text.");
        add("", ".bytes()", 0.3, "`bytes` goes through the bytes of a text.");
        add("", ".lines()", 0.25, "`lines` goes through the lines of a text.");
        add("", ".split_whitespace()", 0.25, "`split_whitespace` goes through the words of a text.");
    } else if (value.starts_with("[") || type_head(value) == "Vec") {
        add("", ".iter()", 0.8, "`iter` goes through the elements.");
        if (!is_ref(type))
            add("&", "", 0.7, "A reference to the collection can be gone through.");
    } else if (type_head(value) == "Option" || type_head(value) == "Result") {
        add("", ".unwrap()", 0.5, "The collection inside has to be taken out.", Risk::destructive);
    } else {
        add("", ".iter()", 0.5, "`iter` goes through the elements.");
        add("&", "", 0.35, "A reference to the collection can be gone through.");
        // an own type with a collection inside
        for (const auto& f : fields_of(context, value)) {
            std::string h = type_head(clean_type(f.type_text));
            if (h == "Vec" || h == "VecDeque" || h == "HashMap" || h == "HashSet" || h == "BTreeMap")
                add("", "." + f.name + ".iter()", 0.45, fmt::format("The elements are in the field `{}`.", f.name));
        }
    }
    if (p.source->at(static_cast<std::int64_t>(p.source->token_at(p.end))) == "..")
        return;
}

class TypeOperator final : public Rule {
public:
    std::string_view name() const override { return "type-operator"; }
    bool applies(const toolchain::Diagnostic& d) const override {
        return code_is(d, {"E0277", "E0369", "E0368", "E0614", "E0600", "E0608", "E0606", "E0605", "E0604", "E0607"});
    }

    void propose(const RuleContext& context, Proposals& out) const override {
        auto place = primary_place(context);
        if (!place)
            return;
        const auto& d = context.diagnostic;
        if (d.message.find("is not an iterator") != std::string::npos)
            not_an_iterator(context, *place, out);
        else if (d.message.find("cannot be built from an iterator") != std::string::npos) {
            collecting(context, *place, out);
            owned_target(context, *place, out);
        } else if (d.message.find("cannot be indexed by") != std::string::npos)
            index(context, *place, out);
        else if (d.code == "E0614")
            dereference(context, *place, out);
        else if (d.code == "E0600")
            unary(context, *place, out);
        else if (d.code == "E0608")
            indexing(context, *place, out);
        else if (d.code == "E0277" && d.message.find("size for values of type") != std::string::npos)
            unsized_type(*place, d, out);
        else if (code_is(d, {"E0606", "E0605", "E0604", "E0607"}))
            casts(*place, d, out);
        else
            operands(context, *place, out);
    }

private:
    static void index(const RuleContext& context, const Place& p, Proposals& out) {
        auto ticked = backticked(context.diagnostic.message);
        if (ticked.size() < 2)
            return;
        std::string base = strip_refs(clean_type(ticked[0])), by = clean_type(ticked[1]);
        Range e{p.begin, p.end};
        if (base == "str" || base == "String") {
            auto open = p.source->enclosing_open(p.token());
            if (open > 0 && p.source->at(open) == "[") {
                const auto& o = p.source->tokens()[static_cast<std::size_t>(open)];
                if (o.match > 0) {
                    std::size_t close = p.source->tokens()[static_cast<std::size_t>(o.match)].end;
                    out.edit("type-index", p.path, o.begin, close, fmt::format(".chars().nth({}).unwrap()", p.text()),
                             Risk::destructive, 0.6,
                             "A text cannot be indexed by number; `chars().nth(i)` walks to the character.");
                    out.edit("type-index", p.path, o.begin, close, fmt::format(".as_bytes()[{}]", p.text()),
                             Risk::behaviour, 0.35, "A text cannot be indexed by number, its bytes can.");
                }
            }
            return;
        }
        if (const std::string cast = " as " + by; is_numeric(by) && p.text().ends_with(cast))
            out.edit("type-index", p.path, p.end - by.size(), p.end, "usize", Risk::low, 0.86,
                     "An index has to be a `usize`; the cast makes something else.");
        if (is_numeric(strip_refs(by)))
            out.edits("type-index",
                      wrap_edits(*p.source, p.path, e, stars(by),
                                 is_ref(by) && strip_refs(by) == "usize" ? "" : " as usize", true),
                      Risk::behaviour, 0.62, "An index has to be a `usize`.");
        if (type_head(base) == "HashMap" || type_head(base) == "BTreeMap")
            out.edits("type-index", wrap_edits(*p.source, p.path, e, "&", "", true), Risk::low, 0.8,
                      "A map is indexed by a reference to the key.");
    }

    static void dereference(const RuleContext& context, const Place& p, Proposals& out) {
        auto ticked = backticked(context.diagnostic.message);
        std::string type = ticked.empty() ? "" : clean_type(ticked[0]);
        const Source& s = *p.source;
        std::size_t star = p.token();
        if (s.at(static_cast<std::int64_t>(star)) != "*")
            return;
        Range e{s.tokens()[star].end, p.end};
        std::string head = type_head(type);
        if (head == "Option" || head == "Result") {
            std::string r = return_type_at(*p.tree, p.begin);
            if (type_head(r) == head)
                out.insert("type-operand", p.path, e.end, "?", Risk::low, 0.65,
                           "`?` takes the value out or returns early.");
            out.insert("type-operand", p.path, e.end, ".unwrap()", Risk::destructive, 0.62,
                       "The value has to be taken out first.");
            if (auto init = plain_initializer(*p.tree, e))
                out.edits("type-operand", wrap_edits(s, p.path, *init, "", ".unwrap()", true), Risk::destructive, 0.6,
                          "The value has to be taken out where the variable is set.");
        }
        out.edit("type-operand", p.path, s.tokens()[star].begin, s.tokens()[star].end, "", Risk::low,
                 head == "Option" || head == "Result" ? 0.3 : 0.82,
                 fmt::format("`{}` is no reference, so there is nothing to follow.", type));
        // the binding lost its reference: `&x` in the pattern, or `.iter()` became a by-value loop
        for (const auto& b : p.tree->bindings_at(p.begin))
            if (b.name == s.text(e) && !b.type_range.empty()) {
                out.insert("type-operand", p.path, b.type_range.begin, "&", Risk::low, 0.45,
                           fmt::format("`{}` is used as a reference.", b.name));
                break;
            }
    }

    static void unary(const RuleContext& context, const Place& p, Proposals& out) {
        auto ticked = backticked(context.diagnostic.message);
        if (ticked.size() < 2)
            return;
        std::string op = ticked[0], type = clean_type(ticked[1]);
        const Source& s = *p.source;
        Range e{s.tokens()[p.token()].end, p.end};
        if (op == "!" && (type_head(strip_refs(type)) == "Option" || type_head(strip_refs(type)) == "Result"))
            out.edit("type-operand", p.path, p.begin, p.end,
                     std::string(s.text(e)) + (type_head(strip_refs(type)) == "Option" ? ".is_none()" : ".is_err()"),
                     Risk::low, 0.6, "Ask whether there is a value.");
        if (op == "!" &&
            (type_head(strip_refs(type)) == "Vec" || strip_refs(type) == "str" || strip_refs(type) == "String"))
            out.insert("type-operand", p.path, e.end, ".is_empty()", Risk::low, 0.5, "Ask whether it is empty.");
        if (is_ref(type))
            out.insert("type-operand", p.path, e.begin, "*", Risk::low, 0.6, "The reference has to be followed first.");
        if (op == "-" && is_integer(type) && type[0] == 'u') {
            std::string to = type == "usize" ? "isize" : "i" + type.substr(1);
            auto closed = s.text(e);
            std::size_t end = closed.ends_with(")") ? e.end - 1 : e.end;
            if (s.text(e.begin, end).ends_with(" as " + type)) // the cast made it unsigned
                for (auto [wanted, prior] : {std::pair{std::string("i64"), 0.6}, {std::string("i32"), 0.55}, {to, 0.5}})
                    out.edit("type-recast", p.path, end - type.size(), end, wanted, Risk::behaviour, prior,
                             "Only a signed number can be negated.");
            out.edits("type-operand",
                      {make_edit(p.path, e.begin, e.begin, "("), make_edit(p.path, e.end, e.end, " as " + to + ")")},
                      Risk::behaviour, 0.4, "An unsigned number cannot be negated.");
        }
    }

    static void indexing(const RuleContext& context, const Place& p, Proposals& out) {
        auto ticked = backticked(context.diagnostic.message);
        std::string type = ticked.empty() ? "" : clean_type(ticked[0]);
        const Source& s = *p.source;
        std::size_t open = s.token_at(p.begin);
        while (open < s.tokens().size() && s.at(static_cast<std::int64_t>(open)) != "[" &&
               s.tokens()[open].begin < p.end)
            ++open;
        if (s.at(static_cast<std::int64_t>(open)) != "[" || s.tokens()[open].match < 0)
            return;
        std::size_t at = s.tokens()[open].begin, end = s.tokens()[static_cast<std::size_t>(s.tokens()[open].match)].end;
        std::string head = type_head(strip_refs(type));
        if (head == "Option" || head == "Result")
            out.insert("type-index", p.path, at, ".unwrap()", Risk::destructive, 0.5,
                       "The list inside has to be taken out first.");
        if (is_iterator_adapter(strip_refs(type))) {
            out.insert("type-index", p.path, at, ".collect::<Vec<_>>()", Risk::low, 0.6,
                       "An iterator has no index; gather it first.");
            out.edit("type-index", p.path, at, end, fmt::format(".nth({}).unwrap()", s.text(at + 1, end - 1)),
                     Risk::destructive, 0.3, "An iterator has no index; `nth` walks to the item.");
        }
        if (head == "HashSet" || head == "VecDeque")
            return;
        for (const auto& f : fields_of(context, type)) // an own type with a list inside
            if (clean_type(f.type_text).starts_with("Vec<") || clean_type(f.type_text).starts_with("["))
                out.insert("type-index", p.path, at, "." + f.name, Risk::low, 0.5,
                           fmt::format("The elements are in the field `{}`.", f.name));
    }

    /// `Vec<dyn Shape>`, `shape: dyn Shape`: trait objects are kept in boxes.
    static void boxed_everywhere(const Place& p, Proposals& out) {
        const Source& s = *p.source;
        std::vector<project::Edit> edits;
        for (std::size_t i = 1; i + 1 < s.tokens().size(); ++i) {
            const auto at = static_cast<std::int64_t>(i);
            auto before = s.at(at - 1);
            bool bare = before == ":" || before == "," || before == "->" ||
                        (before == "<" && s.at(at - 2) != "Box" && s.at(at - 2) != "Rc" && s.at(at - 2) != "Arc");
            if (s.at(at) != "dyn" || !bare)
                continue;
            std::size_t end = i + 1;
            while (end + 2 < s.tokens().size() && s.at(static_cast<std::int64_t>(end) + 1) == "::")
                end += 2;
            edits.push_back(make_edit(p.path, s.tokens()[i].begin, s.tokens()[i].begin, "Box<"));
            edits.push_back(make_edit(p.path, s.tokens()[end].end, s.tokens()[end].end, ">"));
        }
        if (!edits.empty())
            out.edits("type-unsized", std::move(edits), Risk::low, 0.9,
                      "Values behind a trait differ in size; a list or field holds them in a `Box`.");
    }

    static void unsized_type(const Place& p, const toolchain::Diagnostic& d, Proposals& out) {
        auto ticked = backticked(d.message);
        std::string type = ticked.empty() ? "" : clean_type(ticked[0]);
        if (type.starts_with("dyn ") || type.starts_with("(dyn "))
            boxed_everywhere(p, out);
        const Item* f = p.tree->function_at(p.begin);
        if (!f)
            return;
        auto lend = [&](Range r, double prior) {
            std::string t = clean_type(p.source->text(r));
            auto at = p.source->text(r).find(type);
            if (at == std::string_view::npos)
                return;
            std::size_t begin = r.begin + at;
            if (begin > 0 && (p.source->text()[begin - 1] == '&' || p.source->text(r.begin, begin).ends_with("mut ")))
                return;
            out.insert("type-unsized", p.path, begin, "&", Risk::low, prior,
                       fmt::format("A `{}` has no fixed size; it is used behind `&`.", type));
        };
        for (const auto& parameter : f->parameters)
            if (!parameter.type.empty())
                lend(parameter.type, parameter.range.contains(p.begin) ? 0.9 : 0.6);
        if (!f->return_type.empty())
            lend(f->return_type, 0.6);
        for (const auto& b : p.tree->bindings_in(*f))
            if (!b.type_range.empty() && b.origin == syntax::Binding::Origin::let)
                lend(b.type_range, b.statement.contains(p.begin) ? 0.85 : 0.4);
        // a slice of something without `&` in front: `let x = s[1..]`
        auto statement = p.tree->statement_at(p.begin);
        if (statement.empty())
            return;
        for (const auto& b : p.tree->bindings_in(*f))
            if (b.statement == statement && !b.initializer.empty() && !p.source->text(b.initializer).starts_with("&"))
                out.insert("type-unsized", p.path, b.initializer.begin, "&", Risk::low, 0.8,
                           "A slice has no fixed size; borrow it with `&`.");
    }

    static void casts(const Place& p, const toolchain::Diagnostic& d, Proposals& out) {
        auto ticked = backticked(d.message);
        const Source& s = *p.source;
        std::size_t as = p.token();
        while (as < s.tokens().size() && s.at(static_cast<std::int64_t>(as)) != "as" && s.tokens()[as].begin < p.end)
            ++as;
        if (ticked.size() < 2 || s.at(static_cast<std::int64_t>(as)) != "as" || as == 0)
            return;
        bool only_u8 = d.code == "E0604";
        std::string from = clean_type(only_u8 ? ticked.back() : ticked[0]),
                    to = clean_type(only_u8 ? "char" : ticked[1]);
        Range e{p.begin, s.tokens()[as - 1].end};
        if (is_ref(from) && is_numeric(strip_refs(from)))
            out.edits("type-cast", wrap_edits(s, p.path, e, stars(from), "", false), Risk::low, 0.85,
                      "The reference has to be followed before the cast.");
        if (only_u8 && is_integer(from)) {
            out.insert("type-cast", p.path, s.tokens()[as].begin, "as u8 ", Risk::behaviour, 0.75,
                       "Only a `u8` can be cast to a `char`.");
            out.edit("type-cast", p.path, p.begin, p.end, fmt::format("char::from_u32({}).unwrap()", s.text(e)),
                     Risk::destructive, 0.4, "Reads the number as a code point.");
        }
        if (from == "char" && is_integer(to) && to != "u32")
            out.insert("type-cast", p.path, s.tokens()[as].begin, "as u32 ", Risk::low, 0.6,
                       "A character is cast to its code first.");
        if (is_float(from) && to == "char")
            out.insert("type-cast", p.path, s.tokens()[as].begin, "as u8 ", Risk::behaviour, 0.4,
                       "Only a `u8` can be cast to a `char`.");
        if (to == "String" || to == "str")
            out.edit("type-cast", p.path, e.end, p.end, ".to_string()", Risk::low, 0.6,
                     "Text is made with `to_string`, not with `as`.");
        if (is_numeric(to) && (strip_refs(from) == "str" || from == "String"))
            out.edit("type-cast", p.path, e.end, p.end, fmt::format(".parse::<{}>().unwrap()", to), Risk::destructive,
                     0.6, "A text is read as a number with `parse`.");
        if (type_head(from) == "Option" || type_head(from) == "Result")
            out.insert("type-cast", p.path, e.end, ".unwrap()", Risk::destructive, 0.6,
                       "The value has to be taken out before the cast.");
        if (to == "bool")
            out.edit("type-cast", p.path, e.end, p.end, " != 0", Risk::low, 0.7,
                     "A number becomes a condition by comparing it.");
    }
};

RC_REGISTER_RULE(TypeOperator)

} // namespace

} // namespace rustcoder::repair
