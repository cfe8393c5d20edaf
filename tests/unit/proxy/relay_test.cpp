// The relay against an upstream that the test plays.
#include "proxy/relay.h"

#include <gmock/gmock.h>
#include <thread>

namespace rustcoder::proxy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

struct FakeUpstream final : Upstream {
    Events events;
    std::mutex mutex;
    std::vector<std::string> got;
    Status send(const Message& m) override {
        std::lock_guard lock(mutex);
        got.push_back(m.text);
        return {};
    }
    void close() override {}
    std::string describe() const override { return "fake"; }
    void say(const std::string& text) { events.message(*Message::read(text), {}); }
    std::vector<std::string> seen() {
        std::lock_guard lock(mutex);
        return got;
    }
};

struct FakeClient final : Client {
    std::mutex mutex;
    std::vector<std::pair<std::string, std::string>> got;
    void deliver(Message m, const std::string& related) override {
        std::lock_guard lock(mutex);
        got.emplace_back(m.text, related);
    }
    std::vector<std::pair<std::string, std::string>> seen() {
        std::lock_guard lock(mutex);
        return got;
    }
};

bool eventually(const std::function<bool()>& test) {
    for (int i = 0; i < 500; ++i) {
        if (test())
            return true;
        std::this_thread::sleep_for(5ms);
    }
    return test();
}

class ProxyRelay : public testing::Test {
protected:
    std::shared_ptr<Relay> make(bool shared) {
        RelayOptions options;
        options.shared = shared;
        options.first_backoff = 1ms;
        return Relay::create(
            [this](Upstream::Events events) -> Result<std::shared_ptr<Upstream>> {
                auto up = std::make_shared<FakeUpstream>();
                up->events = std::move(events);
                std::lock_guard lock(mutex_);
                upstreams_.push_back(up);
                return up;
            },
            options, workers_);
    }
    std::shared_ptr<FakeUpstream> upstream(std::size_t index) {
        EXPECT_TRUE(eventually([&] {
            std::lock_guard lock(mutex_);
            return upstreams_.size() > index;
        }));
        std::lock_guard lock(mutex_);
        return index < upstreams_.size() ? upstreams_[index] : nullptr;
    }
    static void wait_for(FakeUpstream& up, std::size_t messages) {
        ASSERT_TRUE(eventually([&] { return up.seen().size() >= messages; }));
    }
    static Status send(Relay& relay, Relay::ClientId client, const std::string& text) {
        return relay.send(client, *Message::read(text));
    }

    Workers workers_;
    std::mutex mutex_;
    std::vector<std::shared_ptr<FakeUpstream>> upstreams_;
};

TEST_F(ProxyRelay, PassesMessagesOfOneClientUntouched) {
    const auto relay = make(false);
    const auto client = std::make_shared<FakeClient>();
    const auto id = relay->attach(client, true);
    const std::string call = R"({"jsonrpc":"2.0", "id":"a", "method":"tools/call", "params":{"name":"x"}})";
    ASSERT_TRUE(send(*relay, id, call));
    const auto up = upstream(0);
    wait_for(*up, 1);
    EXPECT_THAT(up->seen(), ElementsAre(call));
    const std::string asked = R"({"jsonrpc":"2.0","id":1,"method":"sampling/createMessage","params":{"n":1.50}})";
    const std::string answer = R"({"jsonrpc":"2.0","id":"a","result":{}})";
    up->say(asked);
    up->say(answer);
    EXPECT_THAT(client->seen(),
                ElementsAre(std::pair(asked, std::string("\"a\"")), std::pair(answer, std::string("\"a\""))));
    const std::string reply = R"({"jsonrpc":"2.0","id":1,"result":{"ok":true}})";
    ASSERT_TRUE(send(*relay, id, reply));
    EXPECT_THAT(up->seen(), ElementsAre(call, reply));
    relay->close();
}

