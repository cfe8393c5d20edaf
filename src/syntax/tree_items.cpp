#include "syntax/tree_items.h"

#include "syntax/scan.h"

#include <algorithm>

namespace rustcoder::syntax {

namespace {

/// What precedes an item's keyword.
struct Prefix {
    int start = 0;   // first attribute, doc or visibility
    int keyword = 0; // the token after qualifiers
    int visible = 0; // visibility or qualifier or keyword
    bool is_public = false, is_const = false, is_async = false, test = false;
    std::vector<Range> attributes;
    std::vector<std::string> derives;
};

class ItemScanner {
public:
    explicit ItemScanner(const Source& source) : source_(source), scan_(source) {}

    Scanned run() {
        scan(0, scan_.size(), -1, 0, true);
        return std::move(out_);
    }

private:
    static constexpr int max_depth = 64;

    void scan(int i, int limit, int parent, int depth, bool declarations) {
        while (i < limit) {
            int end = starts_statement(i) && depth < max_depth ? item(i, limit, parent, depth, declarations) : -1;
            i = end > i ? end : i + 1;
        }
    }

    bool starts_statement(int i) const {
        if (i == 0 || scan_.token(i).first_on_line)
            return true;
        std::string_view before = scan_.at(i - 1);
        return before == "{" || before == "}" || before == ";" || scan_.kind(i - 1, Kind::doc);
    }

    Prefix prefix(int i, int limit) const {
        Prefix p;
        p.start = i;
        while (i < limit) {
            if (scan_.kind(i, Kind::doc)) {
                if (scan_.at(i).starts_with("//!") || scan_.at(i).starts_with("/*!"))
                    break;
                ++i;
            } else if (scan_.is(i, "#") && scan_.is(i + 1, "[") && scan_.match(i + 1) > 0) {
                attribute(p, i + 2, scan_.match(i + 1));
                p.attributes.push_back(scan_.range(i, scan_.match(i + 1) + 1));
                i = scan_.match(i + 1) + 1;
            } else {
                break;
            }
        }
        p.visible = i;
        if (scan_.is(i, "pub")) {
            p.is_public = true;
            ++i;
            if (scan_.is(i, "(") && (scan_.is(i + 2, ")") || scan_.is(i + 1, "in")))
                i = scan_.next(i);
        }
        for (; i < limit; ++i) {
            std::string_view t = scan_.at(i);
            if (t == "const" && (scan_.is(i + 1, "fn") || scan_.is(i + 1, "unsafe") || scan_.is(i + 1, "async") ||
                                 scan_.is(i + 1, "extern")))
                p.is_const = true;
            else if (t == "async" && !scan_.is(i + 1, "{") && !scan_.is(i + 1, "move"))
                p.is_async = true;
            else if ((t == "default" || t == "auto") && scan_.kind(i + 1, Kind::keyword))
                continue;
            else if (t == "extern" &&
                     (scan_.is(i + 1, "fn") || (scan_.kind(i + 1, Kind::string) && scan_.is(i + 2, "fn"))))
                i += scan_.is(i + 1, "fn") ? 0 : 1;
            else if (!(t == "unsafe" && !scan_.is(i + 1, "{")))
                break;
        }
        p.keyword = i;
        return p;
    }

    void attribute(Prefix& p, int first, int last) const {
        if (scan_.is(last - 1, "test") && (last - first == 1 || scan_.is(last - 2, "::")))
            p.test = true;
        if (scan_.is(first, "cfg") && scan_.is(first + 2, "test"))
            p.test = true;
        if (!scan_.is(first, "derive") || !scan_.is(first + 1, "("))
            return;
        for (auto [a, b] : scan_.split_commas(first + 2, last - 1, true))
            if (a < b)
                p.derives.emplace_back(source_.text(scan_.range(a, b)));
    }

