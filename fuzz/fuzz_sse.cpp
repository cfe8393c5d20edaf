// links: net
// The first byte says how the rest is cut into pieces; the events may not depend on that, and what our own server
// writes is read back.
#include "net/http_client.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

using namespace rustcoder::net;

std::vector<std::string> events(std::string_view text, std::size_t step, std::size_t bound) {
    std::vector<std::string> out;
    SseReader reader(bound);
    for (std::size_t at = 0; at < text.size(); at += step) {
        const auto fed = reader.feed(text.substr(at, step), [&](const SseMessage& m) {
            out.push_back(m.event + '\x01' + m.data + '\x01' + m.id + (m.retry_ms ? std::to_string(*m.retry_ms) : ""));
            return true;
        });
        if (!fed)
            break;
    }
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0)
        return 0;
    const std::string text(reinterpret_cast<const char*>(data + 1), size - 1);
    const std::size_t step = 1 + data[0] % 16;
    const auto whole = events(text, std::max<std::size_t>(text.size(), 1), 1u << 20);
    if (events(text, step, 1u << 20) != whole) {
        std::fprintf(stderr, "violated: the pieces do not matter\n");
        std::abort();
    }
    for (const auto& event : events(text, step, 64)) // an error or short events
        if (event.size() > 64 + 64 + 32 + 64) {
            std::fprintf(stderr, "violated: the bound holds\n");
            std::abort();
        }
    std::string data_part(text);
    for (char& c : data_part)
        if (c == '\r')
            c = '\n';
    const auto back = events(sse_event(data_part), step, 1u << 20);
    if (back.size() != 1 || back[0] != std::string("message\x01") + data_part + '\x01') {
        std::fprintf(stderr, "violated: what is written is read back\n");
        std::abort();
    }
    return 0;
}
