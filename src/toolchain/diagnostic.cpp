#include "toolchain/diagnostic.h"

#include "base/text.h"

#include <algorithm>
#include <cctype>

namespace rustcoder::toolchain {

namespace {

// Messages that quote closures carry a position ("{closure@src/main.rs:3:5: 3:10}"); the digits must not make one error
// two.
std::string without_positions(std::string_view message) {
    std::string out;
    out.reserve(message.size());
    for (std::size_t i = 0; i < message.size(); ++i) {
        const char c = message[i];
        const bool digit = std::isdigit(static_cast<unsigned char>(c)) != 0;
        const bool after_colon =
            i > 0 && (message[i - 1] == ':' || (message[i - 1] == ' ' && i > 1 && message[i - 2] == ':'));
        if (digit && after_colon) {
            while (i + 1 < message.size() && std::isdigit(static_cast<unsigned char>(message[i + 1])) != 0)
                ++i;
            out += '#';
            continue;
        }
        out += c;
    }
    return out;
}

} // namespace

const Span* Diagnostic::primary() const {
    for (const Span& s : spans)
        if (s.primary && s.in_project)
            return &s;
    return nullptr;
}

const Span* Diagnostic::labelled(std::string_view needle) const {
    for (const Span& s : spans)
        if (s.label.find(needle) != std::string::npos)
            return &s;
    for (const Child& c : children)
        for (const Span& s : c.spans)
            if (!s.label.empty() && s.label.find(needle) != std::string::npos)
                return &s;
    return nullptr;
}

bool Diagnostic::mentions(std::string_view needle) const {
    if (message.find(needle) != std::string::npos)
        return true;
    auto in_label = [&](const Span& s) { return s.label.find(needle) != std::string::npos; };
    if (std::ranges::any_of(spans, in_label))
        return true;
    return std::ranges::any_of(children, [&](const Child& c) {
        return c.message.find(needle) != std::string::npos || std::ranges::any_of(c.spans, in_label);
    });
}

std::uint64_t Diagnostic::fingerprint() const {
    const Span* p = primary();
    const std::string& file = p ? p->file : (spans.empty() ? std::string() : spans.front().file);
    std::uint64_t h = base::hash64(code);
    h = base::hash64(without_positions(message), h);
    return base::hash64(file, h);
}

} // namespace rustcoder::toolchain
