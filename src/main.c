/* dxtop: argv to mode. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "app/app.h"
#include "app/aside.h"
#include "app/demo.h"
#include "app/export.h"
#include "app/init.h"
#include "app/picture.h"
#include "app/plain.h"
#include "app/report.h"
#include "app/viewer.h"
#include "core/environment.h"
#include "core/standard.h"

static int view(struct app *app)
{
    struct dx_error err = { 0 };
    int status = app->arguments.plain ? plain_run(app, &err) : viewer_run(app, &err);

    if (err.fault != DX_FAULT_NONE)
        (void)fprintf(stderr, "dxtop: %s\n", err.text);
    return status;
}

static int run(struct app *app)
{
    switch (app->arguments.mode) {
    case MODE_VIEW:
        return view(app);
    case MODE_ONCE:
        return once_run(app);
    case MODE_EXPORT:
        return export_run(app);
    case MODE_CHECK:
        return check_run(app);
    case MODE_SCREEN:
        return picture_run(app);
    case MODE_SCHEMA:
        return schema_run(app);
    case MODE_REPORT:
        return report_run(app);
    case MODE_INIT:
        return init_run(app);
    case MODE_DEMO:
        return demo_run(app, view);
    }
    return EXIT_USAGE;
}

/* Of a configuration. */
static bool needs_nothing(enum mode mode)
{
    return mode == MODE_DEMO || mode == MODE_SCHEMA || mode == MODE_INIT;
}

/* What was to be printed is there, or it is said that it is not. */
static int printed(int status)
{
    if (fflush(stdout) == 0)
        return status;
    output_lost(stdout, errno);
    return status == EXIT_OK ? EXIT_FAILED : status;
}

int main(int argc, char **argv)
{
    struct app app = { 0 };
    struct dx_error err = { 0 };
    bool done = false;
    int status = EXIT_USAGE;

    environment_hide();
    standard_files();
    (void)signal(SIGCHLD, SIG_DFL); /* or nobody could tell how a command ended */
    if (!arguments_parse(&app.arguments, argc, argv, &done, &err))
        (void)fprintf(stderr, "dxtop: %s\nTry 'dxtop --help'.\n", err.text);
    if (err.fault != DX_FAULT_NONE || done)
        return done ? printed(EXIT_OK) : EXIT_USAGE;
    paths_find(&app.paths);
    if (needs_nothing(app.arguments.mode) || app_load(&app))
        status = run(&app);
    app_done(&app);
    return printed(status);
}
