/* A panel whose option `source` is misspelt says so: nothing will ever come of it. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "panel_kit.h"

extern const struct dx_panel dx_panel_alerts, dx_panel_log, dx_panel_metric, dx_panel_tickets;

static const struct dx_panel *const panels[] = { &dx_panel_alerts, &dx_panel_log, &dx_panel_metric,
                                                 &dx_panel_tickets };

TestSuite(no_source, .init = panel_start, .fini = panel_stop, .timeout = 20);

/* What stands in its empty list, with this source. */
static const char *says(const struct dx_panel *of, const char *source)
{
    static char text[256];
    char options[512] = "";
    size_t size = 0;

    for (const struct dx_option *o = of->options; o->name; o++) {
        const char *value = strcmp(o->name, "source") == 0 ? source : "";

        if (o->type != DX_OPTION_TEXT)
            continue;
        memcpy(options + o->offset, &value, sizeof(value));
        size = o->offset + sizeof(value);
    }
    cr_assert(instance_open(&in, of, "", options, size), "%s", in.error.text);
    panel_update();
    snprintf(text, sizeof(text), "%s", in.empty);
    instance_close(&in);
    return text;
}

Test(no_source, is_not_one_that_has_not_answered_yet)
{
    for (size_t i = 0; i < sizeof(panels) / sizeof(panels[0]); i++) {
        fake.count = 0;
        cr_expect_not(strstr(says(panels[i], "jria"), "There is no"), "%s", panels[i]->name);
        fake_text(fake_add(DX_QUERY_SOURCES), DX_FIELD_SOURCE, "jira");
        cr_expect_str_eq(says(panels[i], "jria"), "There is no source \"jria\"; there is jira.",
                         "%s", panels[i]->name);
        fake_text(fake_add(DX_QUERY_SOURCES), DX_FIELD_SOURCE, "github");
        cr_expect_str_eq(says(panels[i], "jria"),
                         "There is no source \"jria\"; there are jira, github.", "%s",
                         panels[i]->name);
        cr_expect_not(strstr(says(panels[i], "jira"), "There is no"), "%s", panels[i]->name);
        cr_expect_not(strstr(says(panels[i], ""), "There is no"), "%s", panels[i]->name);
    }
}

Test(no_source, of_many_the_first_ones_are_named)
{
    static char names[40][40];

    for (int i = 0; i < 40; i++) {
        snprintf(names[i], sizeof(names[i]), "source-%d", i);
        fake_text(fake_add(DX_QUERY_SOURCES), DX_FIELD_SOURCE, names[i]);
    }
    cr_expect(strstr(says(&dx_panel_tickets, "jria"), "; there are source-0, source-1, "));
    cr_expect(strstr(says(&dx_panel_tickets, "jria"), " and others."), "%s",
              says(&dx_panel_tickets, "jria"));
}

Test(no_source, dxtops_own_alerts_have_one)
{
    fake_text(fake_add(DX_QUERY_SOURCES), DX_FIELD_SOURCE, "jira");
    cr_expect_not(strstr(says(&dx_panel_alerts, "dxtop"), "There is no"));
}
