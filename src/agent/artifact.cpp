#include "agent/artifact.h"

#include "base/text.h"

namespace rustcoder::agent {

std::vector<std::string> installed_targets(const toolchain::Toolchain& toolchain) {
    return toolchain.targets();
}

Result<Artifact> build_artifact(const Environment& environment, const project::Project& project,
                                const ArtifactOptions& options, std::stop_token stop) {
    toolchain::WorkspaceOptions workspace_options;
    workspace_options.cache_dir = environment.cache_dir;
    RC_TRY_ASSIGN(auto workspace,
                  toolchain::Workspace::open(environment.toolchain, environment.sandbox, workspace_options));
    RC_TRY_ASSIGN(auto report,
                  workspace->binary(project, {.release = options.release, .target = options.target, .bin = options.bin},
                                    options.most_bytes, stop));
    if (!report.build.ok)
        return fail(Errc::invalid_input, "the project does not build in this profile or for this target",
                    options.target, report.build.stderr_text);
    if (report.executable.empty())
        return fail(Errc::invalid_input, report.build.cargo_error, "artifact", "ask for a program, or for no artifact");
    Artifact out;
    out.file = std::move(report.file);
    out.target = options.target.empty() ? environment.toolchain.host : options.target;
    out.release = options.release;
    out.sha256 = base::sha256_hex(report.executable);
    out.bytes = std::make_shared<const std::string>(std::move(report.executable));
    return out;
}

} // namespace rustcoder::agent
