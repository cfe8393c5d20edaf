#include "agent/known_projects.h"

#include "base/json.h"
#include "base/text.h"
#include "scaffold/fill.h"

#include <set>

namespace rustcoder::agent {

namespace {

/// The name in the manifest's [package].
std::string package_of(std::string_view manifest) {
    bool package = false;
    for (std::string_view line : base::lines(manifest)) {
        line = base::trim(line);
        if (line.starts_with('['))
            package = line.starts_with("[package]");
        if (!package || !line.starts_with("name"))
            continue;
        const auto open = line.find('"'), close = line.rfind('"');
        if (open != std::string_view::npos && close > open)
            return std::string(line.substr(open + 1, close - open - 1));
    }
    return {};
}

std::optional<scaffold::Template> as_template(const knowledge::Entry& entry) {
    const auto payload = base::parse_json(entry.payload);
    if (!payload || !payload->is_object())
        return std::nullopt;
    const auto* files = base::get_object(payload->get_object(), "project_files");
    if (!files)
        return std::nullopt;
    scaffold::Template out;
    for (const auto& [path, content] : *files)
        if (!content.is_string() || !out.files.set(std::string_view(path), std::string(content.get_string())))
            return std::nullopt;
    const std::string* manifest = out.files.find("Cargo.toml");
    if (!manifest)
        return std::nullopt;
    out.name = package_of(*manifest);
    if (out.name.empty() || scaffold::package_name(out.name) != out.name)
        return std::nullopt; // it could not be renamed: a workspace, a name of another kind
    const bool program = out.files.contains("src/main.rs");
    if (!program && !out.files.contains("src/lib.rs"))
        return std::nullopt;
    out.library = !program;
    out.title = entry.title;
    out.area = "known";
    const std::string query(base::get_string(payload->get_object(), "query", entry.title));
    out.summary = query;
    out.asks = {query};
    return out;
}

} // namespace

Result<std::vector<scaffold::Template>> known_projects(Knowledge& knowledge, std::size_t most) {
    std::vector<scaffold::Template> out;
    if (!knowledge.on() || !knowledge.exists())
        return out;
    RC_TRY_ASSIGN(auto* store, knowledge.store());
    std::set<std::string> names;
    knowledge::Filter filter;
    filter.kinds = {knowledge::Kind::project};
    RC_TRY(store->each(filter, [&](const knowledge::Entry& entry) {
        if (entry.provenance.source.starts_with("shipped/"))
            return true;
        if (auto made = as_template(entry); made && names.insert(made->name).second)
            out.push_back(std::move(*made));
        return out.size() < most;
    }));
    return out;
}

} // namespace rustcoder::agent