TEST_F(ProxyRelay, SharedClientsWithTheSameIdsAreToldApart) {
    const auto relay = make(true);
    const auto a = std::make_shared<FakeClient>(), b = std::make_shared<FakeClient>();
    const auto ia = relay->attach(a, true), ib = relay->attach(b, true);
    const std::string call = R"({"id":1,"method":"tools/call","params":{"_meta":{"progressToken":"t"}}})";
    ASSERT_TRUE(send(*relay, ia, call));
    ASSERT_TRUE(send(*relay, ib, call));
    const auto up = upstream(0);
    wait_for(*up, 2);
    EXPECT_THAT(up->seen(), ElementsAre(R"({"id":1,"method":"tools/call","params":{"_meta":{"progressToken":1}}})",
                                        R"({"id":2,"method":"tools/call","params":{"_meta":{"progressToken":2}}})"));
    up->say(R"({"method":"notifications/progress","params":{"progressToken":2,"progress":1}})");
    up->say(R"({"id":2,"result":{}})");
    EXPECT_TRUE(a->seen().empty());
    ASSERT_EQ(b->seen().size(), 2u);
    EXPECT_THAT(b->seen()[0].first, HasSubstr(R"("progressToken":"t")"));
    EXPECT_EQ(b->seen()[1].first, R"({"id":1,"result":{}})");
    ASSERT_TRUE(send(*relay, ia, R"({"method":"notifications/cancelled","params":{"requestId":1}})"));
    EXPECT_EQ(up->seen().back(), R"({"method":"notifications/cancelled","params":{"requestId":1}})");
    relay->detach(ia); // its request is still open
    EXPECT_THAT(up->seen().back(), HasSubstr("the client left"));
    relay->close();
}

TEST_F(ProxyRelay, GreetsARestartedServerAsTheClientDid) {
    const auto relay = make(false);
    const auto client = std::make_shared<FakeClient>();
    const auto id = relay->attach(client, true);
    ASSERT_TRUE(send(*relay, id, R"({"id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25"}})"));
    const auto first = upstream(0);
    wait_for(*first, 1);
    first->say(R"({"id":0,"result":{"protocolVersion":"2025-11-25"}})");
    ASSERT_TRUE(send(*relay, id, R"({"method":"notifications/initialized"})"));
    ASSERT_TRUE(send(*relay, id, R"({"id":1,"method":"tools/call","params":{"name":"crash"}})"));
    first->events.closed("the server ended (signal 9)", {});
    ASSERT_EQ(client->seen().size(), 2u);
    EXPECT_THAT(client->seen()[1].first, HasSubstr("signal 9"));
    EXPECT_THAT(client->seen()[1].first, HasSubstr(R"("id":1)"));

    ASSERT_TRUE(send(*relay, id, R"({"id":2,"method":"tools/list"})"));
    const auto second = upstream(1);
    wait_for(*second, 1);
    EXPECT_THAT(second->seen()[0], HasSubstr(R"("method":"initialize")"));
    const auto greeting = Message::read(second->seen()[0]);
    second->say(R"({"id":)" + std::string(greeting->raw(greeting->id)) + R"(,"result":{}})");
    wait_for(*second, 3);
    EXPECT_EQ(second->seen()[1], R"({"method":"notifications/initialized"})");
    EXPECT_EQ(second->seen()[2], R"({"id":2,"method":"tools/list"})");
    EXPECT_EQ(client->seen().size(), 2u) << "the second greeting is the relay's own";
    relay->close();
}

TEST_F(ProxyRelay, UnsentRequestsGoToTheSuccessor) {
    const auto relay = make(false);
    const auto client = std::make_shared<FakeClient>();
    const auto id = relay->attach(client, true);
    const std::string call = R"({"id":1,"method":"tools/call"})";
    ASSERT_TRUE(send(*relay, id, call));
    const auto first = upstream(0);
    wait_for(*first, 1);
    first->events.closed("session forgotten", {*Message::read(call)});
    const auto second = upstream(1);
    wait_for(*second, 1);
    EXPECT_EQ(second->seen()[0], call);
    second->say(R"({"id":1,"result":{}})");
    EXPECT_EQ(client->seen().size(), 1u);
    relay->close();
}

TEST_F(ProxyRelay, AnIdInUseIsRefused) {
    const auto relay = make(false);
    const auto client = std::make_shared<FakeClient>();
    const auto id = relay->attach(client, true);
    ASSERT_TRUE(send(*relay, id, R"({"id":1,"method":"a"})"));
    EXPECT_FALSE(send(*relay, id, R"({"id":1.0,"method":"b"})").has_value());
    relay->close();
}

} // namespace
} // namespace rustcoder::proxy
