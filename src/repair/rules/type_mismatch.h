// What the rules about mismatched types share: where the expression is, what was expected and what was found.
#pragma once

#include "repair/rule_support.h"

namespace rustcoder::repair {

struct Mismatch {
    Place place; // of the expression whose type is wrong
    Range expression;
    std::string expected, found;
    std::string expected_kind, found_kind;
    bool argument = false; // of a call, reported among "arguments to this function are incorrect"

    std::string_view text() const { return place.source->text(expression); }
};
/// Every "expected X, found Y" of the diagnostic that lies in the project; primary first.
std::vector<Mismatch> mismatches(const RuleContext& context, const toolchain::Diagnostic& d);
inline std::vector<Mismatch> mismatches(const RuleContext& context) {
    return mismatches(context, context.diagnostic);
}

/// The type of operands in "no implementation for `L op R`".
struct Operands {
    std::string left, op, right;
};
std::optional<Operands> operands_of(const toolchain::Diagnostic& d);
/// The ranges of the operands around the operator token at `offset`.
struct OperandRanges {
    Range left, right;
};
std::optional<OperandRanges> operand_ranges(const Place& op);

/// What the function's return type is, cleaned; "" without one.
std::string return_type_at(const Tree& tree, std::size_t offset);
/// The token range of a whole binary/unary/postfix expression that starts at `begin` inside parentheses, a call
/// argument, a statement: to the next `,` `;` `)` or `{` at the same depth.
Range expression_from(const Source& source, std::size_t begin);

/// Whether a value of type `found` could be meant where `wanted` is written (same head, unknowns match anything).
bool same_type(std::string_view wanted, std::string_view found);

} // namespace rustcoder::repair
