/* certificates: made with openssl. */
#include "config.h"

#include "certificates.h"

#include <stdlib.h>

#include <criterion/criterion.h>

#include "run.h"

static const char make[] =
    "set -e; cd \"$0\"\n"
    "curve='ec -pkeyopt ec_paramgen_curve:P-256 -nodes'\n"
    "authority() { openssl req -x509 -newkey $curve -keyout $1.key -out $1.pem -subj /CN=$1 -days "
    "2; }\n"
    "sign() { # NAME SAN DAYS\n"
    "  openssl req -newkey $curve -keyout $1.key -out $1.csr -subj /CN=$1\n"
    "  echo \"subjectAltName=$2\" > $1.ext\n"
    "  openssl x509 -req -in $1.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile $1.ext "
    "-days $3 -out $1.pem; }\n"
    "later() { # NAME: openssl x509 knows no beginnings\n"
    "  echo 'x=a\n[a]\ndatabase=db\nnew_certs_dir=.\nserial=se\ndefault_md=sha256\npolicy=p\n"
    "x509_extensions=e\n[p]\ncommonName=supplied\n[e]\nsubjectAltName=IP:127.0.0.1' > conf\n"
    "  : > db; echo 77 > se\n"
    "  openssl req -newkey $curve -keyout $1.key -out $1.csr -subj /CN=$1\n"
    "  openssl ca -batch -notext -config conf -name a -cert ca.pem -keyfile ca.key -in $1.csr"
    " -startdate 21260101000000Z -enddate 21270101000000Z -out $1.pem; }\n"
    "{ authority ca; authority stranger; later young\n"
    "sign good IP:127.0.0.1 2; sign other DNS:other.example 2; sign old IP:127.0.0.1 -1\n"
    "sign me DNS:me 2; } 2>/dev/null\n";

void certificates_make(const char *dir)
{
    const char *argv[] = { "sh", "-c", make, dir, NULL };
    int code;

    free(program_run(argv, &code));
    cr_assert_eq(code, 0, "the certificates could not be made");
}
