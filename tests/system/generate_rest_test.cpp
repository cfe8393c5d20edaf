// /generate and jobs that outlive the server, with the real program, the real templates and the real compiler: a server
// that is killed with SIGKILL, a full disk, two servers on one folder.
#include "base/json.h"
#include "base/os.h"
#include "base/text.h"
#include "unit/net/blocking_client.h"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <functional>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>

namespace rustcoder {
namespace {

namespace fs = std::filesystem;
namespace json = base::json;
using test::Connection;
using test::fetch;
using test::Reply;
using test::request_text;

bool eventually(const std::function<bool()>& f, int seconds = 120) {
    for (int i = 0; i < seconds * 20; ++i) {
        if (f())
            return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return f();
}

/// JSON reads a decimal fraction to within its last digit.
bool same(const json::value& a, const json::value& b) {
    if (a.is_double() && b.is_double())
        return std::abs(a.get_double() - b.get_double()) < 1e-12;
    if (const auto *x = a.if_object(), *y = b.if_object(); x && y)
        return std::ranges::equal(
            *x, *y, [](const auto& m, const auto& n) { return m.key() == n.key() && same(m.value(), n.value()); });
    if (const auto *x = a.if_array(), *y = b.if_array(); x && y)
        return std::ranges::equal(*x, *y, same);
    return a == b;
}

bool same_text(const std::string& a, const std::string& b) {
    const auto x = base::parse_json(a), y = base::parse_json(b);
    return a == b || (x && y && same(*x, *y));
}

/// `rustcoder serve` as a process of its own.
class Serve {
public:
    explicit Serve(const std::vector<std::string>& more, rlim_t longest_file = RLIM_INFINITY) {
        int out[2];
        if (::pipe2(out, O_CLOEXEC) != 0)
            return;
        base::Fd read(out[0]), write(out[1]);
        std::vector<std::string> words{RC_BINARY, "serve", "--port", "0", "--no-seed"};
        words.insert(words.end(), more.begin(), more.end());
        pid_ = ::fork();
        if (pid_ == 0) {
            ::dup2(write.get(), 2);
            ::setenv("RUSTCODER_SHARE", RC_SOURCE_DIR, 1);
            if (longest_file != RLIM_INFINITY) {
                const struct rlimit limit{longest_file, longest_file};
                ::setrlimit(RLIMIT_FSIZE, &limit);
            }
            std::vector<char*> arguments;
            for (auto& w : words)
                arguments.push_back(w.data());
            arguments.push_back(nullptr);
            ::execv(RC_BINARY, arguments.data());
            ::_exit(127);
        }
        write.reset();
        constexpr std::string_view mark = "listens on http://127.0.0.1:";
        char chunk[4096];
        for (ssize_t n; (n = ::read(read.get(), chunk, sizeof chunk)) > 0;) {
            said.append(chunk, static_cast<std::size_t>(n));
            const auto at = said.find(mark);
            if (at != std::string::npos && said.find("jobs  ", at) != std::string::npos) {
                port = std::atoi(said.c_str() + at + mark.size());
                break;
            }
        }
        drain_ = std::thread([fd = std::move(read)] { // nobody may block on a full pipe
            char rest[4096];
            while (::read(fd.get(), rest, sizeof rest) > 0) {
            }
        });
    }
    Serve(const Serve&) = delete;
    ~Serve() { end(SIGKILL); }
    int end(int signal) {
        int status = 0;
        if (pid_ > 0) {
            ::kill(pid_, signal);
            ::waitpid(pid_, &status, 0);
        }
        pid_ = -1;
        if (drain_.joinable())
            drain_.join();
        return status;
    }
    Reply get(const std::string& path) const { return fetch(port, "GET", path); }
    Reply post(const std::string& path, const json::object& body) const {
        return fetch(port, "POST", path, base::dump(body));
    }
    json::object ask(const std::string& path) const { return object(get(path)); }
    static json::object object(const Reply& r) {
        auto v = base::parse_json(r.body);
        EXPECT_TRUE(v && v->is_object()) << r.status << " " << r.body;
        return v && v->is_object() ? v->get_object() : json::object();
    }

    int port = 0;
    std::string said;

private:
    pid_t pid_ = -1;
    std::thread drain_;
};

struct GenerateRest : testing::Test {
    base::TempDir scratch = *base::TempDir::create("rc-generate");
    std::string data = (scratch.path() / "data").string();
    std::vector<std::string> with_data() const { return {"--data", data}; }
    static json::object finished(const Serve& server, const std::string& id) {
        json::object o;
        EXPECT_TRUE(eventually([&] {
            o = server.ask("/project/" + id);
            return o.at("status") == "completed" || o.at("status") == "failed";
        }));
        return o;
    }
    static std::string spinning() {
        return "[filename: Cargo.toml]\n[package]\nname = \"spin\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n"
               "[filename: src/main.rs]\nfn main() {\n    println!(\"on\");\n    "
               "std::thread::sleep(std::time::Duration::from_secs(4));\n}\n";
    }
};

TEST_F(GenerateRest, a_description_becomes_a_project_that_compiles_and_survives_kill_9) {
    std::string id;
    std::map<std::string, std::string> before;
    std::vector<std::string> paths;
    {
        Serve server(with_data());
        ASSERT_GT(server.port, 0) << server.said;
        const auto started = Serve::object(server.post(
            "/generate", {{"description", "A command-line calculator that adds, subtracts, multiplies and divides"},
                          {"requirements", nullptr},
                          {"artifact", true}}));
        EXPECT_EQ(started.at("status"), "processing");
        id = started.at("project_id").as_string();
        const auto project = finished(server, id);
        ASSERT_EQ(project.at("status"), "completed") << base::dump(project);
        EXPECT_TRUE(project.at("template").is_string());
        EXPECT_GE(project.at("files").as_array().size(), 2u);
        const auto self = "/project/" + id;
        const auto manifest = server.get(self + "/files/Cargo.toml");
        EXPECT_EQ(manifest.headers.get("Content-Type"), "text/plain; charset=utf-8");
        EXPECT_NE(manifest.body.find("[package]"), std::string::npos);
        const auto program = server.get(self + "/artifact");
        ASSERT_EQ(program.status, 200) << base::dump(project);
        EXPECT_EQ(program.body.substr(0, 4), "\x7f"
                                             "ELF");
        EXPECT_EQ(json::value(base::sha256_hex(program.body)), project.at("artifact").at("sha256"));
        paths = {self,
                 self + "/download",
                 self + "/artifact",
                 self + "/evidence",
                 self + "/files/Cargo.toml",
                 "/jobs/" + id + "/result"};
        for (const auto& path : paths)
            before[path] = server.get(path).body;
        EXPECT_EQ(before[self + "/download"].find("target/"), std::string::npos);
        // What comes out can be sent in again, as it is.
        const auto result = server.ask("/jobs/" + id + "/result");
        const auto again =
            Serve::object(server.post("/compile", {{"code", result.at("combined_text")}, {"run", false}}));
        EXPECT_EQ(again.at("success"), true) << base::dump(again);
        server.end(SIGKILL);
    }
    Serve server(with_data());
    ASSERT_GT(server.port, 0) << server.said;
    for (const auto& path : paths)
        EXPECT_TRUE(same_text(server.get(path).body, before[path])) << path;
    EXPECT_EQ(server.ask("/jobs?kind=generate").at("jobs").as_array().size(), 1u);
}

TEST_F(GenerateRest, sync_answers_the_contract_and_says_when_it_cannot) {
    Serve server({"--data", "off"});
    ASSERT_GT(server.port, 0) << server.said;
    EXPECT_NE(server.said.find("in memory only"), std::string::npos) << server.said;
    const auto made = Serve::object(
        server.post("/generate-sync", {{"description", "A command-line calculator"}}));
    EXPECT_EQ(made.at("success"), true) << base::dump(made);
    EXPECT_EQ(made.at("build_success"), true);
    const auto not_made = Serve::object(
        server.post("/generate-sync",
                    {{"description", "A driver for the flux capacitor of a time machine"}, {"use_model", false}}));
    EXPECT_EQ(not_made.at("success"), false) << base::dump(not_made);
    EXPECT_EQ(not_made.at("message"), "Failed to generate working project");
    EXPECT_FALSE(not_made.at("explanation").as_string().empty());
    EXPECT_EQ(server.post("/generate", {{"requirements", "r"}}).status, 422);
}

TEST_F(GenerateRest, work_that_a_kill_interrupted_is_done_by_the_next_server) {
    std::string running, queued;
    {
        Serve server(with_data());
        ASSERT_GT(server.port, 0) << server.said;
        running = server.post("/jobs", {{"kind", "compile"}, {"code", spinning()}}).headers.get("Location");
        ASSERT_TRUE(eventually([&] { return server.ask(running).at("state") == "running"; }));
        std::this_thread::sleep_for(std::chrono::milliseconds(500));
        server.end(SIGKILL);
    }
    Serve server(with_data());
    ASSERT_GT(server.port, 0) << server.said;
    ASSERT_TRUE(eventually([&] { return server.ask(running).at("state") == "done"; }));
    EXPECT_EQ(server.ask(running + "/result").at("run_output"), "on\n");
    EXPECT_NE(server.get(running + "/events").body.find("event: done"), std::string::npos);
    EXPECT_EQ(WEXITSTATUS(server.end(SIGTERM)), 0);
}

TEST_F(GenerateRest, two_servers_on_one_folder_do_each_job_once) {
    Serve a(with_data()), b(with_data());
    ASSERT_GT(a.port, 0) << a.said;
    ASSERT_GT(b.port, 0) << b.said;
    const std::string job(a.post("/jobs", {{"kind", "compile"}, {"code", spinning()}}).headers.get("Location"));
    EXPECT_EQ(b.get(job).status, 404) << "it belongs to the other one until it is finished";
    ASSERT_TRUE(eventually([&] { return a.ask(job).at("state") == "done"; }));
    EXPECT_EQ(b.ask(job + "/result").at("run_output"), "on\n");
    EXPECT_NE(b.get("/metrics").body.find("rustcoder_jobs_queued 0"), std::string::npos);
    const std::string left(a.post("/jobs", {{"kind", "compile"}, {"code", spinning()}}).headers.get("Location"));
    ASSERT_TRUE(eventually([&] { return a.ask(left).at("state") == "running"; }));
    a.end(SIGKILL);
    ASSERT_TRUE(eventually([&] { return b.get(left).status == 200 && b.ask(left).at("state") == "done"; }))
        << "asked for, it is taken over";
}

TEST_F(GenerateRest, a_disk_that_takes_nothing_more_is_told_and_survived) {
    // The log goes to a pipe, so the limit hits the job's files alone.
    Serve server(with_data(), 600);
    ASSERT_GT(server.port, 0) << server.said;
    const auto refused = server.post("/generate", {{"description", std::string(2'000, 'x')}});
    EXPECT_EQ(refused.status, 503) << refused.body;
    EXPECT_NE(refused.headers.find("Retry-After"), nullptr);
    EXPECT_NE(refused.body.find("could not be stored"), std::string::npos) << refused.body;
    EXPECT_EQ(server.get("/healthz").status, 200);
    EXPECT_EQ(server.ask("/jobs").at("jobs").as_array().size(), 0u);
}

TEST_F(GenerateRest, a_full_file_system_is_told_and_survived) {
    const auto place = scratch.path() / "tiny";
    fs::create_directories(place);
    if (::mount("tmpfs", place.c_str(), "tmpfs", 0, "size=64k") != 0)
        GTEST_SKIP() << "mounting is not allowed here: " << std::strerror(errno);
    const base::Defer unmount([&] { ::umount2(place.c_str(), MNT_DETACH); });
    Serve server({"--data", place.string()});
    ASSERT_GT(server.port, 0) << server.said;
    const auto send = [&](std::size_t bytes) {
        return server.post("/jobs", {{"kind", "check"}, {"code", spinning() + "// " + std::string(bytes, 'x') + "\n"}});
    };
    const auto refused = send(200'000);
    EXPECT_EQ(refused.status, 503) << refused.body;
    EXPECT_NE(refused.body.find("No space left"), std::string::npos) << refused.body;
    const auto taken = send(10);
    EXPECT_EQ(taken.status, 202) << "what fits is taken: " << taken.body;
    const std::string self(taken.headers.get("Location"));
    EXPECT_TRUE(eventually([&] { return server.ask(self).at("state") == "done"; }));
}

} // namespace
} // namespace rustcoder
