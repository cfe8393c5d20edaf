// Choosing a toolchain, with made-up rustup folders. The fake tools are shell scripts.
#include "base/os.h"
#include "toolchain/toolchain.h"

#include <cstdlib>
#include <gtest/gtest.h>

namespace rustcoder::toolchain {
namespace {

namespace fs = std::filesystem;

class Discovery : public ::testing::Test {
protected:
    void SetUp() override {
        auto dir = base::TempDir::create("discover");
        ASSERT_TRUE(dir);
        dir_ = std::move(*dir);
        for (const char* name : {"HOME", "RUSTUP_HOME", "XDG_CACHE_HOME", "PATH"})
            if (const char* value = std::getenv(name)) // NOLINT(concurrency-mt-unsafe)
                saved_.emplace_back(name, value);
        set("HOME", dir_.path() / "home");
        set("XDG_CACHE_HOME", dir_.path() / "cache");
        set("RUSTUP_HOME", dir_.path() / "rustup");
    }
    void TearDown() override {
        for (const char* name : {"HOME", "RUSTUP_HOME", "XDG_CACHE_HOME", "PATH"})
            ::unsetenv(name); // NOLINT(concurrency-mt-unsafe)
        for (const auto& [name, value] : saved_)
            ::setenv(name.c_str(), value.c_str(), 1); // NOLINT(concurrency-mt-unsafe)
    }
    static void set(const char* name, const fs::path& value) {
        ::setenv(name, value.c_str(), 1); // NOLINT(concurrency-mt-unsafe)
    }
    void add_toolchain(const fs::path& root, const std::string& release) const {
        fs::create_directories(root / "lib");
        ASSERT_TRUE(base::write_file(root / "bin/rustc",
                                     "#!/bin/sh\necho called >>" + (root / "calls").string() +
                                         " 2>/dev/null\nif [ \"$1\" = -vV ]; then echo 'rustc " + release +
                                         "'; echo 'host: fake-unknown-linux-gnu'; echo 'release: " + release +
                                         "'; else echo " + root.string() + "; fi\n",
                                     true));
        ASSERT_TRUE(
            base::write_file(root / "bin/cargo", "#!/bin/sh\necho 'cargo " + release + " (abc 2026-01-01)'\n", true));
    }
    base::TempDir dir_;
    std::vector<std::pair<std::string, std::string>> saved_;
};

TEST_F(Discovery, DefaultToolchainOfRustup) {
    const fs::path rustup = dir_.path() / "rustup";
    add_toolchain(rustup / "toolchains/stable-fake", "1.90.1");
    add_toolchain(rustup / "toolchains/nightly-fake", "1.99.0-nightly");
    ASSERT_TRUE(base::write_file(
        rustup / "settings.toml",
        "version = \"12\"\ndefault_toolchain = \"stable-fake\"\n\n[overrides]\n\"/x\" = \"nightly-fake\"\n"));
    auto t = discover({});
    ASSERT_TRUE(t) << t.error().text();
    EXPECT_EQ(t->rustc_version, "1.90.1");
    EXPECT_EQ(t->minor, 90);
    EXPECT_EQ(t->host, "fake-unknown-linux-gnu");
    EXPECT_EQ(t->cargo_version, "1.90.1");
    EXPECT_EQ(t->rustc, rustup / "toolchains/stable-fake/bin/rustc");
    t = discover({.toolchain = "nightly"});
    ASSERT_TRUE(t) << t.error().text();
    EXPECT_EQ(t->minor, 99);
    const auto missing = discover({.toolchain = "beta"});
    ASSERT_FALSE(missing);
    EXPECT_NE(missing.error().text().find("rustup toolchain install beta"), std::string::npos);
}

TEST_F(Discovery, TheSecondStartRunsNothing) {
    const fs::path root = dir_.path() / "own";
    add_toolchain(root, "1.80.0");
    const DiscoverOptions o{.cargo_path = (root / "bin/cargo").string(), .rustc_path = (root / "bin/rustc").string()};
    const auto first = discover(o);
    ASSERT_TRUE(first) << first.error().text();
    // A tool that would answer something else now, with the same size and time, shows whether it was asked.
    const auto time = fs::last_write_time(root / "bin/rustc");
    auto text = base::read_file(root / "bin/rustc");
    ASSERT_TRUE(text);
    for (auto at = text->find("1.80.0"); at != std::string::npos; at = text->find("1.80.0"))
        text->replace(at, 6, "1.81.1");
    ASSERT_TRUE(base::write_file(root / "bin/rustc", *text, true));
    fs::last_write_time(root / "bin/rustc", time);
    auto second = discover(o);
    ASSERT_TRUE(second);
    EXPECT_EQ(second->rustc_version, "1.80.0");
    EXPECT_EQ(second->identity(), first->identity());
    fs::last_write_time(root / "bin/rustc", time + std::chrono::seconds(5)); // a new compiler is noticed
    second = discover(o);
    ASSERT_TRUE(second);
    EXPECT_EQ(second->rustc_version, "1.81.1");
}

TEST_F(Discovery, AProxyIsReplacedByWhatItStandsFor) {
    const fs::path rustup = dir_.path() / "rustup";
    add_toolchain(rustup / "toolchains/stable-fake", "1.90.1");
    ASSERT_TRUE(base::write_file(rustup / "settings.toml", "default_toolchain = \"stable-fake\"\n"));
    ASSERT_TRUE(base::write_file(dir_.path() / "bin/rustup", "#!/bin/sh\nexit 1\n", true));
    fs::create_symlink("rustup", dir_.path() / "bin/cargo");
    const auto t = discover({.cargo_path = (dir_.path() / "bin/cargo").string()});
    ASSERT_TRUE(t) << t.error().text();
    EXPECT_EQ(t->cargo, rustup / "toolchains/stable-fake/bin/cargo");
    EXPECT_EQ(t->rustc, rustup / "toolchains/stable-fake/bin/rustc");
}

} // namespace
} // namespace rustcoder::toolchain
