/* run: other programs for tests: start them with pipes, end them by their id, a
 * directory of their own. Everything ends with the test. */
#ifndef TESTS_RUN_H
#define TESTS_RUN_H

#include <stdbool.h>
#include <sys/types.h>

/* A build with AddressSanitizer takes three times as long. Test(..., .disabled = SANITIZED) leaves
 * to the other one what is one more example of what another test does. */
#ifdef __SANITIZE_ADDRESS__
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

struct program {
    pid_t pid;
    int in, out; /* its stdin and stdout */
};

/* argv[0] without a slash is looked for in the build directory, then in PATH. */
struct program program_start(const char *const *argv);
int program_end(struct program *program, int signal); /* waits; its wait status */
/* Run to the end; its stdout, yours to free. */
char *program_run(const char *const *argv, int *exit_code);

struct sim {
    struct program program;
    int port;
    char url[64];
};
struct sim sim_start_as(const char *const *argv); /* "dxtop-sim", "--until-stdin", ... */
struct sim sim_start(const char *option1, const char *option2);
/* Another one where one was that ended: the same server to who polls it. */
struct sim sim_start_at(int port, const char *option1, const char *option2);

char *test_dir(void); /* a fresh directory, yours to free; removed at exit */
/* With all that is in it, also while others write there: to them it is gone at once. */
void remove_dir(const char *path);
void write_file(const char *path, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Its text, "" where there is none; it lives until eight others were read. */
char *read_file(const char *path);
int free_port(void);  /* of this test as long as it runs, whoever listens there meanwhile or not */
void set_paths(void); /* the variables that let programs find their files in a build tree */
/* Wait until the condition holds, asked every 20 ms. */
bool wait_for(bool (*holds)(void *self), void *self, int ms);

long rss_kb(pid_t pid); /* of its memory what is in RAM; 0: it is gone */

#endif
