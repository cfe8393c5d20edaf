#include "repair/compiler_source.h"

#include "base/text.h"
#include "syntax/grammar.h"

#include <algorithm>

namespace rustcoder::repair {

namespace {

using toolchain::Applicability;

struct Judgement {
    double prior;
    Risk risk;
};

using base::has;

// Priors from the measured precision of suggestions by class (shared/repair.md sections "Where tools stand" and 6.2),
// lowered for the known ways in which a suggestion compiles but is not what was meant.
Judgement judge(const toolchain::Suggestion& s, std::size_t inserted, std::size_t deleted, std::string_view text) {
    Judgement j{0.4, Risk::low};
    switch (s.applicability) {
    case Applicability::machine_applicable:
        j = {0.80, Risk::none};
        break;
    case Applicability::maybe_incorrect:
        j = {0.55, Risk::low};
        break;
    case Applicability::has_placeholders:
        j = {0.20, Risk::behaviour};
        break;
    case Applicability::unspecified:
        j = {0.35, Risk::low};
        break;
    }
    if (s.applicability == Applicability::has_placeholders && has(s.message, "swap these"))
        j = {0.7, Risk::low};
    if (has(text, "todo!") || has(text, "unimplemented!") || has(text, "/*"))
        j = {0.03, Risk::destructive};
    else if (has(text, ".unwrap()") || has(text, ".expect(") || has(text, "panic!"))
        j = {std::min(j.prior, 0.25), Risk::destructive};
    else if (has(text, "unsafe"))
        j = {std::min(j.prior, 0.1), Risk::destructive};
    else if (has(text, ".clone()"))
        j = {std::min(j.prior, 0.45), Risk::cost};
    else if (has(text, " as "))
        j = {std::min(j.prior, 0.5), Risk::behaviour};
    if (deleted > inserted + 12 || has(s.message, "remove the extra argument")) {
        j.prior *= 0.4;
        j.risk = std::max(j.risk, Risk::behaviour);
        if (deleted > inserted + 40)
            j.risk = Risk::destructive;
    }
    // `-1` as usize::MAX: hardly ever what was meant
    if (has(text, "::MAX"))
        j = {std::min(j.prior, 0.08), Risk::behaviour};
    // A second derive list: a rule adds to the one that is there
    if (text.starts_with("#[derive("))
        j.prior = std::min(j.prior, 0.7);
    // "use `_`", "prefix it with an underscore", "consider ignoring": silences instead of repairing
    if (has(s.message, "underscore") || has(s.message, "ignor"))
        j.prior *= 0.5;
    return j;
}

std::string reason(const toolchain::Suggestion& s, const toolchain::Diagnostic& d) {
    std::string message = s.message.empty() ? "apply the suggestion" : s.message;
    while (!message.empty() && (message.back() == ':' || message.back() == '.'))
        message.pop_back();
    return "The compiler says: " + d.message + ". It suggests: " + message + ".";
}

// How much of a syntax suggestion's prior is left when our own reading of the patched file is asked: suggestions for
// syntax errors answer the symptom, and many leave the file as unreadable as before.
double still_readable(const RuleContext& context, const std::vector<project::Edit>& edits) {
    if (context.diagnostic.phase != toolchain::Phase::parse || edits.empty())
        return 1;
    auto before = context.sources.source(edits.front().path);
    const auto read_before = before ? syntax::read_file(syntax::lexemes(*before)) : syntax::Reading{true, 0};
    if (read_before.ok)
        return 1;
    project::Patch patch;
    patch.edits = edits;
    auto changed =
        patch.normalise() ? project::apply(context.project(), patch) : Result<project::Project>(context.project());
    const std::string* text = changed ? changed->find(edits.front().path) : nullptr;
    if (!text)
        return 1;
    const syntax::Source after(*text);
    const auto read_after = syntax::read_file(syntax::lexemes(after));
    if (read_after.ok)
        return 1;
    auto rest = [](const syntax::Source& s, std::size_t i) {
        return s.tokens().size() - std::min(i, s.tokens().size());
    };
    return rest(after, read_after.error) < rest(*before, read_before.error) ? 0.6 : 0.2;
}

/// `move` for a closure that counts in a variable which is read afterwards: it would count in a copy.
bool moves_a_counter(const RuleContext& context, const toolchain::Suggestion& s) {
    const auto& part = s.parts.front();
    auto source = context.sources.source(part.file);
    if (context.diagnostic.code != "E0373" || !source || part.text.find("move") == std::string::npos)
        return false;
    auto open = context.diagnostic.message.find("borrows `");
    if (open == std::string::npos)
        return false;
    const std::string name =
        context.diagnostic.message.substr(open + 9, context.diagnostic.message.find('`', open + 9) - open - 9);
    std::int64_t i = static_cast<std::int64_t>(source->token_at(part.begin));
    bool written = false, read = false;
    const std::int64_t call = source->enclosing_open(static_cast<std::size_t>(i)); // the argument list it stands in
    const std::int64_t end = call >= 0 ? source->tokens()[static_cast<std::size_t>(call)].match : i;
    for (; i < static_cast<std::int64_t>(source->tokens().size()); ++i) {
        if (source->at(i) != name && source->at(i) != "\"{" + name + "}\"")
            continue;
        auto next = source->at(i + 1);
        if (i < end)
            written = written || next == "+=" || next == "-=" || next == "*=" || next == "=";
        else
            read = true;
    }
    return written && read;
}

} // namespace

void propose_compiler_suggestions(const RuleContext& context, Proposals& out) {
    for (const toolchain::Suggestion& s : context.diagnostic.suggestions) {
        if (s.parts.empty())
            continue;
        bool ours = std::all_of(s.parts.begin(), s.parts.end(), [](const auto& p) { return p.in_project; });
        if (!ours)
            continue;
        std::vector<project::Edit> edits;
        std::size_t inserted = 0, deleted = 0;
        std::string text;
        for (const auto& p : s.parts) {
            edits.push_back({p.file, p.begin, p.end, p.text});
            inserted += p.text.size();
            deleted += p.end - p.begin;
            text += p.text;
            text += '\n';
        }
        Judgement j = judge(s, inserted, deleted, text);
        j.prior *= still_readable(context, edits);
        if (moves_a_counter(context, s))
            j = {0.1, Risk::behaviour};
        out.edits("compiler", std::move(edits), j.risk, j.prior, reason(s, context.diagnostic));
    }
}

} // namespace rustcoder::repair
