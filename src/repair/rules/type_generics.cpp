// E0107: too few type arguments. The missing one is inferred in a body, and in a signature told by the rest of the
// file.
#include "repair/own_support.h"

#include "base/text.h"

#include <algorithm>

namespace rustcoder::repair {

namespace {

using Index = std::int64_t;

struct Guess {
    std::string type;
    double prior;
};

void remember(std::vector<Guess>& out, std::string type, double prior) {
    if (type.empty() || type == "_")
        return;
    for (auto& g : out)
        if (g.type == type) {
            g.prior = std::max(g.prior, prior);
            return;
        }
    out.push_back({std::move(type), prior});
}

/// Second arguments of `head<..>` elsewhere in the file.
void from_file(const Source& s, std::string_view head, const std::string& first, std::size_t want, Range own,
               std::vector<Guess>& out) {
    for (std::size_t i = 0; i + 1 < s.tokens().size(); ++i) {
        if (s.text(s.tokens()[i]) != head || s.text(s.tokens()[i + 1]) != "<" || own.contains(s.tokens()[i].begin))
            continue;
        int depth = 0;
        std::size_t end = i + 1;
        for (; end < s.tokens().size() && end < i + 40; ++end) {
            auto t = s.text(s.tokens()[end]);
            depth += t == "<" ? 1 : t == ">" ? -1 : t == ">>" ? -2 : 0;
            if (depth <= 0)
                break;
        }
        if (depth > 0 || end >= s.tokens().size())
            continue;
        std::string text(s.text(s.tokens()[i].begin, s.tokens()[end].end));
        while (depth++ < 0)
            text.pop_back();
        auto arguments = type_arguments(text);
        if (arguments.size() == want)
            remember(out, arguments.back(), arguments.front() == first ? 0.86 : 0.74);
    }
}

/// What `Err(..)` holds in the function.
void from_errors(const RuleContext& context, const Tree& tree, const std::string& path, const Item& f,
                 std::vector<Guess>& out) {
    const Source& s = tree.source();
    for (std::size_t i = s.token_at(f.body.begin); i + 2 < s.tokens().size() && s.tokens()[i].begin < f.body.end; ++i) {
        if (s.text(s.tokens()[i]) != "Err" || s.text(s.tokens()[i + 1]) != "(")
            continue;
        auto arguments = tree.arguments(s.tokens()[i + 1].begin);
        if (arguments.size() != 1)
            continue;
        std::string type = guess_type(context, tree, path, arguments[0]);
        if (type.empty() && s.at(static_cast<Index>(i) + 3) == "::")
            type = std::string(s.at(static_cast<Index>(i) + 2));
        remember(out, type == "&str" ? "&'static str" : type, 0.9);
    }
}

void too_few(Site& site) { // E0107
    const auto& message = site.d.message;
    auto supplied = message.rfind("but ");
    auto takes = message.find("takes ");
    if (supplied == std::string::npos || takes == std::string::npos || message.find("lifetime") != std::string::npos)
        return;
    auto number = [&](std::size_t at) {
        while (at < message.size() && (message[at] < '0' || message[at] > '9'))
            ++at;
        return at < message.size() ? message[at] - '0' : 0;
    };
    int wanted = number(takes), have = number(supplied);
    if (wanted - have != 1 || have < 1)
        return;
    const Source& s = site.s();
    std::size_t head = site.token();
    if (s.at(static_cast<Index>(head) + 1) != "<")
        return;
    std::size_t last = head + 1; // the last token in the brackets
    int depth = 0;
    for (std::size_t i = head + 1; i < s.tokens().size(); ++i) {
        auto t = s.text(s.tokens()[i]);
        depth += t == "<" ? 1 : t == ">" ? -1 : t == ">>" ? -2 : 0;
        if (depth <= 0) {
            last = i;
            break;
        }
    }
    std::size_t at = s.tokens()[last].begin + (s.text(s.tokens()[last]) == ">>" && depth == 0 ? 1 : 0);
    std::string name(s.text(s.tokens()[head]));
    std::string first(base::trim(s.text(s.tokens()[head + 1].end, at)));
    Range own{s.tokens()[head].begin, at};
    auto put = [&](const std::string& type, double prior) {
        site.propose(Risk::low, prior,
                     "`" + name + "` has " + std::to_string(wanted) + " type arguments; `" + type +
                         "` is the one that is missing here.",
                     {site.put(at, ", " + type)});
    };
    const Item* f = site.function();
    if (f && f->body.contains(at)) {
        put("_", 0.84);
    }
    std::vector<Guess> guesses;
    from_file(s, name, first, static_cast<std::size_t>(wanted), own, guesses);
    if (name == "Result") {
        if (f)
            from_errors(site.context, site.t(), site.path(), *f, guesses);
        for (const Declared& d : items_where(site.context, [](const Item& i) {
                 return (i.kind == ItemKind::enumeration || i.kind == ItemKind::structure) &&
                        (i.name.ends_with("Error") || i.name.ends_with("Err"));
             }))
            remember(guesses, d.item->name, 0.7);
        remember(guesses, "String", 0.4);
        remember(guesses, "&'static str", 0.3);
        remember(guesses, "Box<dyn std::error::Error>", 0.35);
    } else {
        double prior = 0.5;
        for (const char* type : {"usize", "i32", "u32", "String", "u64", "f64"})
            remember(guesses, type, prior -= 0.04);
    }
    for (const auto& g : guesses)
        put(g.type, f && f->body.contains(at) ? g.prior - 0.1 : g.prior);
}

} // namespace

RC_CODE_RULE(too_few, "type-generics-few", "E0107")

} // namespace rustcoder::repair
