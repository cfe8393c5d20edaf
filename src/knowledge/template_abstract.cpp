// From one verified change and the error it answers to templates.
#include "knowledge/template.h"
#include "knowledge/template_terms.h"

#include "base/text.h"
#include "knowledge/template_words.h"
#include "project/myers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace rustcoder::knowledge {

namespace {

using syntax::Kind;

constexpr std::size_t max_hunks = 6;
constexpr std::size_t max_changed = 48; // tokens
constexpr int max_offset = 10;          // tokens between an anchor and the change
constexpr double too_far = 9;

struct Change {
    std::string path;
    const SceneFile* file = nullptr;
    std::vector<Tok> after;
    int begin = 0, end = 0;     // in file->tokens
    int a_begin = 0, a_end = 0; // in after
};

struct Choice {
    std::string role;
    bool at_end = false;
    int offset = 0, slide = 0;
    double cost = 0;
};

struct Level {
    int context = 3;
    bool all_atoms = true; // what the diagnostic quotes must look alike, not only what the change needs
    bool runs = false;     // quoted texts as a whole, whatever they are
    std::size_t anchor = 0;
};

// Places that are the error's own come first.
double role_cost(std::string_view role) {
    if (role == "p")
        return 0;
    const std::string_view head = role.substr(0, role.find(':'));
    if (base::one_of(head, {"s", "q", "c", "g"}))
        return 0.6;
    if (base::one_of(head, {"b", "bt", "bi", "d", "di", "ds", "df"}))
        return 0.8;
    if (head == "st")
        return 1.0;
    return head == "u" ? 1.6 : 1.2;
}

class Abstraction {
public:
    Abstraction(const Scene& scene, const project::Project& before, const project::Patch& patch)
        : scene_(scene), before_(before), patch_(patch) {}

    std::vector<Template> run() {
        std::vector<Template> out;
        if (!find_changes() || !find_anchors())
            return out;
        std::vector<Level> levels{{3, true, false, 0}, {2, true, true, 0}, {1, false, true, 0}};
        if (changes_.size() == 1 && choices_[0].size() > 1) {
            levels.push_back({2, true, true, 1});
            levels.push_back({1, false, true, 1});
        }
        for (const Level& level : levels)
            if (auto t = build(level); t && std::find(out.begin(), out.end(), *t) == out.end())
                out.push_back(std::move(*t));
        return out;
    }
    std::string why;

private:
    bool find_changes() {
        if (!patch_.added.empty() || !patch_.removed.empty())
            return refuse("it adds or removes whole files");
        auto changed = project::apply(before_, patch_);
        if (!changed)
            return refuse("the change does not apply");
        std::size_t tokens = 0;
        std::string_view last;
        for (const project::Edit& e : patch_.edits) {
            if (e.path == last)
                continue;
            last = e.path;
            const SceneFile* file = scene_.file(e.path);
            const std::string* text = changed->find(e.path);
            if (!file || !text)
                return refuse("it changes " + std::string(file ? "nothing" : "a file that is not Rust"));
            sources_.push_back(std::make_shared<const syntax::Source>(*text));
            const std::vector<Tok> after = tokens_of(*sources_.back());
            std::unordered_map<std::string_view, std::uint32_t> ids;
            auto numbers = [&](const std::vector<Tok>& list) {
                std::vector<std::uint32_t> out;
                for (const Tok& t : list)
                    out.push_back(ids.emplace(t.text, static_cast<std::uint32_t>(ids.size())).first->second);
                return out;
            };
            const auto a = numbers(file->tokens), b = numbers(after);
            for (const project::Hunk& h : project::compare(a, b)) {
                tokens += (h.a_end - h.a_begin) + (h.b_end - h.b_begin);
                changes_.push_back({e.path, file, after, static_cast<int>(h.a_begin), static_cast<int>(h.a_end),
                                    static_cast<int>(h.b_begin), static_cast<int>(h.b_end)});
            }
        }
        if (changes_.empty())
            return refuse("it changes nothing but comments or white space");
        if (changes_.size() > max_hunks || tokens > max_changed)
            return refuse("the change is too large to be one lesson");
        return true;
    }

    bool refuse(std::string reason) {
        why = std::move(reason);
        return false;
    }

    static const Tok& tok(const std::vector<Tok>& list, int i) { return list[static_cast<std::size_t>(i)]; }

    // An insertion (or deletion) between equal tokens can be read in several ways: `))` got its first or its second.
    std::vector<int> slides(const Change& c) const {
        std::vector<int> out{0};
        const bool inserts = c.begin == c.end, deletes = c.a_begin == c.a_end;
        if (!inserts && !deletes)
            return out;
        const std::vector<Tok>& list = inserts ? c.after : c.file->tokens;
        const int first = inserts ? c.a_begin : c.begin, last = inserts ? c.a_end : c.end;
        for (int s = 1; s <= 6 && first - s >= 0 && tok(list, first - s).text == tok(list, last - s).text; ++s)
            out.push_back(-s);
        for (int s = 1; s <= 6 && last + s <= static_cast<int>(list.size()) &&
                        tok(list, last + s - 1).text == tok(list, first + s - 1).text;
             ++s)
            out.push_back(s);
        return out;
    }

