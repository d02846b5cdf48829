/* truth_reviews: what really happened to each pull and merge request; a line each. */
#include "config.h"

#include "core/time.h"
#include "sim/hours.h"
#include "sim/reviews.h"
#include "sim/truth.h"

static json_t *time_json(const struct pull *p, int64_t ms, int64_t now_ms)
{
    char text[TIME_TEXT];
    int64_t shown_ms = truth_shown_ms(p->repo->system, ms, now_ms);

    return shown_ms > 0 ? json_string(time_format(text, shown_ms)) : json_null();
}

static json_t *review_json(const struct pull *p, int64_t now_ms)
{
    const struct review *first = pull_first_review(p, now_ms);
    bool closed = pull_is_closed(p, now_ms);
    char project[COMPANY_TEXT], title[COMPANY_TEXT];

    return json_pack("{s:s, s:s, s:s, s:I, s:s, s:s, s:b, s:s?, s:s, s:o, s:o, s:o, s:o, s:o}",
                     "kind", "review", "system", company_system_names[p->repo->system], "project",
                     truth_project(p->repo, project), "number", (json_int_t)p->number, "title",
                     company_title(title, p->run), "author", ticket_person(p->author)->name,
                     "author_is_bot", ticket_person_is_bot(p->author), "reviewer",
                     first ? ticket_person(first->person)->name : NULL, "state",
                     !closed     ? "open"
                     : p->merged ? "merged"
                                 : "closed",
                     "created", time_json(p, p->created_ms, now_ms), "first_review",
                     first ? time_json(p, first->at_ms, now_ms) : json_null(), "merged",
                     p->merged ? time_json(p, p->closed_ms, now_ms) : json_null(), "closed",
                     time_json(p, p->closed_ms, now_ms), "review_business_s",
                     first ? json_real((double)hours_between(
                                           truth_shown_ms(p->repo->system, p->created_ms, now_ms),
                                           truth_shown_ms(p->repo->system, first->at_ms, now_ms)) /
                                       1e3)
                           : json_null());
}

void truth_reviews(struct exchange *x, int64_t from_ms, int64_t to_ms)
{
    const struct company *company = sim_company(x->sim, x->now_ms);

    for (size_t i = 0; i < company->repo_count; i++) {
        const struct company_repo *repo = &company->repos[i];
        struct pull *pulls;
        size_t count;

        if (repo->system != COMPANY_GITHUB && repo->system != COMPANY_GITLAB)
            continue;
        count = pulls_of(company, repo, x->now_ms, &x->arena, &pulls);
        while (count-- > 0)
            if (pulls[count].created_ms >= from_ms && pulls[count].created_ms <= to_ms)
                truth_line(x, review_json(&pulls[count], x->now_ms));
    }
}
