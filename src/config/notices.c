/* notices: the section `notices`: how people are told, beside what viewers do. */
#include "config.h"

#include <string.h>

#include "config/internal.h"

#define NOTICE(field) offsetof(struct notice_settings, field)

static const char *const webhooks[] = { "none", "slack", "teams", "json", NULL };

const struct dx_option config_notice_options[] = {
    { .name = "name",
      .type = DX_OPTION_TEXT,
      .offset = NOTICE(name),
      .fallback = "",
      .help = "where notices is a list, its name" },
    { .name = "command",
      .type = DX_OPTION_LIST,
      .offset = NOTICE(command),
      .fallback = "",
      .help = "a program and its arguments, run with the facts in its environment; no shell" },
    { .name = "webhook",
      .type = DX_OPTION_CHOICE,
      .offset = NOTICE(webhook),
      .fallback = "none",
      .choices = webhooks,
      .help = "or a request to url, in this format" },
    { .name = "url",
      .type = DX_OPTION_SECRET,
      .offset = NOTICE(url),
      .fallback = "",
      .help = "where the webhook's address is found: who knows it can post" },
    { .name = "ends",
      .type = DX_OPTION_FLAG,
      .offset = NOTICE(ends),
      .fallback = "yes",
      .help = "tell also when it is over" },
    { .name = "timeout",
      .type = DX_OPTION_DURATION,
      .offset = NOTICE(endpoint.timeout_ms),
      .fallback = "10s",
      .help = "for the command, or for the webhook's answer" },
    { .name = "proxy",
      .type = DX_OPTION_TEXT,
      .offset = NOTICE(endpoint.proxy),
      .fallback = "",
      .help = "URL of a proxy for the webhook; without it the environment's" },
    { .name = "ca",
      .type = DX_OPTION_TEXT,
      .offset = NOTICE(endpoint.ca),
      .fallback = "",
      .help = "file with the authorities that may vouch for the webhook's server" },
    { 0 },
};

static const struct yaml *name_of(const struct yaml *section, size_t i)
{
    const struct yaml *name;

    if (section->kind == YAML_MAP)
        return &section->keys[i];
    name = yaml_get(&section->items[i], "name");
    return name ? name : &section->items[i];
}

static bool is_way(const char *name)
{
    for (size_t i = 0; notice_ways[i]; i++)
        if (strcmp(notice_ways[i], name) == 0)
            return true;
    return false;
}

static bool judge_name(struct option_context *context, const struct dx_items *items, size_t i,
                       const struct yaml *at)
{
    const struct notice_settings *all = items->item;
    struct complaints *c = &context->complaints;

    if (!is_name(all[i].name))
        return complain(c, at, "name: \"%s\" has to be of letters, digits and _ . - (40 at most)",
                        all[i].name);
    if (is_way(all[i].name))
        return complain(c, at, "name: \"%s\" is what viewers do; give it another name",
                        all[i].name);
    for (size_t k = 0; k < i; k++)
        if (strcmp(all[k].name, all[i].name) == 0)
            return complain(c, at, "a second notice is called \"%s\"", all[i].name);
    return true;
}

static bool judge(struct option_context *context, const struct notice_settings *notice,
                  const struct yaml *at)
{
    struct complaints *c = &context->complaints;
    const char *const *argv = notice->command.item;
    bool webhook = notice->webhook != WEBHOOK_NONE;

    if ((notice->command.count > 0) == webhook)
        return complain(c, at, "%s: a notice is a command or a webhook", notice->name);
    if (!webhook && (!*argv[0] || (argv[0][0] != '/' && strchr(argv[0], '/'))))
        return complain(c, at,
                        "%s: command: \"%s\" has to begin with /, or to be a name that is found in "
                        "PATH",
                        notice->name, argv[0]);
    if (webhook != (notice->url.kind != SECRET_NONE))
        return complain(c, at,
                        webhook ? "%s: a webhook has a url, like url: {env: NAME}"
                                : "%s: url goes with webhook",
                        notice->name);
    if (notice->endpoint.timeout_ms <= 0)
        return complain(c, at, "%s: timeout: it has to be more than nothing", notice->name);
    if (strchr(notice->endpoint.proxy, '@'))
        return complain(c, at, "%s: proxy: credentials do not stand here", notice->name);
    return true;
}

void notices_load(struct option_context *context, const struct dx_items *items,
                  const struct yaml *section)
{
    enum { ANSWER_MOST = 64 << 10 };
    struct notice_settings *notice = items->item;

    for (size_t i = 0; section && i < items->count && i < section->count; i++, notice++) {
        const struct yaml *at = name_of(section, i);

        if (section->items[i].wrong || !judge_name(context, items, i, at) ||
            !judge(context, notice, at))
            continue;
        notice->endpoint.ca = option_path(context, notice->endpoint.ca);
        notice->endpoint.cert = notice->endpoint.key = notice->endpoint.user = "";
        notice->endpoint.url = "";
        notice->endpoint.connect_timeout_ms = notice->endpoint.timeout_ms;
        notice->endpoint.max_body = ANSWER_MOST;
    }
}
