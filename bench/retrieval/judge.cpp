#include "retrieval/judge.h"

#include "base/os.h"
#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace rustcoder::bench {
namespace {

bool is_error_code(std::string_view s) {
    return s.size() == 5 && s[0] == 'E' &&
           std::all_of(s.begin() + 1, s.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string full_name(std::string_view passage) {
    if (passage.starts_with("rbe/"))
        return "rust-by-example/" + std::string(passage.substr(4));
    if (passage.starts_with("ref/"))
        return "reference/" + std::string(passage.substr(4));
    return std::string(passage);
}

} // namespace

std::vector<Question> read_questions(const std::filesystem::path& file) {
    std::vector<Question> out;
    const auto text = base::read_file(file);
    if (!text)
        fmt::print(stderr, "{}\n", text.error().text());
    for (const auto line : base::lines(text ? std::string_view(*text) : std::string_view{})) {
        const auto fields = base::split(line, '\t');
        if (line.starts_with('#') || fields.size() != 3)
            continue;
        Question q{std::string(fields[0]), std::string(fields[1]), {}};
        for (const auto passage : base::split(fields[2], ' '))
            if (!passage.empty())
                q.passages.push_back(full_name(passage));
        out.push_back(std::move(q));
    }
    return out;
}

bool answers(const knowledge::Entry& entry, const Question& question) {
    std::string_view source = entry.provenance.source;
    if (source.starts_with("rust-docs/"))
        source.remove_prefix(10);
    for (const auto& passage : question.passages) {
        if (is_error_code(passage)) {
            if (entry.kind == knowledge::Kind::lesson && std::ranges::find(entry.codes, passage) != entry.codes.end())
                return true;
        } else if (source == passage || (passage.find('#') == std::string::npos && source.starts_with(passage + "#"))) {
            return true;
        }
    }
    return false;
}

void Figures::add(std::size_t rank) {
    ++asked;
    first += rank == 1;
    five += rank >= 1 && rank <= 5;
    ten += rank >= 1 && rank <= 10;
    reciprocal += rank ? 1 / static_cast<double>(rank) : 0;
}

} // namespace rustcoder::bench
