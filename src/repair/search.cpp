#include "repair/search.h"

#include "base/text.h"
#include "repair/compiler_source.h"
#include "repair/naturalness.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <thread>

namespace rustcoder::repair {

namespace {

using toolchain::Diagnostic;
using toolchain::Phase;

constexpr std::size_t max_errors_considered = 40; // of one state; the rest is hidden behind these anyway
constexpr std::size_t max_candidates = 160;       // of one state
constexpr int max_depth = 24;                     // steps from the root
constexpr std::size_t max_batch = 12;

Phase first_phase(const Diagnostics& errors) {
    Phase p = Phase::cargo; // a manifest that cannot be read is a complaint on its own
    for (const Diagnostic& d : errors)
        p = std::min(p, d.phase);
    return p;
}

// Before anything is parsed the whole file is cut into tokens and delimiters are paired: an error there hides even
// parse errors that stand earlier in the file.
bool is_lexical(const Diagnostic& d) {
    if (d.phase != Phase::parse)
        return false;
    for (std::string_view sign : {"delimiter", "unterminated", "unknown start of token", "prefix"})
        if (d.message.find(sign) != std::string::npos)
            return true;
    return false;
}

// The order of progress: the manifest, tokens, then the phases as declared.
int rank(const Diagnostic& d) {
    return d.phase == Phase::cargo ? -2 : is_lexical(d) ? -1 : static_cast<int>(d.phase);
}

int first_rank(const Diagnostics& errors) {
    int r = 99;
    for (const Diagnostic& d : errors)
        r = std::min(r, rank(d));
    return r;
}

// Parse errors are told apart by place too: the parser stops at the first it cannot recover from, and the next one
// often reads the same.
std::uint64_t identity(const Diagnostic& d) {
    std::uint64_t id = d.fingerprint();
    if (d.phase == Phase::parse && d.primary())
        id ^= 0x9e3779b97f4a7c15ull * (1 + d.primary()->line_begin);
    return id;
}

/// How many of `these` have no counterpart among `those` (ten errors may read the same), and the first rank of them.
std::pair<std::size_t, int> surplus(const Diagnostics& these, const Diagnostics& those) {
    std::map<std::uint64_t, std::size_t> left;
    for (const Diagnostic& d : those)
        ++left[identity(d)];
    std::size_t count = 0;
    int first = 99;
    for (const Diagnostic& d : these) {
        auto it = left.find(identity(d));
        if (it != left.end() && it->second > 0)
            --it->second;
        else
            ++count, first = std::min(first, rank(d));
    }
    return {count, first};
}

// `todo!()` compiles and does nothing: a program with a new one in it is not repaired.
bool leaves_a_stub(const Candidate& c) {
    return std::any_of(c.patch.edits.begin(), c.patch.edits.end(), [](const project::Edit& e) {
        return e.text.find("todo!") != std::string::npos || e.text.find("unimplemented!") != std::string::npos;
    });
}

// The baseline: nothing but rustc's suggestions, unfiltered, and what comes from outside.
std::vector<Candidate> compiler_candidates(const RuleContext& context, const Options& options) {
    Proposals proposals;
    propose_compiler_suggestions(context, proposals);
    for (const auto& source : options.sources)
        source->propose(context, proposals);
    std::erase_if(proposals.candidates, [](Candidate& c) { return c.patch.empty() || !c.patch.normalise(); });
    for (Candidate& c : proposals.candidates)
        c.diagnostic = context.diagnostic.fingerprint();
    return std::move(proposals.candidates);
}

std::string place_of(const Diagnostic& d) {
    const auto* span = d.primary();
    return span ? fmt::format("{}:{}", span->file, span->line_begin) : std::string();
}

std::size_t unmatched_in(const project::Project& p, std::string_view path) {
    const std::string* text = p.find(path);
    return text ? syntax::Source(*text).unmatched().size() : 0;
}

std::size_t unmatched_in(const project::Project& p, const project::Patch& patch) {
    std::size_t n = 0;
    std::string_view last;
    for (const auto& e : patch.edits) {
        if (e.path == last || !e.path.ends_with(".rs"))
            continue;
        last = e.path;
        n += unmatched_in(p, e.path);
    }
    return n;
}

} // namespace

// A chain that traded errors may end far from what was written: it only counts when nothing else got anywhere.
std::tuple<bool, int, std::size_t, double> Search::state_key(const Node& n) {
    return {n.mixed > 0, -first_rank(n.errors), n.errors.size(), n.g};
}

Search::Search(toolchain::Workspace& workspace, const Options& options, std::stop_token stop,
               std::function<void(const Event&)> on_event)
    : workspace_(workspace), options_(options), stop_(stop), on_event_(std::move(on_event)),
      deadline_(std::chrono::steady_clock::now() + options.deadline),
      pool_(workspace, options.threads > 0 ? options.threads : std::max(1u, std::thread::hardware_concurrency()),
            stop) {
    if (options_.experience)
        weights_.stall = std::min(weights_.stall, options_.experience->patience(weights_.stall));
}

void Search::improved() {
    longest_wait_ = std::max(longest_wait_, checks_ - improved_at_);
    improved_at_ = checks_;
}

bool Search::exhausted() const {
    return checks_ >= options_.max_checks || std::chrono::steady_clock::now() >= deadline_ || stop_.stop_requested();
}

CheckPool::Answer Search::check(const project::Project& project) {
    if (exhausted())
        return nullptr;
    ++checks_;
    auto answer = pool_.ask(project.content_hash(), project);
    if (answer && !*answer)
        failure_ = answer->error();
    return answer;
}

void Search::add_root(const project::Project& project, Diagnostics errors, const Winner* from) {
    if (from)
        pool_.forget();
    else
        root_ = project;
    visited_.insert(project.content_hash());
    add_node(project, std::move(errors), from ? from->steps : std::vector<AppliedEdit>{}, from ? from->cost : 0, 0);
}

int Search::add_node(project::Project project, Diagnostics errors, std::vector<AppliedEdit> steps, double g, int depth,
                     int mixed) {
    Node node;
    node.mixed = mixed;
    node.project = std::move(project);
    node.errors = std::move(errors);
    node.steps = std::move(steps);
    node.g = g;
    node.depth = depth;
    auto better = [](const Node& a, const Node& b) {
        return std::tuple(-first_rank(a.errors), a.errors.size()) < std::tuple(-first_rank(b.errors), b.errors.size());
    };
    if (std::all_of(nodes_.begin(), nodes_.end(), [&](const Node& n) { return better(node, n); }))
        improved();
    nodes_.push_back(std::move(node));
    int id = static_cast<int>(nodes_.size()) - 1;
    if (depth < max_depth)
        expand(id);
    return id;
}

double Search::candidate_cost(const Candidate& c, bool later_phase) const {
    double cost = -std::log(c.prior) + weights_.risk[static_cast<int>(c.risk)];
    cost += std::min(0.5, weights_.per_byte * static_cast<double>(c.patch.size()));
    return later_phase ? cost + weights_.later_phase : cost;
}

double Search::remaining(const Diagnostics& errors, const std::set<std::size_t>& without) const {
    double h = 0;
    int n = 0;
    for (std::size_t i = 0; i < errors.size(); ++i)
        if (!without.contains(i))
            h += n++ < 6 ? weights_.error : weights_.error_tail;
    return h;
}

void Search::gather(int id, std::span<const std::shared_ptr<const CandidateSource>> late) {
    SourceMap sources(nodes_[id].project);
    EditJudge reads(options_.naturalness.get(), sources);
    Node& node = nodes_[id];
    const Phase first = first_phase(node.errors);
    const auto known = node.ranked.size();
    std::map<std::uint64_t, std::size_t> by_patch;
    for (std::size_t k = 0; k < known; ++k)
        by_patch.emplace(node.ranked[k].candidate.patch.hash(), k);
    const auto propose = [&](const RuleContext& context) {
        return !late.empty()            ? propose_from(context, late)
               : options_.compiler_only ? compiler_candidates(context, options_)
                                        : propose_all(context, options_.sources);
    };
    std::size_t considered = std::min(node.errors.size(), max_errors_considered);
    for (std::size_t i = 0; i < considered; ++i) {
        RuleContext context{sources, node.errors[i], node.errors, workspace_.toolchain().minor};
        for (Candidate& c : propose(context)) {
            if (c.risk > options_.max_risk || leaves_a_stub(c))
                continue;
            double droppable = 1;
            bool sure = false;
            if (options_.experience) {
                if (const double p = options_.experience->prior(c, context); p != c.prior)
                    c.prior = std::clamp(p, 0.001, 0.985);
                droppable = options_.experience->droppable(c, context);
                sure = options_.experience->sure(c, context);
            }
            auto [it, fresh] = by_patch.emplace(c.patch.hash(), node.ranked.size());
            if (!fresh && it->second < known)
                continue; // it is in line already
            if (!fresh) {
                // One edit that answers several errors is more likely to be the cause of them all.
                Ranked& r = node.ranked[it->second];
                if (std::find(r.targets.begin(), r.targets.end(), i) == r.targets.end())
                    r.targets.push_back(i);
                r.candidate.prior = std::min(0.97, 1 - (1 - r.candidate.prior) * (1 - 0.6 * c.prior));
                r.droppable = std::min(r.droppable, droppable);
                r.sure = r.sure || sure;
                r.cost = std::min(r.cost, candidate_cost(r.candidate, node.errors[i].phase != first) +
                                              reads.adjustment(r.candidate.patch));
                continue;
            }
            Ranked r;
            r.cost = candidate_cost(c, node.errors[i].phase != first) + reads.adjustment(c.patch);
            r.candidate = std::move(c);
            r.droppable = droppable;
            r.sure = sure;
            r.targets.push_back(i);
            node.ranked.push_back(std::move(r));
        }
    }
}

void Search::expand(int id) {
    gather(id);
    auto& ranked = nodes_[id].ranked;
    std::stable_sort(ranked.begin(), ranked.end(), [](const Ranked& a, const Ranked& b) { return a.cost < b.cost; });
    if (ranked.size() > max_candidates)
        ranked.resize(max_candidates);
    if (nodes_[id].errors.size() > 1)
        push_batch(id);
    for (std::size_t k = 0; k < ranked.size(); ++k)
        push(id, {static_cast<int>(k)});
}

void Search::push(int id, std::vector<int> picks) {
    const Node& node = nodes_[id];
    Open open;
    open.node = id;
    open.order = order_++;
    std::set<std::size_t> answered;
    for (int k : picks) {
        open.cost += node.ranked[k].cost;
        answered.insert(node.ranked[k].targets.begin(), node.ranked[k].targets.end());
    }
    if (picks.size() > 1)
        open.cost *= weights_.batch;
    open.f = node.g + open.cost + remaining(node.errors, answered);
    open.picks = std::move(picks);
    open_.push_back(std::move(open));
    std::push_heap(open_.begin(), open_.end(), std::greater<>());
}

// The best answer to each error, those that do not conflict, as one patch.
void Search::push_batch(int id) {
    const Node& node = nodes_[id];
    std::vector<int> picks;
    std::set<std::size_t> answered;
    for (std::size_t k = 0; k < node.ranked.size() && picks.size() < max_batch; ++k) {
        const Ranked& r = node.ranked[k];
        bool fresh =
            std::any_of(r.targets.begin(), r.targets.end(), [&](std::size_t t) { return !answered.contains(t); });
        if (!fresh || r.candidate.risk >= Risk::destructive)
            continue;
        bool clash = std::any_of(picks.begin(), picks.end(), [&](int other) {
            return project::conflict(node.ranked[other].candidate.patch, r.candidate.patch);
        });
        if (clash)
            continue;
        picks.push_back(static_cast<int>(k));
        answered.insert(r.targets.begin(), r.targets.end());
    }
    if (picks.size() > 1)
        push(id, std::move(picks));
}

bool Search::prepare(Open& open) {
    if (open.project)
        return true;
    const Node& node = nodes_[open.node];
    project::Patch patch = node.ranked[open.picks.front()].candidate.patch;
    for (std::size_t k = 1; k < open.picks.size(); ++k) {
        auto merged = project::merge(patch, node.ranked[open.picks[k]].candidate.patch);
        if (!merged)
            return false;
        patch = std::move(*merged);
    }
    auto changed = project::apply(node.project, patch);
    if (!changed)
        return false;
    open.key = changed->content_hash();
    if (visited_.contains(open.key))
        return false;
    open.project = std::make_shared<project::Project>(std::move(*changed));
    if (first_phase(node.errors) == Phase::parse) {
        std::size_t after = unmatched_in(*open.project, patch);
        if (after > 0) {
            std::size_t before = unmatched_in(node.project, patch);
            open.f += weights_.unbalanced * (after < before ? 0.5 : after == before ? 1.0 : 2.0);
            open.cost += weights_.unbalanced * 0.5;
        }
    }
    return true;
}

void Search::hint_rivals() {
    // Only those that are nearly as likely: a wrong guess costs half of this core's next check.
    if (pool_.threads() < 2 || open_.empty())
        return;
    constexpr double close = 1.0;
    const double top = open_.front().f;
    int given = 0;
    for (std::size_t i = 1; i < std::min<std::size_t>(open_.size(), 7) && given < pool_.threads() - 1; ++i) {
        Open& o = open_[i];
        if (o.f > top + close || (!o.project && !prepare(o)) || pool_.known(o.key))
            continue;
        pool_.hint(o.key, *o.project);
        ++given;
    }
    std::make_heap(open_.begin(), open_.end(), std::greater<>());
}

std::vector<AppliedEdit> Search::steps_of(const Open& open) const {
    const Node& node = nodes_[open.node];
    std::vector<AppliedEdit> steps = node.steps;
    const int state = steps.empty() ? 0 : steps.back().state + 1;
    for (int k : open.picks) {
        const Ranked& r = node.ranked[k];
        const Diagnostic& d = node.errors[r.targets.front()];
        AppliedEdit e;
        e.candidate = r.candidate;
        e.state = state;
        e.error_code = d.code;
        e.error_message = d.message;
        e.place = place_of(d);
        e.alternatives = node.tried;
        constexpr double factor[] = {1.0, 0.97, 0.85, 0.7, 0.4};
        e.confidence =
            std::clamp(std::sqrt(r.candidate.prior) * factor[static_cast<int>(r.candidate.risk)], 0.05, 0.99);
        e.droppable = r.droppable;
        e.sure = r.sure;
        if (options_.record_trials)
            e.trial = std::make_shared<const Trial>(Trial{Trial::Result::accepted, r.candidate, d, node.project});
        steps.push_back(std::move(e));
    }
    return steps;
}

// One answer that was checked on its own says something about it; of a batch, only whose error went away.
void Search::record(const Open& open, const Diagnostics& errors) {
    const Node& node = nodes_[open.node];
    const bool alone = open.picks.size() == 1;
    std::multiset<std::uint64_t> before, after;
    for (const Diagnostic& d : node.errors)
        before.insert(identity(d));
    for (const Diagnostic& d : errors)
        after.insert(identity(d));
    const bool worse = surplus(errors, node.errors).first > 0 && first_rank(errors) <= first_rank(node.errors);
    for (int k : open.picks) {
        const Ranked& r = node.ranked[k];
        const Diagnostic& d = node.errors[r.targets.front()];
        const bool solved = after.count(identity(d)) < before.count(identity(d));
        Trial trial{Trial::Result::rejected, r.candidate, d, node.project};
        if (errors.empty())
            trial.result = Trial::Result::compiled;
        else if (solved && !(alone && worse))
            trial.result = Trial::Result::helped;
        else if (!alone)
            continue;
        trials_.push_back(std::move(trial));
    }
}

void Search::turn_down(const Candidate& candidate, const Diagnostics& errors) const {
    constexpr std::size_t most = 3;
    std::string words;
    for (std::size_t i = 0; i < std::min(errors.size(), most); ++i)
        words += errors[i].rendered.empty() ? errors[i].message + "\n" : errors[i].rendered;
    for (const auto& source : options_.sources)
        source->turned_down(candidate, words);
}

void Search::evaluate(Open& open, const toolchain::CheckReport& report) {
    Node& node = nodes_[open.node];
    ++node.tried;
    Diagnostics errors = complaints(report, *open.project, options_.deny_warnings);
    if (options_.record_trials && (report.ok || !errors.empty()))
        record(open, errors);
    if (on_event_)
        on_event_({Event::Kind::trying, node.ranked[open.picks.front()].candidate.rule, static_cast<int>(errors.size()),
                   checks_});
    if (errors.empty()) {
        if (!report.ok)
            return; // not judged (timed out, tool failed): never a success
        if (compare(root_, *open.project).verdict == Preservation::Verdict::gutted) {
            ++gutted_;
            return;
        }
        Winner w;
        w.project = *open.project;
        w.steps = steps_of(open);
        w.warnings = report.warnings();
        w.cost = node.g + open.cost;
        w.late = std::any_of(w.steps.begin(), w.steps.end(), [](const AppliedEdit& e) { return e.candidate.late; });
        w.sure = std::all_of(w.steps.begin(), w.steps.end(), [](const AppliedEdit& e) { return e.sure; });
        if (on_event_)
            on_event_({Event::Kind::accepted, w.steps.empty() ? "" : w.steps.back().candidate.why, 0, checks_});
        winners_.push_back(std::move(w));
        improved();
        return;
    }
    if (const Candidate& only = node.ranked[open.picks.front()].candidate; only.late && open.picks.size() == 1)
        turn_down(only, errors);
    auto [gone, gone_rank] = surplus(node.errors, errors);
    auto [fresh, fresh_rank] = surplus(errors, node.errors);
    if (open.picks.size() > 1)
        retry_good_part(open, errors);
    if (gone == 0)
        return;
    bool progress = fresh == 0 || fresh_rank > gone_rank;
    double penalty = 0;
    int mixed = node.mixed;
    if (!progress && first_rank(node.errors) <= 0 && first_rank(errors) <= 0) {
        // Parse errors: further down the file is progress.
        const auto* old_at = node.errors.front().primary();
        const auto* new_at = errors.front().primary();
        progress = old_at && new_at && (old_at->file != new_at->file || new_at->line_begin > old_at->line_begin);
        if (!progress && old_at && first_rank(node.errors) == -1)
            progress = unmatched_in(*open.project, old_at->file) < unmatched_in(node.project, old_at->file);
        penalty = 0.5;
    }
    if (!progress) {
        if (errors.size() > node.errors.size() + 1 || first_rank(errors) < first_rank(node.errors))
            return;
        if (node.mixed >= weights_.max_mixed)
            return;
        ++mixed;
        penalty = weights_.mixed * mixed;
    }
    if (on_event_)
        on_event_({Event::Kind::accepted, node.ranked[open.picks.front()].candidate.why,
                   static_cast<int>(errors.size()), checks_});
    auto steps = steps_of(open);
    double g = node.g + open.cost + penalty;
    int depth = node.depth + 1;
    add_node(*open.project, std::move(errors), std::move(steps), g, depth, mixed);
}

// A batch that did not do all it promised: keep the members whose error went away and next to which nothing new arose.
void Search::retry_good_part(const Open& open, const Diagnostics& errors) {
    const Node& node = nodes_[open.node];
    std::multiset<std::uint64_t> before, after;
    for (const auto& d : node.errors)
        before.insert(identity(d));
    for (const auto& d : errors)
        after.insert(identity(d));
    std::vector<int> good;
    for (int k : open.picks) {
        const Ranked& r = node.ranked[k];
        // Of errors that read the same some may stay: then a member counts when fewer are left than there were.
        bool solved = std::all_of(r.targets.begin(), r.targets.end(), [&](std::size_t t) {
            auto id = identity(node.errors[t]);
            return after.count(id) < before.count(id);
        });
        const auto* at = node.errors[r.targets.front()].primary();
        bool disturbed = at && std::any_of(errors.begin(), errors.end(), [&](const Diagnostic& d) {
                             const auto* p = d.primary();
                             return p && !before.contains(identity(d)) && p->file == at->file &&
                                    std::abs(p->line_begin - at->line_begin) <= 1;
                         });
        if (solved && !disturbed)
            good.push_back(k);
    }
    if (!good.empty() && good.size() < open.picks.size())
        push(open.node, std::move(good));
}

/// True when one of the sources has something new, which is then in line before everything else: the others had their
/// turn.
bool Search::hear_late_sources(std::chrono::milliseconds patience) {
    std::vector<std::shared_ptr<const CandidateSource>> fresh;
    for (const auto& source : options_.sources)
        if (source->wait(patience, stop_))
            fresh.push_back(source);
    if (fresh.empty() || exhausted())
        return false;
    std::vector<int> best(nodes_.size());
    std::iota(best.begin(), best.end(), 0);
    std::stable_sort(best.begin() + 1, best.end(),
                     [&](int a, int b) { return state_key(nodes_[a]) < state_key(nodes_[b]); });
    best.resize(std::min(best.size(), static_cast<std::size_t>(weights_.late_states))); // the root is always one
    for (const int id : best) {
        const auto known = nodes_[id].ranked.size();
        gather(id, fresh);
        for (auto k = known; k < nodes_[id].ranked.size(); ++k)
            push(id, {static_cast<int>(k)});
    }
    for (Open& open : open_)
        if (nodes_[open.node].ranked[open.picks.front()].candidate.late)
            open.f = 0; // nothing is below it
    std::make_heap(open_.begin(), open_.end(), std::greater<>());
    improved_at_ = std::max(improved_at_, checks_ - std::max(weights_.stall - weights_.late, 0));
    return true;
}

const Search::Winner* Search::take_winner() {
    Winner* best = nullptr;
    auto key = [&](const Winner& w) {
        return std::pair(w.late, w.cost + weights_.warning * static_cast<double>(w.warnings));
    };
    for (Winner& w : winners_)
        if (!w.returned && (!best || key(w) < key(*best)))
            best = &w;
    if (best)
        best->returned = true;
    return best;
}

const Search::Winner* Search::next_winner() {
    for (;;) {
        explore();
        if (const Winner* winner = take_winner())
            return winner;
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - std::chrono::steady_clock::now());
        if (exhausted() || failure_ || !hear_late_sources(left))
            return nullptr;
    }
}

