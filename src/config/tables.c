/* tables: the options that are no source's and no panel's own. */
#include "config.h"

#include <math.h>

#include "config/config.h"
#include "config/internal.h"

static const struct dx_option header_options[] = {
    { .name = "name",
      .type = DX_OPTION_TEXT,
      .offset = offsetof(struct endpoint_header, name),
      .fallback = "",
      .help = "of the header" },
    { .name = "value",
      .type = DX_OPTION_TEXT,
      .offset = offsetof(struct endpoint_header, text),
      .fallback = "",
      .help = "what is sent" },
    { .name = "secret",
      .type = DX_OPTION_SECRET,
      .offset = offsetof(struct endpoint_header, secret),
      .fallback = "",
      .help = "where what is sent is found" },
    { 0 },
};

static const char *const colors[] = { "auto", "truecolor", "256", "16", "8", "mono", NULL };
static const char *const glyphs[] = { "auto", "braille", "block", "ascii", NULL };

const char *const config_success_policies[] = { "exclude-cancelled", "strict", "all", NULL };

const struct dx_option config_options[] = {
    { .name = "title",
      .type = DX_OPTION_TEXT,
      .offset = offsetof(struct settings, title),
      .fallback = "",
      .help = "what stands at the top left, like the name of your platform" },
    { .name = "store",
      .type = DX_OPTION_TEXT,
      .offset = offsetof(struct settings, store),
      .fallback = "",
      .help = "file of the store; without it one of your own below $XDG_STATE_HOME/dxtop" },
    { .name = "theme",
      .type = DX_OPTION_TEXT,
      .offset = offsetof(struct settings, theme),
      .fallback = "",
      .help = "dark, light, high-contrast, colour-blind, mono, or a file of your own" },
    { .name = "color",
      .type = DX_OPTION_CHOICE,
      .offset = offsetof(struct settings, color),
      .fallback = "auto",
      .choices = colors,
      .help = "how many colours the terminal has" },
    { .name = "glyphs",
      .type = DX_OPTION_CHOICE,
      .offset = offsetof(struct settings, glyphs),
      .fallback = "auto",
      .choices = glyphs,
      .help = "which characters graphs and marks are made of" },
    { .name = "mouse",
      .type = DX_OPTION_FLAG,
      .offset = offsetof(struct settings, mouse),
      .fallback = "yes",
      .help = "whether the mouse selects, scrolls and opens" },
    { .name = "success_policy",
      .type = DX_OPTION_CHOICE,
      .offset = offsetof(struct settings, success_policy),
      .fallback = "exclude-cancelled",
      .choices = config_success_policies,
      .help = "which runs count: not the cancelled ones, those as failures, or all that ended" },
    { .name = "patterns",
      .type = DX_OPTION_LIST,
      .offset = offsetof(struct settings, patterns),
      .fallback = "",
      .help = "files with texts of your own that say why a job failed, beside those of dxtop" },
    { .name = "runbooks",
      .type = DX_OPTION_TEXT,
      .offset = offsetof(struct settings, runbooks),
      .fallback = "",
      .help = "folder of Markdown files that are searched and shown beside what they fit" },
    { .name = "targets",
      .type = DX_OPTION_TABLES,
      .offset = offsetof(struct settings, targets),
      .fallback = "",
      .fields = config_target_options,
      .item_size = sizeof(struct target_settings),
      .shorthand = "warn",
      .help = "goals of key numbers by id, like queue_p95: 5m or {warn: 5m, bad: 10m}" },
    { .name = "critical",
      .type = DX_OPTION_LIST,
      .offset = offsetof(struct settings, critical),
      .fallback = "",
      .help = "patterns of project/pipeline whose durations count; without it all" },
    { .name = "kpis",
      .type = DX_OPTION_TABLES,
      .offset = offsetof(struct settings, kpis),
      .fallback = "",
      .fields = config_feed_options,
      .item_size = sizeof(struct kpi_feed),
      .help = "key numbers by id that are fed by a query or a file" },
    { 0 },
};

