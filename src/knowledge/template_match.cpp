// From a template and an error to a patch.
#include "knowledge/template.h"

#include "base/text.h"
#include "knowledge/template_words.h"

#include <algorithm>
#include <set>

namespace rustcoder::knowledge {

namespace {

using syntax::Kind;

constexpr int reach = 14;        // tokens around an anchor that are looked at
constexpr int max_steps = 4'000; // of matching one template
constexpr std::size_t max_instances = 3;

bool fits(HoleType type, const Tok& tok) {
    switch (type) {
    case HoleType::name:
        return tok.kind == Kind::ident;
    case HoleType::lifetime:
        return tok.kind == Kind::lifetime;
    case HoleType::integer:
        return tok.kind == Kind::integer;
    case HoleType::floating:
        return tok.kind == Kind::floating;
    case HoleType::text:
        return tok.kind == Kind::string || tok.kind == Kind::character || tok.kind == Kind::byte ||
               tok.kind == Kind::byte_string || tok.kind == Kind::c_string;
    case HoleType::operand:
        return tok.kind != Kind::keyword && tok.kind != Kind::punct && tok.kind != Kind::open &&
               tok.kind != Kind::close && tok.kind != Kind::doc;
    case HoleType::run:
        return false;
    }
    return false;
}

struct Holes {
    struct Filling {
        std::string text;                // as written
        std::vector<std::string> tokens; // empty: nothing yet
        bool operator==(const Filling&) const = default;
    };
    std::vector<Filling> filled;

    bool bind(int hole, std::string_view text, std::vector<std::string> tokens) {
        Filling& f = filled[static_cast<std::size_t>(hole)];
        if (f.tokens.empty()) {
            f = {std::string(text), std::move(tokens)};
            return true;
        }
        return f.tokens == tokens;
    }
};

class Matcher {
public:
    Matcher(const Template& t, const Scene& scene) : t_(t), scene_(scene) {}

    std::vector<Instance> run() {
        Holes holes;
        holes.filled.resize(t_.holes.size());
        for (const AtomPattern& a : t_.atoms) {
            const Scene::Atom* atom = scene_.atom(a.role);
            if (!atom || !match_atom(a.pattern, *atom, holes))
                return {};
        }
        std::vector<Spot> spots;
        place(0, holes, spots);
        return std::move(out_);
    }

private:
    struct Spot {
        const SceneFile* file = nullptr;
        std::string path;
        int begin = 0, end = 0;
        bool exact = true;
    };

    bool match_atom(const Pattern& pattern, const Scene::Atom& atom, Holes& holes) const {
        if (pattern.size() == 1 && pattern[0].kind == Term::Kind::hole &&
            t_.holes[static_cast<std::size_t>(pattern[0].hole)] == HoleType::run) {
            std::vector<std::string> tokens;
            for (const Tok& tok : atom.tokens)
                tokens.emplace_back(tok.text);
            return holes.bind(pattern[0].hole, atom.text, std::move(tokens));
        }
        const int end = match(pattern, atom.tokens, 0, holes);
        return end == static_cast<int>(atom.tokens.size());
    }

    // Index after the match that begins at `i`, -1 when it does not match.
    int match(const Pattern& pattern, const std::vector<Tok>& tokens, int i, Holes& holes) const {
        for (const Term& term : pattern) {
            if (i < 0 || i >= static_cast<int>(tokens.size()))
                return -1;
            const Tok& tok = tokens[static_cast<std::size_t>(i)];
            if (term.kind == Term::Kind::word) {
                if (term.word != tok.text)
                    return -1;
                ++i;
                continue;
            }
            const HoleType type = t_.holes[static_cast<std::size_t>(term.hole)];
            if (type == HoleType::run) {
                for (const std::string& word : holes.filled[static_cast<std::size_t>(term.hole)].tokens)
                    if (i >= static_cast<int>(tokens.size()) || tokens[static_cast<std::size_t>(i++)].text != word)
                        return -1;
                if (holes.filled[static_cast<std::size_t>(term.hole)].tokens.empty())
                    return -1;
                continue;
            }
            if (!fits(type, tok) || !holes.bind(term.hole, tok.text, {std::string(tok.text)}))
                return -1;
            ++i;
        }
        return i;
    }

    // Tokens that a pattern covers; runs count as what they hold.
    int length(const Pattern& pattern, const Holes& holes) const {
        int n = 0;
        for (const Term& term : pattern)
            n += term.kind == Term::Kind::hole && t_.holes[static_cast<std::size_t>(term.hole)] == HoleType::run
                     ? static_cast<int>(holes.filled[static_cast<std::size_t>(term.hole)].tokens.size())
                     : 1;
        return n;
    }

