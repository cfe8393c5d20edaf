#include "knowledge/learn.h"

#include "base/counters.h"
#include "base/log.h"
#include "base/text.h"
#include "knowledge/template.h"
#include "knowledge/template_distance.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <shared_mutex>

namespace rustcoder::knowledge {

namespace {

constexpr std::size_t max_templates = 20'000;
constexpr std::size_t max_per_shape = 64; // of one kind of error; more would only be more of the same
constexpr std::size_t max_recalled = 16;
constexpr std::size_t max_neighbours = 12; // that a new template is merged with
constexpr std::size_t max_errors = 6;      // of one lesson
constexpr double weak = 0.3;               // a success that only the compiler saw
constexpr std::uint64_t quarantine_after = 12, forget_after = 40;
constexpr double quarantine_below = 0.2, forget_below = 0.08;
constexpr std::chrono::milliseconds follow_every{250};
constexpr std::string_view preference_key = "learned/preferences/", habits_key = "learned/habits";

struct Known {
    std::string id;
    Template what;
    Counts counts;
    bool quarantined = false;
    int minor = 0; // of the toolchain that it was first verified with
    bool deletes = false, adds_panic = false, adds_clone = false;

    double trials() const { return successes() + static_cast<double>(counts.rejected); }
    double successes() const {
        const auto passed = static_cast<double>(counts.passed);
        // What only the compiler saw never adds up to more than one verdict: the engine's own choice must not cement
        // itself.
        return passed + std::min(1.0, weak * std::max(0.0, static_cast<double>(counts.compiled) - passed));
    }
};
using KnownPtr = std::shared_ptr<const Known>;

// Wilson's interval for counts that need not be whole.
double wilson(double successes, double trials, double z) {
    if (trials <= 0)
        return z > 0 ? 0 : 1;
    const double p = successes / trials, z2 = z * z;
    return (p + z2 / (2 * trials) - z * std::sqrt((p * (1 - p) + z2 / (4 * trials)) / trials)) / (1 + z2 / trials);
}

double chance(const Known& k, bool exact) {
    // One standard deviation: a single lesson is a coin, three of three are good odds.
    const double lower = wilson(k.successes(), k.trials(), 1.0);
    // With much evidence the record speaks for itself; before, a vague pattern is worth less than a telling one.
    const double vague = 0.25 + 0.75 * k.what.specificity();
    const double doubt = 1 / (1 + k.trials() / 4);
    return std::clamp(lower * std::pow(vague, doubt) * (exact ? 1.0 : 0.5), 0.0, 0.97);
}

bool hopeless(const Known& k, std::uint64_t after, double below) {
    return k.trials() >= static_cast<double>(after) && wilson(k.successes(), k.trials(), -1.96) < below;
}

bool adds(const Template& t, std::initializer_list<std::string_view> words) {
    auto is_one = [&](const Term& term) { return base::one_of(term.word, words); };
    return std::any_of(t.hunks.begin(), t.hunks.end(), [&](const TemplateHunk& h) {
        return std::any_of(h.added.begin(), h.added.end(), is_one) &&
               std::none_of(h.removed.begin(), h.removed.end(), is_one);
    });
}

int minor_of(const std::string& version) {
    const auto dot = version.find('.');
    return dot == std::string::npos ? 0 : std::atoi(version.c_str() + dot + 1);
}

std::string key_of(std::string_view code, std::string_view shape) {
    return std::string(code) + "\n" + std::string(shape);
}

KnownPtr known_of(const std::string& id, Template what, const Counts& counts, bool quarantined,
                  const std::string& toolchain) {
    auto k = std::make_shared<Known>();
    k->id = id;
    k->what = std::move(what);
    k->counts = counts;
    k->quarantined = quarantined;
    k->minor = minor_of(toolchain);
    k->deletes = std::any_of(k->what.hunks.begin(), k->what.hunks.end(),
                             [](const TemplateHunk& h) { return h.removed.size() > h.added.size(); });
    k->adds_panic = adds(k->what, {"unwrap", "expect", "panic", "unreachable", "todo", "unimplemented", "unsafe"});
    k->adds_clone = adds(k->what, {"clone", "to_owned", "to_string", "to_vec", "cloned"});
    return k;
}

Entry entry_of(const Template& t, const Lesson& lesson, const Counts& counts) {
    Entry e;
    e.kind = Kind::fix;
    e.title = title_of(t);
    e.text = text_of(t);
    e.payload = print(t);
    if (!t.code.empty())
        e.codes.push_back(t.code);
    e.provenance.source = lesson.source;
    e.provenance.toolchain = lesson.toolchain;
    e.counts = counts;
    return e;
}

bool in_a_literal(std::string_view part, const project::Project& project) {
    for (const auto& [path, file] : project.files()) {
        if (!path.ends_with(".rs") || file.bytes->find(part) == std::string::npos)
            continue;
        const syntax::Source source(*file.bytes); // rare: a comment may quote the compiler too
        for (const syntax::Token& t : source.tokens())
            if (t.kind == syntax::Kind::string && base::has(source.text(t), part))
                return true;
    }
    return false;
}

// What the user made the compiler say (compile_error!, on_unimplemented) is the user's text, quoted or not.
bool quotes_user(const toolchain::Diagnostic& d, const project::Project& project) {
    constexpr std::size_t telling = 12;
    std::vector<std::string_view> texts{d.message};
    for (const toolchain::Span& s : d.spans)
        texts.push_back(s.label);
    for (const toolchain::Child& c : d.children)
        texts.push_back(c.message);
    for (std::string_view text : texts) {
        const std::vector<std::string_view> parts = base::split(text, '`');
        for (std::size_t i = 0; i < parts.size(); i += 2) // outside the quotes
            if (std::string_view part = base::trim(parts[i]); part.size() >= telling && in_a_literal(part, project))
                return true;
    }
    return false;
}

class StoreMemory final : public Memory {
public:
    explicit StoreMemory(Store& store) : store_(store) {}

