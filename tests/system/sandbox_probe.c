/* The attacker of sandbox_test.cpp: one break-out attempt a call. Exit status 0: the attempt succeeded; 1: refused,
 * with the error on stdout; 2: wrong use. Attempts are bounded, so that a run without a sandbox does no harm. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static int refused(const char* what) {
    printf("%s: %s\n", what, strerror(errno));
    return 1;
}

static int read_path(const char* path) {
    char text[4096];
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return refused(path);
    ssize_t n = read(fd, text, sizeof text);
    if (n < 0)
        return refused("read");
    fwrite(text, 1, (size_t)n, stdout);
    return 0;
}

static int write_path(const char* path) {
    int fd = open(path, O_WRONLY | O_CREAT, 0644);
    if (fd < 0 || write(fd, "pwned", 5) != 5)
        return refused(path);
    return 0;
}

/* Fills with non-zero bytes until `megabytes` are there. */
static int fill(const char* path, long megabytes) {
    static char block[1 << 20];
    memset(block, 'x', sizeof block);
    int fd = open(path, O_WRONLY | O_CREAT, 0644);
    if (fd < 0)
        return refused(path);
    for (long i = 0; i < megabytes; ++i)
        if (write(fd, block, sizeof block) != (ssize_t)sizeof block)
            return refused("write");
    return 0;
}

/* Many small files instead of one large one: no limit on a single file catches it. */
static int fill_files(const char* dir, long megabytes) {
    char path[4096];
    for (long i = 0; i < megabytes; ++i) {
        snprintf(path, sizeof path, "%s/part%ld", dir, i);
        if (fill(path, 1))
            return 1;
        usleep(10000);
    }
    return 0;
}

static int inet(int type, int port) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, type, 0);
    if (fd < 0)
        return refused("socket");
    if (connect(fd, (struct sockaddr*)&to, sizeof to) < 0)
        return refused("connect");
    if (send(fd, "hello", 5, 0) != 5)
        return refused("send");
    return 0;
}

static int unix_socket(const char* name, int abstract) {
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    size_t length = strlen(name);
    memcpy(to.sun_path + abstract, name, length);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0)
        return refused("socket");
    if (connect(fd, (struct sockaddr*)&to,
                (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + 1 - !abstract)) < 0)
        return refused("connect");
    return 0;
}

static int fork_bomb(int count) {
    for (int i = 0; i < count; ++i) {
        pid_t pid = fork();
        if (pid < 0)
            return refused("fork");
        if (pid == 0) { /* a double fork every time: no child stays below its parent */
            if (fork() == 0)
                sleep(2);
            _exit(0);
        }
        waitpid(pid, NULL, 0);
    }
    sleep(1);
    return 0;
}

static int eat(long megabytes) {
    volatile char* p = malloc((size_t)megabytes << 20);
    if (!p)
        return refused("malloc");
    for (long i = 0; i < megabytes << 20; i += 4096)
        p[i] = 1;
    return 0;
}

static int eat_together(int children, long megabytes) {
    for (int i = 0; i < children; ++i)
        if (fork() == 0) {
            int rc = eat(megabytes);
            sleep(2);
            _exit(rc);
        }
    int worst = 0, status;
    while (wait(&status) > 0)
        if (status)
            worst = 1;
    return worst;
}

/* The classic way out of a process group; the marker shows who was still alive after a second. */
static int daemonise(const char* marker) {
    if (fork() > 0) {
        usleep(200000); /* until the child has left the group */
        _exit(0);
    }
    setsid();
    if (fork() > 0)
        _exit(0);
    close(0), close(1), close(2);
    usleep(800000);
    int fd = open(marker, O_WRONLY | O_CREAT, 0644);
    if (fd >= 0)
        close(fd);
    _exit(0);
}

