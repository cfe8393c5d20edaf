#include "project/zip.h"

#include "base/os.h"

#include <archive.h>
#include <archive_entry.h>
#include <clocale>
#include <cstdlib>
#include <ctime>
#include <gtest/gtest.h>

namespace rustcoder::project {
namespace {

struct Entry {
    std::string name, content;
    unsigned mode = 0;
};

std::vector<Entry> read_back(const std::string& bytes) {
    std::vector<Entry> out;
    const std::string before = std::setlocale(LC_CTYPE, nullptr);
    std::setlocale(LC_CTYPE, "C.UTF-8"); // the reader wants it; the writer has to do without
    archive* reader = archive_read_new();
    archive_read_support_format_zip(reader);
    EXPECT_EQ(archive_read_open_memory(reader, bytes.data(), bytes.size()), ARCHIVE_OK);
    archive_entry* entry = nullptr;
    for (int status; (status = archive_read_next_header(reader, &entry)) == ARCHIVE_OK || status == ARCHIVE_WARN;) {
        Entry e;
        if (const char* name = archive_entry_pathname_utf8(entry))
            e.name = name;
        e.mode = archive_entry_perm(entry);
        char chunk[4096];
        for (la_ssize_t n; (n = archive_read_data(reader, chunk, sizeof chunk)) > 0;)
            e.content.append(chunk, static_cast<std::size_t>(n));
        out.push_back(e);
    }
    archive_read_free(reader);
    std::setlocale(LC_CTYPE, before.c_str());
    return out;
}

Project sample() {
    Project p;
    EXPECT_TRUE(p.set("src/main.rs", "fn main() {}\n"));
    EXPECT_TRUE(p.set("Cargo.toml", std::string(100'000, 'x')));
    EXPECT_TRUE(p.set("run.sh", "#!/bin/sh\n", true));
    EXPECT_TRUE(p.set("d\xC3\xA4ta/bytes", std::string("\0\xff", 2)));
    EXPECT_TRUE(p.set("empty", ""));
    return p;
}

TEST(Zip, holds_every_file_under_the_prefix_in_order) {
    const auto bytes = zip(sample(), "the-id");
    ASSERT_TRUE(bytes) << bytes.error().text();
    const auto entries = read_back(*bytes);
    ASSERT_EQ(entries.size(), 5u);
    std::size_t i = 0;
    const auto project = sample();
    for (const auto& [path, file] : project.files()) {
        EXPECT_EQ(entries[i].content, *file.bytes) << path;
        EXPECT_EQ(entries[i].mode, file.executable ? 0755u : 0644u);
        EXPECT_EQ(entries[i++].name, "the-id/" + path);
    }
    EXPECT_LT(bytes->size(), 5'000u) << "it is compressed";
}

TEST(Zip, the_same_project_gives_the_same_bytes_wherever_the_clock_stands) {
    const auto here = zip(sample(), "id");
    ASSERT_TRUE(here);
    const char* before = std::getenv("TZ");
    const std::string saved = before ? before : "";
    ::setenv("TZ", "Pacific/Auckland", 1);
    ::tzset();
    EXPECT_EQ(*zip(sample(), "id"), *here);
    before ? ::setenv("TZ", saved.c_str(), 1) : ::unsetenv("TZ");
    ::tzset();
    EXPECT_NE(*zip(sample(), "other"), *here);
}

TEST(Zip, a_project_without_files_is_an_archive_without_entries) {
    const auto bytes = zip({}, "id");
    ASSERT_TRUE(bytes);
    EXPECT_TRUE(read_back(*bytes).empty());
    EXPECT_EQ(bytes->substr(0, 2), "PK");
}

} // namespace
} // namespace rustcoder::project
