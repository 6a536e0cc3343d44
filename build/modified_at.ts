// The one moment that built files are dated to, so that they are the same bytes
// whenever they are built.

/** 2000-01-01 UTC, in seconds since 1970. */
export const MODIFIED_AT_S = 946_684_800;
