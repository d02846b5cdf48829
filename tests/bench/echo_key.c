/* echo_key: shows each key that comes, through curses, and no more: the floor of the time
 * from a key to its picture. */
#define NCURSES_WIDECHAR 1
#include <curses.h>

#include <locale.h>

int main(void)
{
    int key, shown = 0;

    if (!setlocale(LC_CTYPE, "") || !initscr())
        return 1;
    (void)noecho();
    (void)cbreak();
    for (int row = 0; row < LINES; row++)
        (void)mvhline(row, 0, '.', COLS);
    (void)refresh();
    while ((key = getch()) != ERR) {
        (void)mvprintw(0, 0, "%c%d", key, shown++);
        (void)refresh();
    }
    (void)endwin();
    return 0;
}
