// Numbers where the odd conversion compiles and computes something else: a mean whose division would be one of
// integers, a negative number in an unsigned variable, letters that are calculated with.
#include "repair/own_support.h"
#include "repair/rules/type_mismatch.h"

#include "base/text.h"

#include <algorithm>

namespace rustcoder::repair {

namespace {

using Index = std::int64_t;

using base::has;

/// What the expression's value is wanted as: the type of the let, or of the function that gives it back.
std::string wanted_type(const Site& site, std::size_t offset) {
    const Source& s = site.s();
    auto frames = frames_at(s, offset);
    const Item* function = site.function();
    if (frames.empty() || !function)
        return "";
    auto text = s.text(frames.front().statement);
    if (text.starts_with("let "))
        for (const auto& b : site.t().bindings_in(*function))
            if (b.statement == frames.front().statement)
                return b.type_text;
    if (text.starts_with("return ") || !text.ends_with(";"))
        return clean_type(s.text(function->return_type));
    return "";
}

/// `sum / values.len()` where an `f64` is wanted: both sides become floats before they are divided.
void float_division(Site& site) { // E0277 E0308
    const Source& s = site.s();
    Range whole = site.at();
    std::string wanted;
    if (site.d.code == "E0308") {
        auto types = expected_found(site.d, *site.d.primary());
        if (!types || !is_float(types->expected) || !is_integer(types->found))
            return;
        wanted = types->expected;
    } else {
        if (!has(site.d.message, "cannot divide"))
            return;
        wanted = wanted_type(site, whole.begin);
    }
    if (!is_float(wanted) || wanted.starts_with("{"))
        return;
    // the operator: of the error, or the one division inside
    std::size_t operation = site.d.code == "E0308" ? s.tokens().size() : site.token();
    for (std::size_t i = site.token();
         site.d.code == "E0308" && i < s.tokens().size() && s.tokens()[i].end <= whole.end; ++i) {
        if (s.tokens()[i].kind == Kind::open && s.tokens()[i].match > 0)
            i = static_cast<std::size_t>(s.tokens()[i].match);
        else if (s.text(s.tokens()[i]) == "/")
            operation = i;
    }
    if (operation >= s.tokens().size() || s.text(s.tokens()[operation]) != "/")
        return;
    auto place = place_in(site.context, site.path(), s.tokens()[operation].begin, s.tokens()[operation].end);
    auto ranges = place ? operand_ranges(*place) : std::nullopt;
    if (!ranges)
        return;
    std::vector<Edit> edits;
    for (Range side : {ranges->left, ranges->right}) {
        auto text = s.text(side);
        bool literal = !text.empty() && text.find_first_not_of("0123456789_") == std::string_view::npos;
        if (text.ends_with(" as " + wanted))
            continue;
        if (literal)
            edits.push_back(site.put(side.end, ".0"));
        else
            for (Edit& e : wrap_edits(s, site.path(), side, "", " as " + wanted, true))
                edits.push_back(std::move(e));
    }
    if (!edits.empty())
        site.propose(
            Risk::low, 0.92,
            "a `" + wanted +
                "` is wanted, so both sides become one before they are divided; integers would lose the fraction.",
            std::move(edits));
}

std::string signed_twin(std::string_view type) {
    return type == "usize" ? "isize" : type == "u8" ? "i16" : "i" + std::string(type.substr(1));
}

/// `let d: usize = -1;`
void negative_unsigned(Site& site) { // E0600
    auto ticked = backticked(site.d.message);
    if (ticked.size() < 2 || ticked[0] != "-" || !ticked[1].starts_with("u"))
        return;
    const Item* function = site.function();
    if (!function)
        return;
    for (const auto& b : site.t().bindings_in(*function)) {
        if (!b.statement.contains(site.at().begin) || b.type_range.empty() || b.type_text != ticked[1])
            continue;
        std::string type = signed_twin(ticked[1]);
        // as what it is used
        for (const Diagnostic& d : site.context.all) {
            const Span* at = d.primary();
            auto types = at && d.code == "E0308" ? expected_found(d, *at) : std::nullopt;
            if (types && types->found == ticked[1] && types->expected.starts_with("i") && is_integer(types->expected) &&
                site.text(site.range(at)) == b.name)
                type = types->expected;
        }
        site.propose(Risk::low, 0.85, "`" + b.name + "` holds a negative number, so its type must have a sign.",
                     {site.swap(b.type_range, type)});
    }
}

/// `(c - base + n) % 26 + base` with characters: their codes are calculated with.
void letters(Site& site) { // E0369 E0277
    auto ticked = backticked(site.d.message);
    if (std::none_of(ticked.begin(), ticked.end(), [](const auto& t) { return t == "char" || t == "&char"; }))
        return;
    const Source& s = site.s();
    // As far as a cast to char, a bracket that is no group, or the statement.
    auto frames = frames_at(s, site.at().begin);
    if (frames.empty())
        return;
    Range extent = frames.front().statement;
    if (s.text(extent).starts_with("let "))
        extent = initializer_of(s, extent);
    else if (s.text(extent).starts_with("return "))
        extent.begin += 7;
    for (Index open = s.enclosing_open(site.token()); open >= 0;
         open = s.enclosing_open(static_cast<std::size_t>(open))) {
        const auto& token = s.tokens()[static_cast<std::size_t>(open)];
        if (token.begin < extent.begin || token.match < 0)
            break;
        bool call = s.at(open) != "(" || s.tokens()[static_cast<std::size_t>(open) - 1].kind == Kind::ident;
        if (call || s.at(token.match + 1) == "as") {
            extent = {token.end, s.tokens()[static_cast<std::size_t>(token.match)].begin};
            break;
        }
    }
    std::vector<Edit> edits;
    for (std::size_t i = s.token_at(extent.begin); i < s.tokens().size() && s.tokens()[i].end <= extent.end; ++i) {
        const auto& t = s.tokens()[i];
        const auto at = static_cast<Index>(i);
        if (s.at(at + 1) == "as" || s.at(at + 1) == "." || s.at(at + 1) == "(" || s.at(at - 1) == ".")
            continue;
        if (t.kind == Kind::character)
            edits.push_back(site.put(t.begin, "b"));
        else if (t.kind == Kind::ident) {
            std::string type = guess_type(site.context, site.t(), site.path(), {t.begin, t.end});
            if (type == "char" || type == "&char") {
                bool star = type == "&char" && s.at(at - 1) != "*";
                edits.push_back(site.put(t.begin, star ? "(*" : "("));
                edits.push_back(site.put(t.end, " as u8)"));
            }
        }
    }
    // A single cast at the end of an operand needs no parentheses.
    if (!edits.empty())
        site.propose(Risk::cost, 0.8, "characters cannot be calculated with; their codes (`as u8`) can.",
                     std::move(edits));
}

} // namespace

RC_CODE_RULE(float_division, "type-float-division", "E0277", "E0308")
RC_CODE_RULE(negative_unsigned, "type-negative-unsigned", "E0600")
RC_CODE_RULE(letters, "type-letters", "E0369", "E0277")

} // namespace rustcoder::repair
