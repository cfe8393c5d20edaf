// Patterns of the wrong shape: E0023 E0025 E0026 E0029 E0030 E0130 E0408 E0415 E0416 E0527 E0528 E0531 E0532 E0561
// E0579 E0642 E0730.
#include "repair/own_support.h"

#include "base/text.h"

#include <algorithm>

namespace rustcoder::repair {

namespace {

using Index = std::int64_t;

using base::has;

void field_twice(Site& site) { // E0025
    const Source& s = site.s();
    Index open = s.enclosing_open(site.token());
    if (open < 1)
        return;
    std::string type(s.at(open - 1));
    std::vector<std::string> mentioned;
    for (Range r : site.t().arguments(s.tokens()[static_cast<std::size_t>(open)].begin))
        mentioned.emplace_back(s.at(static_cast<Index>(s.token_at(r.begin))));
    std::vector<Edit> edits;
    for (const auto& f : fields_of(site.context, type))
        if (std::find(mentioned.begin(), mentioned.end(), f.name) == mentioned.end()) {
            const auto& t = s.tokens()[site.token()];
            bool shorthand = s.at(static_cast<Index>(site.token()) + 1) != ":";
            site.propose(Risk::low, 0.75, "the field was bound twice, and `" + f.name + "` not at all.",
                         {shorthand ? site.swap({t.begin, t.end}, f.name) : site.swap({t.begin, t.end}, f.name)});
        }
}

void unknown_field(Site& site) { // E0026
    auto ticked = backticked(site.d.message);
    if (ticked.size() < 2)
        return;
    const Source& s = site.s();
    std::string owner = ticked[0].find("::") == std::string::npos ? ticked[0] : ticked[0];
    for (const auto& t : ticked) {
        std::vector<std::string> names;
        for (const auto& f : fields_of(site.context, type_head(t)))
            names.push_back(f.name);
        for (const Declared& d : types_named(site.context, t.substr(0, t.find("::"))))
            for (const auto& v : d.item->variants)
                if (t.ends_with("::" + v.name))
                    for (const auto& f : v.fields)
                        names.push_back(f.name);
        const auto& token = s.tokens()[site.token()];
        std::string wrong(s.text(token));
        bool shorthand = s.at(static_cast<Index>(site.token()) + 1) != ":";
        for (const auto& near : closest(wrong, names))
            site.propose(Risk::low, 0.8 * near.closeness,
                         "there is no field `" + wrong + "`; `" + near.name + "` is close.",
                         {site.swap({token.begin, token.end}, shorthand ? near.name + ": " + wrong : near.name)});
        if (names.size() == 1)
            site.propose(
                Risk::low, 0.4, "the only field is `" + names.front() + "`.",
                {site.swap({token.begin, token.end}, shorthand ? names.front() + ": " + wrong : names.front())});
    }
}

void ranges(Site& site) { // E0029 E0030 E0579
    const Source& s = site.s();
    std::string text = site.str(site.at());
    if (site.d.code == "E0029") {
        // the whole range pattern around the bound
        Index i = static_cast<Index>(site.token());
        Index dots = i;
        while (dots < i + 3 && s.at(dots) != "..=" && s.at(dots) != "..")
            ++dots;
        if (s.at(dots) != "..=" && s.at(dots) != "..") {
            dots = i;
            while (dots > i - 3 && s.at(dots) != "..=" && s.at(dots) != "..")
                --dots;
        }
        if (s.at(dots) != "..=" && s.at(dots) != "..")
            return;
        const auto& a = s.tokens()[static_cast<std::size_t>(dots) - 1];
        const auto& b = s.tokens()[static_cast<std::size_t>(dots) + 1];
        std::string low(s.text(a)), high(s.text(b));
        if (a.kind == Kind::string && low.size() == 3 && high.size() == 3)
            site.propose(Risk::low, 0.6, "a range pattern holds numbers or characters; these are characters.",
                         {site.swap({a.begin, a.end}, "'" + low.substr(1, 1) + "'"),
                          site.swap({b.begin, b.end}, "'" + high.substr(1, 1) + "'")});
        std::string op = s.at(dots) == "..=" ? " <= " : " < ";
        site.propose(Risk::low, 0.7,
                     "a range pattern holds numbers or characters; other values are compared in a guard.",
                     {site.swap({a.begin, b.end}, "value if value >= " + low + " && value" + op + high)});
        return;
    }
    for (std::string_view dots : {"..=", "...", ".."}) {
        auto at = text.find(dots);
        if (at == std::string::npos)
            continue;
        std::string a(base::trim(std::string_view(text).substr(0, at))),
            b(base::trim(std::string_view(text).substr(at + dots.size())));
        if (dots == ".." && a == b)
            site.propose(Risk::low, 0.75, "the range is empty; with its end included it holds one value.",
                         {site.swap(site.at(), a + "..=" + b)});
        else
            site.propose(Risk::low, 0.78, "the range is empty because its bounds are the wrong way round.",
                         {site.swap(site.at(), b + std::string(dots) + a)});
        return;
    }
}

void bound_twice(Site& site) { // E0415 E0416
    const Source& s = site.s();
    std::string name = site.str(site.at());
    std::string fresh = name.size() == 1 && name[0] >= 'a' && name[0] < 'z'
                            ? fresh_name(s, std::string(1, static_cast<char>(name[0] + 1)))
                            : fresh_name(s, name + "_2");
    if (name == "x" || name == "a")
        fresh = fresh_name(s, name == "x" ? "y" : "b");
    site.propose(Risk::behaviour, 0.55, "two bindings had the same name; the second gets its own.",
                 {site.swap(site.at(), fresh)});
    if (site.d.code == "E0416") {
        // both equal: a guard
        for (std::size_t i = site.token(); i < s.tokens().size() && i < site.token() + 12; ++i)
            if (s.text(s.tokens()[i]) == "=>") {
                site.propose(
                    Risk::low, 0.5, "a pattern cannot compare two parts; a guard does.",
                    {site.swap(site.at(), fresh), site.put(s.tokens()[i - 1].end, " if " + name + " == " + fresh)});
                break;
            }
    }
}

void no_patterns_here(Site& site) { // E0130 E0642 E0561
    const Source& s = site.s();
    std::string text = site.str(site.at());
    if (site.d.code == "E0561") {
        auto colon = text.find(':');
        std::string name = text.substr(0, colon == std::string::npos ? text.size() : colon);
        for (std::string_view prefix : {"mut ", "&mut ", "&", "ref "})
            if (name.starts_with(prefix)) {
                site.propose(Risk::low, 0.85, "a function type has names at most, no patterns.",
                             {site.cut({site.at().begin, site.at().begin + prefix.size()})});
                return;
            }
        return;
    }
    std::string name = fresh_name(s, "pair");
    if (text.find(',') == std::string::npos || std::count(text.begin(), text.end(), ',') > 1)
        name = fresh_name(s, "value");
    if (text.starts_with("mut ")) {
        site.propose(Risk::none, 0.9, "a declaration without body has plain names only.",
                     {site.cut({site.at().begin, site.at().begin + 4})});
        return;
    }
    site.propose(Risk::low, 0.85, "a declaration without body has plain names, no patterns.",
                 {site.swap(site.at(), name)});
}

void slices(Site& site) { // E0527 E0528 E0730
    const Source& s = site.s();
    std::string text = site.str(site.at());
    if (site.d.code == "E0527" && text.ends_with("]")) {
        site.propose(Risk::behaviour, 0.7,
                     "the pattern names fewer elements than the array has; `..` stands for the others.",
                     {site.put(site.at().end - 1, text == "[]" ? ".." : ", ..")});
    } else if (site.d.code == "E0528") {
        auto list = site.t().arguments(site.at().begin);
        if (list.size() > 1)
            for (std::size_t k = 0; k < list.size(); ++k)
                if (!has(site.text(list[k]), ".."))
                    site.propose(Risk::behaviour, 0.3, "the pattern names more elements than the array has.",
                                 {site.cut(with_separator(s, list[k]))});
    } else if (site.d.code == "E0730") {
        for (Index i = static_cast<Index>(site.token()); i > 0; --i)
            if (s.at(i) == "match") {
                std::size_t open = static_cast<std::size_t>(i) + 1;
                while (open < s.tokens().size() && s.text(s.tokens()[open]) != "{")
                    ++open;
                Range scrutinee{s.tokens()[static_cast<std::size_t>(i) + 1].begin, s.tokens()[open - 1].end};
                site.propose(Risk::low, 0.85, "the length of the array is not known here; its slice can be matched.",
                             {site.put(scrutinee.end, ".as_slice()")});
                break;
            }
    }
}

void unknown_pattern(Site& site) { // E0531 E0532 E0408
    auto ticked = backticked(site.d.message);
    std::string name = site.str(site.at());
    if (site.d.code == "E0408") {
        // bound under another spelling in the other alternative
        const Source& s = site.s();
        if (ticked.empty())
            return;
        std::vector<std::string> others;
        for (std::size_t i = s.token_at(site.at().begin); i < s.tokens().size() && s.tokens()[i].end <= site.at().end;
             ++i)
            if (s.tokens()[i].kind == Kind::ident)
                others.emplace_back(s.text(s.tokens()[i]));
        for (const auto& near : closest(ticked.front(), others))
            for (std::size_t i = s.token_at(site.at().begin);
                 i < s.tokens().size() && s.tokens()[i].end <= site.at().end; ++i)
                if (s.text(s.tokens()[i]) == near.name)
                    site.propose(Risk::low, 0.75 * near.closeness,
                                 "every alternative binds the same names; here it was misspelt.",
                                 {site.swap({s.tokens()[i].begin, s.tokens()[i].end}, ticked.front())});
        return;
    }
    std::string bare = name;
    if (auto open = bare.find_first_of("({"); open != std::string::npos)
        bare.resize(open);
    bare = std::string(base::trim(bare));
    std::string last = bare.substr(bare.rfind(':') == std::string::npos ? 0 : bare.rfind(':') + 1);
    for (const Declared& d : items_where(site.context, [](const Item& i) { return i.kind == ItemKind::enumeration; })) {
        std::vector<std::string> names;
        for (const auto& v : d.item->variants) {
            names.push_back(v.name);
            if (v.name == last)
                site.propose(Risk::low, 0.8, "`" + last + "` is a variant of `" + d.item->name + "`.",
                             {site.swap({site.at().begin, site.at().begin + bare.size()}, d.item->name + "::" + last)});
        }
        if (std::find(names.begin(), names.end(), last) == names.end())
            for (const auto& near : closest(last, names, 1))
                site.propose(
                    Risk::low, 0.65 * near.closeness,
                    "there is no `" + last + "`; `" + d.item->name + "::" + near.name + "` is close.",
                    {site.swap({site.at().begin, site.at().begin + bare.size()}, d.item->name + "::" + near.name)});
    }
    for (const auto& near : closest(last, {"Some", "None", "Ok", "Err"}, 1))
        site.propose(Risk::low, 0.7 * near.closeness, "`" + near.name + "` was misspelt.",
                     {site.swap({site.at().begin, site.at().begin + bare.size()}, near.name)});
}

void field_count(Site& site) { // E0023
    const Source& s = site.s();
    auto last = s.token_before(site.at().end);
    Range at = site.at();
    std::size_t open = 0;
    if (last >= 0 && s.at(last) == ")" && s.tokens()[static_cast<std::size_t>(last)].match >= 0)
        open = static_cast<std::size_t>(s.tokens()[static_cast<std::size_t>(last)].match);
    else if (Index o = s.enclosing_open(site.token()); o >= 0)
        open = static_cast<std::size_t>(o);
    else
        return;
    if (s.tokens()[open].match < 0)
        return;
    auto list = site.t().arguments(s.tokens()[open].begin);
    auto count = between(site.d.message, "has ", " field");
    auto wanted = site.d.message.rfind("has ");
    long fields = wanted == std::string::npos ? 0 : std::strtol(site.d.message.c_str() + wanted + 4, nullptr, 10);
    (void)count;
    (void)at;
    if (fields <= 0 || list.empty())
        return;
    std::size_t close = s.tokens()[static_cast<std::size_t>(s.tokens()[open].match)].begin;
    if (list.size() < static_cast<std::size_t>(fields)) {
        if (list.size() + 1 == static_cast<std::size_t>(fields))
            for (std::size_t k = 0; k < list.size(); ++k)
                site.propose(Risk::low, 0.46, "the variant has one field more than the pattern names.",
                             {site.put(list[k].begin, "_, ")});
        std::string more;
        for (std::size_t k = list.size(); k < static_cast<std::size_t>(fields); ++k)
            more += ", _";
        site.propose(Risk::low, 0.5,
                     "the variant has more fields than the pattern names; the others are not looked at.",
                     {site.put(close, more)});
        site.propose(Risk::low, 0.35,
                     "the variant has more fields than the pattern names; the others are not looked at.",
                     {site.put(close, ", ..")});
    } else {
        // take away what nothing uses
        for (std::size_t k = list.size(); k-- > 0;) {
            std::string name = site.str(list[k]);
            auto frames = frames_at(s, at.begin);
            Range arm{close, frames.empty() ? s.text().size() : frames.front().statement.end};
            bool used = name != "_" && !uses_of(s, arm, name).empty();
            site.propose(Risk::behaviour, used ? 0.15 : 0.5, "the pattern names more fields than the variant has.",
                         {site.cut(with_separator(s, list[k]))});
        }
    }
}

void fields_missing(Site& site) { // E0027
    const Source& s = site.s();
    std::string text = site.str(site.at());
    auto last = s.token_before(site.at().end);
    if (last < 1 || s.at(last) != "}")
        return;
    for (const auto& other : site.context.all) // the arm uses the names: they have to be bound
        if (other.code == "E0425" && other.is_error())
            if (auto name = backticked(other.message); !name.empty())
                if (auto mine = backticked(site.d.message); std::find(mine.begin(), mine.end(), name[0]) != mine.end())
                    return;
    bool empty = s.at(last - 1) == "{", comma = s.at(last - 1) == ",";
    std::size_t end = s.tokens()[static_cast<std::size_t>(last) - 1].end;
    site.propose(Risk::low, 0.86, "the pattern names only the fields it needs; `..` stands for the others.",
                 {site.put(end, empty   ? " .. "
                                : comma ? " .."
                                        : ", ..")});
}

void swapped_assignment(Site& site) { // E0067 E0070
    const Source& s = site.s();
    std::size_t op = site.token();
    while (op < s.tokens().size() && s.tokens()[op].begin < site.at().end + 8 && !s.text(s.tokens()[op]).ends_with("="))
        ++op;
    if (op == 0 || op + 1 >= s.tokens().size() || !s.text(s.tokens()[op]).ends_with("="))
        return;
    auto statement = site.t().statement_at(s.tokens()[op].begin);
    Range left{statement.begin, s.tokens()[op - 1].end};
    Range whole = without_semicolon(s, statement);
    if (statement.empty() || left.begin >= left.end || s.tokens()[op].end >= whole.end)
        return;
    Range right{s.tokens()[op + 1].begin, whole.end};
    auto value = site.text(left);
    bool constant = !value.empty() && ((value[0] >= '0' && value[0] <= '9') || value[0] == '"' || value[0] == '\'' ||
                                       value == "true" || value == "false" || value.ends_with(")"));
    auto place = site.t().postfix_from(right.begin);
    if (!constant || (place != right && s.text(right)[0] != '*') || s.text(right).ends_with(")"))
        return;
    site.propose(Risk::low, 0.8, "what changes stands on the left, the value on the right.",
                 {site.swap(left, site.str(right)), site.swap(right, site.str(left))});
}

} // namespace

RC_CODE_RULE(fields_missing, "pattern-fields-missing", "E0027")
RC_CODE_RULE(swapped_assignment, "pattern-assignment-swapped", "E0067", "E0070")
RC_CODE_RULE(field_twice, "pattern-field-twice", "E0025")
RC_CODE_RULE(unknown_field, "pattern-unknown-field", "E0026")
RC_CODE_RULE(ranges, "pattern-range", "E0029", "E0030", "E0579")
RC_CODE_RULE(bound_twice, "pattern-bound-twice", "E0415", "E0416")
RC_CODE_RULE(no_patterns_here, "pattern-not-here", "E0130", "E0561", "E0642")
RC_CODE_RULE(slices, "pattern-slice", "E0527", "E0528", "E0730")
RC_CODE_RULE(unknown_pattern, "pattern-unknown", "E0408", "E0531", "E0532")
RC_CODE_RULE(field_count, "pattern-field-count", "E0023")

} // namespace rustcoder::repair
