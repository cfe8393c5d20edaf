#include "repair/rules/type_mismatch.h"

#include "base/text.h"

#include <algorithm>

namespace rustcoder::repair {

std::vector<Mismatch> mismatches(const RuleContext& context, const toolchain::Diagnostic& d) {
    std::vector<Mismatch> out;
    for (const auto& span : d.spans) {
        if (!span.in_project)
            continue;
        auto ef = expected_found(d, span);
        if (!ef || (ef->expected.empty() && ef->found.empty()))
            continue;
        auto place = place_of(context, span);
        if (!place)
            continue;
        Mismatch m;
        m.expression = {place->begin, place->end};
        m.place = std::move(*place);
        m.expected = std::move(ef->expected);
        m.found = std::move(ef->found);
        m.expected_kind = std::move(ef->expected_kind);
        m.found_kind = std::move(ef->found_kind);
        m.argument = !span.primary || d.message.starts_with("arguments to this");
        if (span.primary)
            out.insert(out.begin(), std::move(m));
        else
            out.push_back(std::move(m));
    }
    return out;
}

std::optional<Operands> operands_of(const toolchain::Diagnostic& d) {
    static constexpr std::string_view operators[] = {
        " + ",  " - ",  " * ", " / ", " % ", " += ", " -= ", " *= ", " /= ", " %= ", " == ",  " < ",  " > ",
        " <= ", " >= ", " & ", " | ", " ^ ", " << ", " >> ", " |= ", " &= ", " ^= ", " <<= ", " >>= "};
    for (const auto& span : d.spans) {
        if (!span.primary)
            continue;
        auto ticked = backticked(span.label);
        if (span.label.starts_with("no implementation for") && !ticked.empty()) {
            for (auto op : operators) {
                int depth = 0;
                const std::string& t = ticked[0];
                for (std::size_t i = 0; i + op.size() <= t.size(); ++i) {
                    depth += t[i] == '<' || t[i] == '(' || t[i] == '['   ? 1
                             : t[i] == '>' || t[i] == ')' || t[i] == ']' ? -1
                                                                         : 0;
                    if (depth == 0 && t.compare(i, op.size(), op) == 0)
                        return Operands{clean_type(t.substr(0, i)), std::string(base::trim(op)),
                                        clean_type(t.substr(i + op.size()))};
                }
            }
        }
    }
    // E0369: the labels on the operands are their types
    const toolchain::Span* primary = d.primary();
    if (!primary || (d.code != "E0369" && d.code != "E0368"))
        return std::nullopt;
    Operands o;
    for (const auto& span : d.spans) {
        if (span.primary || span.label.empty() || span.label.find(' ') == 0)
            continue;
        if (span.end <= primary->begin)
            o.left = clean_type(span.label);
        else if (span.begin >= primary->end)
            o.right = clean_type(span.label);
    }
    auto ticked = backticked(d.message);
    if (!ticked.empty() && d.message.starts_with("binary operation"))
        o.op = ticked[0];
    if (o.left.empty() && o.right.empty())
        return std::nullopt;
    return o;
}

std::optional<OperandRanges> operand_ranges(const Place& op) {
    const Source& s = *op.source;
    const auto& tokens = s.tokens();
    std::size_t i = s.token_at(op.begin);
    if (i == 0 || i + 1 >= tokens.size())
        return std::nullopt;
    OperandRanges out;
    out.left = op.tree->postfix_before(tokens[i].begin);
    if (!out.left.empty()) // a prefix operator belongs to the operand
        for (auto before = s.token_before(out.left.begin); before >= 0; before = s.token_before(out.left.begin)) {
            auto t = s.at(before);
            auto prior = s.at(before - 1);
            bool prefix =
                (t == "*" || t == "&" || t == "-" || t == "!") &&
                (before == 0 || prior == "(" || prior == "," || prior == "=" || prior == "{" || prior == ";" ||
                 prior == "return" || prior == "if" || prior == "while" || prior == "==" || prior == "&&" ||
                 prior == "||" || prior == "+" || prior == "-" || prior == "|" || prior == "=>" || prior == "}");
            if (!prefix)
                break;
            out.left.begin = tokens[static_cast<std::size_t>(before)].begin;
        }
    std::size_t j = i + 1;
    while (j < tokens.size() && (s.text(tokens[j]) == "&" || s.text(tokens[j]) == "*" || s.text(tokens[j]) == "-" ||
                                 s.text(tokens[j]) == "!" || s.text(tokens[j]) == "mut"))
        ++j;
    if (j >= tokens.size())
        return std::nullopt;
    Range operand = op.tree->postfix_from(tokens[j].begin);
    out.right = {tokens[i + 1].begin, operand.end};
    if (out.left.empty() || operand.empty())
        return std::nullopt;
    return out;
}

std::string return_type_at(const Tree& tree, std::size_t offset) {
    const Item* f = tree.function_at(offset);
    if (!f || f->return_type.empty())
        return "";
    std::string type = clean_type(tree.source().text(f->return_type));
    const std::string head = type_head(type);
    for (const Item& i : tree.items()) // `type Answer = Result<u8, Error>;`
        if (i.kind == ItemKind::type_alias && i.name == head && !i.type_text.empty())
            return clean_type(i.type_text);
    return type;
}

Range expression_from(const Source& s, std::size_t begin) {
    const auto& tokens = s.tokens();
    std::size_t i = s.token_at(begin);
    if (i >= tokens.size())
        return {};
    std::size_t end = tokens[i].end;
    for (std::size_t k = i; k < tokens.size(); ++k) {
        auto t = s.text(tokens[k]);
        if (tokens[k].kind == Kind::open) {
            if (t == "{" && k != i && s.at(static_cast<std::int64_t>(i)) != "match" &&
                s.at(static_cast<std::int64_t>(i)) != "if")
                break;
            if (tokens[k].match < 0)
                break;
            k = static_cast<std::size_t>(tokens[k].match);
            end = tokens[k].end;
            continue;
        }
        if (tokens[k].kind == Kind::close || t == "," || t == ";" || t == "=>")
            break;
        end = tokens[k].end;
    }
    return {tokens[i].begin, end};
}

bool same_type(std::string_view wanted, std::string_view found) {
    wanted = base::trim(wanted);
    found = base::trim(found);
    if (wanted == found || wanted.empty() || found.empty() || wanted == "_" || found == "_")
        return true;
    if ((wanted == "{integer}" && is_integer(found)) || (found == "{integer}" && is_integer(wanted)) ||
        (wanted == "{float}" && is_float(found)) || (found == "{float}" && is_float(wanted)))
        return true;
    if (is_ref(wanted) != is_ref(found) || is_mut_ref(wanted) != is_mut_ref(found))
        return false;
    if (is_ref(wanted))
        return same_type(strip_ref(wanted), strip_ref(found));
    if (type_head(wanted) != type_head(found) || type_head(wanted).empty())
        return wanted.size() == 1 && wanted[0] >= 'A' && wanted[0] <= 'Z'; // a generic parameter takes anything
    auto a = type_arguments(wanted), b = type_arguments(found);
    if (a.size() != b.size())
        return a.empty() || b.empty();
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!same_type(a[i], b[i]))
            return false;
    return true;
}

} // namespace rustcoder::repair
