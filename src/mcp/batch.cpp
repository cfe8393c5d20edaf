#include "mcp/batch.h"

namespace rustcoder::mcp {

namespace {

/// Shared by all requests of a batch.
class BatchReply final : public Reply {
public:
    BatchReply(std::size_t open, std::shared_ptr<Sink> aside, std::function<void(json::array)> done)
        : aside_(std::move(aside)), done_(std::move(done)), open_(open) {}
    bool streams() const override { return aside_ != nullptr; }
    void send(const json::object& message) override {
        if (aside_)
            aside_->send(message);
    }
    void finish(json::object response, int) override {
        std::lock_guard lock(mutex_);
        all_.emplace_back(std::move(response));
        one_less();
    }
    void drop() override {
        std::lock_guard lock(mutex_);
        one_less();
    }

private:
    void one_less() {
        if (open_ == 0)
            return;
        --open_;
        if (open_ == 0)
            done_(std::move(all_));
    }

    const std::shared_ptr<Sink> aside_;
    const std::function<void(json::array)> done_;
    std::mutex mutex_;
    std::size_t open_; // requests without their response
    json::array all_;
};

} // namespace

void handle_batch(Conversation& conversation, json::array batch, std::shared_ptr<Sink> aside,
                  std::function<void(json::array)> done) {
    std::vector<Message> messages;
    std::size_t open = 0;
    for (auto& item : batch) {
        messages.push_back(classify(std::move(item)));
        const auto kind = messages.back().kind;
        open += kind == Message::Kind::request || kind == Message::Kind::invalid;
    }
    if (open == 0)
        done({});
    const auto reply = std::make_shared<BatchReply>(open, std::move(aside), std::move(done));
    for (auto& m : messages)
        conversation.handle(std::move(m), reply);
}

} // namespace rustcoder::mcp
