"""C code that has no effect, and code that has."""

from __future__ import annotations

import pytest

from pyneuronautofit.codegen.nmodl.verbatim import is_without_effect


@pytest.mark.parametrize(
    "code",
    [
        "",
        "  /* nothing; x = 1; */ // y = 2;\n",
        "#include <stdlib.h>\n#include <math.h>",
        '#ifndef NRN_VERSION_GTEQ_8_2_0\n#include "nrnran123.h"\nextern int f();\n#endif',
        "extern double* vector_vec();\nextern int vector_capacity(void*);",
        "double nrn_random_pick(void* r);\nvoid* nrn_random_arg(int argpos);",
        'static const char rcsid[] = "$Id: k.mod,v 1.2; x = 3 /* */ $";',
        'static char *version = "a \\" b; c";',
        "extern double celsius, *ptr;\nextern int hoc_is[];",
        'printf("%g", v);',
        'fprintf(stderr, "%g %g\\n", v, x[1]);',
    ],
)
def test_without_effect(code):
    assert is_without_effect(code)


@pytest.mark.parametrize(
    "code",
    [
        "x = 1;",
        "int n = 0;",
        "static double last;",
        'printf("%g", f(v));',
        'printf("%g", v = 3);',
        'printf("%d", n++);',
        'fprintf(file, "%g", v);',
        "return foo(x);",
        "return 1;",
        "#define N 3",
        "#undef celsius",
        "#pragma omp parallel",
        "static double f(double x) { return x; }",
        "if (x) return 0;",
        "/* quiet */ x = 1;",
        '"/*"; x = 1; "*/";',
        "static char *a = b;",
        "double x = f(1);",
        "goto end;",
    ],
)
def test_with_effect(code):
    assert not is_without_effect(code)


@pytest.mark.parametrize(
    "code",
    [
        "static double last;",
        "static int n = 0; unsigned long calls[10];",
        "static double f(double x) { return x; }",
        "int g(void)\n{\n if (1) { dt = 2; }\n return 0; }\ndouble h(double *x) { *x = 1; }",
        '#include <math.h>\nstatic char *id = "a {";\n/* { */ int k() { return 1; }',
    ],
)
def test_outside_of_blocks_functions_and_variables_may_be_defined(code):
    assert is_without_effect(code, outside=True)
    assert not is_without_effect(code)


@pytest.mark.parametrize(
    "code",
    [
        "int g = f();",
        "static double f(double x) { return x;",
        "struct a { int b; };",
        "double f(double x) __attribute__((constructor)) { return x; }",
        "[[gnu::constructor]] void f() { dt = 1; }",
        "dt = 3;",
        "{ dt = 3; }",
        "int f() { } } dt = 3; {",
        "#define f g",
        "namespace x { int y; }",
        "else { y = 2; }",
        "static int x = {1, 2};",
        "typedef int x;",
    ],
)
def test_whatever_is_not_known_to_be_without_effect_there(code):
    assert not is_without_effect(code, outside=True)


@pytest.mark.parametrize(
    "code", ["return 0;", " return ( 0.0 ) ;", "return;", 'printf("a"); return 0;']
)
def test_to_return_changes_nothing_at_the_end_alone(code):
    assert is_without_effect(code, ending=True)
    assert not is_without_effect(code)
    assert not is_without_effect("return 1;", ending=True)
