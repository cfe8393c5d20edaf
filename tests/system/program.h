// The real binary as a child: run to its end, or followed line by line.
#pragma once

#include "base/json.h"
#include "base/os.h"

#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <optional>
#include <poll.h>
#include <spawn.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

extern char** environ;

namespace rustcoder::test {

using Variables = std::map<std::string, std::string>;

class Program {
public:
    /// `log`: where standard error goes instead of being kept, for programs that nobody reads from meanwhile.
    Program(const std::vector<std::string>& arguments, const Variables& variables = {}, std::string input = "",
            const std::string& log = "") {
        int out[2], err[2], in[2];
        if (::pipe2(out, O_CLOEXEC) != 0 || ::pipe2(err, O_CLOEXEC) != 0 || ::pipe2(in, O_CLOEXEC) != 0)
            return;
        out_ = base::Fd(out[0]);
        err_ = base::Fd(err[0]);
        const base::Fd out_end(out[1]), err_end(err[1]), in_end(in[0]), in_mine(in[1]);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, in[0], 0);
        posix_spawn_file_actions_adddup2(&actions, out[1], 1);
        if (log.empty())
            posix_spawn_file_actions_adddup2(&actions, err[1], 2);
        else
            posix_spawn_file_actions_addopen(&actions, 2, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        std::vector<std::string> words{RC_BINARY}, settings;
        words.insert(words.end(), arguments.begin(), arguments.end());
        for (char** e = environ; *e; ++e)
            if (const std::string_view text = *e; !variables.contains(std::string(text.substr(0, text.find('=')))))
                settings.emplace_back(text);
        for (const auto& [key, value] : variables)
            settings.push_back(key + "=" + value);
        const auto pointers = [](std::vector<std::string>& list) {
            std::vector<char*> p;
            for (auto& s : list)
                p.push_back(s.data());
            p.push_back(nullptr);
            return p;
        };
        if (::posix_spawn(&pid_, RC_BINARY, &actions, nullptr, pointers(words).data(), pointers(settings).data()) != 0)
            pid_ = -1;
        posix_spawn_file_actions_destroy(&actions);
        if (!input.empty()) // small inputs only: they fit into the pipe
            (void)!::write(in_mine.get(), input.data(), input.size());
    }
    Program(const Program&) = delete;
    ~Program() {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
        }
    }
    pid_t pid() const { return pid_; }
    void signal(int number) const { ::kill(pid_, number); }

    /// The next line of standard output; nullopt at its end or when none comes in time.
    std::optional<std::string> line(std::chrono::milliseconds within = std::chrono::seconds(60)) {
        const auto until = std::chrono::steady_clock::now() + within;
        for (;;) {
            if (const auto eol = out_text_.find('\n'); eol != std::string::npos) {
                auto text = out_text_.substr(0, eol);
                out_text_.erase(0, eol + 1);
                return text;
            }
            const auto left =
                std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
            if (left.count() <= 0 || !read(static_cast<int>(left.count())))
                return std::nullopt;
        }
    }

    /// To its end: what is left of standard output, standard error, exit status (128 + n when a signal ended it).
    struct End {
        int status = -1;
        std::string out, err;
        base::json::object json() const {
            auto v = base::parse_json(out);
            EXPECT_TRUE(v && v->is_object()) << status << "\n" << out << err;
            return v && v->is_object() ? v->get_object() : base::json::object();
        }
    };
    End end(std::chrono::milliseconds within = std::chrono::seconds(180)) {
        const auto until = std::chrono::steady_clock::now() + within;
        while (std::chrono::steady_clock::now() < until && read(1'000)) {
        }
        End e;
        int status = 0;
        if (pid_ > 0 && std::chrono::steady_clock::now() < until && ::waitpid(pid_, &status, 0) == pid_) {
            e.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            pid_ = -1;
        }
        e.out = std::move(out_text_);
        e.err = std::move(err_text_);
        return e;
    }

private:
    /// False when both streams are at their end.
    bool read(int timeout_ms) {
        pollfd fds[] = {{out_.get(), POLLIN, 0}, {err_.get(), POLLIN, 0}};
        if (!out_ && !err_)
            return false;
        if (::poll(fds, 2, timeout_ms) <= 0)
            return true;
        char chunk[65536];
        for (auto [fd, text] : {std::pair(&out_, &out_text_), std::pair(&err_, &err_text_)}) {
            const auto& p = fd == &out_ ? fds[0] : fds[1];
            if (!*fd || p.revents == 0)
                continue;
            const auto n = ::read(fd->get(), chunk, sizeof chunk);
            if (n > 0)
                text->append(chunk, static_cast<std::size_t>(n));
            else if (n == 0 || errno != EINTR)
                fd->reset();
        }
        return static_cast<bool>(out_) || static_cast<bool>(err_);
    }

    pid_t pid_ = -1;
    base::Fd out_, err_;
    std::string out_text_, err_text_;
};

inline Program::End run(const std::vector<std::string>& arguments, const Variables& variables = {},
                        std::string input = "") {
    Program program(arguments, variables, std::move(input));
    return program.end();
}

/// A folder of its own with a knowledge base that only the test sees.
struct OwnFolder : testing::Test {
    Result<base::TempDir> folder = base::TempDir::create("system-test");
    Variables variables;
    void SetUp() override {
        if (!std::filesystem::exists(RC_BINARY))
            GTEST_SKIP() << RC_BINARY << " is not built";
        ASSERT_TRUE(folder);
        variables["RUSTCODER_KNOWLEDGE"] = at("knowledge.db");
    }
    std::string at(const std::string& path) const { return (folder->path() / path).string(); }
    std::string put(const std::string& path, const std::string& text) const {
        std::filesystem::create_directories(std::filesystem::path(at(path)).parent_path());
        std::ofstream(at(path), std::ios::trunc) << text;
        return at(path);
    }
    /// A cargo project with this main.rs.
    std::string project(const std::string& name, const std::string& main) const {
        put(name + "/Cargo.toml", "[package]\nname = \"demo\"\nversion = \"0.1.0\"\nedition = \"2021\"\n");
        put(name + "/src/main.rs", main);
        return at(name);
    }
    Program::End rustcoder(const std::vector<std::string>& arguments, std::string input = "") const {
        return run(arguments, variables, std::move(input));
    }
};

} // namespace rustcoder::test
