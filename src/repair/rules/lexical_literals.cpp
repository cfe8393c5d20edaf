#include "repair/rules/lexical.h"
namespace rustcoder::repair::lexical {
void literals(const Bench&, int, const toolchain::Diagnostic&, Ideas&) {}
} // namespace rustcoder::repair::lexical
