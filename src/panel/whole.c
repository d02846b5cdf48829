/* whole: is a module's file all there? See elf(5). */
#include "config.h"

#include "panel/whole.h"

#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FIRST = 4096 };

static bool lies_within(uint64_t offset, uint64_t len, uint64_t size)
{
    return offset <= size && len <= size - offset;
}

/* Its head, its segments, and the table of its sections, which is behind all else. */
static bool is_whole(const char *first, size_t len, uint64_t size)
{
    ElfW(Ehdr) head;
    ElfW(Phdr) part;

    if (len < sizeof(head))
        return true;
    memcpy(&head, first, sizeof(head));
    if (memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 || head.e_phentsize != sizeof(part))
        return true;
    if (!lies_within(head.e_shoff, (uint64_t)head.e_shnum * head.e_shentsize, size))
        return false;
    for (size_t i = 0; i < head.e_phnum; i++) {
        if (!lies_within(head.e_phoff + i * sizeof(part), sizeof(part), len))
            return len == FIRST; /* nobody puts them farther back */
        memcpy(&part, first + head.e_phoff + i * sizeof(part), sizeof(part));
        if (part.p_type == PT_LOAD && !lies_within(part.p_offset, part.p_filesz, size))
            return false;
    }
    return true;
}

bool module_is_whole(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char first[FIRST];
    struct stat st;
    ssize_t n = fd >= 0 && fstat(fd, &st) == 0 ? pread(fd, first, sizeof(first), 0) : -1;

    if (fd >= 0)
        (void)close(fd);
    return n < 0 || is_whole(first, (size_t)n, (uint64_t)st.st_size);
}
