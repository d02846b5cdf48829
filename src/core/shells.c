/* shells: scripts for bash, zsh and fish. They know the words there are, and leave
 * files to the shell. */
#include "config.h"

#include "core/shells.h"

#include <stdio.h>
#include <string.h>

#include "core/buf.h"

enum { TABLES = 2, SCRIPT_MOST = 256 << 10 };

const char *const shells[] = { "bash", "zsh", "fish", NULL };

/* The words that a value can be, where they are the same for every command. */
static const struct {
    const char *option, *words;
} values[] = {
    { "theme", "dark light high-contrast colour-blind mono" },
    { "color", "truecolor 256 16 8 mono" },
    { "log-level", "debug info warn error" },
    { "since", "1h 24h 7d 30d" },
    { "print-completion", "bash zsh fish" },
};

static bool is_many(const struct shell_words *what, const struct arg *arg)
{
    return what->value.option && strcmp(what->value.option, arg->name) == 0;
}

static const char *words_of(const struct shell_words *what, const struct arg *arg)
{
    if (is_many(what, arg))
        return what->value.words;
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
        if (strcmp(values[i].option, arg->name) == 0)
            return values[i].words;
    return NULL;
}

static bool is_file(const struct arg *arg)
{
    return arg->value && strcmp(arg->value, "FILE") == 0;
}

static bool is_dir(const struct arg *arg)
{
    return arg->value && strcmp(arg->value, "DIR") == 0;
}

/* A theme may be a file of one's own. */
static bool may_be_file(const struct arg *arg)
{
    return strcmp(arg->name, "theme") == 0;
}

static bool is_format(const struct arg *arg)
{
    return strcmp(arg->name, "format") == 0;
}

/* The text in a shell's single quotes; also: characters that get a backslash. */
static void quoted(struct buf *out, const char *text, const char *also)
{
    for (; *text; text++) {
        if (*text == '\'')
            (void)buf_text(out, "'\\''");
        else if (strchr(also, *text))
            (void)buf_print(out, "\\%c", *text);
        else
            (void)buf_add(out, text, 1);
    }
}

static void put_list(struct buf *out, const char *const *words)
{
    for (size_t i = 0; words[i]; i++)
        (void)buf_print(out, "%s%s", i > 0 ? " " : "", words[i]);
}

/* A function's name for the program. */
static void put_function(struct buf *out, const char *program)
{
    (void)buf_text(out, "_");
    for (; *program; program++)
        (void)buf_print(out, "%c", *program == '-' ? '_' : *program);
}

static void put_head(struct buf *out, const struct shell_words *what, const char *shell)
{
    (void)buf_print(out, "# Completion of %s for %s, made by `%s --print-completion %s`.\n\n",
                    what->program, shell, what->program, shell);
}

/* ---- bash ---- */

static void bash_names(struct buf *out, const struct arg *arg, const char *between)
{
    if (arg->letter)
        (void)buf_print(out, "-%c%s", arg->letter, between);
    (void)buf_print(out, "--%s", arg->name);
}

static void bash_values(struct buf *out, const struct shell_words *what, const struct arg *arg)
{
    const char *words = words_of(what, arg);

    if (!arg->value)
        return;
    (void)buf_text(out, "    ");
    bash_names(out, arg, "|");
    (void)buf_text(out, ")\n");
    if (is_format(arg) && what->commands)
        (void)buf_text(out, "        _dxtop_words \"$(_dxtop_formats \"$command\")\"\n");
    else if (is_file(arg))
        (void)buf_text(out, "        _dxtop_files -f\n");
    else if (is_dir(arg))
        (void)buf_text(out, "        _dxtop_files -d\n");
    else if (words)
        (void)buf_print(out, "        _dxtop_words \"%s\"\n", words);
    if (may_be_file(arg))
        (void)buf_text(out, "        _dxtop_files -f\n");
    (void)buf_text(out, "        return\n        ;;\n");
}

static void bash_formats(struct buf *out, const struct mode_row *commands)
{
    (void)buf_text(out, "_dxtop_formats()\n{\n    case $1 in\n");
    for (; commands->name; commands++) {
        if (!commands->formats)
            continue;
        (void)buf_print(out, "    %s) echo \"", commands->name);
        put_list(out, commands->formats);
        (void)buf_text(out, "\" ;;\n");
    }
    (void)buf_text(out, "    esac\n}\n\n");
}

static const char bash_head[] = "_dxtop_words()\n{\n"
                                "    local word\n\n"
                                "    while IFS= read -r word; do\n"
                                "        COMPREPLY+=(\"$word\")\n"
                                "    done < <(compgen -W \"$1\" -- \"$cur\")\n}\n\n"
                                "_dxtop_files()\n{\n"
                                "    local word\n\n"
                                "    compopt -o filenames 2>/dev/null\n"
                                "    while IFS= read -r word; do\n"
                                "        COMPREPLY+=(\"$word\")\n"
                                "    done < <(compgen \"$1\" -- \"$cur\")\n}\n\n";

