/* What the themes are judged by: contrast, distance, and how colours are seen. */
#include "config.h"

#include <math.h>

#include <criterion/criterion.h>

#include "colour.h"

TestSuite(colour, .timeout = 20);

static const struct {
    struct lab x, y;
    double distance;
} published[] = {
    /* Sharma, Wu, Dalal: The CIEDE2000 Color-Difference Formula, 2005, table 1 */
    { { 50, 2.6772, -79.7751 }, { 50, 0, -82.7485 }, 2.0425 },
    { { 50, 3.1571, -77.2803 }, { 50, 0, -82.7485 }, 2.8615 },
    { { 50, 2.8361, -74.0200 }, { 50, 0, -82.7485 }, 3.4412 },
    { { 50, -1.3802, -84.2814 }, { 50, 0, -82.7485 }, 1.0000 },
    { { 50, -1.1848, -84.8006 }, { 50, 0, -82.7485 }, 1.0000 },
    { { 50, -0.9009, -85.5211 }, { 50, 0, -82.7485 }, 1.0000 },
    { { 50, 0, 0 }, { 50, -1, 2 }, 2.3669 },
    { { 50, -1, 2 }, { 50, 0, 0 }, 2.3669 },
    { { 50, 2.4900, -0.0010 }, { 50, -2.4900, 0.0009 }, 7.1792 },
    { { 50, 2.4900, -0.0010 }, { 50, -2.4900, 0.0010 }, 7.1792 },
    { { 50, 2.4900, -0.0010 }, { 50, -2.4900, 0.0011 }, 7.2195 },
    { { 50, 2.4900, -0.0010 }, { 50, -2.4900, 0.0012 }, 7.2195 },
    { { 50, -0.0010, 2.4900 }, { 50, 0.0009, -2.4900 }, 4.8045 },
    { { 50, -0.0010, 2.4900 }, { 50, 0.0010, -2.4900 }, 4.8045 },
    { { 50, -0.0010, 2.4900 }, { 50, 0.0011, -2.4900 }, 4.7461 },
    { { 50, 2.5000, 0 }, { 50, 0, -2.5000 }, 4.3065 },
    { { 50, 2.5000, 0 }, { 73, 25, -18 }, 27.1492 },
    { { 50, 2.5000, 0 }, { 61, -5, 29 }, 22.8977 },
    { { 50, 2.5000, 0 }, { 56, -27, -3 }, 31.9030 },
    { { 50, 2.5000, 0 }, { 58, 24, 15 }, 19.4535 },
    { { 50, 2.5000, 0 }, { 50, 3.1736, 0.5854 }, 1.0000 },
    { { 50, 2.5000, 0 }, { 50, 3.2972, 0 }, 1.0000 },
    { { 50, 2.5000, 0 }, { 50, 1.8634, 0.5757 }, 1.0000 },
    { { 50, 2.5000, 0 }, { 50, 3.2592, 0.3350 }, 1.0000 },
    { { 60.2574, -34.0099, 36.2677 }, { 60.4626, -34.1751, 39.4387 }, 1.2644 },
    { { 63.0109, -31.0961, -5.8663 }, { 62.8187, -29.7946, -4.0864 }, 1.2630 },
    { { 61.2901, 3.7196, -5.3901 }, { 61.4292, 2.2480, -4.9620 }, 1.8731 },
    { { 35.0831, -44.1164, 3.7933 }, { 35.0232, -40.0716, 1.5901 }, 1.8645 },
    { { 22.7233, 20.0904, -46.6940 }, { 23.0331, 14.9730, -42.5619 }, 2.0373 },
    { { 36.4612, 47.8580, 18.3852 }, { 36.2715, 50.5065, 21.2231 }, 1.4146 },
    { { 90.8027, -2.0831, 1.4410 }, { 91.1528, -1.6435, 0.0447 }, 1.4441 },
    { { 90.9257, -0.5406, -0.9208 }, { 88.6381, -0.8985, -0.7239 }, 1.5381 },
    { { 6.7747, -0.2908, -2.4247 }, { 5.8714, -0.0985, -2.2286 }, 0.6377 },
    { { 2.0776, 0.0795, -1.1350 }, { 0.9033, -0.0636, -0.5514 }, 0.9082 },
};

Test(colour, distance_is_ciede2000_as_published)
{
    for (size_t i = 0; i < sizeof(published) / sizeof(published[0]); i++) {
        double is = colour_distance(published[i].x, published[i].y);

        cr_expect_lt(fabs(is - published[i].distance), 5e-5, "pair %zu: %.5f, wanted %.4f", i + 1,
                     is, published[i].distance);
        cr_expect_lt(fabs(is - colour_distance(published[i].y, published[i].x)), 1e-9,
                     "pair %zu the other way round", i + 1);
    }
}

Test(colour, contrast_is_that_of_wcag)
{
    cr_expect_lt(fabs(colour_contrast(0x000000, 0xffffff) - 21.), 1e-9);
    cr_expect_lt(fabs(colour_contrast(0xffffff, 0xffffff) - 1.), 1e-9);
    cr_expect_lt(fabs(colour_contrast(0x777777, 0xffffff) - 4.478), .001);
    cr_expect_lt(fabs(colour_contrast(0xff0000, 0xffffff) - 3.998), .001);
}

static const struct {
    uint32_t a, b;
    double apart[SIGHTS];
} seen[] = {
    { 0x000000, 0xffffff, { 100., 100., 100., 100. } },
    { 0x95bca0, 0xff6771, { 50.8, 14.9, 12.4, 50.4 } },
    { 0x95bca0, 0x5eaffd, { 34.4, 34.1, 33.0, 12.4 } },
    { 0xc22155, 0x075fd8, { 38.3, 26.3, 46.3, 63.8 } },
    { 0xfffa3f, 0x47a1de, { 64.7, 59.2, 67.2, 36.3 } },
};

Test(colour, sight_is_simulated_as_by_machado)
{
    for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++)
        for (int s = 0; s < SIGHTS; s++)
            cr_expect_lt(fabs(colour_apart(seen[i].a, seen[i].b, (enum sight)s) - seen[i].apart[s]),
                         .051, "%06x %06x %s: %.2f", seen[i].a, seen[i].b,
                         sight_name((enum sight)s),
                         colour_apart(seen[i].a, seen[i].b, (enum sight)s));
    for (int s = 0; s < SIGHTS; s++) /* grey is grey to everyone */
        cr_expect_lt(colour_distance(colour_lab(0x808080, (enum sight)s),
                                     colour_lab(0x808080, SIGHT_NORMAL)),
                     .01);
}
