// Which language model: chosen here from the environment. Without LLM_API_BASE (or LLM_API) nothing is read or made.
#include "cli/common.h"
#include "model/chat.h"

#include <cstdlib>

namespace rustcoder::cli {

namespace {

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

Result<std::shared_ptr<model::ChatModel>> make() {
    if (variable("LLM_API_BASE").empty() && variable("LLM_API").empty())
        return nullptr;
    const auto folders = model::profile_folders(variable);
    RC_TRY_ASSIGN(const auto profiles, model::Profiles::load(folders));
    RC_TRY_ASSIGN(std::shared_ptr<model::ChatModel> made, model::chat_from(variable, profiles));
    return made->available() ? std::move(made) : nullptr;
}

} // namespace

Result<std::shared_ptr<model::ChatModel>> make_chat() {
    static const auto made = make(); // one for the whole program: its connections and its breaker are shared
    return made;
}

} // namespace rustcoder::cli
