// Conversions that a beginner leaves open: `AsRef</* T */>` bounds, `.into()` without a target, a string put together
// from parts that are no strings, boxed elements of a list, a result type that is an Option, a value of another type
// assigned to a variable, `_` written as `?`.
#include "repair/own_support.h"

#include "base/text.h"

#include <algorithm>
#include <map>
#include <set>

namespace rustcoder::repair {

namespace {

using Index = std::int64_t;

using base::has;

/// Primitive types that the file names, most frequent first.
std::vector<std::string> primitives_in(const Source& s) {
    std::vector<std::string> out;
    for (const auto& [name, count] : identifiers(s))
        if (is_numeric(name) || name == "str" || name == "bool" || name == "char")
            out.push_back(name);
    return out;
}

/// What `x.as_ref()` is used as.
std::vector<std::string> viewed_as(const Site& site) {
    const Source& s = site.s();
    std::size_t i = site.token();                              // as_ref
    std::string_view method = s.at(static_cast<Index>(i) + 4); // as_ref ( ) . method
    static const std::set<std::string_view> text = {
        "as_bytes",  "chars",    "to_uppercase", "to_lowercase", "bytes",   "trim",        "split",
        "lines",     "parse",    "char_indices", "find",         "replace", "starts_with", "ends_with",
        "to_string", "to_owned", "is_empty",     "len",          "contains"};
    static const std::set<std::string_view> path = {"exists", "file_name", "extension", "join", "is_dir", "is_file"};
    if (path.contains(method))
        return {"std::path::Path"};
    if (text.contains(method))
        return {"str", "[u8]"};
    return {"str"};
}

void reference_bound(Site& site) { // E0599
    bool mut = has(site.d.message, "`as_mut`");
    if (!mut && !has(site.d.message, "`as_ref`"))
        return;
    std::vector<std::string> targets = mut ? primitives_in(site.s()) : viewed_as(site);
    for (const auto& suggestion : site.d.suggestions) {
        double prior = 0.85;
        for (const auto& target : targets) {
            std::vector<Edit> edits;
            bool filled = false;
            for (const auto& part : suggestion.parts) {
                std::string text = part.text;
                if (auto hole = text.find("/* T */"); hole != std::string::npos) {
                    text.replace(hole, 7, target);
                    filled = true;
                }
                if (target == "str" && mut)
                    filled = false;
                edits.push_back(make_edit(part.file, part.begin, part.end, text));
            }
            if (filled)
                site.propose(Risk::low, prior,
                             std::string("the parameter must be known to convert with `") +
                                 (mut ? "as_mut" : "as_ref") + "` before it can be used so: here to `" + target + "`.",
                             std::move(edits));
            prior *= 0.75;
        }
    }
}

/// `let p = text.into();`: the types of the project that are made by From, FromStr, TryFrom or Default.
void conversion_target(Site& site) { // E0282 E0283 E0284
    const Source& s = site.s();
    for (const auto& b : site.t().bindings_at(s.line_end(s.line_of(site.at().begin)))) {
        if (b.name_range.begin != site.at().begin || b.initializer.empty() || !b.type_range.empty())
            continue;
        std::string init = site.str(b.initializer);
        std::string wanted = has(init, ".try_into()")  ? "TryFrom"
                             : has(init, ".into()")    ? "From"
                             : has(init, ".parse()")   ? "FromStr"
                             : has(init, "default()")  ? "Default"
                             : has(init, ".collect()") ? "FromIterator"
                                                       : "";
        if (wanted.empty())
            return;
        bool whole = init.ends_with("()") && (wanted == "TryFrom" || wanted == "FromStr");
        std::set<std::string> fields; // `p.name`
        if (const Item* function = site.function())
            for (Range use : uses_of(s, function->body, b.name))
                if (auto i = static_cast<Index>(s.token_at(use.begin)); s.at(i + 1) == "." && s.at(i + 3) != "(")
                    fields.insert(std::string(s.at(i + 2)));
        for (const Item& item : site.t().items()) {
            if (item.kind != ItemKind::impl || item.trait_name != wanted)
                continue;
            auto there = fields_of(site.context, item.name);
            auto known =
                std::count_if(there.begin(), there.end(), [&](const auto& f) { return fields.contains(f.name); });
            bool fits = static_cast<std::size_t>(known) == fields.size();
            std::string type = whole ? "Result<" + item.self_type + ", _>" : item.self_type;
            site.propose(Risk::low, fits ? 0.85 : 0.4,
                         "nothing says what the value is converted to; `" + item.self_type + "` is the type made by `" +
                             wanted + "`.",
                         {site.put(b.name_range.end, ": " + type)});
        }
        return;
    }
}

/// `x + &str` where x is a char, a number or a case conversion: its text is wanted.
void text_sum(Site& site) {                   // E0369
    auto ticked = backticked(site.d.message); // cannot add `A` to `B`
    if (ticked.size() < 2 || !site.d.message.starts_with("cannot add") ||
        (strip_refs(ticked[0]) != "str" && strip_refs(ticked[0]) != "String"))
        return;
    std::string type = clean_type(strip_refs(ticked[1]));
    if (type != "ToUppercase" && type != "ToLowercase" && type != "char" && !is_numeric(type) &&
        !is_iterator_adapter(type))
        return;
    Range left;
    for (const Span& span : site.d.spans)
        if (Range r = site.range(&span); !span.primary && r.end <= site.at().begin && clean_type(span.label) == type)
            left = r;
    if (left.empty())
        return;
    bool iterator = is_iterator_adapter(type) && !type.starts_with("To");
    site.propose(Risk::low, 0.88, "`+` joins a `String` with a `&str`; the left side is turned into its text first.",
                 wrap_edits(site.s(), site.path(), left, "", iterator ? ".collect::<String>()" : ".to_string()", true));
}

/// Elements of a list of trait objects: all are boxed.
void boxed_elements(Site& site) { // E0308
    auto types = expected_found(site.d, *site.d.primary());
    if (!types || !(types->expected.starts_with("Box<dyn") || types->expected.starts_with("Rc<dyn") ||
                    types->expected.starts_with("Arc<dyn")))
        return;
    const Source& s = site.s();
    Index open = s.enclosing_open(site.token());
    if (open < 0 || s.at(open) != "[")
        return;
    std::string head = type_head(types->expected);
    std::vector<Edit> edits;
    for (Range element : site.t().arguments(s.tokens()[static_cast<std::size_t>(open)].begin)) {
        if (s.text(element).starts_with(head + "::"))
            continue;
        edits.push_back(site.put(element.begin, head + "::new("));
        edits.push_back(site.put(element.end, ")"));
    }
    if (edits.size() > 2)
        site.propose(Risk::cost, 0.88,
                     "the list holds values of different types behind one trait, so each of them goes into a `" + head +
                         "`.",
                     std::move(edits));
}

/// `-> Option<T>` where the body gives Ok and Err.
void result_not_option(Site& site) { // E0308
    const Item* function = site.function();
    if (!function || function->return_type.empty() || !site.d.mentions("because of return type"))
        return;
    std::string declared = clean_type(site.str(function->return_type)), ok, err;
    for (const Diagnostic& d : site.context.all) {
        const Span* span = d.primary();
        if (d.code != "E0308" || !span || span->file != site.path() || !function->body.contains(span->begin))
            continue;
        auto types = expected_found(d, *span);
        if (!types || type_head(types->found) != "Result")
            continue;
        auto arguments = type_arguments(types->found);
        if (arguments.size() != 2)
            continue;
        if (is_complete_type(arguments[0]) && arguments[0] != "_")
            ok = arguments[0];
        if (is_complete_type(arguments[1]) && arguments[1] != "_")
            err = arguments[1];
    }
    if (ok.empty())
        ok = wraps(declared, "Option").value_or(type_head(declared) == "Result" ? "" : declared);
    if (ok.empty() || err.empty() || type_head(declared) == "Result")
        return;
    site.propose(Risk::low, 0.85, "the function answers with `Ok` and `Err`, so it returns a `Result`.",
                 {site.swap(function->return_type, "Result<" + ok + ", " + err + ">")});
}

/// `x = 3;` where x was a string: a new variable of that name.
void shadow(Site& site) { // E0308
    if (!site.d.labelled("expected due to this value") && !site.d.labelled("expected due to this type"))
        return;
    const Source& s = site.s();
    Range statement = site.t().statement_at(site.at().begin);
    auto i = static_cast<Index>(s.token_at(statement.begin));
    if (statement.empty() || s.at(i + 1) != "=" || s.tokens()[static_cast<std::size_t>(i)].kind != Kind::ident)
        return;
    auto types = expected_found(site.d, *site.d.primary());
    bool far = types && is_numeric(types->found) != is_numeric(types->expected);
    const Item* function = site.function();
    bool nested = function && !frames_at(s, statement.begin).empty() && frames_at(s, statement.begin).size() > 1;
    site.propose(Risk::low,
                 nested ? 0.15
                 : far  ? 0.72
                        : 0.3,
                 "a variable keeps its type for life; `let` makes a new one of the same name.",
                 {site.put(statement.begin, "let ")});
}

/// `Vec<?>`: the compiler's word for "work it out" is `_`.
void unknown_type(Site& site) {
    const Source& s = site.s();
    for (Index k = static_cast<Index>(site.token()) - 1; k <= static_cast<Index>(site.token()); ++k)
        if (k > 0 && s.at(k) == "?" && (s.at(k - 1) == "<" || s.at(k - 1) == ":" || s.at(k - 1) == ",")) {
            auto i = static_cast<std::size_t>(k);
            site.propose(Risk::none, 0.9, "a type that the compiler shall work out is written `_`.",
                         {site.swap({s.tokens()[i].begin, s.tokens()[i].end}, "_")});
        }
}

/// `Point { x: 1, base() }` -> `Point { x: 1, ..base() }`.
void struct_base(Site& site) {
    const Source& s = site.s();
    Index open = s.enclosing_open(site.token());
    if (open >= 0 && s.at(open) == "(")
        open = s.enclosing_open(static_cast<std::size_t>(open));
    if (open < 0 || s.at(open) != "{" || s.tokens()[static_cast<std::size_t>(open)].match < 0)
        return;
    auto close = static_cast<std::size_t>(s.tokens()[static_cast<std::size_t>(open)].match);
    std::size_t begin = static_cast<std::size_t>(open) + 1;
    for (std::size_t i = begin; i < close; ++i) {
        if (s.tokens()[i].kind == Kind::open && s.tokens()[i].match > 0)
            i = static_cast<std::size_t>(s.tokens()[i].match);
        else if (s.text(s.tokens()[i]) == "," && i + 1 < close)
            begin = i + 1;
    }
    Range element{s.tokens()[begin].begin, s.tokens()[close - 1].end};
    if (begin >= close || !element.contains(site.at().begin) || s.tokens()[begin].kind != Kind::ident ||
        s.text(s.tokens()[begin + 1]) == ":")
        return;
    site.propose(Risk::none, 0.88, "the remaining fields come from another value after `..`.",
                 {site.put(element.begin, "..")});
}

} // namespace

RC_CODE_RULE(reference_bound, "learner-as-ref", "E0599")
RC_CODE_RULE(conversion_target, "learner-into", "E0282", "E0283", "E0284")
RC_CODE_RULE(text_sum, "learner-text-sum", "E0369")
RC_CODE_RULE(boxed_elements, "learner-boxed-elements", "E0308")
RC_CODE_RULE(result_not_option, "learner-result-type", "E0308")
RC_CODE_RULE(shadow, "learner-shadow", "E0308")
RC_CODE_RULE(unknown_type, "learner-unknown-type", "~expected identifier, found `>`", "~expected type, found `?`",
             "~found `?`", "~expected identifier, found `,`")
RC_CODE_RULE(struct_base, "learner-struct-base", "~expected one of", "~expected identifier, found")

} // namespace rustcoder::repair
