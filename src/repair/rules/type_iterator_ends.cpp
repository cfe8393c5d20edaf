// The last call of a chain: floats have no total order (`sort`, `max`), a sum keeps the type of what is summed, results
// are summed or collected after they are opened. And list elements that all need the same conversion.
#include "repair/own_support.h"
#include "repair/rules/type_conversions.h"
#include "repair/rules/type_mismatch.h"

#include "base/text.h"

#include <algorithm>
#include <map>

namespace rustcoder::repair {

namespace {

using Index = std::int64_t;

using base::has;

/// `v.sort()` -> `v.sort_by(|a, b| a.total_cmp(b))`
void float_order(Site& site) { // E0277 E0599
    if (!has(site.d.message, "f64: Ord") && !has(site.d.message, "f32: Ord") && !has(site.d.message, "{float}: Ord"))
        return;
    static const std::map<std::string_view, std::string_view> by = {
        {"sort", "sort_by"}, {"sort_unstable", "sort_unstable_by"}, {"max", "max_by"}, {"min", "min_by"}};
    const Source& s = site.s();
    std::size_t i = site.token();
    for (std::size_t k = i; k < s.tokens().size() && s.tokens()[k].begin < site.at().end; ++k)
        if (s.at(static_cast<Index>(k) - 1) == "." &&
            (by.contains(s.text(s.tokens()[k])) || s.text(s.tokens()[k]).ends_with("_by_key")))
            i = k;
    const auto at = static_cast<Index>(i);
    // rustc points into the closure of `sort_by_key`
    for (Index open = s.enclosing_open(i); !by.contains(s.at(at)) && open > 0;
         open = s.enclosing_open(static_cast<std::size_t>(open)))
        if (s.at(open - 1).ends_with("_by_key")) {
            i = static_cast<std::size_t>(open) - 1;
            break;
        }
    const auto name = static_cast<Index>(i);
    const std::string why = "floats have no total order of their own (NaN), so the comparison is named: `total_cmp`.";
    if (auto found = by.find(s.at(name)); found != by.end() && s.at(name + 1) == "(" && s.at(name + 2) == ")") {
        site.propose(Risk::low, 0.9, why,
                     {site.swap({s.tokens()[i].begin, s.tokens()[i + 2].end},
                                std::string(found->second) + "(|a, b| a.total_cmp(b))")});
        return;
    }
    const auto arguments = s.at(name).ends_with("_by_key") && s.at(name + 1) == "("
                               ? site.t().arguments(s.tokens()[i + 1].begin)
                               : std::vector<Range>{};
    if (arguments.size() != 1 || !s.text(arguments[0]).starts_with("|"))
        return;
    std::string closure = site.str(arguments[0]);
    auto bar = closure.find('|', 1);
    if (bar == std::string::npos)
        return;
    std::string parameter(base::trim(closure.substr(1, bar - 1))), key(base::trim(closure.substr(bar + 1)));
    if (parameter.starts_with("&"))
        parameter.erase(0, 1);
    if (parameter.empty() || !key.starts_with(parameter) ||
        (key.size() > parameter.size() && base::is_ident(key[parameter.size()])))
        return;
    std::string rest = key.substr(parameter.size());
    std::string method(s.at(name));
    method.resize(method.size() - 4); // _by_key -> _by
    site.propose(Risk::low, 0.9, why,
                 {site.swap({s.tokens()[i].begin, arguments[0].end},
                            method + "(|a, b| a" + rest + ".total_cmp(&b" + rest + ")")});
}

/// `a.area().cmp(&b.area())`: of floats rustc only says that they are no iterators.
void float_comparison(Site& site) { // E0599
    if ((!site.d.message.starts_with("`f64` is not an iterator") &&
         !site.d.message.starts_with("`f32` is not an iterator") && !has(site.d.message, "method `cmp`")) ||
        site.text(site.at()) != "cmp")
        return;
    site.propose(Risk::low, 0.88,
                 "floats have no total order of their own (NaN), so the comparison is named: `total_cmp`.",
                 {site.swap(site.at(), "total_cmp")});
}

/// `let s: i32 = (1..=n).sum()` over `u64`.
void sum_type(Site& site) { // E0277
    auto parts = backticked(site.d.message);
    bool sum = has(site.d.message, "made by summing"), product = has(site.d.message, "made by multiplying");
    if ((!sum && !product) || parts.size() < 2)
        return;
    const std::string wanted = parts[0], element = clean_type(strip_refs(parts[1]));
    const Source& s = site.s();
    Range statement = frames_at(s, site.at().begin).empty() ? Range{} : frames_at(s, site.at().begin).front().statement;
    // the call
    std::size_t call = 0;
    for (std::size_t i = s.token_at(statement.begin); i < s.tokens().size() && s.tokens()[i].end <= statement.end; ++i)
        if (s.text(s.tokens()[i]) == (sum ? "sum" : "product") && s.at(static_cast<Index>(i) - 1) == ".")
            call = i;
    if (call == 0)
        return;
    const std::string name = sum ? "sum" : "product";
    if (is_numeric(element) && is_numeric(wanted)) {
        const Item* function = site.function();
        if (function)
            for (const auto& b : site.t().bindings_in(*function))
                if (b.statement == statement && !b.type_range.empty() && b.type_text == wanted)
                    site.propose(Risk::low, 0.7, "the " + name + " of `" + element + "`s is a `" + element + "`.",
                                 {site.swap(b.type_range, element)});
        if (s.at(static_cast<Index>(call) + 1) == "(" && s.at(static_cast<Index>(call) + 2) == ")")
            site.propose(lossless(element, wanted) ? Risk::low : Risk::behaviour, 0.6,
                         "the " + name + " of `" + element + "`s is a `" + element + "`; it is converted afterwards.",
                         {site.put(s.tokens()[call].end, "::<" + element + ">"),
                          site.put(s.tokens()[call + 2].end, " as " + wanted)});
    }
    if (auto inner = wraps(element, "Result"); inner && *inner == wanted)
        if (s.at(static_cast<Index>(call) - 2) == ")") // .map(|s| s.parse::<u32>())
            if (Index open = s.tokens()[call - 2].match; open > 1 && s.at(open - 1) == "map") {
                site.propose(Risk::destructive, 0.5,
                             "each result is opened before it is added; an error ends the program.",
                             {site.put(s.tokens()[call - 2].begin, ".unwrap()")});
                site.propose(Risk::behaviour, 0.12, "only the good results are added.",
                             {site.swap({s.tokens()[static_cast<std::size_t>(open) - 1].begin,
                                         s.tokens()[static_cast<std::size_t>(open) - 1].end},
                                        "flat_map")});
            }
}

/// `let v: Vec<String> = vec!["a", "b"]`: rustc names the first element only.
void all_elements(Site& site) { // E0308
    const Source& s = site.s();
    for (const Mismatch& m : mismatches(site.context)) {
        if (m.place.path != site.path() || m.expression.empty())
            continue;
        Index open = s.enclosing_open(s.token_at(m.expression.begin));
        if (open < 0 || s.at(open) != "[" ||
            (s.at(open - 1) != "!" && s.tokens()[static_cast<std::size_t>(open) - 1].kind == Kind::ident))
            continue;
        auto elements = site.t().arguments(s.tokens()[static_cast<std::size_t>(open)].begin);
        if (elements.size() < 2)
            continue;
        const auto kind = s.tokens()[s.token_at(m.expression.begin)].kind;
        for (const Conversion& c : conversions(m.expected, m.found, m.text())) {
            if (c.drop > 0 || c.after == "?" || c.prior < 0.3)
                continue;
            std::vector<Edit> edits;
            for (Range e : elements) {
                bool alike =
                    s.tokens()[s.token_at(e.begin)].kind == kind && s.tokens()[s.token_at(e.begin)].end == e.end;
                if (e != m.expression && !alike)
                    continue;
                for (Edit& edit : wrap_edits(s, site.path(), e, c.before, c.after, c.tight))
                    edits.push_back(std::move(edit));
            }
            if (!edits.empty())
                site.propose(c.risk, std::min(0.95, c.prior * 1.08), c.why + " All elements are of one kind.",
                             std::move(edits));
        }
        return;
    }
}

} // namespace

RC_CODE_RULE(float_order, "type-float-order", "E0277")
RC_CODE_RULE(float_comparison, "type-float-comparison", "E0599")
RC_CODE_RULE(sum_type, "type-sum", "E0277")
RC_CODE_RULE(all_elements, "type-list-elements", "E0308")

} // namespace rustcoder::repair
