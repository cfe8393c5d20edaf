#include "cli/common.h"

#include "base/os.h"
#include "base/text.h"
#include "project/flat_text.h"

#include <fmt/format.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <thread>
#include <unistd.h>

namespace rustcoder::cli {

namespace fs = std::filesystem;

namespace {

fs::path home_based(const char* variable, const char* fallback) {
    if (const char* dir = std::getenv(variable); dir && *dir == '/')
        return fs::path(dir) / "rustcoder";
    if (const char* home = std::getenv("HOME"); home && *home == '/')
        return fs::path(home) / fallback / "rustcoder";
    return {};
}

} // namespace

fs::path config_directory() {
    return home_based("XDG_CONFIG_HOME", ".config");
}
fs::path cache_directory() {
    return home_based("XDG_CACHE_HOME", ".cache");
}
fs::path state_directory() {
    return home_based("XDG_STATE_HOME", ".local/state");
}

Result<agent::Environment> environment(const std::shared_ptr<agent::Knowledge>& knowledge, bool with_model) {
    agent::Environment e;
    RC_TRY_ASSIGN(e.toolchain, toolchain::discover());
    e.sandbox = process::Sandbox::from_environment();
    e.cache_dir = cache_directory();
    const char* naturalness = std::getenv("RUSTCODER_NATURALNESS");
    e.naturalness = !naturalness || std::string_view(naturalness) != "off";
    e.memory = agent::memory_of(knowledge);
    e.knowledge = knowledge;
    if (with_model) {
        RC_TRY_ASSIGN(e.chat, make_chat());
    }
    return e;
}

void load_dotenv() {
    auto text = base::read_file(".env", 1u << 20);
    if (!text)
        return;
    for (std::string_view line : base::lines(*text)) {
        line = base::trim(line);
        if (line.starts_with("export "))
            line = base::trim(line.substr(7));
        auto eq = line.find('=');
        if (line.empty() || line.front() == '#' || eq == std::string_view::npos)
            continue;
        std::string key(base::trim(line.substr(0, eq)));
        std::string_view value = base::trim(line.substr(eq + 1));
        if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front())
            value = value.substr(1, value.size() - 2);
        ::setenv(key.c_str(), std::string(value).c_str(), 0);
    }
}

Result<Input> read_input(const std::string& path) {
    Input in;
    std::error_code ec;
    if (path != "-" && fs::is_directory(path, ec)) {
        in.path = fs::canonical(path, ec);
        RC_TRY_ASSIGN(auto loaded, project::load_folder(in.path));
        in.project = std::move(loaded.project);
        in.notes = std::move(loaded.skipped);
        if (!in.project.contains("Cargo.toml"))
            return fail(Errc::invalid_input, "the folder has no Cargo.toml", path,
                        "name the folder that holds the project's Cargo.toml, or a single .rs file");
        return in;
    }
    std::string text;
    if (path == "-") {
        text.assign(std::istreambuf_iterator<char>(std::cin), {});
    } else {
        in.path = fs::absolute(path, ec);
        RC_TRY_ASSIGN(text, base::read_file(in.path));
    }
    if (path.ends_with(".rs")) {
        in.kind = Input::Kind::file;
        RC_TRY_ASSIGN(in.project, project::single_file(text, in.path.stem().string()));
        for (const auto& [name, file] : in.project.files())
            if (name.ends_with(".rs"))
                in.file_in_project = name;
        return in;
    }
    in.kind = Input::Kind::flat_text;
    RC_TRY_ASSIGN(auto parsed, project::parse_flat_text(text));
    in.project = std::move(parsed.project);
    in.notes = std::move(parsed.notes);
    return in;
}

Status check_new_folder(const fs::path& folder) {
    std::error_code ec;
    if (!fs::exists(folder, ec) || (fs::is_directory(folder, ec) && fs::is_empty(folder, ec)))
        return {};
    return fail(Errc::invalid_input, "the output folder is there and is not empty", folder.string(),
                "name another one with -o");
}

Status write_new_folder(const fs::path& folder, const project::Project& project) {
    RC_TRY(check_new_folder(folder));
    std::error_code ec;
    auto target = fs::absolute(folder, ec).lexically_normal();
    if (!target.has_filename()) // "made/"
        target = target.parent_path();
    fs::create_directories(target.parent_path(), ec);
    if (ec)
        return fail(Errc::io, ec.message(), folder.string(), "name a folder that can be made with -o");
    // Written beside and renamed: all of it or nothing, and of two that write at once one is told.
    RC_TRY_ASSIGN(auto made, base::TempDir::create(".rustcoder", target.parent_path()));
    RC_TRY(project::materialise(project, made.path()));
    fs::permissions(made.path(), fs::perms(0755), ec);
    fs::rename(made.path(), target, ec);
    if (ec)
        return fail(Errc::io, ec.message(), folder.string(), "name another folder with -o");
    made.release();
    return {};
}

std::string Style::paint(std::string_view code, std::string_view s) const {
    return colour ? fmt::format("\x1b[{}m{}\x1b[0m", code, s) : std::string(s);
}

std::string Style::diff(const std::string& unified) const {
    if (!colour)
        return unified;
    std::string out;
    for (std::string_view line : base::lines(unified)) {
        if (line.starts_with("+++") || line.starts_with("---"))
            out += bold(line);
        else if (line.starts_with("@@"))
            out += paint("36", line);
        else if (line.starts_with("+"))
            out += green(line);
        else if (line.starts_with("-"))
            out += red(line);
        else
            out += line;
        out += '\n';
    }
    return out;
}

Style style_for(int fd) {
    const char* no = std::getenv("NO_COLOR");
    const char* term = std::getenv("TERM");
    return {::isatty(fd) == 1 && !(no && *no) && !(term && std::string_view(term) == "dumb")};
}

int report(const Error& error) {
    Style s = style_for(2);
    std::cerr << s.red("error") << ": " << error.message;
    if (!error.place.empty())
        std::cerr << " (" << error.place << ")";
    std::cerr << "\n";
    if (!error.next_step.empty())
        std::cerr << "  next: " << error.next_step << "\n";
    switch (error.code) {
    case Errc::unavailable:
    case Errc::denied:
        return unavailable;
    case Errc::cancelled:
        return interrupted;
    case Errc::invalid_input:
    case Errc::limit:
    case Errc::not_found:
        return usage;
    default:
        return not_fixed;
    }
}

std::stop_token interrupt_token() {
    // Signals are blocked everywhere and taken by one thread, so that the handler may do ordinary things.
    static std::stop_source source;
    static std::once_flag once;
    std::call_once(once, [] {
        static sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, SIGINT);
        sigaddset(&set, SIGTERM);
        pthread_sigmask(SIG_BLOCK, &set, nullptr);
        std::thread([] {
            int signal = 0;
            while (sigwait(&set, &signal) == 0) {
                if (source.stop_requested())
                    _exit(interrupted); // the second time: at once
                source.request_stop();
            }
        }).detach();
    });
    return source.get_token();
}

} // namespace rustcoder::cli