void Search::explore() {
    after_winner_ = 0;
    while (!open_.empty() && !exhausted() && !stalled() && !failure_) {
        double best = 1e9;
        bool sure = false;
        for (const Winner& w : winners_)
            if (!w.returned && w.cost < best)
                best = w.cost, sure = w.sure;
        const double margin = sure ? 0 : weights_.margin;
        if (best < 1e9 && (open_.front().f > best + margin || after_winner_ >= weights_.rivals))
            break;
        std::pop_heap(open_.begin(), open_.end(), std::greater<>());
        Open open = std::move(open_.back());
        open_.pop_back();
        double promised = open.f;
        if (visited_.contains(open.key) || !prepare(open))
            continue;
        if (open.f > promised + 1e-9 && !open_.empty() && open.f > open_.front().f) {
            open_.push_back(std::move(open)); // dearer than it looked: back in line
            std::push_heap(open_.begin(), open_.end(), std::greater<>());
            continue;
        }
        visited_.insert(open.key);
        hint_rivals();
        auto answer = check(*open.project);
        if (best < 1e9)
            ++after_winner_;
        if (!answer || !*answer)
            break;
        evaluate(open, **answer);
        if (std::all_of(winners_.begin(), winners_.end(), [](const Winner& w) { return w.returned; }) &&
            checks_ - improved_at_ >= weights_.late)
            hear_late_sources(std::chrono::milliseconds(0));
    }
}

Search::Partial Search::best_partial() const {
    Partial p;
    if (nodes_.empty())
        return p;
    const Node* best = &nodes_.front();
    for (const Node& n : nodes_)
        if (state_key(n) < state_key(*best) && compare(root_, n.project).verdict != Preservation::Verdict::gutted)
            best = &n;
    p.project = best->project;
    p.steps = best->steps;
    p.errors = best->errors;
    p.improved = best != &nodes_.front();
    return p;
}

} // namespace rustcoder::repair
