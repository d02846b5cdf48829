/* empty_screen: linked with the libraries of the viewer, it opens an empty screen
 * and waits for a key: the floor of the viewer's memory and of its first paint. */
#define NCURSES_WIDECHAR 1
#include <curses.h>

#include <locale.h>

int main(void)
{
    if (!setlocale(LC_CTYPE, "") || !initscr())
        return 1;
    (void)start_color();
    for (int row = 0; row < LINES; row++)
        (void)mvhline(row, 0, '.', COLS);
    (void)refresh();
    (void)getch();
    (void)endwin();
    return 0;
}
