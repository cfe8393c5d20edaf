// A function was stored where its result was meant: `let s = String::new;`. Every later use of `s` then fails; the one
// place to mend is where it is set.
#include "repair/rule.h"

#include "base/text.h"

#include <algorithm>

namespace rustcoder::repair {

namespace {

// The type rustc prints for a function that takes nothing: "fn item `fn() -> String {String::new}`".
bool names_nullary_fn_item(const toolchain::Diagnostic& d) {
    return d.mentions("fn() -> ") && (d.mentions("fn item") || d.mentions("{"));
}

class FnItemInitializer final : public Rule {
public:
    std::string_view name() const override { return "call-initializer"; }
    bool applies(const toolchain::Diagnostic& d) const override {
        return (d.code == "E0599" || d.code == "E0308" || d.code == "E0369" || d.code == "E0277" || d.code == "E0368" ||
                d.code == "E0608" || d.code == "E0609" || d.code == "E0615" || d.code == "E0614") &&
               names_nullary_fn_item(d);
    }
    void propose(const RuleContext& context, Proposals& out) const override {
        const toolchain::Span* at = context.diagnostic.primary();
        auto tree = at ? context.sources.tree(at->file) : nullptr;
        if (!tree)
            return;
        const syntax::Source& source = tree->source();
        // Names on the lines rustc points at: the variable is one of them (a receiver, an operand, an argument).
        for (const toolchain::Span& span : context.diagnostic.spans) {
            if (!span.in_project || span.file != at->file)
                continue;
            std::size_t line = source.line_of(span.begin);
            for (std::size_t i = source.token_at(source.line_begin(line)); i < source.tokens().size(); ++i) {
                const syntax::Token& t = source.tokens()[i];
                if (t.begin >= std::max(span.end, source.line_end(line)))
                    break;
                if (t.kind == syntax::Kind::ident)
                    propose_for(*tree, at->file, t, out);
            }
        }
    }

private:
    static void propose_for(const syntax::Tree& tree, const std::string& file, const syntax::Token& use,
                            Proposals& out) {
        const syntax::Source& source = tree.source();
        std::string_view name = source.text(use);
        for (const syntax::Binding& b : tree.bindings_at(use.begin)) {
            if (b.name != name)
                continue;
            std::string_view value = base::trim(source.text(b.initializer));
            bool path = !value.empty() && base::is_ident(value.back()) &&
                        std::all_of(value.begin(), value.end(),
                                    [](char c) { return base::is_ident(c) || c == ':' || c == '<' || c == '>'; });
            if (b.origin == syntax::Binding::Origin::let && path)
                out.insert("call-initializer", file,
                           b.initializer.begin +
                               static_cast<std::size_t>(value.data() - source.text(b.initializer).data()) +
                               value.size(),
                           "()", Risk::none, 0.9,
                           "`" + std::string(name) + "` is set to the function `" + std::string(value) +
                               "` itself; `()` calls it.");
            return; // the innermost binding is the one that counts
        }
    }
};

RC_REGISTER_RULE(FnItemInitializer)

} // namespace

} // namespace rustcoder::repair