    void place(std::size_t number, const Holes& holes, std::vector<Spot>& spots) {
        if (out_.size() >= max_instances)
            return;
        if (number == t_.hunks.size()) {
            write(holes, spots);
            return;
        }
        const TemplateHunk& hunk = t_.hunks[number];
        const Scene::Place* anchor = scene_.place(hunk.anchor);
        const SceneFile* file = anchor ? scene_.file(anchor->path) : nullptr;
        if (!file)
            return;
        const int base = hunk.at_end ? anchor->end : anchor->begin;
        auto attempt = [&](int at, bool exact) {
            Holes bound = holes;
            const int end = fit(hunk, *file, at, bound);
            if (end < 0)
                return false;
            spots.push_back({file, anchor->path, at, end, exact});
            place(number + 1, bound, spots);
            spots.pop_back();
            return true;
        };
        if (hunk.offset != TemplateHunk::anywhere && attempt(base + hunk.offset, true))
            return;
        int concrete = 0;
        for (const Pattern* p : {&hunk.left, &hunk.removed, &hunk.right})
            for (const Term& term : *p)
                concrete += term.kind == Term::Kind::word ||
                            (term.kind == Term::Kind::hole &&
                             !holes.filled[static_cast<std::size_t>(term.hole)].tokens.empty());
        if (concrete < 2)
            return;
        const int centre = hunk.offset == TemplateHunk::anywhere ? base : base + hunk.offset;
        for (int d = 0; d <= reach; ++d) {
            if (attempt(centre + d, hunk.offset == TemplateHunk::anywhere) ||
                (d > 0 && attempt(centre - d, hunk.offset == TemplateHunk::anywhere)))
                return;
        }
    }

    int fit(const TemplateHunk& hunk, const SceneFile& file, int at, Holes& holes) {
        if (++steps_ > max_steps || at < 0 || at > static_cast<int>(file.tokens.size()))
            return -1;
        const int left = at - length(hunk.left, holes);
        if (left < 0 || (!hunk.left.empty() && match(hunk.left, file.tokens, left, holes) != at))
            return -1;
        const int end = hunk.removed.empty() ? at : match(hunk.removed, file.tokens, at, holes);
        if (end < 0 || (!hunk.right.empty() && match(hunk.right, file.tokens, end, holes) < 0))
            return -1;
        return end;
    }

    void write(const Holes& holes, const std::vector<Spot>& spots) {
        // A misspelt name may have been meant to be several others; only one such word a template.
        std::vector<std::string> respelt{""};
        for (const TemplateHunk& h : t_.hunks)
            for (const Term& term : h.added)
                if (term.kind == Term::Kind::near) {
                    respelt = neighbours(holes.filled[static_cast<std::size_t>(term.hole)].text, spots);
                    break;
                }
        for (const std::string& word : respelt) {
            Instance instance;
            for (std::size_t k = 0; k < spots.size(); ++k) {
                instance.patch.edits.push_back(edit(t_.hunks[k], spots[k], holes, word));
                instance.exact = instance.exact && spots[k].exact;
            }
            if (out_.size() < max_instances && instance.patch.normalise())
                out_.push_back(std::move(instance));
        }
    }

    std::string fresh_lifetime(const Spot& spot) const {
        for (char c = 'a'; c <= 'z'; ++c) {
            const std::string name = std::string("'") + c;
            if (std::none_of(spot.file->tokens.begin(), spot.file->tokens.end(),
                             [&](const Tok& t) { return t.kind == Kind::lifetime && t.text == name; }))
                return name;
        }
        return "'a";
    }

    std::string words(const Pattern& pattern, const Spot& spot, const Holes& holes, const std::string& respelt,
                      std::string_view indent) const {
        std::string out;
        for (std::size_t i = 0; i < pattern.size(); ++i) {
            const Term& term = pattern[i];
            std::string word;
            switch (term.kind) {
            case Term::Kind::word:
                word = term.word;
                break;
            case Term::Kind::hole:
                word = holes.filled[static_cast<std::size_t>(term.hole)].text;
                break;
            case Term::Kind::near:
                word = respelt;
                break;
            case Term::Kind::fresh:
                word = fresh_lifetime(spot);
            }
            if (i > 0)
                gap(out, term.gap, word, indent);
            out += word;
        }
        return out;
    }

    // White space as the template says, and in any case so much that two words do not become one.
    static void gap(std::string& out, std::uint8_t kind, std::string_view next, std::string_view indent) {
        if (kind == 2)
            out += "\n" + std::string(indent);
        else if (kind == 1 || (!out.empty() && !next.empty() && base::is_ident(out.back()) && base::is_ident(next[0])))
            out += ' ';
    }

