/* azure_kit: what the tests of the azure source's polls share. */
#ifndef AZURE_KIT_H
#define AZURE_KIT_H

#include "source/azure.h"
#include "source_kit.h"

static const int64_t T = 1795507200000; /* 2026-11-24T08:00:00Z */
static const int64_t NOW = 1795510800000;

extern struct azure config;
extern struct kit kit;

void azure_setup(void);                /* nothing is known, and every option is on */
void azure_begin(int64_t now_ms);      /* a poll */
struct plan_request *azure_take(void); /* fails where nothing more is asked for */
size_t azure_count(unsigned step);     /* requests that wait */
bool azure_answer(const struct plan_request *r, int status, const char *file);
bool azure_answer_text(const struct plan_request *r, int status, const char *body,
                       const char *head);

#endif
