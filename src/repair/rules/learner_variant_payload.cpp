// E0026 E0559 E0532 E0618 E0164: an enum declares plain variants, and the program builds and matches them with data.
// The declaration follows from the uses: all such variants of the enum in one change.
#include "repair/own_support.h"

#include "base/text.h"

#include <algorithm>
#include <map>

namespace rustcoder::repair {

namespace {

using Index = std::int64_t;

struct Payload {
    bool record = false, contradictory = false;
    std::vector<std::pair<std::string, std::string>> fields; // name ("" in tuples), type ("" unknown)
};

/// Type of what a pattern's name is given to in the arm: `self.at = (x, y)`, `self.move_to(x)`, `draw(x)`.
std::string given_to(const RuleContext& context, const Source& s, Range arm, std::string_view name) {
    for (Range use : uses_of(s, arm, name)) {
        auto i = static_cast<Index>(s.token_at(use.begin));
        Index open = s.enclosing_open(static_cast<std::size_t>(i));
        std::size_t number = 0;
        Index before = i - 1;
        if (s.at(before) != "=" && open >= 0 && s.at(open) == "(") {
            for (Index k = open + 1; k < i; ++k)
                number += s.at(k) == "," && s.tokens()[static_cast<std::size_t>(k)].depth ==
                                                s.tokens()[static_cast<std::size_t>(i)].depth;
            before = open - 1;
            if (before >= 0 && s.tokens()[static_cast<std::size_t>(before)].kind == Kind::ident)
                for (const Declared& f : functions_named(context, s.at(before))) {
                    std::size_t self = !f.item->parameters.empty() && f.item->parameters.front().is_self;
                    if (number + self < f.item->parameters.size())
                        return f.item->parameters[number + self].type_text;
                }
        }
        if (s.at(before) != "=" || s.at(before - 2) != ".")
            continue;
        for (const Declared& d :
             items_where(context, [](const Item& item) { return item.kind == ItemKind::structure; }))
            for (const auto& field : d.item->fields)
                if (field.name == s.at(before - 1)) {
                    if (before == i - 1)
                        return field.type_text;
                    std::string inner = field.type_text; // (u8, u8)
                    if (!inner.starts_with("(") || !inner.ends_with(")"))
                        return {};
                    auto parts = type_arguments("Tuple<" + inner.substr(1, inner.size() - 2) + ">");
                    return number < parts.size() ? parts[number] : "";
                }
    }
    return {};
}

/// Reads one use `Enum::Variant(..)` or `Enum::Variant { .. }`, whose delimiter is token `open`.
void read_use(const RuleContext& context, const std::string& path, const Tree& tree, std::size_t open, Payload& out) {
    const Source& s = tree.source();
    auto close = static_cast<std::size_t>(s.tokens()[open].match);
    bool record = s.text(s.tokens()[open]) == "{";
    bool pattern = s.at(static_cast<Index>(close) + 1) == "=>" || s.at(static_cast<Index>(close) + 1) == "=" ||
                   s.at(static_cast<Index>(close) + 1) == "|";
    Range arm;
    if (pattern) {
        std::size_t block = close + 2;
        arm = block < s.tokens().size() && s.text(s.tokens()[block]) == "{" && s.tokens()[block].match > 0
                  ? Range{s.tokens()[block].begin, s.tokens()[static_cast<std::size_t>(s.tokens()[block].match)].end}
                  : Range{s.tokens()[close].end, s.line_end(s.line_of(s.tokens()[close].end))};
    }
    std::vector<std::pair<std::string, std::string>> fields;
    for (Range argument : tree.arguments(s.tokens()[open].begin)) {
        std::string text(s.text(argument)), name;
        Range value = argument;
        if (text == "..")
            return;
        if (record) {
            auto colon = text.find(':');
            name = std::string(base::trim(std::string_view(text).substr(0, colon)));
            if (colon != std::string::npos) {
                value.begin = s.tokens()[s.token_at(argument.begin + colon + 1)].begin;
                text = std::string(s.text(value));
            }
        }
        std::string type = pattern ? given_to(context, s, arm, text) : guess_type(context, tree, path, value);
        if (type == "&str" || type == "&'static str")
            type = "&'static str";
        else if (!type.empty() && !pattern)
            type = is_complete_type(type) ? type : type == "{integer}" || type == "{float}" ? "" : std::string();
        fields.emplace_back(name, type);
    }
    if (out.fields.empty()) {
        out.record = record;
        out.fields = std::move(fields);
        return;
    }
    if (out.record != record || out.fields.size() != fields.size()) {
        out.contradictory = true;
        return;
    }
    for (std::size_t k = 0; k < fields.size(); ++k)
        for (auto& [name, type] : out.fields)
            if ((record ? name == fields[k].first : &name == &out.fields[k].first) && type.empty())
                type = fields[k].second;
}

std::map<std::string, Payload> payloads(const RuleContext& context, const Item& type) {
    std::map<std::string, Payload> out;
    for (const auto& path : context.sources.rust_files()) {
        auto tree = context.sources.tree(path);
        const Source& s = tree->source();
        for (std::size_t i = 0; i + 3 < s.tokens().size(); ++i) {
            if (s.text(s.tokens()[i]) != type.name || s.text(s.tokens()[i + 1]) != "::" || s.tokens()[i + 3].match < 0)
                continue;
            std::string_view open = s.text(s.tokens()[i + 3]);
            bool record = open == "{" && s.at(static_cast<Index>(i) + 4) != "}" &&
                          (s.at(static_cast<Index>(i) + 5) == ":" || s.at(static_cast<Index>(i) + 5) == "," ||
                           s.at(static_cast<Index>(i) + 5) == "}");
            if (open == "(" || record)
                read_use(context, path, *tree, i + 3, out[std::string(s.text(s.tokens()[i + 2]))]);
        }
    }
    return out;
}

std::string declaration(const Declared& d, const Payload& p, std::string_view integer) {
    std::string out;
    for (const auto& [name, type] : p.fields) {
        std::string spelt = type.empty() ? std::string(integer) : spell_type(*d.tree, d.item->range.begin, type);
        if (spelt.empty())
            return {};
        out += (out.empty() ? "" : ", ") + (p.record ? name + ": " : "") + spelt;
    }
    return out.empty() ? "" : p.record ? " { " + out + " }" : "(" + out + ")";
}

void variant_payload(Site& site) {
    std::string name;
    for (const auto& word : backticked(site.d.message))
        if (name.empty() || word.find("::") != std::string::npos)
            name = word.substr(0, word.find("::"));
    for (const Declared& d : types_named(site.context, name, site.path())) {
        if (d.item->kind != ItemKind::enumeration)
            continue;
        auto used = payloads(site.context, *d.item);
        std::vector<std::string> integers = likely_integers(*d.tree, nullptr);
        if (integers.empty())
            integers = {"i32"};
        double prior = 0.72;
        for (std::size_t k = 0; k < std::min<std::size_t>(integers.size(), 3); ++k, prior *= 0.6) {
            std::vector<Edit> edits;
            bool open = false; // some type is not known
            for (const auto& v : d.item->variants) {
                auto found = used.find(v.name);
                if (v.shape != syntax::Variant::Shape::unit || found == used.end() || found->second.contradictory)
                    continue;
                for (const auto& [field, type] : found->second.fields)
                    open |= type.empty();
                if (auto text = declaration(d, found->second, integers[k]); !text.empty())
                    edits.push_back(make_edit(d.path, v.range.end, v.range.end, text));
            }
            site.propose(Risk::behaviour, prior,
                         "the program gives data to variants of `" + name +
                             "` that are declared without; the declaration follows the uses.",
                         std::move(edits));
            if (!open)
                break;
        }
        return;
    }
}

} // namespace

RC_CODE_RULE(variant_payload, "learner-variant-payload", "E0026", "E0559", "E0532", "E0618", "E0164")

} // namespace rustcoder::repair
