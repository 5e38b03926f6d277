/* Running one function of the library. */
#ifndef OSSGO_RUN_H
#define OSSGO_RUN_H

#include "shim.h"

/* Fills in the outcome of an operation; `status`. */
oss_status ossgo_finish(oss_status status, oss_call *call, ossgo_outcome *outcome);

/* The same for one that signs, also what was signed; `status`, unless there is no memory for that. */
oss_status ossgo_signed(oss_status status, oss_call *call, ossgo_outcome *outcome);

/* Says that nothing was sent for lack of memory. */
oss_status ossgo_no_memory(ossgo_outcome *outcome);

/* Begins a function that runs one of the library. */
#define BEGIN \
    (void)request; \
    *outcome = (ossgo_outcome){.name = __func__}

/* Runs one function of the library. */
#define RUN(function) \
    BEGIN; \
    oss_status status = function; \
    return ossgo_finish(status, call, outcome)

#endif
