#include "cli/watch_output.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/status_line.h"
#include "server/knowledge_render.h"
#include "server/render.h"

#include <fmt/format.h>

#include <iostream>
#include <unistd.h>

namespace rustcoder::cli {

namespace json = base::json;

namespace {

constexpr std::size_t shown_errors = 5;
constexpr std::size_t shown_diff_lines = 60;

double milliseconds(std::chrono::microseconds t) {
    return static_cast<double>(t.count()) / 1000;
}

bool ready(const repair::Outcome& o) {
    return o.verdict == repair::Verdict::fixed;
}

bool better(const repair::Outcome& o) {
    return o.verdict == repair::Verdict::partial && !o.applied.empty();
}

class People final : public WatchOutput {
public:
    explicit People(std::string name) : name_(std::move(name)), style_(style_for(1)), line_(::isatty(2) == 1) {}

    void watching(const project::Project& project) override {
        std::size_t sources = 0;
        for (const auto& [path, file] : project.files())
            sources += path.ends_with(".rs");
        print(fmt::format("watching {} ({} source file{}); Ctrl-C ends it", style_.bold(name_), sources,
                          sources == 1 ? "" : "s"));
    }
    void checking() override { line_.show("checking ..."); }
    void searching() override { line_.show("looking for a repair ..."); }

    void checked(const toolchain::CheckReport& report) override {
        const auto errors = report.errors(), warnings = report.warnings();
        const std::string rest =
            (warnings > 0 ? fmt::format(", {} warning{}", warnings, warnings == 1 ? "" : "s") : std::string()) +
            style_.dim(
                fmt::format("  {} in {:.0f} ms", base::utc_timestamp().substr(11, 8), milliseconds(report.wall)));
        if (report.ok)
            return print(style_.green("compiles") + rest);
        print(style_.red(errors == 0 ? "does not compile" : fmt::format("{} error{}", errors, errors == 1 ? "" : "s")) +
              rest);
        if (!report.cargo_error.empty())
            std::cout << base::trim(report.cargo_error) << "\n";
        std::size_t n = 0;
        for (const auto& d : report.diagnostics) {
            if (!d.is_error() || ++n > shown_errors)
                continue;
            const auto* at = d.primary();
            std::cout << "  "
                      << style_.bold(at ? fmt::format("{}:{}:{}", at->file, at->line_begin, at->column_begin)
                                        : std::string("project"))
                      << "  " << style_.yellow(d.code.empty() ? "syntax" : d.code) << "  " << d.message << "\n";
        }
        if (n > shown_errors)
            std::cout << style_.dim(fmt::format("  ... and {} more\n", n - shown_errors));
        std::cout << std::flush;
    }

    void fix(const repair::Outcome& o, const std::string& command) override {
        if (!ready(o) && !better(o))
            return line_.clear();
        print(ready(o) ? style_.green("a repair is ready")
                       : style_.yellow(fmt::format("a partial repair ({} of {} errors)",
                                                   o.errors_before - o.errors_after, o.errors_before)));
        for (const auto& edit : o.applied)
            std::cout << "  " << style_.bold(edit.place.empty() ? "project" : edit.place) << "  " << edit.candidate.why
                      << style_.dim(fmt::format(" (risk {})", repair::name(edit.candidate.risk))) << "\n";
        const std::string whole = project::unified_diff(o.original, o.best, 1);
        std::string diff;
        std::size_t n = 0;
        for (const auto line : base::lines(whole))
            if (++n <= shown_diff_lines)
                diff += std::string(line) + "\n";
        std::cout << style_.diff(diff);
        if (n > shown_diff_lines)
            std::cout << style_.dim(fmt::format("... {} lines more\n", n - shown_diff_lines));
        std::cout << "  apply it with: " << command << "\n" << std::flush;
    }

    void learned(const agent::LearnedFix& learned) override {
        for (const auto& line : learned.learned)
            print(style_.dim("learned from your repair: " + line));
    }
    void note(const std::string& text) override { print(style_.dim("note: " + text)); }
    void trouble(const Error& error) override {
        line_.clear();
        report(error);
    }
    void stopped() override { line_.clear(); }

private:
    void print(const std::string& text) {
        line_.clear();
        std::cout << text << "\n" << std::flush;
    }

    const std::string name_;
    const Style style_;
    StatusLine line_;
};

class Json final : public WatchOutput {
public:
    explicit Json(std::string path) : path_(std::move(path)) {}

    void watching(const project::Project& project) override {
        say("watching", {{"path", path_}, {"files", project.files().size()}});
    }
    void checking() override { say("checking", {}); }
    void searching() override { say("searching", {}); }
    void checked(const toolchain::CheckReport& report) override {
        json::object o{{"ok", report.ok},
                       {"errors", report.errors()},
                       {"warnings", report.warnings()},
                       {"ms", milliseconds(report.wall)}};
        o["diagnostics"] = server::diagnostics_json(report.diagnostics);
        if (!report.cargo_error.empty())
            o["cargo_error"] = server::clean_utf8(report.cargo_error);
        say("checked", std::move(o));
    }
    void fix(const repair::Outcome& outcome, const std::string& command) override {
        json::array edits;
        for (const auto& e : outcome.applied)
            edits.emplace_back(json::object{{"place", e.place},
                                            {"code", e.error_code},
                                            {"message", server::clean_utf8(e.error_message)},
                                            {"why", server::clean_utf8(e.candidate.why)},
                                            {"rule", e.candidate.rule},
                                            {"risk", repair::name(e.candidate.risk)},
                                            {"confidence", e.confidence}});
        json::object o{{"verdict", repair::name(outcome.verdict)},
                       {"errors_before", outcome.errors_before},
                       {"errors_after", outcome.errors_after},
                       {"checks", outcome.checks},
                       {"ms", outcome.wall.count()},
                       {"diff", server::clean_utf8(project::unified_diff(outcome.original, outcome.best))},
                       {"edits", std::move(edits)}};
        if (ready(outcome) || better(outcome))
            o["command"] = command;
        say("fix", std::move(o));
    }
    void learned(const agent::LearnedFix& learned) override { say("learned", server::learned_json(learned)); }
    void note(const std::string& text) override { say("note", {{"message", server::clean_utf8(text)}}); }
    void trouble(const Error& error) override {
        say("error", {{"code", base::name(error.code)}, {"message", server::clean_utf8(error.text())}});
    }
    void stopped() override { say("stopped", {}); }

private:
    static void say(const char* event, json::object data) {
        json::object o{{"event", event}, {"time", base::utc_timestamp()}};
        for (auto& member : data)
            o[member.key()] = std::move(member.value());
        std::cout << base::dump(o) << "\n" << std::flush;
    }

    const std::string path_;
};

} // namespace

std::unique_ptr<WatchOutput> watch_for_people(std::string name) {
    return std::make_unique<People>(std::move(name));
}

std::unique_ptr<WatchOutput> watch_as_json(std::string path) {
    return std::make_unique<Json>(std::move(path));
}

} // namespace rustcoder::cli
