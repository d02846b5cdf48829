/* report_ci: what got worse, results, flaky jobs, and causes of failures. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/report_html.h"

/* ---- what got worse ---- */

static const char *kind_of(const json_t *worse)
{
    const char *what = report_text(worse, "what");

    return strcmp(what, "queue_p95") == 0      ? "queue p95"
           : strcmp(what, "success_rate") == 0 ? "success rate"
           : strcmp(what, "job_duration") == 0 ? "job, median"
                                               : "median duration";
}

static void put_worse(struct report_page *page, const json_t *one)
{
    const char *unit = report_text(one, "unit");
    double now = report_number(one, "value"), before = report_number(one, "before");
    char what[512], text[REPORT_TEXT], by[REPORT_TEXT];

    markup(page->out, "<tr><th scope=\"row\">$ <small>$</small></th><td>$</td>",
           report_what(what, sizeof(what), one), report_text(one, "source"), kind_of(one));
    (void)buf_text(page->out, "<td class=\"n dim\">");
    markup_value(page->out, report_value(text, unit, before));
    (void)buf_text(page->out, "</td><td class=\"n\">");
    markup_value(page->out, report_value(text, unit, now));
    if (strcmp(unit, "share") == 0)
        (void)snprintf(by, sizeof(by), "%.1f pts", 100. * (now - before));
    else if (before > 0.)
        (void)snprintf(by, sizeof(by), "+%.0f %%", 100. * (now / before - 1.));
    else
        (void)snprintf(by, sizeof(by), "–");
    (void)buf_text(page->out, "</td><td class=\"n less\">");
    markup_value(page->out, by);
    (void)buf_text(page->out, "</td>");
    report_cell(page, "count", report_number(one, "n"), "less");
    report_cell(page, "count", report_number(one, "n_before"), "less");
    (void)buf_text(page->out, "</tr>\n");
}

static void put_all_worse(struct report_page *page)
{
    static const struct report_head heads[] = { { "Where", "" },          { "What", "" },
                                                { "Before", "n" },        { "Now", "n" },
                                                { "Change", "n less" },   { "N", "n less" },
                                                { "N before", "n less" }, { NULL, NULL } };
    const json_t *list = json_object_get(page->model, "worse"), *one;
    size_t i;

    (void)report_section(page, "What got worse",
                         "Durations by a rank test (p < 0.01, and 10 % or more), success rates by "
                         "Fisher's exact test, p95 of waits by 10 % or more; the most first.",
                         1);
    if (json_array_size(list) > 0) {
        report_table(page, NULL, heads);
        json_array_foreach (list, i, one) {
            if (i < REPORT_ROWS)
                put_worse(page, one);
        }
        report_table_end(page, json_array_size(list));
    } else {
        (void)buf_text(page->out, "<p>Nothing, as far as can be told.</p>\n");
    }
    report_section_end(page);
}

/* ---- results ---- */

static const char *part_of(const json_t *total)
{
    const char *part = report_text(total, "part");

    return strcmp(part, "all") == 0         ? "all runs"
           : strcmp(part, "protected") == 0 ? "protected branches"
                                            : "pull requests and other branches";
}

static void put_total(struct report_page *page, const json_t *total)
{
    char text[REPORT_TEXT];

    markup(page->out, "<tr><th scope=\"row\">$</th>", part_of(total));
    report_cell(page, "count", report_number(total, "n"), "less");
    report_cell(page, "share", report_number(total, "success_rate"), "");
    report_cell(page, "share", report_number(total, "success_before"), "");
    report_cell(page, "share", report_number(total, "first_attempt_rate"), "less");
    (void)buf_text(page->out, "<td class=\"n\">");
    markup_value(page->out, report_range(text, report_number(total, "platform_rate_low"),
                                         report_number(total, "platform_rate_high")));
    (void)buf_text(page->out, "</td>");
    (void)buf_text(page->out, "</tr>\n");
}

static void put_totals(struct report_page *page)
{
    static const struct report_head heads[] = {
        { "Runs of", "" },         { "N", "n less" },   { "Success", "n" }, { "Before", "n" },
        { "First try", "n less" }, { "Platform", "n" }, { NULL, NULL }
    };
    const json_t *list = json_object_get(page->model, "totals"), *total;
    size_t i;

    if (report_section(page, "Runs of CI",
                       "Platform: the share that the platform did not fail, between unknown causes "
                       "taken for its own and for the code's.",
                       json_array_size(list))) {
        report_table(page, NULL, heads);
        json_array_foreach (list, i, total) {
            put_total(page, total);
        }
        report_table_end(page, 0);
        markup(page->out, "<p class=\"dim\">What counts as success: $</p>\n",
               report_text(json_array_get(list, 0), "policy"));
    }
    report_section_end(page);
}

