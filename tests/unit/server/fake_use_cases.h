// A scripted stand-in for the engine: no compiler, answers at once or when the test lets it.
#pragma once

#include "base/text.h"
#include "model/chat.h"
#include "server/use_cases.h"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace rustcoder::test {

inline bool eventually(const std::function<bool()>& f, std::chrono::milliseconds limit = std::chrono::seconds(10)) {
    const auto until = std::chrono::steady_clock::now() + limit;
    while (std::chrono::steady_clock::now() < until) {
        if (f())
            return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(3));
    }
    return f();
}

/// Programs whose text holds "BROKEN" do not compile; fix() removes the word, unless the text holds "HOPELESS".
/// "HANG" waits for the test or for the stop token; "LIBRARY" has no program to run; "CRASH" fails when run.
class FakeUseCases final : public server::UseCases {
public:
    std::atomic<int> running{0}, stopped{0}, calls{0};
    std::atomic<bool> go_on{false}, throws{false}, ready_ok{true};
    std::atomic<int> events{3};
    std::mutex mutex;
    agent::FixRequest last_fix;
    std::string chat_said; // by the client's model

    Result<agent::CompileAnswer> compile(const agent::CompileRequest& request, std::stop_token stop) override {
        ++calls;
        if (throws)
            throw std::runtime_error("fake failure");
        RC_TRY(hang(request.project, stop));
        agent::CompileAnswer out;
        out.success = !has(request.project, "BROKEN");
        if (!out.success) {
            out.build_output = "error[E0425]: cannot find value `x`\n --> src/main.rs:1:5\n\xff bad byte\n";
            out.report.diagnostics.push_back(error());
        } else {
            out.build_output = "Build successful";
            if (request.run && !has(request.project, "LIBRARY"))
                out.run = run_report(!has(request.project, "CRASH"));
        }
        return out;
    }

    Result<agent::FixAnswer> fix(const agent::FixRequest& request, std::stop_token stop,
                                 const std::function<void(const repair::Event&)>& on_event) override {
        ++calls;
        {
            std::lock_guard lock(mutex);
            last_fix = request;
        }
        for (int i = 0; i < events; ++i)
            on_event({repair::Event::Kind::accepted, "step " + std::to_string(i), 1, i + 1});
        RC_TRY(hang(request.project, stop));
        if (request.chat && has(request.project, "ASK")) {
            auto reply = request.chat->chat({.messages = {{model::Role::user, "what is missing?"}}}, stop);
            std::lock_guard lock(mutex);
            chat_said = reply ? reply->samples.front().text : reply.error().text();
        }
        agent::FixAnswer out;
        auto& o = out.outcome;
        o.original = o.best = request.project;
        o.errors_before = has(request.project, "BROKEN") ? 1 : 0;
        if (!has(request.project, "BROKEN")) {
            o.verdict = repair::Verdict::already_ok;
            o.attempts.push_back({true, ""});
        } else if (has(request.project, "HOPELESS")) {
            o.verdict = repair::Verdict::unchanged;
            o.attempts.assign(2, {false, "error[E0425]: cannot find value `x`"});
            o.build_output = "error[E0425]: cannot find value `x`";
            o.remaining.push_back(error());
            o.errors_after = 1;
            o.explanation = "Nothing helped.";
        } else {
            o.verdict = repair::Verdict::fixed;
            o.attempts = {{false, "error[E0425]: cannot find value `x`"}, {true, ""}};
            std::string text = *o.best.find("src/main.rs");
            text.erase(text.find("BROKEN"), 6);
            (void)o.best.set("src/main.rs", text);
            repair::AppliedEdit edit;
            edit.candidate.rule = "fake";
            edit.candidate.why = "The word was in the way.";
            edit.candidate.risk = repair::Risk::low;
            edit.error_code = "E0425";
            edit.error_message = "cannot find value `x`";
            edit.place = "src/main.rs:1";
            edit.confidence = 0.9;
            o.applied.push_back(edit);
        }
        if (request.run && o.verdict != repair::Verdict::unchanged && !has(request.project, "LIBRARY"))
            out.run = run_report(!has(request.project, "CRASH"));
        out.evidence_json = R"({"toolchain":"fake"})";
        return out;
    }

