#include "syntax/scan.h"
#include "base/text.h"

#include <algorithm>

namespace rustcoder::syntax {

namespace {

using base::one_of;

} // namespace

bool Scan::is_literal(int i) const {
    if (i < 0 || i >= size())
        return false;
    return syntax::is_literal(token(i).kind) || is(i, "true") || is(i, "false");
}

bool Scan::is_name(int i) const {
    return kind(i, Kind::ident) || one_of(at(i), {"self", "Self", "super", "crate"});
}

int Scan::skip_angles(int i, int limit) const {
    int depth = 0;
    for (int k = i; k < limit;) {
        std::string_view t = at(k);
        if (t == "<")
            ++depth;
        else if (t == "<<")
            depth += 2;
        else if (t == ">" || t == ">=")
            --depth;
        else if (t == ">>" || t == ">>=")
            depth -= 2;
        else if (t == ";" || t == "=>" || t == "&&" || t == "||" || is_close(k) || (t == "{" && depth == 0))
            return i;
        if (depth <= 0)
            return k + 1;
        k = next(k);
    }
    return i;
}

int Scan::angle_open(int i) const {
    int depth = 0;
    for (int k = i; k >= 0; k = previous(k)) {
        std::string_view t = at(k);
        if (t == ">")
            ++depth;
        else if (t == ">>")
            depth += 2;
        else if (t == "<")
            --depth;
        else if (t == ";" || t == "{" || t == "}" || is_open(k))
            return -1;
        if (depth <= 0)
            return k;
    }
    return -1;
}

int Scan::find(int i, int limit, std::initializer_list<std::string_view> stops, bool types) const {
    while (i < limit) {
        if (one_of(at(i), stops))
            return i;
        int after = i;
        if (types && is(i, "<"))
            after = skip_angles(i, limit);
        else if (!types && is(i, "::") && is(i + 1, "<"))
            after = std::max(skip_angles(i + 1, limit), i + 1);
        i = after > i ? after : next(i);
    }
    return std::min(i, limit);
}

bool Scan::is_closure_bar(int i) const {
    if (!is(i, "|") && !is(i, "||"))
        return false;
    if (i == 0)
        return true;
    if (is_open(i - 1))
        return true;
    return one_of(at(i - 1),
                  {",", "=", "=>", ";", "return", "move", "&&", "||", "else", "break", ":", "async", "&", "!", "}"});
}

int Scan::closure_parameters_end(int i, int limit) const {
    if (is(i, "||"))
        return i + 1;
    int end = find(i + 1, limit, {"|", ";"});
    return is(end, "|") ? end + 1 : i + 1;
}

std::vector<std::pair<int, int>> Scan::split_commas(int i, int limit, bool types) const {
    std::vector<std::pair<int, int>> parts;
    int start = i;
    while (i < limit) {
        if (is(i, ",")) {
            parts.emplace_back(start, i);
            start = ++i;
            continue;
        }
        int after = i;
        if (types && is(i, "<"))
            after = skip_angles(i, limit);
        else if (!types && is(i, "::") && is(i + 1, "<"))
            after = std::max(skip_angles(i + 1, limit), i + 1);
        else if (!types && is_closure_bar(i))
            after = closure_parameters_end(i, limit);
        i = after > i ? after : next(i);
    }
    if (start < limit)
        parts.emplace_back(start, limit);
    return parts;
}

int Scan::head(int i) const {
    for (int k = previous(i); k >= 0; k = previous(k)) {
        std::string_view t = at(k);
        if (one_of(t, {";", "{", "}", "(", "[", "=>"}))
            return -1;
        if (t == "," && !kind(i, Kind::open))
            return -1;
        if (kind(k, Kind::keyword) && one_of(t, {"match", "if", "while", "for", "loop", "else", "unsafe", "fn", "impl",
                                                 "trait", "struct", "enum", "mod", "extern", "async", "use"})) {
            if (t == "for") { // `impl X for Y {`, `for<'a>`
                for (int h = k - 1; h >= 0 && !one_of(at(h), {";", "{", "}"}); h = previous(h))
                    if (is(h, "impl"))
                        return h;
            }
            if (t == "impl") // `fn f() -> impl X {`
                for (int h = k - 1; h >= 0 && !one_of(at(h), {";", "{", "}"}); h = previous(h))
                    if (is(h, "fn"))
                        return h;
            return k;
        }
    }
    return -1;
}

Scan::Brace Scan::brace(int i) const {
    if (!is(i, "{"))
        return Brace::group;
    if (is(i - 1, "::"))
        return Brace::group; // use a::{...}
    if (is(i - 1, "!") || (kind(i - 1, Kind::ident) && is(i - 2, "!")))
        return Brace::group; // macro input
    int h = head(i);
    std::string_view key = h >= 0 ? at(h) : std::string_view();
    if (one_of(key, {"impl", "trait", "struct", "enum", "mod", "extern"}))
        return Brace::item_body;
    if (key == "use")
        return Brace::group;
    bool literal_inside = is(i + 1, "..") || (is_name(i + 1) && (is(i + 2, ":") || is(i + 2, ","))) ||
                          (kind(i + 1, Kind::integer) && is(i + 2, ":"));
    bool path_before = is_name(i - 1) || (is(i - 1, ">") && angle_open(i - 1) > 0 && is(angle_open(i - 1) - 1, "::"));
    bool type_name =
        path_before && (is(i - 1, "Self") || is(i - 1, ">") || (at(i - 1)[0] >= 'A' && at(i - 1)[0] <= 'Z'));
    if (literal_inside && path_before && key != "fn")
        return Brace::literal;
    if (type_name && (key.empty() || key == "else") && (is(i + 1, "}") || (is_name(i + 1) && is(i + 2, "}"))))
        return Brace::literal;
    return key == "match" ? Brace::match_body : Brace::block;
}

Range Scan::range(int first, int last) const {
    if (first < 0 || first >= last || last > size())
        return {};
    return {token(first).begin, token(last - 1).end};
}

std::string Scan::normal(Range r) const {
    std::string out;
    bool gap = false;
    std::size_t i = s_.token_at(r.begin);
    for (std::size_t at = r.begin; i < s_.tokens().size() && s_.tokens()[i].begin < r.end; ++i) {
        const Token& t = s_.tokens()[i];
        gap = t.begin > at;
        if (gap && !out.empty())
            out += ' ';
        out += s_.text(t);
        at = t.end;
    }
    return out;
}

} // namespace rustcoder::syntax
