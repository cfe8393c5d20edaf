#include "repair/rules/type_conversions.h"

#include "base/text.h"
#include "repair/rules/type_mismatch.h"

#include <algorithm>
#include <fmt/format.h>

namespace rustcoder::repair {

namespace {

struct Maker {
    std::string_view expected, found, text;
    std::vector<Conversion> out;

    std::string e() const { return std::string(expected); }
    std::string f() const { return std::string(found); }
    void suffix(std::string after, double prior, Risk risk, std::string why) {
        out.push_back({"", std::move(after), true, risk, prior, std::move(why)});
    }
    void prefix(std::string before, double prior, Risk risk, std::string why) {
        out.push_back({std::move(before), "", true, risk, prior, std::move(why)});
    }
    void wrap(std::string before, std::string after, double prior, Risk risk, std::string why) {
        out.push_back({std::move(before), std::move(after), false, risk, prior, std::move(why)});
    }
    bool is_literal_string() const {
        return text.starts_with("\"") || text.starts_with("r\"") || text.starts_with("r#");
    }
};

bool is_collection(std::string_view t) {
    std::string h = type_head(t);
    return h == "Vec" || h == "HashMap" || h == "HashSet" || h == "BTreeMap" || h == "BTreeSet" || h == "VecDeque" ||
           h == "String" || h == "BinaryHeap" || h == "LinkedList";
}

void wrappers(Maker& m) {
    for (std::string_view head : {"Option", "Result", "Box", "Rc", "Arc", "RefCell", "Cell", "Mutex", "RwLock"}) {
        auto inner = wraps(m.expected, head);
        if (!inner)
            continue;
        bool exact = same_type(*inner, m.found);
        if (!exact) { // one step more: Some(Box::new(x)), Rc::new(RefCell::new(x))
            for (std::string_view second : {"Box", "Rc", "Arc", "RefCell", "Mutex", "Cell"}) {
                auto deeper = wraps(*inner, second);
                if (!deeper || !same_type(*deeper, m.found))
                    continue;
                std::string first = head == "Option" ? "Some" : head == "Result" ? "Ok" : std::string(head) + "::new";
                m.wrap(fmt::format("{}({}::new(", first, second), "))", 0.75, Risk::low,
                       fmt::format("A `{}` is wanted here; the plain value has to be wrapped.", m.e()));
            }
            if (head == "Option" && is_ref(m.found) && same_type(*inner, strip_ref(m.found)) && is_copy(*inner))
                m.wrap("Some(*", ")", 0.6, Risk::low,
                       "The function gives an `Option` of the value, not a reference to it.");
            if (head == "Option" && is_ref(*inner) && same_type(strip_ref(*inner), m.found))
                m.wrap("Some(&", ")", 0.6, Risk::low, "The function gives an `Option` of a reference.");
            if (head == "Option" && (*inner == "String" && (m.found == "&str" || m.found == "&String")))
                m.wrap("Some(", ".to_string())", 0.6, Risk::low,
                       "An `Option<String>` is wanted; the text has to be owned and wrapped.");
            continue;
        }
        if (head == "Option")
            m.wrap("Some(", ")", 0.82, Risk::low,
                   fmt::format("An `{}` is wanted here, so the value has to be wrapped in `Some`.", m.e()));
        else if (head == "Result")
            m.wrap("Ok(", ")", 0.82, Risk::low,
                   fmt::format("A `{}` is wanted here, so the good value has to be wrapped in `Ok`.", m.e()));
        else
            m.wrap(std::string(head) + "::new(", ")", 0.78, Risk::low,
                   fmt::format("A `{}` is wanted here, so the value has to be put into one.", m.e()));
    }
    if (auto arguments = type_arguments(m.expected); type_head(m.expected) == "Result" && arguments.size() == 2 &&
                                                     same_type(arguments[1], m.found) &&
                                                     !same_type(arguments[0], m.found))
        m.wrap("Err(", ")", 0.8, Risk::low, "The value has the error type, so it has to be wrapped in `Err`.");
}

void unwrappers(Maker& m) {
    bool option = type_head(m.found) == "Option", result = type_head(m.found) == "Result";
    if (option || result) {
        auto inner = wraps(m.found, option ? "Option" : "Result").value_or("_");
        if (same_type(m.expected, inner) || (m.expected == "_")) {
            m.suffix("?", 0.55, Risk::low,
                     "`?` hands a missing value or an error to the caller and gives the value otherwise.");
            m.suffix(".unwrap()", 0.4, Risk::destructive,
                     "`unwrap` takes the value out and panics when there is none.");
            if (is_numeric(m.expected) || is_collection(m.expected) || m.expected == "bool")
                m.suffix(".unwrap_or_default()", 0.2, Risk::behaviour,
                         "Takes the value out, with the default in its place.");
        } else if (is_ref(inner) && same_type(m.expected, strip_ref(inner))) {
            if (is_copy(m.expected)) {
                m.prefix("*", 0, Risk::low, "");
                m.out.pop_back();
                m.wrap("*", ".unwrap()", 0.4, Risk::destructive,
                       "The `Option` holds a reference; take it out and copy the value.");
                m.suffix(".copied().unwrap()", 0.2, Risk::destructive, "Copies the value out of the `Option`.");
            } else {
                m.suffix(".unwrap().clone()", 0.3, Risk::destructive, "Clones the value out of the `Option`.");
                m.suffix(".cloned().unwrap()", 0.2, Risk::destructive, "Clones the value out of the `Option`.");
            }
        }
        if (m.expected == "bool")
            m.suffix(option ? ".is_some()" : ".is_ok()", 0.5, Risk::low,
                     "A condition is wanted: ask whether there is a value.");
    }
    auto want = wraps(m.expected, "Option");
    if (want && option) {
        auto have = wraps(m.found, "Option").value_or("_");
        if (is_ref(have) && same_type(*want, strip_ref(have))) {
            bool copy = is_copy(*want);
            m.suffix(copy ? ".copied()" : ".cloned()", 0.8, copy ? Risk::low : Risk::cost,
                     "The `Option` holds a reference; the value itself is wanted.");
            m.suffix(copy ? ".cloned()" : ".copied()", 0.4, Risk::cost,
                     "The `Option` holds a reference; the value itself is wanted.");
        }
        if (is_ref(*want) && same_type(strip_ref(*want), have))
            m.suffix(is_mut_ref(*want) ? ".as_mut()" : ".as_ref()", 0.8, Risk::low,
                     "Borrows what the `Option` holds instead of moving it.");
        if (is_ref(*want) && (have == "String" || type_head(have) == "Vec" || type_head(have) == "Box"))
            m.suffix(is_mut_ref(*want) ? ".as_deref_mut()" : ".as_deref()", 0.7, Risk::low,
                     "Borrows what the `Option` holds.");
        if (*want == "String" && have == "&str")
            m.suffix(".map(|s| s.to_string())", 0.5, Risk::low, "Each found text has to be owned.");
        if (auto twice = wraps(have, "Option"); twice && same_type(*want, *twice))
            m.suffix(".flatten()", 0.5, Risk::low, "Two layers of `Option` become one.");
    }
    if (want && is_ref(m.found))
        if (auto have = wraps(strip_ref(m.found), "Option");
            have && is_ref(*want) && same_type(strip_ref(*want), *have))
            m.suffix(".as_ref()", 0.8, Risk::low, "A reference to an `Option` becomes an `Option` of a reference.");
    if (want && result && same_type(*want, wraps(m.found, "Result").value_or("_")))
        m.suffix(".ok()", 0.75, Risk::low, "`ok` turns a `Result` into an `Option`.");
}

void borrows(Maker& m) {
    if (is_ref(m.expected) && !is_ref(m.found)) {
        std::string inner = strip_ref(m.expected);
        bool coerces = same_type(inner, m.found) || (inner == "str" && m.found == "String") ||
                       (inner.starts_with("[") && (type_head(m.found) == "Vec" || m.found.starts_with("["))) ||
                       (inner.starts_with("dyn ")) || (inner == "Path" && m.found == "PathBuf") ||
                       wraps(m.found, "Box").value_or("") == inner;
        if (coerces && is_mut_ref(m.expected))
            m.prefix("&mut ", 0.85, Risk::low, "A mutable reference is wanted here.");
        else if (coerces)
            m.prefix("&", 0.85, Risk::low, "A reference is wanted here, so the value is lent with `&`.");
        if (inner == "str" && m.found == "String")
            m.suffix(".as_str()", 0.5, Risk::low, "`as_str` lends a `String` as `&str`.");
        if (inner == "str" && (m.found == "char" || is_numeric(m.found)))
            m.wrap("&", ".to_string()", 0.5, Risk::low, "Turns the value into text and lends it.");
        if (inner.starts_with("[") && is_iterator_adapter(m.found))
            m.wrap("&", ".collect::<Vec<_>>()", 0.4, Risk::low, "Collects the iterator and lends the vector.");
    }
    if (is_ref(m.found) && !is_ref(m.expected)) {
        std::string inner = strip_ref(m.found);
        if (m.text.starts_with("&"))
            return; // removing the `&` is a rule of its own
        if (same_type(m.expected, inner)) {
            if (is_copy(m.expected)) {
                m.prefix("*", 0.85, Risk::low, "The reference has to be followed with `*` to get at the value.");
            } else {
                m.prefix("*", 0.3, Risk::low, "The reference has to be followed with `*` to get at the value.");
                m.suffix(".clone()", 0.6, Risk::cost,
                         "An owned value is wanted but only a reference is there: clone it.");
            }
            if (m.expected == "String")
                m.suffix(".to_string()", 0.4, Risk::cost, "An owned `String` is wanted.");
        }
        if (type_head(m.expected) == "Vec" && inner.starts_with("["))
            m.suffix(".to_vec()", 0.75, Risk::cost, "A slice is copied into a vector with `to_vec`.");
        if (is_ref(inner) && same_type(m.expected, strip_ref(inner)) && is_copy(m.expected))
            m.prefix("**", 0.8, Risk::low, "There are two references to follow.");
    }
    if (is_ref(m.found) && is_ref(m.expected) && same_type(m.expected, strip_ref(m.found)))
        m.prefix("*", 0.75, Risk::low, "There is one reference too many.");
    if (is_ref(m.found) && is_ref(m.expected) && !m.text.starts_with("&") && same_type(strip_ref(m.expected), m.found))
        m.prefix(is_mut_ref(m.expected) ? "&mut " : "&", 0.8, Risk::low, "One more reference is wanted here.");
}

void texts(Maker& m) {
    auto& e = m.expected;
    auto& f = m.found;
    if (e == "String") {
        if (f == "&str" || f == "&String" || f == "&&str") {
            m.suffix(".to_string()", 0.8, Risk::low, "`to_string` makes an owned `String` out of borrowed text.");
            m.suffix(".into()", 0.45, Risk::low, "`into` makes an owned `String` out of borrowed text.");
            m.suffix(".to_owned()", 0.42, Risk::low, "`to_owned` makes an owned `String` out of borrowed text.");
            m.wrap("String::from(", ")", 0.4, Risk::low,
                   "`String::from` makes an owned `String` out of borrowed text.");
        } else if (f == "char" || is_numeric(f) || f == "bool" || f == "&char") {
            m.suffix(".to_string()", 0.8, Risk::low, "`to_string` turns the value into text.");
        } else if (type_head(f) == "Vec") {
            auto inner = wraps(f, "Vec").value_or("");
            if (inner == "char" || inner == "&char")
                m.suffix(".into_iter().collect()", 0.6, Risk::low, "Collects the characters into a `String`.");
            if (inner == "char")
                m.suffix(".iter().collect()", 0.6, Risk::low, "Collects the characters into a `String`.");
            if (inner == "String" || inner == "&str") {
                m.suffix(".concat()", 0.35, Risk::behaviour, "Joins the pieces without a separator.");
                m.suffix(".join(\" \")", 0.35, Risk::behaviour, "Joins the pieces with a space.");
                m.suffix(".join(\"\")", 0.2, Risk::behaviour, "Joins the pieces without a separator.");
                m.suffix(".join(\"\\n\")", 0.2, Risk::behaviour, "Joins the pieces line by line.");
            }
            if (inner == "u8")
                m.wrap("String::from_utf8(", ").unwrap()", 0.4, Risk::destructive,
                       "The bytes have to be read as UTF-8.");
        } else if (f == "Cow<str>") {
            m.suffix(".into_owned()", 0.7, Risk::low, "Makes the text owned.");
        }
    }
    if (type_head(e) == "Vec") {
        auto inner = wraps(e, "Vec").value_or("");
        bool text = strip_refs(f) == "str" || strip_refs(f) == "String";
        if (text && (inner == "char" || inner == "_"))
            m.suffix(".chars().collect()", 0.85, Risk::low, "The characters of the text are collected into a vector.");
        if (text && inner == "u8") {
            m.suffix(".as_bytes().to_vec()", 0.6, Risk::cost, "The bytes of the text are copied into a vector.");
            m.suffix(f == "String" ? ".into_bytes()" : ".bytes().collect()", 0.6, Risk::low,
                     "The bytes of the text as a vector.");
        }
        if (text && (inner == "&str" || inner == "String")) {
            bool own = inner == "String";
            m.suffix(own ? ".split_whitespace().map(String::from).collect()" : ".split_whitespace().collect()", 0.3,
                     Risk::behaviour, "Splits the text into words.");
            m.suffix(own ? ".lines().map(String::from).collect()" : ".lines().collect()", 0.3, Risk::behaviour,
                     "Splits the text into lines.");
        }
        auto have = wraps(strip_refs(f), "Vec");
        if (have && inner == "String" && *have == "&str")
            m.suffix(is_ref(f) ? ".iter().map(|s| s.to_string()).collect()"
                               : ".into_iter().map(String::from).collect()",
                     0.6, Risk::cost, "Each text has to be owned.");
        if (have && is_ref(inner) && same_type(strip_ref(inner), *have))
            m.suffix(".iter().collect()", 0.5, Risk::low, "A vector of references to the elements is wanted.");
        if (have && is_ref(*have) && same_type(inner, strip_ref(*have)))
            m.suffix(".into_iter().cloned().collect()", 0.5, Risk::cost,
                     "The elements themselves are wanted, not references.");
        if (m.text.starts_with("[") && f.starts_with("["))
            m.prefix("vec!", 0.88, Risk::low, "A `Vec` is wanted; `vec![..]` makes one, `[..]` alone is an array.");
        if (f.starts_with("["))
            m.suffix(".to_vec()", 0.6, Risk::cost, "An array becomes a vector with `to_vec`.");
        if (type_head(f) == "HashSet" || type_head(f) == "BTreeSet" || type_head(f) == "VecDeque" ||
            type_head(f) == "BTreeMap" || type_head(f) == "HashMap" || type_head(f) == "BinaryHeap")
            m.suffix(".into_iter().collect()", 0.6, Risk::low, "The collection is emptied into a vector.");
    }
    if (e == "char" && f == "u8")
        m.suffix(" as char", 0.75, Risk::low, "A byte becomes a character with `as char`.");
    if (e == "char" && f == "u32") {
        m.wrap("char::from_u32(", ").unwrap()", 0.4, Risk::destructive, "The number is read as a code point.");
        m.suffix(" as u8 as char", 0.4, Risk::behaviour, "The number is read as a byte, the byte as a character.");
    }
    if (e == "char" && (f == "&str" || f == "String") && !m.is_literal_string())
        m.suffix(".chars().next().unwrap()", 0.25, Risk::destructive, "Takes the first character.");
    if (e == "u8" && f == "char")
        m.suffix(" as u8", 0.7, Risk::behaviour, "A character becomes a byte with `as u8`.");
    if (is_integer(e) && e != "u8" && f == "char") {
        m.suffix(e == "u32" ? ".to_digit(10).unwrap()" : ".to_digit(10).unwrap() as " + m.e(), 0.4, Risk::destructive,
                 "Reads the character as a digit.");
        m.suffix(" as " + m.e(), 0.4, Risk::behaviour, "Takes the character's code.");
    }
    if (is_numeric(e) && (strip_refs(f) == "str" || f == "String") && !m.is_literal_string())
        m.suffix(m.text.ends_with(".trim()") ? ".parse().unwrap()" : ".trim().parse().unwrap()", 0.5, Risk::destructive,
                 "Reads the text as a number.");
    if (e == "bool" && is_integer(f))
        m.suffix(" != 0", 0.4, Risk::behaviour, "A number is no condition: compare it with zero.");
    if (e == "PathBuf" && (f == "&str" || f == "&Path"))
        m.wrap("PathBuf::from(", ")", 0.5, Risk::low, "Makes an owned path.");
}

void iterators(Maker& m) {
    if (!is_iterator_adapter(m.found)) {
        auto inner = strip_refs(m.found);
        if (is_integer(m.expected) &&
            (type_head(inner) == "Vec" || inner.starts_with("[") || inner == "String" || inner == "str" ||
             type_head(inner) == "HashMap" || type_head(inner) == "HashSet")) {
            // of a written-out list or text nobody takes the length; of a text rarely
            if (m.is_literal_string() || m.text.starts_with("["))
                return;
            bool text = inner == "String" || inner == "str";
            double prior = m.expected == "usize" ? (text ? 0.3 : 0.6) : (text ? 0.03 : 0.3);
            m.suffix(m.expected == "usize" ? ".len()" : ".len() as " + m.e(), prior, Risk::behaviour,
                     "A number is wanted: the length.");
        }
        return;
    }
    if (is_collection(m.expected)) {
        auto item = iterator_item(m.found);
        auto inner = wraps(m.expected, "Vec").value_or("");
        m.suffix(".collect()", 0.9, Risk::low,
                 "An iterator is lazy; `collect` gathers what it gives into the collection that is wanted.");
        if (!inner.empty() && !item.empty() && is_ref(item) && same_type(inner, strip_ref(item))) {
            m.out.back().prior = 0.3;
            m.suffix(is_copy(inner) ? ".copied().collect()" : ".cloned().collect()", 0.8, Risk::cost,
                     "The elements are copied and gathered.");
        } else if (inner == "String" && item == "&str") {
            m.out.back().prior = 0.3;
            m.suffix(".map(String::from).collect()", 0.75, Risk::cost, "Each text is owned and gathered.");
        }
    }
    if (is_numeric(m.expected)) {
        m.suffix(".sum()", 0.5, Risk::behaviour, "A number is wanted: the sum of what the iterator gives.");
        m.suffix(m.expected == "usize" ? ".count()" : ".count() as " + m.e(), 0.45, Risk::behaviour,
                 "A number is wanted: how many the iterator gives.");
        m.suffix(".product()", 0.15, Risk::behaviour, "A number is wanted: the product of what the iterator gives.");
    }
    if (type_head(m.expected) == "Option") {
        for (auto [call, prior] : {std::pair{".next()", 0.5}, {".max()", 0.3}, {".min()", 0.3}, {".last()", 0.25}})
            m.suffix(call, prior, Risk::behaviour, "One of the iterator's items is wanted.");
        m.suffix(".collect()", 0.4, Risk::low, "`collect` can gather into an `Option` of a collection.");
    }
    if (type_head(m.expected) == "Result")
        m.suffix(".collect()", 0.75, Risk::low, "`collect` can gather into a `Result` of a collection.");
    if (type_head(m.expected) == "Box")
        m.wrap("Box::new(", ")", 0.6, Risk::low, "A boxed iterator is wanted.");
}

void numbers(Maker& m) {
    if (!is_numeric(m.expected) || !is_numeric(m.found) || m.expected == m.found)
        return;
    bool literal = !m.text.empty() && (m.text[0] >= '0' && m.text[0] <= '9');
    if (literal)
        return; // rewritten by a rule of its own
    bool safe = lossless(m.found, m.expected);
    // `n as u64` where a `u32` is wanted: the cast names the wrong type; a second cast behind it is never meant
    if (const std::string cast = " as " + m.f(); m.text.ends_with(cast)) {
        m.out.push_back({{},
                         m.e(),
                         false,
                         Risk::low,
                         0.8,
                         fmt::format("The cast makes a `{}`, but a `{}` is wanted.", m.f(), m.e()),
                         m.found.size()});
        return;
    }
    if (m.expected[0] != '{') {
        m.suffix(
            " as " + m.e(), safe ? 0.62 : 0.55, safe ? Risk::low : Risk::behaviour,
            fmt::format("The value is a `{}` but a `{}` is wanted; Rust converts only when told to.", m.f(), m.e()));
        if (safe)
            m.wrap(m.e() + "::from(", ")", 0.3, Risk::low, "Every value of the smaller type fits the larger one.");
    }
}

} // namespace

std::vector<Conversion> conversions(std::string_view expected, std::string_view found, std::string_view text) {
    Maker m{expected, found, text, {}};
    if (expected.empty() || found.empty() || expected == found || expected.starts_with("{"))
        return {};
    wrappers(m);
    unwrappers(m);
    borrows(m);
    texts(m);
    iterators(m);
    numbers(m);
    if (m.out.empty() && is_ref(found) && is_numeric(expected) && is_numeric(strip_ref(found)))
        m.wrap("*", " as " + std::string(expected), 0.5, Risk::behaviour,
               "Follow the reference and convert the number.");
    return m.out;
}

} // namespace rustcoder::repair
