// An in-process server with fake use cases and a few shorthands.
#pragma once

#include "fake_use_cases.h"

#include "base/json.h"
#include "server/server.h"
#include "unit/net/blocking_client.h"

#include <gtest/gtest.h>

namespace rustcoder::test {

namespace json = base::json;

struct ServerFixture : testing::Test {
    std::shared_ptr<FakeUseCases> fake = std::make_shared<FakeUseCases>();
    std::unique_ptr<server::Server> running;
    int port = 0;

    void start(server::ServerOptions options = {}) {
        options.http.port = 0;
        if (options.jobs.workers == 0)
            options.jobs.workers = 2;
        auto started = server::Server::start(options, std::static_pointer_cast<server::UseCases>(fake));
        ASSERT_TRUE(started) << started.error().text();
        running = std::move(*started);
        port = running->port();
    }
    void TearDown() override {
        fake->go_on = true;
        running.reset();
    }

    static std::string code(const std::string& words) {
        return "[filename: Cargo.toml]\n[package]\nname = \"p\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n"
               "[filename: src/main.rs]\nfn main() { /* " +
               words + " */ }\n";
    }
    static std::string body(json::object o) { return base::dump(o); }
    static json::object parse(const Reply& r) {
        auto v = base::parse_json(r.body);
        EXPECT_TRUE(v && v->is_object()) << r.status << " " << r.body;
        return v && v->is_object() ? v->get_object() : json::object();
    }
    Reply post(std::string_view path, const json::object& o,
               const std::vector<std::pair<std::string, std::string>>& headers = {}) {
        return fetch(port, "POST", path, base::dump(o), headers);
    }
    Reply get(std::string_view path, const std::vector<std::pair<std::string, std::string>>& headers = {}) {
        return fetch(port, "GET", path, "", headers);
    }
};

inline std::vector<std::string> keys(const json::object& o) {
    std::vector<std::string> out;
    for (const auto& m : o)
        out.emplace_back(m.key().data(), m.key().size());
    return out;
}

} // namespace rustcoder::test