static int failures_of_kernel_doors(void) {
    int open_doors = 0;
    char page[256] = {0};
#define DOOR(name, call)                                                                                               \
    do {                                                                                                               \
        errno = 0;                                                                                                     \
        long r = (call);                                                                                               \
        if (r >= 0 || (errno != EPERM && errno != ENOSYS)) {                                                           \
            printf("%s: %ld %s\n", name, r, strerror(errno));                                                          \
            ++open_doors;                                                                                              \
        }                                                                                                              \
    } while (0)
    DOOR("ptrace", ptrace(PTRACE_TRACEME, 0, 0, 0));
    DOOR("unshare user", unshare(CLONE_NEWUSER));
    DOOR("unshare net", unshare(CLONE_NEWNET));
    DOOR("clone user", syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
    DOOR("mount", mount("none", "/tmp", "tmpfs", 0, 0));
    DOOR("umount", umount2("/proc", MNT_DETACH));
    DOOR("chroot", chroot("/"));
    DOOR("bpf", syscall(SYS_bpf, 0, page, sizeof page));
    DOOR("keyctl", syscall(SYS_keyctl, 0, -3, 0, 0, 0));
    DOOR("io_uring", syscall(SYS_io_uring_setup, 4, page));
    DOOR("userfaultfd", syscall(SYS_userfaultfd, 1));
    DOOR("perf_event_open", syscall(SYS_perf_event_open, page, 0, -1, -1, 0));
    DOOR("process_vm_readv", syscall(SYS_process_vm_readv, getppid(), 0, 0, 0, 0, 0));
    DOOR("reboot", syscall(SYS_reboot, 0, 0, 0, 0));
    DOOR("init_module", syscall(SYS_init_module, page, 0, ""));
    DOOR("sethostname", sethostname("pwned", 5));
    DOOR("TIOCSTI", ioctl(0, TIOCSTI, "x"));
    DOOR("TIOCSTI high bits", syscall(SYS_ioctl, 0, 0x100000000ul | TIOCSTI, "x"));
    DOOR("raw socket", socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
    DOOR("netlink", socket(AF_NETLINK, SOCK_RAW, 0));
    DOOR("packet", socket(AF_PACKET, SOCK_DGRAM, 0));
    DOOR("vsock", socket(AF_VSOCK, SOCK_STREAM, 0));
    DOOR("set-uid", chmod("probe-suid", 04755));
#undef DOOR
    return open_doors;
}

static void* sleeper(void* unused) {
    sleep(1);
    return unused;
}

static int threads(int count) {
    pthread_t t;
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 65536);
    for (int i = 0; i < count; ++i)
        if ((errno = pthread_create(&t, &small, sleeper, NULL)) != 0)
            return refused("pthread_create");
    sleep(1);
    return 0;
}

int main(int argc, char** argv) {
    const char* what = argc > 1 ? argv[1] : "";
    const char* a = argc > 2 ? argv[2] : "";
    const char* b = argc > 3 ? argv[3] : "0";
#define IS(name) (strcmp(what, name) == 0)
    if (IS("read"))
        return read_path(a);
    if (IS("read-parent-environment")) {
        char path[64];
        snprintf(path, sizeof path, "/proc/%d/environ", getppid());
        return read_path(path);
    }
    if (IS("write"))
        return write_path(a);
    if (IS("truncate"))
        return truncate(a, 0) < 0 ? refused(a) : 0;
    if (IS("unlink"))
        return unlink(a) < 0 ? refused(a) : 0;
    if (IS("link"))
        return link(a, b) < 0 ? refused("link") : read_path(b);
    if (IS("rename"))
        return rename(a, b) < 0 ? refused("rename") : 0;
    if (IS("symlink-read"))
        return symlink(a, b) < 0 ? refused("symlink") : read_path(b);
    if (IS("symlink-write"))
        return symlink(a, b) < 0 ? refused("symlink") : write_path(b);
    if (IS("fill"))
        return fill(a, atol(b));
    if (IS("fill-files"))
        return fill_files(a, atol(b));
    if (IS("tcp"))
        return inet(SOCK_STREAM, atoi(a));
    if (IS("udp"))
        return inet(SOCK_DGRAM, atoi(a));
    if (IS("unix"))
        return unix_socket(a, 0);
    if (IS("abstract"))
        return unix_socket(a, 1);
    if (IS("kill"))
        return kill(atoi(a), SIGKILL) < 0 ? refused("kill") : 0;
    if (IS("signal-parent"))
        return kill(getppid(), SIGUSR1) < 0 ? refused("kill") : 0;
    if (IS("ptrace"))
        return ptrace(PTRACE_SEIZE, atoi(a), 0, 0) < 0 ? refused("ptrace") : 0;
    if (IS("fork-bomb"))
        return fork_bomb(atoi(a));
    if (IS("threads"))
        return threads(atoi(a));
    if (IS("eat"))
        return eat(atol(a));
    if (IS("eat-together"))
        return eat_together(atoi(a), atol(b));
    if (IS("daemon"))
        return daemonise(a);
    if (IS("doors"))
        return failures_of_kernel_doors();
    return 2;
}