/* bash takes "=" for a word of its own. */
static const char bash_begin[] =
    "\n{\n"
    "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command= i\n\n"
    "    COMPREPLY=()\n"
    "    if [[ $cur == = ]]; then\n"
    "        cur=\n"
    "    elif [[ $prev == = ]]; then\n"
    "        prev=${COMP_WORDS[COMP_CWORD - 2]}\n"
    "    fi\n";

/* The first word that is neither an option nor the value of one. */
static void bash_find_command(struct buf *out, const struct shell_words *what)
{
    const char *bar = "        ";

    (void)buf_text(out, "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
                        "        case ${COMP_WORDS[i]} in\n"
                        "        =) ((i++)) ;;\n");
    for (size_t t = 0; t < TABLES && what->tables[t]; t++) {
        for (const struct arg *a = what->tables[t]; a->name; a++) {
            if (!a->value)
                continue;
            (void)buf_text(out, bar);
            bash_names(out, a, "|");
            bar = "|";
        }
    }
    (void)buf_text(out, ") [[ ${COMP_WORDS[i + 1]} == = ]] || ((i++)) ;;\n"
                        "        -*) ;;\n"
                        "        *) [[ $command ]] || command=${COMP_WORDS[i]} ;;\n"
                        "        esac\n    done\n");
}

static void bash_operands(struct buf *out, const struct shell_words *what)
{
    (void)buf_text(out, "    elif [[ $command == export ]]; then\n        _dxtop_words \"");
    put_list(out, what->kinds);
    (void)buf_text(out, "\"\n    elif [[ ! $command ]]; then\n        _dxtop_words \"");
    for (const struct mode_row *c = what->commands; c->name; c++)
        (void)buf_print(out, "%s%s", c->name, c[1].name ? " " : "\"\n");
}

static void bash_print(struct buf *out, const struct shell_words *what)
{
    const char *blank = "";

    put_head(out, what, "bash");
    (void)buf_text(out, bash_head);
    if (what->commands)
        bash_formats(out, what->commands);
    put_function(out, what->program);
    (void)buf_text(out, "()");
    (void)buf_text(out, bash_begin);
    if (what->commands)
        bash_find_command(out, what);
    (void)buf_text(out, "    case $prev in\n");
    for (size_t t = 0; t < TABLES && what->tables[t]; t++)
        for (const struct arg *a = what->tables[t]; a->name; a++)
            bash_values(out, what, a);
    (void)buf_text(out, "    esac\n    if [[ $cur == -* ]]; then\n        _dxtop_words \"");
    for (size_t t = 0; t < TABLES && what->tables[t]; t++) {
        for (const struct arg *a = what->tables[t]; a->name; a++) {
            (void)buf_text(out, blank);
            bash_names(out, a, " ");
            blank = " ";
        }
    }
    (void)buf_text(out, "\"\n");
    if (what->commands)
        bash_operands(out, what);
    (void)buf_text(out, "    fi\n}\n\ncomplete -F ");
    put_function(out, what->program);
    (void)buf_print(out, " %s\n", what->program);
}

/* ---- zsh ---- */

static void zsh_option(struct buf *out, const struct shell_words *what, const struct arg *arg)
{
    const char *words = words_of(what, arg);

    (void)buf_text(out, "    ");
    if (arg->letter)
        (void)buf_print(out, "'(-%c --%s)'{-%c%s,--%s%s}'[", arg->letter, arg->name, arg->letter,
                        arg->value ? "+" : "", arg->name, arg->value ? "=" : "");
    else
        (void)buf_print(out, "'%s--%s%s[", is_many(what, arg) ? "*" : "", arg->name,
                        arg->value ? "=" : "");
    quoted(out, arg->help, "[]:\\");
    (void)buf_text(out, "]");
    if (arg->value) {
        (void)buf_text(out, ":");
        quoted(out, arg->value, "[]:\\");
        (void)buf_text(out, ":");
    }
    if (is_format(arg))
        (void)buf_text(out, "->format");
    else if (may_be_file(arg))
        (void)buf_print(out, "_alternative \"names\\:name\\:(%s)\" \"files\\:file\\:_files\"",
                        words);
    else if (words)
        (void)buf_print(out, "(%s)", words);
    else if (is_file(arg))
        (void)buf_text(out, "_files");
    else if (is_dir(arg))
        (void)buf_text(out, "_directories");
    (void)buf_text(out, "' \\\n");
}

