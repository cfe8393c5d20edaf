#include "scaffold/template.h"

#include "base/os.h"
#include "sample.h"

namespace rustcoder::scaffold {
namespace {

Error refusal(const std::string& toml) {
    const auto read = read_template("my-greeter", sample_files(toml));
    EXPECT_FALSE(read);
    return read ? Error{} : read.error();
}

Error refusal_of_lib(const std::string& lib) {
    auto files = sample_files();
    EXPECT_TRUE(files.set("src/lib.rs", lib));
    const auto read = read_template("my-greeter", std::move(files));
    EXPECT_FALSE(read) << lib;
    return read ? Error{} : read.error();
}

TEST(Template, IsReadWhole) {
    const auto read = sample();
    EXPECT_EQ(read.title, "Greeter");
    EXPECT_EQ(read.asks.size(), 4u);
    ASSERT_EQ(read.covers.size(), 3u);
    EXPECT_EQ(read.covers[2].words, (std::vector<std::string>{"stdin", "standard input", "read"}));
    ASSERT_EQ(read.features.size(), 3u);
    EXPECT_TRUE(read.features[1].on);
    EXPECT_EQ(read.features[1].needs, std::vector<std::string>{"log"});
    ASSERT_EQ(read.slots.size(), 3u);
    EXPECT_EQ(read.slots[0].max, 1000);
    EXPECT_EQ(read.slots[2].choices.size(), 3u);
    ASSERT_EQ(read.examples.size(), 2u);
    EXPECT_EQ(read.examples[0].expected_stdout, "Hello, Ann!\n");
    EXPECT_EQ(read.examples[1].expected_stdout, std::nullopt);
    EXPECT_FALSE(read.files.contains("template.toml"));
    EXPECT_TRUE(read.files.contains("src/lib.rs"));
}

TEST(Template, ErrorsNameTheLine) {
    struct Case {
        std::string_view from, to, place, says;
    };
    const Case cases[] = {
        {"title = \"Greeter\"", "title = \"Greeter", "template.toml:1", ""},
        {"area = \"cli\"", "area = \"clouds\"", "template.toml:3", "clouds"},
        {"kind = \"bin\"", "kind = \"exe\"", "template.toml:4", "bin or lib"},
        {"summary = ", "sumary = ", "template.toml:1", "summary"},
        {"keywords = [\"greeting\", \"hello\"]", "keywords = [1]", "template.toml:5", "keywords"},
        {"says = \"Greets a name\"", "says = \"Greets a name\"\nextra = 1", "template.toml:10", "extra"},
        {"needs = [\"log\"]", "needs = [\"logs\"]", "template.toml", "logs"},
        {"needs = [\"log\"]", "needs = [\"count\"]", "template.toml", "count"},
        {"name = \"log\"", "name = \"count\"", "template.toml", "twice"},
        {"name = \"log\"", "name = \"My log\"", "template.toml", "My log"},
        {"default = false\nneeds = []", "default = \"no\"\nneeds = []", "template.toml:24", "true or false"},
        {"default = \"64\"", "default = \"0\"", "template.toml:44", "from 1 to 1000"},
        {"default = \"64\"", "default = 64", "template.toml:44", "text"},
        {"default = \"64\"", "default = \"sixty-four\"", "template.toml:44", "64"},
        {"default = \"64\"", "default = \"65\"", "src/lib.rs:3", "not on this line"},
        {"kind = \"integer\"", "kind = \"number\"", "template.toml:43", "number"},
        {"choices = [\"!\", \".\", \";\"]\n", "", "template.toml", "choices"},
        {"default = \"!\"", "default = \"?\"", "template.toml", "one of"},
        {"code = 2", "code = 999", "template.toml", "255"},
        {"name = \"limit\"", "name = \"bound\"", "src/lib.rs:3", "limit"},
        {"name = \"shout\"", "name = \"cry\"", "src/lib.rs:9", "shout"},
    };
    for (const auto& [from, to, place, says] : cases) {
        const auto error = refusal(sample_with(from, to));
        EXPECT_EQ(error.code, Errc::invalid_input) << to;
        EXPECT_TRUE(error.place.starts_with("my-greeter/") && base::has(error.place, place))
            << to << ": " << error.text();
        EXPECT_TRUE(base::has(error.message, says)) << to << ": " << error.text();
    }
}

TEST(Template, SlotWithoutALineIsRefused) {
    const auto error = refusal_of_lib(base::replace_all(sample_lib, " // @slot mark", ""));
    EXPECT_TRUE(base::has(error.message, "@slot mark")) << error.text();
}

TEST(Template, MarkersAreChecked) {
    const std::string lib = sample_lib;
    struct Case {
        std::string more, line;
    };
    const Case cases[] = {
        {"// @feature log\n", ":1"},
        {"// @end\n", ":1"},
        {"// @fature log\n", ":1"},
        {"// @feature\n", ":1"},
        {"// @slot limit\n", ":1"},
        {"// @without log\nfn x() {}\n// @end\n", ":2"},
        {"fn x() {} // @without log\n", ":1"},
        {"fn x() {} // @end\n", ":1"},
        {"// @feature log @feature count\n// @end\n", ":1"},
    };
    for (const auto& [more, line] : cases) {
        const auto error = refusal_of_lib(more + lib);
        EXPECT_EQ(error.place, "my-greeter/src/lib.rs" + line) << more << error.text();
    }
}

TEST(Template, PackageAndFolderHaveOneName) {
    const auto read = read_template("other", sample_files());
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().place, "other/Cargo.toml");
    auto files = sample_files();
    files.erase("src/main.rs");
    ASSERT_FALSE(read_template("my-greeter", std::move(files)));
}

TEST(Template, OneThatIsBrokenDoesNotTakeTheOthersWithIt) {
    auto root = base::TempDir::create("templates");
    ASSERT_TRUE(root);
    const auto files = sample_files();
    for (const auto* name : {"my-greeter", "broken"})
        for (const auto& [path, file] : files.files())
            ASSERT_TRUE(base::write_file(root->path() / name / path, *file.bytes));
    ASSERT_TRUE(base::write_file(root->path() / "notes" / "README.md", "no template"));
    const auto loaded = load_folder(root->path());
    ASSERT_TRUE(loaded) << loaded.error().text();
    ASSERT_EQ(loaded->templates.size(), 1u);
    EXPECT_EQ(loaded->templates[0].name, "my-greeter");
    ASSERT_EQ(loaded->problems.size(), 1u);
    EXPECT_TRUE(base::has(loaded->problems[0], "broken")) << loaded->problems[0];
    EXPECT_FALSE(load_folder(root->path() / "nowhere"));
}

} // namespace
} // namespace rustcoder::scaffold
