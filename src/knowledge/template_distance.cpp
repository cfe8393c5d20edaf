#include "knowledge/template_distance.h"

#include "base/text.h"
#include "knowledge/template_scene.h"
#include "project/myers.h"

#include <algorithm>

namespace rustcoder::knowledge {

Target::Content Target::read(const std::string& text) {
    auto source = std::make_shared<const syntax::Source>(text);
    const syntax::Tree tree(source);
    Content out;
    std::size_t skip_to = 0;
    auto statement = tree.imports().begin();
    for (const Tok& t : tokens_of(*source)) {
        while (statement != tree.imports().end() && statement->statement.end <= t.begin)
            ++statement;
        if (statement != tree.imports().end() && statement->statement.contains(t.begin) && t.text == "use")
            skip_to = statement->statement.end;
        if (t.begin < skip_to || t.kind == syntax::Kind::doc)
            continue;
        out.tokens.push_back(base::hash64(t.text));
    }
    for (const syntax::Import& i : tree.imports())
        out.imports.push_back(base::hash64(i.path + " as " + i.name));
    std::sort(out.imports.begin(), out.imports.end());
    return out;
}

std::size_t Target::between(const Content& a, const Content& b) {
    std::vector<std::uint64_t> odd;
    std::set_symmetric_difference(a.imports.begin(), a.imports.end(), b.imports.begin(), b.imports.end(),
                                  std::back_inserter(odd));
    std::size_t sum = odd.size() * 4;
    std::unordered_map<std::uint64_t, std::uint32_t> ids;
    auto numbers = [&](const std::vector<std::uint64_t>& list) {
        std::vector<std::uint32_t> out;
        out.reserve(list.size());
        for (std::uint64_t h : list)
            out.push_back(ids.emplace(h, static_cast<std::uint32_t>(ids.size())).first->second);
        return out;
    };
    const auto x = numbers(a.tokens), y = numbers(b.tokens);
    for (const project::Hunk& h : project::compare(x, y))
        sum += (h.a_end - h.a_begin) + (h.b_end - h.b_begin);
    return sum;
}

Target::Target(const project::Project& good) : good_(good) {
    for (const auto& [path, file] : good_.files())
        if (path.ends_with(".rs"))
            files_.emplace(path, read(*file.bytes));
}

Target::Content Target::content(std::string_view path) const {
    auto it = files_.find(path);
    return it == files_.end() ? Content{} : it->second;
}

std::size_t Target::distance(const project::Project& state, const std::vector<std::string>& paths) const {
    std::size_t sum = 0;
    for (const std::string& path : paths) {
        const std::string* text = state.find(path);
        if (path.ends_with(".rs"))
            sum += between(text ? read(*text) : Content{}, content(path));
        else if (const std::string* good = good_.find(path); (text ? *text : "") != (good ? *good : ""))
            sum += 1;
    }
    return sum;
}

bool Target::towards(const project::Project& state, const project::Patch& patch) const {
    auto changed = project::apply(state, patch);
    if (!changed)
        return false;
    std::vector<std::string> paths;
    for (const project::Edit& e : patch.edits)
        if (paths.empty() || paths.back() != e.path)
            paths.push_back(e.path);
    for (const auto& [path, file] : patch.added)
        paths.push_back(path);
    paths.insert(paths.end(), patch.removed.begin(), patch.removed.end());
    std::size_t step = 0;
    for (const std::string& path : paths) {
        const std::string *a = state.find(path), *b = changed->find(path);
        if (path.ends_with(".rs"))
            step += between(a ? read(*a) : Content{}, b ? read(*b) : Content{});
        else if ((a ? *a : "") != (b ? *b : ""))
            step += 1;
    }
    if (step == 0)
        return false;
    const std::size_t before = distance(state, paths), after = distance(*changed, paths);
    return before == after + step;
}

} // namespace rustcoder::knowledge
