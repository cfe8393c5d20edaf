// rustcoder watch PATH: checks a project as its files change, shows ready repairs, learns from the author's.
// docs/watch.md
#include "agent/watch.h"
#include "agent/watch_files.h"
#include "base/text.h"
#include "cli/watch_output.h"

#include <iostream>
#include <memory>

namespace rustcoder::cli {

namespace {

struct WatchCommand {
    std::string path;
    bool json = false, no_learn = false, no_fix = false, no_knowledge = false;
    int max_checks = 150, timeout = 15;
};

/// Fires when either does.
class Either {
public:
    Either(const std::stop_token& a, const std::stop_token& b)
        : on_a_(a, [this] { source_.request_stop(); }), on_b_(b, [this] { source_.request_stop(); }) {}
    std::stop_token token() const { return source_.get_token(); }

private:
    std::stop_source source_;
    std::stop_callback<std::function<void()>> on_a_, on_b_;
};

class Watcher {
public:
    Watcher(const WatchCommand& command, WatchOutput& out, agent::FileWatch& files, agent::WatchSession& session)
        : command_(command), out_(out), files_(files), session_(session) {}

    int run(std::stop_token stop) {
        bool first = true;
        do {
            const Either outdated(files_.outdated(), stop);
            round(outdated.token(), first);
            first = false;
            while (!outdated.token().stop_requested() && learn(outdated.token())) {
            }
        } while (files_.wait(stop));
        out_.stopped();
        return ok;
    }

private:
    void round(std::stop_token stop, bool first) {
        if (const auto why = files_.partly(); why != partly_) {
            partly_ = why;
            out_.note("not every folder is watched, looking every two seconds instead: " + why);
        }
        auto in = read_input(command_.path);
        if (!in) { // a save by renaming in two steps, a broken name: the next change tells
            if (first || in.error().text() != last_trouble_)
                out_.trouble(in.error());
            last_trouble_ = in.error().text();
            return;
        }
        last_trouble_.clear();
        leave_out_helpers(in->project);
        if (first)
            out_.watching(in->project);
        if (checked_ && *checked_ == in->project)
            return;
        out_.checking();
        auto report = session_.check(in->project, stop);
        if (!report) {
            if (report.error().code != Errc::cancelled)
                out_.trouble(report.error());
            return;
        }
        checked_ = in->project;
        out_.checked(*report);
        if (!report->ok && !command_.no_fix && !stop.stop_requested())
            offer(in->project, stop);
    }

    /// A swap file is in the folder and not in the project.
    static void leave_out_helpers(project::Project& project) {
        std::vector<std::string> helpers;
        for (const auto& [path, file] : project.files())
            if (agent::is_helper_file(std::string_view(path).substr(path.rfind('/') + 1)))
                helpers.push_back(path);
        for (const auto& path : helpers)
            project.erase(path);
    }

    void offer(const project::Project& project, std::stop_token stop) {
        out_.searching();
        auto outcome = session_.repair(project, stop);
        if (!outcome)
            return out_.trouble(outcome.error());
        if (outcome->verdict == repair::Verdict::cancelled || stop.stop_requested())
            return; // it is about a state that is no more
        const bool partly = outcome->verdict == repair::Verdict::partial;
        out_.fix(*outcome,
                 "rustcoder fix " + base::shell_quote(command_.path) + " --write" + (partly ? " --partial" : ""));
    }

    bool learn(std::stop_token stop) {
        if (session_.to_learn() == 0)
            return false;
        auto learned = session_.learn_next(stop);
        if (learned && *learned)
            out_.learned(**learned);
        else if (!learned && learned.error().code != Errc::cancelled)
            out_.note("nothing was learned: " + learned.error().text());
        return learned.has_value();
    }

    const WatchCommand& command_;
    WatchOutput& out_;
    agent::FileWatch& files_;
    agent::WatchSession& session_;
    std::optional<project::Project> checked_;
    std::string partly_, last_trouble_;
};

int run_watch(const WatchCommand& command) {
    auto stop = interrupt_token();
    if (command.path == "-")
        return report({Errc::invalid_input, "standard input cannot be watched", {}, "name a project folder or a file"});
    if (auto in = read_input(command.path); !in)
        return report(in.error()), usage;
    auto env = environment(command.no_knowledge ? nullptr : make_knowledge(), false);
    if (!env)
        return report(env.error());
    auto files = agent::FileWatch::open(command.path);
    if (!files)
        return report(files.error());
    agent::WatchOptions options;
    options.learn = !command.no_learn;
    options.max_checks = command.max_checks;
    options.deadline = std::chrono::seconds(command.timeout);
    auto session = agent::WatchSession::open(*env, options);
    if (!session)
        return report(session.error());
    const auto out = command.json ? watch_as_json(command.path) : watch_for_people(command.path);
    return Watcher(command, *out, **files, **session).run(stop);
}

} // namespace

void add_watch(CLI::App& app, Run& run) {
    auto o = std::make_shared<WatchCommand>();
    auto* cmd = app.add_subcommand(
        "watch", "Check a project as its files change, show ready repairs, and learn from how you repair it");
    cmd->add_option("path", o->path, "Project folder, or a single .rs or flat-text file")->required();
    cmd->add_flag("--json", o->json, "One JSON object a line, for editors");
    cmd->add_flag("--no-fix", o->no_fix, "Do not look for repairs");
    cmd->add_flag("--no-learn", o->no_learn, "Learn nothing from your repairs");
    cmd->add_flag("--no-knowledge", o->no_knowledge, "Neither use nor feed the knowledge base");
    cmd->add_option("--max-checks", o->max_checks, "Bound on compiler checks of one search")
        ->check(CLI::Range(1, 100000));
    cmd->add_option("--timeout", o->timeout, "Bound in seconds of one search")->check(CLI::Range(1, 3600));
    cmd->callback([o, &run] { run = [o] { return run_watch(*o); }; });
}

} // namespace rustcoder::cli
