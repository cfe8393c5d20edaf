// What the ownership, lifetime, trait and pattern rules share: a diagnostic's site with short names, statements and
// blocks of a function body, uses of a binding in order, edits that move or bind statements, callees with all their
// calls. Built on tokens, so that it works in broken files. Total, thread-safe.
#pragma once

#include "repair/rule_support.h"

#include <initializer_list>

namespace rustcoder::repair {

using project::Edit;
using toolchain::Child;
using toolchain::Diagnostic;
using toolchain::Span;

/// One error in one file, with the collector for its candidates.
class Site {
public:
    Site(const RuleContext& context, Proposals& out, std::string_view rule);
    /// The primary span lies in a readable file of the project.
    bool ok() const { return place_.has_value(); }

    const RuleContext& context;
    const Diagnostic& d;
    const std::string& path() const { return place_->path; }
    const Source& s() const { return *place_->source; }
    const Tree& t() const { return *place_->tree; }
    Range at() const { return {place_->begin, place_->end}; }
    std::size_t token() const { return place_->token(); }
    std::string_view text(Range r) const { return s().text(r); }
    std::string str(Range r) const { return std::string(s().text(r)); }
    /// The range of a span when it is in this file, else empty.
    Range range(const Span* span) const;
    Range labelled(std::string_view needle) const { return range(d.labelled(needle)); }
    /// First span of a child whose message contains `message` (any label when `label` is "").
    const Span* child_span(std::string_view message, std::string_view label = {}) const;
    const Item* function() const { return t().function_at(place_->begin); }