    /// Reads one item at i; the index after it, or -1 when there is none.
    int item(int i, int limit, int parent, int depth, bool declarations) {
        Prefix p = prefix(i, limit);
        int k = p.keyword;
        if (k >= limit)
            return -1;
        Item it;
        it.parent = parent;
        it.depth = depth;
        it.is_public = p.is_public;
        it.is_const = p.is_const;
        it.is_async = p.is_async;
        it.attributes = p.attributes;
        it.derives = p.derives;
        it.is_test = p.test || (parent >= 0 && out_.items[static_cast<std::size_t>(parent)].is_test);
        Place place{p.start, p.visible, k, limit};
        std::string_view key = scan_.at(k);
        bool named = scan_.kind(k + 1, Kind::ident);
        if (key == "fn" && named)
            return function(std::move(it), place);
        if ((key == "struct" || key == "enum" || (key == "union" && (scan_.is(k + 2, "{") || scan_.is(k + 2, "<")))) &&
            named)
            return type_definition(std::move(it), place, key);
        if (key == "trait" && named)
            return container(std::move(it), place, ItemKind::trait);
        if (key == "impl")
            return implementation(std::move(it), place);
        if (key == "mod" && named)
            return container(std::move(it), place, ItemKind::module);
        if (key == "use")
            return use(std::move(it), place);
        if ((key == "const" && (named || scan_.is(k + 1, "_"))) ||
            (key == "static" && (named || scan_.is(k + 1, "mut"))))
            return constant(std::move(it), place, key == "const" ? ItemKind::constant : ItemKind::static_);
        if (key == "type" && named)
            return alias(std::move(it), place);
        if (key == "macro_rules" && scan_.is(k + 1, "!") && scan_.kind(k + 2, Kind::ident))
            return macro(std::move(it), place, ItemKind::macro_definition, k + 2);
        if (key == "extern")
            return external(std::move(it), place);
        if (declarations && scan_.kind(k, Kind::ident) && scan_.is(k + 1, "!") && scan_.is_open(k + 2))
            return macro(std::move(it), place, ItemKind::macro_call, k);
        return -1;
    }

    struct Place {
        int start, visible, keyword, limit;
    };

    int add(Item it) {
        out_.items.push_back(std::move(it));
        return static_cast<int>(out_.items.size()) - 1;
    }

    /// Index after the block opened at `open`. Where braces are unbalanced, the indentation of the item's line decides.
    int block_end(int open, int item_start, int limit) const {
        const Token& t = scan_.token(open);
        int close = t.match;
        if (close >= 0 && source_.balanced())
            return std::min(close + 1, limit);
        std::uint32_t indent = scan_.token(item_start).indent;
        bool one_line = (close >= 0 && scan_.token(close).line == t.line) || open + 1 >= limit ||
                        scan_.token(open + 1).line == t.line;
        for (int i = open + 1; i < limit && !one_line; ++i) {
            const Token& next = scan_.token(i);
            if (!next.first_on_line || next.indent > indent)
                continue;
            if (scan_.is(i, "}"))
                return next.indent == indent ? i + 1 : i;
            if (starts_item(i))
                return i;
        }
        return close >= 0 ? std::min(close + 1, limit) : limit;
    }

    bool starts_item(int i) const {
        for (std::string_view key :
             {"fn", "struct", "enum", "trait", "impl", "mod", "pub", "use", "const", "static", "type", "#"})
            if (scan_.is(i, key))
                return true;
        return scan_.kind(i, Kind::doc);
    }

    int generics(Item& it, int i, int limit) const {
        if (!scan_.is(i, "<"))
            return i;
        int end = scan_.skip_angles(i, limit);
        it.generics = scan_.range(i, end);
        return end;
    }

    /// `where ...` up to `{` or `;` (or `=` for aliases).
    int where(Item& it, int i, int limit) const {
        if (!scan_.is(i, "where"))
            return i;
        int end = scan_.find(i, limit, {"{", ";", "="}, true);
        it.where_clause = scan_.range(i, end);
        return end;
    }

    void finish(Item& it, const Place& p, int signature_end, int end) const {
        it.range = scan_.range(p.start, end);
        it.signature = scan_.range(p.visible, signature_end);
    }

