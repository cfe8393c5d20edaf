// E0277 on `?`, E0271 on the call in front of it: the error does not convert into the function's error, or the function
// returns no Result at all.
#include "repair/own_support.h"

#include "base/text.h"

#include <algorithm>

namespace rustcoder::repair {

namespace {

constexpr std::string_view any_error = "Box<dyn std::error::Error>";

/// Error type of the expression in front of the `?`.
std::string error_in_front(const Diagnostic& d) {
    for (const Span& span : d.spans)
        if (auto type = between(span.label, "it has type `", "`"))
            if (auto arguments = type_arguments(clean_type(*type)); arguments.size() == 2)
                return arguments[1];
    for (const Span& span : d.spans)
        if (auto type = between(span.label, "the trait `From<", ">` is not implemented"))
            return clean_type(*type);
    return {};
}

/// `question`: where the `?` stands.
void convert(Site& site, const std::string& from, std::size_t question) {
    const Item* function = site.function();
    if (!function || function->return_type.empty())
        return;
    auto arguments = type_arguments(site.str(function->return_type));
    if (arguments.size() != 2)
        return;
    if (auto own = local_type(site.context, arguments[1]))
        for (const auto& v : own->item->variants)
            if (v.shape == syntax::Variant::Shape::tuple && v.fields.size() == 1 && !from.empty() &&
                clean_type(v.fields[0].type_text) == from) {
                std::string name = own->item->name + "::" + v.name;
                site.propose(Risk::low, 0.85,
                             "the error is turned into the function's own, `" + name + "`, before `?` passes it on.",
                             {site.put(question, ".map_err(" + name + ")")});
                std::string pad = indent_at(own->tree->source(), own->item->range.begin);
                site.propose(
                    Risk::low, 0.6, "`?` converts errors with `From`, which is implemented for `" + name + "`.",
                    {make_edit(own->path, own->item->range.end, own->item->range.end,
                               "\n\n" + pad + "impl From<" + v.fields[0].type_text + "> for " + own->item->name +
                                   " {\n" + pad + "    fn from(error: " + v.fields[0].type_text + ") -> Self {\n" +
                                   pad + "        " + name + "(error)\n" + pad + "    }\n" + pad + "}")});
            }
    bool main = function->name == "main" && function->parent < 0;
    std::string result(site.text(function->return_type));
    if (auto at = result.rfind(arguments[1]); at != std::string::npos) {
        result.replace(at, arguments[1].size(), any_error);
        site.propose(main ? Risk::low : Risk::behaviour, main ? 0.82 : 0.35,
                     "errors of several kinds come out of this function; `Box<dyn Error>` holds any of them.",
                     {site.swap(function->return_type, result)});
    }
}

void convert_error(Site& site) {
    if (site.d.message.starts_with("`?` couldn't convert the error"))
        convert(site, error_in_front(site.d), site.at().begin);
}

/// `text.parse()?`: the error of the call is taken for the function's own.
void inferred_error(Site& site) {
    auto types = expected_found(site.d, *site.d.primary());
    const Source& s = site.s();
    std::size_t i = s.token_at(site.at().end);
    if (!types || s.at(static_cast<std::int64_t>(i)) == "::")
        while (i < s.tokens().size() && s.text(s.tokens()[i]) != "(")
            ++i;
    if (!types || i >= s.tokens().size() || s.tokens()[i].match < 0)
        return;
    const auto close = static_cast<std::size_t>(s.tokens()[i].match);
    if (s.at(static_cast<std::int64_t>(close) + 1) != "?")
        return;
    const Item* function = site.function();
    auto own = function ? type_arguments(site.str(function->return_type)) : std::vector<std::string>{};
    if (own.size() == 2) // an error type that holds a text
        if (auto type = local_type(site.context, own[1]); type && type->item->fields.size() == 1 &&
                                                          type->item->fields[0].name == "0" &&
                                                          type->item->fields[0].type_text == "String")
            site.propose(Risk::low, 0.6, "the error is turned into the function's own before `?` passes it on.",
                         {site.put(s.tokens()[close].end, ".map_err(|e| " + own[1] + "(e.to_string()))")});
    if (own.size() == 2 && own[1] == "String")
        site.propose(Risk::low, 0.8, "the function's error is a text, so the text of the error is passed on.",
                     {site.put(s.tokens()[close].end, ".map_err(|e| e.to_string())")});
    convert(site, types->found, s.tokens()[close].end);
}

/// `?` in a function without a return type, whose body may end in anything.
void return_result(Site& site) {
    const Item* function = site.function();
    if (!function || !function->return_type.empty() || function->body.empty() ||
        site.d.message.find("can only be used in") == std::string::npos || !site.d.mentions("`Result`"))
        return;
    const Source& s = site.s();
    std::size_t open = s.token_at(function->body.begin);
    auto statements = statements_of(s, open);
    if (statements.empty())
        return;
    Range last = statements.back();
    bool value = !s.text(last).ends_with(";") && !s.text(last).ends_with("}");
    std::string pad = gap_at(s, last.begin);
    std::vector<Edit> edits{
        site.put(function->signature.end == function->body.begin || s.text(function->signature).ends_with(" ")
                     ? s.tokens()[static_cast<std::size_t>(s.token_before(function->body.begin))].end
                     : function->signature.end,
                 " -> Result<(), " + std::string(any_error) + ">"),
        site.put(last.end, (value ? ";" : "") + pad + "Ok(())")};
    bool main = function->name == "main" && function->parent < 0;
    site.propose(main ? Risk::low : Risk::behaviour, main ? 0.8 : 0.3,
                 "`?` leaves the function with the error, so the function returns a `Result`.", std::move(edits));
}

void question(Site& site) {
    convert_error(site);
    return_result(site);
}

} // namespace

RC_CODE_RULE(question, "learner-question", "E0277")
RC_CODE_RULE(inferred_error, "learner-question-inferred", "E0271")

} // namespace rustcoder::repair
