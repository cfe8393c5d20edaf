#include "syntax/scan.h"
#include "syntax/tree_items.h"

#include <algorithm>

namespace rustcoder::syntax {

std::vector<PatternName> pattern_names(const Source& source, int first, int last) {
    Scan scan(source);
    std::vector<PatternName> names;
    for (int i = first; i < last; ++i) {
        if (!scan.kind(i, Kind::ident) || scan.is(i, "_"))
            continue;
        std::string_view after = i + 1 < last ? scan.at(i + 1) : std::string_view();
        if (after == "::" || after == "(" || after == "{" || after == "!" || scan.is(i - 1, "::"))
            continue;
        bool in_record = scan.parent(i) >= first && scan.is(scan.parent(i), "{");
        if (after == ":" && in_record)
            continue; // field name of `Foo { field: pattern }`
        bool by_keyword = scan.is(i - 1, "mut") || scan.is(i - 1, "ref");
        char c = scan.at(i)[0];
        if (c >= 'A' && c <= 'Z' && !by_keyword && after != "@")
            continue; // a constant or unit variant
        names.push_back({std::string(scan.at(i)), scan.range(i, i + 1), scan.is(i - 1, "mut")});
    }
    return names;
}

namespace {

class BindingScanner {
public:
    BindingScanner(const Source& source, const Item& function, const std::vector<Range>& nested)
        : source_(source), scan_(source), function_(function), nested_(nested) {}

    std::vector<Binding> run() {
        parameters();
        if (function_.body.empty())
            return std::move(out_);
        int first = static_cast<int>(source_.token_at(function_.body.begin));
        limit_ = static_cast<int>(source_.token_before(function_.body.end)) + 1;
        for (int i = first; i < limit_; ++i) {
            int jump = skip_nested(i);
            if (jump > i) {
                i = jump - 1;
                continue;
            }
            if (scan_.is(i, "let"))
                let(i);
            else if (scan_.is(i, "for") && !scan_.is(i + 1, "<"))
                for_loop(i);
            else if (scan_.is(i, "match"))
                match(i);
            else if (scan_.is_closure_bar(i) && !match_alternative(i))
                closure(i);
        }
        return std::move(out_);
    }

private:
    using Origin = Binding::Origin;

    int skip_nested(int i) const {
        for (const Range& r : nested_)
            if (r.contains(scan_.token(i).begin))
                return static_cast<int>(source_.token_before(r.end)) + 1;
        return i;
    }

    void parameters() {
        for (const Parameter& p : function_.parameters) {
            Binding b;
            b.origin = Origin::parameter;
            b.statement = p.range;
            b.scope = function_.body;
            b.type_range = p.type;
            b.type_text = p.type_text;
            if (!p.name.empty() && p.name != "_") {
                b.name = p.name;
                b.is_mutable = p.by_mut;
                int first = static_cast<int>(source_.token_at(p.pattern.begin));
                int last = static_cast<int>(source_.token_before(p.pattern.end));
                for (int i = first; i <= last; ++i)
                    if (scan_.is(i, p.name))
                        b.name_range = scan_.range(i, i + 1);
                out_.push_back(b);
                continue;
            }
            b.type_text.clear();
            b.type_range = {};
            add(static_cast<int>(source_.token_at(p.pattern.begin)),
                static_cast<int>(source_.token_before(p.pattern.end)) + 1, b);
        }
    }

    /// One binding for each name of the pattern. A declared type belongs to a plain name only.
    void add(int first, int last, const Binding& like) {
        bool plain = last - first == 1 || (last - first == 2 && scan_.is(first, "mut"));
        for (PatternName& n : pattern_names(source_, first, last)) {
            Binding b = like;
            b.name = std::move(n.name);
            b.name_range = n.range;
            b.is_mutable = n.is_mutable;
            if (!plain) {
                b.type_text.clear();
                b.type_range = {};
                b.initializer = like.initializer;
            }
            out_.push_back(std::move(b));
        }
    }

    /// End (exclusive token) of the block that encloses token i.
    int block_limit(int i) const {
        int open = scan_.parent(i);
        while (open >= 0 && !scan_.is(open, "{"))
            open = scan_.parent(open);
        return open >= 0 && scan_.match(open) > i ? std::min(scan_.match(open), limit_) : limit_;
    }

