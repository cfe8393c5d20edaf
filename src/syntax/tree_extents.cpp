// Statements, blocks and postfix expressions around a place.
#include "base/text.h"
#include "syntax/scan.h"
#include "syntax/tree.h"

#include <algorithm>

namespace rustcoder::syntax {

namespace {

using base::one_of;

/// The opener of the innermost code block around token i (struct literals and match bodies are not blocks), -1 for
/// none.
int block_open(const Scan& scan, int i) {
    int open = scan.parent(i);
    while (open >= 0) {
        Scan::Brace kind = scan.is(open, "{") ? scan.brace(open) : Scan::Brace::group;
        if (kind == Scan::Brace::block || kind == Scan::Brace::item_body)
            return open;
        open = scan.parent(open);
    }
    return -1;
}

int close_of(const Scan& scan, int open) {
    return open >= 0 && scan.match(open) > open ? scan.match(open) : scan.size();
}

/// Index after the statement that starts at i.
int statement_end(const Scan& scan, int i, int limit) {
    bool block_like = one_of(scan.at(i), {"if",    "match", "for",    "while", "loop",        "unsafe", "{",
                                          "fn",    "impl",  "struct", "enum",  "trait",       "mod",    "pub",
                                          "async", "const", "extern", "union", "macro_rules", "#"}) ||
                      scan.kind(i, Kind::lifetime) ||
                      (scan.kind(i, Kind::ident) && scan.is(i + 1, "!") && scan.is(i + 2, "{")) ||
                      scan.kind(i, Kind::doc);
    for (int k = i; k < limit; k = scan.next(k)) {
        if (scan.is(k, ";"))
            return k + 1;
        if (!scan.is(k, "{") || !block_like)
            continue;
        if (scan.brace(k) == Scan::Brace::literal)
            continue;
        int after = scan.next(k);
        if (!one_of(scan.at(after), {"else", ".", "?", "=", "==", "&&", "||", "=>"}) || after >= limit)
            return std::min(after, limit);
    }
    return limit;
}

/// Start of the postfix expression whose last token is i; -1 when i ends none.
int postfix_start(const Scan& scan, int i) {
    int start = -1;
    while (i >= 0) {
        if (scan.is_close(i)) {
            int open = scan.match(i);
            if (open < 0)
                return start;
            if (scan.is(i, "}")) {
                Scan::Brace kind = scan.brace(open);
                if (kind == Scan::Brace::match_body || (kind == Scan::Brace::block && scan.head(open) >= 0)) {
                    int head = scan.head(open);
                    return one_of(scan.at(head), {"match", "loop", "unsafe", "async", "while", "for"}) ? head : start;
                }
                if (kind == Scan::Brace::block)
                    return open;
            }
            start = open;
            int before = open - 1;
            bool callee =
                scan.kind(before, Kind::ident) ||
                one_of(scan.at(before), {"self", "Self", "super", "crate", "await", ")", "]", "?", ">", ">>"}) ||
                (scan.is(before, "!") && scan.kind(before - 1, Kind::ident));
            if (scan.is(before, "!") && !callee)
                return start;
            if (!callee)
                return start;
            if (one_of(scan.at(before), {">", ">>"}) && scan.angle_open(before) < 0)
                return start;
            if (one_of(scan.at(before), {">", ">>"}) && !scan.is(scan.angle_open(before) - 1, "::"))
                return start;
            i = scan.is(before, "!") ? before - 1 : before;
        } else if (scan.is(i, "?")) {
            i = i - 1;
        } else if (one_of(scan.at(i), {">", ">>"})) { // generics of a path
            int open = scan.angle_open(i);
            if (open < 0)
                return start;
            if (!scan.is(open - 1, "::"))
                return scan.is(i + 1, "::") ? open : start;
            start = open;
            i = open - 2;
        } else if (scan.is_name(i) || scan.is_literal(i) || scan.is(i, "await")) {
            start = i;
            if (scan.is(i - 1, "."))
                i = i - 2;
            else if (scan.is(i - 1, "::")) {
                start = i - 1;
                if (!scan.is_name(i - 2) && !one_of(scan.at(i - 2), {">", ">>"}))
                    return start;
                i = i - 2;
            } else
                return start;
        } else {
            return start;
        }
    }
    return start;
}

} // namespace

Range Tree::block_at(std::size_t offset) const {
    Scan scan(*source_);
    int i = static_cast<int>(source_->token_at(offset));
    if (i >= scan.size())
        return {};
    bool on_brace = scan.token(i).begin <= offset && (scan.is(i, "{") || scan.is(i, "}"));
    int open = on_brace && scan.is(i, "{") ? i : on_brace && scan.match(i) >= 0 ? scan.match(i) : block_open(scan, i);
    if (open < 0)
        return {};
    return {scan.token(open).begin,
            scan.match(open) > open ? scan.token(scan.match(open)).end : source_->text().size()};
}

Range Tree::statement_at(std::size_t offset) const {
    Scan scan(*source_);
    int i = static_cast<int>(source_->token_at(offset));
    if (i >= scan.size())
        return {};
    int open = block_open(scan, i);
    int limit = close_of(scan, open);
    for (int k = open + 1; k < limit;) {
        int end = std::max(statement_end(scan, k, limit), k + 1);
        if (i < end)
            return i >= k ? scan.range(k, end) : Range{};
        k = end;
    }
    return {};
}

Range Tree::postfix_before(std::size_t end_offset) const {
    Scan scan(*source_);
    int last = static_cast<int>(source_->token_before(end_offset));
    if (last < 0)
        return {};
    int first = postfix_start(scan, last);
    return first < 0 ? Range{} : scan.range(first, last + 1);
}

Range Tree::postfix_from(std::size_t offset) const {
    Scan scan(*source_);
    int first = static_cast<int>(source_->token_at(offset));
    int i = first;
    bool path = false;
    if (scan.is_name(i) || scan.is(i, "::")) {
        path = true;
        i = scan.is(i, "::") ? i : i + 1;
    } else if (scan.is_literal(i)) {
        ++i;
    } else if (scan.is(i, "(") || scan.is(i, "[")) {
        i = scan.next(i);
    } else if (scan.is(i, "<") && scan.skip_angles(i, scan.size()) > i) {
        i = scan.skip_angles(i, scan.size());
        path = true;
    } else {
        return {};
    }
    while (i < scan.size()) {
        if (path && scan.is(i, "::") && (scan.is_name(i + 1) || scan.is(i + 1, "<"))) {
            int after = scan.is(i + 1, "<") ? scan.skip_angles(i + 1, scan.size()) : i + 2;
            if (after <= i + 1)
                break;
            i = after;
        } else if (path && scan.is(i, "!") && scan.is_open(i + 1)) {
            i = scan.next(i + 1);
            path = false;
        } else if (scan.is(i, "(") || scan.is(i, "[")) {
            if (scan.match(i) < 0)
                break;
            i = scan.next(i);
            path = false;
        } else if (path && scan.is(i, "{") && scan.brace(i) == Scan::Brace::literal && scan.match(i) > 0) {
            i = scan.next(i);
            path = false;
        } else if (scan.is(i, ".") &&
                   (scan.is_name(i + 1) || scan.is(i + 1, "await") || scan.kind(i + 1, Kind::integer))) {
            i += 2;
            path = true; // a method may carry a turbofish
        } else if (scan.is(i, "?")) {
            ++i;
            path = false;
        } else {
            break;
        }
    }
    return scan.range(first, i);
}

std::vector<Range> Tree::arguments(std::size_t open_offset) const {
    Scan scan(*source_);
    int open = static_cast<int>(source_->token_at(open_offset));
    std::vector<Range> out;
    if (!scan.is_open(open) || scan.match(open) < 0)
        return out;
    for (auto [a, b] : scan.split_commas(open + 1, scan.match(open), false))
        out.push_back(scan.range(a, b));
    return out;
}

std::size_t Tree::call_open(Range expression) const {
    Scan scan(*source_);
    int last = static_cast<int>(source_->token_before(expression.end));
    if (last < 0 || !scan.is(last, ")") || scan.match(last) < 0)
        return npos;
    int open = scan.match(last);
    bool callee =
        scan.kind(open - 1, Kind::ident) || one_of(scan.at(open - 1), {")", "]", "?", ">", ">>", "self", "Self"});
    if (!callee || scan.token(open).begin < expression.begin || scan.token(open).begin == expression.begin)
        return npos;
    return scan.token(open).begin;
}

} // namespace rustcoder::syntax