    project::Edit edit(const TemplateHunk& hunk, const Spot& spot, const Holes& holes,
                       const std::string& respelt) const {
        const std::vector<Tok>& tokens = spot.file->tokens;
        const syntax::Source& source = spot.file->source();
        const int n = static_cast<int>(tokens.size());
        const std::size_t before = spot.begin > 0 ? tokens[static_cast<std::size_t>(spot.begin - 1)].end : 0;
        const std::size_t after =
            spot.end < n ? tokens[static_cast<std::size_t>(spot.end)].begin : source.text().size();
        const std::string_view previous =
            spot.begin > 0 ? tokens[static_cast<std::size_t>(spot.begin - 1)].text : std::string_view();
        const std::string_view following =
            spot.end < n ? tokens[static_cast<std::size_t>(spot.end)].text : std::string_view();
        const std::string indent(source.line_indent(source.line_of(std::min(before, after))));
        const std::string text = words(hunk.added, spot, holes, respelt, indent);
        if (!hunk.removed.empty() && !hunk.added.empty())
            return {spot.path, tokens[static_cast<std::size_t>(spot.begin)].begin,
                    tokens[static_cast<std::size_t>(spot.end - 1)].end, text};
        auto glue = [](std::string_view a, std::string_view b) {
            return !a.empty() && !b.empty() && base::is_ident(a.back()) && base::is_ident(b[0]);
        };
        if (hunk.added.empty()) {
            const std::size_t last = tokens[static_cast<std::size_t>(spot.end - 1)].end;
            const std::string_view rest = source.text(last, after);
            // What stands after keeps its distance: the white space in front goes, unless it is all there is.
            if (rest.empty() && glue(previous, following))
                return {spot.path, before, last, " "};
            const bool comment =
                base::has(source.text(before, tokens[static_cast<std::size_t>(spot.begin)].begin), "/");
            const bool line_start =
                base::has(source.text(before, tokens[static_cast<std::size_t>(spot.begin)].begin), "\n");
            if (comment || (line_start && !base::has(rest, "\n")))
                return {spot.path, tokens[static_cast<std::size_t>(spot.begin)].begin,
                        base::has(rest, "/") ? last : last + rest.size(), ""};
            return {spot.path, before, last, hunk.trail == 1 && rest.empty() ? " " : ""};
        }
        const std::string_view between = source.text(before, after);
        const std::uint8_t lead = hunk.added.front().gap;
        if (base::has(between, "\n") || base::has(between, "/")) {
            if (hunk.trail == 2 && lead != 0) { // a line of its own, or the start of the next one
                std::string own = text + "\n" + std::string(source.line_indent(source.line_of(after)));
                return {spot.path, after, after, own};
            }
            if (lead == 2)
                return {spot.path, after, after, text + (hunk.trail == 1 || glue(text, following) ? " " : "")};
            return {spot.path, before, before, (lead == 1 || glue(previous, text) ? " " : "") + text};
        }
        std::string whole;
        if (lead == 2)
            whole = "\n" + indent;
        else if (lead == 1 || glue(previous, text))
            whole = " ";
        whole += text;
        gap(whole, hunk.trail, following, indent);
        return {spot.path, before, after, std::move(whole)};
    }

    // Names of the project, of the diagnostic and of the standard library that differ by a slip.
    std::vector<std::string> neighbours(const std::string& word, const std::vector<Spot>& spots) const {
        const std::size_t most = word.size() <= 3 ? 1 : 2;
        std::map<std::string, std::size_t, std::less<>> seen; // by occurrences
        for (const Spot& spot : spots)
            for (const Tok& tok : spot.file->tokens)
                if (tok.kind == Kind::ident)
                    ++seen[std::string(tok.text)];
        for (const std::string& s : scene_.suggested())
            seen[s] += 50;
        for (const Scene::Atom& a : scene_.atoms())
            if (a.tokens.size() == 1 && a.tokens[0].kind == Kind::ident)
                seen[a.text] += 1;
        for (std::string_view name : all_public_names())
            seen.try_emplace(std::string(name), 0);
        std::vector<std::tuple<std::size_t, std::size_t, std::string>> found; // distance, rarity, name
        for (const auto& [name, count] : seen)
            if (name != word && name.size() + most >= word.size() && name.size() <= word.size() + most)
                if (std::size_t d = base::edit_distance(name, word, most); d <= most)
                    found.emplace_back(d, 1'000'000 - std::min<std::size_t>(count, 1'000'000), name);
        std::sort(found.begin(), found.end());
        std::vector<std::string> out;
        for (auto& [distance, rarity, name] : found)
            if (out.size() < max_instances)
                out.push_back(std::move(name));
        return out;
    }

    const Template& t_;
    const Scene& scene_;
    std::vector<Instance> out_;
    int steps_ = 0;
};

} // namespace

std::vector<Instance> instantiate(const Template& t, const Scene& scene) {
    return Matcher(t, scene).run();
}

} // namespace rustcoder::knowledge
