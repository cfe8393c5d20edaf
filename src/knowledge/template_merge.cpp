// Anti-unification: the least general template that covers two.
#include "knowledge/template_terms.h"

#include <algorithm>

namespace rustcoder::knowledge {

namespace {

class Merge {
public:
    Merge(const Template& a, const Template& b) : a_(a), b_(b) {}

    std::optional<Template> run() {
        if (a_.code != b_.code || a_.shape != b_.shape || a_.hunks.size() != b_.hunks.size())
            return std::nullopt;
        Template out;
        out.code = a_.code;
        out.shape = a_.shape;
        for (const AtomPattern& x : a_.atoms) {
            auto y = std::find_if(b_.atoms.begin(), b_.atoms.end(),
                                  [&](const AtomPattern& other) { return other.role == x.role; });
            if (y == b_.atoms.end())
                continue;
            AtomPattern merged{x.role, {}};
            if (auto p = same_length(x.pattern, y->pattern))
                merged.pattern = std::move(*p);
            else
                continue; // quoted texts of another build say nothing
            out.atoms.push_back(std::move(merged));
        }
        for (std::size_t k = 0; k < a_.hunks.size(); ++k) {
            auto hunk = merge(a_.hunks[k], b_.hunks[k]);
            if (!hunk)
                return std::nullopt;
            out.hunks.push_back(std::move(*hunk));
        }
        out.holes = types_;
        if (unbound(out) >= 0)
            return std::nullopt;
        return compact(std::move(out));
    }

private:
    std::optional<TemplateHunk> merge(const TemplateHunk& a, const TemplateHunk& b) {
        if (a.anchor != b.anchor || a.at_end != b.at_end)
            return std::nullopt;
        TemplateHunk out = a;
        if (a.offset != b.offset)
            out.offset = TemplateHunk::anywhere;
        auto removed = same_length(a.removed, b.removed), added = same_length(a.added, b.added);
        if (!removed || !added)
            return std::nullopt;
        out.removed = std::move(*removed);
        out.added = std::move(*added);
        // Contexts agree from the change outwards, as far as they do.
        out.left.clear();
        for (std::size_t i = 1; i <= std::min(a.left.size(), b.left.size()); ++i)
            if (auto t = join(a.left[a.left.size() - i], b.left[b.left.size() - i]))
                out.left.insert(out.left.begin(), std::move(*t));
            else
                break;
        out.right.clear();
        for (std::size_t i = 0; i < std::min(a.right.size(), b.right.size()); ++i)
            if (auto t = join(a.right[i], b.right[i]))
                out.right.push_back(std::move(*t));
            else
                break;
        if (out.offset == TemplateHunk::anywhere && out.left.empty() && out.right.empty() && out.removed.empty())
            return std::nullopt; // nothing would say where
        return out;
    }

    std::optional<Pattern> same_length(const Pattern& a, const Pattern& b) {
        if (a.size() != b.size())
            return std::nullopt;
        Pattern out;
        for (std::size_t i = 0; i < a.size(); ++i)
            if (auto t = join(a[i], b[i]))
                out.push_back(std::move(*t));
            else
                return std::nullopt;
        return out;
    }

    static std::optional<HoleType> type_of(const Template& t, const Term& term) {
        if (term.kind == Term::Kind::hole)
            return t.holes[static_cast<std::size_t>(term.hole)];
        if (term.kind != Term::Kind::word)
            return std::nullopt;
        const char c = term.word[0];
        if (syntax::is_keyword(term.word) || !(std::isalpha(static_cast<unsigned char>(c)) || c == '_' || c == '\''))
            return std::nullopt;
        return c == '\'' ? HoleType::lifetime : HoleType::name;
    }

    std::optional<Term> join(const Term& a, const Term& b) {
        if (a.kind == Term::Kind::word && a.word == b.word && b.kind == Term::Kind::word)
            return a;
        if (a.kind != b.kind && (a.kind == Term::Kind::near || b.kind == Term::Kind::near))
            return std::nullopt;
        if (a.kind == Term::Kind::fresh || b.kind == Term::Kind::fresh) {
            if (a.kind != b.kind)
                return std::nullopt;
            Term out = a;
            out.hole = pair("f", a, b, HoleType::lifetime);
            return out;
        }
        if (a.kind == Term::Kind::near) {
            Term out = a;
            out.hole =
                pair("h", Term{Term::Kind::hole, {}, a.hole, 0}, Term{Term::Kind::hole, {}, b.hole, 0}, HoleType::name);
            return out;
        }
        auto x = type_of(a_, a), y = type_of(b_, b);
        if (!x || !y || ((*x == HoleType::run) != (*y == HoleType::run)))
            return std::nullopt;
        Term out{Term::Kind::hole, {}, -1, a.gap};
        out.hole = pair("h", a, b, *x == *y ? *x : HoleType::operand);
        return out;
    }

    // The same pair of things is the same hole wherever it stands.
    int pair(std::string key, const Term& a, const Term& b, HoleType type) {
        auto name = [](const Term& t) { return t.hole >= 0 ? "?" + std::to_string(t.hole) : "=" + t.word; };
        key += name(a) + "\n" + name(b);
        auto [it, fresh] = pairs_.emplace(std::move(key), static_cast<int>(types_.size()));
        if (fresh)
            types_.push_back(type);
        return it->second;
    }

    const Template &a_, &b_;
    std::map<std::string, int> pairs_;
    std::vector<HoleType> types_;
};

} // namespace

std::optional<Template> generalise(const Template& a, const Template& b) {
    return Merge(a, b).run();
}

} // namespace rustcoder::knowledge
