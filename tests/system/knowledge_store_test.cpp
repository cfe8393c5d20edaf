// The store under what unit tests cannot do: processes that are killed while they write, several that write at once, a
// disk whose every write fails once.
#include "unit/knowledge/store_fault_vfs.h"
#include "unit/knowledge/store_support.h"

#include <csignal>
#include <random>
#include <set>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace rustcoder::knowledge {

namespace {

class KnowledgeStore : public StoreTest {
protected:
    /// Runs `body` in a child process, which leaves without tidying up.
    static pid_t spawn(const std::function<int()>& body) {
        const pid_t child = ::fork();
        if (child == 0)
            ::_exit(body());
        return child;
    }
    static int wait_for(pid_t child) {
        int status = 0;
        ::waitpid(child, &status, 0);
        return status;
    }
};

/// Writes entries, vectors and revisions; says each id on the pipe only after the store acknowledged it.
int write_until_killed(const std::filesystem::path& file, int pipe, int round) {
    auto store = open_store(file);
    if (!store)
        return 1;
    for (int i = 0;; ++i) {
        Entry e =
            passage(fmt::format("round{} item{} {}", round, i, std::string(static_cast<std::size_t>(i % 3000), 'x')));
        e.codes = {"E0308"};
        const auto ids = (*store)->put({&e, 1});
        if (!ids || ::write(pipe, ids->at(0).data(), 32) != 32)
            return 2;
        e.id = ids->at(0);
        const Store::Vector vector{e.id, {1, 2, 3}};
        if (!(*store)->put_vectors("m", {&vector, 1}))
            return 3;
        e.title = "revised";
        if (i % 3 == 0 && !(*store)->revise(e))
            return 4;
    }
}

TEST_F(KnowledgeStore, KillingLosesNothingThatWasAcknowledged) {
    std::mt19937 random(std::random_device{}());
    std::set<std::string> acknowledged;
    for (int round = 0; round < 25; ++round) {
        int ends[2];
        ASSERT_EQ(::pipe(ends), 0);
        const pid_t child = spawn([&] {
            ::close(ends[0]);
            return write_until_killed(file_, ends[1], round);
        });
        ::close(ends[1]);
        std::jthread killer([&, pause = std::chrono::microseconds(random() % 150'000)] {
            std::this_thread::sleep_for(pause);
            ::kill(child, SIGKILL);
        });
        char id[32];
        while (::read(ends[0], id, sizeof id) == sizeof id) // 32 bytes go through a pipe in one piece
            acknowledged.emplace(id, sizeof id);
        ::close(ends[0]);
        const int status = wait_for(child);
        ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << WEXITSTATUS(status);
        auto store = open();
        ASSERT_TRUE(store);
        if (round % 6 == 0 || round == 24)
            expect_sound(*store);
    }
    auto store = open();
    for (const std::string& id : acknowledged)
        ASSERT_TRUE(store->get(id).value()) << id;
    EXPECT_GT(acknowledged.size(), 25u);
    EXPECT_EQ(found(*store, "E0308").size(), 10u);
    for (const auto& item : std::filesystem::directory_iterator(file_.parent_path()))
        EXPECT_EQ(item.path().string().find(".damaged-"), std::string::npos) << item.path();
    std::cout << acknowledged.size() << " entries acknowledged\n";
}

TEST_F(KnowledgeStore, SeveralProcessesWriteAtOnce) {
    constexpr int processes = 4, entries = 60;
    std::vector<pid_t> children;
    for (int p = 0; p < processes; ++p) // they create the file in a race, too
        children.push_back(spawn([&, p] {
            auto store = open_store(file_, {.busy_timeout = std::chrono::seconds(60)});
            if (!store)
                return 1;
            for (int i = 0; i < entries; ++i) {
                const Entry own = passage(fmt::format("process{} item{}", p, i));
                const Entry shared = passage(fmt::format("shared item{}", i));
                const Entry both[] = {own, shared};
                const auto ids = (*store)->put(both);
                if (!ids || !(*store)->count(ids->at(1), {1, 0, 0, 0}))
                    return 2;
            }
            return 0;
        }));
    for (const pid_t child : children)
        EXPECT_EQ(wait_for(child), 0);
    auto store = open();
    EXPECT_EQ(store->stats()->entries.at(Kind::passage), static_cast<std::uint64_t>((processes + 1) * entries));
    ASSERT_TRUE(store->each({}, [&](const Entry& e) {
        const bool shared = e.text.starts_with("shared");
        EXPECT_EQ(e.counts.tried, shared ? static_cast<std::uint64_t>(processes) : 0u) << e.text;
        return true;
    }));
    expect_sound(*store);
}

TEST_F(KnowledgeStore, FileSizeLimitLeavesWhatIsThere) {
    std::string kept;
    {
        auto store = open();
        kept = put(*store, passage("kept before the limit"));
    }
    const pid_t child = spawn([&] {
        ::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{400'000, 400'000};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        auto store = open_store(file_);
        if (!store)
            return 1;
        for (int i = 0; i < 1000; ++i) {
            const Entry e = passage(fmt::format("item{} {}", i, std::string(3000, 'y')));
            const auto ids = (*store)->put({&e, 1});
            if (!ids) // refused with a cause, and reading goes on
                return ids.error().message.empty() || !(*store)->get(kept) ? 2 : 0;
        }
        return 3;
    });
    EXPECT_EQ(wait_for(child), 0);
    auto store = open();
    EXPECT_TRUE(store->get(kept).value());
    EXPECT_EQ(found(*store, "limit"), std::vector<std::string>{kept});
    expect_sound(*store);
}

/// Each call to the disk fails once; whatever happens then, nothing that was acknowledged is lost and the next opening
/// finds a sound store.
TEST_F(KnowledgeStore, EveryFailingDiskCallIsSurvived) {
    FaultVfs faults;
    int failed_calls = 0;
    for (int n = 1;; ++n) {
        base::TempDir folder = base::TempDir::create("store-fault").value();
        const auto file = folder.path() / "k.db";
        std::vector<std::string> acknowledged;
        faults.fail_at(n);
        {
            auto store = open_store(file);
            for (int i = 0; store && i < 4; ++i) {
                const Entry e = passage(fmt::format("item{} {}", i, std::string(2000, 'z')));
                if (const auto ids = (*store)->put({&e, 1}))
                    acknowledged.push_back(ids->at(0));
            }
            if (store && !acknowledged.empty())
                (void)(*store)->count(acknowledged[0], {1, 0, 0, 0});
        }
        const bool reached = faults.failed();
        faults.fail_at(0);
        auto store = open_store(file);
        ASSERT_TRUE(store) << "call " << n << ": " << store.error().text();
        expect_sound(**store);
        for (const std::string& id : acknowledged)
            ASSERT_TRUE((*store)->get(id).value()) << "call " << n;
        if (!reached)
            break;
        ++failed_calls;
        EXPECT_LT(n, 2000);
    }
    EXPECT_GT(failed_calls, 20);
    std::cout << failed_calls << " failing calls\n";
}

} // namespace

} // namespace rustcoder::knowledge
