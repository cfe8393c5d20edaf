// Answers syntax errors. The families (braces, parentheses, tokens, keywords, literals) put their ideas into one pool,
// so that their priors are shares of one whole.
#include "repair/rules/lexical.h"

namespace rustcoder::repair::lexical {

namespace {

class LexicalRule final : public Rule {
public:
    std::string_view name() const override { return "lexical"; }

    bool applies(const toolchain::Diagnostic& d) const override {
        return d.phase == toolchain::Phase::parse && d.primary();
    }

    void propose(const RuleContext& context, Proposals& out) const override {
        const toolchain::Span& at = *context.diagnostic.primary();
        auto source = context.sources.source(at.file);
        if (!source || source->tokens().empty())
            return;
        Bench bench(at.file, source);
        Ideas ideas(bench);
        int place = static_cast<int>(source->token_at(at.begin));
        literals(bench, place, context.diagnostic, ideas);
        braces(bench, place, context.diagnostic, ideas);
        parentheses(bench, place, context.diagnostic, ideas);
        keywords(bench, place, context.diagnostic, ideas);
        tokens(bench, place, context.diagnostic, ideas);
        ideas.emit(out);
    }
};

RC_REGISTER_RULE(LexicalRule)

} // namespace

} // namespace rustcoder::repair::lexical
