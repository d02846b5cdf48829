/* colour: how colours look, to every kind of sight. */
#include "config.h"

#include "colour.h"

#include <math.h>
#include <stdbool.h>

static const double full_turn = 360.;

static double linear(uint32_t rgb, int shift)
{
    double v = (double)(rgb >> shift & 255) / 255.;

    return v <= .04045 ? v / 12.92 : pow((v + .055) / 1.055, 2.4);
}

static double luminance(uint32_t rgb)
{
    return .2126 * linear(rgb, 16) + .7152 * linear(rgb, 8) + .0722 * linear(rgb, 0);
}

double colour_contrast(uint32_t a, uint32_t b)
{
    double x = luminance(a) + .05, y = luminance(b) + .05;

    return x > y ? x / y : y / x;
}

/* ---- sight ---- */

static const struct {
    const char *name;
    double from[3][3];
} sights[SIGHTS] = {
    [SIGHT_NORMAL] = { "normal", { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } } },
    [SIGHT_PROTAN] = { "protan",
                       { { .152286, 1.052583, -.204868 },
                         { .114503, .786281, .099216 },
                         { -.003882, -.048116, 1.051998 } } },
    [SIGHT_DEUTAN] = { "deutan",
                       { { .367322, .860646, -.227968 },
                         { .280085, .672501, .047413 },
                         { -.011820, .042940, .968881 } } },
    [SIGHT_TRITAN] = { "tritan",
                       { { 1.255528, -.076749, -.178779 },
                         { -.078411, .930809, .147602 },
                         { .004733, .691367, .303900 } } },
};

const char *sight_name(enum sight sight)
{
    return sights[sight].name;
}

static double f(double t)
{
    return t > .008856 ? cbrt(t) : 7.787 * t + 16. / 116.;
}

struct lab colour_lab(uint32_t rgb, enum sight sight)
{
    double c[3];

    for (int i = 0; i < 3; i++) {
        const double *m = sights[sight].from[i];

        c[i] = m[0] * linear(rgb, 16) + m[1] * linear(rgb, 8) + m[2] * linear(rgb, 0);
        c[i] = fmin(fmax(c[i], 0.), 1.); /* a screen shows no more */
    }
    double x = f((.4124564 * c[0] + .3575761 * c[1] + .1804375 * c[2]) / .95047);
    double y = f(.2126729 * c[0] + .7151522 * c[1] + .0721750 * c[2]);
    double z = f((.0193339 * c[0] + .1191920 * c[1] + .9503041 * c[2]) / 1.08883);

    return (struct lab){ 116. * y - 16., 500. * (x - y), 200. * (y - z) };
}

/* ---- CIEDE2000, in the words of Sharma, Wu and Dalal 2005 ---- */

static double radians(double degrees)
{
    return degrees * (M_PI / 180.);
}

static double cosine(double degrees)
{
    return cos(radians(degrees));
}

static double hue(double a, double b)
{
    double h = atan2(b, a) * (180. / M_PI);

    return h < 0. ? h + full_turn : h;
}

static double mean_hue(double h1, double h2, bool grey)
{
    if (grey)
        return h1 + h2;
    if (fabs(h1 - h2) <= 180.)
        return (h1 + h2) / 2.;
    return (h1 + h2 < full_turn ? h1 + h2 + full_turn : h1 + h2 - full_turn) / 2.;
}

static double hue_step(double h1, double h2, bool grey)
{
    double step = h2 - h1;

    if (grey)
        return 0.;
    if (step > 180.)
        return step - full_turn;
    return step < -180. ? step + full_turn : step;
}

/* How far a chroma has gone on its way from grey: 0 to 1. */
static double share_of_25(double chroma)
{
    double c7 = pow(chroma, 7.);

    return sqrt(c7 / (c7 + pow(25., 7.)));
}

double colour_distance(struct lab x, struct lab y)
{
    double g = .5 * (1. - share_of_25((hypot(x.a, x.b) + hypot(y.a, y.b)) / 2.));
    double a1 = x.a * (1. + g), a2 = y.a * (1. + g);
    double c1 = hypot(a1, x.b), c2 = hypot(a2, y.b), c = (c1 + c2) / 2.;
    bool grey = c1 * c2 <= 0.;
    double h1 = hue(a1, x.b), h2 = hue(a2, y.b), h = mean_hue(h1, h2, grey);
    double l = (x.l + y.l) / 2. - 50.;

    double t = 1. - .17 * cosine(h - 30.) + .24 * cosine(2. * h) + .32 * cosine(3. * h + 6.) -
               .20 * cosine(4. * h - 63.);
    double turn = 30. * exp(-pow((h - 275.) / 25., 2.));
    double rt = -2. * share_of_25(c) * sin(radians(2. * turn));

    double dl = (y.l - x.l) / (1. + .015 * l * l / sqrt(20. + l * l));
    double dc = (c2 - c1) / (1. + .045 * c);
    double dh = 2. * sqrt(c1 * c2) * sin(radians(hue_step(h1, h2, grey) / 2.));

    dh /= 1. + .015 * c * t;
    return sqrt(dl * dl + dc * dc + dh * dh + rt * dc * dh);
}

double colour_apart(uint32_t a, uint32_t b, enum sight sight)
{
    return colour_distance(colour_lab(a, sight), colour_lab(b, sight));
}

double colour_apart_least(uint32_t a, uint32_t b)
{
    double least = INFINITY;

    for (int s = 0; s < SIGHTS; s++)
        least = fmin(least, colour_apart(a, b, (enum sight)s));
    return least;
}

/* ---- the 256 colours ---- */

uint32_t colour_of_index(int index)
{
    static const uint32_t level[] = { 0, 95, 135, 175, 215, 255 };
    uint32_t grey;

    if (index >= 232) {
        grey = 8 + 10 * (uint32_t)(index - 232);
        return grey << 16 | grey << 8 | grey;
    }
    index -= INDEX_FIRST;
    return level[index / 36] << 16 | level[index / 6 % 6] << 8 | level[index % 6];
}
