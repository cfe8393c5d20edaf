// rustcoder doctor: what is there, what is missing, how to get it.
#include "base/json.h"
#include "base/os.h"
#include "cli/common.h"
#include "model/chat.h"
#include "repair/naturalness.h"

#include <fmt/format.h>

#include <iostream>
#include <memory>

namespace rustcoder::cli {

namespace {

struct Finding {
    std::string name;
    enum class State { ok, weak, missing } state = State::ok;
    std::string detail, remedy;
};

void examine_toolchain(std::vector<Finding>& out) {
    auto found = toolchain::discover();
    if (!found) {
        out.push_back({"Rust toolchain", Finding::State::missing, found.error().message, found.error().next_step});
        return;
    }
    out.push_back(
        {"rustc", Finding::State::ok, fmt::format("{} ({})", found->rustc_version, found->rustc.string()), ""});
    out.push_back(
        {"cargo", Finding::State::ok, fmt::format("{} ({})", found->cargo_version, found->cargo.string()), ""});
    for (const auto& note : found->notes)
        out.push_back({"note", Finding::State::ok, note, ""});
}

void examine_sandbox(std::vector<Finding>& out) {
    auto sandbox = process::Sandbox::from_environment();
    const auto& capabilities = process::capabilities();
    for (const auto& m : capabilities.mechanisms)
        out.push_back({m.name, m.available ? Finding::State::ok : Finding::State::missing, m.detail,
                       m.available ? "" : m.remedy});
    const char* mode = sandbox.mode() == process::Mode::strict ? "strict"
                       : sandbox.mode() == process::Mode::weak ? "weak"
                                                               : "off";
    auto tier = [&](const char* name, bool good, process::Tier t) {
        auto state = good                                      ? Finding::State::ok
                     : sandbox.mode() == process::Mode::strict ? Finding::State::missing
                                                               : Finding::State::weak;
        std::string remedy =
            good ? "" : "install what is listed above, or set RUSTCODER_SANDBOX=weak to run with less protection";
        out.push_back({fmt::format("sandbox, {} (mode {})", name, mode), state, sandbox.describe(t), remedy});
    };
    tier("checking", capabilities.checking_ok, process::Tier::checking);
    tier("running", capabilities.running_ok, process::Tier::running);
}

void examine_places(std::vector<Finding>& out) {
    std::error_code ec;
    auto scratch = base::scratch_root();
    auto space = std::filesystem::space(scratch, ec);
    bool enough = !ec && space.available > (1ull << 30);
    out.push_back({"scratch space", enough ? Finding::State::ok : Finding::State::weak,
                   fmt::format("{} ({} MiB free)", scratch.string(), ec ? 0 : space.available >> 20),
                   enough ? "" : "free some space or set RUSTCODER_SCRATCH to a roomier directory"});
    auto registry = std::filesystem::path("/usr/share/cargo/registry");
    bool has = std::filesystem::is_directory(registry, ec);
    out.push_back({"local crate registry", has ? Finding::State::ok : Finding::State::weak,
                   has ? registry.string() : "none: only std, path and vendored dependencies can be built",
                   has ? "" : "apt-get install librust-<crate>-dev puts crates there"});
}

void examine_knowledge(std::vector<Finding>& out) {
    auto knowledge = make_knowledge();
    const auto& file = knowledge->options().file;
    if (!knowledge->on()) {
        out.push_back({"knowledge base", Finding::State::weak, knowledge->options().off_because,
                       "unset RUSTCODER_KNOWLEDGE to have one"});
        return;
    }
    if (!knowledge->exists()) {
        out.push_back({"knowledge base", Finding::State::ok, file.string() + ": nothing learned yet",
                       "`rustcoder knowledge seed` fills it from the toolchain"});
        return;
    }
    auto store = knowledge->store();
    auto stats = store ? (*store)->stats() : Result<knowledge::Stats>(std::unexpected(store.error()));
    if (!stats) {
        out.push_back({"knowledge base", Finding::State::weak, stats.error().message, stats.error().next_step});
        return;
    }
    std::uint64_t entries = 0;
    for (const auto& [kind, count] : stats->entries)
        entries += count;
    out.push_back({"knowledge base", Finding::State::ok,
                   fmt::format("{} ({} entries, {} vectors)", file.string(), entries, stats->vectors), ""});
}

/// One short question when `ask`: the only way to know whether the server and its key are good.
void examine_model(bool ask, std::vector<Finding>& out) {
    const auto chat = make_chat();
    if (!chat) {
        out.push_back({"language model", Finding::State::missing, chat.error().message, chat.error().next_step});
        return;
    }
    if (!*chat) {
        out.push_back({"language model", Finding::State::ok, "none: repairs are made without one",
                       "to have one beside: set LLM_API_BASE, for example to http://localhost:8080/v1, and LLM_MODEL"});
        return;
    }
    Finding found{"language model", Finding::State::ok,
                  fmt::format("{} (profile {})", (*chat)->name(), (*chat)->profile().name), ""};
    if (!ask) {
        found.remedy = "`rustcoder doctor --ask-model` sends it one short question";
    } else if (const auto reply = (*chat)->chat(
                   {.messages = {{model::Role::user, "Answer with the one word: ready"}}, .max_tokens = 16},
                   interrupt_token())) {
        found.detail += fmt::format(", answers as {} in {:.1f} s", reply->model.empty() ? "itself" : reply->model,
                                    static_cast<double>(reply->wall.count()) / 1000);
    } else {
        found.state = Finding::State::missing;
        found.detail += ": " + reply.error().message;
        found.remedy =
            reply.error().next_step.empty() ? "check LLM_API_BASE, LLM_API_KEY and LLM_MODEL" : reply.error().next_step;
    }
    out.push_back(std::move(found));
}

int train() {
    auto found = toolchain::discover();
    if (!found)
        return report(found.error());
    auto file = repair::Naturalness::file_for(cache_directory(), *found);
    auto trained = repair::train_naturalness(*found, file, {}, interrupt_token());
    if (!trained)
        return report(trained.error());
    std::cout << fmt::format(
        "learned from {} tokens ({} listings, {} files of std, {} files of crates) in {:.1f} s\n{} ({} KiB)\n",
        trained->tokens, trained->listings, trained->std_files, trained->crate_files,
        static_cast<double>(trained->wall.count()) / 1000, file.string(), trained->file_bytes >> 10);
    return ok;
}

int run_doctor(bool json, bool ask_model) {
    std::vector<Finding> findings;
    examine_toolchain(findings);
    examine_sandbox(findings);
    examine_places(findings);
    examine_knowledge(findings);
    examine_model(ask_model, findings);
    bool missing = false;
    base::json::array list;
    Style s = style_for(1);
    for (const auto& f : findings) {
        missing = missing || f.state == Finding::State::missing;
        const char* word = f.state == Finding::State::ok ? "ok" : f.state == Finding::State::weak ? "weak" : "missing";
        if (json) {
            list.push_back(
                base::json::object{{"name", f.name}, {"state", word}, {"detail", f.detail}, {"remedy", f.remedy}});
            continue;
        }
        std::string mark = f.state == Finding::State::ok     ? s.green("ok     ")
                           : f.state == Finding::State::weak ? s.yellow("weak   ")
                                                             : s.red("missing");
        std::cout << mark << " " << f.name << ": " << f.detail << "\n";
        if (!f.remedy.empty())
            std::cout << "          how: " << f.remedy << "\n";
    }
    if (json)
        std::cout << base::dump_pretty(base::json::object{{"ok", !missing}, {"findings", std::move(list)}});
    return missing ? unavailable : ok;
}

} // namespace

void add_doctor(CLI::App& app, Run& run) {
    auto json = std::make_shared<bool>(false);
    auto* cmd = app.add_subcommand("doctor", "Say what is there, what is missing and how to get it");
    cmd->add_flag("--json", *json, "As JSON");
    auto training = std::make_shared<bool>(false);
    cmd->add_flag("--train", *training,
                  "Learn how Rust reads from the sources and docs on this machine (seconds; ranks repairs better)");
    auto ask = std::make_shared<bool>(false);
    cmd->add_flag("--ask-model", *ask, "Send the configured language model one short question");
    cmd->callback([json, training, ask, &run] {
        run = [json, training, ask] { return *training ? train() : run_doctor(*json, *ask); };
    });
}

} // namespace rustcoder::cli
