/* aside: a temporary file, and from there to stdout. */
#include "config.h"

#include "app/aside.h"

#include <errno.h>
#include <string.h>

FILE *aside_open(void)
{
    FILE *aside = tmpfile();

    if (!aside)
        (void)fprintf(stderr, "dxtop: no temporary file: %s\n", strerror(errno));
    return aside;
}

static bool copy_out(FILE *from, FILE *to)
{
    char bytes[1 << 16];
    size_t n;

    rewind(from);
    while ((n = fread(bytes, 1, sizeof(bytes), from)) > 0)
        if (fwrite(bytes, 1, n, to) != n)
            return false;
    return !ferror(from) && fflush(to) == 0;
}

bool aside_print(FILE *aside, FILE *to)
{
    bool ok = fflush(aside) == 0 && !ferror(aside);

    if (!ok)
        (void)fprintf(stderr, "dxtop: the temporary file cannot be written\n");
    ok = ok && copy_out(aside, to);
    (void)fclose(aside);
    return ok;
}
