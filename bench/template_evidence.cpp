// Prints what the choice of a template goes by, one line a description: id, kind, right, share, known, margin, cosine.
// bench/fit_confidence.py fits the weights of src/scaffold/confidence.cpp on it.
//
// usage: template_evidence SET.jsonl...   (beside them: each template's own asks, left out in turn)
#include "base/json.h"
#include "base/os.h"
#include "base/text.h"
#include "knowledge/embedder_local.h"
#include "knowledge/embedder_wrap.h"
#include "scaffold/library.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace {

using namespace rustcoder;

std::shared_ptr<knowledge::Embedder> embedder() {
    static const auto made = [] {
        auto opened = knowledge::open_local_embedder({.parts = knowledge::LocalParts::use, .folder = {}});
        if (!opened)
            std::fprintf(stderr, "without vectors: %s\n", opened.error().text().c_str());
        return opened ? knowledge::cached(knowledge::checked(*opened), {.entries = 1 << 14}) : nullptr;
    }();
    return made;
}

std::unique_ptr<scaffold::Library> library_of(std::vector<scaffold::Template> templates) {
    scaffold::LibraryOptions options{.more = std::move(templates)};
    if (embedder())
        options.embedder = [] { return Result<std::shared_ptr<knowledge::Embedder>>(embedder()); };
    return std::make_unique<scaffold::Library>(std::move(options));
}

void print(scaffold::Library& library, const std::string& id, const char* kind, const std::string& description,
           const std::string& requirements, const std::vector<std::string>& expected) {
    const auto chosen = library.choose(scaffold::read_request(description, requirements), 2);
    if (!chosen || chosen->matches.empty())
        return;
    const auto& best = chosen->matches.front();
    const bool right = std::ranges::find(expected, best.from->name) != expected.end();
    const auto& e = best.evidence;
    std::printf("%s\t%s\t%d\t%.4f\t%.4f\t%.4f\t%.4f\t%.4f\t%s\n", id.c_str(), kind, right ? 1 : 0, e.share, e.known,
                e.margin, e.cosine.value_or(0), best.confidence, best.from->name.c_str());
}

int from_set(scaffold::Library& library, const char* file) {
    const auto text = base::read_file(file);
    if (!text)
        return std::fprintf(stderr, "%s\n", text.error().text().c_str()), 1;
    for (const auto line : base::lines(*text)) {
        const auto value = base::parse_json(line);
        if (!value || !value->is_object())
            continue;
        const auto& o = value->get_object();
        std::vector<std::string> expected;
        if (const auto* list = base::get_array(o, "expect"))
            for (const auto& name : *list)
                expected.emplace_back(name.get_string());
        print(library, std::string(base::get_string(o, "id")), base::get_string(o, "kind") == "in" ? "in" : "out",
              std::string(base::get_string(o, "description")), std::string(base::get_string(o, "requirements")),
              expected);
    }
    return 0;
}

void left_out(const std::vector<scaffold::Template>& all) {
    for (std::size_t k = 0; k < 32; ++k) {
        std::vector<std::pair<std::string, std::string>> asks;
        auto templates = all;
        for (auto& one : templates)
            if (k < one.asks.size()) {
                asks.emplace_back(one.name, one.asks[k]);
                one.asks.erase(one.asks.begin() + static_cast<std::ptrdiff_t>(k));
            }
        if (asks.empty())
            return;
        const auto library = library_of(std::move(templates));
        for (const auto& [name, text] : asks)
            print(*library, name + "#" + std::to_string(k), "ask", text, "", {name});
    }
}

} // namespace

int main(int count, char** arguments) {
    auto loaded = scaffold::load_folder(std::filesystem::path(RC_SOURCE_DIR) / "knowledge/projects");
    if (!loaded)
        return std::fprintf(stderr, "%s\n", loaded.error().text().c_str()), 1;
    const auto library = library_of(loaded->templates);
    for (int i = 1; i < count; ++i)
        if (from_set(*library, arguments[i]) != 0)
            return 1;
    left_out(loaded->templates);
    return 0;
}
