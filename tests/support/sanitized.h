/* SPDX-License-Identifier: Apache-2.0
 *
 * IS_SANITIZED: in a build with a sanitizer, whose allocator stands in the place of the process' own. What is about
 * that one is no test there: it is left out, and the plain builds run it.
 */
#ifndef SANZAO_TESTS_SUPPORT_SANITIZED_H
#define SANZAO_TESTS_SUPPORT_SANITIZED_H

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SANITIZED 1
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED 0
#endif

#endif