    int function(Item it, const Place& p) {
        it.kind = ItemKind::function;
        it.name = scan_.at(p.keyword + 1);
        it.name_range = scan_.range(p.keyword + 1, p.keyword + 2);
        int i = generics(it, p.keyword + 2, p.limit);
        if (scan_.is(i, "(")) {
            int close = scan_.match(i);
            if (close < 0)
                close = std::min(scan_.find(i + 1, p.limit, {"->", "{", ";"}), p.limit);
            parameters(it, i + 1, close);
            i = scan_.is(close, ")") ? close + 1 : close;
        }
        if (scan_.is(i, "->")) {
            int end = scan_.find(i + 1, p.limit, {"{", ";", "where", "}"}, true);
            it.return_type = scan_.range(i + 1, end);
            i = end;
        }
        i = where(it, i, p.limit);
        if (!scan_.is(i, "{")) {
            int end = scan_.is(i, ";") ? i + 1 : i;
            finish(it, p, i, std::max(end, p.keyword + 2));
            add(std::move(it));
            return std::max(end, p.keyword + 2);
        }
        int end = block_end(i, p.start, p.limit);
        it.body = scan_.range(i, end);
        finish(it, p, i, end);
        int depth = it.depth;
        int self = add(std::move(it));
        scan(i + 1, end, self, depth + 1, false);
        return end;
    }

    void parameters(Item& it, int i, int limit) const {
        for (auto [a, b] : scan_.split_commas(i, limit, true)) {
            while (a < b && (scan_.kind(a, Kind::doc) || (scan_.is(a, "#") && scan_.is(a + 1, "["))))
                a = scan_.is(a, "#") ? scan_.next(a + 1) : a + 1;
            if (a >= b)
                continue;
            Parameter p;
            p.range = scan_.range(a, b);
            int colon = scan_.find(a, b, {":"}, true);
            p.pattern = scan_.range(a, colon);
            int self = scan_.find(a, colon, {"self"});
            if (self < colon) {
                p.is_self = true;
                p.name = "self";
                p.by_mut = scan_.is(self - 1, "mut");
                if (colon < b)
                    p.type = scan_.range(colon + 1, b);
                bool reference = scan_.is(a, "&");
                p.type_text = colon < b ? scan_.normal(p.type) : std::string();
                if (colon >= b) {
                    std::string head = scan_.normal(scan_.range(a, self));
                    p.type_text = reference ? (head == "&" ? "&Self" : head + " Self") : "Self";
                }
            } else {
                auto names = pattern_names(source_, a, colon);
                bool simple = names.size() == 1 && (colon - a == 1 || (colon - a == 2 && scan_.is(a, "mut")));
                if (simple) {
                    p.name = names[0].name;
                    p.by_mut = names[0].is_mutable;
                } else if (colon - a == 1 && scan_.is(a, "_")) {
                    p.name = "_";
                }
                if (colon + 1 < b)
                    p.type = scan_.range(colon + 1, b);
                p.type_text = scan_.normal(p.type);
            }
            it.parameters.push_back(std::move(p));
        }
    }

    std::vector<Field> fields(int i, int limit, bool tuple) const {
        std::vector<Field> list;
        for (auto [a, b] : scan_.split_commas(i, limit, true)) {
            Field f;
            while (a < b && (scan_.kind(a, Kind::doc) || (scan_.is(a, "#") && scan_.is(a + 1, "["))))
                a = scan_.is(a, "#") ? scan_.next(a + 1) : a + 1;
            int start = a;
            if (scan_.is(a, "pub")) {
                f.is_public = true;
                ++a;
                if (scan_.is(a, "(") && (scan_.is(a + 2, ")") || scan_.is(a + 1, "in")))
                    a = scan_.next(a);
            }
            if (a >= b)
                continue;
            f.range = scan_.range(start, b);
            if (tuple) {
                f.name = std::to_string(list.size());
                f.type = scan_.range(a, b);
            } else {
                f.name = scan_.at(a);
                int colon = scan_.find(a, b, {":"}, true);
                if (colon + 1 < b)
                    f.type = scan_.range(colon + 1, b);
            }
            f.type_text = scan_.normal(f.type);
            list.push_back(std::move(f));
        }
        return list;
    }

    std::vector<Variant> variants(int i, int limit) const {
        std::vector<Variant> list;
        for (auto [a, b] : scan_.split_commas(i, limit, true)) {
            while (a < b && (scan_.kind(a, Kind::doc) || (scan_.is(a, "#") && scan_.is(a + 1, "["))))
                a = scan_.is(a, "#") ? scan_.next(a + 1) : a + 1;
            if (a >= b || !scan_.kind(a, Kind::ident))
                continue;
            Variant v{scan_.range(a, b), std::string(scan_.at(a)), Variant::Shape::unit, {}};
            if (scan_.is_open(a + 1) && scan_.match(a + 1) > 0) {
                bool tuple = scan_.is(a + 1, "(");
                v.shape = tuple ? Variant::Shape::tuple : Variant::Shape::record;
                v.fields = fields(a + 2, scan_.match(a + 1), tuple);
            }
            list.push_back(std::move(v));
        }
        return list;
    }