#define SOURCE(field) offsetof(struct source_settings, field)

const struct dx_option config_source_options[] = {
    { .name = "type",
      .type = DX_OPTION_TEXT,
      .offset = SOURCE(type),
      .help = "the kind of system: prometheus, alertmanager, github, gitlab, jenkins, azure, jira, "
              "servicenow, exec" },
    { .name = "name",
      .type = DX_OPTION_TEXT,
      .offset = SOURCE(name),
      .fallback = "",
      .help = "what panels and the screen call it; the type unless given" },
    { .name = "url",
      .type = DX_OPTION_TEXT,
      .offset = SOURCE(endpoint.url),
      .fallback = "",
      .help = "where it is: http or https, with the path before the API's own; may be left out "
              "where a type has one" },
    { .name = "every",
      .type = DX_OPTION_DURATION,
      .offset = SOURCE(every_ms),
      .fallback = "0s",
      .help = "time between two polls; 0s: the type's own" },
    { .name = "history",
      .type = DX_OPTION_DURATION,
      .offset = SOURCE(history_ms),
      .fallback = "24h",
      .help = "how far to fill back at the first start; longer where a type says so" },
    { .name = "rate_share",
      .type = DX_OPTION_PERCENT,
      .offset = SOURCE(share),
      .fallback = "50%",
      .help = "how much of the rate limit that the server announces may be spent" },
    { .name = "user",
      .type = DX_OPTION_TEXT,
      .offset = SOURCE(endpoint.user),
      .fallback = "",
      .help = "for basic authentication" },
    { .name = "password",
      .type = DX_OPTION_SECRET,
      .offset = SOURCE(endpoint.password),
      .fallback = "",
      .help = "of the user" },
    { .name = "token",
      .type = DX_OPTION_SECRET,
      .offset = SOURCE(endpoint.token),
      .fallback = "",
      .help = "sent as Authorization: Bearer, or as the system takes it" },
    { .name = "headers",
      .type = DX_OPTION_TABLES,
      .offset = SOURCE(endpoint.headers),
      .fallback = "",
      .fields = header_options,
      .item_size = sizeof(struct endpoint_header),
      .shorthand = "value",
      .help = "further headers by name, like X-Scope-OrgID: a text, or {secret: ...}" },
    { .name = "ca",
      .type = DX_OPTION_TEXT,
      .offset = SOURCE(endpoint.ca),
      .fallback = "",
      .help = "file with the authorities that may vouch for the server" },
    { .name = "cert",
      .type = DX_OPTION_TEXT,
      .offset = SOURCE(endpoint.cert),
      .fallback = "",
      .help = "file with our own certificate" },
    { .name = "key",
      .type = DX_OPTION_TEXT,
      .offset = SOURCE(endpoint.key),
      .fallback = "",
      .help = "file with its key" },
    { .name = "proxy",
      .type = DX_OPTION_TEXT,
      .offset = SOURCE(endpoint.proxy),
      .fallback = "",
      .help = "URL of a proxy; without it the environment's" },
    { .name = "insecure_http",
      .type = DX_OPTION_FLAG,
      .offset = SOURCE(endpoint.insecure_http),
      .fallback = "no",
      .help = "send credentials over plain http to other machines" },
    { .name = "timeout",
      .type = DX_OPTION_DURATION,
      .offset = SOURCE(endpoint.timeout_ms),
      .fallback = "30s",
      .help = "for a whole answer" },
    { .name = "connect_timeout",
      .type = DX_OPTION_DURATION,
      .offset = SOURCE(endpoint.connect_timeout_ms),
      .fallback = "10s",
      .help = "for the connection" },
    { .name = "max_body",
      .type = DX_OPTION_SIZE,
      .offset = SOURCE(endpoint.max_body),
      .fallback = "8MiB",
      .help = "an answer that is larger, after decompression, is refused" },
    { 0 },
};

#define PANEL(field) offsetof(struct panel_settings, field)

