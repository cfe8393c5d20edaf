// Small pure helpers shared by the rules: reading rustc's messages, type text, names in scope, declarations of the
// project. Everything is total and thread-safe.
#pragma once

#include "repair/rule.h"

#include <optional>

namespace rustcoder::repair {

using syntax::Item;
using syntax::ItemKind;
using syntax::Kind;
using syntax::Range;
using syntax::Source;
using syntax::Tree;

// ---- messages -----------------------------------------------------------------------------------------------------

/// The texts between backticks, in order.
std::vector<std::string> backticked(std::string_view text);
bool code_is(const toolchain::Diagnostic& d, std::initializer_list<std::string_view> codes);
/// The text after `prefix` up to `suffix` (first occurrence), or nullopt.
std::optional<std::string> between(std::string_view text, std::string_view prefix, std::string_view suffix);

struct ExpectedFound {
    std::string expected, found;           // clean_type()d; "{integer}", "{float}" for literals; "" unknown
    std::string expected_kind, found_kind; // "fn item", "closure", "reference", ... as the note says, or ""
};
/// From a label "expected `X`, found `Y`"; types elided there (`...`, "fn item") are taken from the diagnostic's note.
std::optional<ExpectedFound> expected_found(const toolchain::Diagnostic& d, const toolchain::Span& span);

// ---- type text ----------------------------------------------------------------------------------------------------

/// Without lifetimes, module paths (`std::slice::Iter<'_, T>` -> `Iter<T>`) and superfluous space.
std::string clean_type(std::string_view type);
bool is_ref(std::string_view type); // &T or &mut T
bool is_mut_ref(std::string_view type);
std::string strip_ref(std::string_view type);  // one layer
std::string strip_refs(std::string_view type); // all layers
std::string type_head(std::string_view type);  // `Vec<T>` -> "Vec"; `&[T]` -> "&"; `[T]` -> "["; `(A, B)` -> "("
std::vector<std::string> type_arguments(std::string_view type);
/// wraps("Option<u32>", "Option") == "u32" (first argument).
std::optional<std::string> wraps(std::string_view type, std::string_view head);
bool is_integer(std::string_view type); // u8..i128, usize, isize, {integer}
bool is_float(std::string_view type);
bool is_numeric(std::string_view type);
bool is_copy(std::string_view type); // primitives and shared references
/// Nothing in it is unknown (`_`, `{closure}`, `{integer}`, `...`, `?`).
bool is_complete_type(std::string_view type);
/// True when every value of `from` fits `to`, so that `to::from` / `.into()` is there.
bool lossless(std::string_view from, std::string_view to);
/// The item type of an iterator adapter as rustc prints it (`Map<Iter<u8>, {closure}>` has none), "" when it cannot be
/// told.
std::string iterator_item(std::string_view type);
bool is_iterator_adapter(std::string_view type); // Map, Filter, Rev, Chars, ...

// ---- places -------------------------------------------------------------------------------------------------------

/// A span of a project file with its lexed and scanned source.
struct Place {
    std::string path;
    std::size_t begin = 0, end = 0;
    std::shared_ptr<const Source> source;
    std::shared_ptr<const Tree> tree;
    const toolchain::Span* span = nullptr;

