// Where well-known std items live. Facts of the standard library; order = likelihood in everyday programs.
#include "repair/rule_support.h"

#include <algorithm>

namespace rustcoder::repair {

namespace {

struct Group {
    std::string_view module;
    std::string_view names; // space separated
};

// clang-format off
constexpr Group groups[] = {
    {"std::collections", "HashMap HashSet BTreeMap BTreeSet VecDeque BinaryHeap LinkedList"},
    {"std::collections::hash_map", "DefaultHasher RandomState"},
    {"std::rc", "Rc"},
    {"std::sync", "Arc Mutex RwLock MutexGuard RwLockReadGuard RwLockWriteGuard Condvar Barrier Once OnceLock LazyLock PoisonError mpsc atomic"},
    {"std::cell", "RefCell Cell OnceCell Ref RefMut UnsafeCell LazyCell"},
    {"std::fmt", "Display Debug Formatter Arguments"},
    {"std::str", "FromStr Chars CharIndices SplitWhitespace Utf8Error"},
    {"std::cmp", "Ordering Reverse max min"},
    {"std::sync::atomic", "Ordering AtomicUsize AtomicBool AtomicU64 AtomicU32 AtomicI32 AtomicI64 AtomicIsize AtomicPtr"},
    {"std::time", "Duration Instant SystemTime UNIX_EPOCH"},
    {"std::io", "Read Write BufRead BufReader BufWriter Seek SeekFrom Stdin Stdout Cursor ErrorKind stdin stdout stderr"},
    {"std::io", "Error Result"},
    {"std::error", "Error"},
    {"std::fs", "File OpenOptions"},
    {"std::path", "Path PathBuf"},
    {"std::ffi", "OsStr OsString CStr CString"},
    {"std::thread", "JoinHandle spawn sleep"},
    {"std::sync::mpsc", "Sender Receiver SyncSender channel"},
    {"std::iter", "Peekable Sum Product FusedIterator Map Filter Rev Enumerate Zip Take Skip Chain Cycle FlatMap Fuse StepBy "
                  "once repeat repeat_with from_fn successors empty zip"},
    {"std::vec", "IntoIter"},
    {"std::slice", "Iter IterMut Chunks Windows"},
    {"std::ops", "Add Sub Mul Div Rem Neg Not AddAssign SubAssign MulAssign DivAssign RemAssign BitAnd BitOr BitXor Shl Shr "
                 "BitAndAssign BitOrAssign BitXorAssign ShlAssign ShrAssign Index IndexMut Deref DerefMut Range RangeInclusive "
                 "RangeFrom RangeTo RangeFull RangeBounds Bound ControlFlow"},
    {"std::hash", "Hash Hasher BuildHasher"},
    {"std::convert", "Infallible"},
    {"std::borrow", "Cow Borrow BorrowMut"},
    {"std::num", "ParseIntError ParseFloatError IntErrorKind TryFromIntError Wrapping NonZeroU32 NonZeroUsize NonZeroU8 NonZeroU64"},
    {"std::string", "FromUtf8Error ParseError"},
    {"std::marker", "PhantomData"},
    {"std::any", "Any TypeId type_name"},
    {"std::mem", "swap replace take size_of"},
    {"std::pin", "Pin"},
    {"std::future", "Future"},
    {"std::task", "Poll Context Waker"},
    {"std::process", "Command ExitCode Stdio"},
    {"std::net", "TcpListener TcpStream UdpSocket IpAddr Ipv4Addr Ipv6Addr SocketAddr"},
    {"std::rc", "Weak"},
    {"std::sync", "Weak"},
    {"std", "fmt io fs env process thread collections cmp ops iter mem str string vec rc cell sync time path error num hash "
            "borrow convert any marker char ptr slice array f64 f32 net ffi default option result boxed"},
};
// clang-format on

template <class Visit> void each_name(const Group& g, Visit visit) {
    std::size_t i = 0;
    while (i < g.names.size()) {
        auto end = g.names.find(' ', i);
        if (end == std::string_view::npos)
            end = g.names.size();
        if (end > i)
            visit(g.names.substr(i, end - i));
        i = end + 1;
    }
}

} // namespace

std::vector<std::string> std_paths(std::string_view name) {
    std::vector<std::string> out;
    for (const Group& g : groups)
        each_name(g, [&](std::string_view n) {
            if (n == name)
                out.push_back(std::string(g.module) + "::" + std::string(n));
        });
    return out;
}

const std::vector<std::string>& std_names() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> v;
        for (const Group& g : groups)
            each_name(g, [&](std::string_view n) { v.emplace_back(n); });
        std::sort(v.begin(), v.end());
        v.erase(std::unique(v.begin(), v.end()), v.end());
        return v;
    }();
    return names;
}

} // namespace rustcoder::repair