const struct dx_option config_panel_options[] = {
    { .name = "panel",
      .type = DX_OPTION_TEXT,
      .offset = PANEL(panel),
      .help = "the kind of panel" },
    { .name = "title",
      .type = DX_OPTION_TEXT,
      .offset = PANEL(title),
      .fallback = "",
      .help = "what its frame says" },
    { .name = "weight",
      .type = DX_OPTION_COUNT,
      .offset = PANEL(weight),
      .fallback = "1",
      .help = "its share of the row's width" },
    { .name = "priority",
      .type = DX_OPTION_COUNT,
      .offset = PANEL(priority),
      .fallback = "1",
      .help = "on a small screen the highest is dropped first" },
    { .name = "follow",
      .type = DX_OPTION_FLAG,
      .offset = PANEL(follow),
      .fallback = "no",
      .help = "show what is selected in the panel of the same kind before it in the view" },
    { 0 },
};

#define ROW(field) offsetof(struct row_settings, field)

const struct dx_option config_row_options[] = {
    { .name = "height",
      .type = DX_OPTION_COUNT,
      .offset = ROW(height),
      .fallback = "0",
      .help = "in lines; 0: by weight" },
    { .name = "weight",
      .type = DX_OPTION_COUNT,
      .offset = ROW(weight),
      .fallback = "1",
      .help = "share of the height that is left" },
    { 0 },
};

#define DAYS(field) offsetof(struct calendar_days_settings, field)

const struct dx_option config_hours_options[] = {
    { .name = "days",
      .type = DX_OPTION_TEXT,
      .offset = DAYS(days),
      .fallback = "",
      .help = "like mon-fri, sat or mon,wed; those that are not named are closed" },
    { .name = "hours",
      .type = DX_OPTION_LIST,
      .offset = DAYS(hours),
      .help = "like 09:00-17:00, or several; a day ends at 24:00" },
    { 0 },
};

#define CALENDAR(field) offsetof(struct calendar_settings, field)

const struct dx_option config_calendar_options[] = {
    { .name = "zone",
      .type = DX_OPTION_TEXT,
      .offset = CALENDAR(zone),
      .fallback = "",
      .help = "time zone of the IANA database, like Europe/Berlin, or UTC; without it that of the "
              "machine" },
    { .name = "hours",
      .type = DX_OPTION_TABLES,
      .offset = CALENDAR(hours),
      .fallback = "",
      .fields = config_hours_options,
      .item_size = sizeof(struct calendar_days_settings),
      .shorthand = "hours",
      .help = "open hours by days; without it {mon-fri: 09:00-17:00}" },
    { .name = "holidays",
      .type = DX_OPTION_LIST,
      .offset = CALENDAR(holidays),
      .fallback = "",
      .help = "dates that are closed for the whole day, like 2026-12-25" },
    { 0 },
};

void config_print_mdoc(struct buf *out, const struct dx_option *options)
{
    static const char *const types[] = {
        [DX_OPTION_FLAG] = "yes | no",   [DX_OPTION_COUNT] = "count",
        [DX_OPTION_NUMBER] = "number",   [DX_OPTION_DURATION] = "duration",
        [DX_OPTION_PERCENT] = "share",   [DX_OPTION_SIZE] = "size",
        [DX_OPTION_TEXT] = "text",       [DX_OPTION_CHOICE] = "choice",
        [DX_OPTION_LIST] = "list",       [DX_OPTION_MAP] = "mapping",
        [DX_OPTION_TABLES] = "mappings", [DX_OPTION_SECRET] = "secret",
    };

    for (const struct dx_option *o = options; o && o->name; o++) {
        (void)buf_print(out, ".It Ic %s : Ar %s\n%s", o->name, types[o->type], o->help);
        for (int i = 0; o->choices && o->choices[i]; i++)
            (void)buf_print(out, "%s%s", i == 0 ? ": " : ", ", o->choices[i]);
        if (!o->fallback)
            (void)buf_text(out, " (required)");
        else if (*o->fallback)
            (void)buf_print(out, " (%s)", o->fallback);
        (void)buf_text(out, "\n");
    }
}