    int type_definition(Item it, const Place& p, std::string_view key) {
        it.kind = key == "struct" ? ItemKind::structure : key == "enum" ? ItemKind::enumeration : ItemKind::union_;
        it.name = scan_.at(p.keyword + 1);
        it.name_range = scan_.range(p.keyword + 1, p.keyword + 2);
        int i = where(it, generics(it, p.keyword + 2, p.limit), p.limit);
        int signature_end = i;
        if (scan_.is(i, "{")) {
            int end = block_end(i, p.start, p.limit);
            it.body = scan_.range(i, end);
            int inside = scan_.is(end - 1, "}") ? end - 1 : end;
            if (it.kind == ItemKind::enumeration)
                it.variants = variants(i + 1, inside);
            else
                it.fields = fields(i + 1, inside, false);
            i = end;
        } else if (scan_.is(i, "(") && scan_.match(i) > 0) {
            it.fields = fields(i + 1, scan_.match(i), true);
            it.body = scan_.range(i, scan_.match(i) + 1);
            i = where(it, scan_.match(i) + 1, p.limit);
        }
        if (scan_.is(i, ";") && i < p.limit)
            ++i;
        finish(it, p, signature_end, i);
        add(std::move(it));
        return i;
    }

    int nested(Item it, const Place& p, int i) {
        int signature_end = i;
        if (!scan_.is(i, "{") || i >= p.limit) {
            int end = scan_.is(i, ";") ? i + 1 : std::max(i, p.keyword + 1);
            end = std::min(end, p.limit);
            finish(it, p, signature_end, end);
            add(std::move(it));
            return end;
        }
        int end = block_end(i, p.start, p.limit);
        it.body = scan_.range(i, end);
        finish(it, p, signature_end, end);
        int depth = it.depth;
        int self = add(std::move(it));
        scan(i + 1, end, self, depth + 1, true);
        return end;
    }

    int container(Item it, const Place& p, ItemKind kind) {
        it.kind = kind;
        it.name = scan_.at(p.keyword + 1);
        it.name_range = scan_.range(p.keyword + 1, p.keyword + 2);
        int i = generics(it, p.keyword + 2, p.limit);
        if (kind == ItemKind::trait && scan_.is(i, ":"))
            i = scan_.find(i, p.limit, {"{", ";", "where"}, true);
        return nested(std::move(it), p, where(it, i, p.limit));
    }

    int implementation(Item it, const Place& p) {
        it.kind = ItemKind::impl;
        int i = generics(it, p.keyword + 1, p.limit);
        int head_end = scan_.find(i, p.limit, {"{", ";", "where", "}"}, true);
        int split = scan_.find(i, head_end, {"for"}, true);
        int type_begin = i;
        if (split < head_end) {
            it.trait_name = path_head(i, split);
            type_begin = split + 1;
        }
        it.self_type = scan_.normal(scan_.range(type_begin, head_end));
        it.name = path_head(type_begin, head_end);
        for (int k = type_begin; k < head_end; ++k)
            if (scan_.is(k, it.name)) {
                it.name_range = scan_.range(k, k + 1);
                break;
            }
        return nested(std::move(it), p, where(it, head_end, p.limit));
    }

    /// Last segment of the path in [i, limit) before its generics, references and `dyn` skipped.
    std::string path_head(int i, int limit) const {
        std::string last;
        for (; i < limit; ++i) {
            if (scan_.is_name(i))
                last = scan_.at(i);
            else if (!last.empty() && !scan_.is(i, "::"))
                break;
        }
        return last;
    }

    int use(Item it, const Place& p) {
        it.kind = ItemKind::use;
        int end = scan_.find(p.keyword + 1, p.limit, {";"});
        // A missing `;` must not swallow the next item.
        for (int k = p.keyword + 1; k < end; k = scan_.next(k))
            if (scan_.token(k).first_on_line && scan_.kind(k, Kind::keyword) && !scan_.is_name(k))
                end = k;
        it.use_path = scan_.normal(scan_.range(p.keyword + 1, end));
        int after = scan_.is(end, ";") && end < p.limit ? end + 1 : end;
        finish(it, p, end, after);
        import(std::string(), p.keyword + 1, end, it.range, 0);
        add(std::move(it));
        return after;
    }

