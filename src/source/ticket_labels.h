/* ticket_labels: tickets of systems that say everything by labels: GitHub and GitLab. */
#ifndef SOURCE_TICKET_LABELS_H
#define SOURCE_TICKET_LABELS_H

#include <dxtop/panel.h>
#include <jansson.h>

#include "model/batch.h"

struct ticket_labels { /* options: lists of const char *, a map of struct dx_pair */
    bool on;
    struct dx_items only, category, priority, bots;
};

/* The entries of an option table whose struct has them as `issues`. */
#define TICKET_LABEL_OPTIONS(config)                                                               \
    { .name = "issues",                                                                            \
      .type = DX_OPTION_FLAG,                                                                      \
      .offset = offsetof(config, issues.on),                                                       \
      .fallback = "no",                                                                            \
      .help = "take issues as tickets" },                                                          \
        { .name = "issue_labels",                                                                  \
          .type = DX_OPTION_LIST,                                                                  \
          .offset = offsetof(config, issues.only),                                                 \
          .fallback = "",                                                                          \
          .help = "only issues with a label that fits one of these patterns, like support*" },     \
        { .name = "issue_category",                                                                \
          .type = DX_OPTION_LIST,                                                                  \
          .offset = offsetof(config, issues.category),                                             \
          .fallback = "",                                                                          \
          .help = "patterns of labels that say what an issue is about, like area/*; without it "   \
                  "the first that is no priority" },                                               \
        { .name = "issue_priority",                                                                \
          .type = DX_OPTION_MAP,                                                                   \
          .offset = offsetof(config, issues.priority),                                             \
          .fallback = "",                                                                          \
          .help =                                                                                  \
              "labels as 1, the most urgent, to 5, beside those like P1, sev2, priority: high" },  \
    {                                                                                              \
        .name = "bots", .type = DX_OPTION_LIST, .offset = offsetof(config, issues.bots),           \
        .fallback = "",                                                                            \
        .help = "patterns of logins whose comments are no answer and no review, beside those "     \
                "that are known for machines"                                                      \
    }

bool ticket_labels_check(const struct ticket_labels *config, struct dx_error *err);
/* labels: an array of texts, or of objects with a "name". */
bool ticket_labels_wanted(const struct ticket_labels *config, const json_t *labels);
/* A number for what is wanted by labels and by these patterns of projects: with another one other
 * tickets are, and lists of them begin anew. Never 0, and of 52 bits. */
int64_t ticket_labels_mark(const struct ticket_labels *config, const struct dx_items *include,
                           const struct dx_items *exclude);
/* Sets labels, category, priority and raw_priority. */
void ticket_labels_put(const struct ticket_labels *config, struct batch *batch,
                       struct ticket *ticket, const json_t *labels);

#endif
