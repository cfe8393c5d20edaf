// Everything around the contract: health, metrics, description, pages, ids, who may ask, jobs, shutdown.
#include "server_fixture.h"

namespace rustcoder::test {
namespace {

using namespace std::chrono_literals;

struct Web : ServerFixture {};
using Jobs = Web;

TEST_F(Web, health_version_metrics) {
    start();
    EXPECT_EQ(get("/healthz").body, R"({"status":"ok"})");
    EXPECT_EQ(parse(get("/version")).at("name"), "rustcoder");
    post("/compile", {{"code", code("")}});
    const auto m = get("/metrics");
    EXPECT_EQ(m.headers.get("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
    EXPECT_NE(m.body.find("rustcoder_http_requests_total{route=\"/compile\",method=\"POST\",code=\"200\"}"),
              std::string::npos)
        << m.body;
    EXPECT_NE(m.body.find("rustcoder_jobs_total{state=\"done\"}"), std::string::npos);
}

TEST_F(Web, readiness_names_each_check_and_is_503_when_one_fails) {
    start();
    auto o = parse(get("/readyz"));
    EXPECT_EQ(o.at("status"), "ready");
    EXPECT_EQ(keys(o.at("checks").as_object()), (std::vector<std::string>{"toolchain", "sandbox", "disk", "queue"}));
    fake->ready_ok = false;
    const auto r = get("/readyz");
    EXPECT_EQ(r.status, 503);
    EXPECT_EQ(parse(r).at("checks").at("toolchain").at("ok"), false);
    EXPECT_EQ(parse(r).at("checks").at("toolchain").at("detail"), "no rustc");
}

TEST_F(Web, openapi_lists_what_routes_and_every_reference_resolves) {
    start();
    const auto r = get("/openapi.json");
    const auto o = parse(r);
    EXPECT_EQ(o.at("openapi"), "3.1.0");
    const auto& paths = o.at("paths").as_object();
    for (const char* path :
         {"/compile", "/compile-and-fix", "/generate", "/generate-sync", "/project/{id}", "/project/{id}/files/{path}",
          "/project/{id}/download", "/jobs", "/jobs/{id}", "/v1/jobs", "/v1/jobs/{id}/events", "/mcp", "/healthz"})
        EXPECT_TRUE(paths.contains(path)) << path;
    for (const auto& item : paths) // nothing is described that does not route
        for (const auto& operation : item.value().as_object()) {
            std::string method(operation.key().data(), operation.key().size()),
                path(item.key().data(), item.key().size());
            for (char& c : method)
                c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
            if (const auto at = path.find("{id}"); at != std::string::npos)
                path.replace(at, 4, "0123");
            Connection c(port);
            c.send(request_text(method, path, "", {{"Accept", "none/none"}}, port));
            const auto head = c.read_head();
            EXPECT_NE(head.status, 0) << method << path;
            EXPECT_FALSE(head.status == 405 && head.headers.get("Allow").find(method) != std::string_view::npos)
                << method << path;
        }
    const auto& schemas = o.at("components").at("schemas").as_object();
    std::size_t count = 0;
    for (std::size_t at = 0; (at = r.body.find("#/components/schemas/", at)) != std::string::npos; ++count) {
        at += 21;
        EXPECT_TRUE(schemas.contains(r.body.substr(at, r.body.find('"', at) - at)));
    }
    EXPECT_GT(count, 10u);
}

TEST_F(Web, pages_are_self_contained) {
    start();
    for (const char* path : {"/", "/docs"}) {
        const auto r = get(path);
        EXPECT_EQ(r.status, 200);
        EXPECT_EQ(r.headers.get("Content-Type"), "text/html; charset=utf-8");
        EXPECT_NE(r.headers.get("Content-Security-Policy").find("script-src 'self'"), std::string_view::npos);
        EXPECT_EQ(r.body.find("://"), std::string::npos) << "nothing from elsewhere";
        for (std::size_t at = 0; (at = r.body.find("/assets/", at)) != std::string::npos; ++at)
            EXPECT_EQ(get(r.body.substr(at, r.body.find('"', at) - at)).status, 200);
    }
}

TEST_F(Web, request_ids_and_security_headers_are_on_every_answer) {
    start();
    for (const char* path : {"/healthz", "/nope", "/compile"}) {
        const auto r = get(path, {{"X-Request-Id", "abc-1"}});
        EXPECT_EQ(r.headers.get("X-Request-Id"), "abc-1") << path;
        EXPECT_EQ(r.headers.get("X-Content-Type-Options"), "nosniff") << path;
    }
    const auto r = get("/healthz", {{"X-Request-Id", "bad id<>"}});
    EXPECT_EQ(r.headers.get("X-Request-Id").size(), 32u);
    EXPECT_EQ(get("/healthz", {{"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}}).status,
              200);
}

TEST_F(Web, foreign_hosts_and_origins_are_403) {
    server::ServerOptions o;
    o.allowed_hosts = {"api"};
    o.allowed_origins = {"https://good.example"};
    start(o);
    EXPECT_EQ(get("/healthz", {{"Host", "evil.example"}}).status, 403);
    EXPECT_EQ(get("/healthz", {{"Host", "localhost.evil.example"}}).status, 403);
    EXPECT_EQ(get("/healthz", {{"Host", "localhost:1"}}).status, 200);
    EXPECT_EQ(get("/healthz", {{"Host", "[::1]:1"}}).status, 200);
    EXPECT_EQ(get("/healthz", {{"Host", "api:8000"}}).status, 200);
    Connection probe(port); // HTTP/1.0 has no Host
    probe.send("GET /healthz HTTP/1.0\r\n\r\n");
    EXPECT_EQ(probe.read().status, 200);
    EXPECT_EQ(get("/healthz", {{"Origin", "https://evil.example"}}).status, 403);
    EXPECT_EQ(get("/healthz", {{"Origin", "null"}}).status, 403);
    EXPECT_EQ(get("/healthz", {{"Origin", "http://localhost:3000"}}).status, 200);
    EXPECT_EQ(get("/healthz", {{"Origin", "https://good.example"}}).status, 200);
    EXPECT_EQ(post("/mcp", {{"a", 1}}, {{"Origin", "https://evil.example"}}).status, 403);
}

TEST_F(Web, a_key_guards_the_work_but_not_health) {
    server::ServerOptions o;
    o.api_key = "secret";
    start(o);
    auto r = post("/compile", {{"code", code("")}});
    EXPECT_EQ(r.status, 401);
    EXPECT_EQ(r.headers.get("WWW-Authenticate"), "Bearer realm=\"rustcoder\"");
    EXPECT_EQ(post("/compile", {{"code", code("")}}, {{"Authorization", "Bearer secre"}}).status, 401);
    EXPECT_EQ(post("/compile", {{"code", code("")}}, {{"Authorization", "Bearer secret"}}).status, 200);
    EXPECT_EQ(post("/compile", {{"code", code("")}}, {{"X-API-Key", "secret"}}).status, 200);
    EXPECT_EQ(post("/mcp", {{"a", 1}}).status, 401);
    EXPECT_EQ(get("/metrics").status, 401);
    EXPECT_EQ(get("/v1/jobs/x").status, 401);
    EXPECT_EQ(get("/healthz").status, 200);
    EXPECT_EQ(get("/readyz").status, 200);
    EXPECT_EQ(get("/").status, 200);
}

TEST(ServerStart, refuses_the_open_network_without_a_key) {
    server::ServerOptions o;
    o.http.address = "0.0.0.0";
    o.http.port = 0;
    auto fake = std::make_shared<FakeUseCases>();
    auto refused = server::Server::start(o, std::static_pointer_cast<server::UseCases>(fake));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::denied);
    EXPECT_NE(refused.error().next_step.find("RUSTCODER_API_KEY"), std::string::npos);
    o.insecure = true;
    EXPECT_TRUE(server::Server::start(o, std::static_pointer_cast<server::UseCases>(fake)));
    o.insecure = false;
    o.api_key = "k";
    auto keyed = server::Server::start(o, std::static_pointer_cast<server::UseCases>(fake));
    ASSERT_TRUE(keyed);
    EXPECT_EQ(fetch((*keyed)->port(), "GET", "/healthz", "", {{"Host", "any.example"}}).status, 200);
}

TEST_F(Jobs, life_of_a_job) {
    start();
    const auto created = post("/v1/jobs", {{"kind", "fix"}, {"code", code("BROKEN HANG")}, {"description", "d"}});
    EXPECT_EQ(created.status, 202);
    const std::string self(created.headers.get("Location"));
    EXPECT_EQ(self.rfind("/v1/jobs/", 0), 0u);
    ASSERT_TRUE(eventually([&] { return fake->running == 1; }));
    EXPECT_EQ(parse(get(self)).at("state"), "running");
    auto pending = get(self + "/result");
    EXPECT_EQ(pending.status, 202);
    EXPECT_NE(pending.headers.find("Retry-After"), nullptr);
    fake->go_on = true;
    ASSERT_TRUE(eventually([&] { return parse(get(self)).at("state") == "done"; }));
    EXPECT_EQ(parse(get(self)).at("success"), true);
    const auto result = get(self + "/result");
    EXPECT_EQ(result.status, 200);
    EXPECT_EQ(parse(result).at("verdict"), "fixed");
}

TEST_F(Jobs, events_stream_and_resume_by_id) {
    start();
    const std::string self(post("/v1/jobs", {{"code", code("BROKEN HANG")}}).headers.get("Location"));
    ASSERT_TRUE(eventually([&] { return fake->running == 1; }));
    Connection c(port);
    c.send(request_text("GET", self + "/events"));
    const auto head = c.read_head();
    EXPECT_EQ(head.headers.get("Content-Type"), "text/event-stream");
    const auto first = c.read_stream_until("step 2");
    EXPECT_NE(first.find("id: 1\nevent: state\n"), std::string::npos) << first;
    EXPECT_NE(first.find("event: progress"), std::string::npos);
    fake->go_on = true;
    const auto rest = c.read_stream_until("event: done");
    EXPECT_NE(rest.find("\"state\":\"done\""), std::string::npos) << rest;
    std::string chunk;
    while (c.read_chunk(chunk) && !chunk.empty()) {
    }
    EXPECT_TRUE(chunk.empty()) << "the stream ends with the job";
    const auto replay = get(self + "/events", {{"Last-Event-ID", "4"}});
    EXPECT_EQ(replay.body.find("id: 4\n"), std::string::npos) << replay.body;
    EXPECT_NE(replay.body.find("id: 5\n"), std::string::npos) << replay.body;
    EXPECT_NE(replay.body.find("event: done"), std::string::npos);
    EXPECT_EQ(replay.body, get(self + "/events?after=4").body);
}

TEST_F(Jobs, delete_cancels_running_and_queued_ones) {
    server::ServerOptions o;
    o.jobs.workers = 1;
    start(o);
    const std::string a(post("/v1/jobs", {{"code", code("HANG")}}).headers.get("Location"));
    ASSERT_TRUE(eventually([&] { return fake->running == 1; }));
    const std::string b(post("/v1/jobs", {{"kind", "compile"}, {"code", code("")}}).headers.get("Location"));
    EXPECT_EQ(parse(get(b)).at("state"), "queued");
    EXPECT_EQ(fetch(port, "DELETE", b).status, 202);
    EXPECT_EQ(parse(get(b)).at("state"), "cancelled");
    EXPECT_EQ(fetch(port, "DELETE", a).status, 202);
    EXPECT_TRUE(eventually([&] { return parse(get(a)).at("state") == "cancelled"; }, 1s));
    EXPECT_EQ(get(a + "/result").status, 409);
    EXPECT_EQ(fetch(port, "DELETE", a).status, 200) << "what is finished is forgotten";
    EXPECT_EQ(get(a).status, 404);
    EXPECT_EQ(fetch(port, "DELETE", a).status, 404);
}

TEST_F(Jobs, refusals) {
    start();
    EXPECT_EQ(get("/v1/jobs/unknown").status, 404);
    EXPECT_EQ(get("/v1/jobs/unknown/events").status, 404);
    EXPECT_EQ(post("/v1/jobs", {{"kind", "nope"}, {"code", "x"}}).status, 422);
    EXPECT_EQ(post("/v1/jobs", {{"kind", "fix"}}).status, 400);
    EXPECT_EQ(post("/v1/jobs", {{"code", code("")}, {"timeout_seconds", -1}}).status, 422);
    EXPECT_EQ(fetch(port, "PUT", "/v1/jobs", "{}").status, 405);
    for (const char* query : {"state=odd", "kind=odd", "limit=0", "limit=x", "cursor=odd"})
        EXPECT_EQ(get(std::string("/jobs?") + query).status, 400) << query;
}

TEST_F(Jobs, the_shorter_name_is_the_same_and_links_stay_in_it) {
    start();
    const auto created = post("/jobs", {{"kind", "check"}, {"code", code("")}, {"description", "what it is"}});
    EXPECT_EQ(created.status, 202);
    const std::string self(created.headers.get("Location"));
    EXPECT_EQ(self.rfind("/jobs/", 0), 0u);
    EXPECT_EQ(parse(created).at("links").at("events"), json::value(self + "/events"));
    ASSERT_TRUE(eventually([&] { return parse(get(self)).at("state") == "done"; }));
    EXPECT_EQ(parse(get("/v1" + self)).at("title"), "what it is");
    EXPECT_EQ(get(self + "/result").body, get("/v1" + self + "/result").body);
}

TEST_F(Jobs, are_listed_newest_first_by_state_and_kind_in_pages) {
    start();
    std::vector<std::string> ids;
    for (int i = 0; i < 5; ++i) {
        const auto r = parse(post("/jobs", {{"kind", i % 2 ? "check" : "fix"}, {"code", code("")}}));
        ids.insert(ids.begin(), std::string(r.at("id").as_string()));
        ASSERT_TRUE(eventually([&] { return parse(get("/jobs/" + ids[0])).at("state") == "done"; }));
        std::this_thread::sleep_for(2ms); // another millisecond: the order is that of creation
    }
    post("/compile", {{"code", code("")}}); // nobody can ask for it later, so it is not listed
    const auto of = [&](const std::string& query) {
        std::vector<std::string> out;
        const auto page = parse(get("/jobs" + query));
        for (const auto& job : page.at("jobs").as_array())
            out.emplace_back(job.at("id").as_string());
        return std::pair(out, page.at("next_cursor"));
    };
    EXPECT_EQ(of("").first, ids);
    EXPECT_TRUE(of("").second.is_null());
    EXPECT_EQ(of("?kind=check").first, (std::vector<std::string>{ids[1], ids[3]}));
    EXPECT_TRUE(of("?state=queued").first.empty());
    EXPECT_EQ(of("?state=done&limit=500").first.size(), 5u);
    std::vector<std::string> paged;
    json::value cursor = "";
    for (int pages = 0; pages < 3; ++pages) {
        const auto [page, next] = of("?limit=2&cursor=" + std::string(cursor.as_string()));
        paged.insert(paged.end(), page.begin(), page.end());
        cursor = next;
        EXPECT_EQ(cursor.is_null(), pages == 2);
        if (cursor.is_null())
            break;
    }
    EXPECT_EQ(paged, ids);
}

TEST_F(Jobs, finished_ones_are_bounded) {
    server::ServerOptions o;
    o.jobs.kept = 2;
    o.jobs.workers = 1;
    start(o);
    std::vector<std::string> all;
    for (int i = 0; i < 4; ++i) {
        all.emplace_back(post("/v1/jobs", {{"kind", "check"}, {"code", code("")}}).headers.get("Location"));
        ASSERT_TRUE(eventually([&] { return parse(get(all.back())).at("state") == "done"; }));
    }
    EXPECT_TRUE(eventually([&] { return get(all[0]).status == 404 && get(all[1]).status == 404; }));
    EXPECT_EQ(get(all[3]).status, 200);
}

TEST_F(Jobs, a_check_gives_diagnostics_and_does_not_run) {
    start();
    const std::string self(post("/v1/jobs", {{"kind", "check"}, {"code", code("BROKEN")}}).headers.get("Location"));
    ASSERT_TRUE(eventually([&] { return parse(get(self)).at("state") == "done"; }));
    const auto o = parse(get(self + "/result"));
    EXPECT_EQ(o.at("errors"), 1);
    const auto& d = o.at("diagnostics").as_array().at(0).as_object();
    EXPECT_EQ(d.at("code"), "E0425");
    EXPECT_EQ(d.at("line"), 1);
    EXPECT_EQ(d.at("label"), "not found");
}

TEST_F(Web, stop_finishes_running_work_within_the_grace_time) {
    start();
    Connection c(port);
    c.send(request_text("POST", "/compile", body({{"code", code("HANG")}})));
    ASSERT_TRUE(eventually([&] { return fake->running == 1; }));
    std::thread later([&] {
        std::this_thread::sleep_for(100ms);
        fake->go_on = true;
    });
    EXPECT_TRUE(running->stop(5s));
    later.join();
    EXPECT_EQ(c.read().status, 200);
    EXPECT_EQ(fake->stopped, 0);
    EXPECT_FALSE(Connection(port).connected());
    EXPECT_TRUE(running->stop(0ms)) << "idempotent";
}

TEST_F(Web, stop_past_the_grace_time_cancels_and_still_answers) {
    start();
    Connection c(port);
    c.send(request_text("POST", "/compile", body({{"code", code("HANG")}})));
    ASSERT_TRUE(eventually([&] { return fake->running == 1; }));
    running->stop(100ms);
    EXPECT_EQ(fake->stopped, 1);
    EXPECT_EQ(c.read().status, 503);
}

TEST_F(Web, a_thousand_idle_event_streams_and_busy_workers_leave_health_alone) {
    start();
    const std::string self(post("/v1/jobs", {{"code", code("HANG")}}).headers.get("Location"));
    post("/v1/jobs", {{"code", code("HANG")}});
    ASSERT_TRUE(eventually([&] { return fake->running == 2; })) << "both workers are busy";
    std::vector<Connection> clients;
    for (int i = 0; i < 1000; ++i) {
        clients.emplace_back(port);
        if (!clients.back().connected())
            GTEST_SKIP() << "descriptor limit of this shell is below 2,100 (ulimit -n)";
        clients.back().send(request_text("GET", self + "/events"));
        ASSERT_EQ(clients.back().read_head().status, 200) << i;
    }
    EXPECT_EQ(get("/healthz").status, 200);
    EXPECT_NE(get("/metrics").body.find("rustcoder_http_connections 10"), std::string::npos);
    fake->go_on = true;
    for (auto& c : clients)
        EXPECT_NE(c.read_stream_until("event: done").find("event: done"), std::string::npos);
}

} // namespace
} // namespace rustcoder::test
