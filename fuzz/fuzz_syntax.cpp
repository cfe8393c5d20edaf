// links: syntax
// Lexing and scanning never fail, whatever the text; tokens are in order and inside it, delimiters pair both ways.
#include "syntax/tree.h"

#include <cstdint>
#include <cstdlib>

namespace {

using namespace rustcoder;

void demand(bool good) {
    if (!good)
        std::abort();
}

void check_tokens(const syntax::Source& source) {
    const auto& tokens = source.tokens();
    std::size_t last = 0;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const auto& t = tokens[i];
        demand(t.begin >= last && t.end > t.begin && t.end <= source.text().size());
        last = t.end;
        if (t.match >= 0)
            demand(static_cast<std::size_t>(t.match) < tokens.size() &&
                   tokens[static_cast<std::size_t>(t.match)].match == static_cast<std::int32_t>(i));
    }
}

void check_tree(const syntax::Tree& tree, std::size_t size, std::size_t step) {
    const auto inside = [&](const syntax::Range& r) { demand(r.empty() || r.end <= size); };
    for (const auto& item : tree.items()) {
        inside(item.body);
        demand(item.parent < static_cast<int>(tree.items().size()));
    }
    for (std::size_t at = 0; at <= size; at += step) {
        inside(tree.statement_at(at));
        inside(tree.block_at(at));
        inside(tree.postfix_before(at));
        inside(tree.postfix_from(at));
        for (const auto& argument : tree.arguments(at))
            inside(argument);
        for (const auto& binding : tree.bindings_at(at))
            inside(binding.scope);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto source = std::make_shared<const syntax::Source>(std::string(reinterpret_cast<const char*>(data), size));
    check_tokens(*source);
    check_tree(syntax::Tree(source), size, 1 + size / 16);
    return 0;
}
