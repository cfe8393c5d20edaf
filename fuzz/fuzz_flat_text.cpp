// links: project
// Any bytes: a Project or an error with a line. What was read prints to text that reads back the same; so does the
// input itself as the content of a file, whatever it holds.
#include "project/flat_text.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace {

using namespace rustcoder::project;

void require(bool condition, const char* what) {
    if (condition)
        return;
    std::fprintf(stderr, "violated: %s\n", what);
    std::abort();
}

void round_trip(const Project& project) {
    const auto parsed = parse_flat_text(print_flat_text(project));
    require(parsed.has_value(), "what was printed can be read");
    require(parsed->project == project, "parse(print(p)) == p");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto parsed = parse_flat_text(text)) {
        for (const auto& [path, file] : parsed->project.files())
            require(safe_path(path).value_or("") == path, "paths are safe and normal");
        round_trip(parsed->project);
    } else {
        require(parsed.error().place.starts_with("line "), "an error names a line");
        require(!parsed.error().message.empty(), "an error names a cause");
    }
    Project project;
    const auto half = size / 2;
    for (const auto& [path, bytes] : {std::pair{"README.md", text.substr(0, half)}, {"src/main.rs", text.substr(half)}})
        require(project.set(path, std::string(bytes)).has_value(), "a file of any bytes can be set");
    if (size > 2)
        (void)project.set(text.substr(0, 1 + data[0] % 16), std::string(text)); // often no safe path: then left out
    round_trip(project);
    return 0;
}
