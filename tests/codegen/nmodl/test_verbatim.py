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
        "return 0;",
        " return ( 0.0 ) ;",
        "return;",
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
        'printf("%g", v);',
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
