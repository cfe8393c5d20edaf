// Two hundred ways in which a model server goes wrong. Each ends in time, as an error or as text; and no text makes
// more of a project than its blocks say.
#include "model/chat.h"
#include "model/edit_blocks.h"

#include "support/raw_server.h"
#include "support/scripted_model.h"

#include <random>

namespace rustcoder::model {
namespace {

using namespace std::chrono_literals;
using test::RawServer;

const std::string answer =
    "<think>\nThe literal is text.\n</think>\nsrc/main.rs\n<<<<<<< SEARCH\n    let a: i32 = \"1\";\n"
    "=======\n    let a: i32 = 1;\n>>>>>>> REPLACE\n";

std::string good_stream() {
    std::vector<std::string> pieces;
    for (std::size_t at = 0; at < answer.size(); at += 9)
        pieces.push_back(answer.substr(at, 9));
    std::string body;
    for (const auto& event : test::streamed(pieces).events)
        body += fmt::format("{:x}\r\n{}\r\n", event.size(), event);
    return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n" + body +
           "0\r\n\r\n";
}

struct Faults : testing::Test {
    project::Project project;
    ChatOptions options{.model = "m",
                        .timeouts = {.connect = 500ms, .first_token = 100ms, .between_tokens = 100ms, .total = 400ms},
                        .retry = {.attempts = 2, .first_wait = 1ms}};
    int answered = 0, right = 0;

    Faults() {
        EXPECT_TRUE(project.set("Cargo.toml", "[package]\nname = \"p\"\n"));
        EXPECT_TRUE(project.set("src/main.rs", "fn main() {\n    let a: i32 = \"1\";\n}\n"));
        EXPECT_TRUE(project.set("src/other.rs", "// untouched\n"));
    }

    void meet(const std::string& what, RawServer::Serve serve) {
        SCOPED_TRACE(what);
        const RawServer server(std::move(serve));
        options.endpoint.base = server.url("/v1");
        const auto begin = Clock::now();
        const auto reply = make_chat_model(options)->chat({.messages = {{Role::user, "q"}}});
        EXPECT_LT(Clock::now() - begin, 3s);
        if (!reply) {
            EXPECT_NE(reply.error().code, Errc::internal) << reply.error().text();
            EXPECT_FALSE(reply.error().message.empty());
            return;
        }
        ++answered;
        const auto edits = read_edits(reply->samples[0].text, project);
        const auto after = project::apply(project, edits.patch);
        ASSERT_TRUE(after);
        EXPECT_EQ(*after->find("src/other.rs"), "// untouched\n");
        EXPECT_EQ(*after->find("Cargo.toml"), "[package]\nname = \"p\"\n");
        EXPECT_EQ(after->files().size(), 3u);
        const auto& text = *after->find("src/main.rs");
        right += text == "fn main() {\n    let a: i32 = 1;\n}\n";
        if (edits.applied == 0) {
            EXPECT_EQ(text, *project.find("src/main.rs"));
        }
    }
};

TEST_F(Faults, a_stream_cut_anywhere) {
    const auto whole = good_stream();
    meet("whole", RawServer::answering(whole));
    ASSERT_EQ(right, 1);
    const auto end_told = whole.find("finish_reason\":\"stop\"");
    ASSERT_NE(end_told, std::string::npos);
    for (int i = 0; i < 80; ++i) {
        const auto at = whole.size() * static_cast<std::size_t>(i) / 80;
        const int before = answered;
        meet(fmt::format("cut at {}", at), RawServer::answering(whole.substr(0, at)));
        if (at < end_told) {
            EXPECT_EQ(answered, before) << "a cut answer was taken for a whole one, at " << at;
        }
    }
}

TEST_F(Faults, bytes_changed_left_out_and_doubled) {
    const auto whole = good_stream();
    std::minstd_rand random(7);
    for (int i = 0; i < 80; ++i) {
        auto text = whole;
        for (int k = 0; k < 1 + i % 5; ++k) {
            const auto at = random() % text.size();
            switch (random() % 3) {
            case 0:
                text[at] = static_cast<char>(random());
                break;
            case 1:
                text.erase(at, 1 + random() % 40);
                break;
            default:
                text.insert(at, text.substr(at, 1 + random() % 40));
            }
        }
        meet(fmt::format("mutation {}", i), RawServer::answering(text));
    }
}

TEST_F(Faults, statuses_with_bodies_of_every_kind) {
    for (const int status : {100, 204, 206, 301, 400, 401, 404, 418, 429, 500, 502, 503, 529, 599})
        for (const auto& body : {std::string(), std::string("plain"), std::string("{\"error\":{\"message\":\"x\"}}")}) {
            const int before = answered;
            meet(fmt::format("{} {}", status, body),
                 RawServer::answering(fmt::format("HTTP/1.1 {} X\r\nContent-Length: {}\r\nRetry-After: 0\r\n\r\n{}",
                                                  status, body.size(), body)));
            EXPECT_EQ(answered, before);
        }
}

TEST_F(Faults, silence_and_drips) {
    const auto whole = good_stream();
    for (const auto stop_at : {std::size_t{0}, whole.find("\r\n\r\n") + 4, whole.size() / 3, whole.size() / 2})
        meet(fmt::format("silent after {}", stop_at), [&, stop_at](int fd, const std::atomic<bool>& stopping) {
            RawServer::read_head(fd);
            RawServer::send_all(fd, whole.substr(0, stop_at));
            while (!stopping)
                std::this_thread::sleep_for(5ms);
        });
    meet("one byte at a time", [&](int fd, const std::atomic<bool>& stopping) {
        RawServer::read_head(fd);
        for (std::size_t i = 0; i < whole.size() && !stopping; ++i) {
            RawServer::send_all(fd, whole.substr(i, 1));
            std::this_thread::sleep_for(5ms);
        }
    });
    EXPECT_EQ(answered, 0);
}

} // namespace
} // namespace rustcoder::model
