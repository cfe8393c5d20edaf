#include "server/use_cases.h"

#include "base/os.h"

#include <fmt/core.h>
#include <mutex>
#include <optional>

namespace rustcoder::server {

namespace {

constexpr std::uintmax_t least_free_bytes = 512u << 20; // a debug build of a small crate needs some 100 MB

class AgentUseCases final : public UseCases {
public:
    AgentUseCases(EnvironmentProvider provider, KnowledgeSetup setup)
        : provider_(std::move(provider)), knowledge_(std::move(setup.knowledge)),
          background_(knowledge_,
                      [this]() -> Result<agent::Environment> {
                          RC_TRY_ASSIGN(const auto environment, environment_now());
                          return *environment;
                      },
                      {.seed = setup.seed}) {}
    ~AgentUseCases() override { shutdown(); }

    Result<agent::CompileAnswer> compile(const agent::CompileRequest& request, std::stop_token stop) override {
        RC_TRY_ASSIGN(const auto environment, environment_now());
        return agent::compile(*environment, request, stop);
    }

    Result<agent::FixAnswer> fix(const agent::FixRequest& request, std::stop_token stop,
                                 const std::function<void(const repair::Event&)>& on_event) override {
        RC_TRY_ASSIGN(const auto environment, environment_now());
        return agent::fix(*environment, request, stop, on_event);
    }

    Result<agent::GenerateAnswer> generate(const agent::GenerateRequest& request, std::stop_token stop,
                                           const std::function<void(const repair::Event&)>& on_event) override {
        RC_TRY_ASSIGN(const auto environment, environment_now());
        return agent::generate(*environment, request, stop, on_event);
    }

    std::vector<ReadyCheck> ready() override {
        std::vector<ReadyCheck> out;
        const auto environment = environment_now();
        out.push_back(
            environment
                ? ReadyCheck{"toolchain", true,
                             fmt::format("rustc {} ({}), cargo {}", (*environment)->toolchain.rustc_version,
                                         (*environment)->toolchain.host, (*environment)->toolchain.cargo_version)}
                : ReadyCheck{"toolchain", false, environment.error().text()});
        out.push_back(sandbox_check(environment ? environment->get() : nullptr));
        std::error_code ec;
        const auto scratch = base::scratch_root();
        const auto space = std::filesystem::space(scratch, ec);
        out.push_back({"disk", !ec && space.available >= least_free_bytes,
                       ec ? fmt::format("{}: {}", scratch.string(), ec.message())
                          : fmt::format("{} MiB free in {}", space.available >> 20, scratch.string())});
        // Never a reason not to be ready: everything but searching works without it.
        out.push_back(
            {"knowledge", true, knowledge_ && knowledge_->on() ? background_.state().text() : std::string("off")});
        return out;
    }

    agent::Knowledge* knowledge() override { return knowledge_.get(); }

    Result<agent::LearnedFix> learn(const project::Project& before, const project::Project& after,
                                    std::string_view source, std::stop_token stop) override {
        RC_TRY_ASSIGN(const auto environment, environment_now());
        RC_TRY_ASSIGN(auto learned, agent::learn_from_fix(*environment, before, after, source, stop));
        knowledge_added();
        return learned;
    }

    Result<agent::Explanation> explain(std::string_view about, std::size_t limit, std::stop_token stop) override {
        if (!knowledge_)
            return UseCases::explain(about, limit, stop);
        const auto environment = environment_now(); // without it, what was seeded has to do
        return agent::explain(*knowledge_, environment ? environment->get() : nullptr, about, limit, stop);
    }

    void start_background() override { background_.start(); }
    void knowledge_added() override {
        background_.start();
        background_.added();
    }
    agent::KnowledgeBackground::State background() override { return background_.state(); }
    void shutdown() override { background_.stop(); }

private:
    static ReadyCheck sandbox_check(const agent::Environment* environment) {
        if (!environment)
            return {"sandbox", false, "not known before the toolchain is found"};
        const auto& capabilities = process::capabilities();
        const bool all = capabilities.checking_ok && capabilities.running_ok;
        std::string missing;
        for (const auto& m : capabilities.mechanisms)
            if (!m.available)
                missing += fmt::format("{}{}: {}", missing.empty() ? "" : "; ", m.name, m.detail);
        if (environment->sandbox.mode() == process::Mode::strict)
            return {"sandbox", all,
                    all ? environment->sandbox.describe(process::Tier::running) : "strict, but " + missing};
        return {"sandbox", true,
                fmt::format("weakened on request: {}", environment->sandbox.describe(process::Tier::running))};
    }

    Result<std::shared_ptr<const agent::Environment>> environment_now() {
        std::lock_guard lock(mutex_);
        if (!environment_) {
            RC_TRY_ASSIGN(auto made, provider_());
            environment_ = std::make_shared<const agent::Environment>(std::move(made));
        }
        return environment_;
    }

    EnvironmentProvider provider_;
    std::mutex mutex_;
    std::shared_ptr<const agent::Environment> environment_;
    const std::shared_ptr<agent::Knowledge> knowledge_;
    agent::KnowledgeBackground background_; // last: its thread uses what is above
};

Error no_knowledge() {
    return {Errc::unavailable, "this server has no knowledge base", {}, "start it without RUSTCODER_KNOWLEDGE=off"};
}

} // namespace

Result<agent::GenerateAnswer> UseCases::generate(const agent::GenerateRequest&, std::stop_token,
                                                 const std::function<void(const repair::Event&)>&) {
    return fail(Errc::unavailable, "this server makes no projects");
}

Result<agent::LearnedFix> UseCases::learn(const project::Project&, const project::Project&, std::string_view,
                                          std::stop_token) {
    return std::unexpected(no_knowledge());
}

Result<agent::Explanation> UseCases::explain(std::string_view, std::size_t, std::stop_token) {
    return std::unexpected(no_knowledge());
}

std::shared_ptr<UseCases> make_use_cases(EnvironmentProvider provider, KnowledgeSetup setup) {
    return std::make_shared<AgentUseCases>(std::move(provider), std::move(setup));
}

} // namespace rustcoder::server
