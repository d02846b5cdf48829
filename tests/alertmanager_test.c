#include "config.h"

#include <string.h>

#include "source_kit.h"

enum { ALERTS, STATUS };

static struct { /* as the option table fills it */
    struct dx_items filter;
    const char *receiver;
} config = { { NULL, 0 }, "" };

static struct kit kit;

static bool decode(unsigned step, const char *name)
{
    kit_poll(&kit, 1795518000000);
    return kit_decode_file(&kit, &source_alertmanager, &config,
                           (struct reply){ .step = step, .status = 200 }, name);
}

Test(alertmanager, decodes_a_recorded_list)
{
    static const struct {
        const char *name, *key, *muted_by, *summary;
        enum dx_alert_state state;
        enum dx_severity severity;
    } wanted[] = {
        { "Silenced", "77cd106e1e3bde40", "104a3a01-7061-495c-8a44-77946df377c7", "",
          DX_ALERT_SILENCED, DX_SEVERITY_CRITICAL },
        { "Inhibited", "a4340f7a8021684c", "c41a620daa2f4022", "", DX_ALERT_INHIBITED,
          DX_SEVERITY_WARNING },
        { "TargetDown", "c41a620daa2f4022", "", "target gone is down", DX_ALERT_FIRING,
          DX_SEVERITY_CRITICAL },
    };

    cr_assert(decode(ALERTS, "alertmanager/alerts.json"), "%s", kit.err.text);
    cr_assert_eq(kit.batch.alert_count, 3);
    for (size_t i = 0; i < 3; i++) {
        const struct alert *a = &kit.batch.alerts[i];

        cr_expect_str_eq(a->name, wanted[i].name);
        cr_expect_str_eq(a->key, wanted[i].key);
        cr_expect_str_eq(a->muted_by, wanted[i].muted_by);
        cr_expect_str_eq(a->summary, wanted[i].summary);
        cr_expect_eq(a->state, wanted[i].state);
        cr_expect_eq(a->severity, wanted[i].severity);
        cr_expect_eq(a->since_ms, 1795517596898);
        cr_expect_eq(a->ended_ms, 0, "endsAt is an expiry, not an end");
        cr_expect_str_eq(a->url, "http://prometheus.example/graph?g0.expr=up+%3D%3D+0&g0.tab=1");
    }
    cr_expect_str_eq(kit.batch.alerts[2].labels,
                     "{alertname=\"TargetDown\", instance=\"127.0.0.1:1\", job=\"gone\","
                     " severity=\"critical\"}");
    cr_expect(kit.batch.alerts_whole);
    cr_expect_eq(kit.batch.unknown, 0);
    kit_done(&kit);
}

Test(alertmanager, reads_its_version)
{
    cr_assert(decode(STATUS, "alertmanager/status.json"));
    cr_expect_str_eq(kit.batch.version, "0.25.0");
    kit_done(&kit);
}

Test(alertmanager, a_link_that_is_no_web_link_is_dropped)
{
    cr_assert(decode(ALERTS, "alertmanager/link_is_no_web_link.json"));
    cr_expect_str_eq(kit.batch.alerts[0].url, "");
    cr_expect_str_eq(kit.batch.alerts[0].summary, "muted");
    cr_expect_str_eq(kit.batch.alerts[1].url, "", "generatorURL may be missing");
    kit_done(&kit);
}

static const struct {
    const char *body;
    size_t alerts, unknown;
    const char *error; /* "" none */
} odd[] = {
    { "[]", 0, 0, "" },
    { "[null, 7, {}]", 1, 3, "" },
    { "[[], 7]", 0, 2, "this is not the API of an Alertmanager (nothing in the list is an alert)" },
    { "[{\"labels\":null,\"annotations\":[],\"status\":{\"state\":\"resting\"},\"startsAt\":5}]", 1,
      1, "" },
    { "{}", 0, 0, "this is not the API of an Alertmanager (no list of alerts)" },
    { "null", 0, 0, "this is not the API of an Alertmanager (no list of alerts)" },
};

