// A diagnostic and the code it is about, as learned fixes see them: quoted texts ("atoms") and places ("anchors") under
// names that do not depend on the user's words. Thread-safe as a value; total on broken code.
#pragma once

#include "syntax/tree.h"
#include "toolchain/diagnostic.h"

#include <functional>
#include <map>

namespace rustcoder::knowledge {

using TreeOf = std::function<std::shared_ptr<const syntax::Tree>(std::string_view path)>;

/// A token as templates see it: `>>`, `&&` and `||` are cut in two, so that `Vec<Vec<u8>>` reads like `Vec<u8>`.
struct Tok {
    syntax::Kind kind = syntax::Kind::unknown;
    std::string_view text;
    std::size_t begin = 0, end = 0;
};
std::vector<Tok> tokens_of(const syntax::Source& source);

/// A message without the words that belong to the user: quoted text becomes `_` (unless it is Rust punctuation or a
/// keyword), numbers become #, words that rustc does not use become _. `atoms`: the quoted texts, in order.
struct Shape {
    std::string text;
    std::vector<std::string> atoms;
};
Shape shape_of(std::string_view message);
/// Of a diagnostic: its message and the label of its primary span. With the code this is what templates are found by.
std::string shape_of(const toolchain::Diagnostic& diagnostic);

struct SceneFile {
    std::shared_ptr<const syntax::Tree> tree;
    std::vector<Tok> tokens;
    const syntax::Source& source() const { return tree->source(); }
    /// Index of the first token that ends after the offset.
    int token_at(std::size_t offset) const;
};

class Scene {
public:
    Scene(const toolchain::Diagnostic& diagnostic, const TreeOf& tree_of);

    struct Atom {
        std::string role; // "m0": first quoted text of the message; "p1": of the primary label; ...
        std::string text;
        std::shared_ptr<const syntax::Source> source;
        std::vector<Tok> tokens;
    };
    struct Place {
        std::string role; // "p": primary span; "f:body": of the function around; "d:m0": where m0 is defined; ...
        std::string path;
        int begin = 0, end = 0; // tokens
    };
    const std::string& code() const { return code_; }
    const std::string& shape() const { return shape_; }
    const std::vector<Atom>& atoms() const { return atoms_; }
    const std::vector<Place>& places() const { return places_; }
    const Place* place(std::string_view role) const;
    const Atom* atom(std::string_view role) const;
    const SceneFile* file(std::string_view path) const;
    /// Words that a misspelt name may have been meant to be, from the diagnostic's suggestions.
    const std::vector<std::string>& suggested() const { return suggested_; }

private:
    void add_atoms(const std::string& prefix, const std::vector<std::string>& texts);
    void add_span(const std::string& role, const toolchain::Span& span);
    void add_range(const std::string& role, const std::string& path, syntax::Range range);
    void add_definitions(const std::string& path, std::size_t at);
    void add_surroundings(const std::string& path, std::size_t at);
    std::string fresh_role(std::string role) const;

    const TreeOf& tree_of_;
    std::string code_, shape_;
    std::vector<Atom> atoms_;
    std::vector<Place> places_;
    std::vector<std::string> suggested_;
    mutable std::map<std::string, SceneFile, std::less<>> files_;
};

} // namespace rustcoder::knowledge
