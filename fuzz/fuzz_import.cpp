// links: knowledge
// The first byte chooses a reader, the rest is what it reads: whatever it holds, readers end, stay within bounds and
// give text that is UTF-8 when the input was.
#include "base/text.h"
#include "knowledge/format_manifest.h"
#include "knowledge/format_qdrant.h"
#include "knowledge/format_readers.h"
#include "knowledge/html.h"
#include "knowledge/import_detect.h"
#include "knowledge/import_split.h"
#include "knowledge/seed_sources.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace {

using namespace rustcoder;
using namespace rustcoder::knowledge;

void require(bool condition, const char* what) {
    if (condition)
        return;
    std::fprintf(stderr, "violated: %s\n", what);
    std::abort();
}

void split(std::string_view text) {
    const auto blocks = paragraphs(text);
    for (const auto& part : split_passages(blocks))
        require(part.size() <= 2 * SplitOptions{}.most + 256 || text.find('\n') == std::string_view::npos ||
                    part.starts_with("```") || part.starts_with("~~~"),
                "a passage within its bound");
    require(clip(text, 20).size() <= 23, "clip within its bound");
}

void storage(std::string_view text) {
    GridFiles files;
    files["config.json"] = R"({"page_size_bytes":4096,"block_size_bytes":16,"region_size_blocks":4})";
    const std::size_t tracker = std::min<std::size_t>(text.size(), 68);
    files["tracker.dat"] = text.substr(0, tracker);
    files["page_0.dat"] = text.substr(tracker);
    (void)read_gridstore(files, [](std::string_view) -> Status { return {}; });
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0)
        return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    const bool utf8 = base::valid_utf8(text);
    std::size_t entries = 0;
    const Emit emit = [&](Entry e) -> Status {
        require(!utf8 || (base::valid_utf8(e.text) && base::valid_utf8(e.title)), "whole characters");
        require(e.title.size() < 64 * 1024 + size, "a title within bounds");
        if (++entries > 10'000)
            return fail(Errc::limit, "enough");
        return {};
    };
    const HtmlPlace place{.path = "std/vec/struct.Vec.html", .source = "s", .book = {}, .parents = {}, .leave_out = {}};
    switch (data[0] % 12) {
    case 0:
        (void)read_json(text, emit);
        break;
    case 1:
        (void)read_qna(text, emit);
        break;
    case 2:
        (void)read_csv(text, emit);
        break;
    case 3:
        (void)read_text(text, emit);
        break;
    case 4:
        (void)read_markdown(text, "name", emit);
        break;
    case 5:
        (void)read_html_page(text, place, emit);
        break;
    case 6: {
        std::string page = "<head><meta name=\"generator\" content=\"rustdoc\"></head><section id=\"main-content\">";
        (void)read_html_page(page + std::string(text), place, emit);
        break;
    }
    case 7:
        (void)read_manifest(text);
        break;
    case 8:
        storage(text);
        break;
    case 9:
        (void)lz4_block(text, size % 4096);
        break;
    case 10:
        (void)explained_entry("E0001", text);
        (void)chapters_above(text);
        (void)codes_in(text);
        break;
    default:
        split(text);
        (void)detect_format("x", text);
        break;
    }
    return 0;
}
