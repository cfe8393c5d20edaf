#include "scaffold/terms.h"

#include "base/text.h"
#include "knowledge/words_common.h"
#include "knowledge/words_cut.h"
#include "knowledge/words_stem.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace rustcoder::scaffold {

namespace {

/// Beside knowledge::is_common_word: what people write around any program. By stem, as terms have it.
constexpr std::string_view filler_text =
    // what is made, and that it is to be made
    "tool program programme application app apps software utility script project crate code rust implement "
    "implementation create build write generate develop design produce provide offer support supply feature function "
    "functionality capability version package rustlang codebase solution thing stuff kind sort_of type_of one "
    // who wants it, and why
    "user customer client's people person somebody someone everybody anyone colleague boss teacher student pupil kid "
    "child children son daughter wife husband friend mother father grandma grandmother grandfather team company office "
    "homework course class_of lecture lesson school university exercise hobby weekend tutorial beginner wish would "
    "like love hope let's let lets please thank hello hi hey dear easy easily quickly "
    // how
    "simple simply small little tiny basic minimal plain nice nicely good proper properly correct correctly clean "
    "cleanly fast quick efficient robust reliable great best better useful handy convenient helpful "
    "friendly modern own full fully complete_ly entire various several different multiple additional additionally "
    "extra further also well even ever always never already yet again together instead rather quite pretty really "
    "actually basically mainly usually normally automatically directly ideally optionally optional possible possibly "
    "able enable allow handle should shall must able can could ability capable idea example instance etc eg ie e.g "
    "i.e bit lot lots few couple couple_of important necessary required require requirement need able available "
    "appropriate suitable sensible reasonable typical common usual standard certain specific particular special "
    "existing current new old next_to given "
    // little words
    "a an the this that these those it its itself they them their there here he she we you your our my me i us in on "
    "at by of to for from with within without into onto upon over under about above below between among through "
    "during before after until while when where whenever wherever why how what which who whom whose if unless because "
    "since so such than then though although but and or nor not no yes as is are was were be been being am do does did "
    "done has have had having will would may might much many more most less least some any all both each every either "
    "neither other another else same own only just too very via per up down out off back away along around across "
    "toward towards against except plus like unlike whether don doesn didn isn aren wasn won't can't cannot couldn "
    "shouldn wouldn ll ve re d s t m use used using usage_of useful work works working go going come get give make "
    "take put want know see look say tell think try keep_in mind way time_to run runs running let become happen "
    "involve include including contain_ing consist form_of terms_of order_to able behave behaviour "
    "behavior self static impl fn mut pub struct enum trait mod crate dyn ref return break continue async "
    "await const extern unsafe where super without_any "
    // ordinals and the like that stand beside what is meant
    "first second last two three thing things part parts piece item_of whole once twice everything nothing anything "
    "something";

const std::unordered_set<std::string>& fillers() {
    static const auto set = [] {
        std::unordered_set<std::string> out;
        for (const auto word : base::split(filler_text, ' ')) {
            if (word.empty() || base::has(word, "_"))
                continue;
            std::string stemmed(word);
            knowledge::stem(stemmed);
            out.insert(std::string(word));
            out.insert(std::move(stemmed));
        }
        return out;
    }();
    return set;
}

/// Words of one meaning where programs are described; the first of each line stands for all. Spellings and irregular
/// derivations too.
constexpr std::string_view same_text = "remove delete erase drop discard\n"
                                       "show display print output view present\n"
                                       "maximum max greatest largest biggest highest\n"
                                       "minimum min smallest lowest least\n"
                                       "average mean\n"
                                       "sum total\n"
                                       "save persist store\n"
                                       "search find lookup locate\n"
                                       "color colour\n"
                                       "center centre\n"
                                       "gray grey\n"
                                       "capital uppercase\n"
                                       "lower lowercase\n"
                                       "directory folder\n"
                                       "picture image\n"
                                       "error mistake fault failure\n"
                                       "invalid malformed wrong bad illegal\n"
                                       "calculate compute evaluate\n"
                                       "convert transform translate conversion\n"
                                       "divide division\n"
                                       "multiply multiplication product\n"
                                       "subtract subtraction minus\n"
                                       "add addition insert append\n"
                                       "decide decision\n"
                                       "compress compression shrink\n"
                                       "decompress decompression unpack\n"
                                       "random shuffle\n"
                                       "duplicate duplication repeated\n"
                                       "parse parser parsing\n"
                                       "validate validation verify check\n"
                                       "encrypt encipher encryption\n"
                                       "decrypt decipher decryption\n"
                                       "summary summarise summarize\n"
                                       "organise organize\n"
                                       "normalise normalize\n"
                                       "initialise initialize\n"
                                       "tokenise tokenize tokeniser tokenizer\n"
                                       "serialise serialize\n"
                                       "visualise visualize\n"
                                       "neighbour neighbor adjacent\n"
                                       "whitespace blank\n"
                                       "frequent frequency\n"
                                       "occurrence occur\n"
                                       "letter character char\n"
                                       "config configuration settings\n"
                                       "stat statistic\n"
                                       "todo to-do\n"
                                       "finish complete\n"
                                       "begin start\n"
                                       "stop halt\n"
                                       "money currency\n"
                                       "simulate simulation simulator\n"
                                       "integer int\n"
                                       "boolean bool\n"
                                       "hexadecimal hex\n"
                                       "probability chance\n"
                                       "stdin standardinput\n"
                                       "arithmetic arithmetical";

std::string derived(std::string_view stem) {
    static constexpr std::pair<std::string_view, std::size_t> endings[] = {
        // ending, least length of what remains
        {"ization", 4}, {"isation", 4}, {"ation", 4}, {"ition", 4}, {"ment", 4}, {"ness", 4}, {"ability", 4},
        {"able", 4},    {"abl", 4},     {"ible", 4},  {"ibl", 4},   {"ion", 4},  {"ance", 4}, {"anc", 4},
        {"enc", 4},     {"ive", 4},     {"iv", 4},    {"ally", 4},  {"ly", 4},   {"al", 5},   {"iz", 4},
        {"is", 5},      {"or", 4},      {"er", 4},    {"at", 5},    {"ity", 4},
    };
    std::string out(stem);
    for (int round = 0; round < 2; ++round)
        for (const auto& [ending, least] : endings)
            if (out.ends_with(ending) && out.size() >= ending.size() + least) {
                out.resize(out.size() - ending.size());
                if (out.size() > 4 && out.back() == out[out.size() - 2] &&
                    !base::one_of(out.substr(out.size() - 1), {"l", "s", "e", "o"}))
                    out.pop_back(); // "splitter" -> "split"
                break;
            }
    if (out.size() > 4 && out.back() == 'e')
        out.pop_back();
    return out;
}

std::string stemmed(std::string_view word) {
    std::string out(word);
    knowledge::stem(out);
    return out;
}

const std::unordered_map<std::string, std::string>& same() {
    static const auto map = [] {
        std::unordered_map<std::string, std::string> out;
        for (const auto line : base::lines(same_text)) {
            const auto words = base::split(line, ' ');
            const auto one = derived(stemmed(words.front()));
            for (const auto word : words) {
                out[stemmed(word)] = one;
                out[derived(stemmed(word))] = one;
            }
        }
        return out;
    }();
    return map;
}

std::string root_of(const std::string& word) {
    if (const auto it = same().find(word); it != same().end())
        return it->second;
    auto root = derived(word);
    const auto it = same().find(root);
    return it == same().end() ? root : it->second;
}

} // namespace

