// E0381: a variable is read before every path has given it a value.
#include "repair/own_support.h"

#include "base/text.h"

#include <algorithm>

namespace rustcoder::repair {

namespace {

using Index = std::int64_t;

/// A neutral value of the same kind as what is assigned elsewhere.
std::string like(const Source& s, Range value) {
    std::size_t i = s.token_at(value.begin);
    if (i >= s.tokens().size())
        return {};
    auto text = s.text(value);
    switch (s.tokens()[i].kind) {
    case Kind::integer:
        return "0";
    case Kind::floating:
        return "0.0";
    case Kind::string:
        return text.ends_with(".to_string()") || text.ends_with(".to_owned()") || text.ends_with(".into()")
                   ? "String::new()"
                   : "\"\"";
    case Kind::character:
        return "' '";
    default:
        break;
    }
    if (text == "true" || text == "false")
        return "false";
    if (text.starts_with("String::") || text.starts_with("format!"))
        return "String::new()";
    if (text.starts_with("Vec::") || text.starts_with("vec!"))
        return "Vec::new()";
    if (text.starts_with("Some(") || text == "None")
        return "None";
    return {};
}

void initialise(Site& site) {
    const Source& s = site.s();
    Range declared = site.labelled("declared here");
    if (declared.empty())
        return;
    auto frames = frames_at(s, declared.begin);
    if (frames.empty() || !s.text(frames.front().statement).starts_with("let"))
        return;
    Range let = frames.front().statement;
    std::string name = let_name(s, let);
    if (name.empty())
        return;
    const auto& open = s.tokens()[frames.front().open];
    Range block{open.begin, open.match >= 0 ? s.tokens()[static_cast<std::size_t>(open.match)].end : s.text().size()};
    std::string type;
    auto colon = s.text(let).find(':');
    if (colon != std::string_view::npos)
        type = std::string(base::trim(s.text(let.begin + colon + 1, let.end - 1)));
    std::string value = type.empty() ? "" : default_value(site.context, type);
    int assignments = 0;
    bool compound = false, product = false;
    Range only;
    for (Range use : uses_of(s, {let.end, block.end}, name)) {
        Index i = static_cast<Index>(s.token_at(use.begin));
        auto op = s.at(i + 1);
        if (op == "=") {
            ++assignments;
            auto inner = frames_at(s, use.begin);
            if (!inner.empty()) {
                only = inner.front().statement;
                Range v = initializer_of(s, only);
                if (value.empty() && !v.empty())
                    value = like(s, v);
            }
        } else if (op == "+=" || op == "-=" || op == "*=" || op == "/=" || op == ".") {
            compound = compound || op != ".";
            product = product || op == "*=";
            if (op == "." && (s.at(i + 2) == "push" || s.at(i + 2) == "push_str") && value.empty())
                value = s.at(i + 2) == "push" ? "Vec::new()" : "String::new()";
        }
    }
    if (product && value == "0")
        value = "1";
    if (compound && value.empty())
        value = product ? "1" : "0";
    std::size_t at = without_semicolon(s, let).end;
    Index mut = static_cast<Index>(s.token_at(let.begin)) + 1;
    auto with_mut = [&](std::vector<Edit> edits) {
        if (s.at(mut) != "mut" && (assignments > 0 || compound))
            edits.push_back(site.put(s.tokens()[static_cast<std::size_t>(mut)].begin, "mut "));
        return edits;
    };
    // one assignment under a condition: the other path gets a value in an `else`
    if (assignments == 1 && !value.empty()) {
        auto inner = frames_at(s, only.begin);
        if (inner.size() > 1) {
            const auto& body = s.tokens()[inner[0].open];
            Range conditional = inner[1].statement;
            if (body.match >= 0 && s.text(conditional).starts_with("if") && inner[1].open == frames.front().open &&
                s.tokens()[static_cast<std::size_t>(body.match)].end == without_semicolon(s, conditional).end)
                site.propose(Risk::behaviour, compound ? 0.2 : 0.6,
                             "`" + name +
                                 "` has no value when the condition is false; the `else` gives it a neutral one.",
                             {site.put(s.tokens()[static_cast<std::size_t>(body.match)].end,
                                       " else {\n" + indent_at(s, only.begin) + name + " = " + value + ";\n" +
                                           indent_at(s, conditional.begin) + "}")});
        }
    }
    if (!value.empty())
        site.propose(Risk::behaviour, compound ? 0.75 : 0.57,
                     "`" + name + "` is read before it has a value; it starts with a neutral one.",
                     with_mut({site.put(at, " = " + value)}));
    // assigned only later in the same block: the declaration moves there
    if (assignments >= 1 && !only.empty()) {
        auto pair = common_block(s, site.at().begin, only.begin);
        if (pair && pair->second.statement == only && only.begin > site.at().begin)
            site.propose(Risk::behaviour, 0.35,
                         "`" + name + "` is read before it gets its value; the assignment now comes first.",
                         move_before(s, site.path(), only, pair->first.statement.begin));
    }
    if (type.empty() && value.empty())
        site.propose(Risk::behaviour, 0.15,
                     "`" + name + "` is read before it has a value; it starts with the default of its type.",
                     with_mut({site.put(at, " = Default::default()")}));
}

} // namespace

RC_CODE_RULE(initialise, "own-e0381", "E0381")

} // namespace rustcoder::repair
