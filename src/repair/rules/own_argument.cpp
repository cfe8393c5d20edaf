// E0502 E0499: `s.push_str(&s)`, `v.extend(v.iter())`: the argument borrows what the method changes. It gets a copy of
// its own first.
#include "repair/own_support.h"

#include "base/text.h"

namespace rustcoder::repair {

namespace {

using Index = std::int64_t;

using base::has;

void copied_argument(Site& site) {
    const Source& s = site.s();
    for (const Span& span : site.d.spans) {
        const Range borrow = site.range(&span);
        std::size_t number = 0;
        auto call = borrow.empty() ? std::nullopt : call_around(site, borrow.begin, &number);
        if (!call || !call->method || call->receiver.empty())
            continue;
        const std::string receiver = site.str(call->receiver);
        const Range argument = call->arguments[number];
        std::string text = site.str(argument);
        std::string borrowed = text.starts_with("&") ? text.substr(1) : text;
        if (!borrowed.starts_with(receiver) ||
            (borrowed.size() > receiver.size() && base::is_ident(borrowed[receiver.size()])) || has(text, "&mut"))
            continue;
        const std::string why = "`" + call->name + "` changes `" + receiver +
                                "` while its argument still looks into it; the argument is a copy.";
        const std::string rest = borrowed.substr(receiver.size());
        if (text.starts_with("&")) {
            site.propose(Risk::cost, 0.8, why, {site.put(argument.end, rest.empty() ? ".clone()" : ".to_owned()")});
        } else if (rest.find(".iter()") != std::string::npos || rest.starts_with(".chars()") ||
                   rest.starts_with(".keys()") || rest.starts_with(".values()")) {
            auto frames = frames_at(s, argument.begin);
            if (frames.empty())
                continue;
            const std::string name = fresh_name(s, "items");
            const bool plain = rest == ".iter()" || rest == ".keys()" || rest == ".values()";
            const std::size_t before = frames.front().statement.begin;
            site.propose(Risk::cost, 0.75, why,
                         {site.put(before, "let " + name + ": Vec<_> = " + text + (plain ? ".cloned()" : "") +
                                               ".collect();" + gap_at(s, before)),
                          site.swap(argument, name)});
        }
        return;
    }
}

} // namespace

RC_CODE_RULE(copied_argument, "own-copied-argument", "E0502", "E0499")

} // namespace rustcoder::repair