    Status load() {
        std::unique_lock lock(mutex_);
        return read_all();
    }

    Result<LearnReport> learn(const Lesson& lesson) override;
    std::vector<Recalled> recall(const toolchain::Diagnostic& diagnostic, const TreeOf& tree_of,
                                 int rustc_minor) const override;
    Status record(const Experiences& experiences) override;
    bool leans(const std::string& code) const override;
    double leaning(const std::string& code, std::span<const std::uint64_t> features) const override;
    double droppable(const std::string& origin) const override;
    int patience(int usual) const override;

private:
    struct Note { // what one lesson does to a known template
        KnownPtr known;
        Counts more;
    };
    struct Fresh {
        Template what;
        Counts counts;
    };

    Status read_all() const;
    void follow() const;
    void take(const Entry& entry) const;
    void drop(const std::string& id) const;
    std::vector<KnownPtr> of_kind(const std::string& key, bool quarantined) const;
    const Preferences& preferences(const std::string& code) const; // under mutex_
    bool is_right(const Template& t, const Scene& scene, const Target& target, const project::Project& before,
                  bool* proposed = nullptr) const;
    void study(const Lesson& lesson, const toolchain::Diagnostic& error, const Target& target, std::vector<Note>& notes,
               std::vector<Fresh>& fresh, LearnReport& report) const;
    Status write(const Lesson& lesson, const std::vector<Note>& notes, const std::vector<Fresh>& fresh,
                 LearnReport& report);
    Status count(const Known& known, const Counts& more);