    void let(int i) {
        bool condition = scan_.is(i - 1, "if") || scan_.is(i - 1, "while") || scan_.is(i - 1, "&&") ||
                         scan_.is(i - 1, "||") || scan_.is(i - 1, "(");
        int limit = block_limit(i);
        int pattern_end = scan_.find(i + 1, limit, {":", "=", ";", "else"}, true);
        Binding b;
        int at = pattern_end;
        if (scan_.is(at, ":") && at < limit) {
            int end = scan_.find(at + 1, limit, {"=", ";", "else"}, true);
            b.type_range = scan_.range(at + 1, end);
            b.type_text = scan_.normal(b.type_range);
            at = end;
        }
        if (condition) {
            int open = scan_.find(at + 1, limit, {"{", ";", "=>"});
            while (scan_.is(open, "{") && open < limit && scan_.brace(open) == Scan::Brace::literal)
                open = scan_.find(scan_.next(open), limit, {"{", ";", "=>"});
            int chain = scan_.find(at + 1, std::min(open, limit), {"&&", "||"});
            b.origin = Origin::if_let;
            b.initializer = scan_.range(at + 1, std::min(chain, open));
            int end = scan_.is(open, "{") ? std::min(scan_.next(open), limit) : open;
            b.statement = scan_.range(i - 1, end);
            b.scope = {b.initializer.empty() ? scan_.token(i).end : b.initializer.end, scan_.range(i, end).end};
            return add(i + 1, pattern_end, b);
        }
        int end = scan_.find(at, limit, {";"});
        if (scan_.is(at, "=") && at < limit) {
            int stop = end;
            for (int k = at + 1; k < end; k = scan_.next(k)) // let-else: an `else` that follows no block
                if (scan_.is(k, "else") && !scan_.is(k - 1, "}"))
                    stop = k;
            b.initializer = scan_.range(at + 1, stop);
        }
        int after = end < limit ? end + 1 : limit;
        b.statement = scan_.range(i, after);
        b.scope = {b.statement.end, limit < scan_.size() ? scan_.token(limit).begin : source_.text().size()};
        add(i + 1, pattern_end, b);
    }

    void for_loop(int i) {
        int limit = block_limit(i);
        int in = scan_.find(i + 1, limit, {"in", "{", ";"});
        if (!scan_.is(in, "in"))
            return;
        int open = scan_.find(in + 1, limit, {"{", ";"});
        while (scan_.is(open, "{") && open < limit && scan_.brace(open) == Scan::Brace::literal)
            open = scan_.find(scan_.next(open), limit, {"{", ";"});
        int end = scan_.is(open, "{") ? std::min(scan_.next(open), limit) : open;
        Binding b;
        b.origin = Origin::for_loop;
        b.initializer = scan_.range(in + 1, open);
        b.statement = scan_.range(i, end);
        b.scope = scan_.range(open, end);
        add(i + 1, in, b);
    }

    void match(int i) {
        int limit = block_limit(i);
        int open = scan_.find(i + 1, limit, {"{", ";"});
        if (!scan_.is(open, "{") || scan_.match(open) < 0)
            return;
        int close = std::min(scan_.match(open), limit_);
        for (int k = open + 1; k < close;) {
            int arrow = scan_.find(k, close, {"=>"});
            if (arrow >= close)
                return;
            int guard = scan_.find(k, arrow, {"if"});
            int body = arrow + 1;
            int end = scan_.is(body, "{") ? scan_.next(body) : scan_.find(body, close, {","});
            end = std::min(end, close);
            Binding b;
            b.origin = Origin::match_arm;
            b.statement = scan_.range(k, end);
            b.scope = {scan_.token(guard - 1 >= k ? guard - 1 : k).end, b.statement.end};
            add(k, guard, b);
            arms_.push_back(scan_.range(k, guard));
            k = scan_.is(end, ",") ? end + 1 : std::max(end, k + 1);
        }
    }

    /// A `|` between alternatives of a match arm's pattern (arms are read before their tokens).
    bool match_alternative(int i) const {
        return std::any_of(arms_.begin(), arms_.end(),
                           [&](const Range& r) { return r.contains(scan_.token(i).begin); });
    }

    void closure(int i) {
        int limit = limit_;
        if (int open = scan_.parent(i); open >= 0 && scan_.match(open) > i)
            limit = std::min(limit, scan_.match(open));
        int end = scan_.closure_parameters_end(i, limit);
        if (end <= i + 1)
            return;
        int body = end;
        if (scan_.is(body, "->"))
            body = scan_.find(body, limit, {"{", ";"}, true);
        int stop = scan_.is(body, "{") ? scan_.next(body) : scan_.find(body, limit, {",", ";"});
        stop = std::min(stop, limit);
        for (auto [a, b] : scan_.split_commas(i + 1, end - 1, true)) {
            Binding binding;
            binding.origin = Origin::closure;
            int colon = scan_.find(a, b, {":"}, true);
            binding.type_range = scan_.range(colon + 1, b);
            binding.type_text = scan_.normal(binding.type_range);
            binding.statement = scan_.range(i, stop);
            binding.scope = {scan_.token(end - 1).end, binding.statement.end};
            add(a, colon, binding);
        }
    }

    const Source& source_;
    Scan scan_;
    const Item& function_;
    const std::vector<Range>& nested_;
    std::vector<Binding> out_;
    std::vector<Range> arms_;
    int limit_ = 0;
};

} // namespace

std::vector<Binding> scan_bindings(const Source& source, const Item& function, const std::vector<Range>& nested) {
    return BindingScanner(source, function, nested).run();
}

} // namespace rustcoder::syntax
