// Queries: what an edit does to the probability of the tokens around it.
#include "repair/naturalness.h"

#include "base/log.h"
#include "base/os.h"
#include "base/text.h"
#include "repair/naturalness_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <unordered_map>

namespace rustcoder::repair {

using ngram::Symbol;
using syntax::Source;
using syntax::Token;

namespace {

constexpr int order = ngram::order;
constexpr double new_name = 1.0 / 2000; // share of one spelling among names that are not in the file yet
constexpr double misspelt = 0.02;       // of a name with a part that no name of the training texts has
constexpr std::size_t longest_window = 60;
// Share of the project's own pairs and triples in a token's probability, when the file has the context at all.
constexpr double pair_share = 0.15, triple_share = 0.25;
// From ln P to nats of cost: an edit that adds a token must not lose by that alone.
constexpr double per_token = 2.5, weight = 0.05;

std::uint64_t chain(std::uint64_t h, std::string_view text) {
    return base::hash64(text, h * 0x9e3779b97f4a7c15ull + 7);
}

// Literals count by kind: which number it is tells nothing.
std::string_view spelling(const Token& t, std::string_view text) {
    using syntax::Kind;
    switch (t.kind) {
    case Kind::string:
        return "\"";
    case Kind::character:
        return "'";
    case Kind::integer:
        return text.size() <= 2 ? text : std::string_view("0?");
    case Kind::floating:
        return "0.";
    default:
        return text;
    }
}

} // namespace

Naturalness::~Naturalness() = default;

std::filesystem::path Naturalness::file_for(const std::filesystem::path& cache, const toolchain::Toolchain& toolchain) {
    return cache / fmt::format("naturalness-{:016x}.bin", toolchain.identity());
}

Result<std::shared_ptr<const Naturalness>> Naturalness::from_bytes(std::string bytes, std::uint64_t identity) {
    RC_TRY_ASSIGN(ngram::Model model, ngram::Model::from_bytes(bytes, identity));
    std::shared_ptr<Naturalness> out(new Naturalness);
    out->model_ = std::make_unique<const ngram::Model>(std::move(model));
    return out;
}

Result<std::shared_ptr<const Naturalness>> Naturalness::load(const std::filesystem::path& file,
                                                             std::uint64_t identity) {
    RC_TRY_ASSIGN(std::string bytes, base::read_file(file));
    auto out = from_bytes(std::move(bytes), identity);
    if (!out)
        out.error().place = file.string();
    return out;
}

std::shared_ptr<const Naturalness> Naturalness::installed(const std::filesystem::path& cache,
                                                          const toolchain::Toolchain& toolchain) {
    if (cache.empty())
        return nullptr;
    struct Known {
        std::filesystem::file_time_type written;
        std::shared_ptr<const Naturalness> model;
    };
    static std::mutex mutex;
    static std::map<std::filesystem::path, Known> known;
    const auto file = file_for(cache, toolchain);
    std::error_code ec;
    const auto written = std::filesystem::last_write_time(file, ec);
    if (ec)
        return nullptr;
    std::lock_guard lock(mutex);
    auto it = known.find(file);
    if (it == known.end() || it->second.written != written) {
        auto model = load(file, toolchain.identity());
        if (!model)
            base::log_warn(model.error().text());
        it = known.insert_or_assign(file, Known{written, model ? *model : nullptr}).first;
    }
    return it->second.model;
}

std::vector<double> Naturalness::score(const Source& source) const {
    std::vector<double> out;
    std::array<Symbol, order> gram{};
    std::unordered_map<std::string_view, bool> had;
    for (const Token& t : source.tokens()) {
        if (t.kind == syntax::Kind::doc)
            continue;
        auto text = source.text(t);
        std::rotate(gram.begin(), gram.begin() + 1, gram.end());
        gram.back() = model_->symbol(t, text, !had.emplace(text, true).second);
        out.push_back(model_->log_probability(gram));
    }
    return out;
}

// What a file uses: names and where they first stand, pairs and triples of its tokens.
struct EditJudge::FileUse {
    std::unordered_map<std::string_view, std::size_t> first;
    std::unordered_map<std::uint64_t, int> counts;
    int names = 0;