/* ---- flaky jobs ---- */

static void put_flaky(struct report_page *page, const json_t *job, double most)
{
    char where[512], rate[REPORT_TEXT], n[64];

    markup(page->out, "<tr><th scope=\"row\">$ <small>$</small></th><td class=\"less\">$</td>",
           report_what(where, sizeof(where), job), report_text(job, "source"),
           report_text(job, "state"));
    report_cell(page, "seconds", 60. * report_number(job, "lost_min"), "");
    (void)buf_text(page->out, "<td class=\"bar\">");
    report_bar(page->out, report_number(job, "lost_min") / fmax(most, 1e-9), "quiet");
    (void)buf_text(page->out, "</td><td class=\"n\">");
    markup_value(page->out, report_value(rate, "share", report_number(job, "rate")));
    (void)snprintf(n, sizeof(n), "%lld of %lld", (long long)report_count(job, "failed"),
                   (long long)report_count(job, "n"));
    markup(page->out, "</td><td class=\"n less\">$</td><td class=\"bar\">", n);
    report_interval(page->out, report_number(job, "rate_low"), report_number(job, "rate"),
                    report_number(job, "rate_high"));
    (void)buf_text(page->out, "</td></tr>\n");
}

static void put_all_flaky(struct report_page *page)
{
    static const struct report_head heads[] = { { "Job", "" },
                                                { "State", "less" },
                                                { "Lost", "n" },
                                                { "Lost, as a bar", "bar" },
                                                { "Rate", "n" },
                                                { "Commits", "n less" },
                                                { "Interval of the rate, 0 to 100 %", "bar" },
                                                { NULL, NULL } };
    const json_t *list = json_object_get(page->model, "flaky"), *job;
    double most = report_number(json_array_get(list, 0), "lost_min");
    size_t i;

    if (report_section(page, "Flaky jobs",
                       "Jobs that failed and passed on one commit, by the time that was lost in 14 "
                       "days: tries that failed and the passes that ended them, with their waits. "
                       "Suspect: of too few commits to say; broken: fails every time.",
                       json_array_size(list))) {
        report_table(page, NULL, heads);
        json_array_foreach (list, i, job) {
            if (i < REPORT_ROWS)
                put_flaky(page, job, most);
        }
        report_table_end(page, json_array_size(list));
    }
    report_section_end(page);
}

/* ---- causes ---- */

static void put_failure(struct report_page *page, const json_t *failure, double all)
{
    const char *cause = report_text(failure, "cause"), *category = report_text(failure, "category");
    double n = report_number(failure, "n");

    markup(page->out, "<tr><th scope=\"row\">$</th><td>$</td>", *category ? category : "not known",
           cause);
    report_cell_count(page, failure, "n");
    (void)buf_text(page->out, "<td class=\"bar\">");
    report_bar(page->out, n / fmax(all, 1.), strcmp(cause, "platform") == 0 ? "bad" : "quiet");
    (void)buf_text(page->out, "</td>");
    report_cell(page, "share", n / fmax(all, 1.), "");
    report_cell(page, "count", report_number(failure, "projects"), "less");
    markup(page->out, "<td class=\"text less dim\"><span>$</span></td></tr>\n",
           report_text(failure, "evidence"));
}

static void put_failures(struct report_page *page)
{
    static const struct report_head heads[] = { { "Category", "" },
                                                { "Cause", "" },
                                                { "Jobs", "n" },
                                                { "Share, as a bar", "bar" },
                                                { "Share", "n" },
                                                { "Projects", "n less" },
                                                { "One of them said", "less" },
                                                { NULL, NULL } };
    const json_t *list = json_object_get(page->model, "failures"), *failure;
    double all = 0.;
    size_t i;

    json_array_foreach (list, i, failure) {
        all += report_number(failure, "n");
    }
    if (report_section(page, "Why jobs failed", "Those that the platform failed are coloured.",
                       json_array_size(list))) {
        report_table(page, NULL, heads);
        json_array_foreach (list, i, failure) {
            if (i < REPORT_ROWS)
                put_failure(page, failure, all);
        }
        report_table_end(page, json_array_size(list));
    }
    report_section_end(page);
}

void report_ci(struct report_page *page)
{
    put_all_worse(page);
    put_totals(page);
    put_all_flaky(page);
    put_failures(page);
}
