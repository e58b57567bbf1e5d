/* SPDX-License-Identifier: Apache-2.0
 *
 * case_text: files of cases, whose marks stand at the beginning of a line (tests/unit/data). They are borrowed from the
 * text that is gone through.
 */
#ifndef SANZAO_TESTS_SUPPORT_CASE_TEXT_H
#define SANZAO_TESTS_SUPPORT_CASE_TEXT_H

#include <sanzao/base.h>

bool case_starts_with(sz_str line, const char *start);
sz_str case_next_line(sz_str *rest); /* cut the next line, with its end, off *rest */
/* Lines up to the one that starts with `mark`; without an empty line at the end if that is the mark of a case. */
sz_str case_lines_until(sz_str *rest, const char *mark);

#endif
