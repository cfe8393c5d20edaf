// links: project
// Any bytes are a Project or an error that says something; what was parsed survives printing and parsing again.
#include "project/flat_text.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rustcoder;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto parsed = project::parse_flat_text(text);
    if (!parsed) {
        if (parsed.error().message.empty())
            std::abort();
        return 0;
    }
    const auto again = project::parse_flat_text(project::print_flat_text(parsed->project));
    if (!again || !(again->project == parsed->project))
        std::abort();
    return 0;
}