    /// A description with "IMPOSSIBLE" finds nothing, one with "WRONG" does not compile, "BINARY" has a file of bytes;
    /// the words of compile() do what they do there.
    agent::GenerateRequest last_generate;
    Result<agent::GenerateAnswer> generate(const agent::GenerateRequest& request, std::stop_token stop,
                                           const std::function<void(const repair::Event&)>& on_event) override {
        ++calls;
        {
            std::lock_guard lock(mutex);
            last_generate = request;
        }
        if (throws)
            throw std::runtime_error("fake failure");
        const auto asked = [&](std::string_view word) { return request.description.find(word) != std::string::npos; };
        if (asked("REFUSED"))
            return fail(Errc::invalid_input, "there is no template of that name", "template");
        agent::GenerateAnswer out;
        if (asked("IMPOSSIBLE")) {
            out.message = "Nothing like that can be made here.";
            out.nearest = {{"calculator", "A calculator", "Adds and subtracts", 0.2}};
            return out;
        }
        (void)out.project.set("Cargo.toml", "[package]\nname = \"p\"\nversion = \"0.1.0\"\nedition = \"2021\"\n");
        (void)out.project.set("src/main.rs", "fn main() {\n    println!(\"hi\");\n}\n");
        (void)out.project.set("README.md", "# p\n\nWhat it does.\n");
        if (asked("BINARY"))
            (void)out.project.set("data/\xC3\xA4.bin", std::string("\x00\xff\x01", 3), true);
        if (asked("SLOWLY"))
            on_event({repair::Event::Kind::checked, "error[E0425]: cannot find value", 2, 1});
        RC_TRY(hang_for(asked("HANG"), stop));
        on_event({repair::Event::Kind::verifying, "building", 0, 1});
        out.success = !asked("WRONG");
        out.origin = "template:calculator";
        out.confidence = 0.9;
        out.message = out.success ? "A calculator." : "It does not compile.";
        out.features = {"history"};
        out.slots = {{"limit", "20"}};
        out.requirements = {{"keep a history", true, false, "feature history"}, {"fly", false, false, "not covered"}};
        out.report.ok = out.success;
        out.build_output = out.success ? "Build successful" : "error[E0425]: cannot find value `x`\n";
        if (!out.success)
            out.report.diagnostics.push_back(error());
        if (request.run)
            out.run = run_report(!asked("CRASH"));
        if (request.artifact && out.success) {
            auto bytes = std::make_shared<const std::string>(std::string("\x7f"
                                                                         "ELF\0 built",
                                                                         11));
            out.artifact = agent::Artifact{"p", "x86_64-unknown-linux-gnu", request.artifact->release, bytes,
                                           base::sha256_hex(*bytes)};
        }
        for (std::size_t i = 0; i < request.examples.size(); ++i)
            out.examples.push_back({true, ""});
        out.attempts = {{out.success, out.success ? "" : out.build_output}};
        out.evidence_json = R"({"toolchain":"fake","made":true})";
        return out;
    }

    std::vector<server::ReadyCheck> ready() override {
        return {{"toolchain", ready_ok, ready_ok ? "rustc 1.95.0" : "no rustc"},
                {"sandbox", true, "fake"},
                {"disk", true, "much"}};
    }

    /// A real store, when the test wants one.
    std::shared_ptr<agent::Knowledge> base;
    std::atomic<int> background_starts{0}, additions{0}, shutdowns{0};
    agent::Knowledge* knowledge() override { return base.get(); }
    Result<agent::LearnedFix> learn(const project::Project& before, const project::Project& after,
                                    std::string_view source, std::stop_token stop) override {
        ++calls;
        RC_TRY(hang(before, stop));
        if (!has(before, "BROKEN") || has(after, "BROKEN"))
            return fail(Errc::invalid_input, has(after, "BROKEN") ? "the repaired version does not compile"
                                                                  : "the first version compiles already");
        agent::LearnedFix out;
        out.errors = 1;
        out.changes = out.explained = 1;
        out.report.fresh = 1;
        out.report.ids = {std::string(32, 'a')};
        out.learned = {"E0425 from " + std::string(source)};
        return out;
    }
    Result<agent::Explanation> explain(std::string_view about, std::size_t limit, std::stop_token stop) override {
        return base ? agent::explain(*base, nullptr, about, limit, stop) : UseCases::explain(about, limit, stop);
    }
    void start_background() override { ++background_starts; }
    void knowledge_added() override { ++additions; }
    void shutdown() override { ++shutdowns; }

private:
    static bool has(const project::Project& p, std::string_view word) {
        for (const auto& [path, file] : p.files())
            if (file.bytes->find(word) != std::string::npos)
                return true;
        return false;
    }
    static toolchain::Diagnostic error() {
        toolchain::Diagnostic d;
        d.code = "E0425";
        d.message = "cannot find value `x` in this scope";
        toolchain::Span s;
        s.file = "src/main.rs";
        s.line_begin = 1;
        s.column_begin = 5;
        s.primary = s.in_project = true;
        s.label = "not found";
        d.spans.push_back(s);
        return d;
    }
    static toolchain::RunReport run_report(bool ok) {
        toolchain::RunReport r;
        r.built = true;
        r.exit.code = ok ? 0 : 101;
        r.exit.out = "Hello \xff!\n";
        return r;
    }
    Status hang(const project::Project& p, std::stop_token stop) { return hang_for(has(p, "HANG"), stop); }
    Status hang_for(bool asked, std::stop_token stop) {
        if (!asked)
            return {};
        ++running;
        while (!go_on && !stop.stop_requested())
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        --running;
        if (stop.stop_requested()) {
            ++stopped;
            return fail(Errc::cancelled, "The work was cancelled");
        }
        return {};
    }
};

} // namespace rustcoder::test
