#include "agent/port_original.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace rustcoder::agent {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds run_time{20}, build_time{60};

bool is_source(std::string_view path, Language language) {
    const auto dot = path.rfind('.');
    const auto ext = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
    switch (language) {
    case Language::python:
        return ext == "py";
    case Language::c:
        return ext == "c";
    case Language::cpp:
        return base::one_of(ext, {"cpp", "cc", "cxx"});
    }
    return false;
}

std::vector<std::string> sources_of(const project::Project& project, Language language) {
    std::vector<std::string> out;
    for (const auto& [path, file] : project.files())
        if (is_source(path, language))
            out.push_back(path);
    return out;
}

/// The file that is run: the only one, or that which says so by its name or its last lines.
std::string python_entry(const project::Project& project) {
    const auto files = sources_of(project, Language::python);
    if (files.size() == 1)
        return files.front();
    for (const auto* name : {"__main__.py", "main.py"})
        if (project.contains(name))
            return name;
    std::string found;
    for (const auto& path : files)
        if (base::has(*project.find(path), "__name__ ==")) {
            if (!found.empty())
                return {};
            found = path;
        }
    return found;
}

/// System programs only: what stands in a user's PATH may be a wrapper that the sandbox does not show.
std::string program(std::initializer_list<const char*> names) {
    std::error_code ec;
    for (const auto* name : names)
        for (const auto* folder : {"/usr/bin", "/usr/local/bin"})
            if (const auto path = fs::path(folder) / name; fs::exists(path, ec))
                return path.string();
    return {};
}

process::Policy policy_for(const fs::path& folder, std::chrono::milliseconds wall) {
    process::Policy policy;
    policy.read_write = {folder};
    policy.limits.wall = wall;
    return policy;
}

const std::vector<std::string>& plain_environment() {
    static const std::vector<std::string> v{"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "PYTHONHASHSEED=0",
                                            "PYTHONDONTWRITEBYTECODE=1"};
    return v;
}

} // namespace

const char* name(Language language) {
    return language == Language::python ? "Python" : language == Language::c ? "C" : "C++";
}

Result<Language> language_of(const project::Project& sources) {
    std::vector<Language> found;
    for (const auto language : {Language::python, Language::c, Language::cpp})
        if (!sources_of(sources, language).empty())
            found.push_back(language);
    if (found.size() == 2 && found[0] == Language::c && found[1] == Language::cpp)
        return Language::cpp;
    if (found.size() == 1)
        return found.front();
    return fail(Errc::invalid_input,
                found.empty() ? "there is no program in Python, C or C++" : "there are programs in several languages",
                {}, "name one program: a .py, .c, .cc or .cpp file, or a folder of them");
}

std::string source_text(const project::Project& sources) {
    std::string first, rest;
    for (const auto& [path, file] : sources.files()) {
        if (!base::valid_utf8(*file.bytes))
            continue;
        const auto text =
            fmt::format("[filename: {}]\n{}{}", path, *file.bytes, file.bytes->ends_with('\n') ? "" : "\n");
        const bool entry = base::has(*file.bytes, "__name__ ==") || base::has(*file.bytes, "int main");
        (entry ? first : rest) += text;
    }
    return first + rest;
}

Result<Original> Original::prepare(const project::Project& sources, Language language, const process::Sandbox& sandbox,
                                   std::stop_token stop) {
    Original out;
    out.sandbox_ = sandbox;
    RC_TRY_ASSIGN(out.folder_, base::TempDir::create("port"));
    const auto here = out.folder_.path() / "original";
    std::error_code ec;
    fs::create_directories(here, ec);
    RC_TRY(project::materialise(sources, here));
    if (language == Language::python) {
        const auto python = program({"python3"});
        if (python.empty())
            return fail(Errc::not_found, "there is no python3 in /usr/bin to run the original with");
        const auto entry = python_entry(sources);
        if (entry.empty())
            return fail(Errc::not_found, "it is not clear which of the Python files is run", {},
                        "call it main.py, or name the file itself");
        out.command_ = {python, (here / entry).string()};
        out.how_ = "python3 " + entry;
        return out;
    }
    const auto compiler =
        language == Language::c ? program({"cc", "gcc", "clang"}) : program({"c++", "g++", "clang++"});
    if (compiler.empty())
        return fail(Errc::not_found,
                    fmt::format("there is no {} compiler in /usr/bin to build the original with", name(language)));
    process::Command build{.argv = {compiler, "-O1", "-w", "-o", "program"}, .env = plain_environment(), .cwd = here};
    for (const auto l : {Language::c, language})
        for (const auto& path : sources_of(sources, l))
            if (std::ranges::find(build.argv, path) == build.argv.end())
                build.argv.push_back(path);
    for (const auto* library : {"-lm", "-lpthread"})
        build.argv.emplace_back(library);
    build.env.push_back("TMPDIR=" + out.folder_.path().string());
    RC_TRY_ASSIGN(const auto exit, sandbox.run(build, policy_for(out.folder_.path(), build_time), stop));
    if (!exit.ok())
        return fail(Errc::invalid_input, "the original does not compile here: " + exit.err.substr(0, 1'000), out.how_);
    out.command_ = {(here / "program").string()};
    out.how_ = fs::path(compiler).filename().string();
    return out;
}

Result<process::Exit> Original::run(const repair::Example& example, std::stop_token stop) const {
    // A folder of its own: what one case writes is not seen by the next.
    RC_TRY_ASSIGN(const auto folder, base::TempDir::create("case", folder_.path()));
    RC_TRY(project::materialise(example.files, folder.path()));
    process::Command command{
        .argv = command_, .env = plain_environment(), .cwd = folder.path(), .stdin_bytes = example.stdin_bytes};
    command.argv.insert(command.argv.end(), example.arguments.begin(), example.arguments.end());
    return sandbox_.run(command, policy_for(folder_.path(), run_time), stop);
}

} // namespace rustcoder::agent
