/* lean: memory that is not needed until something happens. The reader of the
 * configuration, SQL's parser, terminfo and the dynamic linker run once in weeks, the
 * database when something is new; of them, and of the program itself, stays resident what
 * is touched again. It comes from the disk's cache, a hundred pages in some tenths of a
 * millisecond. A debugger's breakpoints that were set before are dropped with it. */
#include "config.h"

#include "core/lean.h"

#include <link.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

static char *place(const struct dl_phdr_info *library, const ElfW(Phdr) * part)
{
    /* NOLINTNEXTLINE(performance-no-int-to-ptr): the dynamic linker gives numbers */
    return (char *)(library->dlpi_addr + part->p_vaddr);
}

/* Was code itself written to, to fit the place where it was loaded? Then it is
 * not what the file holds. */
static bool is_patched(const struct dl_phdr_info *library)
{
    for (int i = 0; i < library->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &library->dlpi_phdr[i];
        const void *list = place(library, part);

        if (part->p_type != PT_DYNAMIC)
            continue;
        for (const ElfW(Dyn) *entry = list; entry->d_tag != DT_NULL; entry++)
            if (entry->d_tag == DT_TEXTREL ||
                (entry->d_tag == DT_FLAGS && entry->d_un.d_val & DF_TEXTREL))
                return true;
    }
    return false;
}

static int drop(struct dl_phdr_info *library, size_t size, void *self)
{
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

    (void)size;
    (void)self;
    if (is_patched(library))
        return 0;
    for (int i = 0; i < library->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &library->dlpi_phdr[i];
        char *from = place(library, part);
        size_t before = (uintptr_t)from & (page - 1);

        if (part->p_type == PT_LOAD && !(part->p_flags & PF_W))
            (void)madvise(from - before, before + part->p_filesz, MADV_DONTNEED);
    }
    return 0;
}

void lean(void)
{
    (void)malloc_trim(0);
    (void)dl_iterate_phdr(drop, NULL);
}
