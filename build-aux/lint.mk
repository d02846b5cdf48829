# lint.mk: what can be said of the sources without running them. Each thing is a target, so that as
# many are looked at as make is told, and -k looks at all of them:
#   make -s -k -j2 -f build-aux/lint.mk
# build/ has to be configured.
SOURCES := $(shell git ls-files '*.c' '*.h' 2>/dev/null || find src panels tests -name '*.[ch]')
export DX_TIDY_VERSION := $(shell clang-tidy --version)
TIDIED := $(patsubst %,tidy/%,$(filter src/%.c panels/%.c,$(SOURCES)))

# The long one first.
lint: cppcheck layers faults format manuals fuzzers $(TIDIED)
cppcheck:
	cppcheck -q --enable=warning,performance,portability --std=c11 --inline-suppr --error-exitcode=1 \
		--suppress=missingIncludeSystem --suppress=varFuncNullUB -Isrc -Isrc/include src panels
layers:
	build-aux/check-layers
faults:
	build-aux/check-faults
format:
	clang-format --dry-run -Werror $(SOURCES)
format-all:
	clang-format -i $(SOURCES)
manuals:
	bad=0; for page in man/*.[1-9]; do \
		mandoc -T lint -W warning "$$page" >&2 || bad=1; \
		mandoc -T ascii -O width=80 "$$page" | sed 's/.\x08//g' | awk -v page="$$page" \
			'length > 80 { print page ": wider than 80 columns: " $$0; bad = 1 } END { exit bad }' >&2 || \
			bad=1; \
	done; exit $$bad
	! grep -nE '^\.(Ql|Sq|Dq|Ic|Li) .*"' man/*.[1-9] >&2 # mandoc would leave the quotes out
# They are built by `./dev fuzz` alone: that they could be is seen here.
fuzzers:
	for file in tests/fuzz/*.c; do \
		clang -fsyntax-only -std=gnu11 -Werror -DHAVE_CONFIG_H -Ibuild -Isrc -Isrc/include -Itests \
			"$$file" || exit 1; \
	done
# One file a process: given many, clang 14 reports false valist errors.
$(TIDIED): tidy/%:
	build-aux/tidy $*
.PHONY: lint cppcheck layers faults format format-all manuals fuzzers $(TIDIED)