std::vector<Term> terms(std::string_view text) {
    std::vector<Term> out;
    knowledge::cut_words(text, [&](const knowledge::Word& word) {
        const bool letters = std::any_of(word.text.begin(), word.text.end(), base::is_ident);
        if (word.part || !letters)
            return true;
        Term term{std::string(word.text), {}, word.begin, word.end, false};
        const bool common = knowledge::is_common_word(term.word) && term.word != "mean"; // here it is an average
        term.filler = common || fillers().contains(term.word);
        term.root = root_of(term.word);
        out.push_back(std::move(term));
        return true;
    });
    return out;
}

Phrase phrase(std::string_view entry) {
    Phrase out;
    for (auto& term : terms(entry))
        if (!base::one_of(term.word, {"a", "an", "the", "of"}))
            out.roots.push_back(std::move(term.root));
    return out;
}

bool within(const Phrase& phrase, const std::vector<Term>& text) {
    return !phrase.roots.empty() && std::all_of(phrase.roots.begin(), phrase.roots.end(), [&](const std::string& root) {
        return std::any_of(text.begin(), text.end(), [&](const Term& term) { return term.root == root; });
    });
}

std::size_t find_phrase(const Phrase& phrase, const std::vector<Term>& text) {
    const auto it = std::search(text.begin(), text.end(), phrase.roots.begin(), phrase.roots.end(),
                                [](const Term& term, const std::string& root) { return term.root == root; });
    return phrase.roots.empty() || it == text.end() ? std::string_view::npos
                                                    : static_cast<std::size_t>(it - text.begin());
}

} // namespace rustcoder::scaffold
