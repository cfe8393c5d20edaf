#include "knowledge/preference.h"

#include "base/json.h"
#include "base/text.h"
#include "knowledge/template_terms.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace rustcoder::knowledge {

namespace {

namespace json = base::json;
using syntax::Kind;

constexpr std::size_t max_edits = 4, max_edit_tokens = 10;
constexpr std::size_t max_weights = 6'000; // of one code
constexpr double rate = 0.5;               // of a first step; later ones get smaller
constexpr double decay = 0.25;             // how fast they do

// A token as it may be told: names and literals of the user are only their kind.
std::string abstract_word(const Tok& t) {
    constexpr const char* kinds[] = {"$name", "$life", "$int", "$float", "$text", "$operand", "$run"};
    if (auto type = hole_type(t))
        return kinds[static_cast<int>(*type)];
    if (t.kind == Kind::doc || t.kind == Kind::unknown)
        return "$other";
    return std::string(t.text);
}

std::string abstract_text(std::string_view text) {
    const syntax::Source source{std::string(text)};
    const std::vector<Tok> tokens = tokens_of(source);
    std::string out;
    for (std::size_t i = 0; i < std::min(tokens.size(), max_edit_tokens); ++i)
        out += abstract_word(tokens[i]) + ' ';
    return tokens.size() > max_edit_tokens ? out + "..." : out;
}

struct View {
    std::string edit;     // what is done
    std::string around;   // the tokens beside
    std::string position; // where, seen from the error
};

std::string relation(const toolchain::Diagnostic& d, const project::Edit& e, const syntax::Source& s) {
    const toolchain::Span* p = d.primary();
    if (!p || p->file != e.path)
        return "elsewhere";
    std::string out;
    if (e.end <= p->begin)
        out = e.end == p->begin ? "at begin" : "before";
    else if (e.begin >= p->end)
        out = e.begin == p->end ? "at end" : "after";
    else
        out = e.begin <= p->begin && e.end >= p->end ? "over" : "inside";
    const auto line = static_cast<std::ptrdiff_t>(s.line_of(e.begin)) -
                      static_cast<std::ptrdiff_t>(s.line_of(std::min(p->begin, s.text().size())));
    out += line == 0 ? " same" : line == -1 ? " previous" : line == 1 ? " next" : line < 0 ? " up" : " down";
    const auto mine = s.line_indent(s.line_of(e.begin)).size(), its = s.line_indent(s.line_of(p->begin)).size();
    out += mine < its ? " outer" : mine > its ? " inner" : " level";
    const std::string_view text = s.line_text(s.line_of(e.begin));
    const std::size_t column = e.begin - s.line_begin(s.line_of(e.begin));
    if (base::trim(text.substr(std::min(column, text.size()))).empty())
        out += " line end";
    else if (base::trim(text.substr(0, column)).empty())
        out += " line begin";
    return out;
}

View view_of(const toolchain::Diagnostic& d, const project::Patch& patch, const TreeOf& tree_of) {
    View v;
    for (std::size_t k = 0; k < std::min(patch.edits.size(), max_edits); ++k) {
        const project::Edit& e = patch.edits[k];
        auto tree = tree_of ? tree_of(e.path) : nullptr;
        if (!tree || e.end > tree->source().text().size()) {
            v.edit += "other file ";
            continue;
        }
        const syntax::Source& s = tree->source();
        v.edit += "-" + abstract_text(s.text(e.begin, e.end)) + "+" + abstract_text(e.text) + ";";
        auto word = [&](std::int64_t i) {
            if (i < 0 || i >= static_cast<std::int64_t>(s.tokens().size()))
                return std::string("$end");
            const syntax::Token& t = s.tokens()[static_cast<std::size_t>(i)];
            return abstract_word({t.kind, s.text(t), t.begin, t.end});
        };
        v.around += word(s.token_before(e.begin)) + " _ " + word(static_cast<std::int64_t>(s.token_at(e.end))) + ";";
        v.position += relation(d, e, s) + ";";
    }
    if (!patch.added.empty() || !patch.removed.empty())
        v.edit += "whole files";
    return v;
}

double to_softmax(std::vector<double>& scores) {
    const double top = *std::max_element(scores.begin(), scores.end());
    double sum = 0;
    for (double& s : scores)
        sum += s = std::exp(s - top);
    for (double& s : scores)
        s /= sum;
    return sum;
}

} // namespace

