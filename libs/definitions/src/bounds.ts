/** Levels of one chain. */
export const MOST_LEVELS = 20;

/** Groups of one level. */
export const MOST_GROUPS = 10;

/** Assignments of one group, and people named by one step or watching. */
export const MOST_ASSIGNMENTS = 50;
