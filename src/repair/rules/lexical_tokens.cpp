#include "repair/rules/lexical.h"
namespace rustcoder::repair::lexical {
void tokens(const Bench&, int, const toolchain::Diagnostic&, Ideas&) {}
} // namespace rustcoder::repair::lexical