    std::string_view text() const { return source->text(begin, end); }
    std::size_t token() const { return source->token_at(begin); }
};
std::optional<Place> place_of(const RuleContext& context, const toolchain::Span& span);
/// Of the first primary span inside the project.
std::optional<Place> primary_place(const RuleContext& context);
std::optional<Place> place_in(const RuleContext& context, std::string_view path, std::size_t begin, std::size_t end);

// ---- names --------------------------------------------------------------------------------------------------------

struct Near {
    std::string name;
    double closeness = 0; // 0..1
};
/// Names that may be a misspelling of `name`, best first. `closeness` of a plain transposition or one wrong letter in a
/// word of six is about 0.9.
std::vector<Near> closest(std::string_view name, const std::vector<std::string>& among, std::size_t limit = 3);
double closeness(std::string_view a, std::string_view b);

/// Values that can be named at the offset: bindings, functions, constants, statics, imports, unit and tuple structs.
std::vector<std::string> visible_values(const Tree& tree, std::size_t offset);
/// Callable names: functions, tuple structs, imports, closures bound by let.
std::vector<std::string> visible_functions(const Tree& tree, std::size_t offset);
/// Type and trait names: items, imports, generics of the surrounding items, the prelude.
std::vector<std::string> visible_types(const Tree& tree, std::size_t offset);
/// Names of the generic parameters in `<...>` (lifetimes left out).
std::vector<std::string> generic_names(std::string_view generics);
/// Free identifiers of the file, each once, by falling number of occurrences.
std::vector<std::pair<std::string, int>> identifiers(const Source& source);

/// Where an import line goes for code at `offset` and the white space in front: after the last `use` of the innermost
/// module, else at its start (after inner attributes and docs). {offset, indent}.
std::pair<std::size_t, std::string> import_position(const Tree& tree, std::size_t offset);
/// The edit that adds `use path;`.
project::Edit import_edit(const Tree& tree, std::string_view file, std::size_t offset, std::string_view path);

// ---- declarations of the project ----------------------------------------------------------------------------------

struct Declared {
    std::string path; // file
    std::shared_ptr<const Tree> tree;
    const Item* item = nullptr;
};
/// All functions (free, associated, trait) of a name, the file `prefer` first.
std::vector<Declared> functions_named(const RuleContext& context, std::string_view name, std::string_view prefer = {});
/// Structures, enumerations, unions, traits and aliases of a name.
std::vector<Declared> types_named(const RuleContext& context, std::string_view name, std::string_view prefer = {});
/// Functions declared in impls (and trait definitions) of the type.
std::vector<Declared> methods_of(const RuleContext& context, std::string_view type);
/// Every item of the project for which `keep` holds.
std::vector<Declared> items_where(const RuleContext& context, bool (*keep)(const Item&));
/// Modules around it, from the crate's root, as the file's path and the source say: "net::tcp::", or "".
std::string modules_of(const Declared& d);
/// The impl or trait item around the function, or nullptr.
const Item* owner_of(const Tree& tree, const Item& function);
/// Fields of the struct `type` in the project (empty when unknown).
std::vector<syntax::Field> fields_of(const RuleContext& context, std::string_view type);

/// What can be said about the type of an expression without a type checker, "" when nothing: literals, declared and
/// obviously initialised bindings, fields of self, calls of project functions, a few std constructors and methods.
std::string guess_type(const RuleContext& context, const Tree& tree, std::string_view path, Range expression,
                       int depth = 0);

/// `text` as a type that can be written at `offset`: {integer} -> i32, HashMap without import -> its full path,
/// iterator adapters -> `impl Iterator<Item = T> + '_`. "" when it cannot be written.
std::string spell_type(const Tree& tree, std::size_t offset, std::string_view type);

/// Integer types for an `{integer}` that has to be written: those of the function, then of the file, most frequent
/// first.
std::vector<std::string> likely_integers(const Tree& tree, const Item* function);

/// Full path of a well-known std item ("HashMap" -> "std::collections::HashMap"), "" when unknown. Several in order of
/// likelihood.
std::vector<std::string> std_paths(std::string_view name);
/// Every name std_paths knows (for spelling), sorted.
const std::vector<std::string>& std_names();

// ---- edits --------------------------------------------------------------------------------------------------------

/// `text` needs parentheses before a method call or a prefix operator can be put at it.
bool needs_parentheses(const Source& source, Range expression);
/// Edits that wrap the expression as `before(expr)after`, adding parentheses round it when `tight`.
std::vector<project::Edit> wrap_edits(const Source& source, std::string_view path, Range expression, std::string before,
                                      std::string after, bool tight);
/// The expression is a variable bound by a plain `let name = init` without a type: the initialiser.
std::optional<Range> plain_initializer(const Tree& tree, Range expression);
project::Edit make_edit(std::string_view path, std::size_t begin, std::size_t end, std::string text);

} // namespace rustcoder::repair
