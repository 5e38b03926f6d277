/* Running one function of the library. */
#ifndef OSSGO_RUN_H
#define OSSGO_RUN_H

#include "shim.h"

/* Makes `request` the one that this thread works for; the one that it worked for before. */
uintptr_t ossgo_enter(uintptr_t request);

/* Goes back to the request of before, and fills in the outcome; `status`. */
oss_status ossgo_leave(uintptr_t before, oss_status status, oss_call *call, ossgo_outcome *outcome);

/* Fills in what was signed, if it was. */
void ossgo_signed(oss_status status, oss_call *call, ossgo_outcome *outcome);

/* Runs one function of the library for `request`. A callback may start another request on this thread, so what was
 * there before comes back. */
#define RUN(function) \
    uintptr_t before = ossgo_enter(request); \
    outcome->name = __func__; \
    oss_status status = function; \
    return ossgo_leave(before, status, call, outcome)

#endif