bool is_respelling(const project::Patch& patch, const TreeOf& tree_of) {
    constexpr std::size_t slip = 2;
    auto is_name = [](std::string_view s) {
        return s.size() > 2 && base::is_ident_start(s[0]) && std::all_of(s.begin(), s.end(), base::is_ident);
    };
    return !patch.edits.empty() && patch.added.empty() && patch.removed.empty() &&
           std::all_of(patch.edits.begin(), patch.edits.end(), [&](const project::Edit& e) {
               auto tree = tree_of ? tree_of(e.path) : nullptr;
               if (!tree || e.end > tree->source().text().size())
                   return false;
               const std::string_view old = tree->source().text(e.begin, e.end);
               return is_name(old) && is_name(e.text) && base::edit_distance(old, e.text, slip) <= slip;
           });
}

std::vector<std::uint64_t> features_of(const toolchain::Diagnostic& diagnostic, std::string_view origin,
                                       const project::Patch& patch, const TreeOf& tree_of) {
    View v = view_of(diagnostic, patch, tree_of);
    if (is_respelling(patch, tree_of)) {
        v = {"respelling", {}, {}};
        origin = "respelling";
    }
    const std::string shape = shape_of(diagnostic), code = diagnostic.code.empty() ? shape : diagnostic.code;
    std::vector<std::uint64_t> out;
    auto add = [&](int number, std::initializer_list<std::string_view> parts) {
        std::uint64_t h = static_cast<std::uint64_t>(number);
        for (std::string_view part : parts)
            h = base::hash64(part, h);
        out.push_back(h);
    };
    add(1, {diagnostic.code, origin});
    add(2, {diagnostic.code, shape, origin});
    add(3, {diagnostic.code, v.edit});
    add(4, {code, shape, v.edit});
    add(5, {code, origin, v.edit, v.around});
    add(6, {code, v.edit, v.position});
    return out;
}

double Preferences::leaning(std::span<const std::uint64_t> features) const {
    double sum = 0;
    for (std::uint64_t f : features)
        if (auto it = weights_.find(f); it != weights_.end())
            sum += it->second.value;
    return std::clamp(sum, -most, most);
}

void Preferences::learn(const Decision& decision) {
    if (decision.options.empty() || decision.weight <= 0)
        return;
    std::vector<double> share;
    double right = 0;
    for (const Decision::Option& o : decision.options)
        share.push_back(std::log(std::clamp(o.prior, 0.001, 0.985)) + leaning(o.features));
    to_softmax(share);
    for (std::size_t i = 0; i < share.size(); ++i)
        right += decision.options[i].right ? share[i] : 0;
    if (right <= 0)
        return; // none was right: nothing to prefer
    for (std::size_t i = 0; i < share.size(); ++i) {
        const Decision::Option& o = decision.options[i];
        const double wanted = o.right ? share[i] / right : 0;
        for (std::uint64_t f : o.features) {
            if (weights_.size() >= max_weights && !weights_.contains(f))
                continue;
            Weight& w = weights_[f];
            const double step = rate / std::sqrt(1 + decay * w.seen) * decision.weight * (wanted - share[i]);
            w.value = static_cast<float>(std::clamp(w.value + step, -2 * most, 2 * most));
            ++w.seen;
        }
    }
}

