// What comes with the program: knowledge/lessons/*.md and knowledge/projects/*.
#include "base/os.h"
#include "base/text.h"
#include "knowledge/format_project.h"
#include "knowledge/format_readers.h"
#include "knowledge/import_walk.h"
#include "knowledge/seed_sources.h"

#include <fmt/format.h>

namespace rustcoder::knowledge {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t lesson_bytes = 256U << 10U;
constexpr const char* own_licence = "Apache-2.0";

Result<std::vector<fs::path>> shipped_files(const fs::path& shipped) {
    std::error_code ec;
    if (!fs::is_directory(shipped, ec))
        return fail(Errc::not_found, "the folder of shipped knowledge is not there", shipped.string(),
                    "Reinstall, or leave it unset");
    return files_below(shipped, [](const fs::path&) { return true; });
}

} // namespace

Result<std::string> shipped_version(const fs::path& shipped) {
    RC_TRY_ASSIGN(const auto files, shipped_files(shipped));
    std::string all;
    for (const auto& file : files) {
        RC_TRY_ASSIGN(const std::string text, base::read_file(file, 4U << 20U));
        all += fmt::format("{}:{}:{}\n", file.lexically_relative(shipped).generic_string(), text.size(), text);
    }
    return base::sha256_hex(all).substr(0, 16);
}

Status seed_shipped(Sink& sink, const fs::path& shipped) {
    RC_TRY_ASSIGN(const auto files, shipped_files(shipped));
    sink.licence(own_licence);
    std::size_t done = 0;
    std::error_code ec;
    for (const auto& file : files) {
        sink.advance(done++, files.size());
        const std::string below = file.lexically_relative(shipped).generic_string();
        if (!below.starts_with("lessons/") || file.extension() != ".md")
            continue;
        sink.source(fmt::format("shipped/{}", below));
        RC_TRY_ASSIGN(const std::string text, base::read_file(file, lesson_bytes));
        RC_TRY(read_markdown(text, file.stem().string(), sink.emit()));
    }
    if (fs::is_directory(shipped / "projects", ec)) {
        sink.source("shipped/projects");
        RC_TRY(read_projects(sink, shipped / "projects"));
    }
    return {};
}

} // namespace rustcoder::knowledge