static void zsh_operands(struct buf *out, const struct shell_words *what)
{
    (void)buf_text(out, "for word in $words[2,-1]; do\n    case $word in\n    ");
    for (const struct mode_row *c = what->commands; c->name; c++)
        (void)buf_print(out, "%s%s", c->name, c[1].name ? "|" : ") command=$word; break ;;\n");
    (void)buf_text(out, "    esac\ndone\n\ncase $state in\ncommand)\n    local -a commands\n"
                        "    commands=(\n");
    for (const struct mode_row *c = what->commands; c->name; c++) {
        (void)buf_print(out, "        '%s:", c->name);
        quoted(out, c->help, ":\\");
        (void)buf_text(out, "'\n");
    }
    (void)buf_text(out, "    )\n    _describe command commands\n    ;;\nrecord)\n"
                        "    [[ $command == export ]] && compadd ");
    put_list(out, what->kinds);
    (void)buf_text(out, "\n    ;;\nformat)\n    case $command in\n");
    for (const struct mode_row *c = what->commands; c->name; c++) {
        if (!c->formats)
            continue;
        (void)buf_print(out, "    %s) formats=(", c->name);
        put_list(out, c->formats);
        (void)buf_text(out, ") ;;\n");
    }
    (void)buf_text(out, "    esac\n    compadd -a formats\n    ;;\nesac\n");
}

static void zsh_print(struct buf *out, const struct shell_words *what)
{
    (void)buf_print(out, "#compdef %s\n", what->program);
    put_head(out, what, "zsh");
    (void)buf_text(out, "local curcontext=$curcontext state line word command\n"
                        "local -a formats\n"
                        "typeset -A opt_args\n\n_arguments -C -S \\\n");
    for (size_t t = 0; t < TABLES && what->tables[t]; t++)
        for (const struct arg *a = what->tables[t]; a->name; a++)
            zsh_option(out, what, a);
    (void)buf_text(out, what->commands ? "    '1:command:->command' \\\n"
                                         "    '2:record:->record' && return\n\n"
                                       : "    && return\n");
    if (what->commands)
        zsh_operands(out, what);
}

/* ---- fish ---- */

static void fish_option(struct buf *out, const struct shell_words *what, const struct arg *arg)
{
    const char *words = words_of(what, arg);

    (void)buf_print(out, "complete -c %s -l %s", what->program, arg->name);
    if (arg->letter)
        (void)buf_print(out, " -s %c", arg->letter);
    if (arg->value)
        (void)buf_text(out, is_file(arg) || may_be_file(arg) ? " -r -F" : " -x");
    if (words)
        (void)buf_print(out, " -a '%s'", words);
    else if (is_dir(arg))
        (void)buf_text(out, " -a '(__fish_complete_directories)'");
    (void)buf_text(out, " -d '");
    quoted(out, arg->help, "\\");
    (void)buf_text(out, "'\n");
}

static void fish_commands(struct buf *out, const struct shell_words *what)
{
    const char *program = what->program;

    for (const struct mode_row *c = what->commands; c->name; c++) {
        (void)buf_print(out, "complete -c %s -n __fish_use_subcommand -a %s -d '", program,
                        c->name);
        quoted(out, c->help, "\\");
        (void)buf_text(out, "'\n");
    }
    (void)buf_print(out, "complete -c %s -n '__fish_seen_subcommand_from export' -a '", program);
    put_list(out, what->kinds);
    (void)buf_text(out, "'\n");
}

static void fish_formats(struct buf *out, const struct shell_words *what)
{
    for (const struct mode_row *c = what->commands; c->name; c++) {
        if (!c->formats)
            continue;
        (void)buf_print(out,
                        "complete -c %s -n '__fish_seen_subcommand_from %s' -l format -s f"
                        " -x -a '",
                        what->program, c->name);
        put_list(out, c->formats);
        (void)buf_text(out, "'\n");
    }
}

static void fish_print(struct buf *out, const struct shell_words *what)
{
    put_head(out, what, "fish");
    (void)buf_print(out, "complete -c %s -f\n", what->program);
    if (what->commands)
        fish_commands(out, what);
    for (size_t t = 0; t < TABLES && what->tables[t]; t++)
        for (const struct arg *a = what->tables[t]; a->name; a++)
            fish_option(out, what, a);
    if (what->commands)
        fish_formats(out, what);
}

bool shells_known(const char *name, struct dx_error *err)
{
    for (size_t i = 0; shells[i]; i++)
        if (strcmp(shells[i], name) == 0)
            return true;
    return dx_fail(err, DX_FAULT_CONFIG, "unknown shell \"%.40s\"; there are bash, zsh and fish",
                   name);
}

static void put_script(struct buf *out, const char *shell, const struct shell_words *what)
{
    if (strcmp(shell, "bash") == 0)
        bash_print(out, what);
    else if (strcmp(shell, "zsh") == 0)
        zsh_print(out, what);
    else
        fish_print(out, what);
}

void shells_print(const char *shell, const struct shell_words *what)
{
    struct buf out;

    buf_init(&out, SCRIPT_MOST);
    put_script(&out, shell, what);
    (void)fputs(out.bytes ? out.bytes : "", stdout);
    buf_done(&out);
}
