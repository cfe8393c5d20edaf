// A Workspace whose compiler is a function: text in, diagnostics out. Lets the search be tested without rustc.
#pragma once

#include "toolchain/workspace.h"

#include <atomic>
#include <functional>

namespace rustcoder::test {

class FakeWorkspace : public toolchain::Workspace {
public:
    using Compiler = std::function<std::vector<toolchain::Diagnostic>(const project::Project&)>;
    explicit FakeWorkspace(Compiler compiler) : compiler_(std::move(compiler)) { toolchain_.minor = 95; }

    Result<toolchain::CheckReport> check(const project::Project& p, std::stop_token) override {
        ++checks;
        return judge(full ? full(p) : compiler_(p));
    }
    Result<toolchain::CheckReport> quick_check(const project::Project& p, std::stop_token) override {
        ++quick;
        return judge(compiler_(p));
    }
    Result<toolchain::CheckReport> build(const project::Project& p, std::stop_token) override {
        return judge(link ? link(p) : std::vector<toolchain::Diagnostic>{});
    }
    Result<toolchain::RunReport> test(const project::Project& p, std::stop_token) override {
        toolchain::RunReport r;
        r.built = true;
        r.exit.code = 0;
        bool good = passes ? passes(p) : true;
        r.tests.push_back(
            {"t", good ? toolchain::RunReport::Test::Result::ok : toolchain::RunReport::Test::Result::failed});
        if (!good)
            r.exit.code = 101;
        return r;
    }
    Result<toolchain::RunReport> run(const project::Project&, const toolchain::RunInput&, std::stop_token) override {
        return toolchain::RunReport{};
    }
    int slots() const override { return 2; }
    toolchain::Costs costs() const override { return {}; }
    const toolchain::Toolchain& toolchain() const override { return toolchain_; }
    const process::Sandbox& sandbox() const override { return sandbox_; }

    Compiler full, link;                                 // cargo's own verdict, the linker's, when they differ
    std::function<bool(const project::Project&)> passes; // the tests'
    std::atomic<int> checks{0}, quick{0};

private:
    static toolchain::CheckReport judge(std::vector<toolchain::Diagnostic> d) {
        toolchain::CheckReport r;
        r.ok = d.empty();
        r.complete = true;
        r.diagnostics = std::move(d);
        return r;
    }
    Compiler compiler_;
    toolchain::Toolchain toolchain_;
    process::Sandbox sandbox_{process::Mode::off};
};

/// A diagnostic at `begin` with alternatives: each replaces [begin, end) by a text.
inline toolchain::Diagnostic diagnostic(std::string code, std::string file, std::size_t begin, std::size_t end,
                                        std::vector<std::pair<std::string, toolchain::Applicability>> alternatives) {
    toolchain::Diagnostic d;
    d.code = code;
    d.message = "error " + code;
    toolchain::Span s;
    s.file = file;
    s.begin = begin, s.end = end;
    s.line_begin = s.line_end = 1;
    s.primary = s.in_project = true;
    d.spans.push_back(s);
    for (auto& [text, applicability] : alternatives) {
        toolchain::Suggestion g;
        g.message = "try " + text;
        g.applicability = applicability;
        g.parts.push_back({file, begin, end, text, true});
        d.suggestions.push_back(g);
    }
    return d;
}

} // namespace rustcoder::test
