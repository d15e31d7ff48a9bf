#include "library.h"

#include "CHDF5.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

// Reading in a child process that answers questions over a socket.
//
// The child is a copy of the program at the moment it is made and runs only the code of this target and of the library.
// It is made while the lock is held, so that no other thread is inside the library.

// How long an answer may take, and how much memory the child may use, beyond what the file's size accounts for.
enum { SECONDS = 10, BYTES_PER_SECOND = 10000000, MOST_ANSWER = 1 << 25 };
static const uint64_t memory = 4ull << 30;

struct interphase_hdf5_reader {
    pid_t process;
    int socket;
    int milliseconds;
};

struct question {
    int32_t question;
    int32_t has_attribute;
    uint64_t path_size, attribute_size, most;
};

struct answer_head {
    int64_t result;
    uint64_t size;
};

#ifdef MSG_NOSIGNAL
enum { WITHOUT_SIGNAL = MSG_NOSIGNAL };
#else
enum { WITHOUT_SIGNAL = 0 };
#endif

static int send_all(int socket, const void *bytes, size_t size) {
    const char *next = bytes;
    while (size) {
        ssize_t sent = send(socket, next, size, WITHOUT_SIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return 0;
        next += sent;
        size -= (size_t)sent;
    }
    return 1;
}

// Receives exactly `size` bytes; zero where the other side has ended, or stays silent for `milliseconds` unless negative.
static int receive_all(int socket, void *bytes, size_t size, int milliseconds) {
    char *next = bytes;
    while (size) {
        struct pollfd wait = {socket, POLLIN, 0};
        int ready = poll(&wait, 1, milliseconds);
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) return 0;
        ssize_t received = recv(socket, next, size, 0);
        if (received < 0 && errno == EINTR) continue;
        if (received <= 0) return 0;
        next += received;
        size -= (size_t)received;
    }
    return 1;
}

// MARK: The child

// Address and thread sanitizers reserve more address space than any limit on memory allows.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define INTERPHASE_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define INTERPHASE_SANITIZED 1
#endif
#endif

static void confine(size_t size) {
    // Whatever handles or reports crashes of the program has no part in those of the child.
    const int signals[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGTRAP, SIGXCPU};
    for (size_t index = 0; index < sizeof signals / sizeof *signals; index++) signal(signals[index], SIG_DFL);
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_UNBLOCK, &all, NULL);
    int silent = open("/dev/null", O_RDWR);
    if (silent >= 0)
        for (int descriptor = 0; descriptor <= 2; descriptor++) dup2(silent, descriptor);
    const struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
#ifdef INTERPHASE_SANITIZED
    (void)size;
#else
    struct rlimit data;
    const rlim_t most = (rlim_t)(memory + (uint64_t)size * 40);
    if (getrlimit(RLIMIT_DATA, &data) == 0 && data.rlim_cur > most) {
        data.rlim_cur = most;
        setrlimit(RLIMIT_DATA, &data);
    }
#endif
}

static void serve(const struct interphase_hdf5_functions *h5, int socket, const void *bytes, size_t size) {
    hid_t file = interphase_hdf5_open_image(h5, bytes, size);
    char is_open = file >= 0;
    if (!send_all(socket, &is_open, 1) || !is_open) return;
    struct question asked;
    while (receive_all(socket, &asked, sizeof asked, -1)) {
        char *path = calloc(asked.path_size + 1, 1);
        char *attribute = calloc(asked.attribute_size + 1, 1);
        if (!path || !attribute || !receive_all(socket, path, asked.path_size, -1)
            || !receive_all(socket, attribute, asked.attribute_size, -1))
            return;
        struct interphase_hdf5_answer answer = interphase_hdf5_answer(
            h5, file, asked.question, path, asked.has_attribute ? attribute : NULL, asked.most);
        struct answer_head head = {answer.result, answer.size};
        if (!send_all(socket, &head, sizeof head) || !send_all(socket, answer.bytes, answer.size)) return;
        free(answer.bytes);
        free(path);
        free(attribute);
    }
}

// MARK: The parent

static int pair_of_sockets(int sockets[2]) {
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) != 0) return 0;
    for (int index = 0; index < 2; index++) {
        fcntl(sockets[index], F_SETFD, FD_CLOEXEC);
#ifdef SO_NOSIGPIPE
        int on = 1;
        setsockopt(sockets[index], SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
    }
    return 1;
}

static void end(interphase_hdf5_reader *reader) {
    if (reader->socket >= 0) close(reader->socket);
    if (reader->process > 0) {
        kill(reader->process, SIGKILL);
        while (waitpid(reader->process, NULL, 0) < 0 && errno == EINTR) {}
    }
    reader->socket = -1;
    reader->process = -1;
}

interphase_hdf5_reader *interphase_hdf5_open(const void *bytes, size_t size) {
    interphase_hdf5_reader *reader = calloc(1, sizeof *reader);
    int sockets[2];
    if (!reader) return NULL;
    const struct interphase_hdf5_functions *h5 = interphase_hdf5_lock();
    if (!h5 || !pair_of_sockets(sockets)) {
        if (h5) interphase_hdf5_unlock();
        free(reader);
        return NULL;
    }
    reader->process = fork();
    if (reader->process == 0) {
        close(sockets[0]);
        confine(size);
        serve(h5, sockets[1], bytes, size);
        _exit(0);
    }
    // Before another thread makes a child, which would keep this end open when its owner has crashed.
    close(sockets[1]);
    interphase_hdf5_unlock();
    reader->socket = sockets[0];
    reader->milliseconds = (SECONDS + (int)(size / BYTES_PER_SECOND < 1000 ? size / BYTES_PER_SECOND : 1000)) * 1000;
    char is_open = 0;
    if (reader->process > 0 && receive_all(reader->socket, &is_open, 1, reader->milliseconds) && is_open) return reader;
    interphase_hdf5_close_reader(reader);
    return NULL;
}

void interphase_hdf5_close_reader(interphase_hdf5_reader *reader) {
    if (!reader) return;
    end(reader);
    free(reader);
}

int64_t interphase_hdf5_ask(
    interphase_hdf5_reader *reader, interphase_hdf5_question question, const char *path, const char *attribute,
    uint64_t most, void **bytes, size_t *size) {
    *bytes = NULL;
    *size = 0;
    if (reader->process <= 0) return -1;
    struct question asked = {
        question, attribute != NULL, strlen(path), attribute ? strlen(attribute) : 0, most,
    };
    struct answer_head head;
    uint64_t limit = question == INTERPHASE_HDF5_NUMBERS ? most * sizeof(double) : MOST_ANSWER;
    if (!send_all(reader->socket, &asked, sizeof asked) || !send_all(reader->socket, path, asked.path_size)
        || !send_all(reader->socket, attribute, asked.attribute_size)
        || !receive_all(reader->socket, &head, sizeof head, reader->milliseconds) || head.size > limit) {
        end(reader);
        return -1;
    }
    if (head.size) {
        void *buffer = malloc(head.size);
        if (!buffer || !receive_all(reader->socket, buffer, head.size, reader->milliseconds)) {
            free(buffer);
            end(reader);
            return -1;
        }
        *bytes = buffer;
        *size = head.size;
    }
    return head.result;
}