    Store& store_;
    mutable std::shared_mutex mutex_;
    mutable std::unordered_map<std::string, std::vector<KnownPtr>> by_kind_;
    mutable std::unordered_map<std::string, std::string> kind_of_; // id -> key
    mutable std::unordered_map<std::string, Preferences> preferences_;
    mutable std::optional<Habits> habits_;
    mutable std::uint64_t revision_ = 0;
    mutable std::atomic<std::chrono::steady_clock::rep> followed_{0};
};

Status StoreMemory::read_all() const {
    by_kind_.clear();
    kind_of_.clear();
    RC_TRY_ASSIGN(revision_, store_.revision());
    Filter filter;
    filter.kinds = {Kind::fix};
    filter.quarantined = true;
    return store_.each(filter, [&](const Entry& e) {
        take(e);
        return kind_of_.size() < max_templates;
    });
}

void StoreMemory::take(const Entry& entry) const {
    drop(entry.id);
    if (entry.kind != Kind::fix || kind_of_.size() >= max_templates)
        return;
    auto what = parse_template(entry.payload);
    if (!what)
        return;
    const std::string key = key_of(what->code, what->shape);
    auto& list = by_kind_[key];
    if (list.size() >= max_per_shape) {
        auto worst = std::min_element(list.begin(), list.end(), [](const KnownPtr& a, const KnownPtr& b) {
            return chance(*a, true) < chance(*b, true);
        });
        kind_of_.erase((*worst)->id);
        list.erase(worst);
    }
    list.push_back(known_of(entry.id, std::move(*what), entry.counts, entry.quarantined, entry.provenance.toolchain));
    kind_of_[entry.id] = key;
}

void StoreMemory::drop(const std::string& id) const {
    auto it = kind_of_.find(id);
    if (it == kind_of_.end())
        return;
    std::erase_if(by_kind_[it->second], [&](const KnownPtr& k) { return k->id == id; });
    kind_of_.erase(it);
}

// Other processes learn too. Asked rarely, and whoever asks first does it for all.
void StoreMemory::follow() const {
    const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
    auto last = followed_.load(std::memory_order_relaxed);
    if (now - last < std::chrono::duration_cast<std::chrono::steady_clock::duration>(follow_every).count() ||
        !followed_.compare_exchange_strong(last, now))
        return;
    auto revision = store_.revision();
    if (!revision)
        return; // what is known stays known
    std::unique_lock lock(mutex_);
    if (*revision == revision_)
        return;
    preferences_.clear();
    habits_.reset();
    auto changes = store_.changes_since(revision_);
    if (!changes || !*changes) {
        if (auto status = read_all(); !status)
            base::log_warn("learned fixes could not be read again: " + status.error().text());
        return;
    }
    std::vector<std::string> ids;
    for (const Store::Change& c : **changes) {
        drop(c.id);
        if (!c.removed)
            ids.push_back(c.id);
    }
    if (auto entries = store_.get(ids))
        for (const Entry& e : *entries)
            take(e);
    revision_ = *revision;
}

std::vector<KnownPtr> StoreMemory::of_kind(const std::string& key, bool quarantined) const {
    std::shared_lock lock(mutex_);
    auto it = by_kind_.find(key);
    if (it == by_kind_.end())
        return {};
    std::vector<KnownPtr> out;
    for (const KnownPtr& k : it->second)
        if (quarantined || !k->quarantined)
            out.push_back(k);
    return out;
}

std::vector<Recalled> StoreMemory::recall(const toolchain::Diagnostic& diagnostic, const TreeOf& tree_of,
                                          int rustc_minor) const {
    follow();
    std::vector<KnownPtr> known = of_kind(key_of(diagnostic.code, shape_of(diagnostic)), false);
    if (known.empty())
        return {};
    std::sort(known.begin(), known.end(), [](const KnownPtr& a, const KnownPtr& b) {
        const double x = chance(*a, true), y = chance(*b, true);
        return x != y ? x > y : a->id < b->id;
    });
    const Scene scene(diagnostic, tree_of);
    std::vector<Recalled> out;
    std::map<std::uint64_t, std::size_t> seen;
    for (const KnownPtr& k : known) {
        std::vector<Instance> instances = instantiate(k->what, scene);
        double share = 1;
        for (Instance& i : instances) {
            const double other_version = k->minor != 0 && rustc_minor != 0 && k->minor != rustc_minor ? 0.9 : 1;
            Recalled r{std::move(i.patch), k->id,         {},           chance(*k, i.exact) * other_version * share,
                       k->deletes,         k->adds_panic, k->adds_clone};
            share *= 0.4; // the second reading of a pattern is rarely what was meant
            auto [at, fresh] = seen.emplace(r.patch.hash(), out.size());
            if (!fresh) {
                if (out[at->second].chance >= r.chance)
                    continue;
            } else if (out.size() >= max_recalled) {
                break;
            }
            r.why = fmt::format("This repaired the same kind of error {} time{} before: {}.", k->counts.passed + 0,
                                k->counts.passed == 1 ? "" : "s", title_of(k->what));
            if (fresh)
                out.push_back(std::move(r));
            else
                out[at->second] = std::move(r);
        }
    }
    std::stable_sort(out.begin(), out.end(), [](const Recalled& a, const Recalled& b) { return a.chance > b.chance; });
    return out;
}

bool StoreMemory::is_right(const Template& t, const Scene& scene, const Target& target, const project::Project& before,
                           bool* proposed) const {
    const std::vector<Instance> instances = instantiate(t, scene);
    if (proposed)
        *proposed = !instances.empty();
    return std::any_of(instances.begin(), instances.end(),
                       [&](const Instance& i) { return target.towards(before, i.patch); });
}

// What one error of a lesson says about the templates that are there, and which it adds.
void StoreMemory::study(const Lesson& lesson, const toolchain::Diagnostic& error, const Target& target,
                        std::vector<Note>& notes, std::vector<Fresh>& fresh, LearnReport& report) const {
    std::map<std::string, std::shared_ptr<const syntax::Tree>, std::less<>> trees;
    const TreeOf tree_of = [&](std::string_view path) -> std::shared_ptr<const syntax::Tree> {
        if (auto it = trees.find(path); it != trees.end())
            return it->second;
        const std::string* text = path.ends_with(".rs") ? lesson.before.find(path) : nullptr;
        auto tree =
            text ? std::make_shared<const syntax::Tree>(std::make_shared<const syntax::Source>(*text)) : nullptr;
        return trees.emplace(std::string(path), tree).first->second;
    };
    const Scene scene(error, tree_of);
    std::vector<KnownPtr> known = of_kind(key_of(scene.code(), scene.shape()), true);
    const std::uint64_t judged = lesson.judged ? 1 : 0; // what only the compiler agreed to is no verdict on the rest
    for (const KnownPtr& k : known) {
        bool proposed = false;
        const bool right = is_right(k->what, scene, target, lesson.before, &proposed);
        if (proposed)
            notes.push_back({k, right ? Counts{1, 1, judged, 0} : Counts{1, 0, 0, judged}});
    }
    std::string why;
    std::vector<Template> made = abstract(scene, lesson.before, lesson.patch, &why);
    std::erase_if(made, [&](const Template& t) { return !is_right(t, scene, target, lesson.before); });
    if (made.empty()) {
        report.note = why.empty() ? "no pattern gave the change back" : why;
        return;
    }
    auto there = [&](const Template& t) {
        return std::any_of(known.begin(), known.end(), [&](const KnownPtr& k) { return k->what == t; }) ||
               std::any_of(fresh.begin(), fresh.end(), [&](const Fresh& f) { return f.what == t; });
    };
    std::sort(known.begin(), known.end(),
              [](const KnownPtr& a, const KnownPtr& b) { return a->counts.passed > b->counts.passed; });
    std::size_t merged = 0;
    for (const KnownPtr& k : known) {
        if (merged >= max_neighbours)
            break;
        auto general = generalise(k->what, made.front());
        if (!general || there(*general) || std::find(made.begin(), made.end(), *general) != made.end() ||
            !is_right(*general, scene, target, lesson.before))
            continue;
        ++merged;
        fresh.push_back({std::move(*general), Counts{k->counts.tried + 1, k->counts.compiled + 1,
                                                     k->counts.passed + judged, k->counts.rejected}});
        ++report.generalised;
    }
    for (Template& t : made)
        if (!there(t)) {
            fresh.push_back({std::move(t), Counts{1, 1, judged, 0}});
            ++report.fresh;
        }
}

Status StoreMemory::count(const Known& known, const Counts& more) {
    if (auto status = store_.count(known.id, more); !status)
        return status.error().code == Errc::not_found ? Status{} : status; // forgotten by another process meanwhile
    Known after = known;
    after.counts += more;
    if (hopeless(after, forget_after, forget_below)) {
        RC_TRY_ASSIGN(bool gone, store_.remove(known.id));
        (void)gone;
        return {};
    }
    const bool off = hopeless(after, quarantine_after, quarantine_below);
    return off == known.quarantined ? Status{} : store_.quarantine(known.id, off);
}

Status StoreMemory::write(const Lesson& lesson, const std::vector<Note>& notes, const std::vector<Fresh>& fresh,
                          LearnReport& report) {
    return store_.atomically([&]() -> Status {
        std::vector<Entry> entries;
        for (const Fresh& f : fresh)
            entries.push_back(entry_of(f.what, lesson, f.counts));
        if (!entries.empty()) {
            RC_TRY_ASSIGN(report.ids, store_.put(entries));
        }
        for (const Note& n : notes) {
            RC_TRY(count(*n.known, n.more));
            if (n.more.compiled > 0) {
                ++report.strengthened;
                report.ids.push_back(n.known->id);
            }
        }
        return {};
    });
}

Result<LearnReport> StoreMemory::learn(const Lesson& lesson) {
    follow();
    LearnReport report;
    auto after = project::apply(lesson.before, lesson.patch);
    if (!after)
        return std::unexpected(after.error());
    const Target target(*after);
    std::vector<Note> notes;
    std::vector<Fresh> fresh;
    std::vector<std::string> shapes;
    for (const toolchain::Diagnostic& d : lesson.errors) {
        std::string key = key_of(d.code, shape_of(d));
        if (std::find(shapes.begin(), shapes.end(), key) != shapes.end() || shapes.size() >= max_errors)
            continue; // ten errors of one cause are one lesson
        shapes.push_back(std::move(key));
        if (quotes_user(d, lesson.before)) {
            report.note = "the error's words are the user's own";
            continue;
        }
        study(lesson, d, target, notes, fresh, report);
    }
    if (lesson.errors.empty())
        report.note = "no error was removed";
    RC_TRY(write(lesson, notes, fresh, report));
    if (!report.ids.empty())
        report.note.clear();
    followed_ = 0;
    follow();
    static auto& lessons = base::counter("lessons_total", "Verified repairs that the knowledge base learned from");
    lessons.add();
    return report;
}

Status StoreMemory::record(const Experiences& experiences) {
    follow();
    return store_.atomically([&]() -> Status {
        for (const Evidence& e : experiences.evidence) {
            KnownPtr known;
            {
                std::shared_lock lock(mutex_);
                if (auto at = kind_of_.find(e.origin); at != kind_of_.end())
                    for (const KnownPtr& k : by_kind_.at(at->second))
                        if (k->id == e.origin)
                            known = k;
            }
            if (known)
                RC_TRY(count(*known, e.counts));
        }
        std::map<std::string, Preferences> changed;
        for (const Decision& d : experiences.decisions) {
            auto it = changed.find(d.code);
            if (it == changed.end()) {
                RC_TRY_ASSIGN(auto text, store_.meta(std::string(preference_key) + d.code));
                it = changed.emplace(d.code, text ? Preferences::parse(*text) : Preferences()).first;
            }
            it->second.learn(d);
        }
        for (const auto& [code, p] : changed)
            RC_TRY(store_.set_meta(std::string(preference_key) + code, p.print()));
        if (!experiences.kept.empty() || !experiences.dropped.empty() || !experiences.waits.empty()) {
            RC_TRY_ASSIGN(auto text, store_.meta(habits_key));
            Habits habits = text ? Habits::parse(*text) : Habits();
            for (const std::string& origin : experiences.kept)
                habits.kept(origin);
            for (const std::string& origin : experiences.dropped)
                habits.dropped(origin);
            for (int wait : experiences.waits)
                habits.waited(wait);
            RC_TRY(store_.set_meta(habits_key, habits.print()));
        }
        std::unique_lock lock(mutex_);
        preferences_.clear(); // read again when they are asked for: the transaction may still fail
        habits_.reset();
        return {};
    });
}

const Preferences& StoreMemory::preferences(const std::string& code) const {
    auto it = preferences_.find(code);
    if (it == preferences_.end()) {
        auto text = store_.meta(std::string(preference_key) + code);
        it = preferences_.emplace(code, text && *text ? Preferences::parse(**text) : Preferences()).first;
    }
    return it->second;
}

bool StoreMemory::leans(const std::string& code) const {
    {
        std::shared_lock lock(mutex_);
        if (auto it = preferences_.find(code); it != preferences_.end())
            return !it->second.empty();
    }
    std::unique_lock lock(mutex_);
    return !preferences(code).empty();
}

double StoreMemory::leaning(const std::string& code, std::span<const std::uint64_t> features) const {
    {
        std::shared_lock lock(mutex_);
        if (auto it = preferences_.find(code); it != preferences_.end())
            return it->second.leaning(features);
    }
    std::unique_lock lock(mutex_);
    return preferences(code).leaning(features);
}

double StoreMemory::droppable(const std::string& origin) const {
    std::unique_lock lock(mutex_);
    if (!habits_) {
        auto text = store_.meta(habits_key);
        habits_ = text && *text ? Habits::parse(**text) : Habits();
    }
    return habits_->droppable(origin);
}

int StoreMemory::patience(int usual) const {
    (void)droppable({});
    std::shared_lock lock(mutex_);
    return habits_ ? habits_->patience(usual) : usual;
}

} // namespace

Result<std::unique_ptr<Memory>> open_memory(Store& store) {
    auto memory = std::make_unique<StoreMemory>(store);
    RC_TRY(memory->load());
    return memory;
}

} // namespace rustcoder::knowledge