    explicit FileUse(const Source& source) {
        std::string_view last, last_but_one;
        const auto& tokens = source.tokens();
        for (std::size_t i = 0; i < tokens.size(); ++i) {
            if (tokens[i].kind == syntax::Kind::doc)
                continue;
            auto text = spelling(tokens[i], source.text(tokens[i]));
            if (tokens[i].kind == syntax::Kind::ident)
                first.try_emplace(text, i), ++names;
            ++counts[chain(1, text)];
            ++counts[chain(chain(2, last), text)];
            ++counts[chain(chain(chain(3, last_but_one), last), text)];
            last_but_one = last;
            last = text;
        }
    }
    int count(std::uint64_t key) const {
        auto it = counts.find(key);
        return it == counts.end() ? 0 : it->second;
    }
};

EditJudge::FileUse& EditJudge::use_of(const std::string& path, const Source& source) {
    auto& use = uses_[path];
    if (!use)
        use = std::make_shared<FileUse>(source);
    return *use;
}

namespace {

struct Piece { // one token of a window
    std::string_view text, spelled;
    Symbol symbol = 0;
    bool name = false;
};

// Counts of the file less those that the window itself contributes.
template <class Use> class Scorer {
public:
    Scorer(const ngram::Model& model, const Use& use, const std::vector<Piece>& own) : model_(model), use_(use) {
        for (std::size_t i = 0; i < own.size(); ++i)
            for (std::uint64_t key : keys(own, i))
                own_.push_back(key);
        std::sort(own_.begin(), own_.end());
    }

    double token(const std::vector<Piece>& window, std::size_t i) const {
        std::array<Symbol, order> gram{};
        for (std::size_t k = 0; k < order; ++k)
            if (i + k + 1 >= order)
                gram[k] = window[i + k + 1 - order].symbol;
        double p = std::exp(model_.log_probability(gram));
        const Piece& piece = window[i];
        const auto key = keys(window, i);
        if (ngram::is_seen_class(piece.symbol))
            p *= (count(key[0]) + 0.1) / (use_.names + 1.0);
        else if (ngram::is_name_class(piece.symbol))
            p *= new_name;
        if (ngram::is_name_class(piece.symbol) && !model_.well_spelt(piece.text))
            p *= misspelt;
        std::string_view last = i >= 1 ? window[i - 1].spelled : std::string_view();
        std::string_view last_but_one = i >= 2 ? window[i - 2].spelled : std::string_view();
        double pair = 0, triple = 0, pairs = pair_share, triples = triple_share;
        if (int context = count(chain(1, last)); context > 0)
            pair = count(key[1]) / static_cast<double>(context);
        else
            pairs = 0;
        if (int context = count(chain(chain(2, last_but_one), last)); context > 0)
            triple = count(key[2]) / static_cast<double>(context);
        else
            triples = 0;
        return std::log(
            std::max(1e-9, (1 - pairs - triples) * p + pairs * std::min(1.0, pair) + triples * std::min(1.0, triple)));
    }

private:
    static std::array<std::uint64_t, 3> keys(const std::vector<Piece>& w, std::size_t i) {
        std::string_view a = i >= 2 ? w[i - 2].spelled : std::string_view(),
                         b = i >= 1 ? w[i - 1].spelled : std::string_view();
        return {chain(1, w[i].spelled), chain(chain(2, b), w[i].spelled), chain(chain(chain(3, a), b), w[i].spelled)};
    }
    int count(std::uint64_t key) const {
        auto [from, to] = std::equal_range(own_.begin(), own_.end(), key);
        return std::max(0, use_.count(key) - static_cast<int>(to - from));
    }

    const ngram::Model& model_;
    const Use& use_;
    std::vector<std::uint64_t> own_;
};

std::string edited(const Source& source, std::size_t begin, std::size_t end, std::span<const project::Edit> edits) {
    std::string out;
    std::size_t at = begin;
    for (const auto& e : edits) {
        out += source.text(at, e.begin);
        out += e.text;
        at = e.end;
    }
    out += source.text(at, end);
    return out;
}

} // namespace

void EditJudge::read_group(std::span<const project::Edit> edits, const Source& source, const FileUse& use,
                           Reading& out) const {
    const auto& tokens = source.tokens();
    const auto last = static_cast<std::int64_t>(tokens.size()) - 1;
    if (last < 0)
        return;
    const std::int64_t from = std::max<std::int64_t>(0, source.token_before(edits.front().begin) - order);
    const std::int64_t to =
        std::min<std::int64_t>(last, static_cast<std::int64_t>(source.token_at(edits.back().end)) + order);
    if (static_cast<std::size_t>(to - from) > longest_window)
        return;
    const std::size_t begin = std::min<std::size_t>(tokens[from].begin, edits.front().begin);
    const std::size_t end = std::max<std::size_t>(tokens[to].end, edits.back().end);
    const Source changed(edited(source, begin, end, edits));
    if (changed.tokens().size() > 2 * longest_window)
        return;

    const auto& model = naturalness_->model();
    std::vector<Piece> before, after;
    auto add = [&](std::vector<Piece>& list, const Token& t, std::string_view text, std::size_t limit) {
        if (t.kind == syntax::Kind::doc)
            return;
        auto it = use.first.find(text);
        bool seen = (it != use.first.end() && it->second < limit) ||
                    std::any_of(list.begin(), list.end(), [&](const Piece& p) { return p.text == text; });
        list.push_back({text, spelling(t, text), model.symbol(t, text, seen), t.kind == syntax::Kind::ident});
    };
    for (std::int64_t i = from; i <= to; ++i)
        add(before, tokens[i], source.text(tokens[i]), static_cast<std::size_t>(from));
    for (const Token& t : changed.tokens())
        add(after, t, changed.text(t), static_cast<std::size_t>(from));

    std::size_t head = 0, tail = 0;
    const std::size_t shorter = std::min(before.size(), after.size());
    while (head < shorter && before[head].text == after[head].text)
        ++head;
    while (tail < shorter - head && before[before.size() - 1 - tail].text == after[after.size() - 1 - tail].text)
        ++tail;
    // One name for another: that the old one is not known here was the compiler's complaint and says nothing about
    // which of the two is right.
    if (before.size() == after.size() && head + tail + 1 == before.size() && before[head].name && after[head].name)
        for (Piece* p : {&before[head], &after[head]})
            if (ngram::is_name_class(p->symbol) && !ngram::is_seen_class(p->symbol))
                p->symbol = static_cast<Symbol>(p->symbol + 1); // *_seen follows *_new
    const std::size_t follow = std::min<std::size_t>(tail, order - 1);
    const Scorer scorer(model, use, before);
    for (std::size_t i = head; i < before.size() - tail + follow; ++i, ++out.before_tokens)
        out.before += scorer.token(before, i);
    for (std::size_t i = head; i < after.size() - tail + follow; ++i, ++out.after_tokens)
        out.after += scorer.token(after, i);
}

EditJudge::Reading EditJudge::read(const project::Patch& patch) {
    Reading out;
    if (!naturalness_ || !patch.added.empty() || !patch.removed.empty())
        return out;
    const auto& edits = patch.edits;
    for (std::size_t i = 0; i < edits.size();) {
        auto source = sources_.source(edits[i].path);
        std::size_t end = i + 1;
        if (!source) {
            i = end;
            continue;
        }
        // Neighbours share their context and are read as one change.
        while (end < edits.size() && edits[end].path == edits[i].path &&
               source->token_at(edits[end].begin) <= source->token_at(edits[end - 1].end) + 2 * order)
            ++end;
        bool inside = true;
        for (std::size_t k = i; k < end; ++k)
            inside = inside && edits[k].begin <= edits[k].end && edits[k].end <= source->text().size() &&
                     (k == i || edits[k - 1].end <= edits[k].begin);
        if (inside)
            read_group(std::span(edits).subspan(i, end - i), *source, use_of(edits[i].path, *source), out);
        i = end;
    }
    return out;
}

double EditJudge::adjustment(const project::Patch& patch) {
    Reading r = read(patch);
    if (r.before_tokens == 0 && r.after_tokens == 0)
        return 0;
    double gain = r.after - r.before + per_token * (r.after_tokens - r.before_tokens);
    return std::clamp(-weight * gain, -max_adjustment, max_adjustment);
}

} // namespace rustcoder::repair
