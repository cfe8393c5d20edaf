// Engine and memory behind one line of JSON a request, for bench/uplift.py: a long-lived process measures learning
// without paying a start for every case. Requests: {"op": "open", "file": PATH} (empty: no memory), {"op": "learn",
// "before": FILES, "after": FILES}, {"op": "fix", "files": FILES, "compiler_only": BOOL, "learn": BOOL}.
#include "agent/learning.h"
#include "base/json.h"

#include <chrono>
#include <cstdlib>
#include <iostream>

namespace {

using namespace rustcoder;
namespace json = base::json;

project::Project project_of(const json::object* files) {
    project::Project p;
    if (files)
        for (const auto& [path, text] : *files)
            if (auto status = p.set(path, std::string(text.get_string())); !status)
                std::cerr << status.error().text() << "\n";
    return p;
}

json::object files_of(const project::Project& p) {
    json::object out;
    for (const auto& [path, file] : p.files())
        out[path] = *file.bytes;
    return out;
}

struct Memory {
    std::unique_ptr<knowledge::Store> store;
    std::shared_ptr<knowledge::Memory> memory;
};

json::object answer(agent::Environment& env, Memory& memory, const json::object& o) {
    const std::string_view op = base::get_string(o, "op");
    if (op == "open") {
        env.memory = nullptr;
        memory = {};
        const std::string file(base::get_string(o, "file"));
        if (file.empty())
            return {{"ok", true}};
        auto store = knowledge::open_store(file);
        if (!store)
            return {{"error", store.error().text()}};
        auto opened = knowledge::open_memory(**store);
        if (!opened)
            return {{"error", opened.error().text()}};
        memory.store = std::move(*store);
        memory.memory = std::move(*opened);
        env.memory = memory.memory;
        return {{"ok", true}};
    }
    if (op == "learn") {
        auto learned = agent::learn_from_fix(env, project_of(base::get_object(o, "before")),
                                             project_of(base::get_object(o, "after")), "user");
        if (!learned)
            return {{"error", learned.error().text()}};
        json::array lessons;
        for (const std::string& line : learned->learned)
            lessons.push_back(json::value(line));
        return {{"fresh", learned->report.fresh},         {"strengthened", learned->report.strengthened},
                {"general", learned->report.generalised}, {"changes", learned->changes},
                {"explained", learned->explained},        {"checks", learned->checks},
                {"note", learned->report.note},           {"lessons", lessons}};
    }
    agent::FixRequest request;
    request.project = project_of(base::get_object(o, "files"));
    request.options.compiler_only = base::get_bool(o, "compiler_only");
    request.learn = base::get_bool(o, "learn");
    request.options.record_trials = true;
    const auto start = std::chrono::steady_clock::now();
    auto fixed = agent::fix(env, request);
    if (!fixed)
        return {{"error", fixed.error().text()}};
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    const repair::Outcome& out = fixed->outcome;
    json::array rules;
    for (const auto& e : out.applied)
        rules.push_back(json::value(e.candidate.rule));
    json::object trials;
    constexpr const char* results[] = {"rejected", "helped", "compiled", "dropped", "accepted"};
    for (const char* name : results)
        trials[name] = 0;
    for (const repair::Trial& t : out.trials)
        trials[results[static_cast<int>(t.result)]].get_int64() += 1;
    return {{"trials", std::move(trials)}, {"verdict", repair::name(out.verdict)},
            {"checks", out.checks},        {"seconds", took.count()},
            {"rules", std::move(rules)},   {"files", files_of(out.best)}};
}

} // namespace

int main() {
    auto toolchain = toolchain::discover();
    if (!toolchain) {
        std::cerr << toolchain.error().text() << "\n";
        return 1;
    }
    agent::Environment env{*toolchain, process::Sandbox::from_environment()};
    if (const char* cache = std::getenv("RC_UPLIFT_CACHE"))
        env.cache_dir = cache;
    Memory memory;
    for (std::string line; std::getline(std::cin, line);) {
        auto request = base::parse_json(line);
        const json::object reply = request && request->is_object() ? answer(env, memory, request->get_object())
                                                                   : json::object{{"error", "no JSON object"}};
        std::cout << base::dump(reply) << std::endl;
    }
    return 0;
}
