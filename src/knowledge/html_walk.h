// From Gumbo's tree to blocks. Internal to html.cpp.
#pragma once

#include "knowledge/html.h"

#include <gumbo.h>

namespace rustcoder::knowledge {

/// The value of an attribute, "" when absent.
std::string_view html_attribute(const GumboNode& node, const char* name);
/// Appends what is readable below `node`. Trees deeper than html.cpp admits must not come here.
void walk_html(const GumboNode& node, std::vector<HtmlBlock>& out);

} // namespace rustcoder::knowledge