Test(alertmanager, odd_entries_lose_no_other_and_a_wrong_structure_fails)
{
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        kit_poll(&kit, 1795518000000);
        bool ok = kit_decode(&kit, &source_alertmanager, &config,
                             (struct reply){ .step = ALERTS, .status = 200, .body = odd[i].body });

        cr_expect_eq(ok, *odd[i].error == '\0');
        cr_expect_str_eq(kit.err.text, odd[i].error);
        cr_expect_eq(kit.batch.alert_count, odd[i].alerts, "%s", odd[i].body);
        cr_expect_eq(kit.batch.unknown, odd[i].unknown, "%s", odd[i].body);
        cr_expect_eq(kit.batch.alerts_whole, ok && i != 1, "%s", odd[i].body);
    }
    kit_done(&kit);
}

Test(alertmanager, without_a_fingerprint_the_labels_are_the_identity)
{
    kit_poll(&kit, 1795518000000);
    cr_assert(kit_decode(
        &kit, &source_alertmanager, &config,
        (struct reply){ .status = 200,
                        .body = "[{\"labels\":{\"alertname\":\"A\"},\"status\":{\"state\":"
                                "\"unprocessed\"}}]" }));
    cr_expect_str_eq(kit.batch.alerts[0].key, "{alertname=\"A\"}");
    cr_expect_eq(kit.batch.alerts[0].state, DX_ALERT_FIRING);
    kit_done(&kit);
}

Test(alertmanager, asks_for_all_states_and_escapes_filters_and_receiver)
{
    static const char *matchers[] = { "team=\"ci\"", "severity=~\"a|b\"" };
    const char *all = "/api/v2/alerts?active=true&silenced=true&inhibited=true&unprocessed=true";

    kit_poll(&kit, 1795518000000);
    source_alertmanager.begin(&config, &kit.cursors, &kit.plan);
    cr_expect_str_eq(plan_take(&kit.plan)->path, all);
    config.filter = (struct dx_items){ matchers, 2 };
    config.receiver = "a b";
    source_alertmanager.begin(&config, &kit.cursors, &kit.plan);
    cr_expect_str_eq(plan_take(&kit.plan)->path,
                     "/api/v2/alerts?active=true&silenced=true&inhibited=true&unprocessed=true"
                     "&filter=team%3D%22ci%22&filter=severity%3D~%22a%7Cb%22&receiver=a%20b");
    cr_expect_null(plan_take(&kit.plan));
    kit_done(&kit);
}

static const struct {
    const char *name;
    int status;
    enum dx_fault fault;
    const char *words;
} refusals[] = {
    { "alertmanager/bad_filter_400.json", 400, DX_FAULT_CONFIG,
      "answered 400: bad matcher format: ==" },
    { "alertmanager/bad_receiver_400.json", 400, DX_FAULT_CONFIG,
      "answered 400: failed to parse receiver param: error parsing regexp: missing closing ]: "
      "`[)$`" },
    { "alertmanager/not_found_404.json", 404, DX_FAULT_REPLY,
      "answered 404: path /api/v2/nosuch was not found" },
    { "alertmanager/bad_filter_400.json", 401, DX_FAULT_AUTH, "answered 401" },
    { "prometheus/html_from_a_proxy.html", 503, DX_FAULT_NETWORK,
      "answered 503 with a web page \"503 Service Unavailable\"" },
};

Test(alertmanager, says_what_the_server_said)
{
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        kit_poll(&kit, 1795518000000);
        kit_refuse(&kit, &source_alertmanager, &config,
                   (struct reply){ .status = refusals[i].status }, refusals[i].name);
        cr_expect_eq(kit.err.fault, refusals[i].fault);
        cr_expect_str_eq(kit.err.text, refusals[i].words, "%s", kit.err.text);
        cr_expect_eq(kit.err.retry_after_s, 7);
    }
    kit_done(&kit);
}
