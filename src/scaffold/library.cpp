#include "scaffold/library.h"

#include "base/text.h"
#include "scaffold/confidence.h"
#include "scaffold/text_rank.h"
#include "scaffold/vector_rank.h"

#include <fmt/format.h>
#include <map>

namespace rustcoder::scaffold {

struct Library::Index {
    std::vector<std::shared_ptr<const Template>> templates;
    std::vector<std::string> problems;
    TextRank text;
};

Library::Library(LibraryOptions options) : options_(std::move(options)) {}
Library::~Library() = default;

Result<const Library::Index*> Library::index() {
    const std::lock_guard lock(mutex_);
    if (index_)
        return index_.get();
    std::map<std::string, std::shared_ptr<const Template>> by_name;
    std::vector<std::string> problems;
    for (const auto& folder : options_.folders) {
        auto loaded = load_folder(folder);
        if (!loaded) {
            problems.push_back(loaded.error().text());
            continue;
        }
        problems.insert(problems.end(), loaded->problems.begin(), loaded->problems.end());
        for (auto& one : loaded->templates) {
            auto name = one.name;
            by_name[std::move(name)] = std::make_shared<const Template>(std::move(one));
        }
    }
    for (const auto& one : options_.more)
        by_name[one.name] = std::make_shared<const Template>(one);
    if (options_.known) {
        auto known = options_.known();
        if (!known)
            problems.push_back(known.error().text());
        else
            for (auto& one : *known)
                if (auto name = one.name; !by_name.contains(name))
                    by_name[std::move(name)] = std::make_shared<const Template>(std::move(one));
    }
    if (by_name.empty())
        return fail(Errc::not_found,
                    problems.empty() ? "there are no project templates"
                                     : "no project template could be read: " + problems.front(),
                    options_.folders.empty() ? std::string() : options_.folders.back().string(),
                    "Templates are folders with a template.toml (docs/templates.md).");
    std::vector<std::shared_ptr<const Template>> templates;
    for (auto& [name, one] : by_name)
        templates.push_back(std::move(one));
    index_ = std::make_unique<Index>(Index{templates, std::move(problems), TextRank(templates)});
    return index_.get();
}

const VectorRank* Library::vectors(const Index& index, std::string& note, std::stop_token stop) {
    if (!options_.embedder)
        return nullptr;
    const std::lock_guard lock(vectors_mutex_);
    if (!vectors_ && vectors_note_.empty()) {
        const auto because = [](const Error& error) { return "Chosen by words alone: " + error.text(); };
        auto embedder = options_.embedder();
        if (!embedder || !*embedder) {
            vectors_note_ = embedder ? "Chosen by words alone: there is no embedding." : because(embedder.error());
        } else {
            auto built = VectorRank::build(*std::move(embedder), index.templates, options_.cache, note, stop);
            if (built)
                vectors_ = std::make_unique<VectorRank>(*std::move(built));
            else if (built.error().code != Errc::cancelled)
                vectors_note_ = because(built.error());
        }
    }
    if (!vectors_)
        note = vectors_note_;
    return vectors_.get();
}

Result<std::vector<std::shared_ptr<const Template>>> Library::all() {
    RC_TRY_ASSIGN(const auto* index, this->index());
    return index->templates;
}

std::vector<std::string> Library::problems() {
    const auto index = this->index();
    return index ? (*index)->problems : std::vector{index.error().text()};
}

Result<std::shared_ptr<const Template>> Library::find(std::string_view name) {
    RC_TRY_ASSIGN(const auto* index, this->index());
    const std::shared_ptr<const Template>* nearest = nullptr;
    std::size_t least = 4;
    for (const auto& one : index->templates) {
        if (one->name == name)
            return one;
        if (const auto distance = base::edit_distance(one->name, name, least); distance < least) {
            least = distance;
            nearest = &one;
        }
    }
    return fail(Errc::not_found, fmt::format("no template is called '{}'", name), std::string(name),
                nearest ? fmt::format("Did you mean '{}'?", (*nearest)->name) : "The list of templates names them.");
}

namespace {

/// What is embedded: the description, and of the requirements what is wanted.
std::string text_of(const Request& request) {
    std::string out = request.description;
    for (const auto& wish : request.wishes)
        if (!wish.unwanted && request.description.find(wish.text) == std::string::npos)
            out += "\n" + wish.text;
    return out;
}

/// Said to be a library or a program, the others stand behind.
constexpr double other_kind = 0.04;

} // namespace

Result<Chosen> Library::choose(const Request& request, std::size_t limit, std::stop_token stop) {
    RC_TRY_ASSIGN(const auto* index, this->index());
    const auto question = question_of(request);
    if (question.terms.empty())
        return fail(Errc::invalid_input, "the description names nothing to go by", "description",
                    "Say in a sentence what the program does.");
    Chosen out;
    const auto text = index->text.rank(question);
    std::vector<double> near;
    if (const auto* vectors = this->vectors(*index, out.note, stop)) {
        auto ranked = vectors->rank(text_of(request), stop);
        if (ranked)
            near = *std::move(ranked);
        else if (ranked.error().code != Errc::cancelled)
            out.note = "Chosen by words alone: " + ranked.error().text();
    }
    if (stop.stop_requested())
        return fail(Errc::cancelled, "the choice of a template was cancelled");
    std::vector<Evidence> evidence(text.size());
    std::vector<std::pair<double, std::size_t>> order;
    for (std::size_t i = 0; i < text.size(); ++i) {
        evidence[i] = {.share = text[i].share, .known = text[i].known};
        if (!near.empty()) {
            evidence[i].cosine = near[i];
        }
        const bool other = request.library && *request.library != index->templates[i]->library;
        order.emplace_back(fused(evidence[i]) - (other ? other_kind : 0), i);
    }
    std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    for (std::size_t r = 0; r < std::min(limit, order.size()); ++r) {
        const auto [score, i] = order[r];
        const auto rival = order.size() < 2 ? 0.0 : order[r == 0 ? 1 : 0].first;
        evidence[i].margin = score - rival;
        out.matches.push_back(
            {index->templates[i], plan(*index->templates[i], request), confidence(evidence[i]), evidence[i]});
    }
    return out;
}

} // namespace rustcoder::scaffold