    bool find_anchors() {
        for (const Change& c : changes_) {
            std::vector<Choice> found;
            for (int slide : slides(c))
                for (const Scene::Place& p : scene_.places()) {
                    if (p.path != c.path)
                        continue;
                    for (bool end : {false, true}) {
                        const int offset = c.begin + slide - (end ? p.end : p.begin);
                        const double cost =
                            role_cost(p.role) + 0.7 * std::abs(offset) + (end ? 0.05 : 0) + 0.02 * std::abs(slide);
                        if (std::abs(offset) <= max_offset && cost < too_far)
                            found.push_back({p.role, end, offset, slide, cost});
                    }
                }
            if (found.empty())
                return refuse("it changes a place that the error does not point to");
            std::stable_sort(found.begin(), found.end(),
                             [](const Choice& x, const Choice& y) { return x.cost < y.cost; });
            std::vector<Choice> best{found.front()};
            for (const Choice& other : found) // the next one that is really another
                if (best.size() < 2 && other.role != best[0].role && other.cost < best[0].cost + 2)
                    best.push_back(other);
            choices_.push_back(std::move(best));
        }
        return true;
    }

    int hole(HoleType type, std::string_view text) {
        const std::string key = std::to_string(static_cast<int>(type)) + std::string(text);
        auto [it, fresh] = holes_.emplace(key, static_cast<int>(types_.size()));
        if (fresh)
            types_.push_back(type);
        return it->second;
    }

    // nullopt: a token that no pattern can hold.
    std::optional<Term> term(const Tok& t) {
        if (auto type = hole_type(t))
            return Term{Term::Kind::hole, {}, hole(*type, t.text), 0};
        if (t.kind == Kind::doc || t.kind == Kind::unknown)
            return std::nullopt;
        return Term{Term::Kind::word, std::string(t.text), -1, 0};
    }

    Pattern context(const SceneFile& file, int begin, int end, bool leftwards) {
        Pattern out;
        const int n = static_cast<int>(file.tokens.size());
        for (int i = leftwards ? end - 1 : begin; leftwards ? i >= std::max(0, begin) : i < std::min(n, end);
             i += leftwards ? -1 : 1) {
            auto t = term(tok(file.tokens, i));
            if (!t)
                break;
            out.push_back(std::move(*t));
        }
        if (leftwards)
            std::reverse(out.begin(), out.end());
        return out;
    }

    std::uint8_t gap(const Change& c, int left, int right) const {
        if (left < 0 || right >= static_cast<int>(c.after.size()))
            return left < 0 ? 0 : 2;
        const syntax::Source& source = after_source(c);
        const std::string_view between = source.text(tok(c.after, left).end, tok(c.after, right).begin);
        return between.empty() ? 0 : base::has(between, "\n") ? 2 : 1;
    }

    const syntax::Source& after_source(const Change& c) const {
        for (const auto& s : sources_)
            if (!c.after.empty() && c.after[0].text.data() >= s->text().data() &&
                c.after[0].text.data() < s->text().data() + s->text().size())
                return *s;
        return *sources_.back();
    }

    // The longest quoted text that stands at after[i].
    const Scene::Atom* run_at(const Change& c, int i, int end) const {
        const Scene::Atom* best = nullptr;
        for (const Scene::Atom& a : scene_.atoms()) {
            const int n = static_cast<int>(a.tokens.size());
            if (i + n > end || (best && n <= static_cast<int>(best->tokens.size())))
                continue;
            const bool names =
                std::any_of(a.tokens.begin(), a.tokens.end(), [](const Tok& t) { return t.kind == Kind::ident; });
            bool same = names;
            for (int k = 0; same && k < n; ++k)
                same = tok(c.after, i + k).text == tok(a.tokens, k).text;
            if (same)
                best = &a;
        }
        return best;
    }

