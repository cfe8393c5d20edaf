// Jobs that outlive the server: restarts, damage, quotas, two servers on one folder. A "killed" server is one whose
// folder is copied while it works: that copy is what a power cut would leave.
#include "server_fixture.h"

#include "server/job_folder.h"

#include <fcntl.h>
#include <fstream>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>

namespace rustcoder::test {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

struct Durable : ServerFixture {
    base::TempDir scratch = *base::TempDir::create("rc-durable");
    fs::path root = scratch.path() / "jobs";
    server::JobFolderOptions disk;
    server::ServerOptions options;

    void up(const fs::path& folder = {}) {
        disk.root = folder.empty() ? root : folder;
        auto opened = server::JobFolder::open(disk);
        ASSERT_TRUE(opened) << opened.error().text();
        options.jobs.folder = *opened;
        start(options);
    }
    void down() {
        if (running)
            running->stop(0ms);
        running.reset();
        options.jobs.folder.reset();
    }
    /// As after kill -9: what is on the disk now, in another place, with no lock on it.
    fs::path killed() {
        const fs::path copy = scratch.path() / ("copy" + std::to_string(++copies));
        fs::copy(root, copy, fs::copy_options::recursive);
        return copy;
    }
    void start_on_copy() {
        const auto copy = killed();
        fake->go_on = true;
        down();
        fake = std::make_shared<FakeUseCases>();
        root = copy;
        up();
    }
    std::string submit(json::object o) {
        const auto r = post("/jobs", o);
        EXPECT_EQ(r.status, 202) << r.body;
        return std::string(r.headers.get("Location"));
    }
    std::string done(json::object o) {
        const auto self = submit(std::move(o));
        EXPECT_TRUE(eventually([&] { return parse(get(self)).at("state") == "done"; }));
        return self;
    }
    fs::path folder_of(const std::string& self) { return root / self.substr(self.rfind('/') + 1); }
    static std::string text_of(const fs::path& file) { return base::read_file(file).value_or(""); }
    /// The time a job took is rounded on its way to the disk.
    static std::string without_seconds(const std::string& text) {
        auto value = base::parse_json(text);
        if (!value || !value->is_object())
            return text;
        value->get_object().erase("seconds");
        return base::dump(*value);
    }
    int copies = 0;
};

TEST_F(Durable, finished_jobs_answer_as_before_a_restart) {
    up();
    const auto fix = done({{"kind", "fix"}, {"code", code("BROKEN")}, {"description", "mend it"}});
    const auto bad = done({{"kind", "compile"}, {"code", code("BROKEN")}});
    const auto check = done({{"kind", "check"}, {"code", code("BROKEN")}});
    const auto made = done({{"kind", "generate"}, {"description", "a BINARY thing"}, {"artifact", true}});
    const auto project = "/project/" + made.substr(6);
    std::vector<std::string> paths;
    for (const auto& self : {fix, bad, check, made})
        for (const char* rest : {"", "/result"})
            paths.push_back(self + rest);
    for (const char* rest :
         {"", "/download", "/artifact", "/evidence", "/files/src/main.rs", "/files/data/%C3%A4.bin", "/files/nope"})
        paths.push_back(project + rest);
    std::map<std::string, Reply> before;
    for (const auto& path : paths)
        before[path] = get(path);
    const auto events = get(fix + "/events").body;
    down();
    up();
    const int calls = fake->calls;
    for (const auto& path : paths) {
        const auto after = get(path);
        EXPECT_EQ(after.status, before[path].status) << path;
        EXPECT_EQ(after.headers.get("Content-Type"), before[path].headers.get("Content-Type")) << path;
        EXPECT_EQ(without_seconds(after.body), without_seconds(before[path].body)) << path;
    }
    EXPECT_EQ(fake->calls, calls) << "nothing is done again";
    const auto last = get(fix + "/events").body;
    EXPECT_NE(last.find("event: done"), std::string::npos);
    EXPECT_NE(events.find(last.substr(last.find("id: "))), std::string::npos) << "the last event has its old id";
    EXPECT_EQ(parse(get("/jobs")).at("jobs").as_array().size(), 4u);
    EXPECT_EQ(parse(get("/jobs?kind=fix")).at("jobs").as_array().at(0).at("title"), "mend it");
}

TEST_F(Durable, unfinished_jobs_are_done_after_a_kill) {
    options.jobs.workers = 1;
    up();
    const auto running_one = submit({{"code", code("BROKEN HANG")}, {"description", "d"}, {"max_attempts", 7}});
    ASSERT_TRUE(eventually([&] { return fake->running == 1; }));
    const auto queued = submit({{"kind", "generate"}, {"description", "a thing"}, {"name", "named"}});
    start_on_copy();
    fake->go_on = true;
    for (const auto& self : {running_one, queued})
        ASSERT_TRUE(eventually([&] { return parse(get(self)).at("state") == "done"; })) << self;
    EXPECT_EQ(parse(get(running_one + "/result")).at("verdict"), "fixed");
    EXPECT_EQ(fake->last_fix.options.max_builds, 7);
    EXPECT_EQ(fake->last_generate.package, "named");
    const auto events = get(running_one + "/events", {{"Last-Event-ID", "3"}}).body;
    EXPECT_NE(events.find("event: done"), std::string::npos) << "ids go on rising: " << events;
    EXPECT_NE(events.find("id: 1000001\n"), std::string::npos) << events;
}

TEST_F(Durable, a_job_that_was_there_at_two_deaths_is_not_begun_a_third_time) {
    up();
    const auto self = submit({{"code", code("HANG")}});
    ASSERT_TRUE(eventually([&] { return fake->running == 1; }));
    start_on_copy();
    ASSERT_TRUE(eventually([&] { return fake->running == 1; })) << "once more";
    start_on_copy();
    ASSERT_TRUE(eventually([&] { return parse(get(self)).at("state") == "failed"; }));
    EXPECT_EQ(fake->calls, 0);
    EXPECT_NE(parse(get(self)).at("error").as_string().find("ended 2 times"), std::string::npos);
    EXPECT_EQ(get(self + "/result").status, 500);
    down();
    up();
    EXPECT_EQ(parse(get(self)).at("state"), "failed") << "that too is kept";
}

TEST_F(Durable, an_orderly_stop_puts_jobs_back_and_does_not_count) {
    options.jobs.workers = 1;
    up();
    const auto a = submit({{"code", code("BROKEN HANG")}}), b = submit({{"code", code("BROKEN")}});
    for (int stops = 0; stops < 3; ++stops) {
        ASSERT_TRUE(eventually([&] { return fake->running == 1; })) << stops;
        down();
        up();
    }
    fake->go_on = true;
    for (const auto& self : {a, b})
        EXPECT_TRUE(eventually([&] { return parse(get(self)).at("state") == "done"; }));
}

TEST_F(Durable, what_was_cancelled_or_deleted_stays_so) {
    up();
    const auto cancelled = submit({{"code", code("HANG")}});
    ASSERT_TRUE(eventually([&] { return fake->running == 1; }));
    EXPECT_EQ(fetch(port, "DELETE", cancelled).status, 202);
    ASSERT_TRUE(eventually([&] { return parse(get(cancelled)).at("state") == "cancelled"; }));
    const auto deleted = done({{"code", code("")}});
    ASSERT_TRUE(fs::exists(folder_of(deleted)));
    EXPECT_EQ(parse(fetch(port, "DELETE", deleted)).at("deleted"), true);
    EXPECT_FALSE(fs::exists(folder_of(deleted)));
    down();
    up();
    EXPECT_EQ(parse(get(cancelled)).at("state"), "cancelled");
    EXPECT_EQ(get(cancelled + "/result").status, 409);
    EXPECT_EQ(get(deleted).status, 404);
    EXPECT_EQ(fetch(port, "DELETE", cancelled).status, 200) << "a restored one can be forgotten too";
    EXPECT_EQ(parse(get("/jobs")).at("jobs").as_array().size(), 0u);
}

TEST_F(Durable, nobody_else_may_read_and_no_key_is_written) {
    options.api_key = "the-secret-key";
    up();
    const auto r = post("/jobs", {{"code", code("")}}, {{"Authorization", "Bearer the-secret-key"}});
    EXPECT_EQ(r.status, 202);
    const auto place = folder_of(std::string(r.headers.get("Location")));
    ASSERT_TRUE(eventually([&] { return fs::exists(place / "result.json"); }));
    for (const auto& folder : {root, place}) {
        struct stat info{};
        ASSERT_EQ(::stat(folder.c_str(), &info), 0);
        EXPECT_EQ(info.st_mode & 077u, 0u) << folder;
    }
    for (const auto& file : fs::recursive_directory_iterator(root))
        if (file.is_regular_file()) {
            EXPECT_EQ(text_of(file).find("the-secret-key"), std::string::npos) << file.path();
        }
}

TEST_F(Durable, damage_is_told_and_passed_over) {
    up();
    const auto good = done({{"code", code("")}});
    const auto half_result = done({{"code", code("")}}), foreign = done({{"code", code("")}}),
               odd_status = done({{"code", code("")}});
    const auto lost = submit({{"code", code("HANG")}});
    ASSERT_TRUE(eventually([&] { return fake->running == 1; }));
    const auto cut = [&](const fs::path& file, std::size_t n) {
        std::ofstream(file, std::ios::trunc | std::ios::binary) << text_of(file).substr(0, n);
    };
    cut(folder_of(half_result) / "result.json", 40);
    std::ofstream(folder_of(foreign) / "result.json", std::ios::trunc) << R"({"some":"thing else"})";
    cut(folder_of(odd_status) / "status.json", 10);
    cut(folder_of(lost) / "request.json", 30);
    fs::create_directories(root / "not-an-id" / "x");
    std::ofstream(root / "stray") << "x";
    start_on_copy();
    EXPECT_EQ(parse(get(good)).at("state"), "done");
    EXPECT_EQ(parse(get(odd_status)).at("state"), "done") << "the result is what counts";
    for (const auto& self : {half_result, foreign, lost})
        EXPECT_EQ(get(self).status, 404) << self;
    const auto ready = get("/readyz");
    EXPECT_EQ(ready.status, 200);
    EXPECT_NE(ready.body.find("cannot be read"), std::string::npos) << ready.body;
    EXPECT_GE(parse(get("/jobs")).at("jobs").as_array().size(), 2u);
    EXPECT_TRUE(fs::exists(root / "not-an-id" / "x")) << "what is not ours is left alone";
    fake->go_on = true;
    EXPECT_EQ(parse(get(done({{"code", code("")}}))).at("state"), "done");
}

TEST_F(Durable, any_cut_of_any_file_is_survived) {
    up();
    const auto self = done({{"kind", "generate"}, {"description", "a thing"}, {"artifact", true}});
    down();
    const auto place = folder_of(self);
    for (const char* name : {"request.json", "status.json", "result.json", "artifact"}) {
        const auto whole = text_of(place / name);
        ASSERT_FALSE(whole.empty());
        for (const std::size_t n : {std::size_t(0), std::size_t(1), whole.size() / 2, whole.size() - 1}) {
            std::ofstream(place / name, std::ios::trunc | std::ios::binary) << whole.substr(0, n);
            disk.root = root;
            auto folder = server::JobFolder::open(disk);
            ASSERT_TRUE(folder);
            (void)(*folder)->list();
            (void)(*folder)->load(self.substr(6));
            (void)(*folder)->take_over();
        }
        std::ofstream(place / name, std::ios::trunc | std::ios::binary) << whole.substr(0, whole.size() / 2);
        up();
        const auto project = "/project/" + self.substr(6);
        if (std::string_view(name) == "artifact") {
            EXPECT_EQ(get(project + "/artifact").status, 500) << "half a program is not handed over";
            EXPECT_EQ(get(project).status, 200);
        } else if (std::string_view(name) == "status.json") {
            EXPECT_EQ(get(project).status, 200);
        } else {
            EXPECT_EQ(get(project).status, 404);
        }
        down();
        std::ofstream(place / name, std::ios::trunc | std::ios::binary) << whole;
    }
}

TEST_F(Durable, the_oldest_go_when_the_quota_is_used_up) {
    disk.most_bytes = 60'000;
    up();
    std::vector<std::string> all;
    for (int i = 0; i < 8; ++i)
        all.push_back(done({{"kind", "fix"}, {"code", code("BROKEN " + std::string(4'000, 'x'))}}));
    std::uint64_t bytes = 0;
    for (const auto& file : fs::recursive_directory_iterator(root))
        bytes += file.is_regular_file() ? file.file_size() : 0;
    EXPECT_LE(bytes, disk.most_bytes);
    EXPECT_FALSE(fs::exists(folder_of(all.front())));
    EXPECT_TRUE(fs::exists(folder_of(all.back())));
    const auto r = post("/jobs", {{"code", code(std::string(70'000, 'x'))}});
    EXPECT_EQ(r.status, 503) << "larger than all of it";
    EXPECT_NE(r.body.find("--data-mib"), std::string::npos) << r.body;
    down();
    up();
    EXPECT_EQ(get(all.front()).status, 404);
    EXPECT_EQ(get(all.back()).status, 200);
}

TEST_F(Durable, the_old_go_by_age_and_by_number) {
    disk.most_jobs = 3;
    up();
    std::vector<std::string> all;
    for (int i = 0; i < 5; ++i) {
        all.push_back(done({{"kind", "check"}, {"code", code("")}}));
        std::this_thread::sleep_for(20ms); // the clock of the file system goes in steps
    }
    down();
    up();
    EXPECT_LE(parse(get("/jobs")).at("jobs").as_array().size(), 3u);
    EXPECT_EQ(get(all.back()).status, 200);
    down();
    disk.keep = 1s;
    std::this_thread::sleep_for(2100ms);
    up();
    EXPECT_EQ(get(all.back()).status, 404);
    EXPECT_TRUE(fs::is_empty(root));
}

TEST_F(Durable, jobs_dropped_from_memory_are_read_from_the_disk) {
    options.jobs.kept = 1;
    up();
    const auto a = done({{"code", code("BROKEN")}}), b = done({{"code", code("")}}), c = done({{"code", code("")}});
    EXPECT_EQ(parse(get(a + "/result")).at("verdict"), "fixed");
    EXPECT_EQ(parse(get("/jobs")).at("jobs").as_array().size(), 3u) << "none twice";
}

TEST_F(Durable, a_disk_that_takes_nothing_refuses_the_job_and_the_server_lives) {
    up();
    const auto before = done({{"code", code("")}});
    ASSERT_EQ(::chmod(root.c_str(), 0500), 0);
    struct rlimit old{};
    ::getrlimit(RLIMIT_FSIZE, &old);
    struct sigaction ignore{}, was{};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGXFSZ, &ignore, &was);
    struct rlimit none{100, old.rlim_max}; // root writes where it may not: so files may not grow
    ::setrlimit(RLIMIT_FSIZE, &none);
    const auto refused = post("/jobs", {{"code", code(std::string(2'000, 'x'))}});
    const auto generate = post("/generate", {{"description", "d"}});
    const auto sync = post("/compile", {{"code", code("")}});
    const auto old_one = get(before + "/result");
    ::setrlimit(RLIMIT_FSIZE, &old);
    ::sigaction(SIGXFSZ, &was, nullptr);
    ::chmod(root.c_str(), 0700);
    EXPECT_EQ(refused.status, 503) << refused.body;
    EXPECT_NE(refused.headers.find("Retry-After"), nullptr);
    EXPECT_NE(refused.body.find("could not be stored"), std::string::npos) << refused.body;
    EXPECT_EQ(generate.status, 503);
    EXPECT_EQ(sync.status, 200) << "what is not kept needs no disk";
    EXPECT_EQ(old_one.status, 200);
    EXPECT_EQ(std::distance(fs::directory_iterator(root), fs::directory_iterator()), 1) << "nothing half made is left";
    done({{"code", code("")}});
}

TEST_F(Durable, a_result_that_cannot_be_written_is_still_answered) {
    up();
    const auto self = submit({{"code", code("BROKEN HANG")}});
    ASSERT_TRUE(eventually([&] { return fake->running == 1; }));
    struct rlimit old{};
    ::getrlimit(RLIMIT_FSIZE, &old);
    struct sigaction ignore{}, was{};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGXFSZ, &ignore, &was);
    struct rlimit none{100, old.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &none);
    fake->go_on = true;
    EXPECT_TRUE(eventually([&] { return parse(get(self)).at("state") == "done"; }));
    EXPECT_EQ(get(self + "/result").status, 200);
    ::setrlimit(RLIMIT_FSIZE, &old);
    ::sigaction(SIGXFSZ, &was, nullptr);
    down();
    up(); // it counts as unfinished, so it is done again
    EXPECT_TRUE(eventually([&] { return parse(get(self)).at("state") == "done"; }));
    EXPECT_EQ(fake->calls, 2);
}

TEST_F(Durable, two_servers_share_a_folder_without_doing_anything_twice) {
    options.jobs.workers = 1;
    up();
    const auto running_one = submit({{"code", code("BROKEN HANG")}}), queued = submit({{"code", code("")}});
    ASSERT_TRUE(eventually([&] { return fake->running == 1; }));
    auto other = std::make_shared<FakeUseCases>();
    server::ServerOptions second = options;
    second.http.port = 0;
    second.jobs.folder = *server::JobFolder::open(disk);
    auto neighbour = server::Server::start(second, std::static_pointer_cast<server::UseCases>(other));
    ASSERT_TRUE(neighbour);
    const auto ask = [&](std::string_view method, const std::string& path, std::string_view text = {}) {
        return fetch((*neighbour)->port(), method, path, text);
    };
    EXPECT_EQ(ask("GET", running_one).status, 404) << "the other one has it";
    const auto own = ask("POST", "/jobs", body({{"code", code("BROKEN")}}));
    EXPECT_EQ(own.status, 202);
    const std::string theirs(own.headers.get("Location"));
    ASSERT_TRUE(eventually([&] { return parse(ask("GET", theirs)).at("state") == "done"; }));
    EXPECT_EQ(other->calls, 1) << "only its own";
    EXPECT_EQ(parse(get(theirs + "/result")).at("verdict"), "fixed") << "finished ones are for both";
    fake->go_on = true;
    for (const auto& self : {running_one, queued}) {
        ASSERT_TRUE(eventually([&] { return parse(get(self)).at("state") == "done"; }));
        EXPECT_EQ(ask("GET", self).status, 200);
    }
    EXPECT_EQ(fake->calls + other->calls, 3);
    EXPECT_EQ(parse(ask("GET", "/jobs")).at("jobs").as_array().size(), 3u);
    EXPECT_EQ(ask("DELETE", queued).status, 200);
    EXPECT_FALSE(fs::exists(folder_of(queued)));
}

TEST_F(Durable, a_server_takes_over_from_one_that_went_away) {
    up();
    const auto self = submit({{"code", code("BROKEN HANG")}});
    ASSERT_TRUE(eventually([&] { return fake->running == 1; }));
    auto other = std::make_shared<FakeUseCases>();
    server::ServerOptions second = options;
    second.http.port = 0;
    second.jobs.folder = *server::JobFolder::open(disk);
    auto neighbour = server::Server::start(second, std::static_pointer_cast<server::UseCases>(other));
    ASSERT_TRUE(neighbour);
    down();
    other->go_on = true;
    const auto ask = [&] { return fetch((*neighbour)->port(), "GET", self); };
    EXPECT_EQ(ask().status, 200) << "asked for, it is taken up";
    EXPECT_TRUE(eventually([&] { return parse(ask()).at("state") == "done"; }));
    EXPECT_EQ(other->calls, 1);
}

TEST_F(Durable, a_tool_call_that_was_told_to_wait_survives_too) {
    up();
    const auto call = [&](std::string_view tool, json::object arguments) {
        const json::object meta{{"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
                                {"io.modelcontextprotocol/clientCapabilities", json::object()}};
        const json::object message{
            {"jsonrpc", "2.0"},
            {"id", 1},
            {"method", "tools/call"},
            {"params", json::object{{"name", tool}, {"arguments", std::move(arguments)}, {"_meta", meta}}}};
        const auto r = post("/mcp", message,
                            {{"Accept", "application/json"},
                             {"MCP-Protocol-Version", "2026-07-28"},
                             {"Mcp-Method", "tools/call"},
                             {"Mcp-Name", std::string(tool)}});
        EXPECT_EQ(r.status, 200) << r.body;
        return parse(r).at("result").as_object();
    };
    auto quick = call("compile", {{"code", code("")}});
    EXPECT_TRUE(fs::is_empty(root)) << "what is answered at once costs no disk";
    std::vector<json::value> ids;
    for (json::object arguments :
         {json::object{{"description", "HANG a thing"}}, json::object{{"code", code("HANG")}}}) {
        arguments["wait_seconds"] = 0.05;
        const bool makes = arguments.contains("description");
        ids.push_back(call(makes ? "generate" : "compile_and_fix", arguments).at("structuredContent").at("job_id"));
    }
    json::object pair{{"before", code("BROKEN HANG")}, {"after", code("HANG")}, {"wait_seconds", 0.05}};
    ids.push_back(call("add_fix", pair).at("structuredContent").at("job_id"));
    for (const auto& id : ids)
        ASSERT_TRUE(eventually([&] { return fs::exists(root / std::string(id.as_string())); }));
    start_on_copy();
    fake->go_on = true;
    std::vector<json::object> first;
    for (const auto& id : ids)
        first.push_back(call("job_result", {{"job_id", id}}));
    EXPECT_EQ(first[0].at("structuredContent").at("message"), "Project generated successfully");
    down();
    up();
    const int calls = fake->calls;
    for (std::size_t i = 0; i < ids.size(); ++i)
        EXPECT_EQ(base::dump(call("job_result", {{"job_id", ids[i]}})), base::dump(first[i])) << i;
    EXPECT_EQ(fake->calls, calls);
}

TEST_F(Durable, an_unusable_folder_is_an_error_with_a_way_out) {
    std::ofstream(scratch.path() / "file") << "x";
    disk.root = scratch.path() / "file";
    auto refused = server::JobFolder::open(disk);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::unavailable);
    EXPECT_NE(refused.error().next_step.find("--data off"), std::string::npos);
    disk.root = "/proc/nowhere/jobs";
    EXPECT_FALSE(server::JobFolder::open(disk));
}

TEST_F(Durable, ids_that_are_paths_find_nothing) {
    up();
    for (const char* id : {"..", "%2e%2e", "..%2f..%2fetc", ".new-x", "0123456789abcdef0123456789abcdeg"})
        for (const char* route : {"/jobs/", "/project/"})
            EXPECT_EQ(get(std::string(route) + id).status, 404) << route << id;
    EXPECT_FALSE(server::is_job_id("../../../../../../../../../etc/pass"));
    EXPECT_TRUE(server::is_job_id(server::random_id()));
    EXPECT_TRUE(server::is_job_id(server::random_uuid()));
}

} // namespace
} // namespace rustcoder::test
