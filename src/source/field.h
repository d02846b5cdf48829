/* field: tolerant readers of a reply's JSON: what is absent or of another type
 * reads as "" or 0. Sources use these and never json_string_value(). */
#ifndef SOURCE_FIELD_H
#define SOURCE_FIELD_H

#include <jansson.h>

#include "model/batch.h"

struct buf; /* core/buf.h */
struct reply;

const char *field_text(struct batch *batch, const json_t *object, const char *name);
const char *value_text(struct batch *batch, const json_t *value);
/* Its bytes as they came, behind those of out, as many as there is room for: where a text
 * comes in pieces, which batch_text() then cleans as a whole. */
void value_append(struct buf *out, const json_t *value);
bool value_is(const json_t *value, const char *text);
bool value_is_word(const json_t *value, const char *word);  /* in any case */
bool value_has(const json_t *value, const char *part);      /* somewhere in it */
int64_t field_time(const json_t *object, const char *name); /* RFC 3339 -> Unix ms */
int64_t value_time_utc(const json_t *value); /* "2026-11-24 14:08:00" -> Unix ms; 0: it is none */
int64_t field_int(const json_t *object, const char *name);
/* A moment or a span in ms, before the year 10000: what is added to it is a number still. */
int64_t field_ms(const json_t *object, const char *name);
/* A number, or a text that holds one: "1e+06" "NaN" "+Inf" (Prometheus writes
 * samples so). false: neither. */
bool value_number(const json_t *value, double *number);
/* The same of a text where it stands: what is behind it (NUL, a quote) belongs to no number. */
bool text_number(const char *text, size_t len, double *number);
/* A JSON number as Unix seconds with a fraction -> ms; 0: not a number. */
int64_t value_seconds(const json_t *value);
int64_t ms_of_seconds(double s); /* 0: no such time */
/* An object of texts as {a="b", c="d"}, sorted by name; the name `without` is
 * left out (NULL: none). The text is an identity: where the labels do not fit
 * into 1,900 bytes, the last ones give way to cut="<a hash of all of them>". */
const char *value_labels(struct batch *batch, json_t *object, const char *without);
/* The value of one label of such an object, "" when it has none. */
const char *label_text(struct batch *batch, const json_t *object, const char *name);

/* A header of the reply (name in lower case), cleaned; "" when it is not there. */
const char *reply_header(struct batch *batch, const struct reply *reply, const char *name);

/* A list goes on where nobody follows: say it, or it would be taken for whole. */
void reply_tell_astray(struct batch *batch);

/* The label "severity" in the words that people use. */
enum dx_severity field_severity(const json_t *labels);
/* The annotation that says what is wrong: summary, description or message. */
const char *field_summary(struct batch *batch, const json_t *annotations);

#endif