    bool added(const Change& c, int slide, const Level& level, TemplateHunk& hunk, std::vector<AtomPattern>& atoms) {
        const int begin = c.a_begin + slide, end = c.a_end + slide;
        const int removed = c.end - c.begin;
        for (int i = begin; i < end;) {
            const Tok& t = tok(c.after, i);
            Term out;
            int next = i + 1;
            const Scene::Atom* run = level.runs ? run_at(c, i, end) : nullptr;
            if (removed == 1 && end - begin == 1 && is_respelling(tok(c.file->tokens, c.begin), t)) {
                out = {Term::Kind::near, {}, hole(HoleType::name, tok(c.file->tokens, c.begin).text), 0};
            } else if (run) {
                const bool single = run->tokens.size() == 1 && level.all_atoms; // vague: any text that is quoted there
                out = {Term::Kind::hole, {}, hole(single ? HoleType::name : HoleType::run, run->text), 0};
                if (std::none_of(atoms.begin(), atoms.end(), [&](const AtomPattern& a) { return a.role == run->role; }))
                    atoms.push_back({run->role, {Term{Term::Kind::hole, {}, out.hole, 0}}});
                next = i + static_cast<int>(run->tokens.size());
            } else if (auto plain = term(t)) {
                out = std::move(*plain);
            } else {
                why = "it brings comments or characters that are no Rust";
                return false;
            }
            out.gap = gap(c, i - 1, i);
            hunk.added.push_back(std::move(out));
            i = next;
        }
        hunk.trail = gap(c, end - 1, end);
        return true;
    }

    std::optional<Template> build(const Level& level) {
        holes_.clear();
        types_.clear();
        Template t;
        t.code = scene_.code();
        t.shape = scene_.shape();
        for (std::size_t k = 0; k < changes_.size(); ++k) {
            const Change& c = changes_[k];
            const Choice& choice = choices_[k][std::min(level.anchor, choices_[k].size() - 1)];
            TemplateHunk hunk;
            hunk.anchor = choice.role;
            hunk.at_end = choice.at_end;
            hunk.offset = choice.offset;
            const int begin = c.begin + choice.slide, end = c.end + choice.slide;
            if (!added(c, choice.slide, level, hunk, t.atoms))
                return std::nullopt;
            hunk.left = context(*c.file, begin - level.context, begin, true);
            hunk.removed = context(*c.file, begin, end, false);
            hunk.right = context(*c.file, end, end + level.context, false);
            if (static_cast<int>(hunk.removed.size()) != end - begin) {
                why = "it removes comments or characters that are no Rust";
                return std::nullopt;
            }
            t.hunks.push_back(std::move(hunk));
        }
        if (level.all_atoms)
            for (const Scene::Atom& a : scene_.atoms())
                if (a.role[0] == 'm' || (a.role[0] == 'p' && a.role.size() < 4))
                    add_atom(t, a);
        t.holes = types_;
        if (!bind_all(t))
            return std::nullopt;
        t.holes = types_;
        return compact(std::move(t));
    }

    void add_atom(Template& t, const Scene::Atom& a) {
        if (std::any_of(t.atoms.begin(), t.atoms.end(), [&](const AtomPattern& p) { return p.role == a.role; }))
            return;
        AtomPattern p{a.role, {}};
        for (const Tok& token : a.tokens)
            if (auto x = term(token))
                p.pattern.push_back(std::move(*x));
            else
                return;
        t.atoms.push_back(std::move(p));
    }

    // What is written must come from somewhere: the code around, or a text that the diagnostic quotes.
    bool bind_all(Template& t) {
        for (int missing = unbound(t); missing >= 0; missing = unbound(t)) {
            const std::string text = text_of_hole(missing);
            const Scene::Atom* from = nullptr;
            for (const Scene::Atom& a : scene_.atoms())
                if (!from &&
                    std::any_of(a.tokens.begin(), a.tokens.end(), [&](const Tok& x) { return x.text == text; }) &&
                    std::none_of(t.atoms.begin(), t.atoms.end(),
                                 [&](const AtomPattern& p) { return p.role == a.role; }))
                    from = &a;
            const std::size_t had = t.atoms.size();
            if (from)
                add_atom(t, *from);
            if (t.atoms.size() > had)
                continue;
            if (types_[static_cast<std::size_t>(missing)] != HoleType::lifetime) {
                why = "it needs words that neither the error nor the code around it holds";
                return false;
            }
            for (TemplateHunk& h : t.hunks)
                for (Term& term : h.added)
                    if (term.hole == missing)
                        term.kind = Term::Kind::fresh;
        }
        return true;
    }

    std::string text_of_hole(int number) const {
        for (const auto& [key, value] : holes_)
            if (value == number)
                return key.substr(1);
        return {};
    }

    const Scene& scene_;
    const project::Project& before_;
    const project::Patch& patch_;
    std::vector<std::shared_ptr<const syntax::Source>> sources_;
    std::vector<Change> changes_;
    std::vector<std::vector<Choice>> choices_;
    std::map<std::string, int> holes_;
    std::vector<HoleType> types_;
};

} // namespace

std::vector<Template> abstract(const Scene& scene, const project::Project& before, const project::Patch& patch,
                               std::string* why) {
    Abstraction a(scene, before, patch);
    std::vector<Template> out = a.run();
    if (why)
        *why = out.empty() ? a.why : std::string();
    return out;
}

} // namespace rustcoder::knowledge
