// Memory that opens its store when somebody asks, so that a run without errors never touches the disk.
#include "agent/knowledge.h"

#include "base/log.h"

#include <atomic>
#include <chrono>

namespace rustcoder::agent {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto after_failure = std::chrono::seconds(10); // a server tries again; a single fix does not live as long

class LazyMemory final : public knowledge::Memory {
public:
    explicit LazyMemory(std::shared_ptr<Knowledge> knowledge) : knowledge_(std::move(knowledge)) {}

    Result<knowledge::LearnReport> learn(const knowledge::Lesson& lesson) override {
        RC_TRY_ASSIGN(auto* memory, knowledge_->memory());
        opened_ = memory;
        return memory->learn(lesson);
    }

    std::vector<knowledge::Recalled> recall(const toolchain::Diagnostic& diagnostic, const knowledge::TreeOf& tree_of,
                                            int rustc_minor) const override {
        const auto* memory = known();
        return memory ? memory->recall(diagnostic, tree_of, rustc_minor) : std::vector<knowledge::Recalled>();
    }

    Status record(const knowledge::Experiences& experiences) override {
        RC_TRY_ASSIGN(auto* memory, knowledge_->memory());
        opened_ = memory;
        return memory->record(experiences);
    }

    bool leans(const std::string& code) const override {
        const auto* memory = known();
        return memory && memory->leans(code);
    }
    double leaning(const std::string& code, std::span<const std::uint64_t> features) const override {
        const auto* memory = known();
        return memory ? memory->leaning(code, features) : 0;
    }
    double droppable(const std::string& origin) const override {
        const auto* memory = known();
        return memory ? memory->droppable(origin) : 1;
    }
    int patience(int usual) const override {
        const auto* memory = known();
        return memory ? memory->patience(usual) : usual;
    }

private:
    /// Null: nothing was learned yet, or it cannot be read now.
    const knowledge::Memory* known() const {
        if (const auto* memory = opened_.load())
            return memory;
        const auto now = Clock::now().time_since_epoch().count();
        if (now < retry_.load() || !knowledge_->exists())
            return nullptr;
        auto memory = knowledge_->memory();
        if (!memory) {
            base::log_warn("going on without what was learned: " + memory.error().text());
            retry_ = (Clock::now() + after_failure).time_since_epoch().count();
            return nullptr;
        }
        opened_ = *memory;
        return *memory;
    }

    const std::shared_ptr<Knowledge> knowledge_;
    mutable std::atomic<knowledge::Memory*> opened_{nullptr};
    mutable std::atomic<Clock::rep> retry_{0};
};

} // namespace

std::shared_ptr<knowledge::Memory> memory_of(std::shared_ptr<Knowledge> knowledge) {
    return knowledge && knowledge->on() ? std::make_shared<LazyMemory>(std::move(knowledge)) : nullptr;
}

} // namespace rustcoder::agent