std::string Preferences::print() const {
    std::vector<std::uint64_t> keys;
    for (const auto& [key, w] : weights_)
        keys.push_back(key);
    std::sort(keys.begin(), keys.end());
    json::object o;
    for (std::uint64_t key : keys) {
        const Weight& w = weights_.at(key);
        const auto thousandths = static_cast<std::int64_t>(std::lround(w.value * 1000));
        o[fmt::format("{:016x}", key)] = json::array{thousandths, w.seen};
    }
    return base::dump(o);
}

Preferences Preferences::parse(std::string_view text) {
    Preferences out;
    auto parsed = base::parse_json(text);
    if (!parsed || !parsed->is_object())
        return out;
    for (const auto& [key, value] : parsed->get_object()) {
        if (key.size() != 16 || !value.is_array() || value.get_array().size() != 2 ||
            !value.get_array()[0].is_int64() || out.weights_.size() >= max_weights)
            continue;
        const json::array& pair = value.get_array();
        const auto seen = pair[1].is_int64() ? pair[1].get_int64() : pair[1].is_uint64() ? 1 : 0;
        Weight w{static_cast<float>(std::clamp(static_cast<double>(pair[0].get_int64()) / 1000, -2 * most, 2 * most)),
                 static_cast<std::uint32_t>(std::clamp<std::int64_t>(seen, 0, 1'000'000))};
        out.weights_[std::strtoull(std::string(key).c_str(), nullptr, 16)] = w;
    }
    return out;
}

double Habits::droppable(const std::string& origin) const {
    // One standard deviation above what was seen; what is known of all edits counts as a few of this kind.
    constexpr double z2 = 1.0, borrowed = 4;
    constexpr std::uint64_t enough = 8;
    const auto seen = static_cast<double>(all_.kept + all_.dropped);
    if (all_.kept + all_.dropped < enough)
        return 1;
    auto upper = [&](double bad, double n) {
        const double p = bad / n;
        return (p + z2 / (2 * n) + std::sqrt(z2 * (p * (1 - p) / n + z2 / (4 * n * n)))) / (1 + z2 / n);
    };
    const double common = upper(static_cast<double>(all_.dropped), seen);
    auto it = edits_.find(origin);
    if (it == edits_.end())
        return common;
    const auto n = static_cast<double>(it->second.kept + it->second.dropped);
    return (static_cast<double>(it->second.dropped) + common * borrowed) / (n + borrowed);
}

void Habits::waited(int checks) {
    ++repairs_;
    longest_ = std::max(longest_, checks);
}

int Habits::patience(int usual) const {
    constexpr std::uint64_t enough = 30;
    constexpr int least = 24;
    return repairs_ < enough ? usual : std::min(usual, std::max(least, 3 * longest_));
}

std::string Habits::print() const {
    json::object edits;
    for (const auto& [origin, e] : edits_)
        edits[origin] = json::array{e.kept, e.dropped};
    return base::dump(json::object{{"edits", std::move(edits)}, {"repairs", repairs_}, {"longest", longest_}});
}

Habits Habits::parse(std::string_view text) {
    Habits out;
    auto parsed = base::parse_json(text);
    if (!parsed || !parsed->is_object())
        return out;
    const json::object& o = parsed->get_object();
    out.repairs_ = static_cast<std::uint64_t>(std::max<std::int64_t>(0, base::get_int(o, "repairs")));
    out.longest_ = static_cast<int>(std::clamp<std::int64_t>(base::get_int(o, "longest"), 0, 100'000));
    if (const json::object* edits = base::get_object(o, "edits"))
        for (const auto& [origin, value] : *edits) {
            if (!value.is_array() || value.get_array().size() != 2)
                continue;
            auto number = [&](std::size_t i) {
                const json::value& v = value.get_array()[i];
                return v.is_int64() ? static_cast<std::uint64_t>(std::max<std::int64_t>(0, v.get_int64())) : 0;
            };
            Edits e{number(0), number(1)};
            out.all_.kept += e.kept;
            out.all_.dropped += e.dropped;
            out.edits_.emplace(std::string(origin), e);
        }
    return out;
}

} // namespace rustcoder::knowledge
