#include "repair/rules/field_table.h"

#include "repair/rule_support.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace rustcoder::repair {

namespace {

constexpr std::string_view common =
    "clone to_owned to_string into try_into as_ref borrow eq ne cmp partial_cmp fmt hash type_id";
constexpr std::string_view text =
    "len is_empty chars bytes char_indices lines split split_whitespace split_at splitn rsplit rsplitn split_once "
    "rsplit_once "
    "split_terminator split_inclusive split_ascii_whitespace trim trim_start trim_end trim_matches trim_start_matches "
    "trim_end_matches strip_prefix strip_suffix starts_with ends_with contains find rfind replace replacen "
    "to_uppercase "
    "to_lowercase to_ascii_uppercase to_ascii_lowercase parse as_bytes as_str repeat is_char_boundary get "
    "eq_ignore_ascii_case matches match_indices is_ascii make_ascii_lowercase make_ascii_uppercase escape_debug "
    "encode_utf16";
constexpr std::string_view owned_text = "push push_str pop clear insert insert_str remove truncate capacity retain "
                                        "drain extend into_bytes reserve as_mut_str "
                                        "into_boxed_str replace_range shrink_to_fit split_off";
constexpr std::string_view slice = "len is_empty iter iter_mut first last first_mut last_mut get get_mut contains swap "
                                   "reverse sort sort_by sort_by_key "
                                   "sort_unstable sort_unstable_by sort_unstable_by_key binary_search binary_search_by "
                                   "binary_search_by_key windows chunks "
                                   "chunks_exact chunks_mut split split_at split_at_mut split_first split_last concat "
                                   "join to_vec starts_with ends_with fill "
                                   "rotate_left rotate_right copy_from_slice clone_from_slice into_iter as_slice "
                                   "as_ptr iter repeat select_nth_unstable "
                                   "is_sorted partition_point rchunks copy_within";
constexpr std::string_view vector = "push pop insert remove clear extend append truncate drain retain dedup "
                                    "dedup_by_key capacity reserve resize swap_remove "
                                    "split_off extend_from_slice into_boxed_slice shrink_to_fit as_mut_slice splice";
constexpr std::string_view option =
    "is_some is_none is_some_and is_none_or unwrap unwrap_or unwrap_or_else unwrap_or_default expect map map_or "
    "map_or_else and "
    "and_then or or_else ok_or ok_or_else filter take replace insert get_or_insert get_or_insert_with as_ref as_mut "
    "as_deref "
    "as_deref_mut cloned copied flatten zip xor iter into_iter iter_mut transpose inspect unzip";
constexpr std::string_view result = "is_ok is_err is_ok_and is_err_and unwrap unwrap_or unwrap_or_else "
                                    "unwrap_or_default unwrap_err expect expect_err map "
                                    "map_err map_or map_or_else and and_then or or_else ok err as_ref as_mut as_deref "
                                    "cloned copied iter into_iter transpose "
                                    "inspect inspect_err";
constexpr std::string_view iterator =
    "next map filter filter_map flat_map flatten fold collect sum product count min max min_by max_by min_by_key "
    "max_by_key "
    "enumerate zip unzip rev skip take skip_while take_while map_while step_by chain cycle cloned copied peekable peek "
    "any all "
    "find find_map position rposition last nth nth_back next_back for_each inspect scan partition reduce try_fold "
    "try_for_each "
    "by_ref fuse eq lt cmp is_sorted into_iter size_hint sorted next_if as_str rfold rfind advance_by";
constexpr std::string_view map = "insert get get_mut get_or_insert_with remove contains_key entry keys values "
                                 "values_mut into_keys into_values iter iter_mut "
                                 "into_iter len is_empty clear drain retain extend remove_entry get_key_value reserve "
                                 "first_key_value last_key_value range "
                                 "pop_first pop_last capacity";
constexpr std::string_view entry = "or_insert or_insert_with or_default and_modify or_insert_with_key key";
constexpr std::string_view set =
    "insert remove contains get take iter into_iter len is_empty clear drain retain extend union intersection "
    "difference "
    "symmetric_difference is_subset is_superset is_disjoint replace first last pop_first pop_last range";
constexpr std::string_view deque = "push_back push_front pop_back pop_front front back front_mut back_mut len is_empty "
                                   "iter iter_mut into_iter get get_mut "
                                   "contains clear extend insert remove append drain retain truncate make_contiguous "
                                   "rotate_left rotate_right range swap push pop "
                                   "peek into_sorted_vec into_vec";
constexpr std::string_view character =
    "is_alphabetic is_numeric is_alphanumeric is_whitespace is_uppercase is_lowercase is_control is_digit to_digit "
    "is_ascii is_ascii_alphabetic is_ascii_digit is_ascii_alphanumeric is_ascii_uppercase is_ascii_lowercase "
    "is_ascii_punctuation is_ascii_whitespace is_ascii_hexdigit is_ascii_graphic to_uppercase to_lowercase "
    "to_ascii_uppercase "
    "to_ascii_lowercase len_utf8 eq_ignore_ascii_case encode_utf8";
constexpr std::string_view integer =
    "abs pow min max clamp signum is_positive is_negative checked_add checked_sub checked_mul checked_div checked_rem "
    "checked_pow wrapping_add wrapping_sub wrapping_mul saturating_add saturating_sub saturating_mul overflowing_add "
    "overflowing_sub overflowing_mul count_ones count_zeros leading_zeros trailing_zeros rotate_left rotate_right "
    "swap_bytes "
    "to_le_bytes to_be_bytes to_ne_bytes rem_euclid div_euclid abs_diff unsigned_abs is_power_of_two next_power_of_two "
    "isqrt ilog10 ilog2 "
    "ilog add sub mul div wrapping_neg is_ascii_digit is_ascii_alphabetic is_ascii_uppercase is_ascii_lowercase "
    "is_ascii_whitespace is_ascii_alphanumeric to_ascii_uppercase to_ascii_lowercase div_ceil is_multiple_of "
    "next_multiple_of";
constexpr std::string_view floating = "abs sqrt powi powf min max clamp floor ceil round trunc fract sin cos tan asin "
                                      "acos atan atan2 sinh cosh tanh exp exp2 ln "
                                      "log log2 log10 hypot signum to_degrees to_radians is_nan is_finite is_infinite "
                                      "mul_add cbrt recip to_bits total_cmp "
                                      "rem_euclid div_euclid copysign";

std::vector<std::string> words(std::initializer_list<std::string_view> lists) {
    std::vector<std::string> out;
    for (auto l : lists)
        for (std::size_t i = 0; i < l.size();) {
            auto end = std::min(l.find(' ', i), l.size());
            if (end > i)
                out.emplace_back(l.substr(i, end - i));
            i = end + 1;
        }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

} // namespace

Family family_of(std::string_view type) {
    std::string t = strip_refs(type);
    std::string h = type_head(t);
    if (t == "str" || h == "Cow")
        return Family::text;
    if (h == "String")
        return Family::owned_text;
    if (h == "Vec")
        return Family::vector;
    if (h == "[")
        return Family::slice;
    if (h == "Option")
        return Family::option;
    if (h == "Result")
        return Family::result;
    if (h == "HashMap" || h == "BTreeMap")
        return Family::map;
    if (h == "HashSet" || h == "BTreeSet")
        return Family::set;
    if (h == "VecDeque" || h == "BinaryHeap" || h == "LinkedList")
        return Family::deque;
    if (t == "char")
        return Family::character;
    if (is_integer(t))
        return Family::integer;
    if (is_float(t))
        return Family::floating;
    if (is_iterator_adapter(t) || t.starts_with("impl Iterator"))
        return Family::iterator;
    if (h == "Box" || h == "Rc" || h == "Arc")
        if (auto inner = wraps(t, h))
            return family_of(*inner);
    return Family::other;
}

const std::vector<std::string>& methods_of_family(Family f) {
    static const std::array<std::vector<std::string>, 14> table = {
        words({text, common}),          words({text, owned_text, common}),
        words({slice, vector, common}), words({slice, common}),
        words({option, common}),        words({result, common}),
        words({iterator, common}),      words({map, common}),
        words({set, common}),           words({deque, common}),
        words({character, common}),     words({integer, common}),
        words({floating, common}),      words({common, entry})};
    return table[static_cast<std::size_t>(f)];
}

bool has_method(Family f, std::string_view name) {
    const auto& m = methods_of_family(f);
    return std::binary_search(m.begin(), m.end(), name, std::less<>());
}

const std::vector<std::string>& associated_of_family(Family f) {
    static const auto collection = words({"new with_capacity from from_iter default"});
    static const auto string = words({"new with_capacity from from_utf8 from_utf8_lossy from_iter default from_str"});
    static const auto character_functions = words({"from from_u32 from_digit default"});
    static const auto number =
        words({"from from_str_radix from_str MAX MIN BITS try_from default from_le_bytes from_be_bytes "
               "EPSILON NAN INFINITY max min pow sqrt abs consts"});
    switch (f) {
    case Family::owned_text:
    case Family::text:
        return string;
    case Family::character:
        return character_functions;
    case Family::integer:
    case Family::floating:
        return number;
    default:
        return collection;
    }
}

} // namespace rustcoder::repair