    /// One use tree in [i, limit) below `base`.
    void import(std::string base, int i, int limit, Range statement, int depth) {
        std::string path = std::move(base);
        int leaf = i;
        for (; i < limit && depth < max_depth; ++i) {
            if (scan_.is(i, "{")) {
                int close = scan_.match(i) > 0 ? scan_.match(i) : limit;
                for (auto [a, b] : scan_.split_commas(i + 1, std::min(close, limit), false))
                    import(path, a, b, statement, depth + 1);
                return;
            }
            if (scan_.is(i, "::")) {
                if (!path.empty())
                    path += "::";
            } else if (scan_.is(i, "as")) {
                out_.imports.push_back({path, std::string(scan_.at(i + 1)), scan_.range(leaf, limit), statement});
                return;
            } else {
                path += scan_.at(i);
            }
        }
        if (path.empty() || leaf >= limit)
            return;
        std::size_t cut = path.rfind("::");
        std::string name = cut == path.npos ? path : path.substr(cut + 2);
        if (name == "self" && cut != path.npos) {
            path.resize(cut);
            cut = path.rfind("::");
            name = cut == path.npos ? path : path.substr(cut + 2);
        }
        out_.imports.push_back({path, name, scan_.range(leaf, limit), statement});
    }

    int constant(Item it, const Place& p, ItemKind kind) {
        it.kind = kind;
        int name = scan_.is(p.keyword + 1, "mut") ? p.keyword + 2 : p.keyword + 1;
        it.name = scan_.at(name);
        it.name_range = scan_.range(name, name + 1);
        int end = scan_.find(name, p.limit, {";"});
        int equals = scan_.find(name, end, {"="}, true);
        if (scan_.is(name + 1, ":") && name + 2 < equals)
            it.type_text = scan_.normal(scan_.range(name + 2, equals));
        if (equals + 1 < end)
            it.body = scan_.range(equals + 1, end);
        int after = std::min(end + 1, p.limit);
        finish(it, p, equals, after);
        add(std::move(it));
        return after;
    }

    int alias(Item it, const Place& p) {
        it.kind = ItemKind::type_alias;
        it.name = scan_.at(p.keyword + 1);
        it.name_range = scan_.range(p.keyword + 1, p.keyword + 2);
        int i = generics(it, p.keyword + 2, p.limit);
        int end = scan_.find(i, p.limit, {";", "}"}, true);
        int equals = scan_.find(i, end, {"="}, true);
        if (equals + 1 < end)
            it.type_text = scan_.normal(scan_.range(equals + 1, end));
        int after = scan_.is(end, ";") ? std::min(end + 1, p.limit) : end;
        finish(it, p, equals, after);
        add(std::move(it));
        return after;
    }

    int macro(Item it, const Place& p, ItemKind kind, int name) {
        it.kind = kind;
        it.name = scan_.at(name);
        it.name_range = scan_.range(name, name + 1);
        int open = kind == ItemKind::macro_definition ? name + 1 : name + 2;
        int end = scan_.is(open, "{") ? block_end(open, p.start, p.limit) : std::min(scan_.next(open), p.limit);
        it.body = scan_.range(open, end);
        if (scan_.is(end, ";") && end < p.limit)
            ++end;
        finish(it, p, open, end);
        add(std::move(it));
        return end;
    }

    int external(Item it, const Place& p) {
        if (scan_.is(p.keyword + 1, "crate")) {
            it.kind = ItemKind::extern_crate;
            it.name = scan_.at(p.keyword + 2);
            it.name_range = scan_.range(p.keyword + 2, p.keyword + 3);
            int end = std::min(scan_.find(p.keyword, p.limit, {";"}) + 1, p.limit);
            finish(it, p, end, end);
            add(std::move(it));
            return end;
        }
        int open = scan_.kind(p.keyword + 1, Kind::string) ? p.keyword + 2 : p.keyword + 1;
        if (!scan_.is(open, "{"))
            return -1;
        it.kind = ItemKind::extern_block;
        return nested(std::move(it), p, open);
    }

    const Source& source_;
    Scan scan_;
    Scanned out_;
};

} // namespace

Scanned scan_items(const Source& source) {
    return ItemScanner(source).run();
}

} // namespace rustcoder::syntax
