#include "repair/rule.h"

#include "repair/compiler_source.h"
#include "repair/source.h"
#include "repair/words.h"

#include "base/text.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace rustcoder::repair {

std::shared_ptr<const syntax::Source> SourceMap::source(std::string_view path) const {
    if (!path.ends_with(".rs"))
        return nullptr;
    std::lock_guard lock(mutex_);
    if (auto it = cache_.find(path); it != cache_.end())
        return it->second.first;
    const std::string* bytes = project_.find(path);
    if (!bytes)
        return nullptr;
    auto source = std::make_shared<const syntax::Source>(*bytes);
    cache_.emplace(std::string(path), std::pair(source, nullptr));
    return source;
}

std::shared_ptr<const syntax::Tree> SourceMap::tree(std::string_view path) const {
    auto lexed = source(path);
    if (!lexed)
        return nullptr;
    std::lock_guard lock(mutex_);
    auto& entry = cache_.find(path)->second;
    if (!entry.second)
        entry.second = std::make_shared<const syntax::Tree>(lexed);
    return entry.second;
}

std::vector<std::string> SourceMap::rust_files() const {
    std::vector<std::string> out;
    for (const auto& [path, file] : project_.files())
        if (path.ends_with(".rs"))
            out.push_back(path);
    return out;
}

void Proposals::edit(std::string_view rule, std::string_view path, std::size_t begin, std::size_t end, std::string text,
                     Risk risk, double prior, std::string why) {
    edits(rule, {project::Edit{std::string(path), begin, end, std::move(text)}}, risk, prior, std::move(why));
}

void Proposals::edits(std::string_view rule, std::vector<project::Edit> list, Risk risk, double prior,
                      std::string why) {
    Candidate c;
    c.patch.edits = std::move(list);
    c.rule = rule;
    c.why = std::move(why);
    c.risk = risk;
    c.prior = prior;
    candidates.push_back(std::move(c));
}

namespace {

std::vector<std::unique_ptr<Rule>>& owned() {
    static std::vector<std::unique_ptr<Rule>> rules;
    return rules;
}

// Test code is the author's statement of intent: it is only touched to answer an error that lies in it, and an assert
// only where the text does not parse.
bool touches_protected_test(const RuleContext& context, const Candidate& c) {
    const toolchain::Span* at = context.diagnostic.primary();
    for (const project::Edit& e : c.patch.edits) {
        bool in_test = e.path.starts_with("tests/") || e.path.find("/tests/") != std::string::npos;
        auto tree = context.sources.tree(e.path);
        if (tree && !in_test) {
            const syntax::Item* item = tree->item_at(e.begin);
            in_test = item && item->is_test;
        }
        if (!in_test)
            continue;
        if (!at || at->file != e.path)
            return true;
        if (!tree || context.diagnostic.phase == toolchain::Phase::parse)
            continue;
        const syntax::Source& s = tree->source();
        for (auto open = s.enclosing_open(s.token_at(e.begin)); open >= 0; open = s.enclosing_open(open))
            if (s.at(open - 1) == "!" && s.at(open - 2).starts_with("assert"))
                return true;
    }
    return false;
}

bool is_identifier(std::string_view s) {
    return !s.empty() && base::is_ident_start(s.front()) && std::all_of(s.begin(), s.end(), base::is_ident);
}

// Two names that differ by a slip: the one made of words is the one that was meant, whichever side of the difference it
// stands on. Works on the odds of the prior.
void weigh_spelling(const RuleContext& context, Candidate& c) {
    constexpr double weight = 3.0;
    double evidence = 0;
    int renames = 0;
    for (const project::Edit& e : c.patch.edits) {
        const std::string* text = context.project().find(e.path);
        if (!text || e.end > text->size() || !is_identifier(e.text))
            continue;
        std::string_view old = std::string_view(*text).substr(e.begin, e.end - e.begin);
        if (!is_identifier(old) || base::edit_distance(old, e.text, 3) > 2)
            continue;
        evidence += word_share(e.text) - word_share(old);
        ++renames;
    }
    if (renames == 0)
        return;
    double odds = c.prior / (1 - c.prior) * std::pow(weight, evidence / renames);
    c.prior = odds / (1 + odds);
}

} // namespace

const char* name(Risk risk) {
    switch (risk) {
    case Risk::none:
        return "none";
    case Risk::low:
        return "low";
    case Risk::cost:
        return "cost";
    case Risk::behaviour:
        return "behaviour";
    case Risk::destructive:
        return "destructive";
    }
    return "low";
}

void register_rule(std::unique_ptr<Rule> rule) {
    owned().push_back(std::move(rule));
}

const std::vector<const Rule*>& all_rules() {
    static const std::vector<const Rule*> sorted = [] {
        std::vector<const Rule*> v;
        for (auto& r : owned())
            v.push_back(r.get());
        std::sort(v.begin(), v.end(), [](const Rule* a, const Rule* b) { return a->name() < b->name(); });
        return v;
    }();
    return sorted;
}

namespace {

std::vector<Candidate> settle(const RuleContext& context, Proposals proposals) {
    std::unordered_map<std::uint64_t, std::size_t> seen;
    std::vector<Candidate> out;
    const std::uint64_t fingerprint = context.diagnostic.fingerprint();
    for (Candidate& c : proposals.candidates) {
        if (c.patch.empty() || !c.patch.normalise() || touches_protected_test(context, c))
            continue;
        auto changed = project::apply(context.project(), c.patch);
        if (!changed || *changed == context.project())
            continue;
        c.prior = std::clamp(c.prior, 0.001, 0.98);
        weigh_spelling(context, c);
        c.diagnostic = fingerprint;
        auto [it, fresh] = seen.emplace(c.patch.hash(), out.size());
        if (fresh) {
            out.push_back(std::move(c));
        } else if (c.late < out[it->second].late ||
                   (c.late == out[it->second].late && out[it->second].prior < c.prior)) {
            // Two sources agree: the better argument is kept, at the lower of both risks.
            c.risk = std::min(c.risk, out[it->second].risk);
            out[it->second] = std::move(c);
        } else {
            out[it->second].risk = std::min(c.risk, out[it->second].risk);
        }
    }
    std::stable_sort(out.begin(), out.end(), [](const Candidate& a, const Candidate& b) {
        return a.prior != b.prior ? a.prior > b.prior : a.patch.size() < b.patch.size();
    });
    return out;
}

} // namespace

std::vector<Candidate> propose_all(const RuleContext& context,
                                   std::span<const std::shared_ptr<const CandidateSource>> sources) {
    Proposals proposals;
    propose_compiler_suggestions(context, proposals);
    for (const Rule* rule : all_rules())
        if (rule->applies(context.diagnostic))
            rule->propose(context, proposals);
    for (const auto& source : sources)
        source->propose(context, proposals);
    return settle(context, std::move(proposals));
}

std::vector<Candidate> propose_from(const RuleContext& context,
                                    std::span<const std::shared_ptr<const CandidateSource>> sources) {
    Proposals proposals;
    for (const auto& source : sources)
        source->propose(context, proposals);
    return settle(context, std::move(proposals));
}

} // namespace rustcoder::repair
