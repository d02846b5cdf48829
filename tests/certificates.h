/* certificates: of a day, for servers on loopback. */
#ifndef TESTS_CERTIFICATES_H
#define TESTS_CERTIFICATES_H

/* Makes NAME.pem and NAME.key in the directory: "ca" and "stranger" are authorities; by ca are
 * "good" of 127.0.0.1, "old", which has expired, "young", which begins in a hundred years, "other"
 * of another host, and "me" of a client. */
void certificates_make(const char *dir);

#endif
