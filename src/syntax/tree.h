// What a (possibly broken) Rust file contains: items, functions, types, local bindings and expression extents. A
// tolerant recursive scan over tokens, not a full parser: what it cannot read it skips. Immutable, thread-safe.
#pragma once

#include "syntax/source.h"

#include <memory>
#include <optional>

namespace rustcoder::syntax {

enum class ItemKind {
    function,
    structure,
    enumeration,
    union_,
    trait,
    impl,
    module,
    use,
    constant,
    static_,
    type_alias,
    macro_definition,
    macro_call,
    extern_crate,
    extern_block,
    other
};

struct Parameter {
    Range range;           // whole parameter, without comma
    Range pattern, type;   // type empty for self forms
    std::string name;      // "self" for any self form; "" for complex patterns
    std::string type_text; // normalised white space; for self forms "&self" -> "&Self", ...
    bool is_self = false, by_mut = false;
};
struct Field {
    Range range;
    std::string name;
    std::string type_text;
    Range type;
    bool is_public = false;
}; // tuple: name "0"
struct Variant {
    Range range;
    std::string name;
    enum class Shape { unit, tuple, record } shape;
    std::vector<Field> fields;
};

struct Item {
    ItemKind kind = ItemKind::other;
    std::string name;       // impl: the self type's head ("Foo" of `impl<T> Bar for Foo<T>`); use: ""
    std::string trait_name; // impl Trait for ...: "Bar" (last path segment) ; else ""
    std::string self_type;  // impl: full text of the self type
    Range range;            // from the first attribute/doc/visibility to the closing brace or semicolon
    Range signature;        // from visibility/keyword to before the body
    Range name_range;
    Range generics;    // <...> after the name (or after `impl`), empty if none
    Range body;        // between and including braces, empty if none
    Range return_type; // the type after ->, empty if none
    Range where_clause;
    bool is_public = false, is_test = false /* #[test] or inside #[cfg(test)] */, is_const = false, is_async = false;
    std::vector<std::string> derives; // from #[derive(...)]
    std::vector<Range> attributes;    // each #[...]
    std::vector<Parameter> parameters;
    std::vector<Field> fields;     // struct/union
    std::vector<Variant> variants; // enum
    std::string type_text;         // const/static/alias: its type
    std::string use_path;          // use: text between `use` and `;`
    int parent = -1;               // index into Tree::items, -1 at file level
    int depth = 0;
};

struct Binding {
    std::string name;
    Range name_range;
    enum class Origin { parameter, let, for_loop, closure, match_arm, if_let, constant, static_ } origin = Origin::let;
    bool is_mutable = false;
    std::string type_text; // declared type, or "" when unknown
    Range type_range;      // declared type, empty when none
    Range initializer;     // let: the expression after =, empty when none
    Range statement;       // the whole let statement / parameter / arm
    Range scope;           // where it is visible
};

/// A name brought in by `use`, flattened: `use a::{b, c as d};` gives {a::b, b}, {a::c, d}.
struct Import {
    std::string path, name;
    Range range /* of the leaf */;
    Range statement;
};

class Tree {
public:
    explicit Tree(std::shared_ptr<const Source> source);

    const Source& source() const { return *source_; }
    const std::vector<Item>& items() const { return items_; } // document order, nested items after their parent
    const std::vector<Import>& imports() const { return imports_; }
    /// Innermost item / function containing the offset, or nullptr.
    const Item* item_at(std::size_t offset) const;
    const Item* function_at(std::size_t offset) const;
    const Item* parent(const Item& item) const;
    const Item* find(ItemKind kind, std::string_view name) const; // first
    /// Bindings visible at the offset, innermost first (shadowed ones included, later).
    std::vector<Binding> bindings_at(std::size_t offset) const;
    /// All bindings of the function.
    std::vector<Binding> bindings_in(const Item& function) const;

    // Expression and statement extents. All take and return byte ranges; empty when not found.
    /// The statement (incl. `;`) or tail expression around the offset, innermost block.
    Range statement_at(std::size_t offset) const;
    /// The innermost {...} block around the offset, incl. braces.
    Range block_at(std::size_t offset) const;
    /// The postfix expression that ends right before `end_offset` (`a.b(c)[d]?` before a `.`): receiver of a method.
    Range postfix_before(std::size_t end_offset) const;
    /// The postfix expression (path, literal, call chain, parenthesised, macro call) that starts at the token at
    /// `offset`.
    Range postfix_from(std::size_t offset) const;
    /// Arguments of the call whose `(` or `[` token is at `open_offset`: ranges without commas and surrounding space.
    std::vector<Range> arguments(std::size_t open_offset) const;
    /// If the range ends a call/path expression, the `(` of the call; npos otherwise.
    static constexpr std::size_t npos = static_cast<std::size_t>(-1);
    std::size_t call_open(Range expression) const;

private:
    std::shared_ptr<const Source> source_;
    std::vector<Item> items_;
    std::vector<Import> imports_;
};

} // namespace rustcoder::syntax
