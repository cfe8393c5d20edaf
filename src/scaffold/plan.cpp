#include "base/text.h"
#include "scaffold/absence.h"
#include "scaffold/request.h"
#include "scaffold/terms.h"
#include "scaffold/wish_values.h"

#include <algorithm>
#include <fmt/format.h>
#include <unordered_set>

namespace rustcoder::scaffold {

namespace {

using Roots = std::unordered_set<std::string>;

/// What each template does (docs/templates.md), said by none of them.
struct Promise {
    std::string_view words, says;
};
constexpr Promise promises[] = {
    {"unit test", "comes with tests"},
    {"test", "comes with tests"},
    {"unit tests", "comes with tests"},
    {"standard library", "needs the standard library only"},
    {"std", "needs the standard library only"},
    {"error message", "errors are told in words"},
    {"error handling", "errors are told in words"},
    {"exit code", "exit status 0, 1 or 2"},
    {"exit status", "exit status 0, 1 or 2"},
    {"usage message", "--help prints the usage"},
    {"help", "--help prints the usage"},
    {"usage", "--help prints the usage"},
    {"doc comments", "is documented"},
    {"documentation", "is documented"},
};

void learn(Roots& known, std::string_view text) {
    for (auto& term : terms(text))
        known.insert(std::move(term.root));
}

/// All that the template has a word for.
Roots known_words(const Template& from) {
    Roots out;
    for (const auto* text : {&from.name, &from.title, &from.summary})
        learn(out, *text);
    for (const auto* list : {&from.keywords, &from.asks})
        for (const auto& text : *list)
            learn(out, text);
    const auto learn_words = [&](std::string_view says, const std::vector<std::string>& words) {
        learn(out, says);
        for (const auto& word : words)
            learn(out, word);
    };
    for (const auto& cover : from.covers)
        learn_words(cover.says, cover.words);
    for (const auto& feature : from.features)
        learn_words(feature.says + " " + feature.name, feature.words);
    for (const auto& slot : from.slots)
        learn_words(slot.says, slot.cues);
    for (const auto& promise : promises)
        learn(out, promise.words);
    return out;
}

/// The roots of a wish that the entries of a list explain.
Roots explained(const std::vector<std::string>& entries, const std::vector<Term>& wish) {
    Roots out;
    for (const auto& entry : entries) {
        const auto wanted = phrase(entry);
        if (within(wanted, wish))
            out.insert(wanted.roots.begin(), wanted.roots.end());
    }
    return out;
}

struct Fit {
    Coverage::By by = Coverage::By::nobody;
    std::string name;
    std::size_t words = 0;
};

class Planner {
public:
    Planner(const Template& from, const Request& request) : from_(from), request_(request), known_(known_words(from)) {}

    Plan run() {
        plan_.choices.package = request_.package;
        plan_.choices.features = default_features(from_);
        for (const auto& wish : request_.wishes)
            plan_.coverage.push_back({wish, Coverage::By::nobody, {}, {}});
        for (auto& one : plan_.coverage)
            if (!one.wish.unwanted)
                want(one);
        for (auto& one : plan_.coverage)
            if (one.wish.unwanted)
                refuse(one);
        plan_.choices.features = closure(from_, plan_.choices.features);
        std::size_t required = 0, met = 0;
        for (const auto& one : plan_.coverage) {
            required += one.wish.required ? 1 : 0;
            met += one.wish.required && one.met() ? 1 : 0;
        }
        plan_.covered = required == 0 ? 1 : static_cast<double>(met) / static_cast<double>(required);
        return std::move(plan_);
    }

private:
    /// The part of the template that explains most of a wish.
    Fit best_fit(const std::vector<Term>& words) const {
        Fit best;
        const auto offer = [&](Coverage::By by, const std::string& name, std::size_t explains) {
            if (explains > best.words)
                best = {by, name, explains};
        };
        for (const auto& feature : from_.features)
            offer(Coverage::By::feature, feature.name, explained(feature.words, words).size());
        for (const auto& cover : from_.covers)
            offer(Coverage::By::template_, cover.says, explained(cover.words, words).size());
        offer(Coverage::By::template_, from_.summary, explained(from_.keywords, words).size());
        if (best.words == 0)
            for (const auto& promise : promises)
                offer(Coverage::By::template_, std::string(promise.says),
                      explained({std::string(promise.words)}, words).size());
        return best;
    }

