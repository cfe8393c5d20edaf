// Which knowledge base, which embedding model: chosen here from the environment.
#include "base/text.h"
#include "cli/common.h"
#include "knowledge/embedder_local.h"
#include "model/embedding.h"

#include <cstdlib>

namespace rustcoder::cli {

namespace fs = std::filesystem;

namespace {

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

/// A model server's vectors as the knowledge base takes them.
class EndpointEmbedder final : public knowledge::Embedder {
public:
    explicit EndpointEmbedder(std::unique_ptr<model::EmbeddingModel> model) : model_(std::move(model)) {}
    const std::string& name() const override { return model_->name(); }
    std::size_t dimension() const override { return model_->dimension(); }
    Result<std::vector<std::vector<float>>> embed(std::span<const std::string> texts, std::stop_token stop) override {
        return model_->embed(texts, stop);
    }

private:
    std::unique_ptr<model::EmbeddingModel> model_;
};

Result<std::shared_ptr<knowledge::Embedder>> make_embedder(knowledge::LocalParts parts_there) {
    RC_TRY_ASSIGN(auto endpoint, model::embedding_from(variable));
    if (endpoint)
        return std::make_shared<EndpointEmbedder>(model::make_embedding_model(*std::move(endpoint)));
    knowledge::LocalEmbedderOptions local{.parts = parts_there, .folder = {}};
    if (const auto parts = variable("RUSTCODER_EMBEDDING"); !parts.empty()) {
        RC_TRY_ASSIGN(local.parts, knowledge::parts_named(parts));
    }
    return knowledge::open_local_embedder(local);
}

Result<std::shared_ptr<knowledge::Embedder>> knowledge_embedder() {
    return make_embedder(knowledge::LocalParts::all);
}

/// Our own lessons and templates: beside an installed binary, or in the repository it was built in.
fs::path shipped_knowledge() {
    std::error_code ec;
    if (const auto given = variable("RUSTCODER_SHARE"); !given.empty())
        return fs::is_directory(fs::path(given) / "knowledge", ec) ? fs::path(given) / "knowledge" : fs::path();
    const auto program = fs::read_symlink("/proc/self/exe", ec);
    if (ec)
        return {};
    const auto folder = program.parent_path();
    for (const auto& candidate : {folder / "../share/rustcoder/knowledge", folder / "../../knowledge"})
        if (fs::is_directory(candidate / "lessons", ec) || fs::is_directory(candidate / "projects", ec))
            return fs::canonical(candidate, ec);
    return {};
}

} // namespace

Result<std::shared_ptr<knowledge::Embedder>> template_embedder() {
    auto sentences = make_embedder(knowledge::LocalParts::use);
    return sentences ? std::move(sentences) : make_embedder(knowledge::LocalParts::words);
}

std::shared_ptr<agent::Knowledge> make_knowledge(bool resident) {
    agent::KnowledgeOptions options;
    options.resident = resident;
    const auto wanted = variable("RUSTCODER_KNOWLEDGE");
    std::error_code ec;
    if (wanted == "off")
        options.off_because = "the knowledge base is switched off (RUSTCODER_KNOWLEDGE=off)";
    else if (!wanted.empty())
        options.file = fs::absolute(wanted, ec);
    else if (const auto state = state_directory(); !state.empty())
        options.file = state / "knowledge.db";
    else
        options.off_because = "there is no home directory for the knowledge base";
    options.shipped = shipped_knowledge();
    if (variable("SKIP_VECTOR_SEARCH") != "true")
        options.embedder = knowledge_embedder;
    return std::make_shared<agent::Knowledge>(std::move(options));
}

} // namespace rustcoder::cli
