// links: toolchain
// Whatever a compiler (or a build script that pretends to be one) prints: never a crash, and every part of a suggestion
// is a range in order, because patches are made of them.
#include "toolchain/diagnostic.h"
#include "toolchain/recording.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rustcoder::toolchain;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto ours = [](void*, std::string_view file) { return file.ends_with(".rs"); };
    const auto parsed = parse_output(text, "/work/project/", ours, nullptr);
    for (const auto& d : parsed.diagnostics) {
        (void)d.fingerprint();
        (void)d.primary();
        (void)phase_of(d);
        for (const auto& span : d.spans)
            if (span.end < span.begin)
                std::abort();
        for (const auto& suggestion : d.suggestions)
            for (const auto& part : suggestion.parts)
                if (part.end < part.begin)
                    std::abort();
    }
    // The other things that a build script's output passes through.
    const RecordContext context{"/work/project", "/work/project", "/opt/rust/bin/rustc"};
    for (const auto& line : running_lines(text))
        (void)unit_of(line, context);
    if (plain_stderr(text).size() > text.size())
        std::abort();
    (void)dep_info_paths(text);
    return 0;
}