    Edit put(std::size_t offset, std::string text) const { return make_edit(path(), offset, offset, std::move(text)); }
    Edit swap(Range r, std::string text) const { return make_edit(path(), r.begin, r.end, std::move(text)); }
    Edit cut(Range r) const { return make_edit(path(), r.begin, r.end, {}); }
    void propose(Risk risk, double prior, std::string why, std::vector<Edit> edits);
    /// Without the check that every file is a Rust source (manifests).
    void propose_raw(Risk risk, double prior, std::string why, std::vector<Edit> edits) {
        out_.edits(rule_, std::move(edits), risk, prior, std::move(why));
    }

private:
    Proposals& out_;
    std::string_view rule_;
    std::optional<Place> place_;
};

/// A rule that is one function over a Site. `codes`: error codes, or "~text" for a part of the message.
class CodeRule final : public Rule {
public:
    using Propose = void (*)(Site& site);
    CodeRule(std::string_view name, std::initializer_list<std::string_view> codes, Propose propose)
        : name_(name), codes_(codes), propose_(propose) {}
    std::string_view name() const override { return name_; }
    bool applies(const Diagnostic& d) const override;
    void propose(const RuleContext& context, Proposals& out) const override;

private:
    std::string_view name_;
    std::vector<std::string_view> codes_;
    Propose propose_;
};

#define RC_CODE_RULE(function, rule_name, ...)                                                                         \
    namespace {                                                                                                        \
    const bool rc_code_rule_##function =                                                                               \
        (::rustcoder::repair::register_rule(std::make_unique<::rustcoder::repair::CodeRule>(                           \
             rule_name, std::initializer_list<std::string_view>{__VA_ARGS__}, function)),                              \
         true);                                                                                                        \
    }

// ---- blocks and statements ----------------------------------------------------------------------------------------

enum class BraceKind { block, match_body, literal, items, other };
BraceKind brace_kind(const Source& s, std::size_t open_token);
/// Statements of the block whose `{` is the token, in order, with their `;`; the tail expression last.
std::vector<Range> statements_of(const Source& s, std::size_t open_token);

struct Frame {
    std::size_t open = 0;  // token of the block's `{`
    std::size_t index = 0; // of the statement in the block
    Range statement;
};
/// Blocks around the offset, innermost first, up to the function's (or const's) body.
std::vector<Frame> frames_at(const Source& s, std::size_t offset);
/// The innermost block that holds both offsets, with the statement of each.
std::optional<std::pair<Frame, Frame>> common_block(const Source& s, std::size_t a, std::size_t b);
/// The loop body (`{` token) around the offset that does not contain `outside`, outermost such; nullopt when none.
std::optional<std::size_t> loop_between(const Source& s, std::size_t offset, std::size_t outside);

/// Uses of a variable in the range, in order: identifiers and names inside format strings; field names, paths and
/// methods of that name are not uses.
std::vector<Range> uses_of(const Source& s, Range in, std::string_view name);
/// Name bound by `let [mut] NAME` at the statement, "" for patterns.
std::string let_name(const Source& s, Range statement);
/// The expression after `=` of a let or assignment (first top-level `=`), without `;`.
Range initializer_of(const Source& s, Range statement);
/// Without the trailing `;` and space.
Range without_semicolon(const Source& s, Range statement);
std::string indent_at(const Source& s, std::size_t offset);
/// What separates a new statement from the one at `offset`: a line break with its indentation, or a space within a
/// line.
std::string gap_at(const Source& s, std::size_t offset);
/// A name that does not occur in the file, `wish` or `wish` with a number.
std::string fresh_name(const Source& s, std::string wish);

/// Edits that take the statement out with its line and put it in front of the statement that begins at `before`.
std::vector<Edit> move_before(const Source& s, std::string_view path, Range statement, std::size_t before);
std::vector<Edit> move_after(const Source& s, std::string_view path, Range statement, Range after);
/// `let NAME = EXPR;` in front of the statement and NAME in place of EXPR.
std::vector<Edit> hoist(const Source& s, std::string_view path, Range expression, Range statement, std::string name,
                        bool mutable_binding = false);
/// The statement's removal together with its line when nothing else stands there.
Edit cut_line(const Source& s, std::string_view path, Range r);
/// The list element (parameter, bound, field, derive) with one neighbouring separator.
Range with_separator(const Source& s, Range element);

// ---- calls --------------------------------------------------------------------------------------------------------

struct Call {
    std::string path; // file
    std::string name;
    std::size_t name_token = 0, open = 0; // tokens
    bool method = false;                  // receiver.name(
    std::vector<Range> arguments;
    Range receiver; // method calls
};
/// The call one of whose arguments holds the offset (innermost parentheses only); `argument` is its number.
std::optional<Call> call_around(const Site& site, std::size_t offset, std::size_t* argument = nullptr);
/// `.name(...)` with its name at this token.
std::optional<Call> method_call_at(const Site& site, std::size_t token);
/// The impl with generics around the diagnostic's place, or nullptr.
const Item* generic_impl_around(const Site& site);
/// Every call of the function in the project.
std::vector<Call> calls_of(const RuleContext& context, const Declared& function);
/// The project's function that the call means: right name, number of arguments and kind; nullopt when none or several.
std::optional<Declared> callee_of(const RuleContext& context, const Call& call);
/// Index of the parameter an argument goes to (skips self for method calls).
std::optional<std::size_t> parameter_of(const Item& function, const Call& call, std::size_t argument);

/// `let mut cur = list.head;` .. `cur = node.next;`: the walk over a linked structure borrows at every step. Edits for
/// the let and all assignments of plain places to the same name; nullopt when the statement is no such let.
std::optional<std::vector<Edit>> borrow_walk(const Site& site, Range place);

/// How a body uses a parameter.
enum class Usage { reads, mutates, consumes };
Usage usage_of(const Source& s, Range body, std::string_view name);
/// Parameter `T` -> `&T` (`String` -> `&str`, `Vec<T>` -> `&[T]`; `&mut T` when `mutably`) with all calls; nullopt when
/// the parameter is a reference already.
std::optional<std::vector<Edit>> borrow_parameter(const RuleContext& context, const Declared& function,
                                                  std::size_t index, bool mutably);
/// Parameters behind references: "String" -> "&str".
std::string borrowed_type(std::string_view type);

// ---- types --------------------------------------------------------------------------------------------------------

/// The edit that adds traits to the type's derive list (or a new one); nullopt when all are there.
std::optional<Edit> derive_edit(const Declared& type, std::vector<std::string> traits);
/// The project's type of that name when there is exactly one.
std::optional<Declared> local_type(const RuleContext& context, std::string_view type);
/// All fields are Copy as far as can be told.
bool fields_copy(const RuleContext& context, const Item& type);
/// Item of `trait_name` in the project.
std::optional<Declared> trait_named(const RuleContext& context, std::string_view name);
/// Functions, types and constants directly inside the impl or trait.
std::vector<const Item*> members_of(const Tree& tree, const Item& owner);
/// A harmless value of the type: 0, String::new(), None, ...; "" when none is known. Local types with a Default derive
/// or impl give `T::default()`.
std::string default_value(const RuleContext& context, std::string_view type);
/// The inner type named by a label `has type `T``, "" when absent.
std::string moved_type(const Diagnostic& d);

} // namespace rustcoder::repair