    /// Words that name something and that the template does not know.
    bool names_something_unknown(const std::vector<Term>& words, const std::vector<SlotChoice>& values) const {
        return std::any_of(words.begin(), words.end(), [&](const Term& term) {
            const bool value = std::any_of(values.begin(), values.end(), [&](const SlotChoice& choice) {
                return choice.begin < term.end && term.begin < choice.end;
            });
            return !term.filler && !value && !known_.contains(term.root);
        });
    }

    void switch_on(const std::vector<Term>& words) {
        Roots always;
        for (const auto& cover : from_.covers)
            always.merge(explained(cover.words, words));
        const auto best = best_fit(words);
        for (const auto& feature : from_.features) {
            const auto roots = explained(feature.words, words);
            const bool of_its_own =
                std::any_of(roots.begin(), roots.end(), [&](const auto& r) { return !always.contains(r); });
            if (of_its_own || (!roots.empty() && best.by == Coverage::By::feature && best.name == feature.name)) {
                plan_.choices.features.insert(feature.name);
                wanted_.insert(feature.name);
            }
        }
    }

    void want(Coverage& one) {
        const auto words = terms(one.wish.text);
        switch_on(words);
        const auto values = slot_choices(from_, one.wish);
        const auto fit = best_fit(words);
        std::string refusal;
        for (const auto& choice : values) {
            const auto value = slot_value(*choice.slot, choice.said);
            if (!value) {
                refusal = value.error().message;
                continue;
            }
            if (plan_.choices.slots.contains(choice.slot->name))
                continue; // said before
            plan_.choices.slots[choice.slot->name] = *value;
            one.by = Coverage::By::slot;
            one.name = choice.slot->name;
            one.value = *value;
        }
        if (!refusal.empty() || names_something_unknown(words, values)) {
            one = {std::move(one.wish), Coverage::By::nobody, refusal, {}};
            return;
        }
        if (one.by != Coverage::By::slot && fit.by != Coverage::By::nobody) {
            one.by = fit.by;
            one.name = fit.name;
        }
    }

    void refuse(Coverage& one) {
        const auto words = terms(one.wish.text);
        const auto values = slot_choices(from_, one.wish);
        for (const auto& choice : values) { // "not directed"
            plan_.choices.slots[choice.slot->name] = choice.said;
            one = {std::move(one.wish), Coverage::By::slot, choice.slot->name, choice.said};
            return;
        }
        const auto fit = best_fit(words);
        if (fit.by == Coverage::By::feature) {
            if (wanted_.contains(fit.name)) // asked for elsewhere
                return;
            std::erase_if(plan_.choices.features,
                          [&](const std::string& name) { return closure(from_, {name}).contains(fit.name); });
            one.by = Coverage::By::feature;
            one.name = fit.name;
        } else if (fit.by == Coverage::By::template_) {
            one.name = "it is part of it: " + fit.name;
        } else if (const auto lacks = known_to_lack(from_, one.wish.text)) {
            one.by = *lacks ? Coverage::By::template_ : Coverage::By::nobody;
            one.name = *lacks ? "its source has nothing of the kind" : "its source has it";
        } else { // no word for it is no proof that it is not there
            one.name = "nothing is known of it";
        }
    }

    const Template& from_;
    const Request& request_;
    const Roots known_;
    std::set<std::string> wanted_; // features that a wish asks for
    Plan plan_;
};

} // namespace

Plan plan(const Template& from, const Request& request) {
    return Planner(from, request).run();
}

} // namespace rustcoder::scaffold
